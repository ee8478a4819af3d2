import type { AwsAccount } from '../../iam/account/types';

/**
 * An account whose readings are kept: while a person changes answers, the plan follows without asking AWS again. What was refused or
 * cancelled is asked again. It is for planning only: what guards a write asks the account itself.
 */
export function readOnce(account: AwsAccount, before: ReadonlyMap<string, Promise<unknown>> = new Map()): AwsAccount {
  const kept = new Map(before);
  const once = <T extends { readonly ok: boolean }>(key: string, read: () => Promise<T>): Promise<T> => {
    const earlier = kept.get(key) as Promise<T> | undefined;
    if (earlier !== undefined) return earlier;
    const reading = read();
    kept.set(key, reading);
    reading.then(
      result => !result.ok && kept.delete(key),
      () => kept.delete(key),
    );
    return reading;
  };
  return {
    ...account,
    readProvider: (arn, signal) => once(`provider ${arn}`, () => account.readProvider(arn, signal)),
    readRole: (role, signal) =>
      once(`role ${role}`, async () => {
        const read = await account.readRole(role, signal);
        keepRole(kept, read);
        return read;
      }),
  };
}

/** Asked for by name and found: the same role, when it is asked for by its ARN. */
function keepRole(kept: Map<string, Promise<unknown>>, read: Awaited<ReturnType<AwsAccount['readRole']>>): void {
  if (read.ok && read.value !== undefined) kept.set(`role ${read.value.arn}`, Promise.resolve(read));
}

/** An account to write to, and what was read of its roles since the last write: that need not be read again to be proven. */
export interface WrittenAccount {
  readonly account: AwsAccount;
  /** The account, with the last of these readings kept. */
  asReadBack(): AwsAccount;
}

/** Nothing is answered from memory here: each reading asks the account, and the next write makes it an old one. */
export function writtenAccount(account: AwsAccount): WrittenAccount {
  const kept = new Map<string, Promise<unknown>>();
  return {
    account: {
      ...account,
      readRole: async (role, signal) => {
        const read = await account.readRole(role, signal);
        keepRole(kept, read);
        return read;
      },
      send: async (operation, input, signal) => {
        kept.clear();
        return account.send(operation, input, signal);
      },
    },
    asReadBack: () => readOnce(account, kept),
  };
}
