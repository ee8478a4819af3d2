import { hasFailed } from '../../hcp/registry/tests';
import { moduleTestSubject } from '../../oidc/subject';
import { consultChecks } from '../doctor/consult';
import type { CheckedTests } from '../gather/moduleTests';
import { type LatestRunProof, type ProofSources, trailDoubt } from './latestRun';

/** What the latest run of a module's tests proves. Nothing is started: tests make and delete resources. */
export async function moduleProof(
  { identity, run: read, role, lastWrite, checks }: CheckedTests,
  sources: Omit<ProofSources, 'lastWrite'>,
  signal: AbortSignal,
): Promise<LatestRunProof> {
  const run = read.state === 'known' ? read.value : undefined;
  const proof = (state: LatestRunProof['state'], doubts: readonly string[]): LatestRunProof => ({
    state,
    run,
    doubts,
    consultation: state === 'failed' ? consultChecks('module-test', run?.errors, checks) : undefined,
  });
  if (run === undefined)
    return proof('none', [read.state === 'unknown' ? read.why : 'The tests did not run yet: run them.']);
  if (hasFailed(run)) return proof('failed', []);
  if (run.status !== 'finished') return proof('waiting', [`It is not over: ${run.status.replaceAll('_', ' ')}.`]);
  if (!run.token) return proof('unproven', ['HCP Terraform gave it no token.']);
  if (lastWrite !== undefined && lastWrite > run.at)
    return proof('unproven', ['It is older than what was written here last: run the tests again.']);
  if (role.state === 'unknown') return proof('unproven', [role.why]);
  const asked = { subject: moduleTestSubject(identity), roles: [role.value.arn] };
  const trail = await trailDoubt(run, asked, { ...sources, lastWrite }, signal);
  return trail === undefined ? proof('proven', []) : proof('unproven', [trail]);
}
