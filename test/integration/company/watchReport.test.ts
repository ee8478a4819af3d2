import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { watchReport } from '../../../src/cli/watch/watchReport';
import { realWait } from '../../../src/hcp/client/limiter';
import { ProblemError } from '../../../src/core/problem';
import { ServerPair } from '../../support/binding/serverWorlds';
import type { CommandRun } from '../../support/runCommand';
import { runCommand } from '../../support/runCommand';

const key = 'AKIAIOSFODNN7EXAMPLE';

describe('watch-report', () => {
  let pair: ServerPair;
  let file: string;

  before(async () => {
    pair = await ServerPair.open();
    await pair.healthy();
    file = path.join(pair.aws.home, 'nightly.json');
  });
  after(() => pair.close());

  const run = (...args: readonly string[]): Promise<CommandRun> =>
    runCommand(
      watchReport,
      ['--organization', 'acme', '--hostname', pair.hcp.hostname, '--report', 'nightly.json', ...args],
      { cwd: pair.aws.home, env: pair.env },
    );
  const changes = async (...args: readonly string[]): Promise<readonly string[]> => {
    const done = await run('--profile', 'default', '--format', 'json', ...args);
    const { changes: found } = JSON.parse(done.out) as { changes: { kind: string; direction: string; on: string }[] };
    assert.equal(done.code, found.some(c => c.direction === 'worse') ? 1 : 0, done.out + done.err);
    return found.map(c => `${c.direction} ${c.kind} ${c.on.replace(/^.*role\//, '')}`);
  };

  test('the first night compares with nothing; the second says that nothing changed', async () => {
    const first = await run('--profile', 'default');
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^The first report of acme on /);
    assert.ok(existsSync(file));
    const again = await run('--profile', 'default', '--format', 'markdown');
    assert.match(again.out, /nothing changed since/);
    assert.equal(again.code, 0);
  });

  test('what got worse is told once, with what to do, and exits 1', async () => {
    const { state } = pair.hcp;
    const kept = readFileSync(file, 'utf8');
    pair.workspace.name = 'production';
    state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', key);
    const [plan, apply] = [...pair.aws.stored.roles.values()].sort((a, b) => (a.name < b.name ? 1 : -1));
    assert.ok(plan !== undefined && apply !== undefined);
    const before = [plan.trust, apply.trust];
    plan.trust = plan.trust.replaceAll('workspace:prod:', 'workspace:*:').replaceAll('StringEquals', 'StringLike');
    assert.notEqual(plan.trust, before[0]);
    pair.aws.stored.roles.delete(apply.name);
    const found = await changes('--keep');
    assert.deepEqual(
      [...found].filter(c => c.startsWith('worse')).sort(),
      [
        `worse role-gone ${apply.name}`,
        'worse static-key-new production',
        `worse trust-wider ${plan.name}`,
        'worse workspace-renamed production',
      ].sort(),
    );
    assert.equal(readFileSync(file, 'utf8'), kept);
    const told = await run('--profile', 'default', '--format', 'markdown');
    assert.match(told.out, /### Worse\n\n- \*\*/);
    assert.match(told.out, /It was called prod\./);
    assert.doesNotMatch(readFileSync(file, 'utf8') + told.out, new RegExp(key));
    assert.deepEqual(await changes(), []);
    // And back.
    pair.workspace.name = 'prod';
    plan.trust = before[0] ?? '';
    pair.aws.stored.roles.set(apply.name, apply);
    const back = await changes();
    assert.ok(back.includes(`better role-back ${apply.name}`), back.join());
    assert.ok(back.includes(`better trust-narrower ${plan.name}`) || back.some(c => c.includes('trust-')), back.join());
  });

  test('a permission that a role lost, and one that it got', async () => {
    await run('--profile', 'default');
    const [role] = pair.aws.stored.roles.values();
    assert.ok(role);
    const policy = (actions: readonly string[]): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
    role.inline.set('own', policy(['s3:Get*', 'sqs:SendMessage']));
    assert.deepEqual(await changes(), [`other permission-new ${role.name}`]);
    role.inline.set('own', policy(['s3:*', 'sqs:ReceiveMessage']));
    assert.deepEqual(await changes(), [`worse permission-lost ${role.name}`, `other permission-new ${role.name}`]);
    // A condition takes away, and without it there is more again.
    const narrow = policy(['s3:*', 'sqs:ReceiveMessage']).replace(
      '"Resource"',
      '"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}},"Resource"',
    );
    role.inline.set('own', narrow);
    assert.deepEqual(await changes(), [`worse permission-lost ${role.name}`]);
    role.inline.set('own', policy(['s3:*', 'sqs:ReceiveMessage']));
    assert.deepEqual(await changes(), [`other permission-new ${role.name}`]);
    // The same in a trust policy: who had to come from an address need not any more.
    const kept = role.trust;
    role.trust = kept.replace('"Condition":{', '"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},');
    assert.notEqual(role.trust, kept);
    await changes();
    role.trust = kept;
    assert.ok((await changes()).includes(`worse trust-wider ${role.name}`));
  });

  test('what a trust policy no longer refuses makes it wider, as what it newly allows does', async () => {
    const [role] = pair.aws.stored.roles.values();
    assert.ok(role);
    const kept = role.trust;
    const policy = JSON.parse(kept) as { Statement: Record<string, unknown>[] };
    const [allow] = policy.Statement;
    assert.ok(allow);
    const changed = async (...statements: readonly object[]): Promise<readonly string[]> => {
      role.trust = JSON.stringify({ ...policy, Statement: statements });
      return (await changes()).map(c => c.replace(` ${role.name}`, ''));
    };
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { 'app.terraform.io:sub': '*:run_phase:apply' } },
    };
    await changed(allow);
    assert.deepEqual(await changed(allow, deny), ['better trust-narrower']);
    assert.deepEqual(await changed(allow), ['worse trust-wider']);
    // Another issuer, of whom every subject gets in; and any audience.
    const other = { ...allow, Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.example' } };
    assert.ok((await changed(allow, { ...other, Condition: {} })).includes('worse trust-wider'));
    assert.ok((await changed(allow)).includes('better trust-narrower'));
    const { StringEquals } = allow.Condition as { StringEquals: Record<string, unknown> };
    const withoutAudience = Object.fromEntries(Object.entries(StringEquals).filter(([k]) => !k.endsWith(':aud')));
    assert.ok(
      (await changed({ ...allow, Condition: { StringEquals: withoutAudience } })).includes('worse trust-wider'),
    );
    role.trust = kept;
    await changes();
  });

  test('a permission boundary that is gone, and a refusal that is gone, are told', async () => {
    const [role] = pair.aws.stored.roles.values();
    assert.ok(role);
    const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    const write = (...statements: readonly object[]): unknown =>
      role.inline.set('own', JSON.stringify({ Version: '2012-10-17', Statement: statements }));
    write(statement, { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' });
    role.boundary = 'arn:aws:iam::111122223333:policy/limits';
    await run('--profile', 'default');
    write(statement);
    role.boundary = undefined;
    const done = await run('--profile', 'default');
    assert.match(done.out, /no longer denied s3:DeleteBucket on \*\. Its permissions boundary \S+ is gone/);
    role.inline.delete('own');
    await changes();
  });

  test('a key that passes 90 days is told on that night, once, with its last four characters', async () => {
    const day = 86_400_000;
    const start = Date.parse('2026-03-01T03:00:00Z');
    const { server, stored } = pair.aws;
    server.addCaller(stored, 'AKIAI44QH8DHBEXAMPLE', { user: 'ci-terraform' });
    const old = server.store.accessKey('AKIAI44QH8DHBEXAMPLE')?.key;
    assert.ok(old);
    old.createDate = new Date(start - 88 * day).toISOString();
    pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', 'AKIAI44QH8DHBEXAMPLE');
    const night = async (
      days: number,
    ): Promise<{ readonly code: number; readonly keys: readonly string[]; readonly out: string }> => {
      const done = await runCommand(
        watchReport,
        [
          '--organization',
          'acme',
          '--hostname',
          pair.hcp.hostname,
          '--report',
          'aging.json',
          '--profile',
          'default',
          '--format',
          'json',
        ],
        { cwd: pair.aws.home, env: pair.env, time: { now: () => start + days * day, wait: realWait } },
      );
      const { changes: found } = JSON.parse(done.out) as {
        changes: { kind: string; direction: string; on: string; what: string }[];
      };
      const keys = found.filter(c => c.kind === 'key-old').map(c => `${c.direction} ${c.on}: ${c.what}`);
      return { code: done.code, keys, out: done.out };
    };
    assert.deepEqual((await night(0)).keys, []);
    assert.deepEqual((await night(1)).keys, [], '89 days are not 90');
    const passed = await night(2);
    assert.equal(passed.code, 1);
    assert.equal(passed.keys.length, 1);
    assert.match(passed.keys[0] ?? '', /^worse .*MPLE: The access key is 90 days old; it is in .*AWS_ACCESS_KEY_ID/);
    assert.doesNotMatch(passed.out, /AKIAI44QH8DHBEXAMPLE/);
    assert.deepEqual((await night(3)).keys, [], 'told once');
  });

  test('what cannot be read is named, exits 2, and what was known stays', async () => {
    await run('--profile', 'default');
    const before = JSON.parse(readFileSync(file, 'utf8')) as { roles: unknown };
    pair.aws.server.faults.add({ action: 'GetRole', kind: 'refuse' });
    const done = await run('--profile', 'default');
    pair.aws.server.faults.clear();
    assert.equal(done.code, 2, done.out);
    assert.match(done.out, /Not read:\n {2}arn:/);
    assert.deepEqual((JSON.parse(readFileSync(file, 'utf8')) as { roles: unknown }).roles, before.roles);
  });

  test('a file that is no report, or of another organization, is a problem and stays', async () => {
    for (const text of ['{}', 'x', '{"version":1}']) {
      writeFileSync(file, text);
      await assert.rejects(run(), ProblemError);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });
});
