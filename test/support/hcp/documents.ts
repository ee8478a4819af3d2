import type {
  AgentPoolState,
  ConfigurationState,
  HcpState,
  OrganizationState,
  ProjectState,
  RunState,
  VariableState,
  VarsetState,
  WorkspaceState,
} from './state';

/** The state as JSON:API resources, as HashiCorp's description has them. */
export type Document = Record<string, unknown>;

const identifier = (type: string, id: string | undefined): Document => ({
  data: id === undefined ? null : { id, type },
});

export function organizationDocument(state: HcpState, organization: OrganizationState): Document {
  return {
    id: organization.name,
    type: 'organizations',
    attributes: {
      name: organization.name,
      'default-execution-mode': organization.executionMode,
      'cost-estimation-enabled': organization.costEstimation,
    },
    relationships: {
      'default-project': identifier('projects', state.projects.find(p => p.organization === organization.name)?.id),
      'default-agent-pool': identifier('agent-pools', organization.agentPoolId),
    },
  };
}

export function agentPoolDocument(pool: AgentPoolState): Document {
  return {
    id: pool.id,
    type: 'agent-pools',
    attributes: { name: pool.name, 'organization-scoped': true, 'agent-count': 0 },
    relationships: { organization: identifier('organizations', pool.organization) },
  };
}

/** Whose the token is (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/account). */
export const userDocument: Document = {
  id: 'user-V3R563qtJNcExAkN',
  type: 'users',
  attributes: { username: 'admin', 'is-service-account': false, email: 'admin@example.com' },
};

export function projectDocument(state: HcpState, project: ProjectState): Document {
  return {
    id: project.id,
    type: 'projects',
    attributes: {
      name: project.name,
      description: project.description,
      'auto-destroy-activity-duration': project.autoDestroy ?? null,
      'default-execution-mode':
        project.executionMode ?? state.organizations.get(project.organization)?.executionMode ?? 'remote',
      // Both or none are a project's own.
      'setting-overwrites': {
        'default-execution-mode': project.executionMode !== undefined,
        'default-agent-pool': project.executionMode !== undefined,
      },
    },
    relationships: {
      organization: identifier('organizations', project.organization),
      'default-agent-pool': identifier(
        'agent-pools',
        project.executionMode === undefined
          ? state.organizations.get(project.organization)?.agentPoolId
          : project.agentPoolId,
      ),
      'effective-tag-bindings': {
        data: projectBindingDocuments(project).map(b => ({ id: b['id'], type: 'effective-tag-bindings' })),
      },
    },
  };
}

export const projectBindingDocuments = (
  project: ProjectState,
  type: 'effective-tag-bindings' | 'tag-bindings' = 'effective-tag-bindings',
): readonly Document[] =>
  Object.entries(project.bindings).map(([key, value]) => ({
    id: `${type === 'tag-bindings' ? 'tb' : 'etb'}-${project.id.slice(4)}-${key}`,
    type,
    attributes: { key, value },
  }));

export function workspaceDocument(
  state: HcpState,
  workspace: WorkspaceState,
  included: readonly string[] = [],
): Document {
  const project = state.projectOf(workspace);
  const mode =
    workspace.executionMode ??
    project.executionMode ??
    state.organizations.get(workspace.organization)?.executionMode ??
    'remote';
  const run = workspace.runs.at(-1);
  return {
    id: workspace.id,
    type: 'workspaces',
    attributes: {
      name: workspace.name,
      'execution-mode': mode,
      'setting-overwrites': {
        'execution-mode': workspace.executionMode !== undefined,
        'agent-pool': workspace.agentPoolId !== undefined,
      },
      operations: mode !== 'local',
      'auto-apply': workspace.autoApply,
      'auto-destroy-activity-duration': project.autoDestroy ?? null,
      'created-at': '2026-11-01T10:00:00.000Z',
      source: 'tfe-api',
      actions: { 'is-destroyable': true },
      'workspace-kpis-runs-count': workspace.runs.length,
      'resource-count': workspace.stateFile?.resources.length ?? 0,
      'terraform-version': '1.11.4',
      'tag-names': [...workspace.tags, ...Object.keys(workspace.bindings)],
      permissions: {
        'can-read-variable': workspace.mayReadVariables,
        'can-update-variable': workspace.mayUpdateVariables,
        'can-queue-run': workspace.mayQueueRuns,
        'can-read-run': true,
        'can-update': true,
        'can-destroy': true,
      },
    },
    links: {
      self: `/api/v2/organizations/${workspace.organization}/workspaces/${workspace.name}`,
      'self-html': `/app/${workspace.organization}/workspaces/${workspace.name}`,
    },
    relationships: {
      organization: identifier('organizations', workspace.organization),
      project: identifier('projects', workspace.projectId),
      'agent-pool': identifier('agent-pools', workspace.agentPoolId),
      ...(!state.deaf.configurations && {
        'current-configuration-version': identifier('configuration-versions', workspace.configurations.at(-1)?.id),
      }),
      vars: { data: workspace.vars.map(v => ({ id: v.id, type: 'vars' })) },
      ...(!state.deaf.runs && {
        'latest-run': identifier('runs', run?.id),
        'current-run': identifier('runs', run?.id),
      }),
      ...(included.includes('effective_tag_bindings') && {
        'effective-tag-bindings': {
          data: bindingDocuments(state, workspace).map(b => ({ id: b['id'], type: 'effective-tag-bindings' })),
        },
      }),
    },
  };
}

const bindingId = (workspace: WorkspaceState, key: string): string => `etb-${workspace.id.slice(3)}-${key}`;

export function bindingDocuments(state: HcpState, workspace: WorkspaceState): readonly Document[] {
  return Object.entries(state.bindingsOf(workspace)).map(([key, value]) => ({
    id: bindingId(workspace, key),
    type: 'effective-tag-bindings',
    attributes: { key, value },
  }));
}

export function variableDocument(
  variable: VariableState,
  owner: WorkspaceState | VarsetState,
  /** How it says whose it is; HashiCorp's description allows all of them. */
  says: 'both' | 'varset' | 'configurable' | 'neither' = 'both',
): Document {
  const type = 'projectId' in owner ? 'workspaces' : 'varsets';
  return {
    id: variable.id,
    type: 'vars',
    attributes: {
      key: variable.key,
      value: variable.sensitive ? null : variable.value,
      sensitive: variable.sensitive,
      category: variable.category,
      hcl: variable.hcl,
      description: variable.description,
      'created-at': '2026-11-01T10:00:00.000Z',
      'version-id': variable.versionId,
    },
    relationships: {
      ...(says === 'both' || says === 'configurable' ? { configurable: identifier(type, owner.id) } : {}),
      ...(type === 'varsets' && (says === 'both' || says === 'varset')
        ? { varset: identifier('varsets', owner.id) }
        : {}),
    },
  };
}

export function varsetDocument(set: VarsetState): Document {
  return {
    id: set.id,
    type: 'varsets',
    attributes: {
      name: set.name,
      description: set.description,
      global: set.global,
      priority: set.priority,
      'var-count': set.vars.length,
      'workspace-count': set.workspaceIds.length,
      'project-count': set.projectIds.length,
    },
    relationships: {
      organization: identifier('organizations', set.organization),
      parent:
        set.ownerProjectId === undefined
          ? identifier('organizations', set.organization)
          : identifier('projects', set.ownerProjectId),
      vars: { data: set.vars.map(v => ({ id: v.id, type: 'vars' })) },
      workspaces: { data: set.workspaceIds.map(id => ({ id, type: 'workspaces' })) },
      projects: { data: set.projectIds.map(id => ({ id, type: 'projects' })) },
    },
  };
}

const known: Readonly<Document> = {
  'auto-apply': false,
  'allow-empty-apply': false,
  'save-plan': false,
  refresh: true,
  'refresh-only': false,
  'is-destroy': false,
};
const passedOn = [
  ...Object.keys(known),
  'replace-addrs',
  'target-addrs',
  'variables',
  'terraform-version',
  'policy-paths',
  'invoke-action-addrs',
];

export function runDocument(run: RunState, workspace: WorkspaceState): Document {
  const open = run.ahead.length > 0;
  const waits = !open && ['planned', 'cost_estimated', 'policy_checked'].includes(run.status);
  const asked = Object.fromEntries(Object.entries(run.asked).filter(([name]) => passedOn.includes(name)));
  return {
    id: run.id,
    type: 'runs',
    attributes: {
      ...known,
      'auto-apply': workspace.autoApply,
      ...asked,
      status: run.status,
      'plan-only': run.planOnly,
      message: run.message,
      source: 'tfe-api',
      'trigger-reason': 'manual',
      actions: {
        'is-cancelable': open,
        'is-confirmable': waits && !run.planOnly,
        'is-discardable': waits && !run.planOnly,
        'is-force-cancelable': false,
      },
      permissions: {
        'can-apply': workspace.mayQueueRuns,
        'can-cancel': workspace.mayQueueRuns,
        'can-discard': workspace.mayQueueRuns,
        'can-force-cancel': workspace.mayQueueRuns,
        'can-force-execute': workspace.mayQueueRuns,
      },
      'created-at': run.at,
      ...(run.canceledAt !== undefined && {
        'canceled-at': run.canceledAt,
        // A minute later, if Terraform has not stopped by then.
        'force-cancel-available-at': new Date(Date.parse(run.canceledAt) + 60_000).toISOString(),
      }),
      'status-timestamps': {
        'plan-queueable-at': run.at,
        ...(run.status === 'errored' && { 'errored-at': run.at }),
      },
    },
    relationships: {
      workspace: identifier('workspaces', workspace.id),
      'configuration-version': identifier('configuration-versions', run.configurationId),
      plan: identifier('plans', run.id.replace('run-', 'plan-')),
      apply: identifier('applies', run.id.replace('run-', 'apply-')),
      'created-by': identifier('users', String(userDocument['id'])),
      ...(run.estimated && { 'cost-estimate': identifier('cost-estimates', run.id.replace('run-', 'ce-')) }),
      ...(run.confirmed && { 'confirmed-by': identifier('users', String(userDocument['id'])) }),
      comments: { data: run.comments.map(comment => ({ id: comment.id, type: 'comments' })) },
      'run-events': { data: [{ id: run.id.replace('run-', 're-'), type: 'run-events' }] },
    },
  };
}

/** What the plan of a run is while the run goes on. */
const phaseStates: readonly (readonly [readonly string[], string])[] = [
  [['pending', 'fetching', 'queuing', 'plan_queued', 'pre_plan_awaiting_decision'], 'pending'],
  [['planning'], 'running'],
  [['canceled'], 'canceled'],
];

export function configurationDocument(configuration: ConfigurationState, origin: string): Document {
  return {
    id: configuration.id,
    type: 'configuration-versions',
    attributes: {
      status: configuration.status,
      source: configuration.commit === undefined ? 'tfe-api' : 'github',
      speculative: false,
      error: null,
      ...(configuration.status === 'pending' && { 'upload-url': `${origin}/archivist/upload/${configuration.id}` }),
      'status-timestamps': configuration.at === undefined ? {} : { 'uploaded-at': configuration.at },
    },
    relationships: {
      'ingress-attributes': identifier(
        'ingress-attributes',
        configuration.commit === undefined ? undefined : configuration.id.replace('cv-', 'ia-'),
      ),
    },
  };
}

export function ingressDocument(configuration: ConfigurationState): Document {
  return {
    id: configuration.id.replace('cv-', 'ia-'),
    type: 'ingress-attributes',
    attributes: { branch: 'main', 'commit-sha': configuration.commit ?? null },
  };
}

/** The plan or apply of a run. */
export function phaseDocument({ deaf }: HcpState, run: RunState, phase: 'plan' | 'apply', origin: string): Document {
  const errored = run.status === 'errored' && run.phase === phase;
  const [state] = phaseStates.filter(([statuses]) => statuses.includes(run.status));
  const unreached = phase === 'apply' && run.status === 'errored' && run.phase === 'plan';
  return {
    id: run.id.replace('run-', `${phase}-`),
    type: phase === 'plan' ? 'plans' : 'applies',
    attributes: {
      status: errored ? 'errored' : unreached ? 'unreachable' : (state?.[1] ?? 'finished'),
      ...(phase === 'plan' && !errored && state === undefined && !deaf.counts
        ? { 'resource-additions': 2, 'resource-changes': 0, 'resource-destructions': 0 }
        : {}),
      'log-read-url': unreached ? null : `${origin}/archivist/${run.id}/${phase}`,
    },
  };
}
