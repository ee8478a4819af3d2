import { uriPart } from '../../core/text';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import {
  cancelRun,
  type ConfigurationVersion,
  currentConfiguration,
  planLog,
  type PlanOnlyRun,
  readPlanOnlyRun,
  startPlanOnlyRun,
} from '../../hcp/workspace/planOnlyRun';
import { readConfigurationCode } from '../../hcp/workspace/configurationCode';
import type { Workspace } from '../../hcp/workspace/model';
import { logUsesAws, readPlanTrace } from '../../hcp/workspace/planTrace';
import type { Check } from '../check';
import { codeInWords, credentialsInCode } from './codeThatRuns';
import type { RunTime, TrailAnswer } from './trailTrace';
import { type BindingFacts, known } from '../facts';

/**
 * How a plan-only run ended. Only `proven` says that AWS gave the role's credentials and that the plan got through with them;
 * `unproven`: it got through, and `doubts` say why that need not have been the role. `waiting`: for a person's decision. `running`: it
 * was followed long enough, and goes on.
 */
export interface RunProof {
  readonly state: 'proven' | 'unproven' | 'failed' | 'cancelled' | 'waiting' | 'running';
  readonly doubts: readonly string[];
  readonly runId: string;
  readonly url: string;
  readonly configurationVersion: string;
  /** Which code that is: "commit 3f2a1bc of main, 2 days old"; undefined where it could not be read. */
  readonly code: string | undefined;
  readonly status: string;
  readonly changes: PlanOnlyRun['changes'];
  /** The plan's log; the doctor reads it where the run failed. */
  readonly log: string;
  readonly milliseconds: number;
  /** Of `cancelled`: was the run in HCP Terraform cancelled too? */
  readonly runCancelled?: boolean;
}

export interface RunProofOptions {
  /** Of the binding as it was before the run: whether a plan that gets through is a proof depends on them. */
  readonly checks: readonly Check[];
  /** Told of every new status. */
  readonly progress: (status: string, run: { readonly id: string; readonly url: string }) => void;
  readonly now: () => number;
  /** Waits, or rejects when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Asked when the signal aborts while the run goes on: shall it be cancelled in HCP Terraform too? */
  readonly cancelToo: (run: { readonly id: string; readonly url: string }) => Promise<boolean>;
  /** Asks CloudTrail for the run, where plan and log show nothing of AWS. `undefined`: it may not be asked. */
  readonly trail: ((run: RunTime, signal: AbortSignal) => Promise<TrailAnswer | undefined>) | undefined;
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
  const unread = checks.find(
    c => c.state === 'unknown' && ['variables-readable', 'no-static-credentials'].includes(c.id),
  );
  if (unread !== undefined) {
    return {
      code: 'variables-unread',
      message: `The variables of ${workspace.name} could not be read, so nobody could say which credentials a run has used: ${unread.why}`,
      nextStep: unread.nextStep ?? 'Use a token that may read the variables of the workspace.',
    };
  }
  if (!checks.some(c => c.id === 'enabled' && c.state === 'ok')) {
    const off = checks.find(c => c.id === 'enabled');
    return {
      code: 'oidc-not-on',
      message: `Dynamic credentials of ${workspace.name} are not known to be on, so that a run would prove nothing: ${off?.evidence[0] ?? off?.why ?? 'no TFC_AWS_PROVIDER_AUTH variable was read.'}`,
      nextStep: off?.nextStep ?? 'Configure the workspace (tfc-oidc configure).',
    };
  }
  return undefined;
}

/** What speaks of a role itself. An account that nobody asked for is no doubt: a run asks it. */
const ofRoles: ReadonlySet<string> = new Set(['roles-named', 'role-arn-valid', 'role-exists', 'role-trusts-run']);

/** Why a plan that got through need not have done so with the role. */
function doubtsOf(checks: readonly Check[]): readonly string[] {
  const doubtful = checks.filter(c => ofRoles.has(c.id) && (c.state === 'wrong' || c.state === 'unknown'));
  const statics = checks.some(c => c.id === 'no-static-credentials' && c.state === 'ok');
  const on = checks.some(c => c.id === 'enabled' && c.state === 'ok');
  return [
    ...(statics ? [] : ['It is not known that no static credentials win over the role.']),
    ...(on ? [] : ['Dynamic credentials are not known to be on.']),
    ...doubtful.map(c => `${c.title}: ${c.evidence[0] ?? c.why}`),
  ];
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
  const code = await codeOf(client, configuration.value, options.now(), signal);
  if (code.problem !== undefined) return fail(code.problem);
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
  const proof = (
    state: RunProof['state'],
    log: string,
    more: { readonly runCancelled?: boolean; readonly doubts?: readonly string[] } = {},
  ): RunProof => ({
    state,
    doubts: [],
    code: code.words,
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
        const text = log.ok ? log.value : '';
        if (outcome !== 'proven') return ok(proof(outcome, text, { doubts: unreadLog(log, outcome === 'failed') }));
        const time = { from: started, to: options.now() };
        const trail = (): Promise<TrailAnswer | undefined> =>
          options.trail?.(time, signal) ?? Promise.resolve(undefined);
        const traced = await tracesOf(client, run, text, code.read, trail, signal);
        const doubts = [...doubtsOf(options.checks), ...traced, ...unreadLog(log, traced.length > 0)];
        return ok(proof(doubts.length > 0 ? 'unproven' : 'proven', text, { doubts }));
      }
      if (options.now() - started > (options.patience ?? 30 * 60_000)) return ok(proof('running', ''));
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

/** Why the log could not be read, where the end of the run leaves a question to it. */
const unreadLog = (log: Result<string>, asked: boolean): readonly string[] =>
  log.ok || !asked ? [] : [`The log of the run could not be read: ${log.problem.message}`];

/** The code that the run will use. `read`: it was, and holds no credentials that win. `problem`: it does hold some. */
async function codeOf(
  client: HcpClient,
  { id, folder }: ConfigurationVersion,
  now: number,
  signal: AbortSignal,
): Promise<{ readonly read: boolean; readonly words: string | undefined; readonly problem?: Problem }> {
  const code = await readConfigurationCode(client, id, signal);
  if (!code.ok) return { read: false, words: undefined };
  const words = codeInWords(code.value, now);
  const found = await credentialsInCode(code.value, folder);
  if (found === undefined || found.length === 0) return { read: found !== undefined && !code.value.incomplete, words };
  const problem: Problem = {
    code: 'credentials-in-the-code-that-runs',
    message: `The code that runs use (${words}) still holds AWS credentials (${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''}), which win over the role: a run would prove nothing.`,
    nextStep:
      code.value.commit === undefined
        ? 'Your fix is not there yet: run "terraform apply" in the project and answer "no" at its question, which uploads the files as they are now; then prove it.'
        : 'Your fix is not there yet: commit and push it, then prove it.',
  };
  return { read: true, words, problem };
}

/**
 * Why a plan that got through tells nothing of AWS: it needs a trace of AWS in it, and no credentials in the code that ran. Absence of an
 * error is no evidence.
 */
async function tracesOf(
  client: HcpClient,
  run: PlanOnlyRun,
  log: string,
  codeRead: boolean,
  trail: () => Promise<TrailAnswer | undefined>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const trace = run.planId === undefined ? undefined : await readPlanTrace(client, run.planId, signal);
  const plan = trace?.ok === true ? trace.value : undefined;
  const usesAws = plan?.usesAws === true || logUsesAws(log);
  const won = plan?.credentials ?? [];
  const out: string[] = [];
  if (won.length > 0)
    out.push(
      `The code that ran gives its AWS provider credentials of its own (${won.join(', ')}), which win over the role.`,
    );
  else if (!codeRead && plan?.credentials === undefined)
    out.push('The code that ran could not be read, so it is not known that no credentials in it win over the role.');
  const answer = usesAws ? 'assumed' : await trail();
  if (answer === 'assumed') return out;
  const none =
    plan === undefined && log === ''
      ? 'The plan could not be read, so it is not known whether the run used AWS at all.'
      : 'The plan holds nothing of AWS, so that the run never had to ask for the role.';
  return [...out, answer === undefined ? none : `${none} ${answer.why}`];
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
