import { ProblemError, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { Workspace } from '../../hcp/workspace/model';
import { trustJudge } from '../checks/judge';
import { runChecks } from '../checks/table';
import { consult } from '../doctor/consult';
import { factsWithRun, proveByRun, runProofObstacle } from '../prove/planOnlyRun';
import { ask, type Surface } from './dialogue';
import type { CheckedMember, FollowedRun } from './model';
import type { UseCaseServices } from './services';

/**
 * The real proof of one workspace: says why a run would prove nothing (a thrown ProblemError), asks, starts a plan-only run and follows
 * it to its end. `undefined`: there was no yes.
 */
export async function followRun(
  checked: CheckedMember,
  workspace: Workspace,
  client: (signal: AbortSignal) => Promise<Result<HcpClient>>,
  services: Pick<UseCaseServices, 'during' | 'now' | 'wait'>,
  surface: Surface,
): Promise<FollowedRun | undefined> {
  const { place, facts, checks: before } = checked;
  const name = place.workspace;
  const obstacle = runProofObstacle(workspace, before);
  if (obstacle !== undefined) throw new ProblemError(obstacle);
  if (!(await ask(surface, 'start-run', { workspace: name }))) return undefined;
  await surface.tell({ id: 'stage', stage: 'run', workspaces: [name] });
  const proof = await services.during('run', [name], async signal => {
    const opened = await client(signal);
    if (!opened.ok) return opened;
    return proveByRun(
      opened.value,
      workspace,
      {
        checks: before,
        progress: (status, run) => void surface.tell({ id: 'run-status', workspace: name, status, runId: run.id }),
        now: services.now,
        wait: services.wait,
        cancelToo: ({ url }) => ask(surface, 'cancel-run', { url }),
      },
      signal,
    );
  });
  if (!proof.ok) throw new ProblemError(proof.problem);
  const after = factsWithRun(facts, proof.value, services.now());
  const consultation = proof.value.state === 'failed' ? consult(after, runChecks(after, trustJudge)) : undefined;
  await surface.tell({ id: 'run-ended', place, proof: proof.value, consultation });
  return { proof: proof.value, consultation };
}
