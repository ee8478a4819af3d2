import { noSuchEntity } from './awsError';
import { newAccount, type StoredAccount, type StoredProvider, type StoredRole } from './account';

/** All accounts of the server, and what a reader sees of them while a change is still on its way. */
export class IamStore {
  readonly accounts = new Map<string, StoredAccount>();
  /** So many requests must pass before a change is seen (0: at once). IAM is eventually consistent. */
  lag = 0;
  /** Items of one page of a list. */
  pageSize = 100;
  requests = 0;
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
