import { createInterface } from 'node:readline/promises';
import { prepareBinding, type PreparedBinding } from '../../binding/plan/prepare';
import type { OpenedAccount, Question } from '../../binding/setup';
import { ProblemError, type Result, unwrap } from '../../core/problem';
import type { AwsAccount } from '../../iam/account/types';
import { loadAws } from '../../iam/account/load';
import { callsOf } from '../calls';
import type { BindingRequest } from './setupOptions';
import { agentOf } from './http';
import type { CliContext } from '../command';

/** The account of a profile; nothing is sent yet. */
export function accountOf(
  context: CliContext,
  request: { readonly profile: string | undefined; readonly region: string | undefined; readonly assume?: string },
): Promise<Result<AwsAccount>> {
  return loadAws().openAccount({
    env: context.env,
    agentFor: bundle => agentOf(context, bundle),
    onCall: () => void (callsOf(context).aws += 1),
    ...(context.time && { wait: context.time.wait }),
    ...(request.profile !== undefined && { profile: request.profile }),
    ...(request.region !== undefined && { region: request.region }),
    ...(request.assume !== undefined && { assume: request.assume }),
    ...(context.interactive && process.stdin.isTTY && { mfaCode: (serial: string) => askForCode(context, serial) }),
  });
}

/**
 * Is this the account that is meant? Asked before the first write where `aws` and Terraform would take different credentials: the user
 * says it with --account (`named`), or by typing its number.
 */
export async function confirmAccount(
  context: CliContext,
  { accountId, caller, origin }: Question<'confirm-account'>,
  named: string | undefined,
): Promise<boolean> {
  if (named === accountId) return true;
  if (!context.interactive || !process.stdin.isTTY) return false;
  const question = `This writes to AWS account ${accountId} as ${caller}, with ${origin}.\nType the number of the account to go on: `;
  return (await ask(context, question)) === accountId;
}

/** Opens the account of a profile, and says whose it is. */
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
