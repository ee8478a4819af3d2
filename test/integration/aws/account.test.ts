import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { loadAws } from '../../../src/iam/account/load';
import type { AccountOptions, CallerIdentity } from '../../../src/iam/account/types';
import { trustPolicy } from '../../support/aws/binding';
import { startIssuer } from '../../support/aws/issuer';
import { exampleKey, exampleSecret, writeProfiles } from '../../support/aws/profiles';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

function profiles(config: string, credentials = ''): Record<string, string> {
  return writeProfiles(world.home, config.replaceAll('URL', world.server.url), credentials);
}
const keys = `aws_access_key_id = ${exampleKey}\naws_secret_access_key = ${exampleSecret}\n`;

async function identity(options: AccountOptions): Promise<CallerIdentity | string> {
  const opened = await loadAws().openAccount(options);
  if (!opened.ok) return `${opened.problem.code}: ${opened.problem.nextStep}`;
  const found = await opened.value.identity(never);
  return found.ok ? found.value : `${found.problem.code}: ${found.problem.nextStep}`;
}
const arnOf = (found: CallerIdentity | string): string => (typeof found === 'string' ? found : found.arn);

const admin = `arn:aws:iam::${accountId}:user/admin`;
const deployTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: admin }, Action: 'sts:AssumeRole' }],
});

describe('profiles are read as the AWS CLI reads them', () => {
  test('each kind is told apart, and sections that are no profiles are left out', async () => {
    const env = profiles(
      `[default]\nregion = eu-central-1\n` +
        `[profile sso-new]\nsso_session = corp\nsso_account_id = ${accountId}\nsso_role_name = Admin\n` +
        `[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n` +
        `[profile sso-old]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = ${accountId}\nsso_role_name = Admin\n` +
        `[profile process]\ncredential_process = /bin/true\nregion = us-gov-west-1\n` +
        `[profile chained]\nrole_arn = arn:aws:iam::${accountId}:role/deploy\nsource_profile = default\nmfa_serial = arn:aws:iam::${accountId}:mfa/me\n` +
        `[profile on-host]\nrole_arn = arn:aws:iam::${accountId}:role/deploy\ncredential_source = Ec2InstanceMetadata\n` +
        `[profile web]\nrole_arn = arn:aws:iam::${accountId}:role/deploy\nweb_identity_token_file = /tmp/token\n` +
        `[services local]\niam =\n  endpoint_url = URL\n` +
        `[profile "my work"]\nservices = local\n${keys}` +
        `[profile empty]\noutput = json\n`,
      `[default]\n${keys}[from-credentials]\n${keys}`,
    );
    const listed = await loadAws().listProfiles(env);
    assert.deepEqual(
      listed.map(p => [p.name, p.kind, p.region, p.customEndpoint]),
      [
        ['chained', 'assume-role', undefined, false],
        ['default', 'static', 'eu-central-1', false],
        ['empty', 'incomplete', undefined, false],
        ['from-credentials', 'static', undefined, false],
        ['my work', 'static', undefined, true],
        ['on-host', 'assume-role', undefined, false],
        ['process', 'credential-process', 'us-gov-west-1', false],
        ['sso-new', 'sso', undefined, false],
        ['sso-old', 'sso', undefined, false],
        ['web', 'web-identity', undefined, false],
      ],
    );
    assert.equal(listed.find(p => p.name === 'chained')?.mfaSerial, `arn:aws:iam::${accountId}:mfa/me`);
    assert.equal(listed.find(p => p.name === 'sso-new')?.detail, `${accountId} Admin`);
    assert.ok(!JSON.stringify(listed).includes(exampleSecret) && !JSON.stringify(listed).includes(exampleKey));
  });

  test('credentials of the environment come first, and no files mean no profiles', async () => {
    const env = {
      ...profiles('', ''),
      AWS_ACCESS_KEY_ID: exampleKey,
      AWS_SECRET_ACCESS_KEY: exampleSecret,
      AWS_REGION: 'eu-west-1',
    };
    assert.deepEqual(
      (await loadAws().listProfiles(env)).map(p => [p.name, p.kind, p.region]),
      [[undefined, 'environment', 'eu-west-1']],
    );
    const none = {
      HOME: world.home,
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    };
    assert.deepEqual(await loadAws().listProfiles(none), []);
  });

  test('a file that changes is read anew', async () => {
    const env = profiles('[profile "a b"]\nregion = eu-west-1\n');
    assert.deepEqual(
      (await loadAws().listProfiles(env)).map(p => p.name),
      ['a b'],
    );
    profiles('[profile c]\nregion = eu-west-1\n');
    assert.deepEqual(
      (await loadAws().listProfiles(env)).map(p => p.name),
      ['c'],
    );
  });
});

describe('each kind of credentials reaches the account', () => {
  test('static keys, with endpoint_url and with a services section', async () => {
    const env = profiles(
      `[profile a]\nregion = us-west-2\nendpoint_url = URL\n[profile b]\nservices = local\n` +
        `[services local]\niam =\n  endpoint_url = URL\nsts =\n  endpoint_url = URL\n`,
      `[a]\n${keys}[b]\n${keys}`,
    );
    assert.equal(arnOf(await identity({ env, profile: 'a' })), admin);
    assert.equal(arnOf(await identity({ env, profile: 'b', region: 'eu-west-1' })), admin);
    assert.deepEqual(
      world.server.log.map(e => e.region),
      ['us-west-2', 'eu-west-1'],
    );
  });

  test('the endpoint of the chosen profile counts, not that of AWS_PROFILE', async () => {
    const env = profiles(
      `[profile a]\nendpoint_url = URL\n[profile b]\nendpoint_url = http://127.0.0.1:9\n`,
      `[a]\n${keys}[b]\n${keys}`,
    );
    const former = process.env['AWS_PROFILE'];
    process.env['AWS_PROFILE'] = 'b';
    try {
      assert.equal(arnOf(await identity({ env: { ...env, AWS_PROFILE: 'b' }, profile: 'a' })), admin);
    } finally {
      if (former === undefined) delete process.env['AWS_PROFILE'];
      else process.env['AWS_PROFILE'] = former;
    }
  });

  test('endpoint variables win over profiles, and can be switched off', async () => {
    const env = profiles(`[profile a]\nendpoint_url = http://127.0.0.1:9\n`, `[a]\n${keys}`);
    assert.equal(
      arnOf(
        await identity({
          env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_STS: world.server.url },
          profile: 'a',
        }),
      ),
      admin,
    );
    const off = await loadAws().listProfiles({ ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' });
    assert.deepEqual(
      off.map(p => p.customEndpoint),
      [false],
    );
  });

  test('role_arn with source_profile, MFA asked once for IAM and STS together', async () => {
    await world.account.send('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: deployTrust }, never);
    const env = profiles(
      `[profile "base keys"]\n${keys}[profile deploy]\nrole_arn = arn:aws:iam::${accountId}:role/deploy\nsource_profile = base keys\n` +
        `mfa_serial = arn:aws:iam::${accountId}:mfa/me\nendpoint_url = URL\nrole_session_name = me\n`,
    );
    world.server.mfa.set(`arn:aws:iam::${accountId}:mfa/me`, '123456');
    const asked: string[] = [];
    const opened = await loadAws().openAccount({
      env,
      profile: 'deploy',
      mfaCode: serial => {
        asked.push(serial);
        return Promise.resolve('123456');
      },
    });
    assert.ok(opened.ok);
    const found = await opened.value.identity(never);
    assert.ok(found.ok, found.ok ? '' : JSON.stringify(found.problem));
    assert.equal(found.value.arn, `arn:aws:sts::${accountId}:assumed-role/deploy/me`);
    assert.ok((await opened.value.readRole('deploy', never)).ok);
    assert.deepEqual(asked, [`arn:aws:iam::${accountId}:mfa/me`]);
    assert.match(
      arnOf(await identity({ env, profile: 'deploy', mfaCode: () => Promise.resolve('000000') })),
      /^AccessDenied/,
    );
    assert.match(arnOf(await identity({ env, profile: 'deploy' })), /^mfa-needed/);
  });

  test('a web identity token, and credentials of the environment behind a role', async () => {
    const issuer = await startIssuer();
    try {
      world.server.issuers.set('https://app.terraform.io', issuer.url);
      const sub = 'organization:acme:project:Default Project:workspace:storefront:run_phase:plan';
      const trust = JSON.stringify(trustPolicy('aws', 'plan'));
      await world.account.send('CreateRole', { RoleName: 'web', AssumeRolePolicyDocument: trust }, never);
      await world.account.send('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: deployTrust }, never);
      await world.account.send(
        'CreateOpenIDConnectProvider',
        { Url: 'https://app.terraform.io', ClientIDList: ['aws.workload.identity'] },
        never,
      );
      const file = path.join(world.home, 'token');
      writeFileSync(file, issuer.token({ sub }));
      const env = profiles(
        `[profile web]\nrole_arn = arn:aws:iam::${accountId}:role/web\nweb_identity_token_file = ${file}\n` +
          `role_session_name = run\nendpoint_url = URL\n` +
          `[profile host]\nrole_arn = arn:aws:iam::${accountId}:role/deploy\ncredential_source = Environment\n` +
          `role_session_name = me\nendpoint_url = URL\n`,
      );
      assert.equal(arnOf(await identity({ env, profile: 'web' })), `arn:aws:sts::${accountId}:assumed-role/web/run`);
      const keys = { AWS_ACCESS_KEY_ID: exampleKey, AWS_SECRET_ACCESS_KEY: exampleSecret };
      assert.equal(
        arnOf(await identity({ env: { ...env, ...keys }, profile: 'host' })),
        `arn:aws:sts::${accountId}:assumed-role/deploy/me`,
      );
    } finally {
      await issuer.stop();
    }
  });

  test('credential_process', async () => {
    const script = path.join(world.home, 'credentials.js');
    writeFileSync(
      script,
      `console.log(JSON.stringify({ Version: 1, AccessKeyId: '${exampleKey}', SecretAccessKey: '${exampleSecret}' }))`,
    );
    chmodSync(script, 0o700);
    const env = profiles(`[profile p]\ncredential_process = ${process.execPath} ${script}\nendpoint_url = URL\n`);
    assert.equal(arnOf(await identity({ env, profile: 'p' })), admin);
    const broken = profiles(
      `[profile p]\ncredential_process = ${process.execPath} /nonexistent.js\nendpoint_url = URL\n`,
    );
    assert.match(arnOf(await identity({ env: broken, profile: 'p' })), /^no-credentials/);
  });

  test('SSO in both formats, and the way to sign in where the session has ended', async () => {
    const caller = world.server.addCaller(world.stored, 'ASIASSOEXAMPLE000000', {
      user: 'sso',
      sessionToken: 'sso-session-token',
    });
    world.server.ssoSessions.push({ accessToken: 'token-1', roles: [{ accountId, roleName: 'Admin', caller }] });
    const env = profiles(
      `[profile new]\nsso_session = corp\nsso_account_id = ${accountId}\nsso_role_name = Admin\nendpoint_url = URL\n` +
        `[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n` +
        `[profile old]\nsso_start_url = https://old.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = ${accountId}\nsso_role_name = Admin\nendpoint_url = URL\n`,
    );
    const former = process.env['HOME'];
    process.env['HOME'] = world.home; // The SDK looks for the session's token there.
    try {
      assert.equal(await identity({ env, profile: 'new' }), 'sso-expired: Sign in again: aws sso login --profile new');
      assert.equal(await identity({ env, profile: 'old' }), 'sso-expired: Sign in again: aws sso login --profile old');
      const cache = path.join(world.home, '.aws', 'sso', 'cache');
      mkdirSync(cache, { recursive: true });
      for (const key of ['corp', 'https://old.awsapps.com/start']) {
        const file = path.join(cache, `${createHash('sha1').update(key).digest('hex')}.json`);
        writeFileSync(
          file,
          JSON.stringify({
            accessToken: 'token-1',
            expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
            region: 'us-east-1',
          }),
        );
      }
      assert.equal(arnOf(await identity({ env, profile: 'new' })), caller.arn);
      assert.equal(arnOf(await identity({ env, profile: 'old' })), caller.arn);
    } finally {
      if (former === undefined) delete process.env['HOME'];
      else process.env['HOME'] = former;
    }
  });
});

describe('what goes wrong is said with a next step', () => {
  test('unknown profile', async () => {
    assert.match(
      arnOf(await identity({ env: world.env, profile: 'none' })),
      /^no-such-profile: Choose one of: default/,
    );
  });

  test('unknown key, expired key, other partition', async () => {
    world.server.callers.delete(exampleKey);
    assert.match(arnOf(await identity({ env: world.env, profile: 'default' })), /^InvalidClientTokenId: .*GovCloud/);
    world.server.addCaller(world.stored, exampleKey, { expires: 1 });
    assert.match(arnOf(await identity({ env: world.env, profile: 'default' })), /^ExpiredToken/);
    world.server.addCaller(world.stored, exampleKey);
    assert.match(
      arnOf(await identity({ env: world.env, profile: 'default', region: 'cn-north-1' })),
      /^InvalidClientTokenId/,
    );
  });

  test('the root user is called out', async () => {
    world.server.addCaller(world.stored, exampleKey, { user: 'root' });
    const found = await identity({ env: world.env, profile: 'default' });
    assert.ok(typeof found !== 'string' && found.root);
  });

  test('a refusal names permission and request id', async () => {
    world.server.addCaller(world.stored, exampleKey, { allow: ['sts:*'] });
    const read = await world.account.readRole('any', never);
    assert.ok(!read.ok);
    assert.equal(read.problem.code, 'AccessDenied');
    assert.match(read.problem.nextStep, /iam:GetRole/);
    assert.equal(read.problem.requestId, '7a1b0000-0000-4000-8000-000000000001');
    assert.equal(read.problem.status, 403);
  });

  test('no server, a cut connection, no XML: reads are tried again, writes are not', async () => {
    world.server.faults.add({ action: 'GetRole', kind: 'drop-before', times: 2 });
    assert.ok((await world.account.readRole('none', never)).ok);
    assert.equal(world.server.calls().length, 3);
    world.server.faults.add({ action: 'TagRole', kind: 'malformed' });
    await world.account.send('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: deployTrust }, never);
    const tagged = await world.account.send('TagRole', { RoleName: 'r', Tags: [{ Key: 'a', Value: 'b' }] }, never);
    // An empty reply is what TagRole gives, so the SDK does not even look at the body.
    assert.ok(tagged.ok || tagged.effect === 'unknown');
    await world.server.stop();
    const refused = await (await world.open()).send('GetRole', { RoleName: 'r' }, never);
    assert.ok(!refused.ok);
    assert.deepEqual([refused.problem.code, refused.effect], ['network', 'none'], JSON.stringify(refused));
    await world.server.start();
  });

  for (const kind of ['hold', 'hold-before'] as const) {
    test(`cancelling ends a request that hangs (${kind})`, async () => {
      world.server.faults.add({ action: 'GetRole', kind });
      const abort = new AbortController();
      world.server.onCall = (_, moment) => {
        if (moment === (kind === 'hold' ? 'after' : 'before')) abort.abort();
      };
      await assert.rejects(world.account.readRole('any', abort.signal), { name: 'AbortError' });
    });
  }
});

test('nothing of the credentials is printed', async () => {
  const written: string[] = [];
  const originals = { log: console.log, warn: console.warn, error: console.error };
  const keep = (...args: unknown[]): void => void written.push(args.map(String).join(' '));
  Object.assign(console, { log: keep, warn: keep, error: keep });
  try {
    await world.account.identity(never);
    await world.account.readRole('any', never);
    world.server.callers.clear();
    await world.account.identity(never);
  } finally {
    Object.assign(console, originals);
  }
  assert.deepEqual(written, []);
});
