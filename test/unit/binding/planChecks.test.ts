import { unwrap } from '../../../src/core/problem';
import { type Audience, audienceName } from '../../../src/oidc/names';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredAccount, DesiredRole } from '../../../src/binding/desired/desired';
import { planAccount } from '../../../src/binding/plan/plan';
import type { ActualAccount, PlanOptions } from '../../../src/binding/plan/model';
import { desired, readBuckets, role, trustPolicy } from '../../support/aws/binding';

const nothing: ActualAccount = { accountId: '123456789012', partition: 'aws', provider: undefined, roles: new Map() };

function problems(
  wanted: DesiredAccount,
  options: Partial<PlanOptions> = {},
  actual: ActualAccount = nothing,
): readonly string[] {
  return planAccount(wanted, actual, { adopt: false, ...options }).problems.map(p => p.code);
}
const withRole = (part: Partial<DesiredRole>): DesiredAccount => desired('aws', { roles: [role('aws', 'plan', part)] });
const withProvider = (part: Partial<DesiredAccount['provider']>): DesiredAccount =>
  desired('aws', { roles: [], provider: { ...desired().provider, ...part } });

test('a sound plan has no problems', () => {
  assert.deepEqual(problems(desired()), []);
});

test('names and grammars', () => {
  assert.deepEqual(problems(withRole({ name: 'Default Project' })), ['role-name']);
  assert.deepEqual(problems(withRole({ name: 'x'.repeat(65) })), ['role-name']);
  assert.deepEqual(problems(withRole({ path: 'tf' })), ['role-path']);
  assert.deepEqual(problems(withRole({ description: 'Zürich → Genf' })), ['role-description']);
  assert.deepEqual(problems(withRole({ description: 'Zürich' })), []);
  assert.deepEqual(problems(withRole({ maxSessionDuration: 60 })), ['session-duration']);
  assert.deepEqual(problems(withRole({ tags: { 'a#': 'b' } })), ['tag']);
  assert.deepEqual(problems(withRole({ tags: { 'aws:x': 'b' } })), ['tag']);
  const twins = [role('aws', 'plan', { name: 'tfc' }), role('aws', 'apply', { name: 'TFC' })];
  assert.deepEqual(problems(desired('aws', { roles: twins })), ['role-name', 'role-name']);
  assert.deepEqual(
    problems(withRole({ tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) })),
    ['tag-quota'],
  );
  assert.deepEqual(problems(withRole({ inlinePolicies: [{ name: 'a b', document: readBuckets }] })), ['policy-name']);
  assert.deepEqual(problems(withRole({ attachedPolicyArns: ['ReadOnlyAccess'] })), ['policy-arn']);
  assert.deepEqual(problems(withRole({ attachedPolicyArns: ['arn:aws:iam::999999999999:policy/x'] })), ['policy-arn']);
  assert.deepEqual(problems(withRole({ permissionsBoundaryArn: 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess' })), [
    'policy-arn',
  ]);
  assert.deepEqual(problems(withRole({ inlinePolicies: [{ name: 'p', document: trustPolicy('aws', 'plan') }] })), [
    'permission-policy',
  ]);
});

test('sizes, counted as IAM counts them', () => {
  const sized = (n: number): DesiredRole['trustPolicy'] => {
    const base = trustPolicy('aws', 'plan');
    return { ...base, Id: 'x'.repeat(n - JSON.stringify({ ...base, Id: '' }).length) };
  };
  assert.deepEqual(problems(withRole({ trustPolicy: sized(2048) })), []);
  assert.deepEqual(problems(withRole({ trustPolicy: sized(2049) })), ['trust-policy-size']);
  assert.deepEqual(problems(withRole({ trustPolicy: sized(2049) }), { trustPolicyQuota: 4096 }), []);
  const inline = (n: number): DesiredRole['inlinePolicies'] => [
    {
      name: 'big',
      document: { ...readBuckets, Id: 'x'.repeat(n - JSON.stringify({ ...readBuckets, Id: '' }).length) },
    },
  ];
  assert.deepEqual(problems(withRole({ inlinePolicies: inline(10_240) })), []);
  assert.deepEqual(problems(withRole({ inlinePolicies: inline(10_241) })), ['inline-policy-size']);
});

test('the provider', () => {
  for (const url of [
    'http://app.terraform.io',
    'https://app.terraform.io/',
    'https://tfe.example.com:8443',
    'app.terraform.io',
    `https://${'x'.repeat(250)}.io`,
  ]) {
    assert.deepEqual(problems(withProvider({ url })), ['provider-url'], url);
  }
  assert.deepEqual(problems(withProvider({ audiences: ['x'.repeat(256) as Audience] })), ['audience']);
  assert.deepEqual(
    problems(withProvider({ audiences: Array.from({ length: 101 }, (_, i) => unwrap(audienceName(`a${i}`))) })),
    ['audience-quota'],
  );
  assert.deepEqual(problems(withProvider({}), { providerCount: 100 }), ['provider-quota']);
});

test('the rule for shared providers', () => {
  const statement = (trustPolicy('aws', 'plan')['Statement'] as readonly Record<string, unknown>[])[0];
  const without = (Condition: unknown): DesiredAccount =>
    withRole({ trustPolicy: { Version: '2012-10-17', Statement: [{ ...statement, Condition }] } });
  assert.deepEqual(problems(without({ StringEquals: { 'app.terraform.io:aud': 'x' } })), ['shared-provider-subject']);
  assert.deepEqual(problems(without({ StringLike: { 'app.terraform.io:sub': '*' } })), ['shared-provider-subject']);
  assert.deepEqual(problems(without(undefined)), ['shared-provider-subject']);
  assert.deepEqual(problems(without({ StringLike: { 'app.terraform.io:sub': 'organization:acme:*' } })), []);
});

test('account, partition and provider must fit together', () => {
  assert.deepEqual(problems(desired(), {}, { ...nothing, accountId: '999999999999' }), ['other-account']);
  assert.deepEqual(problems(withRole({ trustPolicy: trustPolicy('aws-cn', 'plan') })), ['trust-other-provider']);
});

test('a proof that does not hold blocks the plan', () => {
  const problem = { code: 'proof', message: 'A stranger may assume it.', nextStep: 'Narrow it.' };
  assert.deepEqual(problems(desired(), { prove: r => (r.use === 'apply' ? [problem] : []) }), ['proof']);
});
