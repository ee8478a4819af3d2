import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareWithRole, comparisonText } from '../../../../src/iam/needs/compare';
import type { PermissionDocument, PermissionStatement } from '../../../../src/iam/policy/permissionDocument';
import type { NamedPolicy } from '../../../../src/iam/policy/permissions';
import { covers, overlaps } from '../../../../src/iam/policy/patterns/resourcePattern';

const need = (Action: readonly string[], Resource: readonly string[], Sid = 'X'): PermissionStatement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
});
const wanted = (...Statement: readonly PermissionStatement[]): PermissionDocument => ({
  Version: '2012-10-17',
  Statement,
});
const held = (...Statement: readonly object[]): readonly NamedPolicy[] => [
  { name: 'own', text: JSON.stringify({ Version: '2012-10-17', Statement }) },
];
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const queue = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const base = wanted(need(['sqs:SendMessage', 'sqs:GetQueueUrl'], [queue]));

test('what is allowed, by name or by pattern, is neither missing nor superfluous', () => {
  for (const policy of [
    held(allow(['sqs:SendMessage', 'sqs:GetQueueUrl'], queue)),
    held(allow('SQS:sendmessage', queue), allow('sqs:GetQueueUrl', 'arn:aws:sqs:*:123456789012:ord*')),
  ]) {
    const c = compareWithRole(base, policy);
    assert.deepEqual([c.missing, c.unneeded, c.denied, c.broader], [[], [], [], []]);
    assert.equal(comparisonText(c), 'All that the code is known to need is allowed');
  }
});

test('missing by action and by resource, and no longer needed', () => {
  const c = compareWithRole(
    base,
    held(allow('sqs:SendMessage', `${queue}-old`), allow(['sqs:PurgeQueue', 'sns:*'], '*')),
  );
  assert.deepEqual(
    c.missing.map(m => m.action),
    ['sqs:SendMessage', 'sqs:GetQueueUrl'],
  );
  assert.deepEqual(
    c.unneeded.map(u => u.action),
    ['sqs:SendMessage', 'sqs:PurgeQueue', 'sns:*'],
  );
  assert.equal(comparisonText(c), '2 actions missing, 3 no longer needed');
});

test('a pattern that allows more is said to be broader, not superfluous', () => {
  const c = compareWithRole(base, held(allow('sqs:*', '*')));
  assert.deepEqual([c.missing, c.unneeded], [[], []]);
  assert.deepEqual(c.broader, [{ action: 'sqs:*', policy: 'own' }]);
});

test("AWS's own policies count as allowing, and are never superfluous", () => {
  const c = compareWithRole(base, [{ ...(held(allow('*', '*'))[0] ?? { name: '', text: '' }), fixed: true }]);
  assert.deepEqual([c.missing, c.unneeded, c.broader], [[], [], []]);
});

test('a Deny without a condition, and a Deny elsewhere', () => {
  const c = compareWithRole(base, held(allow('sqs:*', '*'), { Effect: 'Deny', Action: 'sqs:Send*', Resource: '*' }));
  assert.deepEqual(c.denied, [{ action: 'sqs:SendMessage', resources: [queue], policy: 'own' }]);
  assert.equal(comparisonText(c), '1 action denied');
  const other = { Effect: 'Deny', Action: 'sqs:*', Resource: `${queue}-x` };
  assert.deepEqual(compareWithRole(base, held(allow('sqs:*', '*'), other)).denied, []);
});

test('conditions: the same in other words is the same; another one is told apart', () => {
  const Condition = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
  const pass = wanted({ ...need(['iam:PassRole'], ['arn:aws:iam::123456789012:role/r']), Condition });
  const same = { StringEquals: { 'iam:passedtoservice': ['lambda.amazonaws.com'] } };
  assert.deepEqual(compareWithRole(pass, held(allow('iam:PassRole', '*', { Condition: same }))).conditional, []);
  const other = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
  const c = compareWithRole(pass, held(allow('iam:PassRole', '*', { Condition: other })));
  assert.deepEqual([c.missing, c.conditional.map(x => x.action)], [[], ['iam:PassRole']]);
});

test('a region or a name that the code leaves open is satisfied by the one in the policy', () => {
  const open = wanted(need(['sqs:SendMessage'], ['arn:aws:sqs:*:*:orders']));
  assert.deepEqual(compareWithRole(open, held(allow('sqs:SendMessage', queue))).missing, []);
  assert.deepEqual(compareWithRole(open, held(allow('sqs:SendMessage', `${queue}2`))).missing.length, 1);
  const unknown = wanted(need(['sqs:SendMessage'], ['*'], 'SqsNameNotKnown'));
  assert.deepEqual(compareWithRole(unknown, held(allow('sqs:SendMessage', queue))).missing, []);
});

test('a policy that is not JSON is named', () => {
  assert.deepEqual(compareWithRole(base, [{ name: 'own', text: '{' }]).unreadable, ['own']);
});

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
const matchesWord = (p: string, text: string): boolean =>
  new RegExp(`^${p.replace(/\*/g, '.*').replace(/\?/g, '.')}$`).test(text);

test('law: a pattern that covers another one matches whatever the other matches', () => {
  fc.assert(
    fc.property(pattern, pattern, word, (wide, narrow, text) => {
      if (covers(wide, narrow) && matchesWord(narrow, text)) assert.ok(matchesWord(wide, text));
    }),
    { numRuns: 2000 },
  );
});

test('law: patterns that match one text overlap, and a plain text overlaps exactly what matches it', () => {
  fc.assert(
    fc.property(pattern, pattern, word, (a, b, text) => {
      if (matchesWord(a, text) && matchesWord(b, text)) assert.ok(overlaps(a, b));
      assert.equal(overlaps(a, text), matchesWord(a, text));
    }),
    { numRuns: 2000 },
  );
});
