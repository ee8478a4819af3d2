import type { Consultation } from '../doctor/consult';
import { unknown } from '../facts';
import { trailFacts } from '../gather/trail';
import type { OpenedAccount } from '../setup/model';

/**
 * What the latest run proves of a binding whose runs are not started from here: a deployment of a Stack, the tests of a module.
 * `proven`: it took its token and came to its end, and AWS says that it gave the role to it meanwhile. `unproven`: it came to its end, and
 * why that need not have been by the role stands in `doubts`.
 */
export interface LatestRunProof {
  readonly state: 'proven' | 'unproven' | 'failed' | 'waiting' | 'none';
  readonly run: RunSeen | undefined;
  readonly doubts: readonly string[];
  /** Where the run failed. */
  readonly consultation: Consultation | undefined;
}

/** As much of a run as every kind has. */
export interface RunSeen {
  readonly id: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What was written since, and whether AWS may be asked. */
export interface ProofSources {
  /** When the role, or what names it, was written last from here. */
  readonly lastWrite: number | undefined;
  /** CloudTrail may be asked. */
  readonly opened: OpenedAccount | undefined;
  readonly now: number;
}

/** Clocks of two services differ a little. */
const slack = 60_000;

/** Why AWS's own record does not show that one of the roles was given to the subject since the run began; `undefined`: it does. */
export async function trailDoubt(
  run: RunSeen,
  { subject, roles }: { readonly subject: string | undefined; readonly roles: readonly string[] },
  { opened, now }: ProofSources,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (opened === undefined)
    return 'HCP Terraform does not say which credentials it used. CloudTrail of the account does (--cloudtrail with --profile).';
  if (subject === undefined) return 'Its subject is not known, so CloudTrail was not asked.';
  const since = { id: run.id, status: run.status, phase: 'plan', errorText: '', at: run.at, url: '' } as const;
  const facts = {
    variables: unknown('It has no variables.'),
    code: undefined,
    run: { state: 'known', value: since } as const,
    now,
  };
  const trail = await trailFacts(opened, facts, signal);
  if (trail.state === 'unknown') return `CloudTrail could not be asked: ${trail.why}`;
  const given = trail.value.events.some(
    e =>
      e.errorCode === undefined &&
      e.subject === subject &&
      e.roleArn !== undefined &&
      roles.includes(e.roleArn) &&
      e.at >= run.at - slack,
  );
  return given
    ? undefined
    : `CloudTrail (${trail.value.regions.join(', ')}) has no AssumeRoleWithWebIdentity of "${subject}" since the run began.`;
}
