import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { IamOperation } from '../../../src/iam/account/types';
import { issuer, readBuckets, trustPolicy } from '../../support/aws/binding';
import { type Issuer, startIssuer } from '../../support/aws/issuer';
import { exampleKey, exampleSecret } from '../../support/aws/profiles';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** The code that IAM answers, or `ok`. */
async function code(operation: IamOperation, input: Record<string, unknown>): Promise<string> {
  const reply = await world.account.send(operation, input, never);
  return reply.ok ? 'ok' : reply.problem.code;
}

const trust = JSON.stringify(trustPolicy('aws', 'plan'));
const firstStatement = (phase: string): Record<string, unknown> =>
  (trustPolicy('aws', phase)['Statement'] as readonly Record<string, unknown>[])[0] ?? {};
const withStatement = (statement: Record<string, unknown>): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...firstStatement('plan'), ...statement }],
  });
const condition = (sub: unknown, operator = 'StringEquals', key = 'app.terraform.io:sub'): string =>
  withStatement({
    Condition: {
      StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
      [operator === 'StringEquals' ? 'StringLike' : operator]: { [key]: sub },
    },
  });

describe('trust policies', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['the generated one', trust, 'ok'],
    ['no JSON', '{', 'MalformedPolicyDocument'],
    ['a comment in JSON', `// who\n${trust}`, 'MalformedPolicyDocument'],
    ['an unknown version', trust.replace('2012-10-17', '2020-01-01'), 'MalformedPolicyDocument'],
    ['a resource', withStatement({ Resource: '*' }), 'MalformedPolicyDocument'],
    ['no principal', withStatement({ Principal: undefined }), 'MalformedPolicyDocument'],
    [
      'a principal that is no domain and no ARN',
      withStatement({ Principal: { Federated: 'arn:aws:iam::1234:oidc-provider/app.terraform.io' } }),
      'MalformedPolicyDocument',
    ],
    [
      'a principal of another partition',
      withStatement({ Principal: { Federated: `arn:aws-cn:iam::${accountId}:oidc-provider/app.terraform.io` } }),
      'MalformedPolicyDocument',
    ],
    ['an action of another service', withStatement({ Action: 's3:GetObject' }), 'MalformedPolicyDocument'],
    ['an unknown operator', condition('organization:acme:*', 'StringMatches'), 'MalformedPolicyDocument'],
    ['an unknown field', withStatement({ Conditions: {} }), 'MalformedPolicyDocument'],
    ['no effect', withStatement({ Effect: undefined }), 'MalformedPolicyDocument'],
    ['a SID with a space', withStatement({ Sid: 'two words' }), 'MalformedPolicyDocument'],
    [
      'app.terraform.io without a subject',
      withStatement({ Condition: { StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' } } }),
      'MalformedPolicyDocument',
    ],
    ['app.terraform.io with a bare wildcard', condition('*'), 'MalformedPolicyDocument'],
    [
      'app.terraform.io with a bare wildcard among others',
      condition(['organization:acme:*', '*']),
      'MalformedPolicyDocument',
    ],
    ['app.terraform.io with a subject under a wildcard operator', condition('organization:acme:*'), 'ok'],
    [
      'app.terraform.io with the key in other letters',
      condition('organization:acme:*', 'StringLike', 'App.Terraform.io:Sub'),
      'ok',
    ],
    [
      'another host without a subject',
      trust.replaceAll('app.terraform.io', 'tfe.example.com').replace(/,"tfe.example.com:sub":"[^"]*"/, ''),
      'ok',
    ],
    [
      '2,049 characters',
      condition(`organization:acme:${'x'.repeat(2049 - condition('organization:acme:').length)}`),
      'LimitExceeded',
    ],
    [
      '2,048 characters',
      condition(`organization:acme:${'x'.repeat(2048 - condition('organization:acme:').length)}`),
      'ok',
    ],
    [
      '2,048 characters and much white space',
      JSON.stringify(
        JSON.parse(condition(`organization:acme:${'x'.repeat(2048 - condition('organization:acme:').length)}`)),
        null,
        8,
      ),
      'ok',
    ],
    ['letters beyond Latin 1', condition('organization:acme→:*'), 'ValidationError'],
  ];
  for (const [what, document, expected] of cases) {
    test(`${what}: ${expected}`, async () => {
      assert.equal(await code('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: document }), expected);
      if (expected === 'ok') return;
      assert.equal(await code('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust }), 'ok');
      assert.equal(await code('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: document }), expected);
      assert.equal(world.stored.roles.get('r')?.trust, trust);
    });
  }
});

test('an old role that IAM let through is checked as a whole when it is touched', async () => {
  assert.equal(await code('CreateRole', { RoleName: 'old', AssumeRolePolicyDocument: trust }), 'ok');
  const old = world.stored.roles.get('old');
  assert.ok(old);
  old.trust = condition('*');
  const next = JSON.parse(old.trust) as { Statement: unknown[] };
  next.Statement.push(firstStatement('apply'));
  assert.equal(
    await code('UpdateAssumeRolePolicy', { RoleName: 'old', PolicyDocument: JSON.stringify(next) }),
    'MalformedPolicyDocument',
  );
});

test('roles: names, paths, tags, quotas, boundaries, deletion order', async () => {
  const create = (part: Record<string, unknown>): Promise<string> =>
    code('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust, ...part });
  assert.equal(await create({ RoleName: 'x'.repeat(65) }), 'ValidationError');
  assert.equal(await create({ RoleName: 'Default Project' }), 'ValidationError');
  assert.equal(await create({ Path: 'no-slash' }), 'ValidationError');
  assert.equal(await create({ Description: '→' }), 'ValidationError');
  assert.equal(await create({ MaxSessionDuration: 3599 }), 'ValidationError');
  assert.equal(await create({ Tags: [{ Key: 'aws:x', Value: 'y' }] }), 'InvalidInput');
  assert.equal(
    await create({
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'A', Value: '2' },
      ],
    }),
    'InvalidInput',
  );
  assert.equal(
    await create({ Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' })) }),
    'LimitExceeded',
  );
  assert.equal(await create({ Tags: [{ Key: 'k', Value: '#' }] }), 'ValidationError');
  assert.equal(await create({ PermissionsBoundary: 'arn:aws:iam::aws:policy/NoSuchPolicy' }), 'NoSuchEntity');
  assert.equal(await create({}), 'ok');
  assert.equal(await create({ RoleName: 'R' }), 'EntityAlreadyExists');
  assert.equal(
    await code('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess' }),
    'InvalidInput',
  );
  assert.equal(
    await code('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicy' }),
    'NoSuchEntity',
  );
  assert.equal(
    await code('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    'ok',
  );
  assert.equal(await code('DeleteRole', { RoleName: 'r' }), 'DeleteConflict');
  assert.equal(
    await code('DetachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    'ok',
  );
  const big = (n: number): string => JSON.stringify({ ...readBuckets, Id: 'x'.repeat(n) });
  const base = big(0).length;
  assert.equal(await code('PutRolePolicy', { RoleName: 'r', PolicyName: 'a', PolicyDocument: big(6000 - base) }), 'ok');
  assert.equal(
    await code('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: big(4241 - base) }),
    'LimitExceeded',
  );
  assert.equal(await code('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: big(4240 - base) }), 'ok');
  assert.equal(
    await code('PutRolePolicy', { RoleName: 'r', PolicyName: 'c', PolicyDocument: trust }),
    'MalformedPolicyDocument',
  );
  assert.equal(await code('DeleteRole', { RoleName: 'r' }), 'DeleteConflict');
  world.stored.quotas.roles = 1;
  assert.equal(await create({ RoleName: 's' }), 'LimitExceeded');
});

test('providers: one for each URL, audiences, quota', async () => {
  const create = (part: Record<string, unknown>): Promise<string> =>
    code('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['a'], ...part });
  assert.equal(await create({ Url: 'http://app.terraform.io' }), 'InvalidInput');
  assert.equal(await create({ Url: 'https://app.terraform.io:8443' }), 'InvalidInput');
  assert.equal(await create({ Url: `https://${'x'.repeat(250)}.io` }), 'ValidationError');
  assert.equal(await create({ ThumbprintList: ['abc'] }), 'InvalidInput');
  assert.equal(await create({ ClientIDList: ['x'.repeat(256)] }), 'InvalidInput');
  assert.equal(await create({ ClientIDList: Array.from({ length: 101 }, (_, i) => `a${i}`) }), 'LimitExceeded');
  assert.equal(await create({}), 'ok');
  assert.equal(await create({}), 'EntityAlreadyExists');
  const arn = `arn:aws:iam::${accountId}:oidc-provider/app.terraform.io`;
  assert.equal(
    await code('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: arn, ClientID: 'a' }),
    'ok',
  );
  assert.deepEqual(world.stored.providers.get(arn)?.clientIds, ['a']);
  assert.equal(
    await code('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: `${arn}/`, ClientID: 'a' }),
    'NoSuchEntity',
  );
  world.stored.quotas.providers = 1;
  assert.equal(await create({ Url: 'https://tfe.example.com' }), 'LimitExceeded');
  assert.equal(await code('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: arn }), 'ok');
  assert.equal(await code('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: arn }), 'ok');
});

test('lists come in pages, and documents URL-encoded', async () => {
  world.server.store.pageSize = 2;
  for (let i = 0; i < 5; i++)
    assert.equal(await code('CreateRole', { RoleName: `r${i}`, AssumeRolePolicyDocument: trust }), 'ok');
  for (let i = 0; i < 5; i++) {
    assert.equal(
      await code('PutRolePolicy', {
        RoleName: 'r0',
        PolicyName: `p${i}`,
        PolicyDocument: JSON.stringify({ ...readBuckets, Id: "100% 'a+b'" }),
      }),
      'ok',
    );
  }
  const trusting = await world.account.rolesTrusting(`arn:aws:iam::${accountId}:oidc-provider/app.terraform.io`, never);
  assert.deepEqual(trusting.ok && trusting.value, ['r0', 'r1', 'r2', 'r3', 'r4']);
  const role = await world.account.readRole('r0', never);
  assert.ok(role.ok && role.value);
  assert.equal(Object.keys(role.value.inlinePolicies).length, 5);
  assert.equal(role.value.inlinePolicies['p4'], JSON.stringify({ ...readBuckets, Id: "100% 'a+b'" }));
  assert.equal(role.value.trustPolicy, trust);
});

test('what a caller may not do is refused, and the simulation knows it', async () => {
  world.server.addCaller(world.stored, exampleKey, {
    user: 'reader',
    allow: ['iam:Get*', 'iam:List*', 'iam:Simulate*'],
    deny: ['iam:ListRoles'],
  });
  assert.equal(await code('GetRole', { RoleName: 'none' }), 'NoSuchEntity');
  assert.equal(await code('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust }), 'AccessDenied');
  assert.equal(await code('ListRoles', {}), 'AccessDenied');
  const identity = await world.account.identity(never);
  assert.ok(identity.ok);
  const denied = await world.account.deniedActions(
    identity.value,
    ['iam:GetRole', 'iam:CreateRole', 'iam:ListRoles'],
    never,
  );
  assert.deepEqual(denied.ok && denied.value, ['iam:CreateRole', 'iam:ListRoles']);
});

describe('AssumeRoleWithWebIdentity', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  let idp: Issuer;
  before(async () => {
    idp = await startIssuer();
  });
  after(() => idp.stop());

  const sub = 'organization:acme:project:Default Project:workspace:storefront:run_phase:plan';
  const token = (claims: Record<string, unknown> = {}, key?: KeyObject, header?: Record<string, unknown>): string =>
    idp.token({ sub, ...claims }, key, header);

  async function assume(jwt: string, roleArn = `arn:aws:iam::${accountId}:role/r`, idpUrl = idp.url): Promise<string> {
    world.server.issuers.set(issuer, idpUrl);
    const sts = new STSClient({
      region: 'us-west-2',
      endpoint: world.server.url,
      maxAttempts: 1,
      credentials: { accessKeyId: exampleKey, secretAccessKey: exampleSecret },
    });
    try {
      const reply = await sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'terraform-run',
          WebIdentityToken: jwt,
        }),
      );
      const {
        AccessKeyId: accessKeyId = '',
        SecretAccessKey: secretAccessKey = '',
        SessionToken: sessionToken = '',
      } = reply.Credentials ?? {};
      const as = new STSClient({
        region: 'us-west-2',
        endpoint: world.server.url,
        credentials: { accessKeyId, secretAccessKey, sessionToken },
      });
      return (await as.send(new GetCallerIdentityCommand({}))).Arn ?? '';
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  const provider = (ClientIDList = ['aws.workload.identity']): Promise<string> =>
    code('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList });
  const role = (policy = trust): Promise<string> =>
    code('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: policy });

  test('gives working credentials for the right token', async () => {
    await provider();
    await role();
    assert.equal(await assume(token()), `arn:aws:sts::${accountId}:assumed-role/r/terraform-run`);
  });

  test('refuses everything else, as STS words it', async () => {
    await role();
    assert.match(
      await assume(token()),
      /^InvalidIdentityToken.*No OpenIDConnect provider found in your account for https:\/\/app\.terraform\.io/,
    );
    await provider(['sts.amazonaws.com']);
    assert.match(await assume(token()), /^InvalidIdentityToken.*Incorrect token audience/);
    await code('AddClientIDToOpenIDConnectProvider', {
      OpenIDConnectProviderArn: `arn:aws:iam::${accountId}:oidc-provider/app.terraform.io`,
      ClientID: 'aws.workload.identity',
    });
    const denied = /^AccessDenied.*Not authorized to perform sts:AssumeRoleWithWebIdentity/;
    assert.match(await assume(token({ sub: sub.replace('plan', 'apply') })), denied);
    assert.match(await assume(token({ sub: sub.replace('acme', 'Acme') })), denied);
    assert.match(await assume(token(), `arn:aws:iam::${accountId}:role/none`), denied);
    assert.match(await assume(token(), 'arn:aws:iam::999999999999:role/r'), denied);
    assert.match(await assume(token({}, stranger)), /^InvalidIdentityToken.*signature/);
    assert.match(await assume(token({}, undefined, { kid: 'other' })), /^InvalidIdentityToken.*verification key/);
    assert.match(await assume(token({}, undefined, { alg: 'none' })), /^InvalidIdentityToken/);
    assert.match(await assume('not.a.token'), /^InvalidIdentityToken.*not a valid JWT/);
    const past = Math.floor(Date.now() / 1000) - 600;
    assert.match(await assume(token({ exp: past, nbf: past - 300 })), /^ExpiredTokenException/);
    assert.equal(
      await assume(token({ exp: past + 400 })),
      `arn:aws:sts::${accountId}:assumed-role/r/terraform-run`,
      'five minutes of grace',
    );
    assert.match(await assume(token(), undefined, 'http://127.0.0.1:9'), /^IDPCommunicationError/);
  });

  test('leaves its traces in CloudTrail, denied calls too', async () => {
    world.server.webIdentityRegion = 'us-west-2';
    await provider();
    await role();
    await assume(token());
    await assume(token({ sub: 'organization:acme:project::workspace:storefront:run_phase:plan' }));
    const trail = new CloudTrailClient({
      region: 'us-west-2',
      endpoint: world.server.url,
      credentials: { accessKeyId: exampleKey, secretAccessKey: exampleSecret },
    });
    const lookUp = new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
    });
    const { Events: events = [] } = await trail.send(lookUp);
    assert.equal(events.length, 2);
    const seen = events.map(
      e => JSON.parse(e.CloudTrailEvent ?? '{}') as { errorCode?: string; userIdentity: { userName: string } },
    );
    assert.deepEqual(
      seen.map(e => [e.errorCode, e.userIdentity.userName]).sort(),
      [
        ['AccessDenied', 'organization:acme:project::workspace:storefront:run_phase:plan'],
        [undefined, sub],
      ].sort(),
    );
  });
});
