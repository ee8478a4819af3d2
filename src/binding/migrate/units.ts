import type { HcpClient } from '../../hcp/client/client';
import type { AuditRow } from '../../hcp/audit';
import { parseRoleArn } from '../checks/arn';
import { type Fact, known, unknown, unread, workspaceNames } from '../facts';
import type { HcpReading } from '../gather/hcp';
import type { WorkspacePlace } from '../place';
import type { SetupMember } from '../setup/model';

/** One workspace that is to move, as the audit read it. */
export interface MigrationUnit {
  readonly name: string;
  readonly row: AuditRow;
  readonly member: SetupMember;
  readonly accountId: string;
  /** `github.com`'s `owner/name` as HCP Terraform names it, or the folder of the checkout. */
  readonly repository: string | undefined;
}

/** A workspace that stays as it is, and why. */
export interface LeftWorkspace {
  readonly name: string;
  /** Nothing has to be done about it. */
  readonly done: boolean;
  readonly why: string;
}

export interface Sorted {
  /** By account, then project, repository and name. */
  readonly units: readonly MigrationUnit[];
  readonly left: readonly LeftWorkspace[];
}

/** Where a workspace works, as far as it is known without asking AWS: the account of the roles that its variables name. */
export function accountOfRoles({ facts }: AuditRow): string | undefined {
  const arns = (facts?.configurations ?? []).flatMap(c =>
    [c.roles.plan, c.roles.apply].flatMap(r => (r.state === 'set' ? [r.arn] : [])),
  );
  const accounts = [...new Set(arns.flatMap(arn => parseRoleArn(arn)?.accountId ?? []))];
  return accounts.length === 1 ? accounts[0] : undefined;
}

/** What of the audit is to move, and what is not. `accountOf` says where a workspace works, or why that is not known. */
export async function sortUnits(
  rows: readonly AuditRow[],
  client: HcpClient,
  codeOf: (row: AuditRow) => { readonly code: SetupMember['code']; readonly folder: string | undefined },
  accountOf: (row: AuditRow) => Promise<Fact<string>>,
): Promise<Sorted> {
  const units: MigrationUnit[] = [];
  const left: LeftWorkspace[] = [];
  for (const row of rows) {
    const name = row.workspace.name;
    const reason = reasonToLeave(row);
    if (reason !== undefined) {
      left.push({ name, ...reason });
      continue;
    }
    const account = await accountOf(row);
    if (account.state === 'unknown') {
      left.push({ name, done: false, why: `${account.why} ${account.nextStep ?? ''}`.trim() });
      continue;
    }
    const { code, folder } = codeOf(row);
    const member: SetupMember = {
      place: placeOf(row),
      code,
      hcp: { client, reading: readingOf(row) },
      local: undefined,
    };
    units.push({ name, row, member, accountId: account.value, repository: row.workspace.repository ?? folder });
  }
  return { units: units.sort(byPlace), left };
}

/**
 * The next of those that are to move. One that has its role and only keys beside it is left out where nothing of that would change: its
 * keys stay by wish, or belong to variable sets of other workspaces. `later`: names that failed before; they come last.
 */
export function nextUnits(
  units: readonly MigrationUnit[],
  count: number,
  removeStaticKeys: boolean,
  later: ReadonlySet<string>,
): readonly MigrationUnit[] {
  const open = units.filter(({ row }) => {
    if (row.state !== 'both' || row.faults.length > 0) return true;
    return removeStaticKeys && row.facts?.staticCredentials.some(s => s.origin === 'workspace') === true;
  });
  return [...open.filter(u => !later.has(u.name)), ...open.filter(u => later.has(u.name))].slice(0, count);
}

/** Dynamic credentials and nothing beside them: done. What could not be read is not touched. */
function reasonToLeave(row: AuditRow): Omit<LeftWorkspace, 'name'> | undefined {
  if (row.state === 'local')
    return { done: false, why: 'Its runs execute on people’s own machines (execution mode "local").' };
  if (row.state === 'none') return { done: false, why: 'It has no AWS credentials in its variables.' };
  if (row.state === 'oidc' && row.faults.length === 0)
    return { done: true, why: 'It has dynamic credentials already.' };
  if (row.reading === undefined) return { done: false, why: row.unread[0] ?? 'Its variables could not be read.' };
  if (row.unread.length > 0) return { done: false, why: row.unread[0] ?? '' };
  return undefined;
}

const placeOf = ({ workspace: w }: AuditRow): WorkspacePlace => ({
  hostname: w.hostname,
  organization: w.organization,
  workspace: w.name,
});

/** The audit has read the workspace and its variables already: nothing is asked for twice. */
function readingOf({ workspace, facts, reading }: AuditRow): HcpReading {
  const names = workspaceNames(workspace.hostname, workspace);
  return {
    workspace: names.ok ? known({ ...workspace, ...names.value, agents: known([]) }) : unread(names.problem),
    variables: facts === undefined ? unknown('Its variables could not be read.') : known(facts),
    run: unknown('The last run was not read.'),
    source: reading === undefined ? undefined : { workspace, reading },
  };
}

const byPlace = (a: MigrationUnit, b: MigrationUnit): number =>
  compare(a.accountId, b.accountId) ||
  compare(a.row.workspace.project.name, b.row.workspace.project.name) ||
  compare(a.repository ?? '', b.repository ?? '') ||
  compare(a.name, b.name);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Waves of at most `size`, filled from all accounts in turn: an account that cannot be written shows in the first wave. */
export function wavesOf<T extends { readonly accountId: string }>(
  units: readonly T[],
  size: number,
): readonly (readonly T[])[] {
  const queues = [...grouped(units, u => u.accountId).values()].map(q => [...q]);
  const order: T[] = [];
  while (queues.some(q => q.length > 0)) for (const queue of queues) order.push(...queue.splice(0, 1));
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}

/** In the order in which each key is met first. */
export function grouped<K, T>(items: readonly T[], key: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const out = new Map<K, T[]>();
  for (const item of items) {
    const known = out.get(key(item));
    if (known === undefined) out.set(key(item), [item]);
    else known.push(item);
  }
  return out;
}
