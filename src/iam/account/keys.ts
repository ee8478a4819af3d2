import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { AccountKeys, UserLeftovers } from './askedTypes';
import { all, date, objects, type Send, text, texts } from './read';

const isMissing = (problem: Problem): boolean => problem.code === 'NoSuchEntity';
const none = 'N/A';
const said = (v: unknown): string | undefined => (text(v) === none ? undefined : text(v));

export function accountKeys(send: Send, keyInfo: (id: string, signal: AbortSignal) => ReturnType<Send>): AccountKeys {
  return {
    async accountOf(id, signal) {
      const reply = await keyInfo(id, signal);
      return reply.ok ? ok(text(reply.value['Account']) ?? '') : fail(reply.problem);
    },
    async lastUse(id, signal) {
      const reply = await send('GetAccessKeyLastUsed', { AccessKeyId: id }, signal);
      if (!reply.ok) return isMissing(reply.problem) ? ok(undefined) : fail(reply.problem);
      const used = (reply.value['AccessKeyLastUsed'] ?? {}) as Readonly<Record<string, unknown>>;
      return ok({
        user: text(reply.value['UserName']),
        at: date(used['LastUsedDate']),
        service: said(used['ServiceName']),
        region: said(used['Region']),
      });
    },
    async list(user, signal) {
      const input = user === undefined ? {} : { UserName: user };
      const listed = await all(send, 'ListAccessKeys', input, 'AccessKeyMetadata', signal);
      if (!listed.ok) return isMissing(listed.problem) ? ok([]) : listed;
      return ok(
        objects(listed.value).map(key => ({
          id: text(key['AccessKeyId']) ?? '',
          // "Expired" is one that works no longer either.
          status: key['Status'] === 'Active' ? 'Active' : 'Inactive',
          createdAt: date(key['CreateDate']),
        })),
      );
    },
    async users(signal) {
      const listed = await all(send, 'ListUsers', {}, 'Users', signal);
      return listed.ok ? ok(objects(listed.value).map(u => text(u['UserName']) ?? '')) : listed;
    },
    leftovers: (user, signal) => leftovers(send, user, signal),
  };
}

async function leftovers(
  send: Send,
  UserName: string,
  signal: AbortSignal,
): Promise<Result<UserLeftovers | undefined>> {
  const there = await send('GetUser', { UserName }, signal);
  if (!there.ok) return isMissing(there.problem) ? ok(undefined) : fail(there.problem);
  const inline = await all(send, 'ListUserPolicies', { UserName }, 'PolicyNames', signal);
  if (!inline.ok) return inline;
  const attached = await all(send, 'ListAttachedUserPolicies', { UserName }, 'AttachedPolicies', signal);
  if (!attached.ok) return attached;
  const groups = await all(send, 'ListGroupsForUser', { UserName }, 'Groups', signal);
  if (!groups.ok) return groups;
  const login = await send('GetLoginProfile', { UserName }, signal);
  if (!login.ok && !isMissing(login.problem)) return fail(login.problem);
  return ok({
    login: login.ok,
    inline: texts(inline.value),
    attached: objects(attached.value).map(p => text(p['PolicyArn']) ?? ''),
    groups: objects(groups.value).map(g => text(g['GroupName']) ?? ''),
  });
}
