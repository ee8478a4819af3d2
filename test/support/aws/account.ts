/** What one account of the test server holds. Everything is plain data, so that a dump is a copy. */

export interface StoredRole {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly arn: string;
  readonly createDate: string;
  /** The text as it was sent. */
  trust: string;
  description: string | undefined;
  maxSessionDuration: number;
  boundary: string | undefined;
  tags: Map<string, string>;
  inline: Map<string, string>;
  /** Policy ARNs in order of attachment. */
  attached: string[];
  lastUsed: { readonly date: string; readonly region: string } | undefined;
  /** Calls that sessions of the role made, refused ones too: `s3:CreateBucket` → when and where. */
  readonly activity?: Map<string, { readonly date: string; readonly region: string }>;
}

export interface StoredKey {
  readonly id: string;
  status: 'Active' | 'Inactive';
  createDate: string;
  /** Undefined: never used. IAM names the service as in the scope of the signature. */
  lastUsed: { readonly date: string; readonly service: string; readonly region: string } | undefined;
}

export interface StoredUser {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly arn: string;
  readonly createDate: string;
  passwordLastUsed: string | undefined;
  login: boolean;
  /** At most two. */
  keys: StoredKey[];
  inline: Map<string, string>;
  attached: string[];
  groups: string[];
}

export interface StoredProvider {
  readonly arn: string;
  /** Without `https://`, as GetOpenIDConnectProvider answers. */
  readonly url: string;
  readonly createDate: string;
  clientIds: string[];
  thumbprints: string[];
  tags: Map<string, string>;
}

export interface StoredPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  document: string;
}

/** Quotas with IAM's defaults (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
export interface Quotas {
  trustPolicySize: number;
  inlinePoliciesSize: number;
  managedPolicySize: number;
  providers: number;
  clientIdsPerProvider: number;
  roles: number;
  attachedPoliciesPerRole: number;
  tags: number;
}

export interface StoredAccount {
  readonly id: string;
  readonly partition: string;
  alias: string | undefined;
  readonly roles: Map<string, StoredRole>;
  readonly providers: Map<string, StoredProvider>;
  readonly policies: Map<string, StoredPolicy>;
  /** By name in lower case. */
  readonly users: Map<string, StoredUser>;
  /** Of the account's root user. */
  readonly rootKeys: StoredKey[];
  /** Service control policies that the account's organization puts on it; none: the account is in no organization. */
  readonly scps: string[];
  readonly quotas: Quotas;
}

/** Who signs with an access key. */
export interface Caller {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** Needed beside the access key when set. */
  readonly sessionToken: string | undefined;
  /** Milliseconds since the epoch after which the key answers ExpiredToken. */
  expires: number | undefined;
  /** Action patterns (`iam:Get*`); an explicit deny list wins. */
  allow: readonly string[];
  deny: readonly string[];
}

export function newAccount(id: string, partition: string, alias?: string): StoredAccount {
  return {
    id,
    partition,
    alias,
    roles: new Map(),
    providers: new Map(),
    policies: new Map(),
    users: new Map(),
    rootKeys: [],
    scps: [],
    quotas: {
      trustPolicySize: 2048,
      inlinePoliciesSize: 10_240,
      managedPolicySize: 6144,
      providers: 100,
      clientIdsPerProvider: 100,
      roles: 1000,
      attachedPoliciesPerRole: 10,
      tags: 50,
    },
  };
}

/** AWS managed policies that the server knows, path included (a few hundred exist; these are enough for tests and the demo). */
const awsManaged = new Set([
  'AdministratorAccess',
  'PowerUserAccess',
  'ReadOnlyAccess',
  'SecurityAudit',
  'IAMReadOnlyAccess',
  'AmazonS3ReadOnlyAccess',
  'AmazonS3FullAccess',
  'AmazonEC2ReadOnlyAccess',
  'AmazonEC2FullAccess',
  'job-function/ViewOnlyAccess',
  'job-function/NetworkAdministrator',
]);

export function awsManagedPolicyExists(partition: string, arn: string): boolean {
  const prefix = `arn:${partition}:iam::aws:policy/`;
  return arn.startsWith(prefix) && awsManaged.has(arn.slice(prefix.length));
}

const sorted = <V>(map: ReadonlyMap<string, V>): Record<string, V> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Everything the account holds, in a stable order. `identities: false` leaves out ids and dates, which a re-created thing can't keep. */
export function dumpAccount(account: StoredAccount, identities = true): unknown {
  return {
    id: account.id,
    partition: account.partition,
    alias: account.alias ?? null,
    providers: [...account.providers.values()]
      .sort((a, b) => (a.arn < b.arn ? -1 : 1))
      .map(p => ({
        arn: p.arn,
        url: p.url,
        ...(identities ? { createDate: p.createDate } : {}),
        clientIds: [...p.clientIds].sort(),
        thumbprints: [...p.thumbprints],
        tags: sorted(p.tags),
      })),
    roles: [...account.roles.values()]
      .sort((a, b) => (a.arn < b.arn ? -1 : 1))
      .map(r => ({
        arn: r.arn,
        ...(identities ? { id: r.id, createDate: r.createDate } : {}),
        trust: r.trust,
        description: r.description ?? null,
        maxSessionDuration: r.maxSessionDuration,
        boundary: r.boundary ?? null,
        tags: sorted(r.tags),
        inline: sorted(r.inline),
        attached: [...r.attached].sort(),
      })),
    policies: [...account.policies.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1)).map(p => ({ ...p })),
    // Without what a request of the reader itself changes: when a key was used last.
    users: [...account.users.values()]
      .sort((a, b) => (a.arn < b.arn ? -1 : 1))
      .map(u => ({
        arn: u.arn,
        login: u.login,
        keys: u.keys.map(k => ({ id: k.id, status: k.status })),
        inline: sorted(u.inline),
        attached: [...u.attached].sort(),
        groups: [...u.groups].sort(),
      })),
  };
}
