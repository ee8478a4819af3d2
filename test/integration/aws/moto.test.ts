import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { loadAws } from '../../../src/iam/account/load';
import type { AwsAccount, IamOperation } from '../../../src/iam/account/types';
import {
  applyPlan,
  desired,
  issuer,
  MemoryJournals,
  planFor,
  readBuckets,
  role,
  tags,
  trustPolicy,
  undoLast,
} from '../../support/aws/binding';
import { type Moto, startMoto } from '../../support/aws/moto/server';
import { staticProfile, writeProfiles } from '../../support/aws/profiles';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

/**
 * Our own test server is only worth something if it doesn't drift into wishful thinking: the same calls go to it and to
 * moto, and what the two accounts hold afterwards must be equal. Where moto is known to be lenient, the list below says so.
 */

let moto: Moto | { readonly missing: string };
let theirs: AwsAccount;
let ours: World;
const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));

before(async () => {
  moto = await startMoto();
  ours = await openWorld();
  if ('missing' in moto) return;
  const { config, credentials } = staticProfile(moto.url, { name: 'moto' });
  const env = writeProfiles(home, config, credentials);
  const opened = await loadAws().openAccount({ profile: 'moto', env });
  assert.ok(opened.ok);
  theirs = opened.value;
});
after(async () => {
  await ours.close();
  if (!('missing' in moto)) await moto.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Both accounts empty; `false` where there is no moto to ask. */
async function fresh(t: TestContext): Promise<boolean> {
  if ('missing' in moto) {
    t.skip(moto.missing);
    return false;
  }
  await moto.reset();
  await ours.close();
  ours = await openWorld();
  return true;
}

type Call = readonly [IamOperation, Record<string, unknown>];

async function answer(account: AwsAccount, [operation, input]: Call): Promise<string> {
  const reply = await account.send(operation, input, never);
  return reply.ok ? 'ok' : reply.problem.code.replace(/Exception$/, '');
}

/** Everything the product can read of an account, without ids and dates. */
async function dump(account: AwsAccount): Promise<unknown> {
  const providers = await account.listProviders(never);
  assert.ok(providers.ok);
  const roles = await account.send('ListRoles', {}, never);
  assert.ok(roles.ok);
  const names = (roles.value['Roles'] as { RoleName: string }[]).map(r => r.RoleName).sort();
  return {
    providers: await Promise.all(
      [...providers.value].sort().map(async arn => {
        const found = await account.readProvider(arn, never);
        assert.ok(found.ok && found.value);
        return { ...found.value, audiences: [...found.value.audiences].sort() };
      }),
    ),
    roles: await Promise.all(
      names.map(async name => {
        const found = await account.readRole(name, never);
        assert.ok(found.ok && found.value);
        const { id: _, createdAt: __, lastUsed: ___, ...rest } = found.value;
        return {
          ...rest,
          description: rest.description ?? '',
          attachedPolicyArns: [...rest.attachedPolicyArns].sort(),
        };
      }),
    ),
  };
}

const trust = JSON.stringify(trustPolicy('aws', 'plan'), null, 1);
const r = { RoleName: 'r' };
const provider = { OpenIDConnectProviderArn: `arn:aws:iam::${accountId}:oidc-provider/app.terraform.io` };
const policy = (actions: string): string =>
  JSON.stringify({ ...readBuckets, Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });

const sequence: readonly Call[] = [
  ['GetOpenIDConnectProvider', provider],
  [
    'CreateOpenIDConnectProvider',
    { Url: issuer, ClientIDList: ['aws.workload.identity', 'other'], Tags: [{ Key: 'a', Value: 'b c' }] },
  ],
  ['CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['aws.workload.identity'] }],
  [
    'TagOpenIDConnectProvider',
    {
      ...provider,
      Tags: [
        { Key: 'a', Value: 'd' },
        { Key: 'e', Value: '' },
      ],
    },
  ],
  ['UntagOpenIDConnectProvider', { ...provider, TagKeys: ['e', 'never'] }],
  ['CreateOpenIDConnectProvider', { Url: 'https://tfe.example.com/path', ClientIDList: [] }],
  [
    'DeleteOpenIDConnectProvider',
    { OpenIDConnectProviderArn: `arn:aws:iam::${accountId}:oidc-provider/tfe.example.com/path` },
  ],
  ['GetRole', r],
  ['UpdateAssumeRolePolicy', { ...r, PolicyDocument: trust }],
  [
    'CreateRole',
    {
      ...r,
      Path: '/tf/',
      AssumeRolePolicyDocument: trust,
      Description: 'Zürich & <b>',
      MaxSessionDuration: 7200,
      PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      Tags: [{ Key: 'k', Value: 'v' }],
    },
  ],
  ['CreateRole', { ...r, AssumeRolePolicyDocument: trust }],
  ['CreateRole', { RoleName: 's', AssumeRolePolicyDocument: trust }],
  ['PutRolePolicy', { ...r, PolicyName: 'p', PolicyDocument: policy('s3:Get*') }],
  ['PutRolePolicy', { ...r, PolicyName: 'p', PolicyDocument: policy('s3:List*') }],
  [
    'PutRolePolicy',
    { ...r, PolicyName: 'q', PolicyDocument: JSON.stringify(JSON.parse(policy('ec2:Describe*')), null, 4) },
  ],
  ['GetRolePolicy', { ...r, PolicyName: 'none' }],
  ['DeleteRolePolicy', { ...r, PolicyName: 'none' }],
  ['DeleteRolePolicy', { ...r, PolicyName: 'q' }],
  ['AttachRolePolicy', { ...r, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
  ['AttachRolePolicy', { ...r, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
  ['AttachRolePolicy', { ...r, PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicyAnywhere' }],
  ['DetachRolePolicy', { ...r, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
  ['DeleteRole', r],
  ['UpdateAssumeRolePolicy', { ...r, PolicyDocument: JSON.stringify(trustPolicy('aws', 'apply')) }],
  ['UpdateRole', { ...r, Description: 'other', MaxSessionDuration: 3600 }],
  ['PutRolePermissionsBoundary', { ...r, PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' }],
  [
    'TagRole',
    {
      ...r,
      Tags: [
        { Key: 'k', Value: 'w' },
        { Key: 'l', Value: 'x' },
      ],
    },
  ],
  ['UntagRole', { ...r, TagKeys: ['k', 'never'] }],
  ['DeleteRole', { RoleName: 's' }],
  ['DeleteRole', { RoleName: 's' }],
  ['GetUser', { UserName: 'nobody' }],
  ['ListAccessKeys', { UserName: 'nobody' }],
  ['ListUserPolicies', { UserName: 'nobody' }],
  ['ListGroupsForUser', { UserName: 'nobody' }],
  ['GetLoginProfile', { UserName: 'nobody' }],
  ['UpdateAccessKey', { UserName: 'nobody', AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Inactive' }],
  ['DeleteAccessKey', { UserName: 'nobody', AccessKeyId: 'AKIAI44QH8DHBEXAMPLE' }],
  ['GetAccessKeyLastUsed', { AccessKeyId: 'AKIAI44QH8DHBEXAMPLE' }],
  ['ListUsers', {}],
  ['PutRolePolicy', { ...r, PolicyName: 'bad', PolicyDocument: '{' }],
];

test('the same calls get the same answers and leave the same account', async t => {
  if (!(await fresh(t))) return;
  for (const call of sequence) {
    const [a, b] = [await answer(ours.account, call), await answer(theirs, call)];
    assert.equal(a, b, JSON.stringify(call));
  }
  assert.deepEqual(await dump(ours.account), await dump(theirs));
});

test('a whole setup by the engine leaves the same account, and so does its undo', async t => {
  if (!(await fresh(t))) return;
  const wanted = desired('aws', {
    roles: [
      role('aws', 'plan', { attachedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
      role('aws', 'apply', { path: '/tf/', maxSessionDuration: 7200, tags }),
    ],
  });
  const theirWorld: World = { ...ours, account: theirs };
  const journals = [new MemoryJournals(), new MemoryJournals()] as const;
  const empty = await dump(theirs);
  for (const [i, world] of [ours, theirWorld].entries()) {
    assert.equal((await applyPlan(world, await planFor(world, wanted), journals[i as 0 | 1])).state, 'complete');
    assert.deepEqual((await planFor(world, wanted)).changes, []);
  }
  assert.deepEqual(await dump(ours.account), await dump(theirs));
  await undoLast(ours, journals[0]);
  await undoLast(theirWorld, journals[1]);
  assert.deepEqual(await dump(theirs), empty);
  assert.deepEqual(await dump(ours.account), empty);
});

/** What moto 5.2.5 lets through or leaves out, each with the answer of IAM (ours) and of moto. */
const leniencies: readonly (readonly [what: string, call: Call, iam: string, moto: string])[] = [
  [
    'it has no AddClientIDToOpenIDConnectProvider',
    ['AddClientIDToOpenIDConnectProvider', { ...provider, ClientID: 'x' }],
    'ok',
    'unreadable-reply',
  ],
  [
    'it has no RemoveClientIDFromOpenIDConnectProvider',
    ['RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID: 'x' }],
    'ok',
    'unreadable-reply',
  ],
  [
    'role names may hold spaces',
    ['CreateRole', { RoleName: 'Default Project', AssumeRolePolicyDocument: trust }],
    'ValidationError',
    'ok',
  ],
  [
    'trust policies need no principal',
    [
      'UpdateAssumeRolePolicy',
      { ...r, PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}' },
    ],
    'MalformedPolicyDocument',
    'ok',
  ],
  [
    'app.terraform.io needs no subject',
    [
      'UpdateAssumeRolePolicy',
      { ...r, PolicyDocument: trust.replace('app.terraform.io:sub', 'app.terraform.io:oaud') },
    ],
    'MalformedPolicyDocument',
    'ok',
  ],
  [
    'trust policies have no quota',
    ['UpdateAssumeRolePolicy', { ...r, PolicyDocument: trust.replace('storefront', 'x'.repeat(2048)) }],
    'LimitExceeded',
    'ok',
  ],
  [
    'inline policies have no quota',
    [
      'PutRolePolicy',
      { ...r, PolicyName: 'big', PolicyDocument: JSON.stringify({ ...readBuckets, Id: 'x'.repeat(10_240) }) },
    ],
    'LimitExceeded',
    'ok',
  ],
];

test('moto is as lenient as written down, no more and no less', async t => {
  if (!(await fresh(t))) return;
  for (const account of [ours.account, theirs]) {
    await answer(account, ['CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['aws.workload.identity'] }]);
    await answer(account, ['CreateRole', { ...r, AssumeRolePolicyDocument: trust }]);
  }
  for (const [what, call, iam, lenient] of leniencies) {
    assert.deepEqual([await answer(ours.account, call), await answer(theirs, call)], [iam, lenient], what);
  }
});
