import { gatherBinding, notAsked } from '../../binding/gather/binding';
import { workspacesOf } from '../../binding/gather/workspacesOf';
import { runChecks } from '../../binding/checks/table';
import { trustJudge } from '../../binding/checks/judge';
import { type Fact, known, unknown } from '../../binding/facts';
import type { Check } from '../../binding/check';
import { readJournals } from '../../binding/journal/journal';
import {
  findStaticKeys,
  type FoundKeys,
  keyFacts,
  type KeyFacts,
  rememberedKeys,
  rememberOwner,
  rememberStanding,
} from '../../binding/keys';
import type { OpenedAccount } from '../../binding/setup';
import { unwrap } from '../../core/problem';
import { type AuditRow, auditRows, auditWorkspaces } from '../../hcp/audit';
import type { HcpClient } from '../../hcp/client/client';
import { readWorkspace } from '../../hcp/workspace/read';
import { lastRunAt } from '../../hcp/workspace/runs';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import { codeOf, commonSources, journals } from './services';
import { auditProgress } from './auditProgress';
import { HcpSessions } from './hcpSession';

/** Where `tfc-oidc keys` looks. */
export interface KeyLook {
  readonly hostname: string;
  /** All workspaces of it; undefined: those that the code names. */
  readonly organization: string | undefined;
  readonly folder: TerraformFolder | undefined;
  readonly opened: OpenedAccount | undefined;
  readonly journal: string;
}

export interface LookedAt {
  readonly found: FoundKeys;
  readonly keys: readonly KeyFacts[];
  /** When a workspace ran last, milliseconds since the epoch. */
  lastRun(organizationAndName: string): Promise<number | undefined>;
}

/** Finds static keys, remembers where they stand and whose they are, and reads everything about each. */
export async function lookAtKeys(context: CliContext, look: KeyLook): Promise<LookedAt> {
  const { hostname, organization, folder, opened, journal } = look;
  const store = journals(journal);
  const sessions = new HcpSessions(context);
  const places = placesInCode(folder);
  const rows: AuditRow[] = [];
  let client: HcpClient | undefined;
  if (organization !== undefined) {
    client = await sessions.open(hostname, undefined);
    rows.push(...unwrap(await auditWorkspaces(client, organization, {}, context.signal, auditProgress(context))));
  } else {
    for (const place of places) {
      client = await sessions.open(place.hostname, place.root.cloud);
      const workspace = unwrap(await readWorkspace(client, place.organization, place.workspace, context.signal));
      rows.push(...(await auditRows(client, [workspace], context.signal)));
    }
  }
  const code = (folder?.project.roots ?? []).map(root => ({
    root,
    workspaces: places.filter(p => p.root === root).map(p => `${p.organization}/${p.workspace}`),
  }));
  const host = organization === undefined ? (places[0]?.hostname ?? hostname) : hostname;
  const found = findStaticKeys(rows, code, file => folder?.name(file) ?? file, host, organization);
  await rememberStanding(store, found.keys, host, Date.now());
  const names = new Map(rows.map(row => [`${host}/${row.workspace.organization}/${row.workspace.name}`, row]));
  const keys = await keyFacts(
    {
      found,
      remembered: await rememberedKeys(store),
      runs: await readJournals(store),
      opened,
      workspace: name => {
        const row = names.get(name);
        return row === undefined || client === undefined ? undefined : { id: row.workspace.id, client };
      },
      checks: (name, signal) => checksOf(context, look, names.get(name), client, signal),
    },
    context.signal,
  );
  await rememberOwners(store, keys);
  const lastRun = async (name: string): Promise<number | undefined> => {
    const row = names.get(`${host}/${name}`);
    if (row === undefined || client === undefined) return undefined;
    const at = await lastRunAt(client, row.workspace.id, context.signal);
    return at.ok ? at.value : undefined;
  };
  return { found, keys, lastRun };
}

interface PlaceInCode {
  readonly root: TerraformFolder['project']['roots'][number];
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

/** The workspaces that the code names one by one. */
function placesInCode(folder: TerraformFolder | undefined): readonly PlaceInCode[] {
  return (folder?.project.roots ?? []).flatMap(root => {
    const named = workspacesOf(root.cloud);
    if (!named.ok || named.value.which.by !== 'name') return [];
    const { hostname, organization, which } = named.value;
    return [{ root, hostname, organization, workspace: which.name }];
  });
}

async function rememberOwners(store: ReturnType<typeof journals>, keys: readonly KeyFacts[]): Promise<void> {
  for (const { hash, shown, account, owner } of keys)
    if (account.state === 'known' && owner.state === 'known' && owner.value.kind === 'user')
      await rememberOwner(store, { hash, shown, accountId: account.value, user: owner.value.name }, Date.now());
}

/** The workspace read anew with all its checks: what the proof rests on. */
async function checksOf(
  context: CliContext,
  { hostname, opened, journal }: KeyLook,
  row: AuditRow | undefined,
  client: HcpClient | undefined,
  signal: AbortSignal,
): Promise<Fact<readonly Check[]>> {
  if (row === undefined || client === undefined)
    return unknown(
      'A workspace that used it was not looked at.',
      'Look at the whole organization (--organization); a workspace that is gone uses no key.',
    );
  const { facts } = await gatherBinding(
    {
      ...(await commonSources(context, journal, opened !== undefined)),
      hostname,
      organization: row.workspace.organization,
      workspace: row.workspace.name,
      code: codeOf(context, undefined),
      client,
      account: opened ?? { missing: 'No AWS profile was chosen (--profile).' },
      pastedError: undefined,
      cloudTrail: notAsked('CloudTrail is asked by the doctor alone (--cloudtrail).'),
      now: Date.now(),
    },
    signal,
  );
  return known(runChecks(facts, trustJudge));
}
