import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { type DeploymentRun, latestDeploymentRun } from '../../hcp/stacks/read';
import type { Root } from '../../terraform/model';
import type { StoreReader } from '../../terraform/values';
import { parseRoleArn, providerUrlHost } from '../checks/arn';
import type { Check } from '../check';
import { trustJudge } from '../checks/judge';
import type { StackNames } from '../checks/stack/underCheck';
import { stackChecks } from '../checks/table';
import { type AccountFacts, type Fact, known, phases, type RolePermissionFacts, unknown, unread } from '../facts';
import type { OpenedAccount } from '../setup/model';
import { rolesOf, type StackWiring, wiringOf } from '../stack/wiring';
import { codeOfDeployment, codeOfRole } from '../stack/needs';
import { stackAccount } from './account';
import { rolePermissionFacts } from './permissions';
import type { PermissionSources } from './permissionSources';
import { readStores } from './stores';

/** One deployment of one Stack, with all its checks. */
export interface CheckedDeployment {
  readonly root: Root;
  readonly wiring: StackWiring;
  readonly names: StackNames | undefined;
  /** Its latest run, where HCP Terraform was asked. */
  readonly run: Fact<DeploymentRun | undefined> | undefined;
  readonly checks: readonly Check[];
}

/** What the checks of a Stack's deployments are made from. */
export interface StackSources {
  readonly root: Root;
  /** Only these deployments; none for all of them. */
  readonly chosen: readonly string[];
  readonly names: StackNames | undefined;
  /** The host that issues the tokens. */
  readonly issuer: string;
  /** Left out where that of the tokens is taken. */
  readonly audience: string | undefined;
  /** The accounts whose roles are read, or why none is. */
  readonly accounts: readonly OpenedAccount[] | { readonly missing: string };
  /** The client of the Stack's host, where somebody is signed in: variable sets behind stores are read. */
  readonly client?: HcpClient | undefined;
  /** Why there are no names. */
  readonly namesProblem?: Problem | undefined;
  /** What is known of permissions; absent where roles are not compared with the code. */
  readonly permissions?: PermissionSources | undefined;
  /** An error text that somebody pasted: refused calls are looked for in it. */
  readonly pastedError?: string | undefined;
  /** Where HCP Terraform knows the Stack: its latest runs are read. */
  readonly known?: { readonly client: HcpClient; readonly id: string } | undefined;
}

/** Runs every check of the deployments of one Stack. Nothing is written. */
export async function gatherDeployments(
  sources: StackSources,
  signal: AbortSignal,
): Promise<readonly CheckedDeployment[]> {
  const { root, chosen, names, audience } = sources;
  const stores = await storesOf(sources, signal);
  const wirings = (root.stack?.deployments ?? [])
    .filter(d => chosen.length === 0 || chosen.includes(d.name))
    .map(deployment => wiringOf(root, deployment, stores));
  const accounts = await accountsOf(sources, wirings, signal);
  const issuer = providerUrlHost(sources.issuer);
  const { namesProblem } = sources;
  const out: CheckedDeployment[] = [];
  for (const wiring of wirings) {
    const run = await runOf(sources, wiring.deployment.name, signal);
    const permissions = await permissionsOf(sources, wiring, run, signal);
    const checks = stackChecks({
      root,
      wiring,
      audience,
      names,
      issuer,
      accounts,
      permissions,
      judge: trustJudge,
      ...(namesProblem !== undefined && { namesProblem }),
      ...(run !== undefined && { run }),
    });
    out.push({ root, wiring, names, run, checks });
  }
  return out;
}

async function storesOf({ root, names, client }: StackSources, signal: AbortSignal): Promise<StoreReader | undefined> {
  const organization = names?.organization;
  const any = (root.stack?.stores.length ?? 0) > 0;
  return any && client !== undefined && organization !== undefined
    ? readStores(root, client, organization, signal)
    : undefined;
}

async function runOf(
  { known: stack }: StackSources,
  deployment: string,
  signal: AbortSignal,
): Promise<CheckedDeployment['run']> {
  if (stack === undefined) return undefined;
  const run = await latestDeploymentRun(stack.client, stack.id, deployment, signal);
  return run.ok ? known(run.value) : unread(run.problem);
}

async function accountsOf(
  { accounts, issuer }: StackSources,
  wirings: readonly StackWiring[],
  signal: AbortSignal,
): Promise<Fact<readonly AccountFacts[]>> {
  if ('missing' in accounts) return unknown(accounts.missing);
  const arns = [...new Set(wirings.flatMap(rolesOf))];
  const read: AccountFacts[] = [];
  for (const opened of accounts) read.push(await stackAccount(opened, issuer, arns, signal));
  return known(read);
}

const notRead = unknown(
  'What exists already is read of workspaces alone.',
  'Compare the policy with a run before you make the role smaller.',
);

/** Each role of a deployment, in an account that is read, compared with the components whose providers assume it. */
async function permissionsOf(
  { root, accounts, permissions: known, pastedError }: StackSources,
  wiring: StackWiring,
  run: CheckedDeployment['run'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Fact<RolePermissionFacts>> | undefined> {
  if (known === undefined || 'missing' in accounts) return undefined;
  const out = new Map<string, Fact<RolePermissionFacts>>();
  const ofRun = run?.state === 'known' ? run.value?.errors : undefined;
  for (const arn of rolesOf(wiring)) {
    const opened = accounts.find(a => a.caller.accountId === parseRoleArn(arn)?.accountId);
    const role = await opened?.account.readRole(arn, signal);
    if (opened === undefined || role?.ok !== true || role.value?.arn !== arn) continue;
    const { partition, accountId } = opened.caller;
    const code = codeOfDeployment(root, wiring, arn);
    const question = {
      sources: known,
      root: code.root,
      stack: codeOfRole([code]),
      holds: () => Promise.resolve(notRead),
      place: { partition, accountId },
      errors: [pastedError, ofRun].filter(text => text !== undefined),
    };
    const found = await rolePermissionFacts(opened.account, role.value, phases, question, signal);
    if (found !== undefined) out.set(arn, found);
  }
  return out;
}
