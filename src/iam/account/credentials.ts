import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts';
import { type SharedFiles, storedName } from './profiles';
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

const expiresSoon = (credentials: Credentials): boolean =>
  credentials.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300_000;

type FromIniInit = NonNullable<Parameters<typeof fromIni>[0]>;

/**
 * The credentials of one profile (or of the SDK's whole chain when none is named), resolved at the first use and
 * then shared by all clients, so that an MFA code is asked for once.
 */
export function credentialsOf(
  options: AccountOptions,
  files: SharedFiles,
  sts: Pick<STSClientConfig, 'region' | 'endpoint' | 'requestHandler'>,
  ssoEndpoint: string | undefined,
): () => Promise<Credentials> {
  const client = (credentials?: Credentials): STSClient =>
    new STSClient({
      ...sts,
      ...(credentials ? { credentials } : {}),
      ignoreConfiguredEndpointUrls: true,
      logger: silent,
    });
  const init: FromIniInit = {
    ignoreCache: true,
    configFilepath: files.configFile,
    filepath: files.credentialsFile,
    logger: silent,
    // For SSO alone (STS has its own clients below). Without a region: that of the SSO session must win.
    clientConfig: {
      ...(ssoEndpoint && { endpoint: ssoEndpoint }),
      ...(options.httpsAgent && sts.requestHandler && { requestHandler: sts.requestHandler }),
    },
    // Our own, so that a profile's endpoint_url reaches the STS calls behind `role_arn` too.
    roleAssumer: async (source, params) => taken(await client(source).send(new AssumeRoleCommand(params))),
    roleAssumerWithWebIdentity: async params =>
      taken(await client().send(new AssumeRoleWithWebIdentityCommand(params))),
    ...(options.mfaCode ? { mfaCodeProvider: options.mfaCode } : {}),
  };
  const provider: () => Promise<Credentials> = options.profile
    ? fromIni({ ...init, profile: storedName(options.profile) })
    : fromNodeProviderChain(init);
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
  if (!id || !secret) throw new Error('STS answered without credentials.');
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token ? { sessionToken: token } : {}),
    ...(expiration ? { expiration } : {}),
  };
}
