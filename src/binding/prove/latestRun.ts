import type { Consultation } from '../doctor/consult';
import { unknown } from '../facts';
import type { OpenedAccount } from '../setup/model';
import { roleGiven } from './roleGiven';

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
  const facts = { variables: unknown('It has no variables.'), code: undefined, now };
  const answer = await roleGiven(opened, facts, { subject, roles, from: run.at }, signal);
  switch (answer.given) {
    case 'yes':
      return undefined;
    case 'no':
      return `CloudTrail (${answer.regions}) has no AssumeRoleWithWebIdentity of "${subject}" since the run began.`;
    case 'not-known':
      return answer.why;
  }
}
