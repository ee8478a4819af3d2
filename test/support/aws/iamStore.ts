import { noSuchEntity } from './awsError';
import {
  newAccount,
  type StoredAccount,
  type StoredKey,
  type StoredProvider,
  type StoredRole,
  type StoredUser,
} from './account';

export interface FoundKey {
  readonly account: StoredAccount;
  readonly user: StoredUser | undefined;
  readonly key: StoredKey;
}

/** A report of GenerateServiceLastAccessedDetails that was asked for. */
export interface LastAccessedJob {
  readonly accountId: string;
  readonly arn: string;
  readonly granularity: 'SERVICE_LEVEL' | 'ACTION_LEVEL';
  readonly createDate: string;
  /** Questions that are still answered with IN_PROGRESS. */
  left: number;
}

/** All accounts of the server, and what a reader sees of them while a change is still on its way. */
export class IamStore {
  readonly accounts = new Map<string, StoredAccount>();
  /** So many requests must pass before a change is seen (0: at once). IAM is eventually consistent. */
  lag = 0;
  /** Items of one page of a list. */
  pageSize = 100;
  requests = 0;
  /** Questions for a report that are answered with IN_PROGRESS before it is done. */
  jobTakes = 1;
  /** Ids of deleted access keys: their account can still be told. */
  readonly deletedKeys = new Map<string, string>();
  readonly jobs = new Map<string, LastAccessedJob>();
  private ids = 0;
  private readonly former = new Map<
    StoredRole | StoredProvider,
    { view: StoredRole | StoredProvider | undefined; until: number }
  >();

  constructor(readonly now: () => number) {}

  account(id: string, partition = 'aws', alias?: string): StoredAccount {
    const existing = this.accounts.get(id);
    if (existing) return existing;
    const account = newAccount(id, partition, alias);
    this.accounts.set(id, account);
    return account;
  }

  newId(prefix: string): string {
    this.ids += 1;
    return prefix + this.ids.toString(36).toUpperCase().padStart(17, '0');
  }

  date(): string {
    return new Date(this.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** Call before a change of `item` (or, with `created`, after it was made): readers keep the former view for a while. */
  delay(item: StoredRole | StoredProvider, created = false): void {
    if (this.lag === 0) return;
    const view = created ? undefined : (this.former.get(item)?.view ?? structuredClone(item));
    this.former.set(item, { view, until: this.requests + this.lag });
  }

  /** What a reader sees now. */
  seen<T extends StoredRole | StoredProvider>(item: T | undefined): T | undefined {
    if (item === undefined) return undefined;
    const before = this.former.get(item);
    if (before === undefined || this.requests > before.until) return item;
    return before.view as T | undefined;
  }

  /** An access key of any account, with its user; the user is undefined for keys of a root user. */
  accessKey(id: string): FoundKey | undefined {
    for (const account of this.accounts.values()) {
      const root = account.rootKeys.find(k => k.id === id);
      if (root !== undefined) return { account, user: undefined, key: root };
      for (const user of account.users.values()) {
        const key = user.keys.find(k => k.id === id);
        if (key !== undefined) return { account, user, key };
      }
    }
    return undefined;
  }

  user(account: StoredAccount, name: string): StoredUser {
    const user = account.users.get(name.toLowerCase());
    if (user === undefined) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return user;
  }

  role(account: StoredAccount, name: string): StoredRole {
    const role = account.roles.get(name.toLowerCase());
    if (role === undefined || this.seen(role) === undefined) {
      throw noSuchEntity(`The role with name ${name} cannot be found.`);
    }
    return role;
  }

  provider(account: StoredAccount, arn: string): StoredProvider {
    const provider = account.providers.get(arn);
    if (provider === undefined || this.seen(provider) === undefined) {
      throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
    }
    return provider;
  }
}
