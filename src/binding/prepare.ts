import { ok, type Result } from '../core/problem';
import type { ActualRole, AwsAccount, CallerIdentity } from '../iam/account/types';
import { issuerHost } from '../oidc/names';
import { oidcProviderArn } from '../oidc/partition';
import { type BindingChoices, desiredBinding, proofOf } from './desire';
import type { DesiredBinding } from './desired';
import { planAccount } from './plan';
import type { AccountPlan, ActualAccount, PlanOptions } from './planModel';

/** A binding worked out against what the account holds now. Nothing was written. */
export interface PreparedBinding {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
  readonly choices: BindingChoices;
  readonly desired: DesiredBinding;
  readonly actual: ActualAccount;
  readonly plan: AccountPlan;
}

/** Reads the account and plans: the one way for the CLI and the editor. */
export async function prepareBinding(
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  choices: BindingChoices,
  options: Pick<PlanOptions, 'adopt' | 'ownedByCode'>,
  signal: AbortSignal,
): Promise<Result<PreparedBinding>> {
  const desired = desiredBinding(choices);
  if (!desired.ok) return desired;
  const actual = await readActual(opened.account, opened.caller, desired.value, signal);
  if (!actual.ok) return actual;
  const plan = planAccount(desired.value.account, actual.value, { ...options, prove: proofOf(choices) });
  return ok({ ...opened, choices, desired: desired.value, actual: actual.value, plan });
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
    const found = await account.readRole(role.name, signal);
    if (!found.ok) return found;
    if (found.value !== undefined) roles.set(role.name, found.value);
  }
  return ok({ accountId: caller.accountId, partition: caller.partition, provider: provider.value, roles });
}

/** What a journal's subject is: the host, organization and workspaces, in one account. */
export function subjectOf(choices: BindingChoices): string {
  const names = choices.workspaces.map(w => `${w.organization}/${w.workspace}`).join('+');
  return `${issuerHost(choices.hostname)}/${names}@${choices.accountId}${choices.tag === undefined ? '' : `#${choices.tag}`}`;
}
