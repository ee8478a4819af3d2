import { awsManagedPolicyExists, type StoredAccount, type StoredRole } from './account';
import {
  AwsError,
  alreadyExists,
  deleteConflict,
  invalidInput,
  limitExceeded,
  noSuchEntity,
  validationError,
} from './awsError';
import type { IamStore } from './iamStore';
import type { Params } from './params';
import { checkPermissionPolicy, checkTrustPolicy, policySize } from './policyGrammar';
import type { XmlValue } from './xml';

export type Action = (store: IamStore, account: StoredAccount, params: Params) => XmlValue;

const roleName = /^[\w+=,.@-]+$/;
const policyName = /^[\w+=,.@-]+$/;
const pathGrammar = /^(\/|\/[\u0021-\u007E]+\/)$/;
const description = /^[\t\n\r\u0020-\u007E\u00A1-\u00FF]*$/;
const anyText = /^[^]*$/;
const document = /^[\u0009\u000A\u000D\u0020-\u00FF]+$/;
const arnText = /^[^]*$/;

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const tagList = (tags: ReadonlyMap<string, string>): XmlValue => [...tags].map(([Key, Value]) => ({ Key, Value }));

function name(params: Params): string {
  return params.required('RoleName', roleName, 64);
}

function roleXml(role: StoredRole, full: boolean): { [name: string]: XmlValue } {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encode(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    ...(full
      ? {
          PermissionsBoundary: role.boundary
            ? { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary }
            : undefined,
          Tags: role.tags.size > 0 ? tagList(role.tags) : undefined,
          RoleLastUsed: role.lastUsed ? { LastUsedDate: role.lastUsed.date, Region: role.lastUsed.region } : {},
        }
      : {}),
  };
}

function trust(account: StoredAccount, params: Params, field: string): string {
  const text = params.required(field, document, 131_072);
  checkTrustPolicy(text, account.partition);
  if (policySize(text) > account.quotas.trustPolicySize) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${account.quotas.trustPolicySize}`);
  }
  return text;
}

function boundary(account: StoredAccount, arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  if (!arn.startsWith(`arn:${account.partition}:iam::`) || !arn.includes(':policy/')) {
    throw invalidInput(`ARN ${arn} is not valid.`);
  }
  if (!awsManagedPolicyExists(account.partition, arn) && !account.policies.has(arn)) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
  return arn;
}

export function applyTags(
  account: StoredAccount,
  tags: Map<string, string>,
  added: readonly (readonly [string, string])[],
): void {
  const next = new Map(tags);
  for (const [key, value] of added) {
    // Tag keys keep their case but are unique without it.
    for (const old of next.keys()) if (old.toLowerCase() === key.toLowerCase()) next.delete(old);
    next.set(key, value);
  }
  if (next.size > account.quotas.tags)
    throw limitExceeded(`The number of tags has reached the maximum limit: ${account.quotas.tags}`);
  tags.clear();
  for (const [key, value] of next) tags.set(key, value);
}

/** One page of a list: Marker and MaxItems as IAM has them. */
export function page(store: IamStore, params: Params, all: readonly XmlValue[], field: string): XmlValue {
  const size = Math.min(params.integer('MaxItems', 1, 1000) ?? 1000, store.pageSize);
  const marker = params.get('Marker');
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64').toString('utf8'));
  if (!Number.isInteger(start)) throw validationError('Invalid Marker.');
  const more = start + size < all.length;
  return {
    [field]: all.slice(start, start + size),
    IsTruncated: more,
    Marker: more ? Buffer.from(String(start + size)).toString('base64') : undefined,
  };
}

function unmodifiable(role: StoredRole): void {
  if (role.path.startsWith('/aws-service-role/')) {
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
      400,
    );
  }
}

function writable(store: IamStore, account: StoredAccount, params: Params): StoredRole {
  const role = store.role(account, name(params));
  unmodifiable(role);
  store.delay(role);
  return role;
}

const seenRole = (store: IamStore, account: StoredAccount, params: Params): StoredRole => {
  const role = store.role(account, name(params));
  return store.seen(role) ?? role;
};

export const roleActions: Readonly<Record<string, Action>> = {
  CreateRole(store, account, params) {
    const role = name(params);
    const path = params.optional('Path', pathGrammar, 512, 1) ?? '/';
    if (path.startsWith('/aws-service-role/')) throw invalidInput('Path /aws-service-role/ is reserved.');
    const text = trust(account, params, 'AssumeRolePolicyDocument');
    const about = params.optional('Description', description, 1000) || undefined;
    const duration = params.integer('MaxSessionDuration', 3600, 43_200) ?? 3600;
    const tags = new Map<string, string>();
    applyTags(account, tags, params.tags());
    const limit = boundary(account, params.optional('PermissionsBoundary', arnText, 2048, 20));
    if (account.roles.has(role.toLowerCase())) throw alreadyExists(`Role with name ${role} already exists.`);
    if (account.roles.size >= account.quotas.roles)
      throw limitExceeded(`Cannot exceed quota for RolesPerAccount: ${account.quotas.roles}`);
    const stored: StoredRole = {
      name: role,
      id: store.newId('AROA'),
      path,
      arn: `arn:${account.partition}:iam::${account.id}:role${path}${role}`,
      createDate: store.date(),
      trust: text,
      description: about,
      maxSessionDuration: duration,
      boundary: limit,
      tags,
      inline: new Map(),
      attached: [],
      lastUsed: undefined,
    };
    account.roles.set(role.toLowerCase(), stored);
    store.delay(stored, true);
    return { Role: { ...roleXml(stored, false), Tags: tags.size > 0 ? tagList(tags) : undefined } };
  },

  GetRole(store, account, params) {
    return { Role: roleXml(seenRole(store, account, params), true) };
  },

  ListRoles(store, account, params) {
    const prefix = params.optional('PathPrefix', /^\/[\u0021-\u007F]*$/, 512, 1) ?? '/';
    const roles = [...account.roles.values()]
      .map(r => store.seen(r))
      .filter((r): r is StoredRole => r !== undefined && r.path.startsWith(prefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return page(
      store,
      params,
      roles.map(r => roleXml(r, false)),
      'Roles',
    );
  },

  UpdateAssumeRolePolicy(store, account, params) {
    const role = writable(store, account, params);
    role.trust = trust(account, params, 'PolicyDocument');
    return undefined;
  },

  UpdateRole(store, account, params) {
    const role = writable(store, account, params);
    // Both are set from the request: what is left out goes back to its default.
    role.description = params.optional('Description', description, 1000) || undefined;
    role.maxSessionDuration = params.integer('MaxSessionDuration', 3600, 43_200) ?? 3600;
    return {};
  },

  DeleteRole(store, account, params) {
    const role = store.role(account, name(params));
    unmodifiable(role);
    if (role.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    if (role.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    account.roles.delete(role.name.toLowerCase());
    return undefined;
  },

  PutRolePolicy(store, account, params) {
    const policy = params.required('PolicyName', policyName, 128);
    const text = params.required('PolicyDocument', document, 131_072);
    const role = writable(store, account, params);
    checkPermissionPolicy(text, account.partition);
    let total = policySize(text);
    for (const [other, body] of role.inline) if (other !== policy) total += policySize(body);
    if (total > account.quotas.inlinePoliciesSize) {
      throw limitExceeded(
        `Maximum policy size of ${account.quotas.inlinePoliciesSize} bytes exceeded for role ${role.name}`,
      );
    }
    role.inline.set(policy, text);
    return undefined;
  },

  GetRolePolicy(store, account, params) {
    const role = seenRole(store, account, params);
    const policy = params.required('PolicyName', policyName, 128);
    const text = role.inline.get(policy);
    if (text === undefined) throw noSuchEntity(`The role policy with name ${policy} cannot be found.`);
    return { RoleName: role.name, PolicyName: policy, PolicyDocument: encode(text) };
  },

  ListRolePolicies(store, account, params) {
    const role = seenRole(store, account, params);
    return page(store, params, [...role.inline.keys()].sort(), 'PolicyNames');
  },

  DeleteRolePolicy(store, account, params) {
    const policy = params.required('PolicyName', policyName, 128);
    const role = writable(store, account, params);
    if (!role.inline.delete(policy)) throw noSuchEntity(`The role policy with name ${policy} cannot be found.`);
    return undefined;
  },

  AttachRolePolicy(store, account, params) {
    const arn = params.required('PolicyArn', arnText, 2048, 20);
    const role = writable(store, account, params);
    if (!arn.startsWith(`arn:${account.partition}:iam::`)) throw invalidInput(`ARN ${arn} is not valid.`);
    if (!awsManagedPolicyExists(account.partition, arn) && !account.policies.has(arn)) {
      throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    }
    if (role.attached.includes(arn)) return undefined;
    if (role.attached.length >= account.quotas.attachedPoliciesPerRole) {
      throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${account.quotas.attachedPoliciesPerRole}`);
    }
    role.attached.push(arn);
    return undefined;
  },

  DetachRolePolicy(store, account, params) {
    const arn = params.required('PolicyArn', arnText, 2048, 20);
    const role = writable(store, account, params);
    if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    role.attached = role.attached.filter(a => a !== arn);
    return undefined;
  },

  ListAttachedRolePolicies(store, account, params) {
    const role = seenRole(store, account, params);
    return page(
      store,
      params,
      [...role.attached]
        .sort()
        .map(PolicyArn => ({ PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1), PolicyArn })),
      'AttachedPolicies',
    );
  },

  PutRolePermissionsBoundary(store, account, params) {
    const arn = boundary(account, params.required('PermissionsBoundary', arnText, 2048, 20));
    const role = writable(store, account, params);
    role.boundary = arn;
    return undefined;
  },

  DeleteRolePermissionsBoundary(store, account, params) {
    const role = writable(store, account, params);
    if (role.boundary === undefined) throw noSuchEntity(`Role ${role.name} does not have a permissions boundary.`);
    role.boundary = undefined;
    return undefined;
  },

  TagRole(store, account, params) {
    const role = writable(store, account, params);
    applyTags(account, role.tags, params.tags());
    return undefined;
  },

  UntagRole(store, account, params) {
    const role = writable(store, account, params);
    for (const key of params.list('TagKeys')) role.tags.delete(key);
    return undefined;
  },

  ListRoleTags(store, account, params) {
    const role = seenRole(store, account, params);
    return page(store, params, tagList(role.tags) as readonly XmlValue[], 'Tags');
  },

  CreatePolicy(store, account, params) {
    const policy = params.required('PolicyName', policyName, 128);
    const path = params.optional('Path', pathGrammar, 512, 1) ?? '/';
    const text = params.required('PolicyDocument', document, 131_072);
    params.optional('Description', anyText, 1000);
    checkPermissionPolicy(text, account.partition);
    if (policySize(text) > account.quotas.managedPolicySize)
      throw limitExceeded(`Cannot exceed quota for PolicySize: ${account.quotas.managedPolicySize}`);
    const arn = `arn:${account.partition}:iam::${account.id}:policy${path}${policy}`;
    if (account.policies.has(arn))
      throw alreadyExists(`A policy called ${policy} already exists. Duplicate names are not allowed.`);
    const stored = { name: policy, path, arn, id: store.newId('ANPA'), document: text };
    account.policies.set(arn, stored);
    return {
      Policy: {
        PolicyName: policy,
        PolicyId: stored.id,
        Arn: arn,
        Path: path,
        DefaultVersionId: 'v1',
        AttachmentCount: 0,
        IsAttachable: true,
        CreateDate: store.date(),
        UpdateDate: store.date(),
      },
    };
  },

  GetPolicy(store, account, params) {
    const arn = params.required('PolicyArn', arnText, 2048, 20);
    const known = account.policies.get(arn);
    if (known === undefined && !awsManagedPolicyExists(account.partition, arn))
      throw noSuchEntity(`Policy ${arn} was not found.`);
    return {
      Policy: {
        PolicyName: known?.name ?? arn.slice(arn.lastIndexOf('/') + 1),
        PolicyId: known?.id ?? 'ANPAAWSMANAGED000000',
        Arn: arn,
        Path: known?.path ?? '/',
        DefaultVersionId: 'v1',
        AttachmentCount: [...account.roles.values()].filter(r => r.attached.includes(arn)).length,
        IsAttachable: true,
        CreateDate: store.date(),
        UpdateDate: store.date(),
      },
    };
  },
};
