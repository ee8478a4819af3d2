import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { AccountPlan } from '../../../src/binding/plan/model';
import type { DesiredAccount } from '../../../src/binding/desired/desired';
import {
  applyPlan,
  desired,
  issuer,
  MemoryJournals,
  planFor,
  resumeLast,
  role,
  trustPolicy,
  undoLast,
} from '../../support/aws/binding';
import type { FaultKind } from '../../support/aws/faults';
import { never, openWorld, type World } from '../../support/aws/world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** A plan that creates, and one that changes what is there in every way the planner knows. */
async function prepare(kind: 'create' | 'change'): Promise<DesiredAccount> {
  const setup = async (
    operation: Parameters<World['account']['send']>[0],
    input: Record<string, unknown>,
  ): Promise<void> => {
    const reply = await world.account.send(operation, input, never);
    assert.ok(reply.ok);
  };
  if (kind === 'create') return desired();
  const name = role('aws', 'plan').name;
  await setup('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
  await setup('CreateRole', {
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy('aws', 'plan', 'older'), null, 1),
    MaxSessionDuration: 3600,
    Tags: [{ Key: 'tfc-oidc:workspace-id', Value: 'ws-old' }],
  });
  await setup('PutRolePolicy', {
    RoleName: name,
    PolicyName: 'permissions',
    PolicyDocument: '{ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*" }] }',
  });
  return desired('aws', {
    roles: [
      role('aws', 'plan', {
        maxSessionDuration: 7200,
        permissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess',
        attachedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      }),
    ],
  });
}

interface Case {
  readonly before: unknown;
  readonly wanted: DesiredAccount;
  readonly plan: AccountPlan;
}

async function start(kind: 'create' | 'change'): Promise<Case> {
  const wanted = await prepare(kind);
  return { before: world.server.dump(), wanted, plan: await planFor(world, wanted, { adopt: true }) };
}

/** Is the account as desired, with nothing twice and nothing missing? */
async function isAsDesired({ wanted, plan }: Case): Promise<void> {
  assert.deepEqual((await planFor(world, wanted)).changes, []);
  assert.equal(world.stored.roles.size, plan.roles.length);
  assert.equal(world.stored.providers.size, 1);
}

const passing: readonly FaultKind[] = ['throttle', 'error', 'error-after', 'malformed', 'drop-before', 'drop-after'];

for (const kind of ['create', 'change'] as const) {
  describe(`one fault at each write of a plan to ${kind}`, () => {
    for (const fault of passing) {
      test(`${fault} is got over, and undo still finds the way back`, async () => {
        const count = (await start(kind)).plan.changes.length;
        assert.ok(count >= 5);
        for (let i = 0; i < count; i++) {
          await world.close();
          world = await openWorld();
          const at = await start(kind);
          const action = at.plan.changes[i]?.action ?? '';
          const from = at.plan.changes.slice(0, i + 1).filter(c => c.action === action).length;
          world.server.faults.add({ action, kind: fault, from });
          const journals = new MemoryJournals();
          const result = await applyPlan(world, at.plan, journals);
          assert.equal(result.state, 'complete', `${action}: ${result.problem?.message}`);
          assert.ok(world.server.log.some(e => e.fault === fault));
          await isAsDesired(at);
          const undone = await undoLast(world, journals);
          assert.deepEqual(
            undone.steps.filter(s => s.state !== 'undone'),
            [],
          );
          assert.deepEqual(world.server.dump(), at.before);
        }
      });
    }
  });

  describe(`a fault that stays at each write of a plan to ${kind}`, () => {
    for (const fault of ['refuse', 'drop-after', 'error-after', 'drop-before'] as const) {
      for (const then of ['resume', 'undo'] as const) {
        test(`${fault}, then ${then}`, async () => {
          const count = (await start(kind)).plan.changes.length;
          for (let i = 0; i < count; i++) {
            await world.close();
            world = await openWorld();
            const at = await start(kind);
            const action = at.plan.changes[i]?.action ?? '';
            const from = at.plan.changes.slice(0, i + 1).filter(c => c.action === action).length;
            world.server.faults.add({ action, kind: fault, from, times: 1000 });
            const journals = new MemoryJournals();
            const result = await applyPlan(world, at.plan, journals);
            world.server.faults.clear();
            if (fault === 'refuse' || fault === 'drop-before') {
              assert.deepEqual([result.state, result.done], ['stopped', i]);
            }
            if (then === 'resume') {
              if (result.state !== 'complete') assert.equal((await resumeLast(world, journals)).state, 'complete');
              await isAsDesired(at);
            }
            await undoLast(world, journals);
            assert.deepEqual(world.server.dump(), at.before, `${action} at ${i}`);
          }
        });
      }
    }
  });

  test(`a plan to ${kind} gets through eventual consistency, and so does its undo`, async () => {
    for (const lag of [1, 2, 3]) {
      await world.close();
      world = await openWorld();
      const at = await start(kind);
      world.server.store.lag = lag;
      const journals = new MemoryJournals();
      const result = await applyPlan(world, at.plan, journals);
      assert.equal(result.state, 'complete', result.problem?.message);
      const undone = await undoLast(world, journals);
      assert.deepEqual(
        undone.steps.filter(s => s.state !== 'undone'),
        [],
      );
      assert.deepEqual(world.server.dump(), at.before);
    }
  });
}

test('a concurrent modification is waited for; somebody else’s change then stops the run', async () => {
  const at = await start('change');
  world.server.faults.add({ action: 'UpdateAssumeRolePolicy', kind: 'concurrent' });
  world.server.onCall = entry => {
    if (entry.action !== 'UpdateAssumeRolePolicy') return;
    const stored = world.stored.roles.get(role('aws', 'plan').name);
    assert.ok(stored);
    stored.trust = JSON.stringify(trustPolicy('aws', 'apply'));
  };
  const result = await applyPlan(world, at.plan);
  assert.equal(result.problem?.code, 'changed-since-plan');
  assert.equal(world.server.calls().filter(a => a === 'UpdateAssumeRolePolicy').length, 1);
});

test('throttling is answered with growing waits and given up in the end', async () => {
  const at = await start('create');
  world.server.faults.add({ action: 'CreateRole', kind: 'throttle', times: 1000 });
  const result = await applyPlan(world, at.plan);
  assert.equal(result.problem?.code, 'Throttling');
  assert.equal(world.server.calls().filter(a => a === 'CreateRole').length, 8);
  assert.ok(world.waited > 10_000, `it asked to wait ${world.waited} ms`);
});
