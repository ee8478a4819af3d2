import type { BindingFacts } from '../facts';
import { roleGiven, type TrailAccount } from './roleGiven';

/** When a run went on, in milliseconds since the epoch. */
export interface RunTime {
  readonly from: number;
  readonly to: number;
}

/** `assumed`: AWS gave one of the roles to a token of the workspace's plans, while the run went on. Else why that is not known. */
export type TrailAnswer = 'assumed' | { readonly why: string };

export interface TrailQuestion extends TrailAccount {
  readonly facts: Pick<BindingFacts, 'workspace' | 'variables' | 'code'>;
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** CloudTrail has most events within five minutes, and promises none (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html). */
const patience = 10 * 60_000;
const pause = 30_000;

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
  const roles = variables.value.configurations.flatMap(c => (c.roles.plan.state === 'set' ? [c.roles.plan.arn] : []));
  const started = now();
  for (;;) {
    const at = { variables, code, now: now() };
    const answer = await roleGiven({ account, caller }, at, { subject, roles, from, to }, signal);
    if (answer.given === 'yes') return 'assumed';
    if (answer.given === 'not-known') return { why: answer.why };
    if (now() - started >= patience)
      return {
        why: `CloudTrail (${answer.regions}) has no AssumeRoleWithWebIdentity of this run either.`,
      };
    await wait(pause, signal);
  }
}
