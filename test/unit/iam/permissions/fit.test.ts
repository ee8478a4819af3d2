import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fit, split } from '../../../../src/iam/permissions/fit';
import type { PermissionDocument } from '../../../../src/iam/permissions/document';
import { readMapping } from '../../../../src/iam/permissions/mapping';
import { compact, policySize } from '../../../../src/iam/policy/document';

const data = path.join(__dirname, '../../../../src/iam/permissions/data/terraform.json.gz');
const mapping = readMapping(readFileSync(data));
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
