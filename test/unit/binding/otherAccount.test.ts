import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iamExecutor, type IamExecutorOptions } from '../../../src/binding/apply/iam';
import type { IamChange } from '../../../src/binding/change';

const change: IamChange = {
  kind: 'iam',
  id: 'role:deploy',
  title: 'Change role deploy',
  accountId: '111122223333',
  action: 'UpdateAssumeRolePolicy',
  input: { RoleName: 'deploy' },
  expected: null,
  wanted: {},
  before: undefined,
  after: undefined,
  language: 'json',
  destructive: false,
  undoable: true,
};

test('whatever was looked at before, the last hand before AWS touches no other account than its own', async () => {
  const asked: string[] = [];
  const account = new Proxy({} as IamExecutorOptions['account'], {
    get: (_target, name) => {
      asked.push(String(name));
      return () => Promise.reject(new Error('asked'));
    },
  });
  const wait = (): Promise<void> => Promise.resolve();
  const executor = iamExecutor({ account, accountId: '123456789012', partition: 'aws', wait });
  const { signal } = new AbortController();
  const done = await executor.perform(change, false, {}, signal);
  assert.match(done.ok ? 'done' : done.problem.message, /111122223333/);
  const undone = await executor.undo(change, {}, 'done', signal);
  assert.match(undone.ok ? undone.state : undone.problem.message, /111122223333/);
  assert.deepEqual(asked, []);
});
