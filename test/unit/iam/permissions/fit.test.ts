import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsFormat } from '../../../../src/iam/reference/arnFormat';
import { fit, fitting, split } from '../../../../src/iam/needs/fit';
import type { PermissionDocument } from '../../../../src/iam/policy/permissionDocument';
import { compact, policySize } from '../../../../src/iam/policy/document';
import { mapping, ofCode } from '../../../support/permissions';

const every = [
  ...new Set(mapping.types.flatMap(t => [...(mapping.find(t)?.read ?? []), ...(mapping.find(t)?.create ?? [])])),
].sort();

function policyOf(count: number, resources = 1): PermissionDocument {
  const Resource = Array.from({ length: resources }, (_, i) => `arn:aws:sqs:eu-central-1:111122223333:queue-${i}`);
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'All', Effect: 'Allow', Action: every.slice(0, count), Resource }],
  };
}
const sizeOf = (p: PermissionDocument): number => policySize(compact(p));

test('what fits in one managed policy stays one', () => {
  const { how, policies, characters } = fit(policyOf(20), mapping);
  assert.deepEqual([how, policies.length], ['managed', 1]);
  assert.equal(characters, sizeOf(policyOf(20)));
});

test('above a managed policy, the role’s inline policy', () => {
  const policy = policyOf(every.findIndex((_, i) => sizeOf(policyOf(i)) > 7000));
  assert.deepEqual([fit(policy, mapping).how, fit(policy, mapping).policies], ['inline', [policy]]);
});

test('above that, several managed policies with the same actions', () => {
  const policy = policyOf(900);
  const { how, policies } = fit(policy, mapping);
  assert.equal(how, 'split');
  for (const part of policies) assert.ok(sizeOf(part) <= 6144);
  assert.deepEqual(
    policies.flatMap(p => p.Statement.flatMap(s => s.Action)),
    policy.Statement.flatMap(s => s.Action),
  );
  const sids = policies.flatMap(p => p.Statement.map(s => s.Sid));
  assert.equal(new Set(sids).size, sids.length);
});

test('where these would be too many, prefixes of actions that only read', () => {
  const { how, policies } = fit(policyOf(every.length), mapping);
  assert.ok(how === 'compressed' || how === 'too-large');
  const patterns = policies.flatMap(p => p.Statement.flatMap(s => s.Action)).filter(a => a.endsWith('*'));
  assert.ok(patterns.length > 0);
  for (const pattern of patterns) {
    for (const action of mapping.actionsFrom(pattern.slice(0, -1)))
      assert.ok(['read', 'list'].includes(mapping.level(action) ?? ''), `${pattern} holds ${action}`);
  }
});

test('a statement with too many resources is cut between them', () => {
  const parts = split(policyOf(1, 400));
  assert.ok(parts.length > 1);
  for (const part of parts) assert.ok(sizeOf(part) <= 6144);
  assert.equal(new Set(parts.flatMap(p => p.Statement.flatMap(s => s.Resource))).size, 400);
});

test('statements that are joined to fit allow nothing more', async () => {
  const { needs, policy } = await ofCode(
    Array.from(
      { length: 40 },
      (_, i) => `
        resource "aws_vpc" "v${i}" {}
        resource "aws_sqs_queue" "q${i}" { name = "a-queue-with-a-long-name-${i}" }
        resource "aws_ecs_cluster" "c${i}" { name = "a-cluster-with-a-long-name-${i}" }
        resource "aws_ecs_task_definition" "t${i}" { family = "a-task-with-a-long-name-${i}" }
        resource "aws_lb" "l${i}" { name = "balancer-${i}" }
      `,
    ).join('\n'),
  );
  /** What counts: an action with the resources that it can be about. */
  const grants = (resources: readonly (readonly [string, readonly string[]])[]): ReadonlySet<string> =>
    new Set(
      resources.flatMap(([action, list]) => {
        const formats = mapping.formats(action);
        return list.filter(r => formats.some(f => fitsFormat(r, f.format))).map(r => `${action} ${r}`);
      }),
    );
  const before = grants(needs.map(n => [n.action, n.resources]));
  const after = grants(policy.Statement.flatMap(s => s.Action.map(a => [a, s.Resource] as const)));
  assert.deepEqual([...after].sort(), [...before].sort());
  assert.ok(policy.Statement.filter(s => s.Sid.startsWith('Ecs')).length < 4);
});

test('a policy that fits is left as it is', () => {
  const policy = policyOf(20);
  assert.equal(fitting(policy, mapping), policy);
});

test('names with the same beginning become a prefix only where nothing else fits, and the report says which', async () => {
  const queues = (n: number): string =>
    Array.from({ length: n }, (_, i) => `resource "aws_sqs_queue" "q${i}" { name = "orders-queue-${i}" }`).join('\n');
  const many = await ofCode(queues(2000));
  assert.equal(many.fit.how, 'compressed');
  assert.deepEqual(
    many.fit.policies.flatMap(p => p.Statement.flatMap(s => s.Resource)),
    ['arn:aws:sqs:*:111122223333:orders-queue-*'],
  );
  assert.ok(many.fit.sentence.includes('orders-queue-*'));
  const few = await ofCode(queues(20));
  assert.equal(few.fit.how, 'managed');
});

test('thousands of statements: each action is looked up a few times, not once for each pair', () => {
  const count = 1000;
  const policy: PermissionDocument = {
    Version: '2012-10-17',
    Statement: Array.from({ length: count }, (_, i) => ({
      Sid: `Role${i}`,
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: [`arn:aws:iam::111122223333:role/${i}`],
      Condition: { StringEquals: { 'iam:PassedToService': `service${i % 500}.amazonaws.com` } },
    })),
  };
  let asked = 0;
  const counting = new Proxy(mapping, {
    get: (target, name) => {
      if (name === 'formats') asked++;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  assert.equal(fitting(policy, counting).Statement.length, count);
  assert.ok(asked <= 3 * count, `${asked}`);
  const pieces = split(policy);
  for (const piece of pieces) assert.ok(sizeOf(piece) <= 6144);
  assert.deepEqual(
    pieces.flatMap(p => p.Statement),
    policy.Statement,
  );
});
