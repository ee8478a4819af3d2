import type { WatchedKey, WatchedRole, WatchState } from '../../binding/watch/model';
import { missingRole, watchedRole } from '../../binding/watch/role';
import type { OpenedAccount } from '../../binding/setup';
import { unwrap } from '../../core/problem';
import { type AuditRow, auditWorkspaces } from '../../hcp/audit';
import { findProject } from '../../hcp/workspace/read';
import type { Hostname, OrganizationName } from '../../oidc/names';
import { auditProgress } from '../binding/auditProgress';
import { openAwsAccount } from '../binding/accounts';
import { HcpSessions } from '../binding/hcpSession';
import { lookAtKeys } from '../binding/keyLook';
import type { CliContext } from '../command';

export interface WatchRequest {
  readonly hostname: Hostname;
  readonly organization: OrganizationName;
  readonly project: string | undefined;
  /** `undefined`: what the environment has. */
  readonly profiles: readonly (string | undefined)[];
  readonly region: string | undefined;
  readonly journal: string;
}

/** What the organization is like now, and what of it could not be read. Of that, what was known before stays. */
export interface Gathered {
  readonly state: WatchState;
  readonly unread: readonly string[];
}

export async function gatherState(
  context: CliContext,
  request: WatchRequest,
  last: WatchState | undefined,
  now: number,
): Promise<Gathered> {
  const { hostname, organization } = request;
  const client = await new HcpSessions(context).open(hostname, undefined);
  const project =
    request.project === undefined
      ? undefined
      : unwrap(await findProject(client, organization, request.project, context.signal));
  const filter = project === undefined ? {} : { projectId: project.id };
  const rows = unwrap(await auditWorkspaces(client, organization, filter, context.signal, auditProgress(context)));
  const unread: string[] = [];
  const accounts = await openAll(context, request);
  const roles: WatchedRole[] = [];
  for (const arn of new Set(rows.flatMap(rolesOf))) {
    const role = await roleNow(context, arn, accounts, unread);
    const before = last?.roles.find(r => r.arn === arn);
    if (role !== undefined) roles.push(role);
    else if (before !== undefined) roles.push(before);
  }
  const keys: WatchedKey[] = [];
  for (const opened of accounts) keys.push(...(await keysNow(context, request, opened)));
  const state: WatchState = {
    version: 1,
    hostname,
    organization,
    at: new Date(now).toISOString(),
    workspaces: rows.flatMap(row => workspaceNow(row, last, unread)),
    roles: roles.sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    keys: accounts.length === 0 ? (last?.keys ?? []) : unique(keys),
  };
  return { state, unread };
}

async function openAll(context: CliContext, { profiles, region }: WatchRequest): Promise<readonly OpenedAccount[]> {
  const opened: OpenedAccount[] = [];
  for (const profile of profiles) opened.push(await openAwsAccount(context, { profile, region, account: undefined }));
  return opened;
}

const rolesOf = ({ facts }: AuditRow): readonly string[] =>
  (facts?.configurations ?? []).flatMap(({ roles }) =>
    [roles.plan, roles.apply].flatMap(role => (role.state === 'set' ? [role.arn] : [])),
  );

async function roleNow(
  context: CliContext,
  arn: string,
  accounts: readonly OpenedAccount[],
  unread: string[],
): Promise<WatchedRole | undefined> {
  if (accounts.length === 0) return undefined;
  const opened = accounts.find(({ caller }) => caller.accountId === arn.split(':')[4]);
  if (opened === undefined) {
    unread.push(`${arn}: no --profile is of its account.`);
    return undefined;
  }
  const role = await opened.account.readRole(arn, context.signal);
  const watched =
    role.ok && role.value !== undefined ? await watchedRole(opened.account, role.value, context.signal) : undefined;
  if (role.ok && role.value === undefined) return missingRole(arn);
  if (watched?.ok === true) return watched.value;
  const problem = role.ok ? (watched?.ok === false ? watched.problem : undefined) : role.problem;
  unread.push(`${arn}: ${problem?.message ?? 'it could not be read.'}`);
  return undefined;
}

async function keysNow(
  context: CliContext,
  request: WatchRequest,
  opened: OpenedAccount,
): Promise<readonly WatchedKey[]> {
  const { hostname, organization, journal } = request;
  const { keys } = await lookAtKeys(context, { hostname, organization, folder: undefined, opened, journal });
  return keys.flatMap(({ owner, shown, places }) => {
    if (owner.state !== 'known' || owner.value.kind !== 'user' || owner.value.createdAt === undefined) return [];
    return [{ shown, createdAt: owner.value.createdAt, places: places.map(place => place.where) }];
  });
}

const unique = (keys: readonly WatchedKey[]): readonly WatchedKey[] => [
  ...new Map(keys.map(key => [`${key.shown} ${key.createdAt}`, key])).values(),
];

function workspaceNow(row: AuditRow, last: WatchState | undefined, unread: string[]): WatchState['workspaces'] {
  const { workspace, facts, state } = row;
  for (const gap of row.unread) unread.push(`${workspace.name}: ${gap}`);
  const names = { id: workspace.id, name: workspace.name, project: workspace.project.name };
  const before = last?.workspaces.find(w => w.id === workspace.id);
  // What was not read is not gone.
  if (row.unread.length > 0 || facts === undefined) return before === undefined ? [] : [{ ...before, ...names }];
  return [
    {
      ...names,
      state,
      staticCredentials: facts.staticCredentials.map(s => `${s.key} from the ${s.origin}`).sort(),
      roles: [...new Set(rolesOf(row))].sort(),
    },
  ];
}
