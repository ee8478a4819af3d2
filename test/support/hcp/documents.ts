import type {
  ConfigurationState,
  HcpState,
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

export function organizationDocument(organization: {
  readonly name: string;
  readonly executionMode: string;
}): Document {
  return {
    id: organization.name,
    type: 'organizations',
    attributes: { name: organization.name, 'default-execution-mode': organization.executionMode },
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
      'default-execution-mode':
        project.executionMode ?? state.organizations.get(project.organization)?.executionMode ?? 'remote',
      'setting-overwrites': { 'default-execution-mode': project.executionMode !== undefined },
    },
    relationships: { organization: identifier('organizations', project.organization) },
  };
}

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
      'terraform-version': '1.11.4',
      'tag-names': [...workspace.tags, ...Object.keys(workspace.bindings)],
      permissions: {
        'can-read-variable': workspace.mayReadVariables,
        'can-update-variable': workspace.mayUpdateVariables,
        'can-queue-run': workspace.mayQueueRuns,
        'can-read-run': true,
        'can-update': true,
      },
    },
    relationships: {
      organization: identifier('organizations', workspace.organization),
      project: identifier('projects', workspace.projectId),
      'agent-pool': identifier('agent-pools', workspace.agentPoolId),
      'current-configuration-version': identifier('configuration-versions', workspace.configurations.at(-1)?.id),
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

export function runDocument(run: RunState, workspace: WorkspaceState): Document {
  return {
    id: run.id,
    type: 'runs',
    attributes: {
      status: run.status,
      'plan-only': run.planOnly,
      message: run.message,
      actions: { 'is-cancelable': run.ahead.length > 0, 'is-confirmable': false },
      'created-at': run.at,
      'status-timestamps': run.status === 'errored' ? { 'errored-at': run.at } : {},
    },
    relationships: {
      workspace: identifier('workspaces', workspace.id),
      'configuration-version': identifier('configuration-versions', run.configurationId),
      plan: identifier('plans', run.id.replace('run-', 'plan-')),
      apply: identifier('applies', run.id.replace('run-', 'apply-')),
    },
  };
}

/** What the plan of a run is while the run goes on. */
const phaseStates: readonly (readonly [readonly string[], string])[] = [
  [['pending', 'fetching', 'queuing', 'plan_queued', 'pre_plan_awaiting_decision'], 'pending'],
  [['planning'], 'running'],
  [['canceled'], 'canceled'],
];

export function configurationDocument(configuration: ConfigurationState): Document {
  return {
    id: configuration.id,
    type: 'configuration-versions',
    attributes: {
      status: configuration.status,
      source: configuration.commit === undefined ? 'tfe-api' : 'github',
      speculative: false,
      error: null,
      'status-timestamps': { 'uploaded-at': configuration.at },
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
export function phaseDocument(run: RunState, phase: 'plan' | 'apply', origin: string): Document {
  const errored = run.status === 'errored' && run.phase === phase;
  const [state] = phaseStates.filter(([statuses]) => statuses.includes(run.status));
  const unreached = phase === 'apply' && run.status === 'errored' && run.phase === 'plan';
  return {
    id: run.id.replace('run-', `${phase}-`),
    type: phase === 'plan' ? 'plans' : 'applies',
    attributes: {
      status: errored ? 'errored' : unreached ? 'unreachable' : (state?.[1] ?? 'finished'),
      ...(phase === 'plan' && !errored && state === undefined
        ? { 'resource-additions': 2, 'resource-changes': 0, 'resource-destructions': 0 }
        : {}),
      'log-read-url': unreached ? null : `${origin}/archivist/${run.id}/${phase}`,
    },
  };
}
