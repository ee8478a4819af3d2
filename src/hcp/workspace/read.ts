import { uriPart } from '../../core/text';
import { fail, ok, type Result } from '../../core/problem';
import { isLoopback } from '../../core/loopback';
import { type All, attempt, type HcpClient, type Query } from '../client/client';
import { booleanOf, fieldsOf, relatedOne, requiredString, type Resource, stringOf } from '../client/document';
import { type Agent, type ExecutionMode, type Permissions, unknownProject, type Workspace } from './model';
import { hasTags, type TagFilter, tagNamesOf } from './tags';

const segment = uriPart;

export async function readWorkspace(
  client: HcpClient,
  organization: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<Workspace>> {
  const path = `/organizations/${segment(organization)}/workspaces/${segment(name)}`;
  const found = await client.one(path, { include: 'project' }, signal);
  if (!found.ok) return notFoundAs(found, `Workspace ${name} of organization ${organization}`, client.hostname);
  return complete(client, organization, found.value.resource, seenOnce(found.value.included), signal);
}

/** By the id that was remembered: finds a workspace that was renamed or moved since. */
export async function readWorkspaceById(
  client: HcpClient,
  organization: string,
  id: string,
  signal: AbortSignal,
): Promise<Result<Workspace>> {
  const found = await client.one(`/workspaces/${segment(id)}`, { include: 'project' }, signal);
  if (!found.ok) return notFoundAs(found, `Workspace ${id}`, client.hostname);
  return complete(client, organization, found.value.resource, seenOnce(found.value.included), signal);
}

export interface WorkspaceFilter {
  readonly tags?: TagFilter;
  readonly prefix?: string;
  readonly projectId?: string;
}

/**
 * All workspaces that fit, by name. Costs one request for each hundred, and one for each project that was not included. The filters are
 * sent and checked here too: a host passes over those that it does not know, and then gives all workspaces.
 */
export async function listWorkspaces(
  client: HcpClient,
  organization: string,
  filter: WorkspaceFilter,
  signal: AbortSignal,
  progress: (read: number, total: number | undefined) => void = () => undefined,
): Promise<Result<readonly Workspace[]>> {
  const list = await filteredList(client, organization, filter, signal, progress);
  if (!list.ok) return notFoundAs(list, `Organization ${organization}`, client.hostname);
  const seen: Seen = { projects: projectsOf(list.value.included), organization: undefined, tolerant: true };
  const out: Workspace[] = [];
  for (const resource of list.value.data) {
    const workspace = await complete(client, organization, resource, seen, signal);
    if (!workspace.ok) return workspace;
    const { name, project } = workspace.value;
    // `search[name]` finds the text anywhere in a name.
    if (filter.prefix !== undefined && !name.startsWith(filter.prefix)) continue;
    if (filter.projectId !== undefined && project.id !== filter.projectId) continue;
    const tagged = await hasTags(client, resource, list.value.included, filter.tags, signal);
    if (!tagged.ok) return tagged;
    if (tagged.value) out.push(workspace.value);
  }
  return ok(out.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

async function filteredList(
  client: HcpClient,
  organization: string,
  filter: WorkspaceFilter,
  signal: AbortSignal,
  progress: (read: number, total: number | undefined) => void,
): Promise<Result<All>> {
  const path = `/organizations/${segment(organization)}/workspaces`;
  const ask = (include: string): Promise<Result<All>> =>
    client.all(path, { include, ...query(filter) }, signal, (page, soFar) => progress(soFar, page.totalCount));
  if (filter.tags === undefined) return ask('project');
  const list = await ask('project,effective_tag_bindings');
  // A host that does not know the bindings may refuse to include them; they are asked for one by one then.
  const refused = !list.ok && (list.problem.status === 400 || list.problem.status === 422);
  return refused ? ask('project') : list;
}

/** As terraform asks (hashicorp/terraform internal/cloud/backend.go `Workspaces`): keys alone too, for hosts that know no values. */
function query(filter: WorkspaceFilter): Query {
  const out: Record<string, string> = {};
  if (filter.projectId !== undefined) out['filter[project][id]'] = filter.projectId;
  if (filter.prefix !== undefined && filter.prefix !== '') out['search[name]'] = filter.prefix;
  const { tags } = filter;
  if (tags === undefined) return out;
  const keys = isList(tags) ? tags : Object.keys(tags);
  if (keys.length > 0) out['search[tags]'] = keys.join(',');
  if (isList(tags)) return out;
  for (const [index, [key, value]] of Object.entries(tags).entries()) {
    out[`filter[tagged][${index}][key]`] = key;
    out[`filter[tagged][${index}][value]`] = value;
  }
  return out;
}

const isList = (tags: TagFilter): tags is readonly string[] => Array.isArray(tags);

/** The id of a project by its name, which HCP Terraform compares without case. */
export async function findProject(
  client: HcpClient,
  organization: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<{ readonly id: string; readonly name: string }>> {
  const path = `/organizations/${segment(organization)}/projects`;
  const list = await client.all(path, { 'filter[names]': name }, signal);
  if (!list.ok) return notFoundAs(list, `Organization ${organization}`, client.hostname);
  const named = list.value.data.map(r => ({ id: r.id, name: stringOf(r, 'name') ?? '' }));
  const found = named.find(p => p.name === name) ?? named.find(p => p.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return ok(found);
  return fail({
    code: 'hcp-not-found',
    message: `Organization ${organization} on ${client.hostname} has no project "${name}" that the token's user may see.`,
    nextStep: 'Compare the name letter by letter; "Default Project" has a space.',
  });
}

/** What was read besides the workspaces, so that it is read once for a whole list. */
interface Seen {
  /** `undefined` as value: may not be read. */
  readonly projects: Map<string, Resource | undefined>;
  organization: Promise<Result<{ readonly resource: Resource }>> | undefined;
  /** Take a workspace whose project may not be read. */
  readonly tolerant: boolean;
}

const projectsOf = (included: readonly Resource[]): Map<string, Resource | undefined> =>
  new Map(included.filter(r => r.type === 'projects').map(r => [r.id, r]));

const seenOnce = (included: readonly Resource[]): Seen => ({
  projects: projectsOf(included),
  organization: undefined,
  tolerant: false,
});

async function projectOf(
  client: HcpClient,
  resource: Resource,
  seen: Seen,
  signal: AbortSignal,
): Promise<Result<Resource | undefined>> {
  const related = relatedOne(resource, 'project');
  if (related === undefined) {
    if (seen.tolerant) return ok(undefined);
    return fail({
      code: 'hcp-reply',
      message: `The reply of ${client.hostname} to ${resource.at.method} ${resource.at.path} lacks data.relationships.project.`,
      nextStep: 'Use Terraform Enterprise v202302-1 or later: only hosts with projects name one in their tokens.',
    });
  }
  if (seen.projects.has(related.id)) return ok(seen.projects.get(related.id));
  // The host does not include it: ask.
  const read = await client.one(`/projects/${segment(related.id)}`, {}, signal);
  if (!read.ok && !(seen.tolerant && read.problem.status === 404)) return read;
  const project = read.ok ? read.value.resource : undefined;
  seen.projects.set(related.id, project);
  return ok(project);
}

async function complete(
  client: HcpClient,
  organization: string,
  resource: Resource,
  seen: Seen,
  signal: AbortSignal,
): Promise<Result<Workspace>> {
  const project = await projectOf(client, resource, seen, signal);
  if (!project.ok) return project;
  const found = project.value;
  let mode = modeOf(resource.attributes['execution-mode']);
  if (mode === undefined && booleanOf(resource, 'operations') === false) mode = 'local';
  mode ??= modeOf(found?.attributes['default-execution-mode']);
  if (mode === undefined) {
    seen.organization ??= client.one(`/organizations/${segment(organization)}`, {}, signal);
    const read = await seen.organization;
    if (!read.ok) return read;
    mode = modeOf(read.value.resource.attributes['default-execution-mode']);
  }
  return attempt((): Workspace => {
    const name = requiredString(resource, 'name');
    const scheme = isLoopback(client.hostname) ? 'http' : 'https';
    const own = fieldsOf(resource.attributes['setting-overwrites'])['execution-mode'];
    const repository = fieldsOf(resource.attributes['vcs-repo'])['identifier'];
    const ofProject = fieldsOf(found?.attributes['setting-overwrites'])['default-execution-mode'];
    return {
      id: resource.id,
      name,
      organization,
      hostname: client.hostname,
      project:
        found === undefined
          ? { id: relatedOne(resource, 'project')?.id ?? '', name: unknownProject }
          : { id: found.id, name: requiredString(found, 'name') },
      executionMode: mode ?? 'remote',
      executionModeFrom:
        own === true
          ? 'workspace'
          : own !== false
            ? 'unknown'
            : ofProject === true
              ? 'project'
              : ofProject === false
                ? 'organization'
                : 'unknown',
      terraformVersion: stringOf(resource, 'terraform-version'),
      agentPoolId: (relatedOne(resource, 'agent-pool') ?? (found && relatedOne(found, 'default-agent-pool')))?.id,
      permissions: permissionsOf(resource),
      latestRunId: latestRunOf(resource),
      tags: tagNamesOf(resource) ?? [],
      ...(typeof repository === 'string' && { repository }),
      url: `${scheme}://${client.hostname}/app/${segment(organization)}/workspaces/${segment(name)}`,
    };
  });
}

function latestRunOf(resource: Resource): string | null | undefined {
  const run = relatedOne(resource, 'latest-run') ?? relatedOne(resource, 'current-run');
  if (run !== undefined) return run.id;
  // A host that leaves the relationship out says nothing; one that has it with no data says that there is none.
  return 'data' in fieldsOf(resource.relationships['latest-run']) ? null : undefined;
}

function modeOf(value: unknown): ExecutionMode | undefined {
  return value === 'remote' || value === 'agent' || value === 'local' ? value : undefined;
}

function permissionsOf(resource: Resource): Permissions {
  const fields = fieldsOf(resource.attributes['permissions']);
  const of = (name: string): boolean | undefined => {
    const value = fields[name];
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    readVariables: of('can-read-variable'),
    updateVariables: of('can-update-variable'),
    queueRun: of('can-queue-run'),
    readRun: of('can-read-run'),
    update: of('can-update'),
  };
}

/** The agents of a pool. Their version is not in HashiCorp's description of the API: often unknown. */
export async function readAgents(
  client: HcpClient,
  poolId: string,
  signal: AbortSignal,
): Promise<Result<readonly Agent[]>> {
  const list = await client.all(`/agent-pools/${segment(poolId)}/agents`, {}, signal);
  if (!list.ok) return list;
  return ok(
    list.value.data.map(r => ({
      name: stringOf(r, 'name') ?? r.id,
      version: stringOf(r, 'version'),
      status: stringOf(r, 'status') ?? 'unknown',
    })),
  );
}

/** Says which thing was not found, in place of the path. */
function notFoundAs<T>(result: Result<T> & { readonly ok: false }, what: string, hostname: string): Result<never> {
  const { problem } = result;
  if (problem.status !== 404) return fail(problem);
  return fail({
    ...problem,
    message: `${what} does not exist on ${hostname}, or the token's user may not see it: HCP Terraform gives the same answer for both.`,
  });
}

/** Names of the organizations that the token's user may see. */
export async function listOrganizations(client: HcpClient, signal: AbortSignal): Promise<Result<readonly string[]>> {
  const list = await client.all('/organizations', {}, signal);
  return list.ok ? ok(list.value.data.map(r => r.id).sort()) : list;
}
