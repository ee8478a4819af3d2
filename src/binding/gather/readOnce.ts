import type { AwsAccount } from '../../iam/account/types';

/**
 * An account whose readings are kept: while a person changes answers, the plan follows without asking AWS again. What was refused or
 * cancelled is asked again. It is for planning only: what guards a write asks the account itself.
 */
export function readOnce(account: AwsAccount): AwsAccount {
  const kept = new Map<string, Promise<unknown>>();
  const once = <T extends { readonly ok: boolean }>(key: string, read: () => Promise<T>): Promise<T> => {
    const before = kept.get(key) as Promise<T> | undefined;
    if (before !== undefined) return before;
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
        // Asked for by name and found: the same role, when it is asked for by its ARN.
        if (read.ok && read.value !== undefined) kept.set(`role ${read.value.arn}`, Promise.resolve(read));
        return read;
      }),
  };
}
