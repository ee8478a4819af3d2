import type { IamChange } from '../change';
import type { KeyAction, KeyFacts, Leftover } from './model';
import type { UserLeftovers } from '../../iam/account/askedTypes';

/** The one write of an action on a key. The id itself is no part of it: whoever writes finds it again by its hash. */
export function keyChange(action: KeyAction, facts: KeyFacts, accountId: string): IamChange | undefined {
  const { owner, shown, hash } = facts;
  if (owner.state === 'unknown' || owner.value.kind !== 'user') return undefined;
  const { name, status } = owner.value;
  const key = `access key ${shown} of user ${name} in account ${accountId}`;
  const base = {
    kind: 'iam',
    id: `key:${hash}:${action}`,
    accountId,
    before: status,
    language: 'plaintext',
    expected: status,
  } as const;
  if (action === 'delete')
    return {
      ...base,
      title: `Delete ${key}`,
      action: 'DeleteAccessKey',
      input: { UserName: name, KeyHash: hash },
      after: undefined,
      wanted: null,
      destructive: true,
      undoable: false,
      undoNote: 'This cannot be undone: AWS never gives a deleted key back.',
    };
  const wanted = action === 'deactivate' ? 'Inactive' : 'Active';
  return {
    ...base,
    title: `${action === 'deactivate' ? 'Deactivate' : 'Activate'} ${key}`,
    action: 'UpdateAccessKey',
    input: { UserName: name, KeyHash: hash, Status: wanted },
    after: wanted,
    wanted,
    destructive: true,
    undoable: true,
  };
}

/** A word as a POSIX shell takes it. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What is left of a user whose keys are gone, each with what removes it, in the order in which IAM lets it go. */
export function leftoversOf(user: string, left: UserLeftovers): readonly Leftover[] {
  const name = `--user-name ${word(user)}`;
  return [
    ...(left.login ? [{ what: 'A password for the console', command: `aws iam delete-login-profile ${name}` }] : []),
    ...left.attached.map(arn => ({
      what: `Policy ${arn}`,
      command: `aws iam detach-user-policy ${name} --policy-arn ${word(arn)}`,
    })),
    ...left.inline.map(policy => ({
      what: `Inline policy ${policy}`,
      command: `aws iam delete-user-policy ${name} --policy-name ${word(policy)}`,
    })),
    ...left.groups.map(group => ({
      what: `Member of group ${group}`,
      command: `aws iam remove-user-from-group ${name} --group-name ${word(group)}`,
    })),
    { what: `User ${user} itself`, command: `aws iam delete-user ${name}` },
  ];
}
