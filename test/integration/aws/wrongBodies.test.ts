import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { IamOperation, SendResult } from '../../../src/iam/account/types';
import {
  applyPlan,
  desired,
  issuer,
  MemoryJournals,
  planFor,
  role,
  trustPolicy,
  undoLast,
} from '../../support/aws/binding';
import { type WrongBody, wrongBodies } from '../../support/aws/faults';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

/** Replies with status 200 that are no replies: of a proxy, a sign-in page, a wrong endpoint, a cut connection. */
const bodies = (Object.keys(wrongBodies) as readonly WrongBody[]).filter(body => body !== 'truncated');
const kinds = ['malformed', 'swallowed'] as const;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const RoleName = 'deploy';
const provider = `arn:aws:iam::${accountId}:oidc-provider/app.terraform.io`;
const PolicyDocument =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}';
const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

/** In an order in which each one can be done after those before it. */
const operations: readonly (readonly [IamOperation, Readonly<Record<string, unknown>>])[] = [
  ['CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['aws.workload.identity'] }],
  ['GetOpenIDConnectProvider', { OpenIDConnectProviderArn: provider }],
  ['ListOpenIDConnectProviders', {}],
  ['AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: provider, ClientID: 'other' }],
  ['TagOpenIDConnectProvider', { OpenIDConnectProviderArn: provider, Tags: [{ Key: 'a', Value: 'b' }] }],
  ['CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy('aws', 'plan')) }],
  ['GetRole', { RoleName }],
  ['ListRoles', {}],
  ['UpdateRole', { RoleName, Description: 'x', MaxSessionDuration: 7200 }],
  ['UpdateAssumeRolePolicy', { RoleName, PolicyDocument: JSON.stringify(trustPolicy('aws', 'apply')) }],
  ['TagRole', { RoleName, Tags: [{ Key: 'a', Value: 'b' }] }],
  ['PutRolePolicy', { RoleName, PolicyName: 'p', PolicyDocument }],
  ['GetRolePolicy', { RoleName, PolicyName: 'p' }],
  ['ListRolePolicies', { RoleName }],
  ['AttachRolePolicy', { RoleName, PolicyArn }],
  ['ListAttachedRolePolicies', { RoleName }],
  ['GetPolicy', { PolicyArn }],
  ['ListAccountAliases', {}],
  ['PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: PolicyArn }],
  ['DeleteRolePermissionsBoundary', { RoleName }],
  ['DetachRolePolicy', { RoleName, PolicyArn }],
  ['DeleteRolePolicy', { RoleName, PolicyName: 'p' }],
  ['UntagRole', { RoleName, TagKeys: ['a'] }],
  ['DeleteRole', { RoleName }],
  ['DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: provider }],
];
/** These return nothing: a reply without a result is the right one. */
const withoutOutput = (operation: IamOperation): boolean => !/^(Get|List|Create)/.test(operation);

describe('a reply with status 200 that is none of AWS is never taken for one', () => {
  for (const body of bodies) {
    test(body, async () => {
      for (const [action, input] of operations) {
        if (!(body === 'no result' && withoutOutput(action))) {
          world.server.faults.add({ action, kind: 'swallowed', body });
          const reply: SendResult = await world.account.send(action, input, never);
          world.server.faults.clear();
          assert.ok(!reply.ok, `${action} was taken for done`);
          assert.deepEqual([reply.effect, reply.problem.code], ['unknown', 'unreadable-reply'], action);
          assert.ok(!reply.problem.message.includes('login'), 'no text of the reply is told');
        }
        const done = await world.account.send(action, input, never);
        assert.ok(done.ok, `${action}: ${done.ok ? '' : done.problem.message}`);
      }
      world.server.faults.add({ action: 'GetCallerIdentity', kind: 'malformed', body, times: 100 });
      assert.ok(!(await world.account.identity(never)).ok);
    });
  }
});

describe('a role is never read by halves', () => {
  for (const action of ['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies', 'GetRolePolicy'] as const) {
    test(action, async () => {
      for (const [operation, input] of operations.slice(0, 12)) await world.account.send(operation, input, never);
      for (const body of bodies) {
        world.server.faults.add({ action, kind: 'malformed', body, times: 100 });
        const read = await world.account.readRole(RoleName, never);
        world.server.faults.clear();
        assert.ok(!read.ok, body);
      }
    });
  }
});

test('a list that says that it goes on, but not where, is not complete', async () => {
  for (const [operation, input] of operations.slice(0, 12)) await world.account.send(operation, input, never);
  world.server.faults.add({ action: 'ListRolePolicies', kind: 'malformed', body: 'truncated', times: 100 });
  assert.ok(!(await world.account.readRole(RoleName, never)).ok);
});

for (const kind of kinds) {
  describe(`a plan is carried out where a write is answered wrongly (${kind})`, () => {
    for (const body of bodies) {
      test(`${body}: nothing is called done that is not, and undo leads back`, async () => {
        const wanted = desired('aws', {
          roles: [role('aws', 'plan', { attachedPolicyArns: [PolicyArn] })],
        });
        const count = (await planFor(world, wanted)).changes.length;
        for (let i = 0; i < count; i++) {
          await world.close();
          world = await openWorld();
          const before = world.server.dump();
          const plan = await planFor(world, wanted);
          const action = plan.changes[i]?.action ?? 'CreateRole';
          if (body === 'no result' && withoutOutput(action)) continue;
          world.server.faults.add({ action, kind, body });
          const journals = new MemoryJournals();
          const result = await applyPlan(world, plan, journals);
          assert.equal(result.state, 'complete', result.problem?.message);
          assert.deepEqual((await planFor(world, wanted)).changes, [], action);
          await undoLast(world, journals);
          assert.deepEqual(world.server.dump(), before);
        }
      });
    }
  });
}

const ec2 = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

test('a wrong list of policies makes undo take away nothing of somebody else', async () => {
  await world.account.send('CreateRole', { RoleName: role('aws', 'plan').name, AssumeRolePolicyDocument: ec2 }, never);
  await world.account.send(
    'PutRolePolicy',
    { RoleName: role('aws', 'plan').name, PolicyName: 'permissions', PolicyDocument },
    never,
  );
  const before = world.server.dump();
  for (const body of bodies) {
    const journals = new MemoryJournals();
    await applyPlan(
      world,
      await planFor(world, desired('aws', { roles: [role('aws', 'plan')] }), { adopt: true }),
      journals,
    );
    world.server.faults.add({ action: 'ListRolePolicies', kind: 'malformed', body, times: 3 });
    await undoLast(world, journals);
    world.server.faults.clear();
    for (let n = 0; n < 3; n++) await undoLast(world, journals);
    assert.deepEqual(world.server.dump(), before, body);
  }
});
