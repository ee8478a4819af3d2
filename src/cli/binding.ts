import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { Surroundings } from '../binding/apply';
import { iamExecutor } from '../binding/applyIam';
import type { Change } from '../binding/change';
import { Journal, type JournalStore } from '../binding/journal';
import { journalFolder } from '../binding/journalFolder';
import { prepareBinding, type PreparedBinding } from '../binding/prepare';
import type { AwsAccount, CallerIdentity } from '../iam/account/types';
import { loadAws } from '../iam/account/load';
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

export type PlannedBinding = PreparedBinding;

/** Reads the account and plans; writes nothing. */
export async function planBinding(context: CliContext, request: BindingRequest): Promise<PlannedBinding> {
  const opened = await openAwsAccount(context, request);
  const choices = request.choices(opened.caller.accountId, opened.caller.partition);
  return unwrap(
    await prepareBinding(opened, choices, { adopt: request.adopt, ownedByCode: request.ownedByCode }, context.signal),
  );
}

export function journals(dir: string): JournalStore {
  return journalFolder(fs, dir, path.join);
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
