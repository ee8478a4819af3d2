import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { permissions } from '../../../src/cli/commands/permissions';
import { type CommandRun, runCommand } from '../../support/runCommand';

const folder = mkdtempSync(path.join(tmpdir(), 'permissions-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function run(files: Readonly<Record<string, string>>, ...args: string[]): Promise<CommandRun> {
  const cwd = path.join(folder, `case-${count++}`);
  mkdirSync(cwd);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
    // `->` is a link.
    if (text.startsWith('->')) symlinkSync(text.slice(2), path.join(cwd, name));
    else writeFileSync(path.join(cwd, name), text);
  }
  return runCommand(permissions, args.includes('--format') ? args : [...args, '--format', 'json'], { cwd });
}

const queue = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n';

interface Report {
  readonly policy: { readonly Version: string; readonly Statement: readonly Record<string, unknown>[] };
  readonly unmapped: readonly unknown[];
  readonly unread: readonly { what: string; address?: string; file: string; message: string }[];
  readonly why: Readonly<Record<string, readonly unknown[]>>;
  readonly size: number;
  readonly fit: { readonly how: string };
  readonly notes: readonly string[];
}

const report = ({ out }: CommandRun): Report => JSON.parse(out) as Report;

test('the report: policy, unmapped types, the line that needs each action, size', async () => {
  const done = await run(
    { 'main.tf': `${queue}resource "aws_nothing" "x" {}\n` },
    '--phase',
    'plan',
    '--account',
    '111122223333',
  );
  assert.equal(done.code, 1);
  const { policy, unmapped, why, size, fit } = report(done);
  assert.deepEqual(policy, {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'SqsJobs',
        Effect: 'Allow',
        Action: ['sqs:GetQueueAttributes', 'sqs:ListQueueTags'],
        Resource: ['arn:aws:sqs:*:111122223333:jobs'],
      },
    ],
  });
  const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 26 } };
  assert.deepEqual(unmapped, [{ type: 'aws_nothing', address: 'aws_nothing.x', file: 'main.tf', range }]);
  assert.deepEqual(why['sqs:GetQueueAttributes'], [
    {
      address: 'aws_sqs_queue.jobs',
      file: 'main.tf',
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 31 } },
      source: 'provider-call-graph',
      confidence: 'high',
    },
  ]);
  assert.deepEqual([size, fit.how], [JSON.stringify(policy).length, 'managed']);
});

test('the partition is that of the region, in the code or asked for', async () => {
  const code = `provider "aws" {\n  region = "cn-north-1"\n}\n${queue}`;
  assert.match((await run({ 'main.tf': code })).out, /arn:aws-cn:sqs:cn-north-1:\*:jobs/);
  assert.match((await run({ 'main.tf': queue }, '--region', 'us-gov-west-1')).out, /arn:aws-us-gov:sqs:us-gov-west-1/);
  await assert.rejects(run({ 'main.tf': queue }, '--region', 'cn-north-1', '--partition', 'aws'), /aws-cn, not in aws/);
  const gov = await run({ 'main.tf': code.replace('cn-north-1', 'us-gov-west-1') }, '--partition', 'aws-cn');
  assert.match(gov.out, /arn:aws-us-gov:sqs:us-gov-west-1:\*:jobs/);
  assert.match(gov.out, /aws-cn was not used/);
  const alias = `${code}provider "aws" {\n  alias = "gov"\n  region = "us-gov-east-1"\n}\nresource "aws_sqs_queue" "far" {\n  provider = aws.gov\n  name = "far"\n}\n`;
  assert.match((await run({ 'main.tf': alias })).out, /arn:aws-us-gov:sqs:us-gov-east-1:\*:far/);
});

test('as Terraform code, with what is missing on standard error', async () => {
  const done = await run(
    { 'main.tf': `${queue}data "aws_nothing" "x" {}\n` },
    '--format',
    'terraform',
    '--phase',
    'plan',
  );
  assert.match(done.out, /^data "aws_iam_policy_document" "terraform_plan" \{/);
  assert.match(done.err, /unmapped: data\.aws_nothing\.x/);
  assert.equal(done.code, 1);
});

test('as text: statements with the resources that need them', async () => {
  const done = await run({ 'main.tf': queue }, '--format', 'text', '--region', 'eu-west-1');
  assert.match(done.out, /sqs:CreateQueue {2}\(aws_sqs_queue\.jobs\)/);
  assert.equal(done.code, 0);
});

test('a newer provider in the lock file is a note', async () => {
  const lock = (version: string): string =>
    `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n}\n`;
  const newer = report(await run({ 'main.tf': queue, '.terraform.lock.hcl': lock('99.0.0') }));
  assert.ok(newer.notes.some(n => n.includes('99.0.0')));
  const older = report(await run({ 'main.tf': queue, '.terraform.lock.hcl': lock('5.0.0') }));
  assert.ok(!older.notes.some(n => n.includes('lock file')));
  assert.match(
    older.notes[0] ?? '',
    /^This policy is for the code as it is now\..* give --state, --plan, --applied or --remote/,
  );
  assert.deepEqual(older.notes.slice(1), [
    'ARNs hold any region: give --region.',
    'ARNs hold any account: give --account.',
  ]);
});

test('several configurations: one has to be named', async () => {
  await assert.rejects(runCommand(permissions, [], { cwd: folder }), /several configurations/);
});

test('what could not be read is named, and the result is not called complete', async () => {
  const files = {
    'main.tf': `${queue}module "gone" {\n  source = "./gone"\n}\nmodule "sub" {\n  source = "./sub"\n}\nmodule "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\nmodule "away" {\n  source = "../../away"\n}\n`,
    'sub/a.tf': 'resource "aws_sqs_queue" "cut" {\n  name = "jobs\n',
    'link.tf': '->nowhere',
    'folder.tf/a.txt': 'a folder is no file of Terraform',
  };
  const done = await run(files);
  // A module that terraform init has still to fetch is 1, and 1 wins; what else can't be read is 2.
  assert.equal(done.code, 1);
  assert.deepEqual(
    report(done).unread.map(u => [u.what, u.address, u.file]),
    [
      ['file', undefined, 'link.tf'],
      ['file', undefined, 'sub/a.tf'],
      ['module', 'module.gone', 'main.tf'],
      ['module', 'module.vpc', 'main.tf'],
      ['module', 'module.away', 'main.tf'],
    ],
  );
  const messages = report(done).unread.map(u => u.message);
  assert.match(messages[2] ?? '', /there is no folder that can be read at \.\/gone/);
  assert.match(messages[3] ?? '', /run terraform init/);
  assert.match(messages[4] ?? '', /there is no folder that can be read at \.\.\/\.\.\/away/);
  const asText = await run(files, '--format', 'text');
  assert.equal(asText.code, 1);
  assert.match(asText.out, /Not read; what these need is missing:\n {2}link\.tf:1 {2}link\.tf was not read/);
  assert.match(asText.out, / {2}main\.tf:4 {2}module\.gone could not be read/);
  const asCode = await run(files, '--format', 'terraform');
  assert.equal(asCode.code, 1);
  assert.match(asCode.err, /unread: sub\/a\.tf: /);
  const fetched = files['main.tf'].replace(/module "vpc" \{\n.*\n\}\n/, '');
  for (const format of ['json', 'text', 'terraform'])
    assert.equal((await run({ ...files, 'main.tf': fetched }, '--format', format)).code, 2, format);
  const waits = await run({ 'main.tf': 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n' });
  assert.equal(waits.code, 1);
});
