import { uriPart } from '../../core/text';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { HcpClient } from '../client/client';
import { booleanOf, fieldsOf, findIncluded, relatedOne, type Resource, stringOf } from '../client/document';
import type { Workspace } from './model';
import { versionTime } from './configurationCode';
import { readableLog } from './run';

/**
 * Plan-only runs: speculative runs that Terraform cannot apply
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#create-a-run). Nothing here ever starts, confirms or continues
 * an apply.
 */
export interface ConfigurationVersion {
  readonly id: string;
  /** The folder of its code in which Terraform runs; "": the top. */
  readonly folder: string;
  /** `api`, `tfe-cli`, `github`… */
  readonly source: string | undefined;
}

/** A plan-only run as it stands. */
export interface PlanOnlyRun {
  readonly id: string;
  readonly status: string;
  /** `pending`, `running`, `finished`, `errored`…; `undefined` before there is a plan. */
  readonly planStatus: string | undefined;
  readonly planId: string | undefined;
  readonly cancelable: boolean;
  /** The counts of a finished plan. */
  readonly changes: { readonly add: number; readonly change: number; readonly destroy: number } | undefined;
  readonly logUrl: string | undefined;
}

/** Statuses that no run of ours may ever have: the run would change something. */
const applying: ReadonlySet<string> = new Set([
  'confirmed',
  'queuing_apply',
  'apply_queued',
  'pre_apply_running',
  'pre_apply_completed',
  'applying',
  'post_apply_running',
  'post_apply_completed',
  'applied',
]);
const id = uriPart;

/** The configuration that HCP Terraform has of the workspace: what a run without files of its own plans. */
export async function currentConfiguration(
  client: HcpClient,
  workspace: Pick<Workspace, 'id' | 'name'>,
  signal: AbortSignal,
): Promise<Result<ConfigurationVersion>> {
  const read = await client.one(`/workspaces/${id(workspace.id)}`, {}, signal);
  if (!read.ok) return read;
  const folder = stringOf(read.value.resource, 'working-directory') ?? '';
  const current = relatedOne(read.value.resource, 'current-configuration-version');
  if (current !== undefined) {
    const version = await client.one(`/configuration-versions/${id(current.id)}`, {}, signal);
    if (!version.ok) return version;
    return usable(version.value.resource, workspace.name, folder);
  }
  const list = await client.all(`/workspaces/${id(workspace.id)}/configuration-versions`, {}, signal);
  if (!list.ok) return list;
  const own = list.value.data.filter(v => stringOf(v, 'status') === 'uploaded' && booleanOf(v, 'speculative') !== true);
  if (own.length === 0) return fail(noConfiguration(workspace.name));
  const newest = newestOf(own);
  return newest === undefined ? fail(noOrder(workspace.name)) : usable(newest, workspace.name, folder);
}

/** Hosts list them in an order of their own, the oldest first too: their times tell. `undefined`: these do not decide. */
function newestOf(versions: readonly Resource[]): Resource | undefined {
  const dated = versions.map(version => ({ version, at: versionTime(version) ?? NaN }));
  const [first, second] = dated.toSorted((a, b) => b.at - a.at);
  const decided = second === undefined || (dated.every(d => !Number.isNaN(d.at)) && first?.at !== second.at);
  return decided ? first?.version : undefined;
}

function usable(version: Resource, workspace: string, folder: string): Result<ConfigurationVersion> {
  const status = stringOf(version, 'status') ?? 'unknown';
  if (status !== 'uploaded') {
    return fail({
      ...noConfiguration(workspace),
      code: 'hcp-configuration-unusable',
      message: `The configuration ${version.id} of workspace ${workspace} is "${status}", so it cannot be planned.`,
    });
  }
  return ok({ id: version.id, folder, source: stringOf(version, 'source') });
}

const noConfiguration = (workspace: string): Problem => ({
  code: 'hcp-no-configuration',
  message: `Workspace ${workspace} has no configuration in HCP Terraform yet, so there is nothing to plan.`,
  nextStep:
    'Run "terraform apply" once in the project and answer "no" at its question ("terraform plan" leaves nothing that another run can use), or push a commit where the workspace follows a repository.',
});

const noOrder = (workspace: string): Problem => ({
  code: 'hcp-configuration-order',
  message: `Workspace ${workspace} has several configurations, and the host does not say which is the newest: a run of an older one would prove nothing.`,
  nextStep: 'Start a plan in the workspace itself, and look at the doctor afterwards.',
});

/** Starts a plan-only run of a configuration. Refuses, and cancels the run, should HCP Terraform answer that it is no plan-only run. */
export async function startPlanOnlyRun(
  client: HcpClient,
  workspaceId: string,
  configuration: ConfigurationVersion,
  message: string,
  signal: AbortSignal,
): Promise<Result<PlanOnlyRun>> {
  const body = {
    data: {
      type: 'runs',
      // `auto-apply` off as well: should a host not know plan-only, its run still waits for a person.
      attributes: { 'plan-only': true, 'auto-apply': false, message },
      relationships: {
        workspace: { data: { type: 'workspaces', id: workspaceId } },
        'configuration-version': { data: { type: 'configuration-versions', id: configuration.id } },
      },
    },
  };
  const made = await client.post('/runs', body, signal);
  if (!made.ok) return made;
  return guarded(client, made.value, undefined, signal);
}

/** Reads a plan-only run again. */
export async function readPlanOnlyRun(
  client: HcpClient,
  runId: string,
  signal: AbortSignal,
): Promise<Result<PlanOnlyRun>> {
  const read = await client.one(`/runs/${id(runId)}`, { include: 'plan' }, signal);
  if (!read.ok) return read;
  return guarded(client, read.value.resource, read.value.included, signal);
}

/** The guard of every reply: anything but a plan-only run is cancelled and refused. */
async function guarded(
  client: HcpClient,
  run: Resource,
  /** Undefined: nothing was asked to be included. */
  included: readonly Resource[] | undefined,
  signal: AbortSignal,
): Promise<Result<PlanOnlyRun>> {
  const status = stringOf(run, 'status') ?? 'unknown';
  if (booleanOf(run, 'plan-only') !== true || applying.has(status)) {
    // On purpose not with the caller's signal: this must go out.
    const cancelled = await cancelRun(client, run.id, AbortSignal.timeout(15_000)).catch(() => undefined);
    return fail({
      code: 'hcp-run-not-plan-only',
      message: `${client.hostname} made run ${run.id} (${status}) that is not plan-only; ${cancelled?.ok === true ? 'it was cancelled' : 'look at it at once, it could not be cancelled'}.`,
      nextStep:
        'Nothing was applied by this tool. Check the version of Terraform Enterprise: it must know plan-only runs.',
    });
  }
  const related = relatedOne(run, 'plan');
  let plan = related === undefined || included === undefined ? undefined : findIncluded(included, related);
  if (plan === undefined && related !== undefined && included !== undefined) {
    // A host that passes over `include`.
    const read = await client.one(`/plans/${id(related.id)}`, {}, signal);
    if (read.ok) plan = read.value.resource;
  }
  const planStatus = plan === undefined ? undefined : stringOf(plan, 'status');
  return ok({
    id: run.id,
    status,
    planStatus,
    planId: related?.id,
    cancelable: fieldsOf(run.attributes['actions'])['is-cancelable'] === true,
    changes: planStatus === 'finished' ? countsOf(plan) : undefined,
    logUrl: plan === undefined ? undefined : stringOf(plan, 'log-read-url'),
  });
}

/** `undefined`: the host does not tell them, and what is not told is not 0. */
function countsOf(plan: Resource | undefined): PlanOnlyRun['changes'] {
  const [add, change, destroy] = ['resource-additions', 'resource-changes', 'resource-destructions'].map(
    name => plan?.attributes[name],
  );
  if (typeof add !== 'number' || typeof change !== 'number' || typeof destroy !== 'number') return undefined;
  return { add, change, destroy };
}

/** Cancels a run that is queued or planning (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#cancel-a-run). */
export function cancelRun(client: HcpClient, runId: string, signal: AbortSignal): Promise<Result<void>> {
  return client.act(`/runs/${id(runId)}/actions/cancel`, { comment: 'Cancelled from Configure TFC OIDC' }, signal);
}

/** The log of the plan, as a person reads it. */
export async function planLog(client: HcpClient, run: PlanOnlyRun, signal: AbortSignal): Promise<Result<string>> {
  if (run.logUrl === undefined) {
    return fail({
      code: 'hcp-no-log',
      message: `Run ${run.id} has no log that the token's user may read.`,
      nextStep: 'Read the log in HCP Terraform.',
    });
  }
  const log = await client.download(run.logUrl, 'the plan log', signal);
  return log.ok ? ok(readableLog(log.value)) : log;
}
