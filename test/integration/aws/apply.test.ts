import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  applyPlan,
  desired,
  issuer,
  lastRun,
  MemoryJournals,
  planFor,
  readBuckets,
  role,
  tags,
  trustPolicy,
  undoLast,
} from '../../support/aws/binding';
import { accountId, openWorld, type World } from '../../support/aws/world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const foreignTrust =
  '{ "Version": "2012-10-17",\n  "Statement": { "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" } }';

async function must(promise: ReturnType<World['account']['send']>): Promise<void> {
  const reply = await promise;
  assert.ok(reply.ok, reply.ok ? '' : reply.problem.message);
}
const send = (operation: Parameters<World['account']['send']>[0], input: Record<string, unknown>): Promise<void> =>
  must(world.account.send(operation, input, new AbortController().signal));

test('first setup of two roles: a reading before each write to what is there, all read back in the end, nothing to do in the next plan', async () => {
  const plan = await planFor(world, desired());
  const result = await applyPlan(world, plan);
  assert.equal(result.state, 'complete');
  assert.deepEqual(world.server.calls('iam'), [
    'GetOpenIDConnectProvider',
    'GetRole',
    'GetRole',
    'CreateOpenIDConnectProvider',
    'CreateRole',
    'GetRolePolicy',
    'PutRolePolicy',
    'CreateRole',
    'GetRolePolicy',
    'PutRolePolicy',
    ...['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies', 'GetRolePolicy'],
    ...['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies', 'GetRolePolicy'],
  ]);
  const before = world.server.writes().length;
  const again = await planFor(world, desired());
  assert.deepEqual(again.changes, []);
  assert.deepEqual(again.drift, []);
  assert.equal(again.provider.state, 'unchanged');
  assert.equal(world.server.writes().length, before);
});

test('a role without policies is looked for after its creation', async () => {
  const wanted = desired('aws', { roles: [role('aws', 'plan', { inlinePolicies: [] })] });
  await applyPlan(world, await planFor(world, wanted));
  assert.deepEqual(world.server.calls('iam').slice(-3), ['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies']);
});

for (const [partition, region] of [
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-eusc', 'eusc-de-east-1'],
] as const) {
  test(`works in the partition ${partition}`, async () => {
    await world.close();
    world = await openWorld({ partition, region });
    const identity = await world.account.identity(new AbortController().signal);
    assert.ok(identity.ok && identity.value.partition === partition);
    const wanted = desired(partition, {
      roles: [role(partition, 'plan', { attachedPolicyArns: [`arn:${partition}:iam::aws:policy/ReadOnlyAccess`] })],
    });
    const plan = await planFor(world, wanted);
    assert.equal((await applyPlan(world, plan)).state, 'complete');
    assert.ok(world.stored.providers.has(`arn:${partition}:iam::${accountId}:oidc-provider/app.terraform.io`));
    assert.deepEqual((await planFor(world, wanted)).changes, []);
    const mixed = await planFor(
      world,
      desired(partition, {
        roles: [role(partition, 'plan', { attachedPolicyArns: ['arn:aws-iso:iam::aws:policy/ReadOnlyAccess'] })],
      }),
    );
    assert.deepEqual(
      mixed.problems.map(p => p.code),
      ['policy-arn'],
    );
  });
}

describe('what is there already', () => {
  test('changes that somebody else made meanwhile are no effect of a run that then stops', async () => {
    await send('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
    const plan = await planFor(world, desired());
    const [first] = plan.changes;
    assert.ok(first?.action === 'AddClientIDToOpenIDConnectProvider');
    await send(first.action, first.input);
    world.server.faults.add({ action: 'CreateRole', kind: 'refuse', times: 1 });
    const { state, done, unchanged } = await applyPlan(world, plan);
    assert.deepEqual([state, done, unchanged], ['stopped', 1, true]);
    // A role of our own is one.
    world.server.faults.add({ action: 'PutRolePolicy', kind: 'refuse', times: 1 });
    const more = await applyPlan(world, plan);
    assert.deepEqual([more.state, more.done, more.unchanged], ['stopped', 2, undefined]);
  });

  test('a provider with another audience is adopted: one audience more, its tags untouched', async () => {
    await send('CreateOpenIDConnectProvider', {
      Url: issuer,
      ClientIDList: ['sts.amazonaws.com'],
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    const before = world.server.dump();
    const journals = new MemoryJournals();
    const plan = await planFor(world, desired('aws', { roles: [] }));
    assert.deepEqual(
      plan.changes.map(c => c.action),
      ['AddClientIDToOpenIDConnectProvider'],
    );
    await applyPlan(world, plan, journals);
    const [provider] = [...world.stored.providers.values()];
    assert.deepEqual(provider?.clientIds, ['sts.amazonaws.com', 'aws.workload.identity']);
    assert.deepEqual([...(provider?.tags ?? [])], [['team', 'platform']]);
    await undoLast(world, journals);
    assert.deepEqual(world.server.dump(), before);
  });

  test('a role that somebody else made is refused, and with adopt changed and restored byte for byte', async () => {
    const name = role('aws', 'plan').name;
    await send('CreateRole', {
      RoleName: name,
      AssumeRolePolicyDocument: foreignTrust,
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'web' }],
    });
    await send('PutRolePolicy', {
      RoleName: name,
      PolicyName: 'permissions',
      PolicyDocument: '{"Version":"2012-10-17","Statement":[]  }'.replace(
        '[]',
        '{ "Effect":"Deny","Action":"*","Resource":"*" }',
      ),
    });
    const before = world.server.dump();
    const wanted = desired('aws', {
      roles: [
        role('aws', 'plan', {
          permissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess',
          attachedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        }),
      ],
    });
    const refused = await planFor(world, wanted);
    assert.deepEqual(
      refused.problems.map(p => p.code),
      ['role-not-ours'],
    );
    assert.deepEqual(world.server.writes().slice(2), []);

    const journals = new MemoryJournals();
    const plan = await planFor(world, wanted, { adopt: true });
    assert.deepEqual(
      plan.changes.map(c => c.action),
      [
        'CreateOpenIDConnectProvider',
        'PutRolePermissionsBoundary',
        'PutRolePolicy',
        'AttachRolePolicy',
        'UpdateAssumeRolePolicy',
        'UpdateRole',
        'TagRole',
      ],
    );
    assert.deepEqual(
      plan.changes.filter(c => c.destructive).map(c => c.action),
      ['PutRolePolicy', 'UpdateAssumeRolePolicy'],
    );
    assert.equal((await applyPlan(world, plan, journals)).state, 'complete');
    assert.deepEqual((await planFor(world, wanted)).changes, []);
    assert.equal(world.stored.roles.get(name)?.maxSessionDuration, 7200);

    const undone = await undoLast(world, journals);
    assert.equal(undone.state, 'complete');
    assert.deepEqual(
      undone.steps.map(s => s.state),
      plan.changes.map(() => 'undone'),
    );
    assert.deepEqual(world.server.dump(), before);
  });

  test('policies that are written differently but mean the same are left alone', async () => {
    await applyPlan(world, await planFor(world, desired()));
    const stored = world.stored.roles.get(role('aws', 'plan').name);
    assert.ok(stored);
    stored.trust = JSON.stringify(JSON.parse(stored.trust), null, 4).replace(
      '"sts:AssumeRoleWithWebIdentity"',
      '["sts:assumeRoleWithWebIdentity"]',
    );
    stored.inline.set(
      'permissions',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Sid: 'Read',
          Effect: 'Allow',
          Resource: ['*'],
          Action: ['s3:getbucketlocation', 's3:ListAllMyBuckets'],
        },
      }),
    );
    assert.deepEqual((await planFor(world, desired())).changes, []);
  });

  test('drift of what we made is named and put right', async () => {
    await applyPlan(world, await planFor(world, desired()));
    const stored = world.stored.roles.get(role('aws', 'apply').name);
    assert.ok(stored);
    stored.trust = JSON.stringify(trustPolicy('aws', '*', 'somebody-else'));
    stored.inline.set('extra', JSON.stringify(readBuckets));
    stored.attached.push('arn:aws:iam::aws:policy/AdministratorAccess');
    const plan = await planFor(world, desired());
    assert.deepEqual(plan.drift, [
      { on: stored.name, kind: 'changed', detail: 'The trust policy has another meaning.' },
      { on: stored.name, kind: 'extra', detail: 'The inline policy extra is there too; it stays.' },
      {
        on: stored.name,
        kind: 'extra',
        detail: 'arn:aws:iam::aws:policy/AdministratorAccess is attached too; it stays.',
      },
    ]);
    assert.deepEqual(
      plan.changes.map(c => [c.action, c.destructive]),
      [['UpdateAssumeRolePolicy', false]],
    );
    await applyPlan(world, plan);
    assert.deepEqual((await planFor(world, desired())).changes, []);
  });

  test('a role of a CloudFormation stack or of a Terraform resource is refused with the export', async () => {
    const name = role('aws', 'plan').name;
    await send('CreateRole', { RoleName: name, AssumeRolePolicyDocument: foreignTrust });
    const wanted = desired('aws', { roles: [role('aws', 'plan')] });
    const byCode = await planFor(world, wanted, {
      adopt: true,
      ownedByCode: [{ kind: 'role', name, where: 'aws_iam_role.plan in main.tf' }],
    });
    assert.deepEqual(
      byCode.problems.map(p => p.code),
      ['managed-by-terraform'],
    );
    assert.match(byCode.problems[0]?.nextStep ?? '', /export --as terraform/);
    world.stored.roles.get(name)?.tags.set('aws:cloudformation:stack-name', 'platform');
    const byStack = await planFor(world, wanted, { adopt: true });
    assert.deepEqual(
      byStack.problems.map(p => p.code),
      ['managed-by-cloudformation'],
    );
    const provider = await planFor(
      world,
      { ...wanted, roles: [] },
      {
        ownedByCode: [
          { kind: 'provider', name: 'app.terraform.io', where: 'aws_iam_openid_connect_provider.tfc in main.tf' },
        ],
      },
    );
    assert.deepEqual(provider.problems, [], 'a provider that does not exist yet is nobody’s');
  });

  test("another workspace's role of ours is not taken over", async () => {
    await applyPlan(world, await planFor(world, desired()));
    const other = role('aws', 'plan', {
      trustPolicy: trustPolicy('aws', 'plan', 'other'),
      tags: { ...tags, 'tfc-oidc:workspace-id': 'ws-another00000000' },
    });
    const plan = await planFor(world, desired('aws', { roles: [other] }));
    assert.deepEqual(
      plan.problems.map(p => p.code),
      ['role-of-another-workspace'],
    );
  });
});

describe('undo', () => {
  test('of a first setup leaves the account as it was', async () => {
    const before = world.server.dump();
    const journals = new MemoryJournals();
    await applyPlan(world, await planFor(world, desired()), journals);
    const result = await undoLast(world, journals);
    assert.deepEqual(
      result.steps.map(s => s.state),
      Array(5).fill('undone'),
    );
    assert.deepEqual(world.server.dump(), before);
    assert.equal((await lastRun(journals)).state, 'undone');
    const writes = world.server.writes().length;
    assert.deepEqual((await undoLast(world, journals)).steps, []);
    assert.equal(world.server.writes().length, writes);
  });

  test('keeps what somebody changed since, and what hangs on it', async () => {
    const journals = new MemoryJournals();
    await applyPlan(world, await planFor(world, desired()), journals);
    const plan = world.stored.roles.get(role('aws', 'plan').name);
    assert.ok(plan);
    plan.inline.set(
      'permissions',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    );
    const result = await undoLast(world, journals);
    assert.deepEqual(
      result.steps.map(s => [s.change.id, s.state]),
      [
        ['role:tfc-acme-storefront-apply:policy:permissions', 'undone'],
        ['role:tfc-acme-storefront-apply', 'undone'],
        ['role:tfc-acme-storefront-plan:policy:permissions', 'kept'],
        ['role:tfc-acme-storefront-plan', 'kept'],
        ['provider', 'kept'],
      ],
    );
    assert.match(result.steps.at(-1)?.why ?? '', /tfc-acme-storefront-plan/);
    assert.deepEqual(
      [...world.stored.roles.values()].map(r => r.name),
      ['tfc-acme-storefront-plan'],
    );
  });

  test('keeps a role that was deleted and made again just the same', async () => {
    const journals = new MemoryJournals();
    await applyPlan(
      world,
      await planFor(world, desired('aws', { roles: [role('aws', 'plan', { inlinePolicies: [] })] })),
      journals,
    );
    const made = world.stored.roles.get(role('aws', 'plan').name);
    assert.ok(made);
    world.stored.roles.set(made.name, { ...made, id: 'AROAANOTHER0000000000' });
    const result = await undoLast(world, journals);
    assert.deepEqual(
      result.steps.map(s => s.state),
      ['kept', 'kept'],
    );
  });
});

test('a cancelled apply stops between two changes and can be undone', async () => {
  const before = world.server.dump();
  const journals = new MemoryJournals();
  const plan = await planFor(world, desired());
  const abort = new AbortController();
  world.server.onCall = (entry, moment) => {
    if (entry.action === 'CreateRole' && moment === 'after') abort.abort();
  };
  const result = await applyPlan(world, plan, journals, abort.signal);
  assert.deepEqual([result.state, result.done], ['cancelled', 2]);
  assert.deepEqual(world.server.writes(), ['CreateOpenIDConnectProvider', 'CreateRole']);
  world.server.onCall = undefined;
  await undoLast(world, journals);
  assert.deepEqual(world.server.dump(), before);
});

test('what changed between plan and apply stops the apply before it is overwritten', async () => {
  await applyPlan(world, await planFor(world, desired()));
  const wanted = desired('aws', { roles: [role('aws', 'plan', { trustPolicy: trustPolicy('aws', '*') })] });
  const plan = await planFor(world, wanted);
  const stored = world.stored.roles.get(role('aws', 'plan').name);
  assert.ok(stored);
  stored.trust = JSON.stringify(trustPolicy('aws', 'apply'));
  const result = await applyPlan(world, plan);
  assert.equal(result.problem?.code, 'changed-since-plan');
  assert.equal(stored.trust, JSON.stringify(trustPolicy('aws', 'apply')));
});

test('a role that somebody makes between plan and apply is not taken for ours', async () => {
  const journals = new MemoryJournals();
  const plan = await planFor(world, desired());
  await send('CreateRole', { RoleName: role('aws', 'plan').name, AssumeRolePolicyDocument: foreignTrust });
  const before = world.server.dump();
  const result = await applyPlan(world, plan, journals);
  assert.equal(result.problem?.code, 'EntityAlreadyExists');
  await undoLast(world, journals);
  assert.deepEqual(world.server.dump(), before);
});
