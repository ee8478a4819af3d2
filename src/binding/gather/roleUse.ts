import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import { type AccountFacts, type Fact, known, type RoleUseFacts, unknown, unread } from '../facts';
import { compareUse, unusedDays } from '../use/compare';
import type { PermissionQuestion } from './permissions';
import { rolePolicies } from './rolePolicies';

/** What each role of the account used of what it was granted, beside what the code needs. Asked with consent only: a report takes time. */
export async function roleUseFacts(
  { account }: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  facts: AccountFacts,
  question: PermissionQuestion,
  now: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Fact<RoleUseFacts>>> {
  const out = new Map<string, Fact<RoleUseFacts>>();
  for (const [arn, role] of facts.roles)
    if (role.state === 'known' && role.value !== undefined)
      out.set(arn, await useOf(account, arn, question, now, signal));
  return out;
}

async function useOf(
  account: AwsAccount,
  arn: string,
  { sources, root, holds, place }: PermissionQuestion,
  now: number,
  signal: AbortSignal,
): Promise<Fact<RoleUseFacts>> {
  const role = await account.readRole(arn, signal);
  if (!role.ok) return unread(role.problem);
  if (role.value === undefined) return unknown(`There is no role ${arn}.`);
  const policies = await rolePolicies(account, role.value, signal);
  if (!policies.ok) return unread(policies.problem);
  const services = await account.use.lastAccessed(arn, signal);
  if (!services.ok) return unread(services.problem);
  const wanted = root === undefined ? undefined : sources.needs(root, await holds(), 'apply', place);
  const { actions } = sources.reference();
  const use = compareUse(policies.value.policies, services.value, wanted?.permissions.policy, actions, now);
  const age =
    role.value.createdAt === undefined ? 0 : Math.floor((now - Date.parse(role.value.createdAt)) / 86_400_000);
  return known({
    unused: use.couldGo,
    neededUnused: use.neededUnused.length,
    untold: use.untold,
    tooYoung: age < unusedDays,
    codeKnown: root !== undefined,
  });
}
