import type { Result } from '../../core/problem';
import { type Fact, known, unknown, unread } from '../facts';
import type { JournalRun } from '../journal/journal';
import { proofGap } from '../prove/proven';
import type { Check } from '../check';
import type { OpenedAccount } from '../setup/model';
import { inactiveSince } from './history';
import { KeyId, keyHash } from './id';
import type { FoundKeys, KeyFacts, KeyOwner, KeyPlace, RememberedKey } from './model';

/** What is asked about keys, beside what was found. */
export interface KeySources {
  readonly found: FoundKeys;
  readonly remembered: readonly RememberedKey[];
  readonly runs: readonly JournalRun[];
  /** Undefined: no profile was chosen. */
  readonly opened: OpenedAccount | undefined;
  /** By `HOST/ORG/NAME` of a workspace, or `HOST/ORG/STACK/DEPLOYMENT`: its runs; undefined where they can't be read. */
  runsOf(name: string): BindingRuns | undefined;
  /** All its checks, read anew. */
  checks(name: string, signal: AbortSignal): Promise<Fact<readonly Check[]>>;
}

/** The runs of a workspace, or of a deployment of a Stack. */
export interface BindingRuns {
  /** Its id in HCP Terraform, of a workspace: keys are removed from its variables. */
  readonly workspaceId: string | undefined;
  /** When the first one was made after `since` whose plan came to its end; `undefined`: none yet. */
  firstSince(since: number, signal: AbortSignal): Promise<Result<number | undefined>>;
}

interface Subject {
  readonly hash: string;
  readonly shown: string;
  readonly id: KeyId | undefined;
  readonly places: readonly KeyPlace[];
  readonly remembered: RememberedKey | undefined;
}

const noProfile = unknown('No AWS profile was chosen.', 'Choose a profile of the account (--profile).');

/** Reads everything about each key that stands somewhere or did. Writes nothing. */
export async function keyFacts(sources: KeySources, signal: AbortSignal): Promise<readonly KeyFacts[]> {
  const remembered = new Map(sources.remembered.map(key => [key.hash, key]));
  const standing = sources.found.keys.map(({ id, places }): Subject => {
    const { hash, shown } = id;
    return { hash, shown, id, places, remembered: remembered.get(hash) };
  });
  const there = new Set(standing.map(s => s.hash));
  const gone = sources.remembered
    .filter(key => !there.has(key.hash))
    .map((key): Subject => ({ ...key, id: undefined, places: [], remembered: key }));
  const listed = new KeyLists(sources.opened, signal);
  const out: KeyFacts[] = [];
  for (const subject of [...standing, ...gone]) out.push(await factsOf(subject, sources, listed, signal));
  return out;
}

async function factsOf(
  subject: Subject,
  sources: KeySources,
  listed: KeyLists,
  signal: AbortSignal,
): Promise<KeyFacts> {
  const { hash, shown, places, remembered } = subject;
  const id = subject.id ?? (await listed.byHash(hash, remembered?.user));
  const account = await accountOf(id, remembered, sources.opened, signal);
  const own = account.state === 'known' && account.value === sources.opened?.caller.accountId;
  const use =
    own && id !== undefined && sources.opened !== undefined
      ? await sources.opened.account.keys.lastUse(id.reveal(), signal)
      : undefined;
  const workspaces = [
    ...new Set([
      ...(remembered?.workspaces ?? []),
      ...places.flatMap(p => p.workspaces.map(w => `${sources.found.hostname}/${w}`)),
    ]),
  ];
  const elsewhere = account.state === 'unknown' ? account : noProfileOf(account.value);
  const inPlace = places.length > 0;
  return {
    hash,
    shown,
    id,
    places,
    former: remembered?.places ?? places,
    workspaces,
    account,
    owner: own ? await ownerOf(id, use, listed) : elsewhere,
    lastUse:
      use === undefined
        ? own
          ? unknown('The account has no such key any more, so nothing tells when it was used.')
          : elsewhere
        : use.ok
          ? use.value === undefined
            ? unknown('The account has no such key any more, so nothing tells when it was used.')
            : known(use.value)
          : unread(use.problem),
    inactiveSince: inactiveSince(hash, sources.runs),
    ...(inPlace ? notAskedYet : await afterwards(workspaces, remembered, sources, signal)),
    lookedEverywhere: lookedEverywhere(sources.found),
  };
}

const stillThere = unknown('Runs still take it.');
const notAskedYet = { firstRun: stillThere, proven: stillThere };

const noProfileOf = (accountId: string) =>
  unknown(`The key is of account ${accountId}.`, `Choose a profile of account ${accountId} (--profile).`);

async function accountOf(
  id: KeyId | undefined,
  remembered: RememberedKey | undefined,
  opened: OpenedAccount | undefined,
  signal: AbortSignal,
): Promise<Fact<string>> {
  if (remembered?.accountId !== undefined) return known(remembered.accountId);
  if (opened === undefined) return noProfile;
  if (id === undefined)
    return unknown(
      `Whose key it is cannot be told: account ${opened.caller.accountId} lists no such key, and its id is nowhere any more.`,
      'Choose a profile of the account that the workspace works in (--profile).',
    );
  const found = await opened.account.keys.accountOf(id.reveal(), signal);
  return found.ok ? known(found.value) : unread(found.problem);
}

async function ownerOf(
  id: KeyId | undefined,
  use: Awaited<ReturnType<OpenedAccount['account']['keys']['lastUse']>> | undefined,
  listed: KeyLists,
): Promise<Fact<KeyOwner>> {
  if (id === undefined || (use?.ok === true && use.value === undefined)) return known({ kind: 'gone' });
  if (use === undefined) return noProfile;
  if (!use.ok) return unread(use.problem);
  const name = use.value?.user;
  if (name === undefined) return known({ kind: 'root' });
  const keys = await listed.of(name);
  if (keys.state === 'unknown') return keys;
  const key = keys.value.find(k => keyHash(k.id) === id.hash);
  // IAM names somebody who has no such key as a user: the root user.
  if (key === undefined) return known({ kind: 'root' });
  return known({ kind: 'user', name, status: key.status, createdAt: key.createdAt });
}

/** Lists of users' keys, each asked for once. */
class KeyLists {
  private readonly lists = new Map<string, ReturnType<KeyLists['ask']>>();
  private users: readonly string[] | undefined;

  constructor(
    private readonly opened: OpenedAccount | undefined,
    private readonly signal: AbortSignal,
  ) {}

  of(user: string): ReturnType<KeyLists['ask']> {
    const asked = this.lists.get(user) ?? this.ask(user);
    this.lists.set(user, asked);
    return asked;
  }

  private async ask(user: string) {
    if (this.opened === undefined) return noProfile;
    const list = await this.opened.account.keys.list(user, this.signal);
    return list.ok ? known(list.value) : unread(list.problem);
  }

  /** A key that stands nowhere any more, found again among those of its user, or of all users. */
  async byHash(hash: string, user: string | undefined): Promise<KeyId | undefined> {
    if (this.opened === undefined) return undefined;
    for (const name of user === undefined ? await this.all() : [user]) {
      const keys = await this.of(name);
      const found = keys.state === 'known' ? keys.value.find(k => keyHash(k.id) === hash) : undefined;
      if (found !== undefined) return new KeyId(found.id);
    }
    return undefined;
  }

  private async all(): Promise<readonly string[]> {
    if (this.users !== undefined || this.opened === undefined) return this.users ?? [];
    const users = await this.opened.account.keys.users(this.signal);
    this.users = users.ok ? users.value : [];
    return this.users;
  }
}

function lookedEverywhere({ organization, gaps }: FoundKeys): Fact<true> {
  if (organization === undefined)
    return unknown(
      'Only some workspaces were looked at, so another one may use the key.',
      'Look at the whole organization (--organization).',
    );
  const [first] = gaps;
  return first === undefined
    ? known(true)
    : unknown(
        `Not everything of the organization could be read, so a key may be there too: ${first}`,
        'Use a token that may read all variables.',
      );
}

/** When the static keys of a workspace were removed by our journal. */
function removedAt(
  workspaceId: string | undefined,
  names: readonly string[],
  runs: readonly JournalRun[],
): number | undefined {
  const removals = runs.filter(run =>
    run.steps.some(
      ({ change, state, undo }) =>
        change.kind === 'variable' &&
        change.action === 'delete' &&
        state === 'done' &&
        undo !== 'undone' &&
        (change.scope.id === workspaceId || names.includes(change.scope.name)),
    ),
  );
  return removals.at(-1)?.at;
}

/**
 * Whether the successor works: the bindings are proven, and runs were made with the role. A run counts that began after the key was
 * seen for the last time, or after our journal says that it was removed: an earlier one may have used the key.
 */
async function afterwards(
  workspaces: readonly string[],
  remembered: RememberedKey | undefined,
  sources: KeySources,
  signal: AbortSignal,
): Promise<Pick<KeyFacts, 'firstRun' | 'proven'>> {
  if (workspaces.length === 0) {
    const why = unknown('Which workspaces used it is not known.', 'Start a run, and look at it in HCP Terraform.');
    return { firstRun: why, proven: why };
  }
  let first: number | undefined = 0;
  for (const name of workspaces) {
    const checks = await sources.checks(name, signal);
    if (checks.state === 'unknown') return { firstRun: checks, proven: checks };
    const gap = proofGap(checks.value);
    if (gap !== undefined) {
      const why = [...gap.wrong, ...gap.unread].map(c => c.title).join(', ') || 'no role was evaluated';
      const open = unknown(`The role of ${name} is not proven: ${why}.`, 'Put that right first (tfc-oidc status).');
      return { firstRun: open, proven: open };
    }
    const at = sources.runsOf(name);
    if (at === undefined) {
      const open = unknown(`The runs of ${name} cannot be read.`, 'Use a token that may read them.');
      return { firstRun: open, proven: known(true) };
    }
    const sets = (remembered?.places ?? []).flatMap(p => /^variable set (.+), [^,]+$/.exec(p.where)?.[1] ?? []);
    const standing = remembered?.standing ?? 0;
    const removed = removedAt(at.workspaceId, sets, sources.runs);
    const since = removed !== undefined && removed >= standing ? removed : standing;
    const run = await at.firstSince(since, signal);
    if (!run.ok) return { firstRun: unread(run.problem), proven: known(true) };
    if (run.value === undefined) return { firstRun: known(undefined), proven: known(true) };
    // The last workspace to move decides: until then its runs used the key.
    first = Math.max(first, run.value);
  }
  return { firstRun: known(first), proven: known(true) };
}
