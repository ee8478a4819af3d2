/** Stands for the name of a project that may not be read, or that the host does not have. No project can have it. */
export const unknownProject = '(unknown)';

/** A workspace as HCP Terraform reports it (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces). */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly hostname: string;
  /** The real project, whatever the cloud block says. In lists its name is `unknownProject` where it was not read. */
  readonly project: { readonly id: string; readonly name: string };
  /** As it is in effect. */
  readonly executionMode: ExecutionMode;
  readonly executionModeFrom: 'workspace' | 'project' | 'organization' | 'unknown';
  readonly terraformVersion: string | undefined;
  readonly agentPoolId: string | undefined;
  readonly permissions: Permissions;
  /** null: there is no run yet. `undefined`: the host does not tell it here. */
  readonly latestRunId: string | null | undefined;
  readonly tags: readonly string[];
  /** `owner/name` of its repository, where it has one. */
  readonly repository?: string;
  /** Its page in the browser. */
  readonly url: string;
}

export type ExecutionMode = 'remote' | 'agent' | 'local';

/** What the token's user may do; `undefined` where the reply does not say. */
export interface Permissions {
  readonly readVariables: boolean | undefined;
  readonly updateVariables: boolean | undefined;
  readonly queueRun: boolean | undefined;
  readonly readRun: boolean | undefined;
  readonly update: boolean | undefined;
}

export interface Agent {
  readonly name: string;
  readonly version: string | undefined;
  readonly status: string;
}

export interface Run {
  readonly id: string;
  readonly status: string;
  /** The phase that ended with an error; `undefined` when none did. */
  readonly erroredPhase: 'plan' | 'apply' | undefined;
  /** The log of that phase, without colours. Empty when there is none. */
  readonly errorText: string;
  /** Why `errorText` is empty although the run has an error. */
  readonly logProblem: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly url: string;
}
