import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { check } from '../../../src/cli/commands/check';
import { cloud } from '../../../src/cli/commands/cloud';
import { configure } from '../../../src/cli/commands/configure';
import { doctor } from '../../../src/cli/commands/doctor';
import { mapProviders } from '../../../src/cli/commands/mapProviders';
import { stack } from '../../../src/cli/commands/stack';
import { status } from '../../../src/cli/commands/status';
import { trust } from '../../../src/cli/commands/trust';
import { ServerPair } from '../../support/binding/serverWorlds';

let pair: ServerPair;
before(async () => void (pair = await ServerPair.open()));
beforeEach(() => {
  pair.clear();
  pair.seed();
});
afterEach(() => assert.deepEqual(pair.hcp.violations, []));
after(() => pair.close());

const file = (name = 'main.tf'): string => path.join(pair.project, name);
const read = (name?: string): string => readFileSync(file(name), 'utf8');
const write = (text: string, name?: string): void => writeFileSync(file(name), text);
const terraform = spawnSync('terraform', ['version']).status === 0;

/** `terraform fmt` agrees with what was written. */
function formatted(t: { skip(why: string): void }): void {
  if (!terraform) return t.skip('terraform is not installed');
  execFileSync('terraform', ['fmt', '-check', pair.project], { env: { ...process.env, TF_CLI_CONFIG_FILE: '' } });
}

describe('cloud', () => {
  const args = (): string[] => [
    'project',
    '--organization',
    'acme',
    '--workspace',
    'prod',
    '--hostname',
    pair.hcp.hostname,
  ];

  test('shows the difference, and writes it with --yes; status then knows the workspace', async t => {
    write('provider "aws" {\n  region = "eu-central-1"\n}\n');
    const shown = await pair.run(cloud, ...args());
    assert.equal(shown.code, 1);
    assert.match(shown.out, /^\+ {4}organization = "acme"$/m);
    assert.match(shown.err, /acme\/prod is in project "Default Project"/);
    assert.match(shown.err, /Nothing was written: repeat it with --yes/);
    assert.doesNotMatch(read(), /cloud/);
    const done = await pair.run(cloud, ...args(), '--yes', '--format', 'json');
    assert.equal(done.code, 0);
    assert.equal((JSON.parse(done.out) as { written: boolean }).written, true);
    const report = await pair.run(status, 'project', '--format', 'json');
    assert.match(report.out, /"workspace": "prod"/);
    await assert.rejects(pair.run(cloud, ...args()), /has a cloud block already/);
    formatted(t);
  });

  test('says where a workspace is not there yet', async () => {
    write('locals {}\n');
    const { err } = await pair.run(cloud, ...args().map(a => (a === 'prod' ? 'staging' : a)));
    assert.match(err, /Workspace staging of organization acme does not exist.*"terraform init" makes/);
  });

  test('turns a backend "remote" into a cloud block', async t => {
    write(
      `terraform {\n  backend "remote" {\n    hostname     = "${pair.hcp.hostname}"\n    organization = "acme"\n\n    workspaces {\n      prefix = "pr"\n    }\n  }\n}\n`,
    );
    await assert.rejects(pair.run(cloud, 'project', '--yes'), /finds its workspaces by a prefix/);
    const { code, out } = await pair.run(cloud, 'project', '--workspace', 'prod', '--yes');
    assert.equal(code, 0);
    assert.match(out, /^- {2}backend "remote" \{$/m);
    assert.match(out, /^\+ {2}cloud \{$/m);
    assert.match((await pair.run(status, 'project')).out, /^acme\/prod on/m);
    formatted(t);
  });

  test('keys and tokens are not shown on the way', async () => {
    write(
      'terraform {\n  backend "remote" {\n    organization = "acme"\n    token        = "abcdefghijklmn.atlasv1.AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n',
    );
    const { out, err } = await pair.run(cloud, 'project');
    assert.match(out, /\+ {2}cloud/);
    assert.equal(`${out}${err}`.includes('atlasv1'), false);
  });

  test('a file outside of PATH is not written, and one outside of the repository not read', async () => {
    const repository = path.join(pair.aws.home, 'repository');
    const file = path.join(repository, 'elsewhere', 'x.tf');
    mkdirSync(path.join(repository, '.git'), { recursive: true });
    for (const name of ['elsewhere', 'linked', 'out']) mkdirSync(path.join(repository, name));
    writeFileSync(file, 'locals {}\n');
    symlinkSync('../elsewhere/x.tf', path.join(repository, 'linked', 'main.tf'));
    await assert.rejects(pair.run(cloud, 'repository/linked', ...args().slice(1), '--yes'), /outside of/);
    assert.equal(readFileSync(file, 'utf8'), 'locals {}\n');
    writeFileSync(path.join(pair.aws.home, 'y.tf'), 'locals {}\n');
    symlinkSync('../../y.tf', path.join(repository, 'out', 'main.tf'));
    await assert.rejects(
      pair.run(cloud, 'repository/out', ...args().slice(1), '--yes'),
      /no Terraform configuration .*main\.tf was not read: .*out of the repository/,
    );
    assert.equal(readFileSync(path.join(pair.aws.home, 'y.tf'), 'utf8'), 'locals {}\n');
  });
});

describe('map-providers', () => {
  const two = (): void => pair.code('\nprovider "aws" {\n  alias  = "archive"\n  region = "eu-west-1"\n}\n');

  test('takes the tags of the workspace, and the checks agree afterwards', async t => {
    await pair.configure();
    two();
    assert.equal((await pair.run(mapProviders, 'project')).code, 0, 'no tag, nothing to do');
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTH_ARCHIVE', 'true');
    pair.hcp.state.variable(
      pair.workspace,
      'TFC_AWS_RUN_ROLE_ARN_ARCHIVE',
      pair.variable('TFC_AWS_PLAN_ROLE_ARN').value,
    );
    const before = (await pair.run(status, 'project', '--format', 'json')).out;
    assert.match(before, /maps no configuration/);
    const { code, out } = await pair.run(mapProviders, 'project', '--yes');
    assert.equal(code, 0);
    assert.match(out, /aliases\["ARCHIVE"\]/);
    assert.match((await pair.run(status, 'project')).out, /✓ ok +Tags and provider aliases/);
    assert.equal((await pair.run(check, 'project')).code, 0);
    assert.equal((await pair.run(mapProviders, 'project')).code, 0);
    formatted(t);
  });

  const block = (inner: string, organization = 'acme'): void =>
    write(
      `terraform {\n  cloud {\n    hostname     = "${pair.hcp.hostname}"\n    organization = "${organization}"\n${inner}  }\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n`,
    );

  test('says what it could not read in place of "nothing to do"', async () => {
    const other = pair.hcp.state.workspace('acme', 'other');
    pair.hcp.state.variable(other, 'TFC_AWS_PROVIDER_AUTH_OTHER', 'true');
    block('');
    const before = pair.hcp.apiRequests.length;
    await assert.rejects(pair.run(mapProviders, 'project'), /does not say which workspaces/);
    assert.equal(pair.hcp.apiRequests.length, before);
    block('    workspaces {\n      name = "prod"\n    }\n', 'nobody');
    await assert.rejects(pair.run(mapProviders, 'project'), /organization nobody does not exist/);
    block('    workspaces {\n      tags = ["none-has-it"]\n    }\n');
    await assert.rejects(
      pair.run(mapProviders, 'project'),
      /Organization acme exists on .*, but no workspace with the tags of the block/,
    );
    await assert.rejects(
      pair.run(status, 'project'),
      /Organization acme exists on .*, but no workspace with the tags of the block/,
    );
    block('    workspaces {\n      name = "prod"\n    }\n');
    await assert.rejects(pair.run(mapProviders, 'project', '--workspace', 'stage'), /is for prod; stage is not among/);
    block('');
    assert.match((await pair.run(status, 'project', '--workspace', 'prod')).out, /^acme\/prod on/m);
  });

  test('a configuration that is off is left out, with the reason', async () => {
    two();
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTH_ARCHIVE', 'false');
    const { code, err } = await pair.run(mapProviders, 'project', '--yes');
    assert.equal(code, 0);
    assert.match(err, /Configuration ARCHIVE is left out: TFC_AWS_PROVIDER_AUTH_ARCHIVE is not true/);
    assert.doesNotMatch(read(), /aliases/);
  });

  test('a person decides over an alias', async () => {
    two();
    const { code } = await pair.run(mapProviders, 'project', '--tag', 'OLD', '--map', 'archive=OLD', '--yes');
    assert.equal(code, 0);
    assert.match(read(), /aliases\["OLD"\]/);
    assert.equal(read().match(/provider "aws"/g)?.length, 2);
  });

  test('configure --tag --fix-code sets up a second configuration with its code', async () => {
    await pair.configure();
    two();
    const { code, err, out } = await pair.run(
      configure,
      'project',
      '--profile',
      'default',
      '--tag',
      'ARCHIVE',
      '--fix-code',
      '--yes',
    );
    assert.equal(code, 0, err + out);
    assert.match(read(), /default\.shared_config_file/);
    assert.match(read(), /aliases\["ARCHIVE"\]/);
    assert.equal(
      pair.variable('TFC_AWS_PLAN_ROLE_ARN_ARCHIVE').value,
      'arn:aws:iam::123456789012:role/tfc-acme-prod-ARCHIVE-plan',
    );
    assert.equal((await pair.run(status, 'project', '--profile', 'default')).code, 0);
  });

  test('the switch of a tag waits for the code that runs use', async () => {
    two();
    await pair.configure();
    two();
    const args = ['project', '--profile', 'default', '--tag', 'ARCHIVE', '--yes'];
    const key = 'TFC_AWS_PROVIDER_AUTH_ARCHIVE';
    const isSet = (): boolean => pair.workspace.vars.some(v => v.key === key);
    // That code is the one from before: its provider names no configuration.
    pair.hcp.state.configuration(pair.workspace);
    const held = await pair.run(configure, ...args);
    assert.match(held.out, /TFC_AWS_PROVIDER_AUTH_ARCHIVE is left out: the code that runs of prod use/);
    assert.equal(held.code, 1);
    assert.equal(isSet(), false);
    assert.equal(pair.workspace.vars.filter(v => v.key.endsWith('_ROLE_ARN_ARCHIVE')).length, 2);

    assert.equal((await pair.run(mapProviders, 'project', '--tag', 'ARCHIVE', '--yes')).code, 0);
    pair.hcp.state.configuration(pair.workspace, 'uploaded', { files: { 'main.tf': read() } });
    const done = await pair.run(configure, ...args);
    assert.match(done.out, /is mapped to a configuration; TFC_AWS_PROVIDER_AUTH_ARCHIVE is written last/);
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(isSet(), true);
  });

  test('where the code that runs use is not known, it is said before the yes', async () => {
    two();
    await pair.configure();
    two();
    const shown = await pair.run(configure, 'project', '--profile', 'default', '--tag', 'ARCHIVE');
    assert.match(shown.out, /Whether the code that runs of prod use maps each provider block .* is not known here/);
    assert.equal(shown.code, 1);
  });

  test('with code that cannot be read, or is behind a switch that is on, nothing is called proven', async () => {
    two();
    await pair.configure();
    two();
    const args = ['project', '--profile', 'default', '--tag', 'ARCHIVE', '--yes'];
    assert.equal((await pair.run(mapProviders, 'project', '--tag', 'ARCHIVE', '--yes')).code, 0);
    pair.hcp.state.configuration(pair.workspace, 'archived');
    const unread = await pair.run(configure, ...args);
    assert.match(unread.out, /not proven: Whether the code that runs of prod use maps each provider block/);
    assert.notEqual(unread.code, 0);
    assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH_ARCHIVE').value, 'true');

    pair.hcp.state.configuration(pair.workspace);
    const behind = await pair.run(configure, ...args);
    assert.match(behind.out, /TFC_AWS_PROVIDER_AUTH_ARCHIVE is on, and the code .* The next run stops/);
    assert.match(behind.out, /not proven: The code that runs of prod use .* does not say which configuration/);
    assert.notEqual(behind.code, 0);
  });
});

describe('stack', () => {
  const names = ['--organization', 'acme', '--project', 'Default Project', '--stack', 'platform'];
  const roleArn = 'arn:aws:iam::123456789012:role/platform-prod';

  test('writes what is missing, and evaluates the role for the subject of the deployment', async t => {
    rmSync(file());
    write('provider "aws" "this" {\n  config {\n    region = "eu-central-1"\n  }\n}\n', 'providers.tfcomponent.hcl');
    write('deployment "prod" {\n  inputs = {\n    size = 3\n  }\n}\n', 'deployments.tfdeploy.hcl');
    assert.equal((await pair.run(stack, 'project')).code, 1);
    const shown = await pair.run(stack, 'project', '--role-arn', roleArn);
    assert.equal(shown.code, 1);
    assert.match(shown.out, /^\+ {4}identity_token = identity_token\.aws\.jwt$/m);
    assert.doesNotMatch(read('deployments.tfdeploy.hcl'), /identity_token/);
    assert.equal((await pair.run(stack, 'project', '--role-arn', roleArn, '--yes')).code, 0);
    formatted(t);

    const { out: policy } = await pair.run(
      trust,
      ...names,
      '--deployment',
      'prod',
      '--account',
      '123456789012',
      '--phases',
      'plan',
    );
    const made = await pair.aws.account.send(
      'CreateRole',
      { RoleName: 'platform-prod', AssumeRolePolicyDocument: policy },
      new AbortController().signal,
    );
    assert.ok(made.ok, made.ok ? '' : made.problem.message);
    const { code, out } = await pair.run(stack, 'project', ...names, '--profile', 'default', '--format', 'json');
    const { deployments } = JSON.parse(out) as {
      deployments: { roleArn: string; checks: { id: string; phase?: string; state: string; evidence: string[] }[] }[];
    };
    assert.equal(deployments[0]?.roleArn, roleArn);
    // The role trusts plans only, and a deployment has one role for both.
    assert.deepEqual(
      deployments[0].checks.filter(c => c.id === 'role-trusts-run').map(c => [c.phase, c.state]),
      [
        ['plan', 'ok'],
        ['apply', 'wrong'],
      ],
    );
    assert.match(out, /project:Default Project:stack:platform:deployment:prod:operation:apply/);
    assert.equal(code, 1);
  });

  test('status and doctor speak of the deployments of a Stack: static keys are wrong, nothing is silent', async () => {
    rmSync(file());
    const keys = 'access_key = var.access_key\n    secret_key = var.secret_key';
    const variable = (name: string): string => `variable "${name}" {\n  type = string\n}\n`;
    write(
      `${variable('access_key')}${variable('secret_key')}provider "aws" "this" {\n  config {\n    ${keys}\n  }\n}\n`,
      'providers.tfcomponent.hcl',
    );
    for (const command of [status, doctor]) {
      const { code, out } = await pair.run(command, 'project');
      assert.equal(code, 0);
      assert.match(out, /The Stack in .* has no deployment block/);
    }
    write('deployment "prod" {\n  inputs = {}\n}\n', 'deployments.tfdeploy.hcl');
    const told = await pair.run(status, 'project');
    assert.equal(told.code, 1);
    assert.match(told.out, /Deployment "prod" of the Stack in .*: wrong/);
    assert.match(told.out, /sets access_key, secret_key, and takes that before the role/);
    assert.doesNotMatch(told.out, /No cloud block/);
    const asked = await pair.run(doctor, 'project');
    assert.equal(asked.code, 1);
    assert.match(asked.out, /Static credentials win over the role/);
    assert.doesNotMatch(asked.out, /TFC_AWS_PROVIDER_AUTH/);
    const report = JSON.parse((await pair.run(status, 'project', '--format', 'json')).out) as {
      deployments: { name: string; state: string }[];
    };
    assert.deepEqual(
      report.deployments.map(d => [d.name, d.state]),
      [['prod', 'wrong']],
    );
    const causes = (await pair.run(doctor, 'project', '--format', 'json')).out;
    assert.match(causes, /"deployment": "prod",\n\s+"outcome": "causes"/);
  });

  test('a folder without Stack files is refused', async () => {
    await assert.rejects(pair.run(stack, 'project'), /no Stack files/);
    await assert.rejects(pair.run(stack, 'project', '--role-arn', 'x'), /no Stack files/);
  });
});
