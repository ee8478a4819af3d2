import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import type { Caller, StoredAccount, StoredRole } from './account';
import { AwsError, validationError } from './awsError';
import type { IamStore } from './iamStore';
import type { Params } from './params';
import { trusts } from './trustDecision';
import type { XmlValue } from './xml';

/** One AssumeRoleWithWebIdentity as CloudTrail keeps it, denied ones too. */
export interface WebIdentityEvent {
  readonly id: string;
  readonly time: number;
  readonly region: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly subject: string;
  readonly audience: string;
  readonly identityProvider: string;
  readonly errorCode: string | undefined;
}

export interface StsSurroundings {
  readonly store: IamStore;
  readonly callers: Map<string, Caller>;
  readonly events: WebIdentityEvent[];
  /** Where an issuer's documents really are (`https://app.terraform.io` → a loopback address). */
  readonly issuers: Map<string, string>;
  /** One-time codes that an MFA device accepts: serial number → code. */
  readonly mfa: Map<string, string>;
}

const anyText = /^[^]*$/;
const sessionName = /^[\w+=,.@-]*$/;

function findRole(store: IamStore, arn: string): { account: StoredAccount; role: StoredRole } | undefined {
  const match = /^arn:([a-z-]+):iam::(\d{12}):role(\/(?:[^]*\/)?)([\w+=,.@-]+)$/.exec(arn);
  if (match === null) return undefined;
  const account = store.accounts.get(match[2] ?? '');
  const role = store.seen(account?.roles.get((match[4] ?? '').toLowerCase()));
  return account && role?.arn === arn ? { account, role } : undefined;
}

function session(
  at: StsSurroundings,
  account: StoredAccount,
  role: StoredRole,
  name: string,
  seconds: number,
): { credentials: XmlValue; user: XmlValue } {
  const { store, callers } = at;
  const accessKeyId = `ASIA${store.newId('').slice(-16)}`;
  const expires = store.now() + seconds * 1000;
  const arn = `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/${name}`;
  const sessionToken = `session-${accessKeyId}`;
  callers.set(accessKeyId, {
    accessKeyId,
    accountId: account.id,
    arn,
    userId: `${role.id}:${name}`,
    sessionToken,
    expires,
    allow: ['*'],
    deny: [],
  });
  role.lastUsed = { date: store.date(), region: 'us-east-1' };
  return {
    credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: `secret-${accessKeyId}`,
      SessionToken: sessionToken,
      Expiration: new Date(expires).toISOString(),
    },
    user: { AssumedRoleId: `${role.id}:${name}`, Arn: arn },
  };
}

function duration(params: Params, role: StoredRole): number {
  const seconds = params.integer('DurationSeconds', 900, 43_200) ?? 3600;
  if (seconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

export function getCallerIdentity(caller: Caller): XmlValue {
  return { Arn: caller.arn, UserId: caller.userId, Account: caller.accountId };
}

/**
 * The account of an access key, also of one that was deleted: it can be worked out of the id. This server only knows the keys that it
 * has. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export function getAccessKeyInfo(store: IamStore, params: Params): XmlValue {
  const id = params.required('AccessKeyId', /^\w*$/, 128, 16);
  const account = store.accessKey(id)?.account.id ?? store.deletedKeys.get(id);
  if (account === undefined) throw new AwsError('ValidationError', 'Invalid access key ID', 400);
  return { Account: account };
}

export function assumeRole(at: StsSurroundings, caller: Caller, params: Params): XmlValue {
  const arn = params.required('RoleArn', anyText, 2048, 20);
  const name = params.required('RoleSessionName', sessionName, 64, 2);
  const denied = new AwsError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  );
  const serial = params.get('SerialNumber');
  const keys = new Map<string, string[]>([['aws:principalarn', [caller.arn]]]);
  if (serial !== undefined) {
    if (at.mfa.get(serial) !== params.get('TokenCode')) {
      throw new AwsError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. ', 403);
    }
    keys.set('aws:multifactorauthpresent', ['true']);
  }
  const external = params.get('ExternalId');
  if (external !== undefined) keys.set('sts:externalid', [external]);
  const found = findRole(at.store, arn);
  if (found === undefined) throw denied;
  const partition = found.account.partition;
  const values = [caller.arn, caller.accountId, `arn:${partition}:iam::${caller.accountId}:root`];
  if (!trusts(found.role.trust, { kind: 'AWS', values }, 'sts:AssumeRole', keys)) throw denied;
  const { credentials, user } = session(at, found.account, found.role, name, duration(params, found.role));
  return { Credentials: credentials, AssumedRoleUser: user };
}

const invalidToken = (message: string): AwsError => new AwsError('InvalidIdentityToken', message, 400);

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number;
}

function readToken(token: string): {
  header: { alg?: unknown; kid?: unknown };
  claims: Claims;
  signed: string;
  signature: Buffer;
} {
  const parts = token.split('.');
  const [head, body, signature] = parts;
  const bad = invalidToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
  if (parts.length !== 3 || !head || !body || !signature) throw bad;
  let header: unknown;
  let claims: unknown;
  try {
    header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    throw bad;
  }
  const c = claims as Record<string, unknown>;
  if (typeof header !== 'object' || header === null || typeof c['iss'] !== 'string' || typeof c['sub'] !== 'string')
    throw bad;
  if (typeof c['exp'] !== 'number' || c['aud'] === undefined)
    throw invalidToken('Missing a required claim: exp or aud');
  return {
    header,
    claims: {
      iss: c['iss'],
      sub: c['sub'],
      aud: Array.isArray(c['aud']) ? c['aud'].map(String) : [String(c['aud'])],
      exp: c['exp'],
      nbf: typeof c['nbf'] === 'number' ? c['nbf'] : 0,
    },
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

async function fetchJson(url: string): Promise<Record<string, unknown>> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(5000) });
    if (!reply.ok) throw new Error(String(reply.status));
    return (await reply.json()) as Record<string, unknown>;
  } catch {
    throw new AwsError('IDPCommunicationError', 'Identity provider could not be reached', 400);
  }
}

async function verificationKey(at: StsSurroundings, issuer: string, kid: unknown): Promise<JsonWebKey> {
  const base = at.issuers.get(issuer) ?? issuer;
  const discovery = await fetchJson(`${base}/.well-known/openid-configuration`);
  const missing = invalidToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
  if (discovery['issuer'] !== issuer || typeof discovery['jwks_uri'] !== 'string') throw missing;
  const jwks = await fetchJson(discovery['jwks_uri'].replace(issuer, base));
  const keys = Array.isArray(jwks['keys']) ? (jwks['keys'] as Record<string, unknown>[]) : [];
  const key = keys.find(k => k['kid'] === kid && k['kty'] === 'RSA');
  if (kid === undefined || key === undefined) throw missing;
  return key;
}

export async function assumeRoleWithWebIdentity(
  at: StsSurroundings,
  params: Params,
  region: string,
): Promise<XmlValue> {
  const arn = params.required('RoleArn', anyText, 2048, 20);
  const name = params.required('RoleSessionName', sessionName, 64, 2);
  const token = params.required('WebIdentityToken', anyText, 20_000, 4);
  const { header, claims, signed, signature } = readToken(token);
  const host = claims.iss.replace(/^https:\/\//, '');
  const accountId = arn.split(':')[4] ?? '';
  const account = at.store.accounts.get(accountId);
  const record = (errorCode: string | undefined): void => {
    at.events.push({
      id: at.store.newId('event-'),
      time: at.store.now(),
      region,
      accountId,
      roleArn: arn,
      sessionName: name,
      subject: claims.sub,
      audience: claims.aud[0] ?? '',
      identityProvider: account ? `arn:${account.partition}:iam::${account.id}:oidc-provider/${host}` : host,
      errorCode,
    });
  };
  try {
    const denied = new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
    if (account === undefined) throw denied;
    const provider = at.store.seen(
      account.providers.get(`arn:${account.partition}:iam::${account.id}:oidc-provider/${host}`),
    );
    if (provider === undefined) throw invalidToken(`No OpenIDConnect provider found in your account for ${claims.iss}`);
    if (!claims.aud.some(a => provider.clientIds.includes(a))) throw invalidToken('Incorrect token audience');
    if (header.alg !== 'RS256') throw invalidToken('The ID Token uses an algorithm that is not supported.');
    const key = createPublicKey({ key: await verificationKey(at, claims.iss, header.kid), format: 'jwk' });
    if (!createVerify('RSA-SHA256').update(signed).verify(key, signature))
      throw invalidToken("The web identity token's signature could not be verified.");
    const now = at.store.now() / 1000;
    // IAM accepts a token up to five minutes after its end (domain facts F8).
    if (now > claims.exp + 300) {
      throw new AwsError(
        'ExpiredTokenException',
        `Token expired: current date/time ${Math.floor(now)} must be before the expiration date/time${claims.exp}`,
        400,
      );
    }
    if (now + 300 < claims.nbf) throw invalidToken('The token is not yet valid.');
    const found = findRole(at.store, arn);
    if (found === undefined) throw denied;
    const keys = new Map<string, readonly string[]>([
      [`${host}:sub`.toLowerCase(), [claims.sub]],
      [`${host}:aud`.toLowerCase(), claims.aud],
      ['sts:rolesessionname', [name]],
      ['aws:federatedprovider', [provider.arn]],
    ]);
    if (!trusts(found.role.trust, { kind: 'Federated', values: [provider.arn] }, 'sts:AssumeRoleWithWebIdentity', keys))
      throw denied;
    const { credentials, user } = session(at, found.account, found.role, name, duration(params, found.role));
    record(undefined);
    return {
      SubjectFromWebIdentityToken: claims.sub,
      Audience: claims.aud[0],
      Credentials: credentials,
      AssumedRoleUser: user,
      Provider: provider.arn,
    };
  } catch (error) {
    if (error instanceof AwsError) record(error.code);
    throw error;
  }
}
