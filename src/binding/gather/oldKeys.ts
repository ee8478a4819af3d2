import { type Fact, known, type OldKeyFacts, unknown, unread } from '../facts';
import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import { keyHash } from '../keys/id';
import { inactiveSince } from '../keys/history';
import { rememberedKeys } from '../keys/memory';
import type { RememberedKey } from '../keys/model';
import { type JournalRun, type JournalStore, readJournals } from '../journal/journal';

/** What is remembered of the keys that a workspace (`HOST/ORG/NAME`) had. */
export type OldKeys = (workspace: string) => Promise<readonly OldKey[]>;

export interface OldKey {
  readonly key: RememberedKey;
  readonly inactiveSince: number | undefined;
}

export function oldKeysOf(store: JournalStore): OldKeys {
  let read: Promise<{ readonly keys: readonly RememberedKey[]; readonly runs: readonly JournalRun[] }> | undefined;
  return async workspace => {
    read ??= Promise.all([rememberedKeys(store), readJournals(store)]).then(([keys, runs]) => ({ keys, runs }));
    const { keys, runs } = await read;
    return keys
      .filter(key => key.workspaces.includes(workspace))
      .map(key => ({ key, inactiveSince: inactiveSince(key.hash, runs) }));
  };
}

/** What became of the keys: one question to IAM for each user that is known. */
export async function oldKeyFacts(
  old: readonly OldKey[],
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity } | { readonly missing: string },
  signal: AbortSignal,
): Promise<readonly OldKeyFacts[]> {
  const out: OldKeyFacts[] = [];
  for (const { key, inactiveSince: since } of old)
    out.push({
      shown: key.shown,
      user: key.user,
      accountId: key.accountId,
      status: await statusOf(key, opened, signal),
      inactiveSince: since,
    });
  return out;
}

async function statusOf(
  { user, accountId, hash }: RememberedKey,
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity } | { readonly missing: string },
  signal: AbortSignal,
): Promise<Fact<'Active' | 'Inactive' | 'gone'>> {
  if (user === undefined || accountId === undefined)
    return unknown(
      'Whose key it is was not asked yet.',
      'Show the old keys with a profile of its account (tfc-oidc keys --organization, --profile).',
    );
  if ('missing' in opened) return unknown(opened.missing);
  if (opened.caller.accountId !== accountId)
    return unknown(`The key is of account ${accountId}.`, `Choose a profile of account ${accountId} (--profile).`);
  const listed = await opened.account.keys.list(user, signal);
  if (!listed.ok) return unread(listed.problem);
  return known(listed.value.find(k => keyHash(k.id) === hash)?.status ?? 'gone');
}
