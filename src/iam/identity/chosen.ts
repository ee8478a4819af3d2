import type { Environment } from '../../core/host';
import type { Problem } from '../../core/problem';
import type { ChosenProfile, Origin } from './origin';
import type { Settings, SharedFiles } from './sharedFiles';

/** A variable that is set to nothing counts as not set. */
export const valueOf = (env: Environment, name: string): string | undefined => {
  const value = env[name];
  return value === '' ? undefined : value;
};

export function chosenProfile(env: Environment, given: string | undefined, by: 'option' | 'provider'): ChosenProfile {
  if (given !== undefined) return { name: given, by };
  for (const variable of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'] as const) {
    const name = valueOf(env, variable);
    if (name !== undefined) return { name, by: variable };
  }
  return { name: 'default', by: 'default' };
}

export function noSuchProfile(chosen: ChosenProfile, files: SharedFiles): Problem {
  const names = [...files.cli.profiles.keys()];
  const named = chosen.by.startsWith('AWS_') ? `, which ${chosen.by} names,` : '';
  return {
    code: 'no-such-profile',
    message: `There is no AWS profile "${chosen.name}"${named} in ${files.configFile} or ${files.credentialsFile}.`,
    nextStep: `Choose one of: ${names.join(', ') || '(there are none; "aws configure" makes one)'}.`,
  };
}

/** Whether the environment names the endpoint of a container's role. */
export const hasContainer = (env: Environment): boolean =>
  valueOf(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') !== undefined ||
  valueOf(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined;

/** Whether the machine may be asked for a role of its own. */
export const instanceIsAsked = (env: Environment): boolean =>
  env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() !== 'true';

export const ssoOrigin = (profile: string, session: string | undefined, all: Settings): Origin => ({
  kind: 'sso',
  profile,
  session,
  startUrl: all['sso_start_url'] ?? '',
  region: all['sso_region'] ?? '',
  accountId: all['sso_account_id'] ?? '',
  roleName: all['sso_role_name'] ?? '',
});
