import { ok, type Problem, type Result } from '../../core/problem';
import type { ActualRole, AwsAccount, CallerIdentity } from '../../iam/account/types';
import { withAdditions } from '../../iam/needs/additions';
import { oidcProviderArn } from '../../oidc/arns';
import { type BindingChoices, desiredBinding, proofOf } from '../desired/choices';
import type { DesiredBinding } from '../desired/desired';
import { planAccount } from './plan';
import { type AccountPlan, type ActualAccount, isOurs, madeForAnother, type PlanOptions } from './model';
import { madeFor } from '../desired/ownership';
import { roleNameFor, roleNameParts } from '../desired/roleNames';
import { journalSubject } from '../place';

/** A binding worked out against what the account holds now. Nothing was written. */
export interface PreparedBinding {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
  readonly choices: BindingChoices;
  readonly desired: DesiredBinding;
  readonly actual: ActualAccount;
  readonly plan: AccountPlan;
}

export interface PrepareOptions extends Pick<PlanOptions, 'adopt' | 'ownedByCode'> {
  /** Ask IAM, too, what the caller may do and how many providers there are: one or two requests more. */
  readonly checkCaller?: boolean;
}

/** Reads the account and plans: the one way for the CLI and the editor. */
export async function prepareBinding(
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  chosen: BindingChoices,
  options: PrepareOptions,
  signal: AbortSignal,
): Promise<Result<PreparedBinding>> {
  let choices = chosen;
  let desired = desiredBinding(choices);
  if (!desired.ok) return desired;
  let actual = await readActual(opened.account, opened.caller, desired.value, signal);
  if (!actual.ok) return actual;
  const distinct = options.adopt ? undefined : namesApart(chosen, desired.value, actual.value);
  if (distinct !== undefined) {
    choices = distinct;
    desired = desiredBinding(choices);
    if (!desired.ok) return desired;
    actual = await readActual(opened.account, opened.caller, desired.value, signal);
    if (!actual.ok) return actual;
  }
  const wanted = keepingWhatIsThere(desired.value, actual.value, choices);
  const counted =
    options.checkCaller === true && actual.value.provider === undefined
      ? await opened.account.listProviders(signal)
      : undefined;
  const plan = planAccount(wanted.account, actual.value, {
    ...options,
    prove: proofOf(choices),
    ...(choices.trustPolicyQuota !== undefined && { trustPolicyQuota: choices.trustPolicyQuota }),
    ...(counted?.ok === true && { providerCount: counted.value.length }),
  });
  const missing = options.checkCaller === true ? await missingPermissions(opened, plan, signal) : [];
  return ok({
    ...opened,
    choices,
    desired: withActualArns(wanted, plan),
    actual: actual.value,
    plan: { ...plan, problems: [...plan.problems, ...missing] },
  });
}

/**
 * Derived names that are collision-free: where another binding's role has the plain one ("a-b" + "c" and "a" + "b-c"), a hash is
 * added. A second run finds the role with the hash. `undefined`: nothing collides.
 */
function namesApart(
  choices: BindingChoices,
  desired: DesiredBinding,
  actual: ActualAccount,
): BindingChoices | undefined {
  const [first] = choices.identities;
  if (first === undefined) return undefined;
  const names = { ...choices.names };
  for (const role of desired.account.roles) {
    const there = actual.roles.get(role.name);
    if (choices.names[role.use] !== undefined || there === undefined) continue;
    if (!isOurs(there.tags) || madeForAnother(role.name, role.tags, there.tags) === undefined) continue;
    // A workspace made anew under its old name is asked about: its former role trusts it already.
    if (madeFor(there.tags)?.name === madeFor(role.tags)?.name) continue;
    names[role.use] = roleNameFor(first.organization, roleNameParts(first, true), role.use, role.tag, true);
  }
  return Object.keys(names).length === Object.keys(choices.names).length ? undefined : { ...choices, names };
}

/** Where it is not known what else runs need, a policy of ours that is there only gets more. */
function keepingWhatIsThere(desired: DesiredBinding, actual: ActualAccount, choices: BindingChoices): DesiredBinding {
  const roles = desired.account.roles.map(role => {
    const additions = choices.policies[role.use]?.additions;
    if (additions === undefined) return role;
    const there = actual.roles.get(role.name)?.inlinePolicies ?? {};
    const inlinePolicies = role.inlinePolicies.map(policy => {
      const former = there[policy.name];
      const both = former === undefined ? undefined : withAdditions(former, additions);
      return both === undefined ? policy : { ...policy, document: { ...both } };
    });
    return { ...role, inlinePolicies };
  });
  return { ...desired, account: { ...desired.account, roles } };
}

/** An adopted role keeps its path, so its ARN may differ from the one that a new role would have. */
function withActualArns(desired: DesiredBinding, plan: AccountPlan): DesiredBinding {
  const arns = new Map(plan.roles.map(({ use, arn }) => [use, arn]));
  const variables = desired.variables.map(set => ({
    ...set,
    variables: set.variables.map(v => ({ ...v, value: (v.roleOf && arns.get(v.roleOf)) ?? v.value })),
  }));
  const actual = <T extends { readonly roleArn: string }>(item: T): T => ({
    ...item,
    roleArn: arns.get('run') ?? item.roleArn,
  });
  return {
    ...desired,
    variables,
    inputs: desired.inputs.map(actual),
    testConfigurations: desired.testConfigurations.map(actual),
  };
}

async function missingPermissions(
  { account, caller }: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  plan: AccountPlan,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const needed = new Set(plan.changes.map(change => `iam:${change.action}`));
  // Tags that are given with a creation need the permission to tag.
  if (needed.has('iam:CreateRole')) needed.add('iam:TagRole');
  if (needed.has('iam:CreateOpenIDConnectProvider')) needed.add('iam:TagOpenIDConnectProvider');
  const denied = await account.deniedActions(caller, [...needed].sort(), signal);
  // Many callers may not simulate; then the requests themselves will tell.
  if (!denied.ok || denied.value.length === 0) return [];
  return [
    {
      code: 'missing-permissions',
      message: `${caller.arn} is not allowed ${denied.value.join(', ')}.`,
      nextStep: 'Use a profile that is, or ask for these permissions.',
    },
  ];
}

async function readActual(
  account: AwsAccount,
  caller: CallerIdentity,
  desired: DesiredBinding,
  signal: AbortSignal,
): Promise<Result<ActualAccount>> {
  const host = desired.account.provider.url.replace(/^https:\/\//, '');
  const provider = await account.readProvider(oidcProviderArn(caller.partition, caller.accountId, host), signal);
  if (!provider.ok) return provider;
  const roles = new Map<string, ActualRole>();
  for (const role of desired.account.roles) {
    // IAM refuses to look for a name that can't be one; the plan says what is wrong with it.
    if (!/^[\w+=,.@-]{1,64}$/.test(role.name)) continue;
    const found = await account.readRole(role.name, signal);
    if (!found.ok) return found;
    if (found.value !== undefined) roles.set(role.name, found.value);
  }
  return ok({ accountId: caller.accountId, partition: caller.partition, provider: provider.value, roles });
}

/** What a journal's subject is for these choices. */
export const subjectOf = ({
  hostname,
  identities,
  accountId,
  tag,
}: Pick<BindingChoices, 'hostname' | 'identities' | 'accountId' | 'tag'>): string =>
  journalSubject(hostname, identities, accountId, tag);

/** The account that a journal's subject names. */
export const accountOfSubject = (subject: string): string | undefined => /@(\d{12})(?:#|$)/.exec(subject)?.[1];
