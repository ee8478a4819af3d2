import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../../../src/cli/option';
import { apply } from '../../../src/cli/commands/apply';
import { check } from '../../../src/cli/commands/check';
import { exportBinding } from '../../../src/cli/commands/export';
import { prove } from '../../../src/cli/commands/prove';
import { status } from '../../../src/cli/commands/status';
import { subject } from '../../../src/cli/commands/subject';
import { trust } from '../../../src/cli/commands/trust';
import { ProblemError } from '../../../src/core/problem';
import { runCommand } from '../../support/runCommand';

const folder = mkdtempSync(path.join(tmpdir(), 'frame-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const names = ['--organization', 'acme', '--project', 'web', '--workspace', 'prod'];

test('a word too many is refused where only options are taken', async () => {
  await assert.rejects(runCommand(subject, ['prod', ...names], { cwd: folder }), UsageError);
  await assert.rejects(runCommand(trust, ['prod', ...names, '--account', '123456789012'], { cwd: folder }), UsageError);
});

test('a workspace that is named twice has its subjects once', async () => {
  const { out } = await runCommand(subject, [...names, '--workspace', 'prod', '--phase', 'plan'], { cwd: folder });
  assert.equal(out, 'organization:acme:project:web:workspace:prod:run_phase:plan\n');
});

test('check of one file: its own root only, and only a file that Terraform reads', async () => {
  writeFileSync(path.join(folder, 'notes.txt'), 'x\n');
  for (const dir of ['a', 'b']) {
    mkdirSync(path.join(folder, dir));
    writeFileSync(path.join(folder, dir, 'main.tf'), 'provider "aws" {\n  region  = "x"\n  profile = "p"\n}\n');
  }
  writeFileSync(path.join(folder, 'main.tf'), '# nothing\n');
  const one = await runCommand(check, ['main.tf', '--format', 'json'], { cwd: folder });
  const { roots } = JSON.parse(one.out) as { roots: { dir: string }[] };
  assert.deepEqual([one.code, roots.map(r => r.dir)], [0, ['.']]);
  await assert.rejects(
    runCommand(check, ['notes.txt'], { cwd: folder }),
    error => error instanceof ProblemError && error.problem.code === 'no-terraform-file',
  );
});

test('export says what IAM would refuse, once, and prints nothing', async () => {
  const given = (...more: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(exportBinding, ['--as', 'terraform', '--account', '123456789012', ...names, ...more], { cwd: folder });
  const bad = await given('--path', 'x', '--max-session', '10');
  assert.deepEqual([bad.code, bad.out, bad.err.split('\n').length], [2, '', 3]);
  const twice = await given('--workspace', 'prod');
  assert.deepEqual([twice.code, twice.err], [0, '']);
  assert.equal(twice.out.match(/data "tfe_workspace"/g)?.length, 1);
});

test('without a home folder what writes is refused before AWS is asked, and what reads has no earlier runs', async () => {
  await assert.rejects(
    runCommand(apply, [...names, '--yes'], { cwd: folder }),
    error => error instanceof ProblemError && error.problem.code === 'no-home',
  );
  const read = await runCommand(status, [...names.slice(0, 2), '--workspace', 'prod', '--format', 'json'], {
    cwd: folder,
  });
  assert.match(read.out, /"workspace": "?.*prod/);
});

test('a region of another partition than the one that is given is refused', async () => {
  const account = ['--account', '123456789012', '--region', 'us-gov-west-1'];
  const { out } = await runCommand(trust, [...names, ...account], { cwd: folder });
  assert.match(out, /"arn:aws-us-gov:iam::/);
  await assert.rejects(runCommand(trust, [...names, ...account, '--partition', 'aws'], { cwd: folder }), UsageError);
  const exported = ['--as', 'aws-cli', ...names, ...account, '--partition', 'aws'];
  await assert.rejects(runCommand(exportBinding, exported, { cwd: folder }), UsageError);
});

test('no subject of HCP Terraform is printed for a host of another program', async () => {
  const account = ['--account', '123456789012'];
  const isOther = (error: unknown): boolean => error instanceof ProblemError && error.problem.code === 'other-issuer';
  for (const host of [
    'gitlab.terraform.example.com',
    'globex.app.spacelift.io',
    'globex.scalr.io',
    'otf.example.com',
  ]) {
    await assert.rejects(runCommand(subject, [...names, '--hostname', host], { cwd: folder }), isOther, host);
    await assert.rejects(runCommand(trust, [...names, ...account, '--hostname', host], { cwd: folder }), isOther, host);
  }
  for (const host of ['app.eu.terraform.io', 'terraform.example.com', 'tfe.gitlab.example.com'])
    assert.match(
      (await runCommand(subject, [...names, '--hostname', host], { cwd: folder })).out,
      /^organization:/,
      host,
    );
});

test('check says in its text why something of the cloud block cannot be known', async () => {
  mkdirSync(path.join(folder, 'c'));
  const code = 'terraform {\n  cloud {\n    organization = var.org\n  }\n}\n';
  writeFileSync(path.join(folder, 'c', 'main.tf'), code);
  const { out, code: exit } = await runCommand(check, ['c'], { cwd: folder });
  assert.match(out, /^ {2}c\/main\.tf:3:20: note: "organization" is an expression\./m);
  assert.equal(exit, 0);
});

test('prove takes the host from the ARN of the provider, and refuses what is not an ARN or of another host', async () => {
  const policy = (host: string): string =>
    `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/${host}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"${host}:sub":"s"}}}}`;
  writeFileSync(path.join(folder, 'tfe.json'), policy('tfe.example.com'));
  const ask = (...more: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(prove, ['tfe.json', '--subject', 's', ...more], { cwd: folder });
  const arn = 'arn:aws:iam::123456789012:oidc-provider/tfe.example.com';
  assert.equal((await ask('--provider-arn', arn)).code, 0);
  assert.equal((await ask('--provider-arn', arn.replace('1234', '4321'))).code, 1);
  assert.equal((await ask('--hostname', 'TFE.example.com')).code, 0);
  assert.equal((await ask()).code, 1);
  await assert.rejects(ask('--provider-arn', 'tfe.example.com'), UsageError);
  await assert.rejects(ask('--provider-arn', arn, '--hostname', 'app.terraform.io'), UsageError);
});
