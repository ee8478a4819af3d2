import type { Location } from '../core/text';
import type { CheckState } from './checks/row';
import type { CheckId } from './checks/rows';
import type { FailureModeId } from './failureModes';
import type { Phase } from './facts';
import type { Remedy } from './remedy';

export type { CheckState } from './checks/row';
export type { CheckId } from './checks/rows';
export type { Remedy } from './remedy';

/**
 * A check says what is true of one binding, and owns the advice: what to do, and the remedy that does it. Every surface (tree, status
 * bar, doctor, CLI, agents) renders checks; none computes its own.
 */
export interface Check {
  /** Stable id, a heading of docs/doctor.md: `role-trusts-run`. */
  readonly id: CheckId;
  /** The configuration it is about: `default` or its tag; absent for the workspace as a whole. */
  readonly configuration?: string;
  readonly phase?: Phase;
  readonly title: string;
  readonly state: CheckState;
  /** Why it does not hold, in at most five words; only of a warning and of what is wrong. */
  readonly reason?: string;
  /** What was seen, one sentence each; account numbers allowed, secrets never. */
  readonly evidence: readonly string[];
  /** Why it matters, one sentence. For `unknown`: why it could not be known. */
  readonly why: string;
  /** What to do next, wherever it isn't `ok`; for `unknown` what would make it known. */
  readonly nextStep?: string;
  readonly location?: Location;
  readonly remedy?: Remedy;
  /** The failure modes (docs/doctor.md) that this result explains; empty where it is `ok`. */
  readonly failureModes: readonly FailureModeId[];
}

/** The state of several checks together. Where nothing was checked (a deployment without AWS), nothing is "ok". */
export type OverallState = CheckState | 'nothing-to-check';

/** The worst state of several checks, for a badge or a tree row. `unknown` stands between ok and warning. */
export function worst(checks: readonly Check[]): OverallState {
  if (checks.length === 0) return 'nothing-to-check';
  const order: readonly CheckState[] = ['wrong', 'warning', 'unknown'];
  return order.find(state => checks.some(check => check.state === state)) ?? 'ok';
}

/** The results of one check. */
export const ofId = (checks: readonly Check[], id: CheckId): readonly Check[] => checks.filter(c => c.id === id);
