import { roleArn } from '../../oidc/arns';
import { ok, type Result } from '../../core/problem';
import { compact } from '../../iam/policy/document';
import { prove, type ProofRow } from '../../iam/policy/prove';
import { readPolicyText } from '../../iam/policy/node';
import { readPolicy } from '../../iam/policy/statement';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import { trustPolicy } from '../../iam/policy/trust';
import type { Problem } from '../../core/problem';
import {
  type Audience,
  type ConfigurationTag,
  defaultAudience,
  type Hostname,
  issuerUrl,
  type Subject,
} from '../../oidc/names';
import type { Partition } from '../../oidc/partition';
import { type Identity, type Phase, subjectsOf } from '../../oidc/subject';
import type { DesiredBinding, DesiredRole, DesiredVariable, PolicyJson } from './desired';
import { bindingKinds, nameOf, placeOf } from '../place';
import { madeForName, managedByTag, managedByValue, nameTags, roleDescription, workspaceIdTag } from './ownership';
import { roleNameFor, roleNameParts } from './roleNames';

/** What a person decides about a binding; everything else follows. */
export interface BindingChoices {
  readonly hostname: Hostname;
  /** The host that issues the tokens, where it is another one. */
  readonly issuer?: Hostname;
  /** Bindings of one kind: workspaces, deployments of one Stack, or the tests of modules. */
  readonly identities: readonly Identity[];
  /** `ws-…`, where the workspace was read and is the only one. */
  readonly workspaceId?: string;
  readonly accountId: string;
  readonly partition: Partition;
  readonly audience: Audience;
  readonly roles: 'separate' | 'single';
  readonly tag?: ConfigurationTag;
  readonly path: string;
  /** Instead of the derived names. */
  readonly names: Readonly<Partial<Record<'run' | 'plan' | 'apply', string>>>;
  readonly boundaryArn?: string;
  readonly policies: Readonly<
    Partial<
      Record<
        'run' | 'plan' | 'apply',
        {
          readonly inline?: PolicyJson;
          /** It is not known what else runs need: what the role allows today stays in its policy, and gets this. */
          readonly additions?: PermissionDocument;
          readonly attached: readonly string[];
        }
      >
    >
  >;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  /** Characters that a trust policy may have, where the account's quota was raised. */
  readonly trustPolicyQuota?: number;
  /** Tags of provider and roles beside our own. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The name under which the inline permission policy is kept. */
export const policyName = 'tfc-oidc-permissions';

function phasesOfUse(use: DesiredRole['use']): readonly Phase[] {
  return use === 'run' ? ['plan', 'apply'] : [use];
}

/** By these what was renamed is known again. */
function placeTags({ identities, workspaceId }: BindingChoices): Readonly<Record<string, string>> {
  const [only, ...others] = identities;
  return {
    ...(only !== undefined && others.length === 0 && { [nameTags[only.kind]]: madeForName(only) }),
    ...(workspaceId !== undefined && { [workspaceIdTag]: workspaceId }),
  };
}

function usesOf({ roles, identities }: BindingChoices): readonly DesiredRole['use'][] {
  const apart = roles === 'separate' && identities.every(i => bindingKinds[i.kind].rolesApart);
  return apart ? ['plan', 'apply'] : ['run'];
}

/** Everything that the choices mean, in AWS and in HCP Terraform. */
export function desiredBinding(choices: BindingChoices): Result<DesiredBinding> {
  const { identities, hostname } = choices;
  const [first] = identities;
  const organization = first?.organization ?? '';
  const tags: Record<string, string> = { ...choices.tags, [managedByTag]: managedByValue };
  const roleTags = { ...tags, ...placeTags(choices) };
  const roles: DesiredRole[] = [];
  for (const use of usesOf(choices)) {
    const trust = trustPolicy({
      hostname: choices.issuer ?? hostname,
      partition: choices.partition,
      accountId: choices.accountId,
      audience: choices.audience,
      identities,
      phases: phasesOfUse(use),
      ...(choices.trustPolicyQuota !== undefined && { quota: choices.trustPolicyQuota }),
    });
    if (!trust.ok) return trust;
    const permissions = choices.policies[use];
    const names = identities.map(i => nameOf(placeOf(i, hostname))).join(', ');
    roles.push({
      use,
      ...(choices.tag !== undefined && { tag: choices.tag }),
      name: choices.names[use] ?? roleNameFor(organization, first ? roleNameParts(first) : [], use, choices.tag),
      path: choices.path,
      description: roleDescription(use, organization, names),
      ...(choices.maxSessionDuration !== undefined && { maxSessionDuration: choices.maxSessionDuration }),
      trustPolicy: { ...trust.value },
      inlinePolicies: permissions?.inline === undefined ? [] : [{ name: policyName, document: permissions.inline }],
      attachedPolicyArns: permissions?.attached ?? [],
      ...(choices.boundaryArn !== undefined && { permissionsBoundaryArn: choices.boundaryArn }),
      tags: roleTags,
    });
  }
  const variables = variablesFor(choices, roles);
  const [role] = roles;
  const arn = role === undefined ? '' : roleArn(choices, role.path, role.name);
  return ok({
    account: {
      accountId: choices.accountId,
      partition: choices.partition,
      provider: { url: issuerUrl(choices.issuer ?? choices.hostname), audiences: [choices.audience], tags },
      roles,
    },
    variables: identities.flatMap(i =>
      i.kind !== 'workspace'
        ? []
        : [
            {
              hostname,
              organization: i.organization,
              scope: { type: 'workspace', name: i.workspace, project: i.project },
              variables,
            },
          ],
    ),
    inputs: identities.flatMap(i =>
      i.kind === 'stack' ? [{ stack: i.stack, deployment: i.deployment, roleArn: arn }] : [],
    ),
    testConfigurations: identities.flatMap(i =>
      i.kind === 'module-test'
        ? [{ hostname, organization: i.organization, module: i.module, roleArn: arn, audience: choices.audience }]
        : [],
    ),
  });
}

/** The environment variables that make HCP Terraform use the roles (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration). */
function variablesFor(choices: BindingChoices, roles: readonly DesiredRole[]): readonly DesiredVariable[] {
  const suffix = choices.tag === undefined ? '' : `_${choices.tag}`;
  const out: DesiredVariable[] = [
    { key: `TFC_AWS_PROVIDER_AUTH${suffix}`, value: 'true', description: 'Use dynamic provider credentials for AWS' },
  ];
  for (const role of roles) {
    const what = role.use === 'run' ? 'plans and applies' : role.use === 'plan' ? 'plans' : 'applies';
    out.push({
      key: `TFC_AWS_${role.use.toUpperCase()}_ROLE_ARN${suffix}`,
      value: roleArn(choices, role.path, role.name),
      roleOf: role.use,
      description: `AWS role that ${what} assume`,
    });
  }
  if (choices.audience !== defaultAudience) {
    out.push({
      key: `TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE${suffix}`,
      value: choices.audience,
      description: 'Audience of the workload identity token',
    });
  }
  return out;
}

/** Who gets in with a trust policy and who does not, for the runs of one binding: what a person reads before a yes. */
export function proofRows(
  role: Pick<DesiredRole, 'trustPolicy' | 'use'>,
  { hostname, issuer = hostname, audience }: Pick<BindingChoices, 'hostname' | 'issuer' | 'audience'>,
  identity: Identity,
): readonly ProofRow[] {
  const policy = readPolicy(readPolicyText(compact(role.trustPolicy)).root);
  return prove(policy, { hostname: issuer, audience, identity, phases: phasesOfUse(role.use) });
}

/** Puts each trust policy to the proof: its own runs get in, strangers do not. A row that does not hold blocks the plan. */
export function proofOf(choices: BindingChoices): (role: DesiredRole) => readonly Problem[] {
  return role =>
    choices.identities.flatMap(identity => {
      // The other bindings of a shared role are no strangers to it.
      const others = new Set(
        choices.identities.flatMap(other => {
          const subjects = other === identity ? undefined : subjectsOf(other, ['plan', 'apply']);
          return subjects?.ok === true ? subjects.value : [];
        }),
      );
      return proofRows(role, choices, identity)
        .filter(row => !row.holds && !(row.expected === 'deny' && others.has(row.subject as Subject)))
        .map((row): Problem => ({
          code: 'trust-not-proven',
          message: `The trust policy of ${role.name} answers "${row.evaluation.decision}" to ${row.who} (${row.subject}); it should be "${row.expected}".`,
          nextStep: 'This is a bug in the generator: nothing was written. Please report it.',
        }));
    });
}
