import { isPlanned } from '../../hcp/stacks/read';
import { stackSubject } from '../../oidc/subject';
import { consultChecks } from '../doctor/consult';
import type { CheckedDeployment } from '../gather/deployments';
import { rolesOf } from '../stack/wiring';
import { type LatestRunProof, type ProofSources, trailDoubt } from './latestRun';

/** What the latest run of a deployment proves. Nothing is started: runs of a Stack begin when its code is pushed. */
export async function deploymentProof(
  checked: CheckedDeployment,
  sources: ProofSources,
  signal: AbortSignal,
): Promise<LatestRunProof> {
  const run = checked.run?.state === 'known' ? checked.run.value : undefined;
  const proof = (state: LatestRunProof['state'], doubts: readonly string[]): LatestRunProof => ({
    state,
    run,
    doubts,
    consultation: state === 'failed' ? consultChecks('stack', run?.errors, checked.checks) : undefined,
  });
  if (run === undefined) return proof('none', [whyNone(checked)]);
  if (run.steps.some(s => s.status === 'failed')) return proof('failed', []);
  if (!isPlanned(run.steps)) return proof('waiting', [`Its plan is not over: ${run.status.replaceAll('_', ' ')}.`]);
  const { lastWrite } = sources;
  if (lastWrite !== undefined && lastWrite > run.at)
    return proof('unproven', [
      'It is older than what was written here last: push the code, and look at the run that begins then.',
    ]);
  const { names, wiring } = checked;
  const subject = names && stackSubject({ ...names, deployment: wiring.deployment.name as never }, 'plan');
  const asked = { subject: subject?.ok === true ? subject.value : undefined, roles: rolesOf(wiring) };
  const trail = await trailDoubt(run, asked, sources, signal);
  return trail === undefined ? proof('proven', []) : proof('unproven', [trail]);
}

function whyNone({ run }: CheckedDeployment): string {
  if (run === undefined) return 'HCP Terraform was not asked: the Stack is not known there, or nobody is signed in.';
  return run.state === 'unknown' ? run.why : 'There was no run of this deployment yet: push the code.';
}
