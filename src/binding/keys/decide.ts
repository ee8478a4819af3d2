import type { KeyUse } from '../../iam/account/askedTypes';
import type { Unread } from '../facts';
import type { KeyDecision, KeyFacts, KeyOwner } from './model';

const day = 86_400_000;
/** How long a key is left inactive before it may be deleted: a job that runs once a week shows in that time. */
export const quietDays = 7;

/** "2026-11-30 10:00 UTC". */
export const dateText = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';

/** "s3 in eu-central-1 at 2026-11-30 10:00 UTC". */
export function useText({ at, service, region }: KeyUse): string {
  if (at === undefined) return 'never used';
  return `${service ?? 'an unknown service'} in ${region ?? 'an unknown region'} at ${dateText(Date.parse(at))}`;
}

/** What may be done with a key, and why not more. Pure: the same facts give the same answer. */
export function decideKey(facts: KeyFacts, now: number): KeyDecision {
  const { owner } = facts;
  if (owner.state === 'unknown') return open(owner);
  switch (owner.value.kind) {
    case 'gone':
      return {
        state: 'deleted',
        why: 'The account has no such key any more.',
        nextStep: facts.places.length > 0 ? 'Remove it from where it still is.' : 'Nothing.',
        offers: [],
      };
    case 'root':
      return {
        state: 'root',
        why: 'It is a key of the root user of the account, or of nobody that IAM lists as a user: it may do everything.',
        nextStep: 'Sign in as the root user, see where it is used, and delete it there. This is left to a person.',
        offers: [],
      };
    case 'user':
      return owner.value.status === 'Inactive' ? ofInactive(facts, now) : ofActive(facts, owner.value);
  }
}

const open = ({ why, nextStep }: Unread): KeyDecision => ({
  state: 'unknown',
  why,
  nextStep: nextStep ?? 'Choose a profile of the account (--profile).',
  offers: [],
});

function ofInactive({ inactiveSince: since, lastUse, places }: KeyFacts, now: number): KeyDecision {
  const state = 'inactive';
  if (places.length > 0)
    return {
      state,
      why: 'It is inactive, and runs still take it: they fail with it.',
      nextStep: 'Make it active again (--activate), or remove it there.',
      offers: ['activate'],
    };
  if (since === undefined)
    return {
      state,
      why: 'It is inactive, and was not made so from here: since when is not known.',
      nextStep: `Delete it in IAM once you know that nobody missed it for ${quietDays} days.`,
      offers: ['activate'],
    };
  if (lastUse.state === 'unknown') return { ...open(lastUse), state, offers: ['activate'] };
  const used = lastUse.value.at === undefined ? undefined : Date.parse(lastUse.value.at);
  if (used !== undefined && used > since)
    return {
      state,
      why: `It was used after it was made inactive (${useText(lastUse.value)}): somebody made it active in between.`,
      nextStep: 'Find out who needs it, then deactivate it anew.',
      offers: ['activate'],
    };
  const ripe = since + quietDays * day;
  if (now < ripe)
    return {
      state,
      why: `It is inactive since ${dateText(since)}, and nobody made it active again.`,
      nextStep: `From ${dateText(ripe)} on it can be deleted (--delete).`,
      offers: ['activate'],
    };
  return {
    state: 'can-be-deleted',
    why: `It is inactive for ${Math.floor((now - since) / day)} days, and nobody made it active again.`,
    nextStep: 'Delete it (--delete). That cannot be undone.',
    offers: ['delete', 'activate'],
  };
}

/** Of a Stack the code goes first: what it reads stays in the variable set until the deployments have run without it. */
function outOf(places: KeyFacts['places']): string {
  const stored = places.filter(place => place.where.startsWith('variable set of store.'));
  if (stored.length === 0)
    return 'Set up OIDC there, and remove it after the proof (tfc-oidc configure --remove-static-keys).';
  const first =
    stored.length < places.length
      ? 'Set up OIDC, take it out of the code (tfc-oidc configure --fix-code), and push that. '
      : '';
  return `${first}Once no code reads ${stored.map(place => place.where.replace(/^.*, /, '')).join(', ')} and each deployment has run with its role (tfc-oidc prove-run), remove it from the variable set.`;
}

function ofActive(facts: KeyFacts, owner: Extract<KeyOwner, { kind: 'user' }>): KeyDecision {
  const { places, lastUse, firstRun, proven, lookedEverywhere } = facts;
  if (places.length > 0)
    return {
      state: 'in-place',
      why: `It is active and is in ${places.length === 1 ? '1 place' : `${places.length} places`}: runs use it.`,
      nextStep: outOf(places),
      offers: [],
    };
  if (lookedEverywhere.state === 'unknown') return open(lookedEverywhere);
  if (proven.state === 'unknown')
    return { ...open(proven), state: 'not-proven', nextStep: proven.nextStep ?? 'Prove the role first.' };
  if (firstRun.state === 'unknown') return open(firstRun);
  if (firstRun.value === undefined)
    return {
      state: 'no-run-yet',
      why: 'It is nowhere any more, and no run was made with the role since.',
      nextStep: 'Start a run (tfc-oidc prove-run), then look again.',
      offers: [],
    };
  if (lastUse.state === 'unknown') return open(lastUse);
  const used = lastUse.value.at === undefined ? undefined : Date.parse(lastUse.value.at);
  if (used !== undefined && used >= firstRun.value)
    return {
      state: 'still-used',
      why: `Something else uses this key: ${useText(lastUse.value)}, after the first run with the role (${dateText(firstRun.value)}).`,
      nextStep: `Find what uses the key of user ${owner.name}, and move it too. CloudTrail names its address and program.`,
      offers: [],
    };
  return {
    state: 'can-be-deactivated',
    why: `It is nowhere any more; its last use (${useText(lastUse.value)}) was before the first run with the role (${dateText(firstRun.value)}).`,
    nextStep: 'Deactivate it (--deactivate). That can be undone.',
    offers: ['deactivate'],
  };
}
