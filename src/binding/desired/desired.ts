import type {
  Audience,
  ConfigurationTag,
  DeploymentName,
  Hostname,
  ModuleName,
  OrganizationName,
  ProjectName,
  StackName,
  WorkspaceName,
} from '../../oidc/names';

/**
 * What a binding should be: the one description from which the planner, the preview and every export work.
 * Plain data, so that it can be printed, compared and kept.
 */

/** A policy document as a JSON value (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export type PolicyJson = Readonly<Record<string, unknown>>;

export interface DesiredRole {
  /** Which phase's runs assume it: one role for both (`run`), or one each. */
  readonly use: 'run' | 'plan' | 'apply';
  /** The tag of a second configuration (`TFC_AWS_PROVIDER_AUTH_TAG`); absent for the default one. */
  readonly tag?: ConfigurationTag;
  /** `[\w+=,.@-]{1,64}`. */
  readonly name: string;
  /** `/` or `/…/`. */
  readonly path: string;
  readonly description: string;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration?: number;
  readonly trustPolicy: PolicyJson;
  readonly inlinePolicies: readonly { readonly name: string; readonly document: PolicyJson }[];
  readonly attachedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface DesiredAccount {
  /** Twelve digits. */
  readonly accountId: string;
  /** `aws`, `aws-us-gov`, `aws-cn`, … as GetCallerIdentity's ARN says. */
  readonly partition: string;
  readonly provider: {
    /** `https://app.terraform.io`: no trailing slash, no port. */
    readonly url: string;
    readonly audiences: readonly Audience[];
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly roles: readonly DesiredRole[];
}

export interface DesiredVariable {
  readonly key: string;
  readonly value: string;
  /** The role whose ARN is the value: it becomes another one where the role exists under another path. */
  readonly roleOf?: DesiredRole['use'];
  readonly description: string;
}

/** Environment variables (never sensitive: role ARNs are no secrets) of one workspace or variable set. */
export interface DesiredVariables {
  readonly hostname: Hostname;
  readonly organization: OrganizationName;
  readonly scope:
    | { readonly type: 'workspace'; readonly name: WorkspaceName; readonly project: ProjectName }
    | { readonly type: 'varset'; readonly name: string };
  readonly variables: readonly DesiredVariable[];
}

/** The role of a deployment of a Stack, which its code gives to the components as an input. */
export interface DesiredInput {
  readonly stack: StackName;
  readonly deployment: DeploymentName;
  readonly roleArn: string;
}

/** What the tests of a registry module get (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/test-configuration). */
export interface DesiredTestConfiguration {
  readonly hostname: Hostname;
  readonly organization: OrganizationName;
  readonly module: ModuleName;
  readonly roleArn: string;
  readonly audience: Audience;
}

/** What names the roles is one of the three, by the kind of the bindings. */
export interface DesiredBinding {
  readonly account: DesiredAccount;
  readonly variables: readonly DesiredVariables[];
  readonly inputs: readonly DesiredInput[];
  readonly testConfigurations: readonly DesiredTestConfiguration[];
}
