import { loadAws } from '../../iam/account/load';
import { accountId as accountIdOf } from '../../oidc/partition';
import type { CliContext } from '../command';
import { UsageError } from '../option';

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
