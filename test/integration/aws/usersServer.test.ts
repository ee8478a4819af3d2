import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { IamOperation } from '../../../src/iam/account/types';
import { readBuckets, trustPolicy } from '../../support/aws/binding';
import { ensureUser } from '../../support/aws/iamUsers';
import { exampleKey, exampleSecret, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

/** Access keys, simulation and last-accessed reports of the test server, as AWS documents them, through the real SDK. */

const second = 'AKIAI44QH8DHBEXAMPLE';
let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function code(operation: IamOperation, input: Record<string, unknown>): Promise<string> {
  const reply = await world.account.send(operation, input, never);
  return reply.ok ? 'ok' : reply.problem.code;
}

/** A user "ci" with a key of its own, and a profile that signs with it. */
async function ci() {
  world.server.addCaller(world.stored, second, { user: 'ci' });
  const one = staticProfile(world.server.url);
  const two = staticProfile(world.server.url, { name: 'ci', accessKeyId: second });
  writeProfiles(world.home, `${one.config}\n${two.config}`, `${one.credentials}\n${two.credentials}`);
  return world.open('ci');
}

test('the last use of a key is when, where and for what it signed', async () => {
  const account = await ci();
  assert.deepEqual(await world.account.keys.lastUse(second, never), {
    ok: true,
    value: { user: 'ci', at: undefined, service: undefined, region: undefined },
  });
  assert.ok((await account.identity(never)).ok);
  const used = await world.account.keys.lastUse(second, never);
  assert.ok(used.ok && used.value);
  assert.equal(used.value.service, 'sts');
  assert.equal(used.value.region, 'us-east-1');
  assert.match(used.value.at ?? '', /^\d{4}-/);
  assert.deepEqual(await world.account.keys.accountOf(second, never), { ok: true, value: accountId });
});

test('an inactive key is unknown to AWS until it is active again; a deleted one stays so', async () => {
  const account = await ci();
  const key = { UserName: 'ci', AccessKeyId: second };
  assert.equal(await code('UpdateAccessKey', { ...key, Status: 'Inactive' }), 'ok');
  assert.deepEqual(await world.account.keys.list('ci', never).then(l => l.ok && l.value[0]?.status), 'Inactive');
  const refused = await account.identity(never);
  assert.equal(!refused.ok && refused.problem.code, 'InvalidClientTokenId');
  assert.equal(await code('UpdateAccessKey', { ...key, Status: 'Active' }), 'ok');
  assert.ok((await account.identity(never)).ok);
  assert.equal(await code('DeleteAccessKey', key), 'ok');
  assert.equal(await code('DeleteAccessKey', key), 'NoSuchEntity');
  assert.equal((await account.identity(never)).ok, false);
  assert.deepEqual(await world.account.keys.lastUse(second, never), { ok: true, value: undefined });
  assert.deepEqual(await world.account.keys.accountOf(second, never), { ok: true, value: accountId });
});

test('keys of another account are refused, and their account can be told all the same', async () => {
  const other = world.server.addAccount('210987654321');
  world.server.addCaller(other, second, { user: 'ci' });
  const used = await world.account.keys.lastUse(second, never);
  assert.equal(!used.ok && used.problem.code, 'AccessDenied');
  assert.doesNotMatch(JSON.stringify(used), /AKIAI44/);
  assert.deepEqual(await world.account.keys.accountOf(second, never), { ok: true, value: '210987654321' });
});

test('users come in pages, with what hangs on them', async () => {
  for (let i = 0; i < 7; i++) ensureUser(world.server.store, world.stored, `u${i}`);
  world.server.store.pageSize = 3;
  const users = await world.account.keys.users(never);
  assert.deepEqual(users.ok && users.value, ['admin', 'u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
  const user = ensureUser(world.server.store, world.stored, 'u3');
  Object.assign(user, { login: true, attached: ['arn:aws:iam::aws:policy/ReadOnlyAccess'], groups: ['developers'] });
  user.inline.set('s3', JSON.stringify(readBuckets));
  assert.deepEqual(await world.account.keys.leftovers('u3', never), {
    ok: true,
    value: {
      login: true,
      inline: ['s3'],
      attached: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      groups: ['developers'],
    },
  });
  assert.deepEqual(await world.account.keys.leftovers('nobody', never), { ok: true, value: undefined });
});

test('keys of the root user have no user', async () => {
  world.server.addCaller(world.stored, second, { user: 'root' });
  const used = await world.account.keys.lastUse(second, never);
  assert.equal(used.ok && used.value?.user, undefined);
  assert.equal(
    await code('UpdateAccessKey', { UserName: 'root', AccessKeyId: second, Status: 'Inactive' }),
    'NoSuchEntity',
  );
  assert.equal(exampleSecret.length, 40);
  assert.equal(await code('GetAccessKeyLastUsed', { AccessKeyId: exampleKey }), 'ok');
});

async function roleWith(policy: object, boundary?: string): Promise<string> {
  assert.equal(
    await code('CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: JSON.stringify(trustPolicy('aws', 'plan')),
      ...(boundary !== undefined && { PermissionsBoundary: boundary }),
    }),
    'ok',
  );
  assert.equal(
    await code('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }),
    'ok',
  );
  return `arn:aws:iam::${accountId}:role/r`;
}

const allow = (Action: readonly string[], Resource: string, Condition?: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }],
});

test('the simulation decides each ARN, and says what the boundary and the organization add', async () => {
  const principal = await roleWith(
    allow(['s3:*', 'ec2:*'], 'arn:aws:s3:::acme-*'),
    'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  );
  world.stored.scps.push(JSON.stringify(allow(['s3:*'], '*')));
  const answer = await world.account.use.simulate(
    {
      principal,
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: ['arn:aws:s3:::acme-a/x', 'arn:aws:s3:::other/x'],
      context: [],
    },
    never,
  );
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.map(r => [r.action, r.resource, r.decision, r.byBoundary, r.byOrganization]),
    [
      ['s3:GetObject', 'arn:aws:s3:::acme-a/x', 'allowed', true, true],
      ['s3:GetObject', 'arn:aws:s3:::other/x', 'implicitDeny', true, true],
      ['s3:PutObject', 'arn:aws:s3:::acme-a/x', 'implicitDeny', false, true],
      ['s3:PutObject', 'arn:aws:s3:::other/x', 'implicitDeny', false, true],
    ],
  );
});

test('a condition key that the question does not bring is named as missing', async () => {
  const principal = await roleWith(
    allow(['ec2:RunInstances'], '*', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }),
  );
  const ask = async (context: { key: string; values: string[]; type: 'string' }[]) => {
    const answer = await world.account.use.simulate(
      { principal, actions: ['ec2:RunInstances'], resources: [], context },
      never,
    );
    assert.ok(answer.ok);
    return answer.value.map(r => [r.decision, r.missing]);
  };
  assert.deepEqual(await ask([]), [['implicitDeny', ['aws:RequestedRegion']]]);
  assert.deepEqual(await ask([{ key: 'aws:RequestedRegion', values: ['eu-central-1'], type: 'string' }]), [
    ['allowed', []],
  ]);
});

test('a last-accessed report takes time, comes in pages, and tells actions of some services only', async () => {
  const arn = await roleWith(allow(['s3:*', 'sqs:*', 'ec2:*'], '*'));
  const role = world.stored.roles.get('r');
  assert.ok(role);
  Object.assign(role, {
    activity: new Map([
      ['s3:CreateBucket', { date: '2026-09-01T10:00:00Z', region: 'eu-central-1' }],
      ['sqs:SendMessage', { date: '2026-10-01T10:00:00Z', region: 'eu-central-1' }],
    ]),
  });
  world.server.store.jobTakes = 3;
  world.server.store.pageSize = 2;
  const report = await world.account.use.lastAccessed(arn, never);
  assert.ok(report.ok);
  assert.ok(world.waited > 0);
  assert.deepEqual(
    report.value.map(s => [
      s.service,
      s.at?.slice(0, 10),
      s.actions?.filter(a => a.at !== undefined).map(a => a.action),
    ]),
    [
      ['ec2', undefined, []],
      ['s3', '2026-09-01', ['s3:CreateBucket']],
      ['sqs', '2026-10-01', undefined],
    ],
  );
});
