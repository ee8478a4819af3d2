import type { Location } from '../core/text';
import type { Change } from './change';

/**
 * A check says what is true of one binding. Every surface (tree, status bar, doctor, CLI) renders checks; none computes its own.
 */
export type CheckState = 'ok' | 'warning' | 'wrong' | 'unknown';

export interface Check {
  /** Stable id, a heading of docs/doctor.md: `role-trusts-plan-subject`. */
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  /** What was seen, one sentence each; account numbers allowed, secrets never. */
  readonly evidence: readonly string[];
  /** Why it matters, one sentence. For `unknown`: why it could not be known. */
  readonly why: string;
  /** What to do next, where it isn't `ok`. */
  readonly nextStep?: string;
  readonly location?: Location;
  /** The changes that put it right. */
  readonly fix?: readonly Change[];
  /** Rows of the failure-mode table in docs/doctor.md (1 to 22) that this check explains. */
  readonly failureModes?: readonly number[];
}
