import {
  configurationDocument,
  type Document,
  ingressDocument,
  phaseDocument,
  runDocument,
  userDocument,
  workspaceDocument,
} from './documents';
import {
  type ApiReply,
  type ApiRequest,
  attributesOf,
  includes,
  invalid,
  notFound,
  one,
  paged,
  relatedIds,
} from './reply';
import { ended, type HcpState, type RunState, type WorkspaceState } from './state';

/** Statuses of a plan-only run that the server makes, after the first one; tests give others. */
const usualWay = ['plan_queued', 'planning', 'planned_and_finished'];
/** Of a run that waits for somebody to confirm it, by whether its costs are estimated before. */
const confirmableWay = (estimated: boolean): readonly string[] => [
  'plan_queued',
  'planning',
  ...(estimated ? ['cost_estimating', 'cost_estimated'] : ['planned']),
];
const confirmable = ['planned', 'cost_estimated', 'policy_checked'];

const noTransition: ApiReply = { status: 409, body: { errors: [{ status: '409', title: 'transition not allowed' }] } };

function createRun(state: HcpState, request: ApiRequest): ApiReply {
  const asked = attributesOf(request.body);
  const workspace = state.workspaces.find(w => w.id === relatedIds(request.body, 'workspace')?.[0]);
  if (workspace === undefined || !workspace.mayQueueRuns) return notFound;
  const wanted = relatedIds(request.body, 'configuration-version')?.[0];
  const configuration =
    wanted === undefined ? workspace.configurations.at(-1) : workspace.configurations.find(c => c.id === wanted);
  if (configuration?.status !== 'uploaded')
    return invalid('Configuration version is missing', '/data/relationships/configuration-version');
  const planOnly = asked['plan-only'] === true && !state.ignoresPlanOnly;
  const estimated = state.organizations.get(workspace.organization)?.costEstimation === true;
  const run = state.run(workspace, {
    status: 'pending',
    planOnly,
    message: String(asked['message'] ?? ''),
    asked,
    at: new Date().toISOString(),
    configurationId: configuration.id,
    estimated,
    ahead: [...(state.nextRun ?? (planOnly ? usualWay : confirmableWay(estimated)))],
  });
  return { status: 201, body: { data: runDocument(run, workspace) } };
}

/** What somebody does to a run: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run. */
function act(state: HcpState, request: ApiRequest, run: RunState, workspace: WorkspaceState, action: string): ApiReply {
  const accepted: ApiReply = { status: 202, body: null };
  if (action === 'cancel') {
    if (run.ahead.length === 0) return noTransition;
    run.ahead = [];
    run.status = 'canceled';
    run.canceledAt = new Date().toISOString();
    return accepted;
  }
  if (action === 'apply' || action === 'discard') {
    if (run.planOnly || !confirmable.includes(run.status) || run.ahead.length > 0) return noTransition;
    const comment = (request.body as { comment?: unknown } | undefined)?.comment;
    if (typeof comment === 'string') run.comments = [...run.comments, { id: state.id('wsc'), body: comment }];
    if (action === 'discard') run.status = 'discarded';
    else {
      run.status = 'confirmed';
      run.confirmed = true;
      run.ahead = ['apply_queued', 'applying', 'applied'];
    }
    return accepted;
  }
  if (action === 'force-execute') {
    if (run.status !== 'pending') return noTransition;
    for (const earlier of workspace.runs.slice(0, workspace.runs.indexOf(run)))
      if (!ended(earlier)) Object.assign(earlier, { status: 'discarded', ahead: [] });
    return accepted;
  }
  return action === 'force-cancel' ? noTransition : notFound;
}

function phases(state: HcpState, request: ApiRequest, kind: 'plan' | 'apply', rest: readonly string[]): ApiReply {
  const [id, part] = rest;
  for (const workspace of state.workspaces)
    for (const run of workspace.runs) {
      if (id !== run.id.replace('run-', `${kind}-`)) continue;
      const document = phaseDocument(state, run, kind, request.origin);
      if (part === 'json-output')
        return workspace.mayDownloadState && run.plan !== undefined
          ? { status: 307, location: `${request.origin}/archivist/fullplan/${run.id}` }
          : notFound;
      if (part === 'json-output-redacted')
        return !workspace.mayReadState ||
          state.plansWithoutJson ||
          (document['attributes'] as Document)['status'] !== 'finished'
          ? notFound
          : { status: 307, location: `${request.origin}/archivist/plan/${run.id}` };
      return one(document);
    }
  return notFound;
}

function configurations(state: HcpState, request: ApiRequest, id: string, rest: readonly string[]): ApiReply {
  const found = state.workspaces.flatMap(w => w.configurations).find(c => c.id === id);
  if (found === undefined) return notFound;
  if (rest[0] === 'download')
    return found.status === 'uploaded' ? { status: 302, location: `${request.origin}/archivist/code/${id}` } : notFound;
  if (rest[0] === 'ingress-attributes') return found.commit === undefined ? notFound : one(ingressDocument(found));
  const included = includes(request).includes('ingress_attributes') && found.commit !== undefined;
  return one(configurationDocument(found, request.origin), included ? [ingressDocument(found)] : undefined);
}

/** Runs, their plans and applies, configuration versions and comments. */
export function runs(state: HcpState, request: ApiRequest): ApiReply {
  const [kind = '', id = '', ...rest] = request.segments;
  if (kind === 'configuration-versions') return configurations(state, request, id, rest);
  if (kind === 'plans' || kind === 'applies')
    return phases(state, request, kind === 'plans' ? 'plan' : 'apply', [id, ...rest]);
  if (kind === 'comments') {
    const comment = state.workspaces.flatMap(w => w.runs.flatMap(r => r.comments)).find(c => c.id === id);
    return comment === undefined ? notFound : one({ id, type: 'comments', attributes: { body: comment.body } });
  }
  if (kind !== 'runs') return notFound;
  if (id === '') return request.method === 'POST' ? createRun(state, request) : notFound;
  const workspace = state.workspaces.find(w => w.runs.some(r => r.id === id));
  const run = workspace?.runs.find(r => r.id === id);
  if (workspace === undefined || run === undefined) return notFound;
  if (rest[0] === 'actions') return act(state, request, run, workspace, rest[1] ?? '');
  const wanted = includes(request);
  const included = [
    ...(['plan', 'apply'] as const)
      .filter(phase => wanted.includes(phase))
      .map(phase => phaseDocument(state, run, phase, request.origin)),
    ...(wanted.includes('created_by') ? [userDocument] : []),
  ];
  return one(runDocument(run, workspace), included.length > 0 ? included : undefined);
}

/** The runs of one or more workspaces, newest first, by the filters of `GET /workspaces/:id/runs` and `/organizations/:name/runs`. */
export function listOfRuns(state: HcpState, request: ApiRequest, workspaces: readonly WorkspaceState[]): ApiReply {
  const { query } = request;
  const listed = (name: string): readonly string[] | undefined => query.get(name)?.split(',');
  const holds = (name: string, value: string): boolean => listed(name)?.includes(value) ?? true;
  const poolOf = (workspace: WorkspaceState): string =>
    state.agentPools.find(p => p.id === workspace.agentPoolId)?.name ?? '';
  const found = workspaces
    .filter(w => holds('filter[workspace_names]', w.name) && holds('filter[agent_pool_names]', poolOf(w)))
    .flatMap(workspace => workspace.runs.map(run => ({ run, workspace })))
    .filter(({ run }) => {
      const operation = run.asked['save-plan'] === true ? 'save_plan' : run.planOnly ? 'plan_only' : 'plan_and_apply';
      const user = (userDocument['attributes'] as Document)['username'];
      return (
        holds('filter[status]', run.status) &&
        holds('filter[source]', 'tfe-api') &&
        holds('filter[operation]', operation) &&
        (query.get('search[user]') ?? user) === user &&
        // Runs of the API have no commit.
        !query.has('search[commit]')
      );
    })
    // Ids count up; the time of a run may be what a test says.
    .sort((a, b) => b.run.id.localeCompare(a.run.id));
  return paged(
    request,
    found.map(({ run, workspace }) => runDocument(run, workspace)),
    page => {
      if (!includes(request).includes('workspace')) return [];
      const own = new Set(found.filter(f => page.some(d => d['id'] === f.run.id)).map(f => f.workspace));
      return [...own].map(w => workspaceDocument(state, w));
    },
  );
}
