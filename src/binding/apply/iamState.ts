import { oidcProviderArn } from '../../oidc/arns';
import { fail, ok, type Result } from '../../core/problem';
import type { ListedKey } from '../../iam/account/askedTypes';
import type { ActualProvider, ActualRole, AwsAccount, IamOperation } from '../../iam/account/types';
import type { IamChange, Json } from '../change';
import { keyHash } from '../keys/id';
import { sortedUnique, tagList } from '../plan/model';
import { samePolicy } from '../plan/policy';

/** For each IAM change: how the present state is read (in the shape of `expected` and `wanted`), and what takes it back. */

export interface Place {
  readonly account: AwsAccount;
  readonly accountId: string;
  readonly partition: string;
}

const text = (change: IamChange, field: string): string => String(change.input[field]);

/** Is it about an access key? Such a change has the key's hash in place of its id. */
const isOfKey = ({ action }: IamChange): boolean => action === 'UpdateAccessKey' || action === 'DeleteAccessKey';

/** The role's name, the provider's ARN, or the hash of an access key. */
export function targetOf(change: IamChange, partition: string): string {
  if (change.action === 'CreateOpenIDConnectProvider') {
    return oidcProviderArn(partition, change.accountId, text(change, 'Url').replace(/^https:\/\//, ''));
  }
  if (isOfKey(change)) return text(change, 'KeyHash');
  return typeof change.input['RoleName'] === 'string'
    ? change.input['RoleName']
    : text(change, 'OpenIDConnectProviderArn');
}

/** Reads the present state. `null`: the thing that the change is about does not exist. */
export async function observe(change: IamChange, place: Place, signal: AbortSignal): Promise<Result<Json>> {
  const target = targetOf(change, place.partition);
  switch (change.action) {
    case 'CreateOpenIDConnectProvider':
    case 'AddClientIDToOpenIDConnectProvider':
    case 'TagOpenIDConnectProvider': {
      const provider = await place.account.readProvider(target, signal);
      return provider.ok ? ok(provider.value === undefined ? null : providerState(change, provider.value)) : provider;
    }
    case 'UpdateAccessKey':
    case 'DeleteAccessKey': {
      const key = await listedKey(change, place.account, signal);
      return key.ok ? ok(key.value?.status ?? null) : key;
    }
    case 'PutRolePolicy':
    case 'DeleteRolePolicy': {
      const policy = await place.account.readRolePolicy(target, text(change, 'PolicyName'), signal);
      return policy.ok ? ok(policy.value ?? null) : policy;
    }
    default: {
      const role = await place.account.readRole(target, signal);
      return role.ok ? ok(role.value === undefined ? null : roleState(change, role.value)) : role;
    }
  }
}

async function listedKey(
  change: IamChange,
  account: AwsAccount,
  signal: AbortSignal,
): Promise<Result<ListedKey | undefined>> {
  const listed = await account.keys.list(text(change, 'UserName'), signal);
  return listed.ok ? ok(listed.value.find(k => keyHash(k.id) === change.input['KeyHash'])) : listed;
}

/** What is sent: as it stands in the change, with the id of an access key in place of its hash. */
export async function sentInput(
  change: IamChange,
  input: Readonly<Record<string, unknown>>,
  account: AwsAccount,
  signal: AbortSignal,
): Promise<Result<Readonly<Record<string, unknown>>>> {
  if (!isOfKey(change)) return ok(input);
  const key = await listedKey(change, account, signal);
  if (!key.ok) return key;
  const { KeyHash: _, ...rest } = input;
  if (key.value !== undefined) return ok({ ...rest, AccessKeyId: key.value.id });
  return fail({
    code: 'NoSuchEntity',
    message: `User ${text(change, 'UserName')} has no such access key any more.`,
    nextStep: 'Look at the keys of the user again.',
  });
}

/** Tags that AWS itself sets are nobody's change. */
const ownTags = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')));

function touchedTags(change: IamChange, tags: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.keys(asObject(change.wanted)).map(key => [key, tags[key] ?? null]));
}

function providerState(change: IamChange, provider: ActualProvider): Json {
  switch (change.action) {
    case 'AddClientIDToOpenIDConnectProvider': {
      const audience = text(change, 'ClientID');
      return { [audience]: provider.audiences.includes(audience) };
    }
    case 'TagOpenIDConnectProvider':
      return touchedTags(change, provider.tags);
    default:
      return { audiences: sortedUnique(provider.audiences), tags: ownTags(provider.tags) };
  }
}

function roleState(change: IamChange, role: ActualRole): Json {
  switch (change.action) {
    case 'UpdateAssumeRolePolicy':
      return role.trustPolicy;
    case 'UpdateRole':
      return { description: role.description ?? '', maxSessionDuration: role.maxSessionDuration };
    case 'AttachRolePolicy':
    case 'DetachRolePolicy':
      return role.attachedPolicyArns.includes(text(change, 'PolicyArn'));
    case 'PutRolePermissionsBoundary':
    case 'DeleteRolePermissionsBoundary':
      return role.permissionsBoundaryArn ?? null;
    case 'TagRole':
    case 'UntagRole':
      return touchedTags(change, role.tags);
    default:
      return {
        trustPolicy: role.trustPolicy,
        description: role.description ?? '',
        maxSessionDuration: role.maxSessionDuration,
        boundary: role.permissionsBoundaryArn ?? null,
        tags: ownTags(role.tags),
      };
  }
}

/**
 * Are two states the same? Policies by meaning, unless `exactly`: the guard before a write wants the very text that was
 * shown, because undo restores that text.
 */
export function sameState(a: Json, b: Json, how: 'by meaning' | 'exactly' = 'by meaning'): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b || (how === 'by meaning' && samePolicy(a, b));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((v: Json, i) => sameState(v, b[i] as Json, how))
    );
  }
  const [left, right] = [asObject(a), asObject(b)];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every(key => {
    const [l, r] = [left[key], right[key]];
    return l !== undefined && r !== undefined && sameState(l, r, how);
  });
}

/** Tags are taken back in two requests; a process that ended between them leaves some keys as before and some as after. */
export function isHalfUndone(change: IamChange, state: Json): boolean {
  if (!/^(Tag|Untag)/.test(change.action) || state === null) return false;
  const [before, after] = [asObject(change.expected), asObject(change.wanted)];
  return Object.entries(asObject(state)).every(([key, value]) => value === before[key] || value === after[key]);
}

const asObject = (v: Json): { readonly [key: string]: Json } =>
  typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as { readonly [key: string]: Json }) : {};

export interface Inverse {
  readonly operation: IamOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The operations that take the change back, given that `wanted` is what is there. */
export function inverse(change: IamChange, partition: string): readonly Inverse[] {
  const target = targetOf(change, partition);
  const role = { RoleName: target };
  const provider = { OpenIDConnectProviderArn: target };
  const one = (operation: IamOperation, input: Inverse['input']): readonly Inverse[] => [{ operation, input }];
  switch (change.action) {
    case 'CreateOpenIDConnectProvider':
      return one('DeleteOpenIDConnectProvider', provider);
    case 'AddClientIDToOpenIDConnectProvider':
      return one('RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID: text(change, 'ClientID') });
    case 'TagOpenIDConnectProvider':
      return tagsBack(change, provider, 'TagOpenIDConnectProvider', 'UntagOpenIDConnectProvider');
    case 'CreateRole':
      return one('DeleteRole', role);
    case 'UpdateAssumeRolePolicy':
      return one('UpdateAssumeRolePolicy', { ...role, PolicyDocument: change.expected });
    case 'UpdateRole': {
      const former = asObject(change.expected);
      return one('UpdateRole', {
        ...role,
        Description: former['description'],
        MaxSessionDuration: former['maxSessionDuration'],
      });
    }
    case 'PutRolePolicy':
    case 'DeleteRolePolicy': {
      const input = { ...role, PolicyName: text(change, 'PolicyName') };
      return [setBack(change, input, 'DeleteRolePolicy', 'PutRolePolicy', 'PolicyDocument')];
    }
    case 'AttachRolePolicy':
      return one('DetachRolePolicy', { ...role, PolicyArn: text(change, 'PolicyArn') });
    case 'DetachRolePolicy':
      return one('AttachRolePolicy', { ...role, PolicyArn: text(change, 'PolicyArn') });
    case 'PutRolePermissionsBoundary':
    case 'DeleteRolePermissionsBoundary':
      return [
        setBack(change, role, 'DeleteRolePermissionsBoundary', 'PutRolePermissionsBoundary', 'PermissionsBoundary'),
      ];
    case 'UpdateAccessKey':
      return one('UpdateAccessKey', { ...change.input, Status: change.expected });
    // It is never asked for: the change says that it cannot be undone.
    case 'DeleteAccessKey':
      return [];
    case 'TagRole':
    case 'UntagRole':
      return tagsBack(change, role, 'TagRole', 'UntagRole');
  }
}

/** Removes what was not there before, or sets what was. */
function setBack(
  change: IamChange,
  input: Inverse['input'],
  remove: IamOperation,
  put: IamOperation,
  parameter: string,
): Inverse {
  return change.expected === null
    ? { operation: remove, input }
    : { operation: put, input: { ...input, [parameter]: change.expected } };
}

function tagsBack(
  change: IamChange,
  target: Inverse['input'],
  tag: IamOperation,
  untag: IamOperation,
): readonly Inverse[] {
  const former = Object.entries(asObject(change.expected));
  const set = Object.fromEntries(former.filter((e): e is [string, string] => typeof e[1] === 'string'));
  const removed = former.filter(([, value]) => value === null).map(([key]) => key);
  return [
    ...(Object.keys(set).length > 0 ? [{ operation: tag, input: { ...target, Tags: tagList(set) } }] : []),
    ...(removed.length > 0 ? [{ operation: untag, input: { ...target, TagKeys: removed } }] : []),
  ];
}
