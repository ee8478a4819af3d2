import * as fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Surroundings } from '../../binding/apply/apply';
import { codeExecutor, type CodeFiles } from '../../binding/apply/code';
import { iamExecutor } from '../../binding/apply/iam';
import { variableExecutor } from '../../binding/apply/variable';
import { Journal, type JournalStore } from '../../binding/journal/journal';
import { journalFolder } from '../../binding/journal/folder';
import { withLock } from '../../binding/journal/lock';
import { prepareBinding, type PreparedBinding } from '../../binding/plan/prepare';
import { fail, ok, ProblemError, type Result, unwrap } from '../../core/problem';
import { noTokenProblem } from '../../hcp/tokens/report';
import { thisProcess } from '../../node/thisProcess';
import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import { loadAws } from '../../iam/account/load';
import { callsOf } from '../calls';
import type { BindingRequest } from './bindingOptions';
import { HcpSessions } from './hcpSession';
import { agentOf } from './http';
import { progressText } from '../output/planReport';
import { replaceable, replaceFile } from '../replaceFile';
import type { CliContext } from '../command';

/** An account opened with the chosen profile. */
export interface OpenedAccount {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
}

/** The account of a profile; nothing is sent yet. */
export function accountOf(
  context: CliContext,
  request: { readonly profile: string | undefined; readonly region: string | undefined },
): Promise<Result<AwsAccount>> {
  return loadAws().openAccount({
    env: context.env,
    agentFor: bundle => agentOf(context, bundle),
    onCall: () => void (callsOf(context).aws += 1),
    ...(context.time && { wait: context.time.wait }),
    ...(request.profile !== undefined && { profile: request.profile }),
    ...(request.region !== undefined && { region: request.region }),
    ...(context.interactive && process.stdin.isTTY && { mfaCode: (serial: string) => askForCode(context, serial) }),
  });
}

/**
 * Before the first write where `aws` and Terraform would take different credentials: whose account it is has to be said by the user,
 * with --account or by typing its number.
 */
export async function confirmAccount(
  context: CliContext,
  { account, caller }: OpenedAccount,
  named: string | undefined,
): Promise<void> {
  if (!account.origin.differs || named === caller.accountId) return;
  if (context.interactive && process.stdin.isTTY) {
    const question = `This writes to AWS account ${caller.accountId} as ${caller.arn}, with ${account.origin.text}.\nType the number of the account to go on: `;
    if ((await ask(context, question)) === caller.accountId) return;
  }
  throw new ProblemError({
    code: 'account-unconfirmed',
    message: `aws and terraform take different credentials here, and nothing says that account ${caller.accountId} (${caller.arn}, with ${account.origin.text}) is meant. Nothing was written.`,
    nextStep: `Give --account ${caller.accountId} if it is, or choose a profile with --profile. tfc-oidc whoami tells what was looked at.`,
  });
}

export async function openAwsAccount(
  context: CliContext,
  request: {
    readonly profile: string | undefined;
    readonly region: string | undefined;
    readonly account: string | undefined;
  },
): Promise<OpenedAccount> {
  const account = unwrap(await accountOf(context, request));
  for (const difference of account.origin.differences) context.err(`${difference}\n`);
  const caller = unwrap(await account.identity(context.signal));
  if (request.account !== undefined && request.account !== caller.accountId) {
    throw new ProblemError({
      code: 'other-account',
      message: `The profile belongs to account ${caller.accountId}, not to ${request.account}.`,
      nextStep: `Choose a profile of account ${request.account} with --profile.`,
    });
  }
  return { account, caller };
}

/** How a command was told to ask AWS. */
interface AccountValues {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** Not every command that asks AWS takes --account. */
  readonly account?: string | undefined;
}

/** The account of --profile, --region and --account, where a command has them. */
export const openAccount = (context: CliContext, values: AccountValues): Promise<OpenedAccount> =>
  openAwsAccount(context, {
    profile: values.profile,
    region: values.region,
    account: values.account,
  });

/** Asks on the terminal; standard output stays free for what the command prints. */
const askForCode = (context: CliContext, serial: string): Promise<string> =>
  ask(context, `Code of the MFA device ${serial}: `);

async function ask(context: CliContext, question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question, { signal: context.signal })).trim();
  } finally {
    terminal.close();
  }
}

export type PlannedBinding = PreparedBinding;

/** Reads the account and plans; writes nothing. */
export async function planBinding(
  context: CliContext,
  request: BindingRequest,
  checkCaller = false,
): Promise<PlannedBinding> {
  const opened = await openAwsAccount(context, request);
  const choices = request.choices(opened.caller.accountId, opened.caller.partition);
  const options = {
    adopt: request.adopt,
    ownedByCode: request.ownedByCode,
    checkCaller,
  };
  return unwrap(await prepareBinding(opened, choices, options, context.signal));
}

/** One run at a time for each binding: the lock lies beside the journals. */
export async function locked<T>(folder: string, subject: string, work: () => Promise<T>): Promise<T> {
  return unwrap(await withLock(fs, folder, path.join, subject, thisProcess(), work));
}

/** The files that code changes touch; replaced at once or not at all, and only while they hold what was read. */
const codeFiles: CodeFiles = {
  async read(file) {
    try {
      return await fs.readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  async write(file, text) {
    const now = await fs.readFile(file, 'utf8');
    await replaceFile(unwrap(await replaceable(path.dirname(file), file, now)), text);
  },
};

export function journals(dir: string): JournalStore {
  return journalFolder(fs, dir, path.join);
}

export function surroundings(
  context: CliContext,
  opened: OpenedAccount,
  store: JournalStore,
  name: string,
  quiet = false,
): Surroundings {
  const now = (): number => Date.now();
  const sessions = new HcpSessions(context);
  const { account, caller } = opened;
  return {
    executors: {
      iam: iamExecutor({
        account,
        accountId: caller.accountId,
        partition: caller.partition,
        ...(context.time && { wait: context.time.wait }),
      }),
      code: codeExecutor(codeFiles),
      // Opened when a change to a variable first needs it: most runs have none.
      variable: variableExecutor({
        client: async hostname => {
          const { found, client } = await sessions.find(hostname, undefined);
          return client === undefined ? fail(noTokenProblem(hostname, found)) : ok(client);
        },
      }),
    },
    journal: new Journal(store, name, now),
    now,
    signal: context.signal,
    progress: progress => {
      if (!quiet) context.err(progressText(progress));
    },
  };
}
