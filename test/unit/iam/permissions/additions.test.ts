import assert from 'node:assert/strict';
import test from 'node:test';
import type { PermissionDocument, PermissionStatement } from '../../../../src/iam/policy/permissionDocument';
import { withAdditions } from '../../../../src/iam/needs/additions';
import { evaluatePermissions } from '../../../../src/iam/policy/permissions';

const queue = (name: string): string => `arn:aws:sqs:eu-central-1:000000000000:${name}`;
const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): PermissionStatement => ({
  ...{ Sid, Effect: 'Allow', Action, Resource },
});
const policy = (...Statement: readonly PermissionStatement[]): PermissionDocument => ({
  Version: '2012-10-17',
  Statement,
});

test('what a policy allows stays, what it covers already is said once, and names are told apart', () => {
  const there = policy(
    allow('SqsOrders', ['sqs:SendMessage'], [queue('orders')]),
    allow('SqsOld', ['sqs:SendMessage'], [queue('old')]),
  );
  const wanted = policy(allow('SqsOrders', ['sqs:SendMessage', 'sqs:DeleteQueue'], [queue('orders')]));
  const both = withAdditions(JSON.stringify(there), wanted);
  assert.deepEqual(
    both?.Statement.map(s => s.Sid),
    ['SqsOrders', 'SqsOld'],
  );
  const twice = withAdditions(JSON.stringify(policy(allow('SqsOrders', ['sqs:Purge'], [queue('x')]))), wanted);
  assert.deepEqual(
    twice?.Statement.map(s => s.Sid),
    ['SqsOrders', 'Kept1'],
  );
});

test('a statement stays where the wanted one is narrower, has a condition, or is no plain list', () => {
  const wanted = policy(
    { ...allow('A', ['sqs:SendMessage'], [queue('orders')]), Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    allow('B', ['sqs:DeleteQueue'], [queue('orders')]),
  );
  const kept = (statement: object): number =>
    (withAdditions(JSON.stringify({ Statement: statement }), wanted)?.Statement.length ?? 0) - 2;
  const base = { Effect: 'Allow', Resource: queue('orders') };
  assert.equal(kept({ ...base, Action: 'sqs:DeleteQueue' }), 0);
  assert.equal(kept({ ...base, Action: 'sqs:SendMessage' }), 1);
  assert.equal(kept({ ...base, Action: 'sqs:*' }), 1);
  assert.equal(kept({ ...base, Action: 'sqs:DeleteQueue', Resource: 'arn:aws:sqs:*:*:orders' }), 1);
  assert.equal(kept({ ...base, NotAction: 'sqs:DeleteQueue' }), 1);
  assert.equal(kept({ ...base, Effect: 'Deny', Action: 'sqs:DeleteQueue' }), 1);
});

test('a policy that cannot be read gives none', () => {
  assert.equal(withAdditions('{', policy()), undefined);
  assert.equal(withAdditions('{"Version": "2012-10-17"}', policy()), undefined);
});

test('whatever was allowed before is allowed after it', () => {
  const actions = ['sqs:SendMessage', 'sqs:DeleteQueue', 'sqs:GetQueueUrl'];
  const names = ['a', 'b', 'c'];
  for (let seed = 0; seed < 400; seed++) {
    const some = (list: readonly string[], bits: number): readonly string[] => {
      const chosen = list.filter((_, i) => (bits >> i) & 1);
      return chosen.length > 0 ? chosen : list.slice(0, 1);
    };
    const make = (n: number): PermissionDocument =>
      policy(
        allow('One', some(actions, n), some(names, n >> 3).map(queue)),
        allow('Two', some(actions, n >> 6), some(names, n >> 9).map(queue)),
      );
    const [there, wanted] = [make(seed * 7919), make(seed * 104_729 + 13)];
    const both = withAdditions(JSON.stringify(there), wanted);
    for (const action of actions)
      for (const name of names) {
        const decide = (document: unknown): string =>
          evaluatePermissions([{ name: 'p', text: JSON.stringify(document) }], { action, resource: queue(name) })
            .decision;
        const either = [decide(there), decide(wanted)].includes('allow') ? 'allow' : 'deny';
        assert.equal(decide(both), either, `${seed} ${action} ${name}`);
      }
  }
});
