import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { UsageError } from '../../../src/cli/option';
import { denied } from '../../../src/cli/commands/denied';
import { lintPolicy } from '../../../src/cli/commands/lintPolicy';
import { ProblemError } from '../../../src/core/problem';
import { type CommandRun, runCommand } from '../../support/runCommand';

const asJson = (args: readonly string[]): readonly string[] =>
  args.includes('--format') ? args : [...args, '--format', 'json'];

const bad = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:Nope9","Resource":"*"}]}';
const user = 'arn:aws:sts::123456789012:assumed-role/tfc/run-x';

function folderOf(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'policies-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const lint = (cwd: string, ...args: readonly string[]): Promise<CommandRun> =>
  runCommand(lintPolicy, asJson(args), { cwd });
const found = ({ out }: CommandRun): readonly string[] =>
  (JSON.parse(out) as { findings: { file: string; code: string; range: { start: { line: number } } }[] }).findings.map(
    f => `${f.file}:${f.range.start.line + 1} ${f.code}`,
  );

const files = {
  'policies/a.json': bad,
  'policies/package-lock.json': '{"packages":{}}',
  'policies/data.json': '{"Statement":"none","Effect":1}',
  'node_modules/x/policy.json': bad,
  '.terraform/modules/m/policy.json': bad,
  'main.tf':
    'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = local.actions\n    resources = ["*"]\n  }\n}\n',
  'locals.tf': 'locals {\n  actions = ["sqs:${local.word}9"]\n  word    = "Nope"\n}\n',
  'plain.tf': 'resource "aws_vpc" "v" {}\n',
  'module/main.tf.json': `{"resource":{"aws_iam_policy":{"p":{"policy":${JSON.stringify(bad)}}}}}`,
};

test('a folder: Terraform code and JSON policies below it, dependencies left out', async context => {
  const folder = folderOf(context, files);
  const done = await lint(folder, '.');
  assert.equal(done.code, 1);
  assert.deepEqual(found(done), [
    'main.tf:3 unknown-action',
    'module/main.tf.json:1 unknown-action',
    'policies/a.json:1 unknown-action',
  ]);
  assert.deepEqual(found(await lint(folder, 'policies', 'module')), [
    'policies/a.json:1 unknown-action',
    'module/main.tf.json:1 unknown-action',
  ]);
  // One file sees the locals of its module too; the place is where they are used.
  assert.deepEqual(found(await lint(folder, 'main.tf')), ['main.tf:3 unknown-action']);
});

test('a folder without policies is clean; a file without one is a mistake', async context => {
  const folder = folderOf(context, { 'plain.tf': files['plain.tf'] });
  const done = await lint(folder, '.', '--format', 'text');
  assert.deepEqual([done.code, done.out], [0, 'No policy was found.\n']);
  await assert.rejects(lint(folder, 'plain.tf'), ProblemError);
  await assert.rejects(lint(folderOf(context, { 'a.json': bad }), '.', '--fix'), UsageError);
});

test('what cannot be read in a folder is named, and makes the exit code 2', async context => {
  const folder = folderOf(context, { 'ok.json': bad.replace('Nope9', 'ListQueues') });
  symlinkSync('nowhere.tf', path.join(folder, 'gone.tf'));
  const done = await lint(folder, '.');
  assert.equal(done.code, 2);
  assert.match(done.err, /lint-policy: gone\.tf: .*was not read/);
  assert.deepEqual(found(done), []);
});

test('denied takes a folder of policies, and locals of other files', async context => {
  const folder = folderOf(context, {
    'main.tf':
      'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["s3:GetObject"]\n    resources = ["arn:aws:s3:::${local.bucket}/*"]\n  }\n}\n',
    'locals.tf': 'locals {\n  bucket = "acme"\n}\n',
    'error.txt': `User: ${user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme/k" because no identity-based policy allows the s3:PutObject action`,
  });
  for (const policy of ['.', 'main.tf']) {
    const done = await runCommand(denied, asJson(['error.txt', '--policy', policy]), { cwd: folder });
    const { denials } = JSON.parse(done.out) as {
      denials: { lacks: string[]; change: { diff: string; document: unknown } }[];
    };
    assert.match(denials[0]?.lacks[0] ?? '', /names the resource, but not s3:PutObject/);
    assert.match(denials[0]?.change.diff ?? '', /^\+ {4}actions {3}= \["s3:PutObject"\]$/m);
    assert.equal(denials[0]?.change.document, null);
  }
});

test("PowerShell's UTF-16 is read", async context => {
  const folder = folderOf(context, {});
  const bytes = Buffer.from(`\ufeff${bad}`, 'utf16le');
  writeFileSync(path.join(folder, 'little.json'), bytes);
  writeFileSync(path.join(folder, 'big.json'), Buffer.from(bytes).swap16());
  for (const name of ['little.json', 'big.json'])
    assert.deepEqual(found(await lint(folder, name)), [`${name}:1 unknown-action`]);
});

test('denied refuses a --policy that is none', async context => {
  const folder = folderOf(context, {
    'bad.json': '{ nope',
    'list.json': '[]',
    'error.txt': `User: ${user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme/k"`,
  });
  for (const name of ['bad.json', 'list.json'])
    await assert.rejects(runCommand(denied, ['error.txt', '--policy', name], { cwd: folder }), ProblemError);
});

test('a file that is named beside its folder is looked at once', async context => {
  const folder = folderOf(context, files);
  const once = found(await lint(folder, 'policies'));
  assert.deepEqual(once, ['policies/a.json:1 unknown-action']);
  assert.deepEqual(found(await lint(folder, 'policies', 'policies/a.json', './policies')), once);
  const plain = await lint(folder, 'policies', 'policies/data.json').catch((error: unknown) => error);
  assert.notDeepEqual(plain, await lint(folder, 'policies'), 'it was named, so it has to hold a policy');
});

test('a file or folder given by its whole path is named from where the command runs, and in SARIF without a slash at its start', async context => {
  const folder = folderOf(context, files);
  const elsewhere = path.join(folder, 'module');
  for (const named of [path.join(folder, 'policies'), path.join(folder, 'policies', 'a.json'), '../policies/./a.json'])
    assert.deepEqual(found(await lint(elsewhere, named)), ['../policies/a.json:1 unknown-action']);
  const { out } = await runCommand(lintPolicy, [path.join(folder, 'policies'), '--format', 'sarif'], {
    cwd: elsewhere,
  });
  assert.deepEqual([...new Set([...out.matchAll(/"uri": "([^"]*a\.json)"/g)].map(m => m[1]))], ['../policies/a.json']);
});
