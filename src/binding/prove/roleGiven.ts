import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import type { BindingFacts } from '../facts';
import { trailFacts } from '../gather/trail';

/** Whose record is asked. */
export interface TrailAccount {
  readonly account: Pick<AwsAccount, 'region' | 'webIdentityEvents'>;
  readonly caller: CallerIdentity;
}

/** The exchange that CloudTrail is asked for: a token with the subject, for one of the roles, in the time of a run (milliseconds). */
export interface Exchanged {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly from: number;
  readonly to?: number;
}

/** `yes`: AWS gave one of the roles. `no`: its record has nothing of it, in these regions. Else why it could not be asked. */
export type RoleGiven =
  | { readonly given: 'yes' }
  | { readonly given: 'no'; readonly regions: string }
  | { readonly given: 'not-known'; readonly why: string };

/** Clocks of two services differ a little. */
const slack = 60_000;

/** Asks CloudTrail, once, whether AWS gave a role to a token. Only with consent. `facts` say in which regions it is looked for. */
export async function roleGiven(
  { account, caller }: TrailAccount,
  facts: Pick<BindingFacts, 'variables' | 'code' | 'now'>,
  { subject, roles, from, to = Infinity }: Exchanged,
  signal: AbortSignal,
): Promise<RoleGiven> {
  const asked = { id: '', status: '', phase: 'plan', errorText: '', at: from, url: '' } as const;
  const run = { state: 'known', value: asked } as const;
  const trail = await trailFacts({ account, caller }, { ...facts, run }, signal);
  if (trail.state === 'unknown') return { given: 'not-known', why: `CloudTrail could not be asked: ${trail.why}` };
  const found = trail.value.events.some(
    event =>
      event.errorCode === undefined &&
      event.subject === subject &&
      event.roleArn !== undefined &&
      roles.includes(event.roleArn) &&
      event.at >= from - slack &&
      event.at <= to + slack,
  );
  return found ? { given: 'yes' } : { given: 'no', regions: trail.value.regions.join(', ') };
}
