import type { Environment } from '../../core/host';
import type { Problem } from '../../core/problem';
import { chosenProfile, hasContainer, instanceIsAsked, noSuchProfile, ssoOrigin, valueOf } from './chosen';
import { type ChosenProfile, type Identity, type Origin, originText } from './origin';
import type { Profile, Settings, SharedFiles } from './sharedFiles';

type Found = Origin | Problem;
const isProblem = (found: Found): found is Problem => 'code' in found;
const problem = (message: string, nextStep: string): Problem => ({ code: 'profile-incomplete', message, nextStep });

/**
 * The identity of Terraform's AWS provider where its block has no credentials (`profile`: what the block says): aws-sdk-go-v2
 * config/resolve_credentials.go and shared_config.go, by way of hashicorp/aws-sdk-go-base. Unlike the AWS CLI it takes keys of a
 * profile before its SSO or credential_process, assumes a role_arn with the profile's own keys, knows AWS_ACCESS_KEY and
 * AWS_SECRET_KEY too, and reads the chosen profile even where the environment has keys, so that an error in it stops it.
 */
export function identityOfTerraform(env: Environment, files: SharedFiles, profile: string | undefined): Identity {
  const chosen = chosenProfile(env, profile, 'provider');
  const environment = profile === undefined ? fromEnvironment(env) : undefined;
  const section = files.terraform.profiles.get(chosen.name);
  // AWS_DEFAULT_PROFILE may name a profile that does not exist.
  const mayLack = chosen.by === 'default' || chosen.by === 'AWS_DEFAULT_PROFILE';
  if (section === undefined && !mayLack)
    return { profile: chosen, origin: undefined, problem: noSuchForTerraform(chosen, files), passedOver: [] };
  const own = section === undefined ? fromMachine(env) : fromProfile(env, files, section, []);
  if (isProblem(own)) return { profile: chosen, origin: undefined, problem: own, passedOver: [] };
  return {
    profile: chosen,
    origin: environment ?? own,
    problem: undefined,
    passedOver: environment === undefined || own.kind === 'instance' ? [] : [originText(own)],
  };
}

function noSuchForTerraform(chosen: ChosenProfile, files: SharedFiles): Problem {
  const there = files.cli.profiles.has(chosen.name);
  const told = noSuchProfile(chosen, files);
  return there
    ? {
        ...told,
        message: `Terraform does not find the AWS profile "${chosen.name}", which the AWS CLI reads: quotes, "#" and ";" in a section's name, and "~" or "$" in AWS_CONFIG_FILE mean nothing to it.`,
        nextStep: 'Write the name without quotes, and the whole path.',
      }
    : told;
}

function fromEnvironment(env: Environment): Origin | undefined {
  const id = valueOf(env, 'AWS_ACCESS_KEY_ID') === undefined ? 'AWS_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
  const secret = valueOf(env, 'AWS_SECRET_ACCESS_KEY') ?? valueOf(env, 'AWS_SECRET_KEY');
  if (valueOf(env, id) !== undefined && secret !== undefined) return { kind: 'environment', variable: id };
  const tokenFile = valueOf(env, 'AWS_WEB_IDENTITY_TOKEN_FILE');
  if (tokenFile === undefined) return undefined;
  return {
    kind: 'web-identity',
    profile: undefined,
    roleArn: env['AWS_ROLE_ARN'] ?? '',
    tokenFile,
    sessionName: valueOf(env, 'AWS_ROLE_SESSION_NAME'),
  };
}

const fromMachine = (env: Environment): Found =>
  hasContainer(env)
    ? { kind: 'container' }
    : instanceIsAsked(env)
      ? { kind: 'instance' }
      : problem('No AWS credentials were found.', 'Set up a profile with "aws configure".');

const given = (settings: Settings, key: string): string | undefined => settings[key] || undefined;
const hasKeys = (s: Settings): boolean => Boolean(given(s, 'aws_access_key_id') && given(s, 'aws_secret_access_key'));

function fromProfile(env: Environment, files: SharedFiles, profile: Profile, visited: readonly string[]): Found {
  const { name, settings } = profile;
  const wrong = whatIsWrong(profile, visited);
  if (wrong !== undefined) return wrong;
  // Led to by source_profile, and by itself too: its keys, or whatever it has but the role.
  if (visited.length > 0 && hasKeys(settings)) return keysOf(profile);
  const again = visited.includes(name);
  const source = again ? undefined : given(settings, 'source_profile');
  const base = source === undefined ? ownOrigin(env, files, profile) : sourceOf(env, files, profile, source, visited);
  const roleArn = again ? undefined : given(settings, 'role_arn');
  if (isProblem(base) || base.kind === 'web-identity' || roleArn === undefined) return base;
  return { kind: 'assume-role', profile: name, roleArn, source: base };
}

function whatIsWrong(
  { name, config, credentials, settings }: Profile,
  visited: readonly string[],
): Problem | undefined {
  const last = credentials ?? config ?? {};
  if ('aws_access_key_id' in last !== 'aws_secret_access_key' in last)
    return problem(
      `Profile "${name}" has one half of a key.`,
      'Set aws_access_key_id and aws_secret_access_key, or neither.',
    );
  const needsRole = ['source_profile', 'credential_source', 'web_identity_token_file'].find(key =>
    given(settings, key),
  );
  if (!visited.includes(name) && needsRole !== undefined && given(settings, 'role_arn') === undefined)
    return problem(`Profile "${name}" has ${needsRole} and no role_arn.`, 'Add role_arn, or remove it.');
  const kinds = ['source_profile', 'credential_source', 'credential_process', 'web_identity_token_file'];
  const several = kinds.filter(key => given(settings, key));
  if (several.length > 1 && !(visited.length > 0 && hasKeys(settings)))
    return problem(`Profile "${name}" has ${several.join(' and ')}; Terraform takes only one of them.`, 'Keep one.');
  return undefined;
}

function sourceOf(
  env: Environment,
  files: SharedFiles,
  { name }: Profile,
  source: string,
  visited: readonly string[],
): Found {
  const next = files.terraform.profiles.get(source);
  if (next === undefined)
    return problem(
      `Profile "${name}" names the source_profile "${source}", which does not exist.`,
      'Correct its name.',
    );
  const found = fromProfile(env, files, next, [...visited, name]);
  return !isProblem(found) &&
    (found.kind === 'container' || found.kind === 'instance') &&
    !given(next.settings, 'credential_source')
    ? problem(
        `The source_profile "${source}" of profile "${name}" has no credentials.`,
        'Name a profile that has some.',
      )
    : found;
}

const keysOf = ({ name, credentials }: Profile): Origin => ({
  kind: 'static',
  profile: name,
  file: credentials?.['aws_access_key_id'] === undefined ? 'config' : 'credentials',
});

function ownOrigin(env: Environment, files: SharedFiles, profile: Profile): Found {
  const { name, settings } = profile;
  if (hasKeys(settings)) return keysOf(profile);
  const place = given(settings, 'credential_source');
  if (place !== undefined) return namedSource(env, name, place);
  const tokenFile = given(settings, 'web_identity_token_file');
  if (tokenFile !== undefined)
    return {
      kind: 'web-identity',
      profile: name,
      roleArn: given(settings, 'role_arn') ?? '',
      tokenFile,
      sessionName: given(settings, 'role_session_name'),
    };
  const sso = ['sso_session', 'sso_region', 'sso_account_id', 'sso_start_url', 'sso_role_name'];
  if (sso.some(key => given(settings, key))) return ssoOf(files, profile);
  if (given(settings, 'login_session')) return { kind: 'login', profile: name };
  if (given(settings, 'credential_process')) return { kind: 'credential-process', profile: name };
  return fromMachine(env);
}

function namedSource(env: Environment, name: string, place: string): Found {
  switch (place) {
    case 'Environment':
      return (
        fromEnvironment(env) ??
        problem(`Profile "${name}" takes the credentials of the environment, and there are none.`, 'Set them.')
      );
    case 'Ec2InstanceMetadata':
      return { kind: 'instance' };
    case 'EcsContainer':
      return { kind: 'container' };
    default:
      return problem(
        `Profile "${name}" has a credential_source that Terraform does not know.`,
        'Use Environment, Ec2InstanceMetadata or EcsContainer.',
      );
  }
}

function ssoOf(files: SharedFiles, { name, settings }: Profile): Found {
  const session = given(settings, 'sso_session');
  const shared = session === undefined ? {} : files.terraform.ssoSessions.get(session.trim());
  if (shared === undefined)
    return problem(
      `Profile "${name}" names the sso-session "${session ?? ''}", which Terraform does not find.`,
      'Correct its name.',
    );
  const all = { ...settings, ...shared };
  const missing = ['sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'].filter(k => !given(all, k));
  if (missing.length > 0)
    return problem(`Profile "${name}" uses SSO and lacks ${missing.join(', ')}.`, 'Run "aws configure sso".');
  return ssoOrigin(name, session, all);
}
