import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { AuditRow } from '../../hcp/audit';
import type { AwsAccount } from '../../iam/account/types';
import { longLivedKeyIds } from '../../lint/secrets/detect';
import { roleArn } from '../../oidc/arns';
import { type Fact, known, unknown } from '../facts';
import type { JournalStore } from '../journal/journal';
import { rememberedKeys } from '../keys';
import type { OpenedAccount } from '../setup';
import { accountOfRoles } from './units';

/** How the accounts of an organization are reached. */
export interface AccountRoutes {
  readonly profile: string | undefined;
  /** `acme-{account}`: a profile for each account. */
  readonly pattern: string | undefined;
  /** Name of a role that the profile may assume in each account. */
  readonly assume: string | undefined;
}

/** Opens an account by a profile, and by a role (its ARN) that is assumed with it. */
export type OpenAccount = (request: {
  readonly profile: string | undefined;
  readonly assume?: string;
}) => Promise<Result<AwsAccount>>;

/**
 * Opens the account by a profile of its own or by a role in it. The account of the one profile (`base`) is open already: the role that an
 * AWS Organization puts into its members is not in the account that they are reached from.
 */
export async function openMember(
  open: OpenAccount,
  { profile, pattern, assume }: AccountRoutes,
  accountId: string,
  base: OpenedAccount | undefined,
  signal: AbortSignal,
): Promise<Result<OpenedAccount>> {
  if (base !== undefined && pattern === undefined && base.caller.accountId === accountId) return ok(base);
  const partition = base?.caller.partition ?? 'aws';
  const account = await open({
    profile: pattern === undefined ? profile : pattern.replaceAll('{account}', accountId),
    ...(assume !== undefined && { assume: roleArn({ partition, accountId }, '/', assume) }),
  });
  if (!account.ok) return account;
  const caller = await account.value.identity(signal);
  if (!caller.ok) return caller;
  return caller.value.accountId === accountId
    ? ok({ account: account.value, caller: caller.value })
    : fail(other(accountId, caller.value.accountId));
}

const other = (wanted: string, found: string): Problem => ({
  code: 'other-account',
  message: `The workspaces work in account ${wanted}; the profile belongs to account ${found}.`,
  nextStep:
    'Name a profile for each account (--profile-pattern acme-{account}), or a role to assume in each (--assume-role-in-accounts NAME).',
});

const sayIt = 'Say which account it is (--account-of WORKSPACE=ACCOUNT).';

/** Where a workspace works: as it was said, by its roles, by the account of its key, or by what is remembered of it. */
export async function accountFinder(
  base: OpenedAccount | undefined,
  given: (workspace: string) => string | undefined,
  store: JournalStore,
  signal: AbortSignal,
): Promise<(row: AuditRow) => Promise<Fact<string>>> {
  const remembered = await rememberedKeys(store);
  const asked = new Map<string, Promise<Result<string>>>();
  return async row => {
    const said = given(row.workspace.name) ?? accountOfRoles(row);
    if (said !== undefined) return known(said);
    const { hostname, organization, name } = row.workspace;
    const former = remembered.find(k => k.workspaces.includes(`${hostname}/${organization}/${name}`))?.accountId;
    const [id] = (row.reading?.effective ?? []).flatMap(v => (v.value === undefined ? [] : longLivedKeyIds(v.value)));
    if (id === undefined)
      return former === undefined
        ? unknown('In which account it works is not known: the id of its key cannot be read.', sayIt)
        : known(former);
    if (base === undefined) return unknown('No AWS profile was chosen.', 'Choose one (--profile).');
    const question = asked.get(id) ?? base.account.keys.accountOf(id, signal);
    asked.set(id, question);
    const answer = await question;
    return answer.ok
      ? known(answer.value)
      : unknown(`In which account it works is not known: ${answer.problem.message}`, sayIt);
  };
}
