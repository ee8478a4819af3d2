import { ProblemError, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { Workspace } from '../../hcp/workspace/model';
import { trustJudge } from '../checks/judge';
import { runChecks } from '../checks/table';
import { consult } from '../doctor/consult';
import { factsWithRun, proveByRun, runProofObstacle } from '../prove/planOnlyRun';
import { ask, type Surface } from './dialogue';
import { type RunTime, type TrailAnswer, trailOfRun } from '../prove/trailTrace';
import type { CheckedMember, FollowedRun, OpenedAccount } from './model';
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
  opened: OpenedAccount | undefined,
): Promise<FollowedRun | undefined> {
  const { place, facts, checks: before } = checked;
  const name = place.workspace;
  const obstacle = runProofObstacle(workspace, before);
  if (obstacle !== undefined) throw new ProblemError(obstacle);
  if (!(await ask(surface, 'start-run', { workspace: name }))) return undefined;
  await surface.tell({ id: 'stage', stage: 'run', workspaces: [name] });
  const { now, wait } = services;
  const trail = async (run: RunTime, signal: AbortSignal): Promise<TrailAnswer | undefined> => {
    if (opened === undefined) return undefined;
    const { account, caller } = opened;
    if (!(await ask(surface, 'ask-cloudtrail', { workspace: name, accountId: caller.accountId }))) return undefined;
    return trailOfRun({ account, caller, facts, now, wait }, run, signal);
  };
  const proof = await services.during('run', [name], async signal => {
    const found = await client(signal);
    if (!found.ok) return found;
    return proveByRun(
      found.value,
      workspace,
      {
        checks: before,
        progress: (status, run) => void surface.tell({ id: 'run-status', workspace: name, status, runId: run.id }),
        now,
        wait,
        trail,
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
