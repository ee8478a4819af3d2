import type { ActualRole, AwsAccount, CallerIdentity } from '../../iam/account/types';
import { oidcProviderArn } from '../../oidc/arns';
import { parseRoleArn, providerUrlHost } from '../checks/arn';
import {
  type AccountFacts,
  type Fact,
  known,
  type Phase,
  phases,
  type RoleFacts,
  type RolePermissionFacts,
  unread,
  type VariableFacts,
} from '../facts';
import { managedByTag, workspaceIdTag } from '../desired/ownership';
import { stackOf } from '../plan/model';
import { samePolicy } from '../plan/policy';
import { type PermissionQuestion, rolePermissionFacts } from './permissions';

/** Reads what an account holds of the things that the variables name: the provider, and each role once. */
export async function accountFacts(
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  hostname: string,
  variables: VariableFacts,
  written: (roleArn: string) => string | undefined,
  signal: AbortSignal,
  question?: PermissionQuestion,
  /** Roles that AWS was asked for, of any account. */
  askedFor: readonly string[] = [],
): Promise<AccountFacts> {
  const arns = variables.configurations.flatMap(c =>
    phases.flatMap(phase => (c.roles[phase].state === 'set' ? [c.roles[phase].arn] : [])),
  );
  const permissionsOf = (role: ActualRole): Promise<Fact<RolePermissionFacts> | undefined> =>
    question === undefined || !arns.includes(role.arn)
      ? Promise.resolve(undefined)
      : rolePermissionFacts(opened.account, role, usedIn(role.arn, variables), question, signal);
  const read = await readAccount(
    opened,
    hostname,
    [...arns, ...askedFor],
    written,
    signal,
    question === undefined ? undefined : permissionsOf,
  );
  const isHidden = variables.configurations.some(
    c => c.backing === 'native' && phases.some(phase => c.roles[phase].state === 'hidden'),
  );
  return isHidden ? { ...read, trusting: await trustingRoles(opened, hostname, written, signal) } : read;
}

/** As many roles as a person looks through. */
const mostTrusting = 12;

async function trustingRoles(
  { account, caller }: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  hostname: string,
  written: (roleArn: string) => string | undefined,
  signal: AbortSignal,
): Promise<NonNullable<AccountFacts['trusting']>> {
  const providerArn = oidcProviderArn(caller.partition, caller.accountId, providerUrlHost(hostname));
  const names = await account.rolesTrusting(providerArn, signal);
  if (!names.ok) return unread(names.problem);
  const roles: RoleFacts[] = [];
  for (const name of names.value.slice(0, mostTrusting)) {
    const role = await account.readRole(name, signal);
    if (!role.ok) return unread(role.problem);
    if (role.value !== undefined) roles.push(roleFacts(role.value, written(role.value.arn)));
  }
  return known({ roles, more: Math.max(0, names.value.length - mostTrusting) });
}

/** The same for the roles that the deployments of a Stack name. */
export function stackAccount(
  opened: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  hostname: string,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<AccountFacts> {
  return readAccount(opened, hostname, arns, () => undefined, signal);
}

async function readAccount(
  { account, caller }: { readonly account: AwsAccount; readonly caller: CallerIdentity },
  hostname: string,
  named: readonly string[],
  written: (roleArn: string) => string | undefined,
  signal: AbortSignal,
  permissionsOf?: (role: ActualRole) => Promise<Fact<RolePermissionFacts> | undefined>,
): Promise<AccountFacts> {
  const provider = await account.readProvider(
    oidcProviderArn(caller.partition, caller.accountId, providerUrlHost(hostname)),
    signal,
  );
  const arns = new Set(named);
  const roles = new Map<string, Fact<RoleFacts | undefined>>();
  const permissions = new Map<string, Fact<RolePermissionFacts>>();
  for (const arn of arns) {
    if (parseRoleArn(arn)?.accountId !== caller.accountId) continue;
    const role = await account.readRole(arn, signal);
    if (role.ok && role.value?.arn === arn) {
      const found = await permissionsOf?.(role.value);
      if (found !== undefined) permissions.set(arn, found);
    }
    if (!role.ok) roles.set(arn, unread(role.problem));
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
      : unread(provider.problem),
    roles,
    ...(permissionsOf !== undefined && { permissions }),
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
