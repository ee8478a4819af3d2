import type { Location } from '../../core/text';
import type { FailureModeId } from '../failureModes';
import type { Phase } from '../facts';
import type { Remedy } from '../remedy';

export type CheckState = 'ok' | 'warning' | 'wrong' | 'unknown';

/**
 * What a check has to do with the proof that must stand before anything that works is taken away.
 * - `needed`: has to be known; what could not be read is no proof.
 * - `counts`: must not be wrong.
 * - `aside`: is cleaned up after the proof, or tells of the past.
 */
export type PartInProof = 'needed' | 'counts' | 'aside';

interface Said {
  /** The configuration it is about: `default` or its tag; absent for the workspace as a whole. */
  readonly configuration?: string;
  readonly phase?: Phase;
  /** Where the row's own title does not say enough. */
  readonly title?: string;
  /** What was seen, one sentence each; account numbers allowed, secrets never. */
  readonly evidence: readonly string[];
  readonly location?: Location;
}

/** What one run of a check found, once for each configuration and phase that it looked at. */
export type CheckResult<Mode extends FailureModeId = FailureModeId> =
  | (Said & { readonly state: 'ok'; readonly why?: string })
  | (Said & {
      readonly state: 'warning' | 'wrong';
      /** Where the row's own reason does not fit. */
      readonly why?: string;
      readonly nextStep: string;
      readonly remedy?: Remedy;
      /** The failure modes that this result explains, most likely first. */
      readonly failureModes: readonly Mode[];
    })
  | (Said & {
      readonly state: 'unknown';
      /** Why it could not be known. */
      readonly why: string;
      /** What would make it known. */
      readonly nextStep: string;
      readonly remedy?: Remedy;
    });

/**
 * A check, as one row of a table: what it is, then one function that finds it. `Facts` is what it looks at.
 */
export interface CheckRow<
  Facts,
  Id extends string = string,
  Mode extends FailureModeId = FailureModeId,
  Refuted extends FailureModeId = FailureModeId,
> {
  /** Stable id, a heading of docs/doctor.md: `role-trusts-run`. */
  readonly id: Id;
  readonly title: string;
  /** Why it does not hold, in at most five words: what a surface has beside a name is read at a glance. */
  readonly reason: string | ((result: Pick<CheckResult, 'state' | 'phase'>) => string);
  /** Why it matters, one sentence. */
  readonly why: string;
  /** Every failure mode that a result of it may explain. */
  readonly failureModes: readonly Mode[];
  readonly inProof: PartInProof;
  /** Causes that are ruled out where all its results are ok. */
  readonly refutes: readonly Refuted[];
  /** Nothing, where it has nothing to say. Pure: the same facts give the same results. */
  readonly run: (facts: Facts) => readonly CheckResult<Mode>[];
}

/** Types a row by what stands in it, so that a result can explain only what the row says it may. */
export const rowOf =
  <Facts>() =>
  <const Id extends string, const Mode extends FailureModeId, const Refuted extends FailureModeId>(
    row: CheckRow<Facts, Id, Mode, Refuted>,
  ): CheckRow<Facts, Id, Mode, Refuted> =>
    row;

/** A reason that names the phase of the run where the result is about one. */
export const byPhase =
  (plan: string, apply: string, both: string) =>
  ({ phase }: Pick<CheckResult, 'phase'>): string =>
    phase === 'plan' ? plan : phase === 'apply' ? apply : both;

/** The reason of a result that does not hold; nothing of one that holds or is not known. */
export const reasonOf = (
  { reason }: Pick<CheckRow<never>, 'reason'>,
  result: Pick<CheckResult, 'state' | 'phase'>,
): { readonly reason?: string } =>
  result.state === 'ok' || result.state === 'unknown'
    ? {}
    : { reason: typeof reason === 'string' ? reason : reason(result) };
