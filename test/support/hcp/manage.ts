import {
  agentPoolDocument,
  configurationDocument,
  type Document,
  organizationDocument,
  projectBindingDocuments,
  projectDocument,
  varsetDocument,
  workspaceDocument,
} from './documents';
import { type ApiReply, type ApiRequest, attributesOf, identifiers, invalid, notFound, one, relatedIds } from './reply';
import type { HcpState, Mode, OrganizationState, ProjectState, VarsetState, WorkspaceState } from './state';

/**
 * What is made, renamed and taken away in an organization: the product itself does none of it, whoever sets up a world over HTTP does
 * (HashiCorp's own client with its tests, `npm run go-tfe`).
 */

const unprocessable = (detail: string): ApiReply => ({
  status: 422,
  body: { errors: [{ status: '422', title: 'unprocessable entity', detail }] },
});
const made = (data: Document): ApiReply => ({ status: 201, body: { data } });
const gone: ApiReply = { status: 204 };
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const modes: readonly string[] = ['remote', 'agent', 'local'];
const modeOf = (value: unknown): Mode | undefined =>
  typeof value === 'string' && modes.includes(value) ? (value as Mode) : undefined;

function remove<T>(list: T[], item: T): ApiReply {
  list.splice(list.indexOf(item), 1);
  return gone;
}

/** Tags with a value stand in the relation itself, without an id. */
function bindingsIn(body: unknown): Record<string, string> | undefined {
  const data = (body as { data?: { relationships?: Record<string, { data?: unknown }> } } | undefined)?.data;
  return bindingsOf(data?.relationships?.['tag-bindings']?.data);
}

function bindingsOf(given: unknown): Record<string, string> | undefined {
  if (!Array.isArray(given)) return undefined;
  const pairs = (given as { attributes?: { key?: string; value?: string } }[]).map(({ attributes = {} }) => [
    attributes.key ?? '',
    attributes.value ?? '',
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Where something runs, and whether that is its own choice. */
interface Execution {
  executionMode: Mode | undefined;
  agentPoolId: string | undefined;
}

/**
 * A mode that is given is the own one, unless "setting-overwrites" says that it is inherited
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects#update-a-project). Undefined: nothing of it was asked for.
 */
function executionOf(given: Document, prefix: '' | 'default-', now: Execution): Execution | ApiReply {
  const overwrites = (given['setting-overwrites'] ?? {}) as Record<string, boolean | undefined>;
  const [own, ownPool] = [overwrites[`${prefix}execution-mode`], overwrites[`${prefix}agent-pool`]];
  const pointer = `/data/attributes/${prefix}execution-mode`;
  if (own !== undefined && ownPool !== undefined && own !== ownPool)
    return invalid(
      'If agent-pool and execution-mode are both included in setting-overwrites, their values must be the same.',
      '/data/attributes/setting-overwrites',
    );
  const mode = modeOf(given[`${prefix}execution-mode`]);
  const pool = text(given[`${prefix}agent-pool-id`]);
  if (own === false) return { executionMode: undefined, agentPoolId: undefined };
  if (mode === undefined && pool === undefined) return now;
  if (mode === 'agent' && pool === undefined && now.agentPoolId === undefined)
    return invalid(
      `${prefix === '' ? 'Agent' : 'Default agent'} pool must be specified when using 'agent' execution mode`,
      pointer,
    );
  if (mode !== 'agent' && pool !== undefined)
    return unprocessable("Agent pool must not be specified unless using 'agent' execution mode");
  return { executionMode: mode, agentPoolId: mode === 'agent' ? (pool ?? now.agentPoolId) : undefined };
}

/** Days or hours, as a project destroys what its workspaces hold when they are idle. */
function badDuration(given: Document): ApiReply | undefined {
  const duration = given['auto-destroy-activity-duration'];
  if (typeof duration !== 'string' || /^\d{1,4}[dh]$/.test(duration)) return undefined;
  return invalid(
    "Auto destroy activity duration has an incorrect format, we expect up to 4 numeric digits and 1 unit ('d' or 'h')",
    '/data/attributes/auto-destroy-activity-duration',
  );
}

const isReply = (value: object): value is ApiReply => 'status' in value;
const noExecution: Execution = { executionMode: undefined, agentPoolId: undefined };

/** Names of projects: 3 to 40 letters, digits, blanks, hyphens and underscores. */
const projectName = /^[\w -]{3,40}$/;
const workspaceName = /^[\w-]{1,90}$/;

function badName(
  name: string | undefined,
  form: RegExp,
  what: string,
  pointer = '/data/attributes/name',
): ApiReply | undefined {
  if (name === undefined || name === '') return invalid("Name can't be blank", pointer);
  return form.test(name) ? undefined : invalid(`Name may only contain ${what}`, pointer);
}

function createOrganization(state: HcpState, { body }: ApiRequest): ApiReply {
  const given = attributesOf(body);
  const name = text(given['name']);
  const bad = badName(name, /^[\w-]{3,40}$/, 'letters, numbers, underscores and hyphens');
  if (bad !== undefined || name === undefined) return bad ?? notFound;
  if (state.organizations.has(name)) return invalid('Name has already been taken', '/data/attributes/name');
  state.organization(name, modeOf(given['default-execution-mode']));
  const organization = state.organizations.get(name);
  if (organization === undefined) return notFound;
  organization.costEstimation = given['cost-estimation-enabled'] === true;
  return made(organizationDocument(state, organization));
}

function changeOrganization(state: HcpState, { method, body }: ApiRequest, organization: OrganizationState): ApiReply {
  if (method === 'DELETE') {
    const { name } = organization;
    state.organizations.delete(name);
    for (const list of [state.projects, state.workspaces, state.varsets, state.agentPools] as {
      organization: string;
    }[][])
      list.splice(0, list.length, ...list.filter(one => one.organization !== name));
    return gone;
  }
  const given = attributesOf(body);
  organization.executionMode = modeOf(given['default-execution-mode']) ?? organization.executionMode;
  organization.agentPoolId = relatedIds(body, 'default-agent-pool')?.[0] ?? organization.agentPoolId;
  return one(organizationDocument(state, organization));
}

function createProject(state: HcpState, { body }: ApiRequest, organization: string): ApiReply {
  const given = attributesOf(body);
  const name = text(given['name']);
  const bad = badName(name, projectName, 'letters, numbers, spaces, hyphens, and underscores');
  if (bad !== undefined || name === undefined) return bad ?? notFound;
  const execution = badDuration(given) ?? executionOf(given, 'default-', noExecution);
  if (isReply(execution)) return execution;
  if (state.projects.some(p => p.organization === organization && p.name === name))
    return invalid('Name has already been taken', '/data/attributes/name');
  const project = state.project(organization, name);
  Object.assign(project, execution, {
    description: text(given['description']) ?? '',
    bindings: bindingsIn(body) ?? {},
    autoDestroy: text(given['auto-destroy-activity-duration']),
  });
  return made(projectDocument(state, project));
}

function changeProject(state: HcpState, { method, body }: ApiRequest, project: ProjectState): ApiReply {
  if (method === 'DELETE') {
    if (state.workspaces.some(w => w.projectId === project.id))
      return invalid('Project has workspaces', '/data/relationships/workspaces');
    return remove(state.projects, project);
  }
  const given = attributesOf(body);
  const name = text(given['name']) ?? project.name;
  const bad = badName(name, projectName, 'letters, numbers, spaces, hyphens, and underscores');
  if (bad !== undefined) return bad;
  const execution = badDuration(given) ?? executionOf(given, 'default-', project);
  if (isReply(execution)) return execution;
  Object.assign(project, execution, {
    name,
    description: text(given['description']) ?? project.description,
    bindings: bindingsIn(body) ?? project.bindings,
  });
  return one(projectDocument(state, project));
}

function createWorkspace(state: HcpState, { body }: ApiRequest, organization: string): ApiReply {
  const given = attributesOf(body);
  const name = text(given['name']);
  const bad = badName(name, workspaceName, 'letters, numbers, underscores and hyphens');
  if (bad !== undefined || name === undefined) return bad ?? notFound;
  if (state.workspaces.some(w => w.organization === organization && w.name === name))
    return invalid('Name has already been taken', '/data/attributes/name');
  const execution = executionOf(given, '', noExecution);
  if (isReply(execution)) return execution;
  const project = relatedIds(body, 'project')?.[0];
  const workspace = state.workspace(organization, name, {
    ...execution,
    autoApply: given['auto-apply'] === true,
    bindings: bindingsIn(body) ?? {},
    ...(project !== undefined && { projectId: project }),
  });
  return made(workspaceDocument(state, workspace));
}

function changeWorkspace(state: HcpState, { method, body }: ApiRequest, workspace: WorkspaceState): ApiReply {
  if (method === 'DELETE') return remove(state.workspaces, workspace);
  const given = attributesOf(body);
  const name = text(given['name']) ?? workspace.name;
  const bad = badName(name, workspaceName, 'letters, numbers, underscores and hyphens');
  if (bad !== undefined) return bad;
  const execution = executionOf(given, '', workspace);
  if (isReply(execution)) return execution;
  Object.assign(workspace, execution, { name, autoApply: given['auto-apply'] ?? workspace.autoApply });
  return one(workspaceDocument(state, workspace));
}

function createVarset(state: HcpState, { body }: ApiRequest, organization: string): ApiReply {
  const given = attributesOf(body);
  const name = text(given['name']);
  if (name === undefined || name === '') return invalid("Name can't be blank", '/data/attributes/name');
  if (state.varsets.some(s => s.organization === organization && s.name === name))
    return invalid('Name has already been taken', '/data/attributes/name');
  const { data } = body as { data: { relationships?: Record<string, { data?: unknown }> } };
  const [parent] = identifiers(data.relationships?.['parent']?.data);
  const set = state.varset(organization, name, {
    description: text(given['description']) ?? '',
    global: given['global'] === true,
    priority: given['priority'] === true,
    ownerProjectId: parent?.type === 'projects' ? parent.id : undefined,
    workspaceIds: [...(relatedIds(body, 'workspaces') ?? [])],
    projectIds: [...(relatedIds(body, 'projects') ?? [])],
  });
  return made(varsetDocument(set));
}

/** The set itself, and the workspaces and projects that it is applied to. */
function changeVarset(state: HcpState, request: ApiRequest, set: VarsetState): ApiReply | undefined {
  const { method, body, segments } = request;
  const [, , part, list] = segments;
  if (part === 'relationships' && (list === 'workspaces' || list === 'projects')) {
    const ids = list === 'workspaces' ? set.workspaceIds : set.projectIds;
    const given = identifiers((body as { data?: unknown } | undefined)?.data).map(found => found.id);
    const known: readonly { readonly id: string }[] = state[list];
    if (given.some(id => !known.some(k => k.id === id))) return notFound;
    const others = ids.filter(id => !given.includes(id));
    ids.splice(0, ids.length, ...others, ...(method === 'POST' ? given : []));
    return gone;
  }
  if (part !== undefined) return undefined;
  if (method === 'DELETE') return remove(state.varsets, set);
  const given = attributesOf(body);
  Object.assign(set, {
    name: given['name'] ?? set.name,
    description: given['description'] ?? set.description,
    global: given['global'] ?? set.global,
    priority: given['priority'] ?? set.priority,
    workspaceIds: relatedIds(body, 'workspaces') ?? set.workspaceIds,
    projectIds: relatedIds(body, 'projects') ?? set.projectIds,
  });
  return one(varsetDocument(set));
}

function inOrganization(state: HcpState, request: ApiRequest, organization: OrganizationState): ApiReply | undefined {
  const [, , part, name] = request.segments;
  if (part === undefined) return changeOrganization(state, request, organization);
  if (part === 'workspaces' && name !== undefined) {
    const workspace = state.workspaces.find(w => w.organization === organization.name && w.name === name);
    return workspace === undefined ? notFound : changeWorkspace(state, request, workspace);
  }
  if (request.method !== 'POST') return undefined;
  if (part === 'projects') return createProject(state, request, organization.name);
  if (part === 'workspaces') return createWorkspace(state, request, organization.name);
  if (part === 'varsets') return createVarset(state, request, organization.name);
  if (part !== 'agent-pools') return undefined;
  const pool = {
    id: state.id('apool'),
    organization: organization.name,
    name: text(attributesOf(request.body)['name']) ?? '',
  };
  state.agentPools.push(pool);
  return made(agentPoolDocument(pool));
}

/** The plans that a site's administrator may give an organization; nothing here depends on them. */
function administer(state: HcpState, [, kind, id = '', part]: readonly string[], method: string): ApiReply {
  if (kind === 'feature-sets' && method === 'GET')
    return {
      status: 200,
      body: { data: [{ id: 'fs-0000000000000001', type: 'feature-sets', attributes: { name: 'Business' } }] },
    };
  return kind === 'organizations' && part === 'subscription' && state.organizations.has(id)
    ? made({ id: 'sub-0000000000000001', type: 'subscriptions' })
    : notFound;
}

/** The reply to a request that makes, changes or takes away something else than variables and runs; undefined: it is none of these. */
export function manage(state: HcpState, request: ApiRequest): ApiReply | undefined {
  const [kind, id = '', part] = request.segments;
  if (kind === 'admin') return administer(state, request.segments, request.method);
  if (request.method === 'GET') return undefined;
  const named = <T extends { readonly id: string }>(
    list: readonly T[],
    then: (found: T) => ApiReply | undefined,
  ): ApiReply | undefined => {
    const found = list.find(one => one.id === id);
    return found === undefined ? notFound : then(found);
  };
  if (kind === 'organizations') {
    if (id === '') return createOrganization(state, request);
    const organization = state.organizations.get(id);
    return organization === undefined ? notFound : inOrganization(state, request, organization);
  }
  if (kind === 'varsets') return named(state.varsets, set => changeVarset(state, request, set));
  if (kind === 'agent-pools') return named(state.agentPools, pool => remove(state.agentPools, pool));
  if (kind === 'projects' && part === undefined)
    return named(state.projects, project => changeProject(state, request, project));
  if (kind === 'projects' && part === 'tag-bindings')
    return named(state.projects, project => {
      Object.assign(project.bindings, bindingsOf((request.body as { data?: unknown } | undefined)?.data));
      return { status: 200, body: { data: projectBindingDocuments(project, 'tag-bindings') } };
    });
  if (kind !== 'workspaces') return undefined;
  if (part === undefined) return named(state.workspaces, workspace => changeWorkspace(state, request, workspace));
  if (part !== 'configuration-versions' || request.method !== 'POST') return undefined;
  return named(state.workspaces, workspace =>
    made(configurationDocument(state.configuration(workspace, 'pending'), request.origin)),
  );
}
