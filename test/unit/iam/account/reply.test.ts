import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { guardReplies, lackOf } from '../../../../src/iam/account/reply';

type Guarded = (args: object) => Promise<unknown>;

/** What is made of a reply with this body, as the SDK's middleware would. */
function guarded(body: unknown): Promise<unknown> {
  let made: Guarded | undefined;
  const addRelativeTo = (middleware: (next: Guarded, context: object) => Guarded): void => {
    made = middleware(() => Promise.resolve({ response: { statusCode: 200, body } }), {
      commandName: 'GetRoleCommand',
    });
  };
  guardReplies({ middlewareStack: { addRelativeTo } }, 'query');
  assert.ok(made);
  return made({});
}

test('a reply of AWS without an end is read to 16 MB', async () => {
  const piece = Buffer.alloc(1024 * 1024, ' ');
  let sent = 0;
  const endless = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        sent += 1;
        // Only a reader without a limit comes here.
        return Promise.resolve(sent > 64 ? { done: true, value: undefined } : { done: false, value: piece });
      },
    }),
  };
  await assert.rejects(guarded(endless), /is longer than 16 MB/);
  assert.equal(sent, 17);
});

test('a reply of AWS that stands still is given up after a minute', async context => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let stop: (error: unknown) => void = () => undefined;
  const still = new Promise<never>((_resolve, reject) => (stop = reject));
  let waits: () => void = () => undefined;
  const waiting = new Promise<void>(resolve => (waits = resolve));
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        waits();
        return still;
      },
    }),
    destroy: stop,
  };
  const read = assert.rejects(guarded(body), /is not complete after 60 seconds/);
  await waiting;
  mock.timers.tick(60_000);
  await read;
});

test('a role without a trust policy, or the answer to another question, is no reply', () => {
  const role = { RoleName: 'deploy', RoleId: 'AROAEXAMPLE', Arn: 'arn:aws:iam::123456789012:role/deploy' };
  const whole = { ...role, AssumeRolePolicyDocument: '%7B%7D' };
  assert.equal(lackOf('GetRole', { RoleName: 'deploy' }, { Role: whole }), undefined);
  assert.equal(lackOf('GetRole', { RoleName: 'deploy' }, { Role: role }), 'Role.AssumeRolePolicyDocument');
  assert.equal(lackOf('GetRole', { RoleName: 'other' }, { Role: whole }), 'Role.RoleName');
  const policy = { RoleName: 'deploy', PolicyName: 'use', PolicyDocument: '%7B%7D' };
  assert.equal(lackOf('GetRolePolicy', { RoleName: 'deploy', PolicyName: 'use' }, policy), undefined);
  assert.equal(lackOf('GetRolePolicy', { RoleName: 'deploy', PolicyName: 'theirs' }, policy), 'PolicyName');
});
