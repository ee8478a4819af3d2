import type { Check } from '../check';
import { type ReceivedCall, receivedCalls } from '../checks/received';
import { type BindingFacts, hasUnread } from '../facts';
import { diagnose, type Diagnosis, otherErrors, unrecognised } from './diagnose';
import type { OtherError } from './errorText';

/**
 * What a consultation comes to.
 * - `causes`: something is wrong, and it is named.
 * - `cannot-tell`: there is a text, and nothing in it is known here. No all-clear.
 * - `unread`: nothing was found, and what was asked about could not be read.
 * - `silent`: nothing speaks for a failure.
 */
export type Outcome = 'causes' | 'cannot-tell' | 'unread' | 'silent';

/** All that the doctor has to say about one binding or one text; every surface renders this. */
export interface Consultation {
  readonly outcome: Outcome;
  readonly checks: readonly Check[];
  readonly diagnoses: readonly Diagnosis[];
  /** Errors of the texts that are no failure of dynamic credentials. */
  readonly others: readonly OtherError[];
  readonly received: readonly ReceivedCall[];
}

export function consult(facts: BindingFacts, checks: readonly Check[]): Consultation {
  const diagnoses = diagnose(facts, checks);
  const others = otherErrors(facts, diagnoses);
  return {
    outcome: outcomeOf(facts, diagnoses, others),
    checks,
    diagnoses,
    others,
    received: receivedCalls(facts),
  };
}

function outcomeOf(facts: BindingFacts, diagnoses: readonly Diagnosis[], others: readonly OtherError[]): Outcome {
  if (diagnoses.length > 0 || others.length > 0) return 'causes';
  if (unrecognised(facts, diagnoses)) return 'cannot-tell';
  return hasUnread(facts) ? 'unread' : 'silent';
}
