import { type Fact, known, unread } from '../facts';
import type { OpenedAccount } from '../setup/model';
import { shownId } from './id';
import type { LikelyOwner } from './model';

/** Users whose keys were used within this time of a run may be who the run was. */
export const near = 15 * 60_000;
const telling = /terraform|tfc|tfe|hcp|deploy|pipeline|\bci\b|automation/i;
/** A question for each user and key: an account with more is looked at in IAM. */
const most = 200;

/**
 * Who may own a key whose id can't be read: all users with keys, likely ones first. What speaks for each is said; it is a guess, and
 * never told as a fact. `runs`: when the workspaces in question ran last, milliseconds since the epoch.
 */
export async function likelyOwners(
  { account }: OpenedAccount,
  workspaces: readonly string[],
  runs: readonly number[],
  signal: AbortSignal,
): Promise<Fact<readonly LikelyOwner[]>> {
  const users = await account.keys.users(signal);
  if (!users.ok) return unread(users.problem);
  const out: LikelyOwner[] = [];
  for (const user of users.value.slice(0, most)) {
    const list = await account.keys.list(user, signal);
    if (!list.ok) return unread(list.problem);
    if (list.value.length === 0) continue;
    const keys: LikelyOwner['keys'][number][] = [];
    for (const { id, status } of list.value) {
      const use = await account.keys.lastUse(id, signal);
      keys.push({
        shown: shownId(id),
        status,
        use: !use.ok ? unread(use.problem) : known(use.value ?? nothing),
      });
    }
    out.push({ user, keys, because: reasons(user, keys, workspaces, runs) });
  }
  return known(out.sort((a, b) => b.because.length - a.because.length || (a.user < b.user ? -1 : 1)));
}

const nothing = { user: undefined, at: undefined, service: undefined, region: undefined };

function reasons(
  user: string,
  keys: LikelyOwner['keys'],
  workspaces: readonly string[],
  runs: readonly number[],
): readonly string[] {
  const uses = keys.flatMap(k =>
    k.use.state === 'known' && k.use.value.at !== undefined ? [Date.parse(k.use.value.at)] : [],
  );
  const named = workspaces
    .map(w => w.slice(w.lastIndexOf('/') + 1))
    .find(w => user.toLowerCase().includes(w.toLowerCase()));
  return [
    ...(uses.some(at => runs.some(run => Math.abs(at - run) <= near))
      ? ['A key of this user was used at the time of the last run.']
      : []),
    ...(named !== undefined ? [`Its name holds that of workspace ${named}.`] : []),
    ...(telling.test(user) ? ['Its name speaks of automation.'] : []),
  ];
}
