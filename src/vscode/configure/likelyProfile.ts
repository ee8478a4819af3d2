import type { ProfileInfo } from '../../iam/account/types';
import type { Problem } from '../../core/problem';

/** What to do where there is nothing to choose from. */
export const noProfiles: Problem = {
  code: 'no-profiles',
  message: 'This machine has no AWS profile, and no AWS credentials in its environment.',
  nextStep: 'Make a profile with "aws configure sso" or "aws configure" in a terminal, then try again.',
};

/** What speaks for a profile. Nothing here is asked of AWS. */
export interface ProfileHints {
  readonly profiles: readonly Pick<ProfileInfo, 'name' | 'detail'>[];
  /** Accounts of the roles that the workspace uses today. */
  readonly roleAccounts: readonly string[];
  /** The account of the last run of this product for the workspace. */
  readonly lastAccount: string | undefined;
  /** Account numbers that profiles led to before, by the profile's name; "" stands for the environment. */
  readonly accountOf: Readonly<Record<string, string>>;
  /** The profile that was chosen for the checks of this window. */
  readonly chosen: { readonly name: string | undefined } | undefined;
  /** AWS_PROFILE, or AWS_DEFAULT_PROFILE. */
  readonly environment: string | undefined;
}

export interface LikelyProfile {
  readonly name: string | undefined;
  /** What speaks for it, as a note beside the field. */
  readonly why: string;
}

/**
 * The profile that the facts speak for: the account of the workspace's roles, of the last run, the choice for the checks, the
 * environment, the only one there is. `undefined`: nothing speaks for one of several, so a person has to choose.
 */
export function likelyProfile(hints: ProfileHints): LikelyProfile | undefined {
  const { profiles, roleAccounts, lastAccount, chosen, environment } = hints;
  const there = (name: string | undefined): boolean => profiles.some(p => p.name === name);
  const fits = (name: string | undefined): boolean => {
    const account = hints.accountOf[name ?? ''];
    return account === undefined || roleAccounts.length === 0 || roleAccounts.includes(account);
  };
  const ofAccount = (accounts: readonly string[]): string | undefined | null =>
    onlyOne(profiles.filter(p => accounts.some(a => isOf(p, a, hints))).map(p => p.name));
  const byRole = ofAccount(roleAccounts);
  if (byRole !== null) return { name: byRole, why: 'Its account has the roles that the workspace uses.' };
  const byRun = lastAccount === undefined || roleAccounts.length > 0 ? null : ofAccount([lastAccount]);
  if (byRun !== null) return { name: byRun, why: 'The last setup of this workspace was made in its account.' };
  if (chosen !== undefined && there(chosen.name) && fits(chosen.name))
    return { name: chosen.name, why: 'Chosen for the checks of this window.' };
  if (environment !== undefined && there(environment) && fits(environment))
    return { name: environment, why: 'The environment names it.' };
  const [only, ...more] = profiles;
  return only !== undefined && more.length === 0 && fits(only.name)
    ? { name: only.name, why: 'It is the only one.' }
    : undefined;
}

/** Does a profile lead to an account? Told by an earlier answer of AWS, or by the role or SSO account that it names. */
function isOf(
  { name, detail }: ProfileHints['profiles'][number],
  account: string,
  { accountOf }: ProfileHints,
): boolean {
  const known = accountOf[name ?? ''];
  return known === undefined
    ? detail !== undefined && new RegExp(`(?:^|\\D)${account}(?:\\D|$)`).test(detail)
    : known === account;
}

/** `null`: none, or several. */
function onlyOne<T>(values: readonly T[]): T | null {
  const [first, ...more] = values;
  return first === undefined && values.length === 0 ? null : more.length > 0 ? null : (first as T);
}
