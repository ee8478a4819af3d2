import type { Result } from '../core/problem';
import { isAbort, ok } from '../core/problem';
import type { HcpClient } from './client/client';
import { type SuspiciousVariable, type VariableFacts, credentialFacts } from './variables/credentials';
import { readVariables, type UnsureVariables, type VariableReading, type VarsetCache } from './variables/read';
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

/** What keeps a configuration from working. */
export interface AuditFault {
  readonly kind: 'not-switched-on' | 'no-role' | 'malformed';
  /** In one sentence. */
  readonly text: string;
}

export interface AuditRow {
  readonly workspace: Workspace;
  readonly state: AuditState;
  /** `error`: static keys, or a configuration with a fault. `warning`: unknown. */
  readonly severity: 'error' | 'warning' | 'ok';
  readonly facts: VariableFacts | undefined;
  /** Every variable that reaches it; `undefined` where they could not be read. */
  readonly reading: VariableReading | undefined;
  readonly faults: readonly AuditFault[];
  /** Why something could not be read. */
  readonly unread: readonly string[];
}

/** Hears of each workspace once it was read: of what was read before a stop nothing is lost. */
export type AuditProgress = (done: number, total: number, row: AuditRow) => void;

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
  progress: AuditProgress = () => undefined,
): Promise<Result<readonly AuditRow[]>> {
  const list = await listWorkspaces(client, organization, filter, signal);
  return list.ok ? ok(await auditRows(client, list.value, signal, progress)) : list;
}

/** The same for workspaces that were listed already. */
export async function auditRows(
  client: HcpClient,
  workspaces: readonly Workspace[],
  signal: AbortSignal,
  progress: AuditProgress = () => undefined,
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
      const row = await auditOne(client, workspace, cache, both);
      rows[index] = row;
      done += 1;
      progress(done, workspaces.length, row);
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
      severity: 'warning',
      facts: undefined,
      reading: undefined,
      faults: [],
      unread: [reading.problem.message],
    };
  }
  const facts = credentialFacts(reading.value.effective);
  const state = stateOf(workspace, facts, reading.value.unsure);
  const faults = faultsOf(facts);
  return {
    workspace,
    state,
    severity: severityOf(state, faults),
    facts,
    reading: reading.value,
    faults,
    unread: reading.value.gaps,
  };
}

function stateOf(workspace: Workspace, facts: VariableFacts, unsure: UnsureVariables | undefined): AuditState {
  if (workspace.executionMode === 'local') return 'local';
  const statics = facts.staticCredentials.length > 0;
  const on = facts.configurations.some(c => c.enabled === 'yes');
  if (on) return statics ? 'both' : unsure !== undefined ? 'unknown' : 'oidc';
  if (statics) return 'static';
  // A sensitive switch or a set that can't be read may be what makes the difference.
  return unsure !== undefined || facts.configurations.some(c => c.enabled === 'hidden') ? 'unknown' : 'none';
}

function severityOf(state: AuditState, faults: readonly AuditFault[]): AuditRow['severity'] {
  if (state === 'local') return 'ok';
  if (state === 'static' || state === 'both' || faults.length > 0) return 'error';
  return state === 'unknown' ? 'warning' : 'ok';
}

function faultsOf(facts: VariableFacts): readonly AuditFault[] {
  const out: AuditFault[] = [];
  for (const c of facts.configurations) {
    const name = c.tag === undefined ? 'default configuration' : `configuration ${c.tag}`;
    if (c.enabled === 'no') {
      const value = c.enabledValue === undefined ? '' : ` (its switch is ${JSON.stringify(c.enabledValue)})`;
      out.push({ kind: 'not-switched-on', text: `The ${name} is not switched on${value}.` });
    }
    if (c.backing !== 'native') continue;
    const missing = (['plan', 'apply'] as const).filter(phase => c.roles[phase].state === 'missing');
    if (missing.length > 0)
      out.push({ kind: 'no-role', text: `The ${name} has no role for ${missing.join(' and ')}.` });
  }
  return [...out, ...facts.suspicious.map((s): AuditFault => ({ kind: 'malformed', text: malformed(s) }))];
}

function malformed({ problem, key, origin, suggestion }: SuspiciousVariable): string {
  switch (problem) {
    case 'misspelt':
      return `HCP Terraform does not know the variable ${key} of the ${origin}; it knows ${suggestion}.`;
    case 'category':
      return `${key} of the ${origin} must be an environment variable.`;
    default:
      return `${key} of the ${origin} must be ${suggestion}.`;
  }
}
