import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Ajv, { type AnySchemaObject } from 'ajv';
import addFormats from 'ajv-formats';
import { UsageError } from '../../../src/cli/option';
import { denied } from '../../../src/cli/commands/denied';
import { lintPolicy } from '../../../src/cli/commands/lintPolicy';
import { ProblemError } from '../../../src/core/problem';
import { type CommandRun, runCommand } from '../../support/runCommand';

const asJson = (args: readonly string[]): readonly string[] =>
  args.includes('--format') ? args : [...args, '--format', 'json'];

const root = path.join(__dirname, '../../..');
let folder = '';
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lint-policy-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return name;
};
const lint = (...args: readonly string[]): Promise<CommandRun> => runCommand(lintPolicy, asJson(args), { cwd: folder });

const howTo = `{
  // manage the mail users
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey", "ses:SendRawEmial"],
      "Resource": "*",
    },
    { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::bucket" }
  ]
}
`;

test('the policy of the how-to: every finding with file and range, and what --fix leaves', async () => {
  const done = await lint(file('policy.jsonc', howTo));
  assert.equal(done.code, 1);
  const { findings, size } = JSON.parse(done.out) as {
    findings: { file: string; code: string; range: { start: { line: number } } }[];
    size: number;
  };
  assert.deepEqual(
    findings.map(f => `${f.file}:${f.range.start.line + 1} ${f.code}`),
    [
      'policy.jsonc:2 comment',
      'policy.jsonc:7 escalation',
      'policy.jsonc:7 unknown-action',
      'policy.jsonc:8 resource-could-be-scoped',
      'policy.jsonc:8 trailing-comma',
      'policy.jsonc:10 resource-mismatch',
    ],
  );
  assert.ok(size > 200 && size < 400);
  const fixed = await lint('policy.jsonc', '--fix');
  const policy = JSON.parse(fixed.out) as { Statement: { Action: string[]; Resource: unknown }[] };
  assert.equal(policy.Statement[0]?.Action[3], 'ses:SendRawEmail');
  assert.equal(policy.Statement[1]?.Resource, 'arn:aws:s3:::bucket/*');
  const again = await lint(file('fixed.json', fixed.out), '--format', 'text');
  assert.deepEqual(
    again.out
      .trim()
      .split('\n')
      .map(l => l.split(' ')[2]),
    ['escalation:', 'resource-could-be-scoped:'],
  );
});

test('SARIF keeps to its schema, for several files', async () => {
  const done = await lint(
    file('policy.jsonc', howTo),
    path.join(root, 'test/fixtures/policies/main.tf'),
    '--format',
    'sarif',
  );
  const schema = JSON.parse(
    readFileSync(path.join(root, 'test/fixtures/schemas/sarif-2.1.0.json'), 'utf8'),
  ) as AnySchemaObject;
  const { $schema: _, id: __, ...draft } = schema;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const valid = ajv.compile(draft);
  const log = JSON.parse(done.out) as {
    runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[];
  };
  assert.ok(valid(log), JSON.stringify(valid.errors));
  const [run] = log.runs;
  assert.ok(run && run.results.length > 15);
  for (const result of run.results) assert.equal(run.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
});

test('a clean policy exits 0; a file without a policy, options that do not go together', async () => {
  const clean = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }],
  };
  const done = await lint(file('clean.json', JSON.stringify(clean)), '--format', 'text', '--for', 'role');
  assert.deepEqual([done.code, done.out], [0, 'Nothing found in the policy.\n']);
  await assert.rejects(
    lint(file('none.tf', 'locals {}\n')),
    (e: unknown) => e instanceof ProblemError && e.problem.code === 'no-policy',
  );
  await assert.rejects(lint('gone.json'), ProblemError);
  for (const args of [
    [],
    ['clean.json', '--profile', 'x'],
    ['clean.json', 'none.tf', '--fix'],
    ['clean.json', '--for', 'x'],
  ])
    await assert.rejects(lint(...args), UsageError);
});

test('denied without policies says what is known, and exits 0 where nothing was refused', async () => {
  const run = (...args: readonly string[]): Promise<CommandRun> => runCommand(denied, asJson(args), { cwd: folder });
  const text =
    'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action';
  const told = await run(file('error.txt', text), '--format', 'text');
  assert.equal(told.code, 1);
  assert.match(told.out, /No policy of the caller allows s3:GetObject on arn:aws:s3:::b\/k/);
  assert.match(told.out, /--policy FILE/);
  assert.deepEqual(await run(file('fine.txt', 'Apply complete!')), {
    code: 0,
    out: '{\n  "schemaVersion": 1,\n  "denials": []\n}\n',
    err: '',
  });
  await assert.rejects(run('fine.txt', '--role', 'x'), UsageError);
  await assert.rejects(run('error.txt', '--policy', 'gone.json'), ProblemError);
});
