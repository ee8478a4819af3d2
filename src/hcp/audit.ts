import type { Result } from '../core/problem';
import { isAbort, ok } from '../core/problem';
import type { HcpClient } from './client/client';
import { type VariableFacts, credentialFacts } from './variables/credentials';
import { readVariables, type VariableReading, type VarsetCache } from './variables/read';
import type { Workspace } from './workspace/model';
import { listWorkspaces, type WorkspaceFilter } from './workspace/read';

/** How a workspace gets its AWS credentials, as far as its variables tell. */
export type AuditState =
  /** Dynamic credentials, and nothing that beats them. */
  | 'oidc'
  /** Static keys only. */
  | 'static'
  /** Dynamic credentials are switched on, but static keys beat them. */
  | 'both'
  /** Neither: no AWS, or credentials that variables don't show. */
  | 'none'
  /** Local execution: variables are not used. */
  | 'local'
  | 'unknown';

export interface AuditRow {
  readonly workspace: Workspace;
  readonly state: AuditState;
  readonly facts: VariableFacts | undefined;
  /** Every variable that reaches it; `undefined` where they could not be read. */
  readonly reading: VariableReading | undefined;
  /** What keeps the configurations from working, in one sentence each. */
  readonly faults: readonly string[];
  /** Why something could not be read. */
  readonly unread: readonly string[];
}

const concurrency = 12;

/**
 * Looks at all workspaces of an organization: one request for each hundred, then two for each workspace, and one for each
 * variable set that is not included.
 */
export async function auditWorkspaces(
  client: HcpClient,
  organization: string,
  filter: WorkspaceFilter,
  signal: AbortSignal,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<Result<readonly AuditRow[]>> {
  const list = await listWorkspaces(client, organization, filter, signal);
  return list.ok ? ok(await auditRows(client, list.value, signal, progress)) : list;
}

/** The same for workspaces that were listed already. */
export async function auditRows(
  client: HcpClient,
  workspaces: readonly Workspace[],
  signal: AbortSignal,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<readonly AuditRow[]> {
  const cache: VarsetCache = new Map();
  const rows: AuditRow[] = [];
  let next = 0;
  let done = 0;
  // The first one that fails for good stops the others too.
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const worker = async (): Promise<void> => {
    while (next < workspaces.length) {
      const index = next++;
      const workspace = workspaces[index];
      if (workspace === undefined) return;
      rows[index] = await auditOne(client, workspace, cache, both);
      done += 1;
      progress(done, workspaces.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, workspaces.length) }, worker));
  } catch (error) {
    stop.abort();
    if (isAbort(error)) signal.throwIfAborted();
    throw error;
  }
  return rows;
}

async function auditOne(
  client: HcpClient,
  workspace: Workspace,
  cache: VarsetCache,
  signal: AbortSignal,
): Promise<AuditRow> {
  const reading = await readVariables(client, workspace, signal, { cache });
  if (!reading.ok) {
    return {
      workspace,
      state: 'unknown',
      facts: undefined,
      reading: undefined,
      faults: [],
      unread: [reading.problem.message],
    };
  }
  const facts = credentialFacts(reading.value.effective);
  return {
    workspace,
    state: stateOf(workspace, facts, reading.value.gaps),
    facts,
    reading: reading.value,
    faults: faultsOf(facts),
    unread: reading.value.gaps,
  };
}

function stateOf(workspace: Workspace, facts: VariableFacts, gaps: readonly string[]): AuditState {
  if (workspace.executionMode === 'local') return 'local';
  const statics = facts.staticCredentials.length > 0;
  const on = facts.configurations.some(c => c.enabled === 'yes');
  if (on) return statics ? 'both' : gaps.length > 0 ? 'unknown' : 'oidc';
  if (statics) return 'static';
  // A sensitive switch or a set that can't be read may be what makes the difference.
  return gaps.length > 0 || facts.configurations.some(c => c.enabled === 'hidden') ? 'unknown' : 'none';
}

function faultsOf(facts: VariableFacts): readonly string[] {
  const out: string[] = [];
  for (const c of facts.configurations) {
    const name = c.tag === undefined ? 'default configuration' : `configuration ${c.tag}`;
    if (c.enabled === 'no') {
      out.push(
        `The ${name} is not switched on${c.enabledValue === undefined ? '' : ` (its switch is ${JSON.stringify(c.enabledValue)})`}.`,
      );
    }
    if (c.backing !== 'native') continue;
    const missing = (['plan', 'apply'] as const).filter(phase => c.roles[phase].state === 'missing');
    if (missing.length > 0) out.push(`The ${name} has no role for ${missing.join(' and ')}.`);
  }
  for (const s of facts.suspicious) {
    out.push(
      s.problem === 'misspelt'
        ? `${s.key} of the ${s.origin} is no known variable; ${s.suggestion} is.`
        : s.problem === 'category'
          ? `${s.key} of the ${s.origin} must be an environment variable.`
          : `${s.key} of the ${s.origin} must be ${s.suggestion}.`,
    );
  }
  return out;
}
