import { type Change, type IamAction, undoNoteOf } from '../../binding/change';
import { unifiedDiff } from '../../core/diff';
import type { ChangeLine } from './model';

/** Why a kind of request to IAM is in a plan. */
const reasons: Readonly<Record<IamAction, string>> = {
  CreateOpenIDConnectProvider: 'With it AWS can check the tokens of the host.',
  AddClientIDToOpenIDConnectProvider: 'Tokens of runs carry this audience.',
  TagOpenIDConnectProvider: 'By its tags it is known again as made here.',
  CreateRole: 'Runs take it instead of keys. Only the subjects above get in.',
  UpdateAssumeRolePolicy: 'Afterwards it lets in exactly who is meant.',
  UpdateRole: 'Its description says what it is for.',
  TagRole: 'By its tags it is known again as made here.',
  UntagRole: 'The tag is of another setup.',
  PutRolePolicy: 'What runs may do with the role.',
  DeleteRolePolicy: 'The policy is of another setup.',
  AttachRolePolicy: 'What runs may do with the role.',
  DetachRolePolicy: 'The policy is of another setup.',
  PutRolePermissionsBoundary: 'It bounds whatever the role may do.',
  DeleteRolePermissionsBoundary: 'The boundary is of another setup.',
  UpdateAccessKey: 'Runs have a role now and need no key.',
  DeleteAccessKey: 'Nothing has used it since it was deactivated.',
};

function whyOf(change: Change): string {
  if (change.kind === 'iam') return reasons[change.action];
  if (change.kind === 'tests') return 'Tests assume the role that their configuration names.';
  if (change.kind === 'code') return 'The credentials in the code would win over the role.';
  if (change.action === 'delete') return 'It would win over the role.';
  if (change.key.startsWith('TFC_AWS_PROVIDER_AUTH')) return 'It switches dynamic credentials on.';
  if (/_ROLE_ARN/.test(change.key)) return 'It names the role that runs take.';
  return change.key.includes('AUDIENCE') ? 'Tokens carry this audience.' : 'Runs need this value.';
}

/** Lines of the difference that a change makes, each with its sign. A text that only one side has is shown whole. */
export function differenceOf({ before, after }: Pick<Change, 'before' | 'after'>): readonly string[] {
  const [from, to] = [ended(before), ended(after)];
  if (from === to) return [];
  const lines = unifiedDiff('', from, to).split('\n').slice(2, -1);
  return lines.filter(line => !line.startsWith('@@'));
}

/** A text with a line end, so that its last line is one like the others. */
const ended = (text: string | undefined): string =>
  text === undefined || text === '' || text.endsWith('\n') ? (text ?? '') : `${text}\n`;

/** A change as one line of a page: why it is made, whether it can be taken back, and its difference. */
export function changeLine(change: Change, needs: readonly string[] = []): ChangeLine {
  const foreign = change.destructive ? 'It replaces something that was not made here.' : undefined;
  return {
    title: change.title,
    why: [whyOf(change), foreign].filter(text => text !== undefined).join(' '),
    undo: undoNoteOf(change) ?? 'Can be taken back.',
    difference: differenceOf(change),
    ...(needs.length > 0 && { needs }),
  };
}
