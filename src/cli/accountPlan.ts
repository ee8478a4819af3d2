import { type Problem, ProblemError } from '../core/problem';
import type { DesiredAccount, DesiredVariable } from '../binding/desired';
import { planAccount } from '../binding/plan';
import { desiredAccount, desiredVariables, proveRole, type Wish } from '../binding/planDesired';
import type { AccountPlan, ActualAccount } from '../binding/planModel';
import { loadAws } from '../iam/account/load';
import type { ActualRole, AwsAccount, CallerIdentity } from '../iam/account/types';
import {
  audienceName,
  defaultAudience,
  defaultHostname,
  hostname,
  organizationName,
  projectName,
  workspaceName,
} from '../oidc/names';
import { oidcProviderArn, partitionName } from '../oidc/partition';
import { askedFor, awsTags, integer, permissionsOf, roleNames, tagOf } from './accountOptions';
import { choice, type CliContext, type OptionValues, text, UsageError } from './command';
import { unwrap } from './names';

/** An account opened with the profile of the command line. */
export interface OpenedAccount {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
}

export async function openAccount(context: CliContext, values: OptionValues): Promise<OpenedAccount> {
  const profile = text(values, 'profile');
  const region = text(values, 'region');
  const account = unwrap(
    await loadAws().openAccount({
      env: context.env,
      ...(profile === undefined ? {} : { profile }),
      ...(region === undefined ? {} : { region }),
      ...(context.interactive && process.stdin.isTTY ? { mfaCode: serial => askForCode(context, serial) } : {}),
    }),
  );
  const caller = unwrap(await account.identity(context.signal));
  const expected = text(values, 'account');
  if (expected !== undefined && expected !== caller.accountId) {
    throw new ProblemError({
      code: 'other-account',
      message: `The profile belongs to account ${caller.accountId}, not to ${expected}.`,
      nextStep: `Choose a profile of account ${expected} with --profile.`,
    });
  }
  return { account, caller };
}

/** Asks on the terminal; nothing is echoed into files, because standard error is a terminal here. */
async function askForCode(context: CliContext, serial: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`Code of the MFA device ${serial}: `, { signal: context.signal })).trim();
  } finally {
    terminal.close();
  }
}

export interface WorkedOut extends OpenedAccount {
  readonly wish: Wish;
  readonly desired: DesiredAccount;
  readonly plan: AccountPlan;
  readonly variables: readonly DesiredVariable[];
  readonly notes: readonly string[];
}

/** Reads the account and works out the plan. `check`: also ask IAM what the caller may do, and how many providers there are. */
export async function workOut(
  context: CliContext,
  opened: OpenedAccount,
  values: OptionValues,
  positionals: readonly string[],
  check: boolean,
): Promise<WorkedOut> {
  const asked = await askedFor(context, values, positionals);
  const { account, caller } = opened;
  const { names, path } = roleNames(values);
  const audience = text(values, 'audience');
  const boundary = text(values, 'boundary');
  const duration = integer(values, 'max-session-duration');
  const workspaceId = text(values, 'workspace-id');
  if (workspaceId !== undefined && !/^ws-[A-Za-z0-9]+$/.test(workspaceId)) {
    throw new UsageError(`--workspace-id looks like ws-…; it was "${workspaceId}"`);
  }
  const wish: Wish = {
    hostname: asked.hostname === undefined ? defaultHostname : unwrap(hostname(asked.hostname)),
    organization: unwrap(organizationName(asked.organization)),
    project: unwrap(projectName(asked.project)),
    workspace: unwrap(workspaceName(asked.workspace)),
    ...(workspaceId === undefined ? {} : { workspaceId }),
    accountId: caller.accountId,
    partition: unwrap(partitionName(caller.partition)),
    audience: audience === undefined ? defaultAudience : unwrap(audienceName(audience)),
    roles: choice(values, 'roles', ['separate', 'single'], 'separate'),
    ...tagOf(values),
    roleNames: names,
    path,
    permissions: await permissionsOf(context, values),
    ...(boundary === undefined ? {} : { permissionsBoundaryArn: boundary }),
    ...(duration === undefined ? {} : { maxSessionDuration: duration }),
    tags: awsTags(values),
  };
  const desired = unwrap(desiredAccount(wish));
  const actual = await readActual(context, account, caller, desired);
  const quota = integer(values, 'trust-policy-quota');
  const counted = check && actual.provider === undefined ? await account.listProviders(context.signal) : undefined;
  const plan = planAccount(desired, actual, {
    adopt: values['adopt'] === true,
    ownedByCode: asked.owners,
    prove: proveRole(wish),
    ...(quota === undefined ? {} : { trustPolicyQuota: quota }),
    ...(counted?.ok ? { providerCount: counted.value.length } : {}),
  });
  const permissions = check ? await missingPermissions(context, opened, plan) : [];
  const notes = [...asked.notes, ...notesOn(caller, desired)];
  return {
    ...opened,
    wish,
    desired,
    plan: { ...plan, problems: [...plan.problems, ...permissions] },
    variables: desiredVariables(wish, plan.roles),
    notes,
  };
}

async function readActual(
  context: CliContext,
  account: AwsAccount,
  caller: CallerIdentity,
  desired: DesiredAccount,
): Promise<ActualAccount> {
  const arn = oidcProviderArn(desired.partition, desired.accountId, desired.provider.url.replace(/^https:\/\//, ''));
  const provider = unwrap(await account.readProvider(arn, context.signal));
  const roles = new Map<string, ActualRole>();
  for (const { name } of desired.roles) {
    const role = /^[\w+=,.@-]{1,64}$/.test(name) ? unwrap(await account.readRole(name, context.signal)) : undefined;
    if (role !== undefined) roles.set(name, role);
  }
  return { accountId: caller.accountId, partition: caller.partition, provider, roles };
}

async function missingPermissions(
  context: CliContext,
  { account, caller }: OpenedAccount,
  plan: AccountPlan,
): Promise<readonly Problem[]> {
  const needed = new Set(plan.changes.map(change => `iam:${change.action}`));
  if (needed.has('iam:CreateRole')) needed.add('iam:TagRole');
  if (needed.has('iam:CreateOpenIDConnectProvider')) needed.add('iam:TagOpenIDConnectProvider');
  if (needed.size === 0) return [];
  const denied = await account.deniedActions(caller, [...needed].sort(), context.signal);
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

function notesOn(caller: CallerIdentity, desired: DesiredAccount): readonly string[] {
  const notes: string[] = [];
  if (caller.root) notes.push("The caller is the account's root user. It works; a user or role of its own is safer.");
  for (const role of desired.roles) {
    if (role.inlinePolicies.length + role.attachedPolicyArns.length === 0) {
      notes.push(
        `Role ${role.name} gets no permissions here: give a policy with --policy, --policy-arn or their plan- and apply- forms.`,
      );
    }
  }
  return notes;
}
