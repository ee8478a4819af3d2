import assert from 'node:assert/strict';
import { test } from 'node:test';
import { managedByTag, managedByValue, workspaceNameTag } from '../../../../src/binding/desired/ownership';
import { planAccount } from '../../../../src/binding/plan/plan';
import type { ActualAccount, PlanOptions } from '../../../../src/binding/plan/model';
import type { ActualRole } from '../../../../src/iam/account/types';
import { changesOfRole, strangeRoles } from '../../../../src/binding/setup/adoption';
import { desired, role } from '../../../support/aws/binding';

type Worked = Parameters<typeof strangeRoles>[0];

const ours = { [managedByTag]: managedByValue };
const wanted = desired('aws', {
  roles: [
    role('aws', 'plan', { tags: { ...ours, [workspaceNameTag]: 'acme/web' } }),
    role('aws', 'apply', { tags: { ...ours, [workspaceNameTag]: 'acme/web' } }),
  ],
});
const [plan, apply] = wanted.roles.map(r => r.name);

const there = (name: string | undefined, tags: Readonly<Record<string, string>>): [string, ActualRole] => [
  name ?? '',
  {
    name: name ?? '',
    arn: `arn:aws:iam::123456789012:role/${name ?? ''}`,
    path: '/',
    description: undefined,
    maxSessionDuration: 3600,
    trustPolicy: '{"Version":"2012-10-17","Statement":[]}',
    inlinePolicies: {},
    attachedPolicyArns: [],
    permissionsBoundaryArn: undefined,
    tags,
  } as unknown as ActualRole,
];

function worked(roles: readonly [string, ActualRole][], options: Partial<PlanOptions> = {}): Worked {
  const actual: ActualAccount = {
    accountId: '123456789012',
    partition: 'aws',
    provider: undefined,
    roles: new Map(roles),
  };
  return {
    desired: { account: wanted, variables: [], inputs: [], testConfigurations: [] },
    actual,
    plan: planAccount(wanted, actual, { adopt: false, ...options }),
  };
}

test('each role that somebody else made is asked about, not only the first', () => {
  const found = worked([there(plan, {}), there(apply, { team: 'platform' })]);
  assert.deepEqual(strangeRoles(found), [
    { name: plan, madeFor: undefined },
    { name: apply, madeFor: undefined },
  ]);
  // As many as the plan refuses: none is taken over unasked.
  assert.equal(found.plan.problems.length, 2);
});

test('a role of another workspace says which; new roles and our own are not asked about', () => {
  assert.deepEqual(strangeRoles(worked([there(plan, { ...ours, [workspaceNameTag]: 'acme/api' })])), [
    { name: plan, madeFor: 'acme/api' },
  ]);
  assert.deepEqual(strangeRoles(worked([there(plan, { ...ours, [workspaceNameTag]: 'acme/web' })])), []);
  assert.deepEqual(strangeRoles(worked([])), []);
});

test('where code owns a role, a yes would lead nowhere, so none is asked for', () => {
  const ownedByCode = [{ kind: 'role' as const, name: apply ?? '', where: 'aws_iam_role.x in main.tf' }];
  assert.deepEqual(strangeRoles(worked([there(plan, {}), there(apply, {})], { ownedByCode })), []);
});

test('the differences of one role are its own', () => {
  const found = worked([there(plan, {}), there(apply, {})], { adopt: true });
  const own = changesOfRole(found, plan ?? '');
  assert.ok(own.length > 0);
  assert.ok(own.every(c => c.input['RoleName'] === plan));
  assert.equal(
    own.length +
      changesOfRole(found, apply ?? '').length +
      found.plan.changes.filter(c => c.id.startsWith('provider')).length,
    found.plan.changes.length,
  );
});
