import { roleArn } from '../../oidc/arns';
import { type Fact, known, unknown } from '../../binding/facts';
import { accountOfRoles } from '../../binding/migrate';
import { rememberedKeys } from '../../binding/keys';
import type { JournalStore } from '../../binding/journal/journal';
import type { OpenedAccount } from '../../binding/setup';
import { loadAws } from '../../iam/account/load';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { AuditRow } from '../../hcp/audit';
import { longLivedKeyIds } from '../../lint/secrets/detect';
import { accountId as accountIdOf } from '../../oidc/partition';
import type { CliContext } from '../command';
import { UsageError } from '../option';
import { accountOf } from './binding';

/** How the accounts of an organization are reached. */
export interface AccountRoutes {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** `acme-{account}`: a profile for each account. */
  readonly pattern: string | undefined;
  /** Name of a role that the profile may assume in each account. */
  readonly assume: string | undefined;
}

/** Opens the account by a profile of its own, by a role in it, or by the one profile where it belongs to it. */
export async function openMember(
  context: CliContext,
  routes: AccountRoutes,
  accountId: string,
  partition: string,
): Promise<Result<OpenedAccount>> {
  const { region, pattern, assume } = routes;
  const profile = pattern === undefined ? routes.profile : pattern.replaceAll('{account}', accountId);
  const role = assume === undefined ? {} : { assume: roleArn({ partition, accountId }, '/', assume) };
  const account = await accountOf(context, { profile, region, ...role });
  if (!account.ok) return account;
  const caller = await account.value.identity(context.signal);
  if (!caller.ok) return caller;
  return caller.value.accountId === accountId
    ? ok({ account: account.value, caller: caller.value })
    : fail(other(accountId, caller.value.accountId));
}

/** Whichever of the pattern's profiles this machine has may ask whose account a key is of; `undefined`: it has none, or there is no pattern. */
export async function profileOfPattern(context: CliContext, pattern: string | undefined): Promise<string | undefined> {
  if (pattern === undefined) return undefined;
  const [before = '', after = ''] = pattern.split('{account}');
  const profiles = await loadAws().listProfiles(context.env);
  return profiles.find(
    ({ name = '' }) =>
      name.startsWith(before) &&
      name.endsWith(after) &&
      /^\d{12}$/.test(name.slice(before.length, name.length - after.length)),
  )?.name;
}

const other = (wanted: string, found: string): Problem => ({
  code: 'other-account',
  message: `The workspaces work in account ${wanted}; the profile belongs to account ${found}.`,
  nextStep: `Name a profile for each account (--profile-pattern acme-{account}), or a role to assume in each (--assume-role-in-accounts NAME).`,
});

/** `WORKSPACE=ACCOUNT`, as it was given; a `*` at the end of a name stands for any rest. */
export function givenAccounts(values: readonly string[]): (workspace: string) => string | undefined {
  const rules = values.map(value => {
    const [, name = '', id = ''] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    const account = accountIdOf(id);
    if (name === '' || !account.ok)
      throw new UsageError(`--account-of takes WORKSPACE=ACCOUNT, with twelve digits; it was "${value}"`);
    return { name, account: account.value };
  });
  const fits = (name: string, workspace: string): boolean =>
    name.endsWith('*') ? workspace.startsWith(name.slice(0, -1)) : workspace === name;
  return workspace => rules.find(r => fits(r.name, workspace))?.account;
}

/** Where a workspace works: as it was said, by its roles, by the account of its key, or by what is remembered of it. */
export async function accountFinder(
  context: CliContext,
  base: OpenedAccount | undefined,
  given: (workspace: string) => string | undefined,
  store: JournalStore,
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
        ? unknown(
            'In which account it works is not known: the id of its key cannot be read.',
            'Say it with --account-of WORKSPACE=ACCOUNT.',
          )
        : known(former);
    if (base === undefined) return unknown('No AWS profile was chosen.', 'Choose one (--profile).');
    const question = asked.get(id) ?? base.account.keys.accountOf(id, context.signal);
    asked.set(id, question);
    const answer = await question;
    return answer.ok
      ? known(answer.value)
      : unknown(
          `In which account it works is not known: ${answer.problem.message}`,
          'Say it with --account-of WORKSPACE=ACCOUNT.',
        );
  };
}
