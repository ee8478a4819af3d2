import type { ActualRole, AwsAccount, CallerIdentity } from '../../iam/account/types';
import { oidcProviderArn } from '../../oidc/partition';
import { parseRoleArn, providerUrlHost } from '../checks/arn';
import {
  type AccountFacts,
  type Fact,
  known,
  type Phase,
  phases,
  type RoleFacts,
  type RolePermissionFacts,
  unknown,
  type VariableFacts,
} from '../facts';
import { managedByTag, workspaceIdTag } from '../ownership';
import { stackOf } from '../planModel';
import { samePolicy } from '../planPolicy';
import { type PermissionQuestion, rolePermissionFacts } from './permissions';

/** Reads what an account holds of the things that the variables name: the provider, and each role once. */
export async function accountFacts(
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  hostname: string,
  variables: VariableFacts,
  written: (roleArn: string) => string | undefined,
  signal: AbortSignal,
  question?: PermissionQuestion,
): Promise<AccountFacts> {
  const { account, caller } = opened;
  const provider = await account.readProvider(
    oidcProviderArn(caller.partition, caller.accountId, providerUrlHost(hostname)),
    signal,
  );
  const arns = new Set(
    variables.configurations.flatMap(c =>
      phases.flatMap(phase => (c.roles[phase].state === 'set' ? [c.roles[phase].arn] : [])),
    ),
  );
  const roles = new Map<string, Fact<RoleFacts | undefined>>();
  const permissions = new Map<string, Fact<RolePermissionFacts>>();
  for (const arn of arns) {
    if (parseRoleArn(arn)?.accountId !== caller.accountId) continue;
    const role = await account.readRole(arn, signal);
    if (role.ok && role.value?.arn === arn && question !== undefined) {
      const found = await rolePermissionFacts(account, role.value, usedIn(arn, variables), question, signal);
      if (found !== undefined) permissions.set(arn, found);
    }
    if (!role.ok) roles.set(arn, unknown(role.problem.message));
    // A role of the same name under another path is another role.
    else
      roles.set(
        arn,
        known(role.value === undefined || role.value.arn !== arn ? undefined : roleFacts(role.value, written(arn))),
      );
  }
  return {
    accountId: caller.accountId,
    partition: caller.partition,
    provider: provider.ok
      ? known(
          provider.value === undefined ? undefined : { arn: provider.value.arn, audiences: provider.value.audiences },
        )
      : unknown(provider.problem.message),
    roles,
    ...(question !== undefined && { permissions }),
  };
}

function usedIn(arn: string, variables: VariableFacts): readonly Phase[] {
  return phases.filter(phase =>
    variables.configurations.some(c => c.roles[phase].state === 'set' && c.roles[phase].arn === arn),
  );
}

function roleFacts(role: ActualRole, written: string | undefined): RoleFacts {
  const stack = stackOf(role.tags);
  const ours = role.tags[managedByTag] !== undefined;
  return {
    arn: role.arn,
    name: role.name,
    trustPolicy: role.trustPolicy,
    createdAt: role.createdAt === undefined ? undefined : Date.parse(role.createdAt),
    managedBy: stack === undefined ? undefined : `the CloudFormation stack "${stack}"`,
    workspaceIdTag: role.tags[workspaceIdTag],
    drifted: !ours || written === undefined ? undefined : !samePolicy(role.trustPolicy, written),
  };
}
