import { issuerHost, type Hostname } from '../oidc/names';
import type { Identity, SubjectKind } from '../oidc/subject';

/**
 * What gets AWS credentials in HCP Terraform: the one binding type of checks, use cases and surfaces. It is a workspace, a deployment of a
 * Stack, or the tests of a module of the private registry; what differs between them stands in `bindingKinds` and nowhere else.
 */
export type BindingPlace = WorkspacePlace | DeploymentPlace | ModulePlace;

/** A workspace by its names. */
export interface WorkspacePlace {
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

export interface DeploymentPlace {
  readonly hostname: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly deployment: string;
}

export interface ModulePlace {
  readonly hostname: string;
  readonly organization: string;
  /** As it stands in the subject: `vpc`. */
  readonly module: string;
}

/** How the kinds differ. */
export interface BindingKind {
  /** In a sentence: `workspace prod`, `deployment web/prod`, `module vpc`. */
  readonly noun: string;
  /** The runs whose credentials they are: `runs of prod`, `tests of vpc`. */
  readonly runs: string;
  /** Can plan and apply have a role each? The other kinds name one role for all of their tokens. */
  readonly rolesApart: boolean;
  /** Where it is written which role they assume. */
  readonly wiredIn: string;
}

export const bindingKinds: Readonly<Record<SubjectKind, BindingKind>> = {
  workspace: { noun: 'workspace', runs: 'runs', rolesApart: true, wiredIn: 'its environment variables' },
  // https://developer.hashicorp.com/terraform/language/stacks/deploy/authenticate: one role_arn for plan and apply.
  stack: { noun: 'deployment', runs: 'runs', rolesApart: false, wiredIn: 'the inputs of the deployment' },
  // https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/test-configuration: one role-arn.
  'module-test': { noun: 'module', runs: 'tests', rolesApart: false, wiredIn: 'its test configuration' },
};

export const kindOf = (place: BindingPlace): SubjectKind =>
  'workspace' in place ? 'workspace' : 'stack' in place ? 'stack' : 'module-test';

/** `prod`, `web/prod` of a Stack, `vpc` of a module. */
export const nameOf = (place: BindingPlace): string =>
  'workspace' in place ? place.workspace : 'stack' in place ? `${place.stack}/${place.deployment}` : place.module;

/** The same with the organization. */
export const fullName = (place: BindingPlace): string => `${place.organization}/${nameOf(place)}`;

/** `workspace prod`, `deployment web/prod`, `module vpc`. */
export const inWords = (place: BindingPlace): string => `${bindingKinds[kindOf(place)].noun} ${nameOf(place)}`;

/** What an identity's tokens are for, on a host. */
export function placeOf(identity: Identity, hostname: string): BindingPlace {
  const { organization } = identity;
  switch (identity.kind) {
    case 'workspace':
      return { hostname, organization, workspace: identity.workspace };
    case 'stack': {
      const { project, stack, deployment } = identity;
      return { hostname, organization, project, stack, deployment };
    }
    case 'module-test':
      return { hostname, organization, module: identity.module };
  }
}

/** How a binding stands in the subject of a journal. No name holds a colon, so the kinds cannot be taken for each other. */
function journalPart(identity: Identity): string {
  switch (identity.kind) {
    case 'workspace':
      return `${identity.organization}/${identity.workspace}`;
    case 'stack':
      return `${identity.organization}/stack:${identity.project}:${identity.stack}:${identity.deployment}`;
    case 'module-test':
      return `${identity.organization}/module:${identity.module}`;
  }
}

/** What a journal's subject is: the host and the bindings, in one account, and the tag of a configuration. */
export const journalSubject = (
  hostname: Hostname,
  identities: readonly Identity[],
  accountId: string,
  tag?: string,
): string =>
  `${issuerHost(hostname)}/${identities.map(journalPart).join('+')}@${accountId}${tag === undefined ? '' : `#${tag}`}`;
