import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { externalDataInterceptor, loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import type { ProfileInfo, ProfileKind } from './types';

type Env = Readonly<Record<string, string | undefined>>;
type Section = Readonly<Record<string, string | undefined>>;

/** The user's config and credentials files, read once. */
export interface SharedFiles {
  readonly configFile: string;
  readonly credentialsFile: string;
  /** Profiles of both files, the credentials file winning, as the SDK and the AWS CLI merge them. Keys are `storedName`s. */
  readonly profiles: Readonly<Record<string, Section>>;
  /** The other sections of the config file: `services.NAME`, `sso-session.NAME`. */
  readonly sections: Readonly<Record<string, Section>>;
}

/** A profile name as the SDK's reader can hold it: it knows no white space in names, the AWS CLI does (`[profile "my work"]`). */
export const storedName = (name: string): string => name.replace(/\s/g, '%20');
export const shownName = (name: string): string => name.replace(/%20/g, ' ');

/** Rewrites section names and `source_profile` values that hold white space, and nothing else. */
function withoutSpaces(text: string, isConfig: boolean): string {
  return text
    .split('\n')
    .map(line => {
      const section = isConfig
        ? /^(\s*\[\s*profile\s+)(["'])([^"'\]]*\s[^"'\]]*)\2(\s*\].*)$/.exec(line)
        : /^(\s*\[)()([^"'\]]*\S\s+\S[^"'\]]*)(\].*)$/.exec(line);
      if (section) return `${section[1]}${storedName(section[3] ?? '')}${section[4]}`;
      const source = /^(\s*source_profile\s*=\s*)(\S.*\S)(\s*)$/.exec(line);
      return source ? `${source[1]}${storedName(source[2] ?? '')}${source[3]}` : line;
    })
    .join('\n');
}

async function interceptSpaces(file: string, isConfig: boolean): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return; // The SDK treats an unreadable file as an empty one.
  }
  const rewritten = withoutSpaces(text, isConfig);
  if (rewritten === text) delete externalDataInterceptor.getFileRecord()[file];
  else externalDataInterceptor.interceptFile(file, rewritten);
}

/** Reads `~/.aws/config` and `~/.aws/credentials` or what `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, never from a cache. */
export async function readSharedFiles(env: Env): Promise<SharedFiles> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const expand = (file: string): string => (file.startsWith('~/') ? join(home, file.slice(2)) : file);
  const configFile = expand(env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'));
  const credentialsFile = expand(env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'));
  await Promise.all([interceptSpaces(configFile, true), interceptSpaces(credentialsFile, false)]);
  const files = await loadSharedConfigFiles({
    configFilepath: configFile,
    filepath: credentialsFile,
    ignoreCache: true,
  });
  const profiles: Record<string, Section> = {};
  const sections: Record<string, Section> = {};
  for (const [name, section] of Object.entries(files.configFile)) {
    if (/^(sso-session|services)\./.test(name)) sections[name] = section;
    else profiles[name] = { ...section };
  }
  for (const [name, section] of Object.entries(files.credentialsFile)) {
    profiles[name] = { ...profiles[name], ...section };
  }
  return { configFile, credentialsFile, profiles, sections };
}

/** The kind, in the order in which the SDK tries them. */
export function kindOf(profile: Section): ProfileKind {
  const { role_arn: role, source_profile: source, credential_source: place } = profile;
  if (role && (source || place)) return 'assume-role';
  if (profile['aws_access_key_id'] && profile['aws_secret_access_key']) return 'static';
  if (role && profile['web_identity_token_file']) return 'web-identity';
  if (profile['credential_process']) return 'credential-process';
  if (profile['sso_session'] ?? profile['sso_start_url'] ?? profile['sso_account_id']) return 'sso';
  if (profile['login_session']) return 'login';
  return 'incomplete';
}

function detailOf(profile: Section): string | undefined {
  if (profile['role_arn']) return profile['role_arn'];
  const { sso_account_id: account, sso_role_name: role } = profile;
  return account ? `${account}${role ? ` ${role}` : ''}` : undefined;
}

/** The user's profiles by name, and the environment's credentials first where it has some. Reads files, resolves nothing. */
export async function listProfiles(env: Env): Promise<readonly ProfileInfo[]> {
  const files = await readSharedFiles(env);
  const found = Object.entries(files.profiles).map(([name, profile]): ProfileInfo => ({
    name: shownName(name),
    kind: kindOf(profile),
    region: regionOf(env, profile),
    detail: detailOf(profile),
    mfaSerial: profile['mfa_serial'],
    customEndpoint: endpointOf(env, files, profile, 'iam') !== undefined,
  }));
  found.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  const fromEnvironment = Boolean(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']);
  if (!fromEnvironment) return found;
  const environment: ProfileInfo = {
    name: undefined,
    kind: 'environment',
    region: regionOf(env, {}),
    detail: undefined,
    mfaSerial: undefined,
    customEndpoint: endpointOf(env, files, {}, 'iam') !== undefined,
  };
  return [environment, ...found];
}

/** The region as the AWS CLI decides: environment before profile. */
export function regionOf(env: Env, profile: Section): string | undefined {
  return nonEmpty(env['AWS_REGION']) ?? nonEmpty(env['AWS_DEFAULT_REGION']) ?? nonEmpty(profile['region']);
}

/**
 * The endpoint of a service (`iam`, `sts`, `cloudtrail`) in the order of
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. Done here because the SDK looks it up in
 * the profile that `AWS_PROFILE` names, not in the one that was chosen.
 */
export function endpointOf(env: Env, files: SharedFiles, profile: Section, service: string): string | undefined {
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? profile['ignore_configured_endpoint_urls'];
  if (ignored?.toLowerCase() === 'true') return undefined;
  const fromEnv = nonEmpty(env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`]) ?? nonEmpty(env['AWS_ENDPOINT_URL']);
  if (fromEnv) return fromEnv;
  const services = profile['services'] ? files.sections[`services.${profile['services']}`] : undefined;
  return nonEmpty(services?.[`${service}.endpoint_url`]) ?? nonEmpty(profile['endpoint_url']);
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
