import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { confirmAccount } from '../../../src/cli/binding/accounts';
import { apply } from '../../../src/cli/commands/apply';
import { configure } from '../../../src/cli/commands/configure';
import { plan } from '../../../src/cli/commands/plan';
import { undo } from '../../../src/cli/commands/undo';
import { whoami } from '../../../src/cli/commands/whoami';
import type { Command } from '../../../src/cli/command';
import { ProblemError } from '../../../src/core/problem';
import { exampleSecret, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { accountId, never } from '../../support/aws/world';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type CommandRun, runCommand } from '../../support/runCommand';

/** Keys by the two old names, which the AWS provider reads and the AWS CLI does not: the two take different identities. */
const oldNames = { AWS_ACCESS_KEY: 'AKIAI44QH8DHBEXAMPLE', AWS_SECRET_KEY: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
const who = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod'];

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
beforeEach(() => {
  pair.clear();
  pair.seed();
});
after(() => pair.close());

const run = (command: Command, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand(command, args, { cwd: pair.aws.home, env: { ...pair.env, ...env } });

/** The code of the problem with which a command ends; `exit N` where it ends by itself. */
async function ends(
  command: Command,
  args: readonly string[],
  env: Readonly<Record<string, string>> = oldNames,
): Promise<string> {
  try {
    return `exit ${(await run(command, args, env)).code}`;
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problem.code}: ${error.problem.message}`;
    throw error;
  }
}

const written = (): number => pair.aws.stored.roles.size + pair.aws.stored.providers.size;

describe('where aws and terraform take different credentials', () => {
  test('every command that opens the account says so, and plan has it in its JSON', async () => {
    const { out, err } = await run(plan, [...who, '--hostname', pair.hcp.hostname, '--format', 'json'], oldNames);
    const { account } = JSON.parse(out) as { account: { differences: string[] } };
    assert.equal(account.differences.length, 1);
    assert.match(
      account.differences[0] ?? '',
      /aws and terraform take different identities here: aws takes .*AWS provider takes /,
    );
    assert.ok(err.includes(account.differences[0] ?? '-'));
    for (const text of [out, err])
      for (const secret of [exampleSecret, oldNames.AWS_SECRET_KEY]) assert.ok(!text.includes(secret));
    const agreed = await run(plan, [...who, '--hostname', pair.hcp.hostname, '--format', 'json']);
    assert.deepEqual((JSON.parse(agreed.out) as { account: { differences: string[] } }).account.differences, []);
  });

  test('configure writes nothing until the account is named', async () => {
    const unnamed = await ends(configure, ['project', '--yes']);
    assert.match(unnamed, new RegExp(`^account-unconfirmed: .*account ${accountId}`));
    assert.match(await ends(configure, ['project', '--yes', '--account', '999999999999']), /^other-account/);
    assert.equal(written(), 0);
    assert.deepEqual(
      pair.workspace.vars.map(v => v.key),
      ['AWS_REGION'],
    );
    assert.equal(await ends(configure, ['project', '--yes', '--account', accountId]), 'exit 0');
    assert.equal(written(), 3);
  });

  test('undo asks too, before the first write', async () => {
    await pair.configure();
    assert.match(await ends(undo, ['--yes']), /^account-unconfirmed/);
    assert.equal(written(), 3);
    assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH').value, 'true');
    assert.equal(await ends(undo, ['--yes', '--account', accountId]), 'exit 0');
    assert.equal(written(), 0);
  });

  test('and so does a run that is gone on with, which was begun where the two agreed', async () => {
    const words = [...who, '--hostname', pair.hcp.hostname, '--yes'];
    pair.aws.server.faults.add({ action: 'PutRolePolicy', kind: 'refuse' });
    pair.aws.server.faults.add({ action: 'CreateRole', kind: 'refuse' });
    assert.equal(await ends(apply, words, {}), 'exit 2');
    pair.aws.server.faults.clear();
    const before = written();
    assert.equal(before, 1);
    assert.match(await ends(apply, ['--resume', '--yes']), /^account-unconfirmed/);
    assert.equal(written(), before);
    assert.equal(await ends(apply, ['--resume', '--yes', '--account', accountId]), 'exit 0');
    assert.equal(written(), 3);
  });

  test('without a terminal only --account says yes', async () => {
    const context = { interactive: false } as Parameters<typeof confirmAccount>[0];
    const question = { accountId, caller: `arn:aws:iam::${accountId}:user/admin`, origin: 'the keys of profile "x"' };
    assert.equal(await confirmAccount(context, question, accountId), true);
    assert.equal(await confirmAccount(context, question, undefined), false);
    assert.equal(await confirmAccount(context, question, '999999999999'), false);
  });
});

interface Answer {
  readonly aws: Readonly<Record<string, unknown>> & { readonly passedOver: string[]; readonly differences: string[] };
  readonly hosts: readonly (Readonly<Record<string, unknown>> & { readonly looked: string[] })[];
}

describe('whoami', () => {
  const asJson = async (
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly run: CommandRun }> => {
    const ended = await run(whoami, [...args, '--format', 'json'], env);
    for (const secret of [exampleSecret, oldNames.AWS_SECRET_KEY, pair.hcp.token])
      assert.ok(!(ended.out + ended.err).includes(secret), 'a secret is shown');
    return { ...(JSON.parse(ended.out) as Answer), run: ended };
  };

  test('says what is used, where it comes from, and whose it is', async () => {
    const { aws, hosts, run: ended } = await asJson(['project']);
    assert.equal(ended.code, 0);
    assert.deepEqual(
      [aws['profile'], aws['account'], aws['caller'], aws['region'], aws['expires'], aws['differs'], aws['problem']],
      ['default', accountId, `arn:aws:iam::${accountId}:user/admin`, 'eu-central-1', undefined, false, undefined],
    );
    assert.match(String(aws['source']), /profile "default"/);
    assert.match(String(aws['profileFrom']), /nothing names another one/);
    assert.equal(hosts.length, 1);
    const [host] = hosts;
    assert.equal(host?.['hostname'], pair.hcp.hostname);
    assert.match(String(host?.['source']), /^TF_TOKEN_/);
    assert.equal(typeof host?.['user'], 'string');
    assert.ok((host?.looked.length ?? 0) > 2);
    const text = await run(whoami, ['project']);
    for (const word of [accountId, pair.hcp.hostname, 'credentials', 'token', 'expires'])
      assert.ok(text.out.includes(word), word);
  });

  test('what else was there and lost is named', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: exampleSecret };
    const { aws } = await asJson(['project'], { ...env, AWS_PROFILE: 'default' });
    assert.match(String(aws['source']), /environment/);
    assert.ok(
      aws.passedOver.some(lost => lost.includes('default')),
      aws.passedOver.join('; '),
    );
    // A profile that is asked for comes before them.
    const asked = await asJson(['project', '--profile', 'default'], env);
    assert.match(String(asked.aws['source']), /profile "default"/);
    assert.match(String(asked.aws['profileFrom']), /asked for/);
  });

  test('1 where the two differ, and where one of them is missing', async () => {
    const differ = await asJson(['project'], oldNames);
    assert.deepEqual([differ.run.code, differ.aws['differs'], differ.aws.differences.length], [1, true, 1]);
    const env = writeProfiles(path.join(pair.aws.home, 'empty'), '[profile other]\nregion = eu-central-1\n', '');
    const none = await asJson(['project'], env);
    assert.equal(none.run.code, 1);
    assert.equal((none.aws['problem'] as { code: string }).code, 'no-credentials');
    assert.equal(none.aws['account'], undefined);
    // The other side is told all the same.
    assert.equal(typeof none.hosts[0]?.['user'], 'string');
    const noToken = await asJson(['--hostname', 'tfe.example.com']);
    assert.deepEqual([noToken.run.code, noToken.hosts[0]?.['source']], [1, undefined]);
    assert.equal(noToken.aws['account'], accountId);
  });

  test('credentials that end say when, and a token that the host refuses is a problem', async () => {
    const { config, credentials } = staticProfile(pair.aws.server.url, { region: 'eu-central-1' });
    const env = writeProfiles(
      path.join(pair.aws.home, 'work'),
      `${config}[profile work]\nrole_arn = arn:aws:iam::${accountId}:role/work\nsource_profile = default\nregion = eu-central-1\nendpoint_url = ${pair.aws.server.url}\n`,
      credentials,
    );
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:user/admin` }, Action: 'sts:AssumeRole' },
      ],
    };
    const input = { RoleName: 'work', AssumeRolePolicyDocument: JSON.stringify(trust) };
    assert.ok((await pair.aws.account.send('CreateRole', input, never)).ok);
    const { aws } = await asJson(['project', '--profile', 'work'], env);
    assert.match(String(aws['caller']), /assumed-role\/work\//);
    assert.ok(Date.parse(String(aws['expires'])) > Date.now());
    const [name = ''] = Object.keys(pair.hcp.environment).filter(key => key.startsWith('TF_TOKEN_'));
    const refused = await asJson(['project'], { [name]: 'wrong-token' });
    assert.equal(refused.run.code, 1);
    assert.equal(refused.hosts[0]?.['user'], undefined);
    assert.ok(!refused.run.out.includes('wrong-token'));
    assert.ok((refused.hosts[0]?.['problem'] as { nextStep: string }).nextStep.length > 0);
  });
});
