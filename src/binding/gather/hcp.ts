import type { HcpClient } from '../../hcp/client/client';
import { credentialFacts } from '../../hcp/variables/credentials';
import { readVariables, type ReadVariablesOptions, type VariableReading } from '../../hcp/variables/read';
import type { Run, Workspace } from '../../hcp/workspace/model';
import { readAgents, readWorkspace } from '../../hcp/workspace/read';
import { readLatestRun } from '../../hcp/workspace/run';
import type { Problem, Result } from '../../core/problem';
import {
  type Fact,
  known,
  type RunFacts,
  unread,
  type VariableFacts,
  type WorkspaceFacts,
  workspaceNames,
} from '../facts';

/** What HCP Terraform says of one workspace, as far as the token may see it. */
export interface HcpReading {
  readonly workspace: Fact<WorkspaceFacts>;
  readonly variables: Fact<VariableFacts>;
  readonly run: Fact<RunFacts | undefined>;
  /** Where the workspace and its variables could be read: what changes are planned from. */
  readonly source: { readonly workspace: Workspace; readonly reading: VariableReading } | undefined;
}

export interface HcpReadingOptions extends ReadVariablesOptions {
  /** Terraform variables that the code uses as keys. */
  readonly feeding?: ReadonlySet<string>;
}

export async function hcpFacts(
  client: HcpClient,
  organization: string,
  name: string,
  signal: AbortSignal,
  options: HcpReadingOptions = {},
): Promise<HcpReading> {
  const found = await readWorkspace(client, organization, name, signal);
  if (!found.ok) return nothingRead(found.problem);
  const workspace = found.value;
  const names = workspaceNames(client.hostname, workspace);
  if (!names.ok) return nothingRead(names.problem);
  const [agents, variables, run] = await Promise.all([
    workspace.executionMode === 'agent' && workspace.agentPoolId !== undefined
      ? readAgents(client, workspace.agentPoolId, signal)
      : undefined,
    readVariables(client, workspace, signal, options),
    readLatestRun(client, workspace, signal),
  ]);
  return {
    workspace: known({
      ...workspace,
      ...names.value,
      agents: agents === undefined ? known([]) : factOf(agents),
      ...(run.ok && { hasRun: run.value !== undefined }),
    }),
    variables: variables.ok
      ? known({
          ...credentialFacts(variables.value.effective, options.feeding),
          ...(variables.value.unsure !== undefined && { unsure: variables.value.unsure }),
        })
      : unread(variables.problem),
    run: run.ok ? known(erroredRun(run.value)) : unread(run.problem),
    source: variables.ok ? { workspace, reading: variables.value } : undefined,
  };
}

function nothingRead(problem: Problem): HcpReading {
  const why = unread(problem);
  return { workspace: why, variables: why, run: why, source: undefined };
}

function factOf<T>(result: Result<T>): Fact<T> {
  return result.ok ? known(result.value) : unread(result.problem);
}

function erroredRun(run: Run | undefined): RunFacts | undefined {
  if (run === undefined || run.erroredPhase === undefined) return undefined;
  return {
    id: run.id,
    status: run.status,
    phase: run.erroredPhase,
    errorText: run.errorText,
    at: run.at,
    url: run.url,
  };
}
