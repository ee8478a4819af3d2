import {
  bindingDocuments,
  configurationDocument,
  type Document,
  organizationDocument,
  projectBindingDocuments,
  projectDocument,
  userDocument,
  variableDocument,
  varsetDocument,
  workspaceDocument,
} from './documents';
import { resourceDocuments, stateVersionDocument } from './held';
import { manage } from './manage';
import { type ApiReply, type ApiRequest, attributesOf, includes, invalid, notFound, one, paged } from './reply';
import { listOfRuns, runs } from './runRoutes';
import { changeTests, moduleOf, testConfigurationDocument, testRunDocument } from './modules';
import { stackDocument, stackList, type StackState } from './stacks';
import type { HcpState, VariableState, VarsetState, WorkspaceState } from './state';

/** A deaf host does not even look at what it does not know. */
function heard(state: HcpState, request: ApiRequest): ApiRequest {
  const query = new URLSearchParams(request.query);
  for (const name of [...query.keys()]) {
    if (state.deaf.filters && /^(?:filter|search|q$)/.test(name)) query.delete(name);
    if (state.deaf.includes && name === 'include') query.delete(name);
    if (state.deaf.pages && name === 'page[number]') query.set('page[number]', '1');
  }
  return { ...request, query };
}

/** Answers one request from the state, and changes the state. */
export function answer(state: HcpState, asked: ApiRequest): ApiReply {
  const request = heard(state, asked);
  const [kind = '', id = '', ...rest] = request.segments;
  const managed = manage(state, request);
  if (managed !== undefined) return managed;
  if (kind === 'organizations') return organizations(state, request, id, rest);
  if (kind === 'account' && id === 'details' && request.method === 'GET') return one(userDocument);
  if (kind === 'projects' && request.method === 'GET') {
    const project = state.projects.find(p => p.id === id);
    if (project === undefined) return notFound;
    if (rest[0] === 'varsets')
      return paged(
        request,
        byQuery(
          request,
          state.varsets.filter(s => s.projectIds.includes(id)),
        ).map(varsetDocument),
      );
    if (rest[0] === 'tag-bindings' || rest[0] === 'effective-tag-bindings')
      return { status: 200, body: { data: projectBindingDocuments(project, rest[0]) } };
    if (rest.length > 0) return notFound;
    const included = includes(request).includes('effective_tag_bindings') ? projectBindingDocuments(project) : [];
    return one(projectDocument(state, project), included.length > 0 ? included : undefined);
  }
  if (kind === 'workspaces') {
    const workspace = state.workspaces.find(w => w.id === id);
    return workspace === undefined ? notFound : workspaces(state, request, workspace, rest);
  }
  if (kind === 'varsets') {
    const set = state.varsets.find(s => s.id === id);
    if (set === undefined) return notFound;
    if (rest.length === 0) return one(varsetDocument(set));
    if (rest[0] === 'relationships' && rest[1] === 'vars') return variables(state, request, set, rest[2], true);
    return notFound;
  }
  if (kind === 'agent-pools' && rest[0] === 'agents') {
    const agents = state.agents.get(id);
    return agents === undefined
      ? notFound
      : paged(
          request,
          agents.map((a, i) => ({ id: `agent-${i}`, type: 'agents', attributes: { name: a.name, status: a.status } })),
        );
  }
  if (kind === 'registry-modules' && rest[3] === 'test-configuration') {
    const module = moduleOf(state, [id, ...rest]);
    if (module === undefined) return notFound;
    const refusal = request.method === 'PATCH' ? changeTests(module, attributesOf(request.body)) : undefined;
    return refusal === undefined ? one(testConfigurationDocument(module)) : invalid(refusal, '/data/attributes');
  }
  if (kind === 'stacks' && rest.length === 0) {
    const stack = state.stacks.find(s => s.id === id);
    return stack === undefined ? notFound : one(stackDocument(stack), projectsOfStacks(state, request, [stack]));
  }
  if (kind.startsWith('stack')) {
    const list = stackList(state, request.segments);
    return list === undefined ? notFound : paged(request, list);
  }
  return runs(state, request);
}

function projectsOfStacks(state: HcpState, request: ApiRequest, stacks: readonly StackState[]): readonly Document[] {
  if (!includes(request).includes('project')) return [];
  const ids = new Set(stacks.map(s => s.projectId));
  return state.projects.filter(p => ids.has(p.id)).map(p => projectDocument(state, p));
}

function organizations(state: HcpState, request: ApiRequest, name: string, rest: readonly string[]): ApiReply {
  const organization = state.organizations.get(name);
  if (name === '')
    return paged(
      request,
      [...state.organizations.values()].map(o => organizationDocument(state, o)),
    );
  if (organization === undefined) return notFound;
  const [part, workspaceName] = rest;
  if (part === undefined) return one(organizationDocument(state, organization));
  if (part === 'projects') {
    const wanted = request.query.get('filter[names]')?.toLowerCase().split(',');
    const found = state.projects.filter(
      p =>
        p.organization === name &&
        (wanted === undefined || wanted.includes(p.name.toLowerCase())) &&
        tagged(request, p.bindings),
    );
    return paged(
      request,
      byQuery(request, found).map(p => projectDocument(state, p)),
      page =>
        includes(request).includes('effective_tag_bindings')
          ? found.filter(p => page.some(d => d['id'] === p.id)).flatMap(p => projectBindingDocuments(p))
          : [],
    );
  }
  if (part === 'varsets') {
    const own = state.varsets.filter(s => s.organization === name);
    return paged(request, byQuery(request, own).map(varsetDocument));
  }
  if (part === 'runs')
    return withoutTotal(
      listOfRuns(
        state,
        request,
        state.workspaces.filter(w => w.organization === name),
      ),
    );
  if (part === 'tests') {
    const module = moduleOf(state, rest.slice(2));
    return module === undefined
      ? notFound
      : paged(
          request,
          module.runs.map(run => testRunDocument(run, request.origin)),
        );
  }
  if (part === 'stacks') {
    const stacks = state.stacks.filter(s => s.organization === name);
    return paged(request, stacks.map(stackDocument), page =>
      projectsOfStacks(
        state,
        request,
        stacks.filter(s => page.some(d => d['id'] === s.id)),
      ),
    );
  }
  if (part !== 'workspaces') return notFound;
  const own = state.workspaces.filter(w => w.organization === name);
  if (workspaceName !== undefined) {
    const workspace = own.find(w => w.name === workspaceName);
    return workspace === undefined ? notFound : workspaces(state, request, workspace, []);
  }
  const search = request.query.get('search[name]');
  const tags = request.query.get('search[tags]')?.split(',') ?? [];
  const project = request.query.get('filter[project][id]');
  const found = own.filter(
    w =>
      (search === null || w.name.includes(search)) &&
      tags.every(tag => tag in state.bindingsOf(w)) &&
      tagged(request, state.bindingsOf(w)) &&
      (project === null || w.projectId === project),
  );
  return paged(
    request,
    found.map(w => workspaceDocument(state, w, includes(request))),
    page => [...includedProjects(state, request, page), ...includedBindings(state, request, page)],
  );
}

/** What `q` looks for: part of a name, whatever the case. */
function byQuery<T extends { readonly name: string }>(request: ApiRequest, all: readonly T[]): readonly T[] {
  const wanted = request.query.get('q')?.toLowerCase();
  return wanted === undefined ? all : all.filter(one => one.name.toLowerCase().includes(wanted));
}

/** The runs of an organization come without a count (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run). */
function withoutTotal(reply: ApiReply): ApiReply {
  const body = reply.body as { readonly meta: { readonly pagination: Document } };
  const { 'total-count': _count, 'total-pages': _pages, ...pagination } = body.meta.pagination;
  return { ...reply, body: { ...body, meta: { pagination } } };
}

/** `filter[tagged][0][key]` with its value; a key without one takes any. */
function tagged({ query }: ApiRequest, bindings: Readonly<Record<string, string>>): boolean {
  for (let i = 0; query.has(`filter[tagged][${i}][key]`); i++) {
    const [key, value] = [query.get(`filter[tagged][${i}][key]`) ?? '', query.get(`filter[tagged][${i}][value]`) ?? ''];
    if (!(key in bindings) || (value !== '' && bindings[key] !== value)) return false;
  }
  return true;
}

function includedBindings(state: HcpState, request: ApiRequest, page: readonly Document[]): readonly Document[] {
  if (!includes(request).includes('effective_tag_bindings')) return [];
  return state.workspaces.filter(w => page.some(d => d['id'] === w.id)).flatMap(w => bindingDocuments(state, w));
}

function includedProjects(state: HcpState, request: ApiRequest, page: readonly Document[]): readonly Document[] {
  if (!includes(request).includes('project')) return [];
  const ids = new Set(page.map(w => state.workspaces.find(known => known.id === w['id'])?.projectId));
  return state.projects.filter(p => ids.has(p.id)).map(p => projectDocument(state, p));
}

function workspaces(
  state: HcpState,
  request: ApiRequest,
  workspace: WorkspaceState,
  rest: readonly string[],
): ApiReply {
  const [part, id] = rest;
  if (part === undefined) {
    const document = workspaceDocument(state, workspace);
    const included = includedProjects(state, request, [document]);
    return one(document, included.length > 0 ? included : undefined);
  }
  if (part === 'effective-tag-bindings')
    return state.deaf.bindings ? notFound : { status: 200, body: { data: bindingDocuments(state, workspace) } };
  // Forbidden looks like missing.
  if (part === 'resources') return workspace.mayReadState ? paged(request, resourceDocuments(workspace)) : notFound;
  if (part === 'runs') return listOfRuns(state, request, [workspace]);
  if (part === 'current-state-version')
    return workspace.mayDownloadState && workspace.stateFile !== undefined
      ? one(stateVersionDocument(workspace, request.origin))
      : notFound;
  if (!workspace.mayReadVariables) return notFound;
  if (part === 'vars') {
    if (request.method !== 'GET' && !workspace.mayUpdateVariables) return notFound;
    return variables(state, request, workspace, id, false);
  }
  if (part === 'configuration-versions')
    return paged(
      request,
      (state.deaf.configurations ? workspace.configurations : [...workspace.configurations].reverse()).map(c =>
        configurationDocument(c, request.origin),
      ),
    );
  if (part === 'all-vars') return { status: 200, body: { data: allVariables(state, workspace) } };
  if (part === 'varsets') {
    const sets = state.varsetsOf(workspace);
    return paged(request, sets.map(varsetDocument), () =>
      includes(request).includes('vars') ? sets.flatMap(set => set.vars.map(v => variableDocument(v, set))) : [],
    );
  }
  return notFound;
}

/** As its documentation has it: workspace, then sets of the workspace, of the project, global; priority is not considered. */
function allVariables(state: HcpState, workspace: WorkspaceState): readonly Document[] {
  const rank = (set: VarsetState): number => (set.workspaceIds.includes(workspace.id) ? 0 : set.global ? 2 : 1);
  const sets = state.varsetsOf(workspace).sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  const out = new Map<string, Document>();
  for (const owner of [workspace, ...sets]) {
    for (const variable of owner.vars) {
      const key = `${variable.category}/${variable.key}`;
      if (!out.has(key)) out.set(key, variableDocument(variable, owner, state.deaf.owners ?? 'varset'));
    }
  }
  return [...out.values()];
}

function variables(
  state: HcpState,
  request: ApiRequest,
  owner: WorkspaceState | VarsetState,
  id: string | undefined,
  pages: boolean,
): ApiReply {
  const { method } = request;
  if (id === undefined) {
    if (method === 'GET') {
      const documents = owner.vars.map(v => variableDocument(v, owner));
      return pages ? paged(request, documents) : { status: 200, body: { data: documents } };
    }
    const given = attributesOf(request.body);
    const category = given['category'] === 'env' ? 'env' : 'terraform';
    const key = String(given['key'] ?? '');
    const bad = badVariable(key, given);
    if (bad !== undefined) return bad;
    if (owner.vars.some(v => v.key === key && v.category === category)) {
      return invalid('Key has already been taken', '/data/attributes/key');
    }
    const made = state.variable(owner, key, String(given['value'] ?? ''), {
      category,
      sensitive: given['sensitive'] === true,
      hcl: given['hcl'] === true,
      description: typeof given['description'] === 'string' ? given['description'] : '',
    });
    return { status: 201, body: { data: variableDocument(made, owner) } };
  }
  const variable = owner.vars.find(v => v.id === id);
  if (variable === undefined) return notFound;
  if (method === 'DELETE') {
    owner.vars.splice(owner.vars.indexOf(variable), 1);
    return { status: 204 };
  }
  if (method === 'PATCH') return patchVariable(state, variable, owner, attributesOf(request.body));
  return one(variableDocument(variable, owner));
}

/** What no variable may have; the longest description is 512 characters. */
function badVariable(key: string, { description }: Document): ApiReply | undefined {
  if (key === '') return invalid("Key can't be blank", '/data/attributes/key');
  if (typeof description === 'string' && description.length > 512)
    return invalid('Description is too long (maximum is 512 characters)', '/data/attributes/description');
  return undefined;
}

function patchVariable(
  state: HcpState,
  variable: VariableState,
  owner: WorkspaceState | VarsetState,
  given: Document,
): ApiReply {
  if (variable.sensitive && given['sensitive'] === false) {
    return invalid('Sensitive variables cannot be made readable', '/data/attributes/sensitive');
  }
  const key = typeof given['key'] === 'string' ? given['key'] : variable.key;
  const category =
    given['category'] === 'env' || given['category'] === 'terraform' ? given['category'] : variable.category;
  const bad = badVariable(key, given);
  if (bad !== undefined) return bad;
  if (owner.vars.some(v => v !== variable && v.key === key && v.category === category))
    return invalid('Key has already been taken', '/data/attributes/key');
  Object.assign(variable, { key, category });
  if (typeof given['hcl'] === 'boolean') variable.hcl = given['hcl'];
  if (typeof given['value'] === 'string') variable.value = given['value'];
  if (given['sensitive'] === true) variable.sensitive = true;
  if (typeof given['description'] === 'string') variable.description = given['description'];
  variable.versionId = state.id('version');
  return one(variableDocument(variable, owner));
}
