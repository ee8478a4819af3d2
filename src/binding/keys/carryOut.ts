import { type Problem, ProblemError, unwrap } from '../../core/problem';
import {
  ask,
  type JournaledResult,
  type OpenedAccount,
  type Surface,
  type UseCaseServices,
  writeAgreed,
  confirmAccount,
} from '../setup';
import type { IamChange } from '../change';
import { keyChange } from './change';
import { decideKey } from './decide';
import type { KeyAction, KeyFacts } from './model';

/** One action on one key, worked out and not done. */
export interface KeyPlan {
  readonly action: KeyAction;
  readonly facts: KeyFacts;
  readonly opened: OpenedAccount;
  readonly change: IamChange | undefined;
  /** Each stands in the way. */
  readonly problems: readonly Problem[];
}

/** Works the action out. What the decision does not offer is refused with its own reason. */
export function planKey(action: KeyAction, facts: KeyFacts, opened: OpenedAccount, now: number): KeyPlan {
  const { accountId } = opened.caller;
  const decision = decideKey(facts, now);
  const change = keyChange(action, facts, accountId);
  if (!decision.offers.includes(action) || change === undefined)
    return {
      action,
      facts,
      opened,
      change: undefined,
      problems: [{ code: `key-${decision.state}`, message: decision.why, nextStep: decision.nextStep }],
    };
  return { action, facts, opened, change, problems: [] };
}

export interface KeyResult {
  readonly state: 'refused' | 'declined' | 'stopped' | 'done';
  readonly written: JournaledResult | undefined;
  readonly problems: readonly Problem[];
}

/** What the journal and the lock know a key by; an undo finds its account in it. */
const subjectOf = ({ facts, opened }: KeyPlan): string => `aws-key/${facts.hash}@${opened.caller.accountId}`;

/**
 * Shows the one change, asks for a yes of its own, looks once more whether the key was used meanwhile, and writes it through the
 * journal. "Undo" takes a deactivation back.
 */
export async function carryOutKey(
  plan: KeyPlan,
  services: UseCaseServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<KeyResult> {
  const { change, opened, problems } = plan;
  if (change === undefined) return { state: 'refused', written: undefined, problems };
  const { action, facts } = plan;
  const user = facts.owner.state === 'known' && facts.owner.value.kind === 'user' ? facts.owner.value.name : '';
  const { accountId } = opened.caller;
  const yes = await ask(surface, 'change-key', { accountId, action, user, shown: facts.shown, change });
  if (!yes) return { state: 'declined', written: undefined, problems: [] };
  await confirmAccount(opened, surface);
  await unusedSince(plan, signal);
  const run = { subject: subjectOf(plan), title: change.title, changes: [change], opened };
  const written = await writeAgreed(run, services, surface);
  return { state: written.state === 'complete' ? 'done' : 'stopped', written, problems: [] };
}

/** Between the plan and the yes somebody may have used it: then what was shown is no longer so. */
async function unusedSince({ action, facts, opened }: KeyPlan, signal: AbortSignal): Promise<void> {
  if (action === 'activate' || facts.id === undefined || facts.lastUse.state === 'unknown') return;
  const now = unwrap(await opened.account.keys.lastUse(facts.id.reveal(), signal));
  if (now?.at === facts.lastUse.value.at) return;
  throw new ProblemError({
    code: 'key-used',
    message: `Access key ${facts.shown} was used since it was looked at. Nothing was written.`,
    nextStep: 'Look again: the report says what used it.',
  });
}
