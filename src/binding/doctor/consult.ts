import type { Check } from '../check';
import { type ReceivedCall, receivedCalls } from '../checks/received';
import type { SubjectKind } from '../../oidc/subject';
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

/** What no minted token means for the kinds that have no variables. */
const notEnabled: Readonly<Record<Exclude<SubjectKind, 'workspace'>, string>> = {
  stack: 'A provider of the deployment exchanges no token for a role',
  'module-test': 'Dynamic credentials are not enabled for the tests of the module',
};

/** The words of a failure mode are of workspaces and their variables; what a check found of another kind has words of its own. */
function inOwnWords(diagnosis: Diagnosis, kind: keyof typeof notEnabled): Diagnosis {
  const [leading] = diagnosis.leading;
  if (leading === undefined) return diagnosis;
  const { mode } = diagnosis;
  const title = mode.id === 'not-enabled' ? notEnabled[kind] : mode.title;
  return { ...diagnosis, mode: { ...mode, title }, explanation: leading.why };
}

/** The same of a deployment of a Stack or the tests of a module: the checks, and what a run or a pasted text says. */
export function consultChecks(
  kind: keyof typeof notEnabled,
  error: string | undefined,
  checks: readonly Check[],
): Consultation {
  const facts: BindingFacts = { ...onlyText(''), pastedError: error };
  const diagnoses = diagnose(facts, checks).map(d => inOwnWords(d, kind));
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
