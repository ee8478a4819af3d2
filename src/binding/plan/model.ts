import type { Problem } from '../../core/problem';
import type { ActualProvider, ActualRole } from '../../iam/account/types';
import type { IamChange } from '../change';
import type { DesiredRole } from '../desired/desired';
import { bindingKinds } from '../place';
import { madeFor, managedByTag, workspaceIdTag } from '../desired/ownership';

/** What the account holds of the things that are desired. Roles by the desired name; missing ones are absent. */
export interface ActualAccount {
  readonly accountId: string;
  readonly partition: string;
  readonly provider: ActualProvider | undefined;
  readonly roles: ReadonlyMap<string, ActualRole>;
}

/** A resource of the open project that manages a role or provider of the account. */
export interface CodeOwner {
  readonly kind: 'role' | 'provider';
  /** The role's name or the provider's URL. */
  readonly name: string;
  /** `aws_iam_role.deploy in main.tf`. */
  readonly where: string;
}

export interface PlanOptions {
  /** Change existing roles that this product did not make. */
  readonly adopt: boolean;
  /** Characters that a trust policy may have: 2,048 unless the account's quota L-C07B4B0D was raised (to 8,192 at most). */
  readonly trustPolicyQuota?: number;
  readonly ownedByCode?: readonly CodeOwner[];
  /** Proves the trust policy with the evaluator; each problem it gives blocks the plan. */
  readonly prove?: (role: DesiredRole) => readonly Problem[];
  /** Providers that the account holds now, where it was counted. */
  readonly providerCount?: number;
}

/** One difference between what we made and what is there. */
export interface Drift {
  readonly on: string;
  readonly kind: 'changed' | 'extra';
  readonly detail: string;
}

export interface AccountPlan {
  readonly accountId: string;
  readonly partition: string;
  readonly provider: { readonly arn: string; readonly state: 'create' | 'update' | 'unchanged' };
  readonly roles: readonly {
    readonly use: DesiredRole['use'];
    readonly tag: string | undefined;
    readonly name: string;
    readonly arn: string;
    readonly state: 'create' | 'update' | 'unchanged';
  }[];
  /** In the order in which they are applied. Empty: nothing to do. */
  readonly changes: readonly IamChange[];
  /** Each of them blocks the apply. */
  readonly problems: readonly Problem[];
  /** Worth knowing, blocks nothing. */
  readonly notes: readonly string[];
  readonly drift: readonly Drift[];
}

export const tagList = (tags: Readonly<Record<string, string>>): readonly { Key: string; Value: string }[] =>
  Object.keys(tags)
    .sort()
    .map(Key => ({ Key, Value: tags[Key] ?? '' }));

export const sortedUnique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

/** CloudFormation marks what it made with tags that nobody else can set. */
export function stackOf(tags: Readonly<Record<string, string>>): string | undefined {
  return tags['aws:cloudformation:stack-name'] ?? tags['aws:cloudformation:stack-id'];
}

export const isOurs = (tags: Readonly<Record<string, string>>): boolean => tags[managedByTag] !== undefined;

/** The refusal to write to what code manages; `undefined` where nobody owns it. */
export function ownedElsewhere(
  kind: CodeOwner['kind'],
  name: string,
  tags: Readonly<Record<string, string>>,
  owners: readonly CodeOwner[],
): Problem | undefined {
  const what = kind === 'role' ? `Role ${name}` : `The OIDC provider ${name}`;
  const stack = stackOf(tags);
  if (stack !== undefined) {
    return {
      code: 'managed-by-cloudformation',
      message: `${what} belongs to the CloudFormation stack ${stack}. A change here would be undone by the next deployment.`,
      nextStep:
        "Change the stack's template instead: Export as Code writes the resources for it (tfc-oidc export --as cloudformation).",
    };
  }
  const owner = owners.find(o => o.kind === kind && o.name.toLowerCase() === name.toLowerCase());
  if (owner === undefined) return undefined;
  return {
    code: 'managed-by-terraform',
    message: `${what} is managed by ${owner.where}. A change here would be undone by the next terraform apply.`,
    nextStep: 'Change that file instead: Export as Code writes the resources for it (tfc-oidc export --as terraform).',
  };
}

/** A role that we made for one binding is not taken for another of a similar name. */
export function madeForAnother(name: string, desired: Tags, actual: Tags): Problem | undefined {
  const [wantedId, id] = [desired[workspaceIdTag], actual[workspaceIdTag]];
  const [wanted, there] = [madeFor(desired), madeFor(actual)];
  // Ids do not change when names do.
  if (wantedId !== undefined && id !== undefined ? wantedId === id : isSameMade(wanted, there)) return undefined;
  const kind = there === undefined || there.kind === wanted?.kind ? '' : `${bindingKinds[there.kind].noun} `;
  return {
    code: 'role-of-another-workspace',
    message: `Role ${name} was made for the ${kind === '' ? madeNoun(wanted) : kind}${there?.name ?? id ?? ''}, not for ${kind === '' ? '' : `the ${madeNoun(wanted)}`}${wanted?.name ?? wantedId ?? ''}.`,
    nextStep: 'Choose another role name (--role-name), or take it over (--adopt).',
  };
}

type Tags = Readonly<Record<string, string>>;
type Made = ReturnType<typeof madeFor>;

/** A role that does not tell what it was made for is taken for one's own. */
const isSameMade = (wanted: Made, there: Made): boolean =>
  wanted === undefined || there === undefined || (wanted.kind === there.kind && wanted.name === there.name);

const madeNoun = (made: Made): string => `${bindingKinds[made?.kind ?? 'workspace'].noun} `;
