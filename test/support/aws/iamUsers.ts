import type { StoredAccount, StoredKey, StoredUser } from './account';
import { AwsError, deleteConflict, noSuchEntity, validationError } from './awsError';
import { page, type Action } from './iamRoles';
import type { IamStore } from './iamStore';
import type { Params } from './params';
import type { XmlValue } from './xml';

/**
 * IAM users and their access keys, as far as the product reads and changes them
 * (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html and its neighbours).
 */

const userName = /^[\w+=,.@-]+$/;
const keyId = /^\w+$/;
const anyText = /^[^]*$/;

/** Makes the user if there is none of the name. */
export function ensureUser(store: IamStore, account: StoredAccount, name: string): StoredUser {
  const known = account.users.get(name.toLowerCase());
  if (known !== undefined) return known;
  const user: StoredUser = {
    name,
    id: `AIDA${name
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '')
      .padEnd(17, '0')}`,
    path: '/',
    arn: `arn:${account.partition}:iam::${account.id}:user/${name}`,
    createDate: store.date(),
    passwordLastUsed: undefined,
    login: false,
    keys: [],
    inline: new Map(),
    attached: [],
    groups: [],
  };
  account.users.set(name.toLowerCase(), user);
  return user;
}

const userXml = (u: StoredUser): XmlValue => ({
  Path: u.path,
  UserName: u.name,
  UserId: u.id,
  Arn: u.arn,
  CreateDate: u.createDate,
  PasswordLastUsed: u.passwordLastUsed,
});

/** The caller's own user where the request names none; its name comes as a parameter of the server's. */
function named(store: IamStore, account: StoredAccount, params: Params): StoredUser {
  const name = params.optional('UserName', userName, 128, 1) ?? params.get('caller:user');
  if (name === undefined) throw validationError('Must specify userName when calling with non-User credentials');
  return store.user(account, name);
}

const needed = (store: IamStore, account: StoredAccount, params: Params): StoredUser =>
  store.user(account, params.required('UserName', userName, 128));

function keyOf(user: StoredUser, params: Params): StoredKey {
  const id = params.required('AccessKeyId', keyId, 128, 16);
  const key = user.keys.find(k => k.id === id);
  if (key === undefined) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}

export const userActions: Readonly<Record<string, Action>> = {
  ListUsers(store, account, params) {
    const users = [...account.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return page(store, params, users.map(userXml), 'Users');
  },

  GetUser(store, account, params) {
    return { User: userXml(named(store, account, params)) };
  },

  ListAccessKeys(store, account, params) {
    const root = params.get('UserName') === undefined && params.get('caller:user') === 'root';
    const user = root ? undefined : named(store, account, params);
    const keys = user?.keys ?? account.rootKeys;
    const rows = keys.map(k => ({
      UserName: user?.name,
      AccessKeyId: k.id,
      Status: k.status,
      CreateDate: k.createDate,
    }));
    return page(store, params, rows, 'AccessKeyMetadata');
  },

  GetAccessKeyLastUsed(store, account, params) {
    const id = params.required('AccessKeyId', keyId, 128, 16);
    const found = store.accessKey(id);
    if (found === undefined) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    if (found.account !== account)
      throw new AwsError(
        'AccessDenied',
        `User: ${params.get('caller:arn') ?? ''} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`,
        403,
      );
    const { lastUsed } = found.key;
    return {
      UserName: found.user?.name,
      AccessKeyLastUsed: {
        ...(lastUsed && { LastUsedDate: lastUsed.date }),
        ServiceName: lastUsed?.service ?? 'N/A',
        Region: lastUsed?.region ?? 'N/A',
      },
    };
  },

  UpdateAccessKey(store, account, params) {
    const status = params.required('Status', /^(Active|Inactive|Expired)$/, 10);
    const key = keyOf(named(store, account, params), params);
    if (status === 'Expired') throw validationError('Status Expired is set by AWS alone.');
    key.status = status === 'Active' ? 'Active' : 'Inactive';
    return undefined;
  },

  DeleteAccessKey(store, account, params) {
    const user = named(store, account, params);
    const key = keyOf(user, params);
    user.keys = user.keys.filter(k => k !== key);
    store.deletedKeys.set(key.id, account.id);
    return undefined;
  },

  ListUserPolicies(store, account, params) {
    return page(store, params, [...needed(store, account, params).inline.keys()].sort(), 'PolicyNames');
  },

  ListAttachedUserPolicies(store, account, params) {
    const rows = [...needed(store, account, params).attached].sort().map(PolicyArn => ({
      PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
      PolicyArn,
    }));
    params.optional('PathPrefix', anyText, 512);
    return page(store, params, rows, 'AttachedPolicies');
  },

  ListGroupsForUser(store, account, params) {
    const rows = [...needed(store, account, params).groups].sort().map(name => ({
      Path: '/',
      GroupName: name,
      GroupId: 'AGPAEXAMPLE0000000000',
      Arn: `arn:${account.partition}:iam::${account.id}:group/${name}`,
      CreateDate: store.date(),
    }));
    return page(store, params, rows, 'Groups');
  },

  GetLoginProfile(store, account, params) {
    const user = named(store, account, params);
    if (!user.login) throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
    return { LoginProfile: { UserName: user.name, CreateDate: user.createDate, PasswordResetRequired: false } };
  },

  /** Only so that moto and this server can be given the same users; the product itself makes none. */
  CreateUser(store, account, params) {
    const name = params.required('UserName', userName, 64);
    if (account.users.has(name.toLowerCase()))
      throw new AwsError('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
    return { User: userXml(ensureUser(store, account, name)) };
  },

  DeleteUser(store, account, params) {
    const user = needed(store, account, params);
    if (user.keys.length > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
    if (user.login) throw deleteConflict('Cannot delete entity, must delete login profile first.');
    if (user.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    if (user.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (user.groups.length > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.');
    account.users.delete(user.name.toLowerCase());
    return undefined;
  },
};
