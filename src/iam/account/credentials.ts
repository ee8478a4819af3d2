import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  fromContainerMetadata,
  fromHttp,
  fromInstanceMetadata,
  fromLoginCredentials,
  fromProcess,
  fromSSO,
} from '@aws-sdk/credential-providers';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts';
import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { Origin, Settings, SharedFiles } from '../identity';
import { guardReplies, NotAReplyError } from './reply';
import type { AccountOptions } from './types';

/** Resolved credentials. They stay in this folder; nothing prints them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** The SDK warns on the console about credentials found twice; this product never logs about credentials. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The name by which `toFailure` knows that no request was sent. */
class CredentialsError extends Error {
  override readonly name = 'CredentialsProviderError';
}

const expiresSoon = (credentials: Credentials): boolean =>
  credentials.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300_000;

export interface CredentialSurroundings {
  readonly options: AccountOptions;
  readonly files: SharedFiles;
  /** The settings of clients for STS, by way of which roles are assumed. */
  readonly sts: STSClientConfig;
  /** The settings of clients for SSO and the console sign-in. Without a region: that of the session must win. */
  readonly sso: Pick<STSClientConfig, 'endpoint' | 'requestHandler' | 'useFipsEndpoint' | 'useDualstackEndpoint'>;
}

/**
 * The credentials of an origin, resolved at the first use and then shared by all clients, so that an MFA code is asked for once.
 * Which origin counts is decided in `src/iam/identity`; the AWS SDK's providers get its one profile and look no further.
 */
export function credentialsOf(origin: Origin, around: CredentialSurroundings): () => Promise<Credentials> {
  const provider = (): Promise<Credentials> => resolve(origin, around);
  let current: Promise<Credentials> | undefined;
  return async () => {
    current ??= provider();
    try {
      const credentials = await current;
      if (!expiresSoon(credentials)) return credentials;
      current = provider();
      return await current;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
}

async function resolve(origin: Origin, around: CredentialSurroundings): Promise<Credentials> {
  const { options, files } = around;
  switch (origin.kind) {
    case 'environment':
      return ofEnvironment(options.env);
    case 'static':
      return ofKeys(files.cli.profiles.get(origin.profile)?.[origin.file] ?? {});
    case 'assume-role':
      return assumed(origin, await resolve(origin.source, around), around);
    case 'web-identity':
      return withWebIdentity(origin, around);
    case 'sso':
      return fromSSO(await ssoProfile(origin, around))();
    case 'credential-process':
      return fromProcess(oneProfile(origin.profile, around, ['credential_process']))();
    case 'login':
      return fromLoginCredentials(oneProfile(origin.profile, around, ['login_session', 'region']))();
    case 'container':
      return options.env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
        ? fromContainerMetadata()()
        : fromHttp({ logger: silent })();
    case 'instance':
      return fromInstanceMetadata({ logger: silent })();
  }
}

function ofEnvironment(env: AccountOptions['env']): Credentials {
  const token = env['AWS_SECURITY_TOKEN'] || env['AWS_SESSION_TOKEN'];
  const until = Date.parse(env['AWS_CREDENTIAL_EXPIRATION'] ?? '');
  return {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    ...(token && { sessionToken: token }),
    ...(!Number.isNaN(until) && { expiration: new Date(until) }),
  };
}

function ofKeys(settings: Settings): Credentials {
  const token = settings['aws_security_token'] ?? settings['aws_session_token'];
  return {
    accessKeyId: settings['aws_access_key_id'] ?? '',
    secretAccessKey: settings['aws_secret_access_key'] ?? '',
    ...(token && { sessionToken: token }),
  };
}

/** A proxy's page with status 200 gives no credentials, here as little as anywhere. */
function stsOf({ sts }: CredentialSurroundings, credentials?: Credentials): STSClient {
  const client = new STSClient({ ...sts, ...(credentials && { credentials }) });
  guardReplies(client, 'query');
  return client;
}

async function assumed(
  { profile, roleArn }: Extract<Origin, { kind: 'assume-role' }>,
  source: Credentials,
  around: CredentialSurroundings,
): Promise<Credentials> {
  const settings = around.files.cli.profiles.get(profile)?.settings ?? {};
  const serial = settings['mfa_serial'];
  const { mfaCode } = around.options;
  if (serial !== undefined && mfaCode === undefined)
    throw new CredentialsError(`Profile "${profile}" asks for a code of an MFA device, which cannot be typed here.`);
  const seconds = Number.parseInt(settings['duration_seconds'] ?? '', 10);
  const reply = await stsOf(around, source).send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: settings['role_session_name'] ?? `tfc-oidc-${Date.now()}`,
      ExternalId: settings['external_id'],
      DurationSeconds: Number.isNaN(seconds) ? 3600 : seconds,
      ...(serial !== undefined && mfaCode !== undefined && { SerialNumber: serial, TokenCode: await mfaCode(serial) }),
    }),
  );
  return taken(reply);
}

async function withWebIdentity(
  origin: Extract<Origin, { kind: 'web-identity' }>,
  around: CredentialSurroundings,
): Promise<Credentials> {
  let token: string;
  try {
    token = await readFile(origin.tokenFile, 'utf8');
  } catch {
    throw new CredentialsError(`The web identity token file ${origin.tokenFile} cannot be read.`);
  }
  const reply = await stsOf(around).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: origin.roleArn,
      RoleSessionName: origin.sessionName ?? `tfc-oidc-${Date.now()}`,
      WebIdentityToken: token.trim(),
    }),
  );
  return taken(reply);
}

/** Names that the SDK's reader of the two files can hold; it knows no blanks, no umlauts and no `#` in them. */
const readable = (name: string): string => name.replace(/[^\w@+./%:-]/g, c => `%${c.charCodeAt(0).toString(16)}`);

let written = 0;

/** One profile as a file that exists in the memory of the SDK's reader alone, for the providers that read their settings themselves. */
function oneProfile(name: string, { files, sso }: CredentialSurroundings, keys: readonly string[], more = '') {
  const settings = files.cli.profiles.get(name)?.settings ?? {};
  const lines = keys.flatMap(key => (settings[key] === undefined ? [] : [`${key} = ${settings[key]}`]));
  const file = join(files.configFile, `only-in-memory-${++written}`);
  externalDataInterceptor.interceptFile(file, `[profile ${readable(name)}]\n${lines.join('\n')}\n${more}`);
  externalDataInterceptor.interceptFile(`${file}-empty`, '');
  return {
    profile: readable(name),
    configFilepath: file,
    filepath: `${file}-empty`,
    ignoreCache: true,
    logger: silent,
    clientConfig: sso,
  };
}

async function ssoProfile(origin: Extract<Origin, { kind: 'sso' }>, around: CredentialSurroundings) {
  const keys = ['sso_account_id', 'sso_role_name'];
  const { session } = origin;
  if (session === undefined) return oneProfile(origin.profile, around, [...keys, 'sso_start_url', 'sso_region']);
  const name = readable(session);
  if (name !== session) await lendToken(session, name);
  const section = `sso_session = ${name}\n[sso-session ${name}]\nsso_start_url = ${origin.startUrl}\nsso_region = ${origin.region}\n`;
  return oneProfile(origin.profile, around, keys, section);
}

/**
 * The sign-in of a session whose name the SDK cannot hold: it looks in a file that is called after the name. What would renew it is
 * left out, because the renewed one would be written to a file that the AWS CLI does not know.
 */
async function lendToken(session: string, name: string): Promise<void> {
  const file = join(homedir(), '.aws', 'sso', 'cache', `${createHash('sha1').update(session).digest('hex')}.json`);
  try {
    const cached = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const { accessToken, expiresAt } = cached;
    externalDataInterceptor.interceptToken(name, { accessToken, expiresAt });
  } catch {
    // The SDK finds none either, and says so.
  }
}

interface StsReply {
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined;
}

function taken(reply: StsReply): Credentials {
  const {
    AccessKeyId: id,
    SecretAccessKey: secret,
    SessionToken: token,
    Expiration: expiration,
  } = reply.Credentials ?? {};
  if (!id || !secret) throw new NotAReplyError(200, 'lacks Credentials');
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token ? { sessionToken: token } : {}),
    ...(expiration ? { expiration } : {}),
  };
}
