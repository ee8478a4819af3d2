import type { AuditRow } from '../../hcp/audit';
import type { HcpClient } from '../../hcp/client/client';
import { lastRunAt } from '../../hcp/workspace/runs';
import type { Check } from '../check';
import { known, unknown } from '../facts';
import { type JournalStore, readJournals } from '../journal/journal';
import type { OpenedAccount } from '../setup/model';
import { type CodeOfWorkspaces, findStaticKeys } from './found';
import { keyFacts } from './gather';
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
  /** A file's name as the report has it. */
  readonly nameOf: (file: string) => string;
  /** Undefined: no profile was chosen. */
  readonly opened: OpenedAccount | undefined;
  readonly journals: JournalStore;
  /** The workspace read anew with all its checks: what the proof rests on. */
  readonly checks: (row: AuditRow, client: HcpClient, signal: AbortSignal) => Promise<readonly Check[]>;
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
  const found = findStaticKeys(rows, look.code, look.nameOf, hostname, look.organization);
  await rememberStanding(journals, found.keys, hostname, Date.now());
  const names = new Map(rows.map(row => [`${hostname}/${row.workspace.organization}/${row.workspace.name}`, row]));
  const keys = await keyFacts(
    {
      found,
      remembered: await rememberedKeys(journals),
      runs: await readJournals(journals),
      opened,
      workspace: name => {
        const row = names.get(name);
        return row === undefined || client === undefined ? undefined : { id: row.workspace.id, client };
      },
      checks: async (name, stop) => {
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
