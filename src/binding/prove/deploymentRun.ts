import type { DeploymentRun } from '../../hcp/stacks/read';
import { stackSubject } from '../../oidc/subject';
import { consultDeployment, type Consultation } from '../doctor/consult';
import { unknown } from '../facts';
import type { CheckedDeployment } from '../gather/deployments';
import { trailFacts } from '../gather/trail';
import type { OpenedAccount } from '../setup/model';
import { rolesOf } from '../stack/wiring';

/**
 * What the latest run of a deployment proves. Nothing is started: runs of a Stack begin when its code is pushed.
 * `proven`: the plan came to its end, and AWS says that it gave the role to this deployment meanwhile. `unproven`: it came to its end, and
 * why that need not have been by the role stands in `doubts`.
 */
export interface DeploymentProof {
  readonly state: 'proven' | 'unproven' | 'failed' | 'waiting' | 'none';
  readonly run: DeploymentRun | undefined;
  readonly doubts: readonly string[];
  /** Where the run failed. */
  readonly consultation: Consultation | undefined;
}

/** Clocks of two services differ a little. */
const slack = 60_000;

/** `lastWrite`: when the roles or the code of the deployment were written last from here. `opened`: CloudTrail may be asked. */
export async function deploymentProof(
  checked: CheckedDeployment,
  {
    lastWrite,
    opened,
    now,
  }: { readonly lastWrite: number | undefined; readonly opened: OpenedAccount | undefined; readonly now: number },
  signal: AbortSignal,
): Promise<DeploymentProof> {
  const run = checked.run?.state === 'known' ? checked.run.value : undefined;
  const proof = (state: DeploymentProof['state'], doubts: readonly string[]): DeploymentProof => ({
    state,
    run,
    doubts,
    consultation: state === 'failed' ? consultDeployment(run?.errors, checked.checks) : undefined,
  });
  if (run === undefined) return proof('none', [whyNone(checked)]);
  if (run.steps.some(s => s.status === 'failed')) return proof('failed', []);
  const planned = run.steps.some(s => s.operation === 'plan' && isOver(s.status));
  if (!planned) return proof('waiting', [`Its plan is not over: ${run.status.replaceAll('_', ' ')}.`]);
  if (lastWrite !== undefined && lastWrite > run.at)
    return proof('unproven', [
      'It is older than what was written here last: push the code, and look at the run that begins then.',
    ]);
  const trail = await trailDoubt(checked, run, opened, now, signal);
  return trail === undefined ? proof('proven', []) : proof('unproven', [trail]);
}

/** A plan that waits for a yes is over. */
const isOver = (status: string): boolean =>
  status === 'completed' || status.replaceAll('_', '-') === 'pending-operator';

function whyNone({ run }: CheckedDeployment): string {
  if (run === undefined) return 'HCP Terraform was not asked: the Stack is not known there, or nobody is signed in.';
  return run.state === 'unknown' ? run.why : 'There was no run of this deployment yet: push the code.';
}

/** Why AWS's own record does not show that the role was given; `undefined`: it does. */
async function trailDoubt(
  { names, wiring }: CheckedDeployment,
  run: DeploymentRun,
  opened: OpenedAccount | undefined,
  now: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (opened === undefined)
    return 'HCP Terraform does not say which credentials a step used. CloudTrail of the account does (--cloudtrail with --profile).';
  const deployment = wiring.deployment.name;
  const subject = names && stackSubject({ ...names, deployment: deployment as never }, 'plan');
  if (subject?.ok !== true) return 'The subject of the deployment is not known, so CloudTrail was not asked.';
  const since = { id: run.id, status: run.status, phase: 'plan', errorText: '', at: run.at, url: '' } as const;
  const facts = {
    variables: unknown('A Stack has no variables.'),
    code: undefined,
    run: { state: 'known', value: since } as const,
    now,
  };
  const trail = await trailFacts(opened, facts, signal);
  if (trail.state === 'unknown') return `CloudTrail could not be asked: ${trail.why}`;
  const roles = new Set(rolesOf(wiring));
  const given = trail.value.events.some(
    e =>
      e.errorCode === undefined &&
      e.subject === subject.value &&
      e.roleArn !== undefined &&
      roles.has(e.roleArn) &&
      e.at >= run.at - slack,
  );
  return given
    ? undefined
    : `CloudTrail (${trail.value.regions.join(', ')}) has no AssumeRoleWithWebIdentity of this deployment since the run began.`;
}
