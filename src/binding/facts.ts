import { fail, ok, type Problem, ProblemError, type Result } from '../core/problem';
import type { Location } from '../core/text';
import type { ConfigurationFacts, VariableFacts } from '../hcp/variables/credentials';
import { unknownProject } from '../hcp/workspace/model';
import type { Comparison } from '../iam/needs/compare';
import type { WebIdentityEvent } from '../iam/account/types';
import type { Finding } from '../lint/finding';
import {
  type Hostname,
  hostname,
  type OrganizationName,
  organizationName,
  type ProjectName,
  projectName,
  type WorkspaceName,
  workspaceName,
} from '../oidc/names';
import { type Phase, type WorkspaceIdentity, workspaceIdentity } from '../oidc/subject';

export type {
  ConfigurationFacts,
  RoleReference,
  StaticVariable,
  SuspiciousVariable,
  VariableFacts,
} from '../hcp/variables/credentials';

/**
 * What checks work from: everything that was read about one binding (a workspace, its configurations, the AWS account behind
 * them, its last run). What could not be read says why; no check ever guesses behind it.
 */
export type Fact<T> = { readonly state: 'known'; readonly value: T } | Unread;

/** What could not be read. */
export interface Unread {
  readonly state: 'unknown';
  readonly why: string;
  /** What would make it known, where whoever tried to read it can tell. */
  readonly nextStep?: string;
  /** Of a request that failed: from its code follows what leads on. */
  readonly problem?: Problem;
}

export const known = <T>(value: T): Fact<T> => ({ state: 'known', value });
export const unknown = (why: string, nextStep?: string): Unread => ({
  state: 'unknown',
  why,
  ...(nextStep !== undefined && { nextStep }),
});
/** A fact that a failed request would have told. */
export const unread = (problem: Problem): Unread => ({ ...unknown(problem.message, problem.nextStep), problem });

/** Why a command that needs a fact ends: as the request that failed says it, with its own code and way out. */
export const unreadProblem = ({ why, nextStep, problem }: Unread): Problem =>
  problem ?? {
    code: 'workspace-unknown',
    message: why,
    nextStep: nextStep ?? 'Check the names and the token, then try again.',
  };

/** A run phase that assumes a role (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens). */
export type { Phase };
export const phases: readonly Phase[] = ['plan', 'apply'];

export interface WorkspaceFacts {
  readonly id: string;
  readonly name: WorkspaceName;
  readonly organization: OrganizationName;
  readonly hostname: Hostname;
  /** The host that issues the tokens, where it is another one than the API's (Terraform Enterprise with a second host name). */
  readonly issuer?: Hostname;
  readonly project: { readonly id: string; readonly name: ProjectName | typeof unknownProject };
  readonly executionMode: 'remote' | 'agent' | 'local';
  /** Where the mode comes from: the workspace itself, its project, or the organization. */
  readonly executionModeFrom: 'workspace' | 'project' | 'organization' | 'unknown';
  readonly agents: Fact<
    readonly { readonly name: string; readonly version: string | undefined; readonly status: string }[]
  >;
  readonly url: string;
  /** Has there been a run? Absent where the runs could not be read. */
  readonly hasRun?: boolean;
}

export interface RoleFacts {
  readonly arn: string;
  readonly name: string;
  /** The decoded trust policy. */
  readonly trustPolicy: string;
  readonly createdAt: number | undefined;
  /** CloudFormation stack or Terraform address that owns the role. */
  readonly managedBy: string | undefined;
  /** `tfc-oidc:workspace-id`, where we made the role. */
  readonly workspaceIdTag: string | undefined;
  /** Does the policy in the account differ from what we last wrote? `undefined`: we did not write it. */
  readonly drifted: boolean | undefined;
}

/** What the policies of a role allow, beside what the code needs and what AWS refused. */
export interface RolePermissionFacts {
  /** The phase whose needs count: apply, where the role is used for both. */
  readonly phase: Phase;
  /** We made the role. */
  readonly ours: boolean;
  /** Undefined: the code is not known to need anything. */
  readonly comparison: Comparison | undefined;
  /** Resource types of which nothing is known. */
  readonly unmapped: readonly string[];
  /** Sentences about code that could not be read: what it needs is not counted. */
  readonly unread: readonly string[];
  /** Why it is not known what is no longer needed; undefined: all that runs need was counted. */
  readonly additionsOnly: { readonly why: string; readonly nextStep: string } | undefined;
  /** What was counted beside the code, in one sentence. */
  readonly counted: string | undefined;
  readonly refused: readonly {
    readonly action: string;
    readonly resource: string | undefined;
    /** The policies were changed meanwhile. */
    readonly allowedNow: boolean;
    readonly lacks: readonly string[];
    readonly nextStep: string;
    /** A change of the role's own policies would allow it; not so where a boundary, a Deny or somebody else's policy decides. */
    readonly inReach: boolean;
  }[];
}

/** What a role used of what it was granted, as AWS tells it. */
export interface RoleUseFacts {
  /** Granted, unused for 90 days, and not needed by the code. */
  readonly unused: readonly string[];
  /** How many are needed by the code and were not used yet. */
  readonly neededUnused: number;
  /** Services of which AWS tells no actions. */
  readonly untold: readonly string[];
  /** The role is younger than 90 days. */
  readonly tooYoung: boolean;
  readonly codeKnown: boolean;
}

export interface AccountFacts {
  readonly accountId: string;
  readonly partition: string;
  readonly provider: Fact<{ readonly arn: string; readonly audiences: readonly string[] } | undefined>;
  /** By ARN; `undefined` where the account has no such role. */
  readonly roles: ReadonlyMap<string, Fact<RoleFacts | undefined>>;
  /** Roles that trust the provider, read where a sensitive variable hides which of them runs use. `more`: how many were not read. */
  readonly trusting?: Fact<{ readonly roles: readonly RoleFacts[]; readonly more: number }>;
  /** By role ARN, where it was asked. */
  readonly use?: ReadonlyMap<string, Fact<RoleUseFacts>>;
  /** By role ARN, where there was something to compare with. */
  readonly permissions?: ReadonlyMap<string, Fact<RolePermissionFacts>>;
}

export interface IssuerFacts {
  readonly issuer: string | undefined;
  readonly keys: number;
  /** Why the discovery document or the keys could not be read, in one sentence. */
  readonly problem: string | undefined;
}

export interface RunFacts {
  readonly id: string;
  readonly status: string;
  readonly phase: Phase;
  readonly errorText: string;
  readonly at: number;
  readonly url: string;
}

/** What CloudTrail says of AssumeRoleWithWebIdentity, where it was asked. */
export interface TrailFacts {
  /** Milliseconds since the epoch: older events were not asked for. */
  readonly since: number;
  /** Regions that answered. */
  readonly regions: readonly string[];
  readonly unread: readonly { readonly region: string; readonly why: string }[];
  /** Newest first, of any workspace. */
  readonly events: readonly WebIdentityEvent[];
}

/** `default`, a tag, or nothing where the provider maps no configuration. Without `backing` it is native. */
export type ProviderMapping =
  | { readonly kind: 'default'; readonly backing?: ConfigurationFacts['backing'] }
  | { readonly kind: 'tag'; readonly tag: string; readonly backing?: ConfigurationFacts['backing'] }
  | { readonly kind: 'none' };

/** How the project's provider blocks use the configurations. */
export interface CodeFacts {
  readonly findings: readonly Finding[];
  readonly providers: readonly {
    readonly alias: string | undefined;
    readonly location: Location;
    readonly mapsTo: ProviderMapping;
    /** It stands in a module that the root calls. */
    readonly inChildModule?: boolean;
  }[];
  readonly declaresDynamicCredentials: Location | undefined;
  /** The variables of Vault-backed and HVS-backed credentials, where they are declared. */
  readonly declaresBacked?: { readonly vault?: Location | undefined; readonly hvs?: Location | undefined };
  /** Terraform addresses of roles and providers that the open project itself manages, by name or URL. */
  readonly managedRoles: readonly { readonly name: string; readonly address: string; readonly location: Location }[];
  readonly regionSet: boolean;
  /** `region` and `sts_region` of the provider blocks, where the files alone decide them. */
  readonly regions: readonly string[];
}

/** Credentials of commands that run on this machine: the AWS provider's own chain, never the role of the workspace. */
export interface LocalFacts {
  /** What comes first in the chain, in words; no value of it. */
  readonly source: string;
  /** TF_FORCE_LOCAL_BACKEND: then plan and apply run on this machine too. */
  readonly forced: boolean;
}

/** What we remembered of the binding when we last saw it whole. */
export interface RememberedNames {
  readonly workspaceId: string;
  readonly projectId: string | undefined;
  readonly organization: string;
  readonly project: string;
  readonly workspace: string;
}

/** A static key that stood in a workspace when it was seen, and what became of it. */
export interface OldKeyFacts {
  /** The last four characters of its id. */
  readonly shown: string;
  readonly user: string | undefined;
  readonly accountId: string | undefined;
  readonly status: Fact<'Active' | 'Inactive' | 'gone'>;
  /** By our journal; milliseconds since the epoch. */
  readonly inactiveSince: number | undefined;
}

export interface BindingFacts {
  readonly code: CodeFacts | undefined;
  readonly workspace: Fact<WorkspaceFacts>;
  readonly variables: Fact<VariableFacts>;
  readonly account: Fact<AccountFacts>;
  readonly issuer: Fact<IssuerFacts>;
  /** The latest errored run, if the latest run errored. */
  readonly run: Fact<RunFacts | undefined>;
  /** A text that the user pasted. */
  readonly pastedError: string | undefined;
  /** `undefined`: CloudTrail was not asked, since that wants consent. */
  readonly trail: Fact<TrailFacts> | undefined;
  readonly remembered: RememberedNames | undefined;
  /** Keys that the workspace had, where they were seen; `undefined`: nobody looked. */
  readonly oldKeys?: readonly OldKeyFacts[];
  /** What commands on this machine take, where its environment was looked at. */
  readonly local: LocalFacts | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Was something asked for and not read: the token was refused or is too weak, the account did not answer? A source that nobody asked
 * for is none of that.
 */
export function hasUnread({ workspace, variables, run, account }: BindingFacts): boolean {
  if (workspace.state === 'unknown' || variables.state === 'unknown') return true;
  const failed = (fact: Fact<unknown>): boolean => fact.state === 'unknown' && fact.problem !== undefined;
  if (failed(run) || failed(account)) return true;
  return account.state === 'known' && [account.value.provider, ...account.value.roles.values()].some(failed);
}

/** Facts of nothing but a text that somebody pasted. */
export function onlyText(pastedError: string): BindingFacts {
  const nothing = unknown('Only the error text was looked at.');
  return {
    code: undefined,
    workspace: nothing,
    variables: nothing,
    account: nothing,
    issuer: nothing,
    run: nothing,
    pastedError,
    trail: undefined,
    remembered: undefined,
    local: undefined,
    now: 0,
  };
}

/** The names of a workspace, as HCP Terraform reported them. */
interface ReportedNames {
  readonly organization: string;
  readonly name: string;
  readonly project: { readonly id: string; readonly name: string };
}

/** Where names become facts: each is held to its grammar once, so that nothing behind it meets another text. */
export function workspaceNames(
  host: string,
  { organization, name, project }: ReportedNames,
): Result<Pick<WorkspaceFacts, 'hostname' | 'organization' | 'name' | 'project'>> {
  const [ofHost, ofOrganization, ofWorkspace] = [hostname(host), organizationName(organization), workspaceName(name)];
  const ofProject: Result<ProjectName | typeof unknownProject> =
    project.name === unknownProject ? ok(unknownProject) : projectName(project.name);
  if (ofHost.ok && ofOrganization.ok && ofWorkspace.ok && ofProject.ok)
    return ok({
      hostname: ofHost.value,
      organization: ofOrganization.value,
      name: ofWorkspace.value,
      project: { id: project.id, name: ofProject.value },
    });
  return fail({
    code: 'hcp-reply',
    message: `${host} names a workspace, its project or its organization in a way that HCP Terraform does not allow: expected letters, digits, "-" and "_", and spaces in a project.`,
    nextStep:
      'Check that the host is HCP Terraform or Terraform Enterprise, and the names of the workspace and its project in its settings.',
  });
}

/** A workspace as tokens name it. */
export function identityOfFacts({
  organization,
  project,
  name,
}: Omit<ReportedNames, 'project'> & { readonly project: { readonly name: string } }): WorkspaceIdentity {
  if (project.name !== unknownProject) return workspaceIdentity(organization, project.name, name);
  throw new ProblemError({
    code: 'project-unread',
    message: `The project of workspace ${name} could not be read, and the token of a run names it.`,
    nextStep:
      'Use a token that may read the project. A host without projects (Terraform Enterprise before v202302-1, OTF) cannot be set up.',
  });
}
