import type { AuditRow } from '../../hcp/audit';
import type { HcpClient } from '../../hcp/client/client';
import { firstRunSince, lastRunAt } from '../../hcp/workspace/runs';
import type { Check } from '../check';
import { known, unknown } from '../facts';
import { type JournalStore, readJournals } from '../journal/journal';
import type { OpenedAccount } from '../setup/model';
import { type CodeOfWorkspaces, findStaticKeys } from './found';
import { type BindingRuns, keyFacts } from './gather';
import { rememberedKeys, rememberOwner, rememberStanding } from './memory';
import type { FoundKeys, KeyFacts } from './model';

/** Where static keys are looked for, and who is asked about them. */
export interface KeyLook {
  readonly hostname: string;
  /** Where `rows` are all workspaces of it. */
  readonly organization: string | undefined;
  readonly rows: readonly AuditRow[];
  readonly client: HcpClient | undefined;
  readonly code: readonly CodeOfWorkspaces[];
  /** The deployments of Stacks that were looked at, by `HOST/ORG/STACK/DEPLOYMENT`. */
  readonly deployments?: ReadonlyMap<string, KeyDeployment>;
  /** What was not looked at though it is of the organization, one sentence each. */
  readonly gaps?: readonly string[];
  /** A file's name as the report has it. */
  readonly nameOf: (file: string) => string;
  /** Undefined: no profile was chosen. */
  readonly opened: OpenedAccount | undefined;
  readonly journals: JournalStore;
  /** The workspace read anew with all its checks: what the proof rests on. */
  readonly checks: (row: AuditRow, client: HcpClient, signal: AbortSignal) => Promise<readonly Check[]>;
}

/** A deployment of a Stack that may use a key. */
export interface KeyDeployment {
  readonly runs: BindingRuns | undefined;
  /** Read anew: what the proof rests on. */
  checks(signal: AbortSignal): Promise<readonly Check[]>;
}

export interface LookedAt {
  readonly found: FoundKeys;
  readonly keys: readonly KeyFacts[];
  /** When a workspace (`ORG/NAME`) ran last, milliseconds since the epoch. */
  lastRun(name: string): Promise<number | undefined>;
}

/** Finds static keys, remembers where they stand and whose they are, and reads everything about each. */
export async function lookAtKeys(look: KeyLook, signal: AbortSignal): Promise<LookedAt> {
  const { hostname, rows, client, journals, opened } = look;
  const standing = findStaticKeys(rows, look.code, look.nameOf, hostname, look.organization);
  const found = { ...standing, gaps: [...standing.gaps, ...(look.gaps ?? [])] };
  await rememberStanding(journals, found.keys, hostname, Date.now());
  const names = new Map(rows.map(row => [`${hostname}/${row.workspace.organization}/${row.workspace.name}`, row]));
  const keys = await keyFacts(
    {
      found,
      remembered: await rememberedKeys(journals),
      runs: await readJournals(journals),
      opened,
      runsOf: name => {
        const row = names.get(name);
        if (row === undefined || client === undefined) return look.deployments?.get(name)?.runs;
        const { id } = row.workspace;
        return { workspaceId: id, firstSince: (since, stop) => firstRunSince(client, id, since, stop) };
      },
      checks: async (name, stop) => {
        const deployment = look.deployments?.get(name);
        if (deployment !== undefined) return known(await deployment.checks(stop));
        const row = names.get(name);
        return row === undefined || client === undefined ? notLookedAt : known(await look.checks(row, client, stop));
      },
    },
    signal,
  );
  for (const { hash, shown, account, owner } of keys)
    if (account.state === 'known' && owner.state === 'known' && owner.value.kind === 'user')
      await rememberOwner(journals, { hash, shown, accountId: account.value, user: owner.value.name }, Date.now());
  const lastRun = async (name: string): Promise<number | undefined> => {
    const row = names.get(`${hostname}/${name}`);
    if (row === undefined || client === undefined) return undefined;
    const at = await lastRunAt(client, row.workspace.id, signal);
    return at.ok ? at.value : undefined;
  };
  return { found, keys, lastRun };
}

const notLookedAt = unknown(
  'A workspace that used it was not looked at.',
  'Look at the whole organization (--organization); a workspace that is gone uses no key.',
);
