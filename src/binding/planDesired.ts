import { fail, ok, type Problem, type Result } from '../core/problem';
import { prove } from '../iam/policy/prove';
import { readPolicyText } from '../iam/policy/node';
import { readPolicy } from '../iam/policy/statement';
import { trustPolicy } from '../iam/policy/trust';
import {
  type Audience,
  type ConfigurationTag,
  defaultAudience,
  type Hostname,
  issuerUrl,
  type OrganizationName,
  type ProjectName,
  type WorkspaceName,
} from '../oidc/names';
import { oidcProviderArn, type Partition } from '../oidc/partition';
import type { Phase } from '../oidc/subject';
import type { DesiredAccount, DesiredRole, DesiredVariable, PolicyJson } from './desired';
import { managedByTag, managedByValue, workspaceIdTag, workspaceNameTag } from './ownership';
import { roleNameFor } from './planNames';
import { compactPolicy } from './planPolicy';

/** What one role should be able to do. */
export interface Permissions {
  readonly inline: PolicyJson | undefined;
  readonly arns: readonly string[];
}

/** What somebody wants for one workspace, before it is worked out for an account. */
export interface Wish {
  readonly hostname: Hostname;
  readonly organization: OrganizationName;
  readonly project: ProjectName;
  readonly workspace: WorkspaceName;
  /** `ws-…`, where it is known. */
  readonly workspaceId?: string;
  readonly accountId: string;
  readonly partition: Partition;
  readonly audience: Audience;
  /** One role for each phase (the default of this product), or one for both. */
  readonly roles: 'separate' | 'single';
  readonly tag?: ConfigurationTag;
  /** Names that were chosen; the others are derived from the workspace. */
  readonly roleNames: Partial<Record<DesiredRole['use'], string>>;
  readonly path: string;
  readonly permissions: Readonly<Record<DesiredRole['use'], Permissions>>;
  readonly permissionsBoundaryArn?: string;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The name of the inline policy that we put. */
const inlinePolicyName = 'tfc-oidc-permissions';

const phasesOf = (use: DesiredRole['use']): readonly Phase[] => (use === 'run' ? ['plan', 'apply'] : [use]);

/** The provider and the roles that fulfil the wish. */
export function desiredAccount(wish: Wish): Result<DesiredAccount> {
  const ours = { [managedByTag]: managedByValue };
  const uses: readonly DesiredRole['use'][] = wish.roles === 'single' ? ['run'] : ['plan', 'apply'];
  const roles: DesiredRole[] = [];
  for (const use of uses) {
    const trust = trustPolicy({ ...wish, identities: [identityOf(wish)], phases: phasesOf(use) });
    if (!trust.ok) return trust;
    const { inline, arns } = wish.permissions[use];
    const derived = roleNameFor(wish.organization, wish.workspace, use, wish.tag);
    roles.push({
      use,
      ...(wish.tag === undefined ? {} : { tag: wish.tag }),
      name: wish.roleNames[use] ?? derived,
      path: wish.path,
      description: `HCP Terraform ${wish.organization}/${wish.workspace}, ${use === 'run' ? 'plan and apply' : use} phase`,
      ...(wish.maxSessionDuration === undefined ? {} : { maxSessionDuration: wish.maxSessionDuration }),
      trustPolicy: trust.value as unknown as PolicyJson,
      inlinePolicies: inline === undefined ? [] : [{ name: inlinePolicyName, document: inline }],
      attachedPolicyArns: arns,
      ...(wish.permissionsBoundaryArn === undefined ? {} : { permissionsBoundaryArn: wish.permissionsBoundaryArn }),
      tags: {
        ...wish.tags,
        ...ours,
        [workspaceNameTag]: `${wish.organization}/${wish.workspace}`,
        ...(wish.workspaceId === undefined ? {} : { [workspaceIdTag]: wish.workspaceId }),
      },
    });
  }
  const [first, second] = roles;
  if (first && second && first.name.toLowerCase() === second.name.toLowerCase()) {
    return fail({
      code: 'one-name-for-two-roles',
      message: `Both roles would be called ${first.name}.`,
      nextStep: 'Give them two names, or choose one role for both phases with --roles single.',
    });
  }
  return ok({
    accountId: wish.accountId,
    partition: wish.partition,
    provider: { url: issuerUrl(wish.hostname), audiences: [wish.audience], tags: { ...wish.tags, ...ours } },
    roles,
  });
}

const identityOf = (wish: Wish) => ({
  kind: 'workspace' as const,
  organization: wish.organization,
  project: wish.project,
  workspace: wish.workspace,
});

/** The environment variables that the workspace needs for these roles. Role ARNs are no secrets. */
export function desiredVariables(
  wish: Wish,
  roles: readonly { readonly use: DesiredRole['use']; readonly arn: string }[],
): readonly DesiredVariable[] {
  const suffix = wish.tag === undefined ? '' : `_${wish.tag}`;
  const variable = (name: string, value: string, description: string): DesiredVariable => ({
    key: `TFC_AWS_${name}${suffix}`,
    value,
    description,
  });
  return [
    variable('PROVIDER_AUTH', 'true', 'Dynamic provider credentials for AWS'),
    ...roles.map(role => variable(`${role.use.toUpperCase()}_ROLE_ARN`, role.arn, `Role of the ${role.use} phase`)),
    ...(wish.audience === defaultAudience
      ? []
      : [variable('WORKLOAD_IDENTITY_AUDIENCE', wish.audience, 'Audience of the token')]),
  ];
}

/** Proves a role's trust policy: its own phases may assume it, the other phase and every stranger may not. */
export function proveRole(wish: Wish): (role: DesiredRole) => readonly Problem[] {
  return role => {
    const rows = prove(readPolicy(readPolicyText(compactPolicy(role.trustPolicy)).root), {
      hostname: wish.hostname,
      audience: wish.audience,
      providerArn: oidcProviderArn(wish.partition, wish.accountId, issuerUrl(wish.hostname).replace(/^https:\/\//, '')),
      identity: identityOf(wish),
      phases: phasesOf(role.use),
    });
    return rows
      .filter(row => !row.holds)
      .map(row => ({
        code: 'proof',
        message: `The trust policy of role ${role.name} can't be proved: ${row.who} should get "${row.expected}" and gets "${row.evaluation.decision}".`,
        nextStep: `Narrow or correct the trust policy. ${row.evaluation.why[0] ?? ''}`.trim(),
      }));
  };
}
