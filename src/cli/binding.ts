import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { Surroundings } from '../binding/apply';
import { iamExecutor } from '../binding/applyIam';
import type { Change } from '../binding/change';
import { type BindingChoices, desiredBinding, proofOf } from '../binding/desire';
import type { DesiredBinding } from '../binding/desired';
import { Journal, type JournalStore } from '../binding/journal';
import { journalFolder } from '../binding/journalFolder';
import { planAccount } from '../binding/plan';
import type { AccountPlan, ActualAccount } from '../binding/planModel';
import type { ActualRole, AwsAccount, CallerIdentity } from '../iam/account/types';
import { loadAws } from '../iam/account/load';
import { oidcProviderArn } from '../oidc/partition';
import { issuerHost } from '../oidc/names';
import type { CliContext } from './command';
import type { BindingRequest } from './bindingOptions';
import { unwrap } from './names';

/** An account opened with the chosen profile. */
export interface OpenedAccount {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
}

export async function openAwsAccount(
  context: CliContext,
  request: Pick<BindingRequest, 'profile' | 'region'>,
): Promise<OpenedAccount> {
  const account = unwrap(
    await loadAws().openAccount({
      env: context.env,
      ...(request.profile !== undefined && { profile: request.profile }),
      ...(request.region !== undefined && { region: request.region }),
    }),
  );
  const caller = unwrap(await account.identity(context.signal));
  return { account, caller };
}

export interface PlannedBinding extends OpenedAccount {
  readonly choices: BindingChoices;
  readonly desired: DesiredBinding;
  readonly actual: ActualAccount;
  readonly plan: AccountPlan;
}

/** Reads the account and plans; writes nothing. */
export async function planBinding(context: CliContext, request: BindingRequest): Promise<PlannedBinding> {
  const opened = await openAwsAccount(context, request);
  const { account, caller } = opened;
  const choices = request.choices(caller.accountId, caller.partition);
  const desired = unwrap(desiredBinding(choices));
  const actual = await readActual(account, caller, desired, context.signal);
  const plan = planAccount(desired.account, actual, {
    adopt: request.adopt,
    ownedByCode: request.ownedByCode,
    prove: proofOf(choices),
  });
  return { ...opened, choices, desired, actual, plan };
}

export async function readActual(
  account: AwsAccount,
  caller: CallerIdentity,
  desired: DesiredBinding,
  signal: AbortSignal,
): Promise<ActualAccount> {
  const host = desired.account.provider.url.replace(/^https:\/\//, '');
  const provider = unwrap(
    await account.readProvider(oidcProviderArn(caller.partition, caller.accountId, host), signal),
  );
  const roles = new Map<string, ActualRole>();
  for (const role of desired.account.roles) {
    const found = unwrap(await account.readRole(role.name, signal));
    if (found !== undefined) roles.set(role.name, found);
  }
  return { accountId: caller.accountId, partition: caller.partition, provider, roles };
}

export function journals(dir: string): JournalStore {
  return journalFolder(fs, dir, path.join);
}

/** What a journal's subject is: the host, organization and workspaces, in one account. */
export function subjectOf(choices: BindingChoices): string {
  const names = choices.workspaces.map(w => `${w.organization}/${w.workspace}`).join('+');
  return `${issuerHost(choices.hostname)}/${names}@${choices.accountId}${choices.tag === undefined ? '' : `#${choices.tag}`}`;
}

export function surroundings(
  context: CliContext,
  opened: OpenedAccount,
  store: JournalStore,
  name: string,
): Surroundings {
  const now = (): number => Date.now();
  return {
    executors: {
      iam: iamExecutor({
        account: opened.account,
        accountId: opened.caller.accountId,
        partition: opened.caller.partition,
      }),
    },
    journal: new Journal(store, name, now),
    now,
    signal: context.signal,
    progress: p => {
      if (p.state === 'started') return;
      context.err(
        `  [${p.index + 1}/${p.total}] ${p.change.title}: ${p.state}${p.detail === undefined ? '' : ` (${p.detail})`}, ${p.milliseconds} ms\n`,
      );
    },
  };
}

/** Changes as a person reads them. */
export function changesText(changes: readonly Change[]): string {
  return changes
    .map((c, i) => `  ${i + 1}. ${c.title}${c.destructive ? '  (replaces what this tool did not make)' : ''}\n`)
    .join('');
}
