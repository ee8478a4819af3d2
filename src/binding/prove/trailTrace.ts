import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import type { BindingFacts } from '../facts';
import { trailFacts } from '../gather/trail';

/** When a run went on, in milliseconds since the epoch. */
export interface RunTime {
  readonly from: number;
  readonly to: number;
}

/** `assumed`: AWS gave one of the roles to a token of the workspace's plans, while the run went on. Else why that is not known. */
export type TrailAnswer = 'assumed' | { readonly why: string };

export interface TrailQuestion {
  readonly account: Pick<AwsAccount, 'region' | 'webIdentityEvents'>;
  readonly caller: CallerIdentity;
  readonly facts: Pick<BindingFacts, 'workspace' | 'variables' | 'code'>;
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** CloudTrail has most events within five minutes, and promises none (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html). */
const patience = 10 * 60_000;
const pause = 30_000;
/** Clocks of two services differ a little. */
const slack = 60_000;

/** Asks CloudTrail for the AssumeRoleWithWebIdentity of a run, until it is there or has not come for long. Only with consent. */
export async function trailOfRun(
  { account, caller, facts, now, wait }: TrailQuestion,
  { from, to }: RunTime,
  signal: AbortSignal,
): Promise<TrailAnswer> {
  const { workspace, variables, code } = facts;
  if (workspace.state === 'unknown' || variables.state === 'unknown')
    return { why: 'CloudTrail was not asked, since the workspace could not be read.' };
  const { organization, project, name } = workspace.value;
  const subject = `organization:${organization}:project:${project.name}:workspace:${name}:run_phase:plan`;
  const roles = new Set(
    variables.value.configurations.flatMap(c => (c.roles.plan.state === 'set' ? [c.roles.plan.arn] : [])),
  );
  const started = now();
  for (;;) {
    const asked = { id: '', status: '', phase: 'plan', errorText: '', at: from, url: '' } as const;
    const run = { state: 'known', value: asked } as const;
    const trail = await trailFacts({ account, caller }, { variables, code, run, now: now() }, signal);
    if (trail.state === 'unknown') return { why: `CloudTrail could not be asked: ${trail.why}` };
    const found = trail.value.events.some(
      event =>
        event.errorCode === undefined &&
        event.subject === subject &&
        event.roleArn !== undefined &&
        roles.has(event.roleArn) &&
        event.at >= from - slack &&
        event.at <= to + slack,
    );
    if (found) return 'assumed';
    if (now() - started >= patience)
      return {
        why: `CloudTrail (${trail.value.regions.join(', ')}) has no AssumeRoleWithWebIdentity of this run either.`,
      };
    await wait(pause, signal);
  }
}
