import type { Check } from '../check';
import { type ReceivedCall, receivedCalls } from '../checks/received';
import { type BindingFacts, hasUnread, onlyText } from '../facts';
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

/** The words of a failure mode are of workspaces and their variables; what a check found in a Stack has words of its own. */
function inStackWords(diagnosis: Diagnosis): Diagnosis {
  const [leading] = diagnosis.leading;
  if (leading === undefined) return diagnosis;
  const { mode } = diagnosis;
  const title = mode.id === 'not-enabled' ? 'A provider of the deployment exchanges no token for a role' : mode.title;
  return { ...diagnosis, mode: { ...mode, title }, explanation: leading.why };
}

/** The same of a deployment of a Stack: its checks, and a text that somebody pasted. */
export function consultDeployment(pastedError: string | undefined, checks: readonly Check[]): Consultation {
  const facts: BindingFacts = { ...onlyText(''), pastedError };
  const diagnoses = diagnose(facts, checks).map(inStackWords);
  const others = otherErrors(facts, diagnoses);
  const outcome = outcomeOf(facts, diagnoses, others);
  // No workspace was asked for, so that none is missing.
  return { outcome: outcome === 'unread' ? 'silent' : outcome, checks, diagnoses, others, received: [] };
}

function outcomeOf(facts: BindingFacts, diagnoses: readonly Diagnosis[], others: readonly OtherError[]): Outcome {
  if (diagnoses.length > 0 || others.length > 0) return 'causes';
  if (unrecognised(facts, diagnoses)) return 'cannot-tell';
  return hasUnread(facts) ? 'unread' : 'silent';
}
