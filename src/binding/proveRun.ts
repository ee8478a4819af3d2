import { uriPart } from '../core/text';
import { fail, ok, type Problem, type Result } from '../core/problem';
import type { HcpClient } from '../hcp/client/client';
import {
  cancelRun,
  currentConfiguration,
  planLog,
  type PlanOnlyRun,
  readPlanOnlyRun,
  startPlanOnlyRun,
} from '../hcp/workspace/planOnlyRun';
import type { Workspace } from '../hcp/workspace/model';
import type { Check } from './check';
import { type BindingFacts, known } from './facts';

/** How a plan-only run ended. Only `proven` says that AWS gave the role's credentials and that the plan got through with them. */
export interface RunProof {
  readonly state: 'proven' | 'failed' | 'cancelled' | 'waiting';
  readonly runId: string;
  readonly url: string;
  readonly configurationVersion: string;
  readonly status: string;
  readonly changes: PlanOnlyRun['changes'];
  /** The plan's log; the doctor reads it where the run failed. */
  readonly log: string;
  readonly milliseconds: number;
  /** Of `cancelled`: was the run in HCP Terraform cancelled too? */
  readonly runCancelled?: boolean;
}

export interface RunProofOptions {
  /** Told of every new status. */
  readonly progress: (status: string, run: { readonly id: string; readonly url: string }) => void;
  readonly now: () => number;
  /** Waits, or rejects when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Asked when the signal aborts while the run goes on: shall it be cancelled in HCP Terraform too? */
  readonly cancelToo: (run: { readonly id: string; readonly url: string }) => Promise<boolean>;
  /** Milliseconds after which it is no longer followed (it goes on in HCP Terraform). Default half an hour. */
  readonly patience?: number;
}

/** Waits between looks: quick at first, since many plans take seconds. */
const firstPause = 1000;
const longestPause = 8000;
const ended: ReadonlySet<string> = new Set([
  'planned_and_finished',
  'planned_and_saved',
  'discarded',
  'policy_soft_failed',
]);
/** A person has to decide something that has nothing to do with credentials. */
const waiting: ReadonlySet<string> = new Set(['pre_plan_awaiting_decision', 'policy_override', 'tf_policy_override']);

/**
 * Why a plan-only run of this binding would prove nothing, or could not be started; `undefined`: it may be.
 * `checks` are those of the binding as it is now.
 */
export function runProofObstacle(workspace: Workspace, checks: readonly Check[]): Problem | undefined {
  if (workspace.executionMode === 'local') {
    return {
      code: 'local-execution',
      message: `Runs of ${workspace.name} execute on your machine (execution mode "local"), where HCP Terraform delivers no role: a run can prove nothing.`,
      nextStep: 'Set the execution mode to remote or agent first.',
    };
  }
  if (workspace.permissions.queueRun === false) {
    return {
      code: 'may-not-queue-run',
      message: `The token's user may not start runs in workspace ${workspace.name}.`,
      nextStep: 'Use a token that may (permission "plan" is enough), or start a plan in HCP Terraform.',
    };
  }
  const winning = checks.find(c => c.id === 'no-static-credentials' && c.state === 'wrong');
  if (winning !== undefined) {
    return {
      code: 'static-credentials-win',
      message: `Static credentials would win over the role, so that a run would prove nothing: ${winning.evidence[0] ?? ''}`,
      nextStep: 'Remove the static credentials first (--remove-static-keys, tfc-oidc fix).',
    };
  }
  return undefined;
}

/**
 * The real proof: a plan-only run of the configuration that HCP Terraform has, followed to its end. Never applies. Where the signal
 * aborts, `cancelToo` decides over the run itself.
 */
export async function proveByRun(
  client: HcpClient,
  workspace: Workspace,
  options: RunProofOptions,
  signal: AbortSignal,
): Promise<Result<RunProof>> {
  const started = options.now();
  const configuration = await currentConfiguration(client, workspace, signal);
  if (!configuration.ok) return configuration;
  signal.throwIfAborted();
  const made = await startPlanOnlyRun(
    client,
    workspace.id,
    configuration.value,
    'Plan-only run that proves the OIDC setup (Configure TFC OIDC)',
    // A run that was asked for is waited for: only then can it be cancelled.
    new AbortController().signal,
  );
  if (!made.ok) return made;
  let run = made.value;
  const url = `${workspace.url}/runs/${uriPart(run.id)}`;
  const named = { id: run.id, url };
  const proof = (state: RunProof['state'], log: string, more: { readonly runCancelled?: boolean } = {}): RunProof => ({
    state,
    runId: run.id,
    url,
    configurationVersion: configuration.value.id,
    status: run.status,
    changes: run.changes,
    log,
    milliseconds: options.now() - started,
    ...more,
  });
  let told: string | undefined;
  let pause = firstPause;
  try {
    for (;;) {
      if (run.status !== told) options.progress(run.status, named);
      told = run.status;
      const outcome = outcomeOf(run);
      if (outcome !== undefined) {
        const log = await planLog(client, run, signal);
        return ok(proof(outcome, log.ok ? log.value : ''));
      }
      if (options.now() - started > (options.patience ?? 30 * 60_000)) return ok(proof('waiting', ''));
      await options.wait(pause, signal);
      pause = Math.min(longestPause, pause * 1.5);
      const again = await readPlanOnlyRun(client, run.id, signal);
      if (!again.ok) return fail({ ...again.problem, message: `${again.problem.message} The run: ${url}` });
      run = again.value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    const cancel = await options.cancelToo(named);
    const cancelled = cancel ? await cancelRun(client, run.id, AbortSignal.timeout(15_000)) : undefined;
    return ok(proof('cancelled', '', { runCancelled: cancelled?.ok === true }));
  }
}

/** `undefined`: not ended yet. A finished plan is the proof, whatever policy checks and cost estimates come behind it. */
function outcomeOf(run: PlanOnlyRun): RunProof['state'] | undefined {
  if (run.status === 'canceled' || run.planStatus === 'canceled') return 'cancelled';
  if (run.status === 'errored' || run.planStatus === 'errored')
    return run.planStatus === 'finished' ? 'proven' : 'failed';
  if (run.planStatus === 'finished') return 'proven';
  if (ended.has(run.status)) return run.status === 'discarded' ? 'cancelled' : 'proven';
  return waiting.has(run.status) ? 'waiting' : undefined;
}

/** The facts with the proof's run as the latest one, so that the doctor reads its log. */
export function factsWithRun(facts: BindingFacts, proof: RunProof, now: number): BindingFacts {
  if (proof.state !== 'failed') return { ...facts, run: known(undefined) };
  return {
    ...facts,
    run: known({
      id: proof.runId,
      status: proof.status,
      phase: 'plan',
      errorText: proof.log,
      at: now,
      url: proof.url,
    }),
  };
}
