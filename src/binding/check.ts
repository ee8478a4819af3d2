import type { Location } from '../core/text';
import type { FailureModeNumber } from './failureModes';
import type { Phase } from './facts';

/**
 * A check says what is true of one binding. Every surface (tree, status bar, doctor, CLI) renders checks; none computes its own.
 */
export type CheckState = 'ok' | 'warning' | 'wrong' | 'unknown';

/**
 * What puts a check right. The planner turns it into Changes from a fresh read, so that a fix never works from stale facts.
 */
export type Remedy =
  /** Run "Configure TFC OIDC" for the workspace: provider, roles and variables as they should be. */
  | { readonly kind: 'configure'; readonly tag: string | undefined }
  | { readonly kind: 'update-trust'; readonly roleArn: string; readonly phase: Phase }
  | { readonly kind: 'rewrite-variables'; readonly keys: readonly string[] }
  | { readonly kind: 'remove-variables'; readonly keys: readonly string[] }
  | { readonly kind: 'fix-code'; readonly codes: readonly string[] }
  | { readonly kind: 'open-file'; readonly location: Location }
  | { readonly kind: 'open-page'; readonly url: string };

export interface Check {
  /** Stable id, a heading of docs/doctor.md: `role-trusts-run`. */
  readonly id: string;
  /** The configuration it is about: `default` or its tag; absent for the workspace as a whole. */
  readonly configuration?: string;
  readonly phase?: Phase;
  readonly title: string;
  readonly state: CheckState;
  /** What was seen, one sentence each; account numbers allowed, secrets never. */
  readonly evidence: readonly string[];
  /** Why it matters, one sentence. For `unknown`: why it could not be known. */
  readonly why: string;
  /** What to do next, where it isn't `ok`. */
  readonly nextStep?: string;
  readonly location?: Location;
  readonly remedy?: Remedy;
  /** The failure modes (docs/doctor.md) that this result explains; empty where it is `ok`. */
  readonly failureModes: readonly FailureModeNumber[];
}

/** The worst state of several checks, for a badge or a tree row. `unknown` stands between ok and warning. */
export function worst(checks: readonly Check[]): CheckState {
  const order: readonly CheckState[] = ['wrong', 'warning', 'unknown'];
  return order.find(state => checks.some(check => check.state === state)) ?? 'ok';
}
