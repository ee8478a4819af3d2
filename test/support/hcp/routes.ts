import {
  bindingDocuments,
  configurationDocument,
  ingressDocument,
  type Document,
  organizationDocument,
  phaseDocument,
  projectDocument,
  runDocument,
  userDocument,
  variableDocument,
  varsetDocument,
  workspaceDocument,
} from './documents';
import { resourceDocuments, stateVersionDocument } from './held';
import type { HcpState, VariableState, VarsetState, WorkspaceState } from './state';

export interface ApiRequest {
  readonly method: string;
  /** Below /api/v2, decoded segments. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
}

export interface ApiReply {
  readonly status: number;
  /** Of a redirect. */
  readonly location?: string;
  readonly body?: unknown;
}

const one = (data: Document, included?: readonly Document[]): ApiReply => ({
  status: 200,
  body: included === undefined ? { data } : { data, included },
});
const notFound: ApiReply = { status: 404, body: { errors: [{ status: '404', title: 'not found' }] } };
const invalid = (detail: string, pointer: string): ApiReply => ({
  status: 422,
  body: { errors: [{ status: '422', title: 'invalid attribute', detail, source: { pointer } }] },
});

/** A deaf host does not even look at what it does not know. */
function heard(state: HcpState, request: ApiRequest): ApiRequest {
  const query = new URLSearchParams(request.query);
  for (const name of [...query.keys()]) {
    if (state.deaf.filters && /^(?:filter|search)/.test(name)) query.delete(name);
    if (state.deaf.includes && name === 'include') query.delete(name);
    if (state.deaf.pages && name === 'page[number]') query.set('page[number]', '1');
  }
  return { ...request, query };
}

const includes = (request: ApiRequest): readonly string[] => (request.query.get('include') ?? '').split(',');

/** Answers one request from the state, and changes the state. */
export function answer(state: HcpState, asked: ApiRequest): ApiReply {
  const request = heard(state, asked);
  const [kind = '', id = '', ...rest] = request.segments;
  if (kind === 'organizations') return organizations(state, request, id, rest);
  if (kind === 'account' && id === 'details' && request.method === 'GET') return one(userDocument);
  if (kind === 'projects' && request.method === 'GET') {
    const project = state.projects.find(p => p.id === id);
    return project === undefined ? notFound : one(projectDocument(state, project));
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
  return runs(state, request, kind, id, rest);
}

/** Statuses of a run that the server makes, after the first one; tests give others. */
const usualWay = ['plan_queued', 'planning', 'planned_and_finished'];

function createRun(state: HcpState, request: ApiRequest): ApiReply {
  const { data } = request.body as { data: { attributes?: Document; relationships?: Document } };
  const related = (name: string): string | undefined =>
    (data.relationships?.[name] as { data?: { id?: string } } | undefined)?.data?.id;
  const workspace = state.workspaces.find(w => w.id === related('workspace'));
  if (workspace === undefined || !workspace.mayQueueRuns) return notFound;
  const wanted = related('configuration-version');
  const configuration =
    wanted === undefined ? workspace.configurations.at(-1) : workspace.configurations.find(c => c.id === wanted);
  if (configuration?.status !== 'uploaded')
    return invalid('Configuration version is missing', '/data/relationships/configuration-version');
  const run = state.run(workspace, {
    status: 'pending',
    planOnly: data.attributes?.['plan-only'] === true && !state.ignoresPlanOnly,
    message: String(data.attributes?.['message'] ?? ''),
    at: new Date().toISOString(),
    configurationId: configuration.id,
    ahead: [...(state.nextRun ?? usualWay)],
  });
  return { status: 201, body: { data: runDocument(run, workspace) } };
}

function runs(state: HcpState, request: ApiRequest, kind: string, id: string, rest: readonly string[]): ApiReply {
  if (kind === 'runs' && id === '' && request.method === 'POST') return createRun(state, request);
  if (kind === 'configuration-versions') {
    const found = state.workspaces.flatMap(w => w.configurations).find(c => c.id === id);
    if (found === undefined) return notFound;
    if (rest[0] === 'download')
      return found.status === 'uploaded'
        ? { status: 302, location: `${request.origin}/archivist/code/${id}` }
        : notFound;
    if (rest[0] === 'ingress-attributes') return found.commit === undefined ? notFound : one(ingressDocument(found));
    const included = includes(request).includes('ingress_attributes') && found.commit !== undefined;
    return one(configurationDocument(found), included ? [ingressDocument(found)] : undefined);
  }
  if (kind === 'runs' && rest[0] === 'actions') {
    const run = state.workspaces.flatMap(w => w.runs).find(r => r.id === id);
    if (run === undefined) return notFound;
    if (rest[1] !== 'cancel' || run.ahead.length === 0)
      return { status: 409, body: { errors: [{ status: '409', title: 'transition not allowed' }] } };
    run.ahead = [];
    run.status = 'canceled';
    return { status: 202, body: null };
  }
  for (const workspace of state.workspaces) {
    for (const run of workspace.runs) {
      if (kind === 'runs' && run.id === id) {
        const wanted = includes(request);
        const included = (['plan', 'apply'] as const)
          .filter(phase => wanted.includes(phase))
          .map(phase => phaseDocument(run, phase, request.origin));
        return one(runDocument(run, workspace), included.length > 0 ? included : undefined);
      }
      for (const phase of ['plan', 'apply'] as const) {
        const type = phase === 'plan' ? 'plans' : 'applies';
        if (kind === type && id === run.id.replace('run-', `${phase}-`)) {
          if (rest[0] === 'json-output')
            return workspace.mayDownloadState && run.plan !== undefined
              ? { status: 307, location: `${request.origin}/archivist/fullplan/${run.id}` }
              : notFound;
          if (rest[0] === 'json-output-redacted')
            return !workspace.mayReadState ||
              state.plansWithoutJson ||
              (phaseDocument(run, phase, request.origin)['attributes'] as Document)['status'] !== 'finished'
              ? notFound
              : { status: 307, location: `${request.origin}/archivist/plan/${run.id}` };
          return one(phaseDocument(run, phase, request.origin));
        }
      }
    }
  }
  return notFound;
}

function organizations(state: HcpState, request: ApiRequest, name: string, rest: readonly string[]): ApiReply {
  const organization = state.organizations.get(name);
  if (name === '') return paged(request, [...state.organizations.values()].map(organizationDocument));
  if (organization === undefined) return notFound;
  const [part, workspaceName] = rest;
  if (part === undefined) return one(organizationDocument(organization));
  if (part === 'projects') {
    const wanted = request.query.get('filter[names]')?.toLowerCase().split(',');
    const found = state.projects.filter(
      p => p.organization === name && (wanted === undefined || wanted.includes(p.name.toLowerCase())),
    );
    return paged(
      request,
      found.map(p => projectDocument(state, p)),
    );
  }
  if (part === 'varsets') {
    return paged(request, state.varsets.filter(s => s.organization === name).map(varsetDocument));
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
      taggedFilter(request.query).every(([key, value]) => state.bindingsOf(w)[key] === value) &&
      (project === null || w.projectId === project),
  );
  return paged(
    request,
    found.map(w => workspaceDocument(state, w, includes(request))),
    page => [...includedProjects(state, request, page), ...includedBindings(state, request, page)],
  );
}

/** `filter[tagged][0][key]` with its value. */
function taggedFilter(query: URLSearchParams): readonly (readonly [string, string])[] {
  const out: [string, string][] = [];
  for (let i = 0; query.has(`filter[tagged][${i}][key]`); i++) {
    out.push([query.get(`filter[tagged][${i}][key]`) ?? '', query.get(`filter[tagged][${i}][value]`) ?? '']);
  }
  return out;
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
  if (part === 'runs')
    return paged(
      request,
      [...workspace.runs].reverse().map(run => runDocument(run, workspace)),
    );
  if (part === 'effective-tag-bindings')
    return state.deaf.bindings ? notFound : { status: 200, body: { data: bindingDocuments(state, workspace) } };
  // Forbidden looks like missing.
  if (part === 'resources') return workspace.mayReadState ? paged(request, resourceDocuments(workspace)) : notFound;
  if (part === 'runs')
    return workspace.mayReadState
      ? paged(
          request,
          [...workspace.runs].reverse().map(run => runDocument(run, workspace)),
        )
      : notFound;
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
    return paged(request, [...workspace.configurations].reverse().map(configurationDocument));
  if (part === 'runs' && request.method === 'GET')
    return paged(
      request,
      [...workspace.runs].sort((a, b) => (a.at < b.at ? 1 : -1)).map(run => runDocument(run, workspace)),
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
      if (!out.has(key)) out.set(key, variableDocument(variable, owner, state.deaf.owners));
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
    if (key === '') return invalid("Key can't be blank", '/data/attributes/key');
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

function patchVariable(
  state: HcpState,
  variable: VariableState,
  owner: WorkspaceState | VarsetState,
  given: Document,
): ApiReply {
  if (variable.sensitive && given['sensitive'] === false) {
    return invalid('Sensitive variables can not be made readable', '/data/attributes/sensitive');
  }
  const key = typeof given['key'] === 'string' ? given['key'] : variable.key;
  const category =
    given['category'] === 'env' || given['category'] === 'terraform' ? given['category'] : variable.category;
  if (key === '') return invalid("Key can't be blank", '/data/attributes/key');
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

function attributesOf(body: unknown): Document {
  const data = (body as { data?: { attributes?: Document } } | undefined)?.data;
  return data?.attributes ?? {};
}

function paged(
  request: ApiRequest,
  all: readonly Document[],
  including?: (page: readonly Document[]) => readonly Document[],
): ApiReply {
  const size = Math.min(100, Number(request.query.get('page[size]') ?? 20));
  const number = Number(request.query.get('page[number]') ?? 1);
  const data = all.slice((number - 1) * size, number * size);
  const total = Math.max(1, Math.ceil(all.length / size));
  const included = including?.(data) ?? [];
  return {
    status: 200,
    body: {
      data,
      ...(included.length > 0 ? { included } : {}),
      meta: {
        pagination: {
          'current-page': number,
          'page-size': size,
          'prev-page': number > 1 ? number - 1 : null,
          'next-page': number < total ? number + 1 : null,
          'total-pages': total,
          'total-count': all.length,
        },
      },
    },
  };
}
