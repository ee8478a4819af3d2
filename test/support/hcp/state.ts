import type { ModuleState } from './modules';
import type { StackState } from './stacks';

/** What the test server knows. Tests change it at will; the server reads it at each request. */
export interface VariableState {
  readonly id: string;
  key: string;
  value: string;
  category: 'env' | 'terraform';
  sensitive: boolean;
  hcl: boolean;
  description: string;
  versionId: string;
}

export interface ProjectState {
  readonly id: string;
  readonly organization: string;
  name: string;
  /** `undefined`: as the organization has it. */
  executionMode: Mode | undefined;
  agentPoolId: string | undefined;
  description: string;
  /** After which idle time what workspaces hold is destroyed; they inherit it. */
  autoDestroy: string | undefined;
  /** Tags with a value; workspaces inherit them. */
  bindings: Record<string, string>;
}

export interface OrganizationState {
  readonly name: string;
  executionMode: Mode;
  agentPoolId: string | undefined;
  /** Runs stop once more, between plan and apply. */
  costEstimation: boolean;
}

export interface AgentPoolState {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
}

/**
 * What a host does not know and passes over: filters of lists, `include`, bindings of tags (404), the end of a list. Real hosts do so
 * (older Terraform Enterprise, OTF): nothing may depend on what it did not check itself.
 */
export interface Deafness {
  filters: boolean;
  includes: boolean;
  bindings: boolean;
  /** Page 2 is page 1 again. */
  pages: boolean;
  /** A workspace does not tell its latest run. */
  runs: boolean;
  /** A workspace does not tell its current configuration, and lists the oldest first. */
  configurations: boolean;
  /** A plan does not tell how many resources it would change. */
  counts: boolean;
  /**
   * How a variable of all-vars says which set it is of. By `varset` unless a test says otherwise: HashiCorp's own client cannot read a
   * `configurable` of the type varsets.
   */
  owners?: 'both' | 'varset' | 'configurable' | 'neither';
}

export type Mode = 'remote' | 'agent' | 'local';

export interface WorkspaceState {
  readonly id: string;
  readonly organization: string;
  name: string;
  projectId: string;
  executionMode: Mode | undefined;
  agentPoolId: string | undefined;
  autoApply: boolean;
  /** Plain tags. */
  tags: string[];
  /** Tags with a value. */
  bindings: Record<string, string>;
  mayReadVariables: boolean;
  mayUpdateVariables: boolean;
  mayQueueRuns: boolean;
  /** May the token see the resources of the state, and runs with their plans? */
  mayReadState: boolean;
  /** May it download state versions and full plans? Those hold sensitive values. */
  mayDownloadState: boolean;
  /** The state file (version 4); undefined: nothing was ever applied. */
  stateFile: StateFile | undefined;
  runs: RunState[];
  /** Oldest first; the last one is current. */
  configurations: ConfigurationState[];
  vars: VariableState[];
}

export interface VarsetState {
  readonly id: string;
  readonly organization: string;
  name: string;
  description: string;
  global: boolean;
  priority: boolean;
  ownerProjectId: string | undefined;
  workspaceIds: string[];
  projectIds: string[];
  vars: VariableState[];
}

export interface RunState {
  readonly id: string;
  status: string;
  /** Where an errored run stopped. */
  phase: 'plan' | 'apply';
  log: string;
  at: string;
  planOnly: boolean;
  message: string;
  /** Whatever else the request for it asked for, under HCP Terraform's names. */
  asked: Readonly<Record<string, unknown>>;
  /** Its costs are, before somebody confirms it. */
  estimated: boolean;
  confirmed: boolean;
  canceledAt: string | undefined;
  comments: readonly { readonly id: string; readonly body: string }[];
  /** What it plans. */
  configurationId: string | undefined;
  /** Statuses that it has still to go through, one with each look at it. */
  ahead: string[];
  /** The plan as `terraform show -json` gives it; undefined: one that fits the code. Sensitive values are redacted where they are read so. */
  plan: PlanFile | undefined;
}

/** A state file of version 4, as much as is read of it. */
export interface StateFile {
  readonly version: 4;
  readonly resources: readonly {
    readonly module?: string;
    readonly mode: 'managed' | 'data';
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly index_key?: string | number; readonly attributes: object }[];
  }[];
}

/** https://developer.hashicorp.com/terraform/internals/json-format */
export interface PlanFile {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly mode: 'managed' | 'data';
    readonly type: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly before: object | null;
      readonly after: object | null;
      readonly before_sensitive?: object;
      readonly after_sensitive?: object;
    };
  }[];
}

/** What HCP Terraform has of a workspace's code. */
export interface ConfigurationState {
  readonly id: string;
  status: string;
  /** Its code, by path. */
  files: Readonly<Record<string, string>>;
  /** Of a repository. */
  commit: string | undefined;
  /** When it was uploaded, where the host says so. */
  at: string | undefined;
}

/** What a configuration holds unless a test says otherwise: something of AWS, with no credentials. */
export const usualCode: Readonly<Record<string, string>> = {
  'main.tf':
    'provider "aws" {\n  region = "eu-central-1"\n}\n\nresource "aws_s3_bucket" "logs" {\n  bucket_prefix = "logs-"\n}\n',
};

/** Runs that go nowhere from here. */
export const ended = ({ status }: RunState): boolean =>
  ['applied', 'planned_and_finished', 'planned_and_saved', 'errored', 'canceled', 'discarded'].includes(status);

export class HcpState {
  readonly organizations = new Map<string, OrganizationState>();
  readonly agentPools: AgentPoolState[] = [];
  readonly projects: ProjectState[] = [];
  readonly workspaces: WorkspaceState[] = [];
  readonly varsets: VarsetState[] = [];
  readonly stacks: StackState[] = [];
  readonly modules: ModuleState[] = [];
  readonly agents = new Map<string, { readonly name: string; readonly status: string }[]>();
  /** Statuses of the next runs, in place of the usual ones. */
  nextRun: readonly string[] | undefined;
  /** As a host whose Terraform gives no JSON of plans. */
  plansWithoutJson = false;
  /** As a host that does not know plan-only runs. */
  ignoresPlanOnly = false;
  readonly deaf: Deafness = {
    filters: false,
    includes: false,
    bindings: false,
    pages: false,
    runs: false,
    configurations: false,
    counts: false,
  };
  private counter = 0;

  /** Ids look like HashiCorp's: a prefix and 16 letters and digits. */
  id(prefix: string): string {
    this.counter += 1;
    return `${prefix}-${this.counter.toString(36).toUpperCase().padStart(16, '0')}`;
  }

  organization(name: string, executionMode: Mode = 'remote'): void {
    this.organizations.set(name, { name, executionMode, agentPoolId: undefined, costEstimation: false });
    this.project(name, 'Default Project');
  }

  project(organization: string, name: string, executionMode?: Mode): ProjectState {
    const made: ProjectState = {
      id: this.id('prj'),
      organization,
      name,
      executionMode,
      agentPoolId: undefined,
      description: '',
      autoDestroy: undefined,
      bindings: {},
    };
    this.projects.push(made);
    return made;
  }

  workspace(organization: string, name: string, given: Partial<Omit<WorkspaceState, 'id'>> = {}): WorkspaceState {
    const made: WorkspaceState = {
      id: this.id('ws'),
      organization,
      name,
      projectId: this.projects.find(p => p.organization === organization)?.id ?? '',
      executionMode: undefined,
      agentPoolId: undefined,
      autoApply: false,
      tags: [],
      bindings: {},
      mayReadVariables: true,
      mayUpdateVariables: true,
      mayQueueRuns: true,
      mayReadState: true,
      mayDownloadState: false,
      stateFile: undefined,
      configurations: [],
      runs: [],
      vars: [],
      ...given,
    };
    this.workspaces.push(made);
    return made;
  }

  varset(organization: string, name: string, given: Partial<Omit<VarsetState, 'id'>> = {}): VarsetState {
    const made: VarsetState = {
      id: this.id('varset'),
      organization,
      name,
      description: '',
      global: false,
      priority: false,
      ownerProjectId: undefined,
      workspaceIds: [],
      projectIds: [],
      vars: [],
      ...given,
    };
    this.varsets.push(made);
    return made;
  }

  module(organization: string, name: string, provider = 'aws'): ModuleState {
    const made: ModuleState = {
      id: this.id('mod'),
      organization,
      name,
      provider,
      enabled: false,
      oidcProvider: undefined,
      role: undefined,
      changes: 0,
      runs: [],
    };
    this.modules.push(made);
    return made;
  }

  stack(organization: string, name: string, given: Partial<Omit<StackState, 'id'>> = {}): StackState {
    const made: StackState = {
      id: this.id('st'),
      organization,
      name,
      projectId: this.projects.find(p => p.organization === organization)?.id ?? '',
      repository: undefined,
      folder: '',
      deployments: new Map(),
      ...given,
    };
    this.stacks.push(made);
    return made;
  }

  variable(
    to: { vars: VariableState[] },
    key: string,
    value: string,
    given: Partial<VariableState> = {},
  ): VariableState {
    const made: VariableState = {
      id: this.id('var'),
      key,
      value,
      category: 'env',
      sensitive: false,
      hcl: false,
      description: '',
      versionId: this.id('version'),
      ...given,
    };
    to.vars.push(made);
    return made;
  }

  run(workspace: WorkspaceState, given: Partial<Omit<RunState, 'id'>> = {}): RunState {
    const made: RunState = {
      id: this.id('run'),
      status: 'applied',
      phase: 'plan',
      log: '',
      at: '2026-11-20T10:00:00.000Z',
      planOnly: false,
      message: '',
      asked: {},
      estimated: false,
      confirmed: false,
      canceledAt: undefined,
      comments: [],
      configurationId: undefined,
      ahead: [],
      plan: undefined,
      ...given,
    };
    workspace.runs.push(made);
    return made;
  }

  configuration(
    workspace: WorkspaceState,
    status = 'uploaded',
    given: Partial<Omit<ConfigurationState, 'id' | 'status'>> = {},
  ): ConfigurationState {
    const made = {
      id: this.id('cv'),
      status,
      files: usualCode,
      commit: undefined,
      at: '2026-11-20T10:00:00.000Z',
      ...given,
    };
    workspace.configurations.push(made);
    return made;
  }

  projectOf(workspace: WorkspaceState): ProjectState {
    const found = this.projects.find(p => p.id === workspace.projectId);
    if (found === undefined) throw new Error(`workspace ${workspace.name} has no project`);
    return found;
  }

  /** Its own tags and those of its project, which it may overrule. */
  bindingsOf(workspace: WorkspaceState): Readonly<Record<string, string>> {
    const plain = Object.fromEntries(workspace.tags.map(tag => [tag, '']));
    return { ...this.projectOf(workspace).bindings, ...plain, ...workspace.bindings };
  }

  /** The sets that reach a workspace. */
  varsetsOf(workspace: WorkspaceState): VarsetState[] {
    return this.varsets.filter(
      set =>
        set.organization === workspace.organization &&
        (set.global || set.workspaceIds.includes(workspace.id) || set.projectIds.includes(workspace.projectId)),
    );
  }
}
