import type { Environment } from '../../core/host';
import type { Problem } from '../../core/problem';
import { chosenProfile, hasContainer, instanceIsAsked, noSuchProfile, ssoOrigin, valueOf } from './chosen';
import { type ChosenProfile, type Identity, type Origin, originText } from './origin';
import type { Profile, Settings, SharedFiles } from './sharedFiles';

/** Stops the search: what stands there can't be used, and nothing else is tried. */
class Stop extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

const stop = (message: string, nextStep: string, code = 'profile-incomplete'): never => {
  throw new Stop({ code, message, nextStep });
};

/**
 * The identity of AWS CLI version 2: botocore's `create_credential_resolver` (botocore/credentials.py), with the profile from
 * `--profile`, AWS_PROFILE, AWS_DEFAULT_PROFILE, in that order. The environment's keys come before a profile that a variable names,
 * and do not count beside one that is given. Not looked at: /etc/boto.cfg and AWS_CREDENTIAL_FILE, older than the CLI itself.
 */
export function identityOfAwsCli(env: Environment, files: SharedFiles, profile: string | undefined): Identity {
  const chosen = chosenProfile(env, profile, 'option');
  const found: Origin[] = [];
  try {
    if (chosen.by !== 'default' && !files.cli.profiles.has(chosen.name)) throw new Stop(noSuchProfile(chosen, files));
    for (const look of [fromEnvironment, ...profileSteps, fromContainer, fromInstance]) {
      if (look === fromInstance && found.length > 0) break;
      found.push(...attempt(() => look({ env, files, chosen, visited: [] }), found.length > 0));
    }
  } catch (error) {
    if (error instanceof Stop) return { profile: chosen, origin: undefined, problem: error.problem, passedOver: [] };
    throw error;
  }
  const [origin, ...others] = found;
  return { profile: chosen, origin, problem: undefined, passedOver: others.map(originText) };
}

/** What comes after the one that was found is only told: that it can't be used matters to nobody. */
function attempt(look: () => Origin | undefined, decided: boolean): readonly Origin[] {
  try {
    const origin = look();
    return origin === undefined ? [] : [origin];
  } catch (error) {
    if (decided && error instanceof Stop) return [];
    throw error;
  }
}

interface Search {
  readonly env: Environment;
  readonly files: SharedFiles;
  readonly chosen: ChosenProfile;
  /** Profiles that a `source_profile` has led to. */
  readonly visited: readonly string[];
}

const profileOf = ({ files, chosen }: Search): Profile | undefined => files.cli.profiles.get(chosen.name);
const settingsOf = (search: Search): Settings => profileOf(search)?.settings ?? {};

function fromEnvironment({ env, chosen }: Search): Origin | undefined {
  if (chosen.by === 'option' || valueOf(env, 'AWS_ACCESS_KEY_ID') === undefined) return undefined;
  if (valueOf(env, 'AWS_SECRET_ACCESS_KEY') === undefined)
    return stop(
      'AWS_ACCESS_KEY_ID is set in the environment and AWS_SECRET_ACCESS_KEY is not.',
      'Set both or neither, or name a profile (--profile).',
      'partial-credentials',
    );
  return { kind: 'environment', variable: 'AWS_ACCESS_KEY_ID' };
}

const assumesRole = (settings: Settings): boolean =>
  settings['role_arn'] !== undefined && settings['web_identity_token_file'] === undefined;
const hasKeys = (settings: Settings): boolean =>
  settings['aws_access_key_id'] !== undefined || settings['aws_secret_access_key'] !== undefined;

function fromAssumedRole(search: Search): Origin | undefined {
  const settings = settingsOf(search);
  const { name } = search.chosen;
  if (!assumesRole(settings)) return undefined;
  const { role_arn: roleArn = '', source_profile: source, credential_source: place } = settings;
  if (source !== undefined && place !== undefined)
    return stop(
      `Profile "${name}" has both source_profile and credential_source.`,
      'Keep the one with whose credentials the role is to be assumed.',
    );
  if (place !== undefined) return { kind: 'assume-role', profile: name, roleArn, source: namedSource(search, place) };
  if (source === undefined)
    return stop(
      `Profile "${name}" has role_arn, and neither source_profile nor credential_source says with whose credentials to assume it.`,
      `Add "source_profile = NAME" to it${hasKeys(settings) ? ` (its own keys: "source_profile = ${name}")` : ''}, or remove role_arn.`,
    );
  return { kind: 'assume-role', profile: name, roleArn, source: sourceOrigin(search, source) };
}

function namedSource(search: Search, place: string): Origin {
  const { name } = search.chosen;
  switch (place) {
    case 'Environment': {
      const found = fromEnvironment({ ...search, chosen: { name, by: 'default' } });
      return (
        found ??
        stop(
          `Profile "${name}" takes the credentials of the environment, and there are none.`,
          'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        )
      );
    }
    case 'Ec2InstanceMetadata':
      return { kind: 'instance' };
    case 'EcsContainer':
      return { kind: 'container' };
    default:
      return stop(
        `Profile "${name}" has a credential_source that the AWS CLI does not know.`,
        'Use Environment, Ec2InstanceMetadata or EcsContainer.',
      );
  }
}

function sourceOrigin(search: Search, source: string): Origin {
  const { name } = search.chosen;
  const settings = search.files.cli.profiles.get(source)?.settings;
  if (settings === undefined)
    return stop(`Profile "${name}" names the source_profile "${source}", which does not exist.`, 'Correct its name.');
  const visited = [...search.visited, name];
  if (visited.includes(source) && (source !== name || !hasKeys(settings)))
    return stop(`The source_profile of "${name}" leads back to "${source}".`, 'Name a profile that has credentials.');
  const inner: Search = { ...search, visited, chosen: { name: source, by: 'option' } };
  const steps = hasKeys(settings) || !assumesRole(settings) ? profileSteps.slice(1) : [fromAssumedRole];
  for (const look of steps) {
    const found = look(inner);
    if (found !== undefined) return found;
  }
  return stop(
    `The source_profile "${source}" of profile "${name}" has no credentials.`,
    'Name a profile that has some.',
  );
}

function fromWebIdentity(search: Search): Origin | undefined {
  const settings = settingsOf(search);
  const env = search.chosen.by === 'option' ? {} : search.env;
  const tokenFile = valueOf(env, 'AWS_WEB_IDENTITY_TOKEN_FILE') ?? settings['web_identity_token_file'];
  if (tokenFile === undefined) return undefined;
  const roleArn = valueOf(env, 'AWS_ROLE_ARN') ?? settings['role_arn'];
  if (roleArn === undefined)
    return stop(
      'A web identity token is named, and no role to assume with it.',
      'Set AWS_ROLE_ARN, or role_arn in the profile.',
    );
  return {
    kind: 'web-identity',
    profile: valueOf(env, 'AWS_WEB_IDENTITY_TOKEN_FILE') === undefined ? search.chosen.name : undefined,
    roleArn,
    tokenFile,
    sessionName: valueOf(env, 'AWS_ROLE_SESSION_NAME') ?? settings['role_session_name'],
  };
}

function fromSso(search: Search): Origin | undefined {
  const settings = settingsOf(search);
  if (settings['sso_account_id'] === undefined && settings['sso_role_name'] === undefined) return undefined;
  const { name } = search.chosen;
  const session = settings['sso_session'];
  const shared = session === undefined ? {} : search.files.cli.ssoSessions.get(session);
  if (shared === undefined)
    return stop(
      `Profile "${name}" names the sso-session "${session ?? ''}", which does not exist.`,
      'Correct its name.',
    );
  const different = Object.keys(shared).find(key => (settings[key] ?? shared[key]) !== shared[key]);
  if (different !== undefined)
    return stop(
      `${different} of profile "${name}" is another than that of its sso-session.`,
      'Remove it from the profile.',
    );
  const all = { ...settings, ...shared };
  const missing = ['sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'].filter(k => all[k] === undefined);
  if (missing.length > 0)
    return stop(`Profile "${name}" uses SSO and lacks ${missing.join(', ')}.`, 'Run "aws configure sso".');
  return ssoOrigin(name, session, all);
}

const fromKeys =
  (file: 'config' | 'credentials') =>
  (search: Search): Origin | undefined => {
    const settings = profileOf(search)?.[file];
    if (settings?.['aws_access_key_id'] === undefined) return undefined;
    const { name } = search.chosen;
    if (settings['aws_secret_access_key'] === undefined)
      return stop(
        `Profile "${name}" has aws_access_key_id and no aws_secret_access_key in the ${file} file.`,
        'Set both or neither.',
        'partial-credentials',
      );
    return { kind: 'static', profile: name, file };
  };

const fromLogin = (search: Search): Origin | undefined =>
  settingsOf(search)['login_session'] === undefined ? undefined : { kind: 'login', profile: search.chosen.name };

const fromProcess = (search: Search): Origin | undefined =>
  settingsOf(search)['credential_process'] === undefined
    ? undefined
    : { kind: 'credential-process', profile: search.chosen.name };

const fromContainer = ({ env }: Search): Origin | undefined => (hasContainer(env) ? { kind: 'container' } : undefined);

const fromInstance = ({ env }: Search): Origin | undefined => (instanceIsAsked(env) ? { kind: 'instance' } : undefined);

const profileSteps: readonly ((search: Search) => Origin | undefined)[] = [
  fromAssumedRole,
  fromWebIdentity,
  fromSso,
  fromKeys('credentials'),
  fromLogin,
  fromProcess,
  fromKeys('config'),
];
