import { ok, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import {
  fieldsOf,
  findIncluded,
  type Page,
  relatedOne,
  requiredString,
  type Resource,
  stringOf,
} from '../client/document';

/** A Stack as HCP Terraform knows it (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/stacks). */
export interface HcpStack {
  /** `st-…`. */
  readonly id: string;
  readonly name: string;
  readonly project: { readonly id: string; readonly name: string | undefined };
  /** `acme/infrastructure`; undefined where its code is uploaded. */
  readonly repository: string | undefined;
  /** Below the repository, without slashes at its ends; empty for its top. */
  readonly folder: string;
}

/** Every Stack of an organization that the token may see. */
export async function listStacks(
  client: HcpClient,
  organization: string,
  signal: AbortSignal,
): Promise<Result<readonly HcpStack[]>> {
  const list = await client.all(`/organizations/${uriPart(organization)}/stacks`, { include: 'project' }, signal);
  if (!list.ok) return list;
  const out: HcpStack[] = [];
  for (const resource of list.value.data) {
    const stack = await stackOf(client, resource, list.value.included, signal);
    if (!stack.ok) return stack;
    out.push(stack.value);
  }
  return ok(out);
}

/** By the id that was remembered: finds a Stack that was renamed or moved since. */
export async function readStack(client: HcpClient, id: string, signal: AbortSignal): Promise<Result<HcpStack>> {
  const found = await client.one(`/stacks/${uriPart(id)}`, { include: 'project' }, signal);
  return found.ok ? stackOf(client, found.value.resource, found.value.included, signal) : found;
}

async function stackOf(
  client: HcpClient,
  resource: Resource,
  included: readonly Resource[],
  signal: AbortSignal,
): Promise<Result<HcpStack>> {
  const repository = fieldsOf(resource.attributes['vcs-repo']);
  const { identifier } = repository;
  const project = relatedOne(resource, 'project');
  let known = findIncluded(included, project);
  // A host that passes over `include` is asked for the project itself.
  if (known === undefined && project !== undefined) {
    const asked = await client.one(`/projects/${uriPart(project.id)}`, {}, signal);
    if (!asked.ok && asked.problem.status !== 404) return asked;
    known = asked.ok ? asked.value.resource : undefined;
  }
  return ok({
    id: resource.id,
    name: requiredString(resource, 'name'),
    project: { id: project?.id ?? '', name: known && stringOf(known, 'name') },
    repository: typeof identifier === 'string' && identifier !== '' ? identifier : undefined,
    folder: (stringOf(resource, 'working-directory') ?? '').replace(/^[./]+|(?<!\/)\/+$/g, ''),
  });
}

/** A step of a deployment run; a plan or an apply takes a token of its own. */
export interface DeploymentStep {
  readonly id: string;
  readonly operation: string;
  readonly status: string;
}

/** The latest run of a deployment (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/stacks/deployments). */
export interface DeploymentRun {
  /** `sdr-…`. */
  readonly id: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly steps: readonly DeploymentStep[];
  /** What its failed steps say, as Terraform prints errors; empty where none failed. */
  readonly errors: string;
}

/** The latest run of one deployment; `undefined`: there was none. */
export async function latestDeploymentRun(
  client: HcpClient,
  stackId: string,
  deployment: string,
  signal: AbortSignal,
): Promise<Result<DeploymentRun | undefined>> {
  const runs = await client.page(runsPath(stackId, deployment), { 'page[size]': 100 }, signal);
  // A deployment that HCP Terraform does not know yet.
  if (!runs.ok) return runs.problem.status === 404 ? ok(undefined) : runs;
  const [run] = newestFirst(runs.value);
  if (run === undefined) return ok(undefined);
  const steps = await stepsOf(client, run.id, signal);
  if (!steps.ok) return steps;
  const read = steps.value;
  const errors: string[] = [];
  for (const step of read.filter(s => s.status === 'failed')) {
    const diagnostics = await client.list(`/stack-deployment-steps/${uriPart(step.id)}/stack-diagnostics`, signal);
    if (!diagnostics.ok) return diagnostics;
    errors.push(...diagnostics.value.flatMap(errorsIn));
  }
  const at = madeAt(run);
  return ok({ id: run.id, status: stringOf(run, 'status') ?? '', at, steps: read, errors: errors.join('\n\n') });
}

async function stepsOf(
  client: HcpClient,
  runId: string,
  signal: AbortSignal,
): Promise<Result<readonly DeploymentStep[]>> {
  const steps = await client.list(`/stack-deployment-runs/${uriPart(runId)}/stack-deployment-steps`, signal);
  if (!steps.ok) return steps;
  return ok(
    steps.value.map((step): DeploymentStep => ({
      id: step.id,
      operation: stringOf(step, 'operation-type') ?? '',
      status: stringOf(step, 'status') ?? '',
    })),
  );
}

/** Its plan is over: also where it waits for a yes. */
export const isPlanned = (steps: readonly DeploymentStep[]): boolean =>
  steps.some(
    s => s.operation === 'plan' && (s.status === 'completed' || s.status.replaceAll('_', '-') === 'pending-operator'),
  );

/** When the first run was made after `since` (milliseconds) whose plan came to its end, among the latest hundred; `undefined`: none yet. */
export async function firstDeploymentRunSince(
  client: HcpClient,
  stackId: string,
  deployment: string,
  since: number,
  signal: AbortSignal,
): Promise<Result<number | undefined>> {
  const runs = await client.page(runsPath(stackId, deployment), { 'page[size]': 100 }, signal);
  if (!runs.ok) return runs.problem.status === 404 ? ok(undefined) : runs;
  for (const run of [...newestFirst(runs.value)].reverse()) {
    if (madeAt(run) <= since) continue;
    const steps = await stepsOf(client, run.id, signal);
    if (!steps.ok) return steps;
    if (isPlanned(steps.value)) return ok(madeAt(run));
  }
  return ok(undefined);
}

const runsPath = (stackId: string, deployment: string): string =>
  `/stacks/${uriPart(stackId)}/stack-deployments/${uriPart(deployment)}/stack-deployment-runs`;

const madeAt = (run: Resource): number => Date.parse(stringOf(run, 'created-at') ?? '');
const newestFirst = ({ data }: Page): readonly Resource[] => [...data].sort((a, b) => madeAt(b) - madeAt(a));

/** A diagnostic and those within it, as `terraform` prints errors. */
function errorsIn(diagnostic: Resource): readonly string[] {
  const { diags } = diagnostic.attributes;
  const inner = Array.isArray(diags) ? diags.map(fieldsOf) : [];
  return [diagnostic.attributes, ...inner].flatMap(({ severity, summary, detail }) =>
    severity === 'error' && typeof summary === 'string'
      ? [`Error: ${summary}${typeof detail === 'string' && detail !== '' ? `\n\n${detail}` : ''}`]
      : [],
  );
}
