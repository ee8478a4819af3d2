import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import Ajv, { type AnySchemaObject } from 'ajv';
import addFormats from 'ajv-formats';
import { check } from '../../../src/cli/commands/check';
import { fix } from '../../../src/cli/commands/fix';
import { helpText } from '../../../src/cli/helpText';
import { UsageError } from '../../../src/cli/option';
import { ProblemError } from '../../../src/core/problem';
import { bundleCli } from '../../support/aws/cliProcess';
import { fixtureFolder, fixtureNames } from '../../support/lintFixtures';
import { runCommand } from '../../support/runCommand';
import { version } from '../../../package.json';

const root = path.join(__dirname, '../../..');
const at = (name: string): string => path.join(fixtureFolder, name);
const run = (args: readonly string[], cwd = root): ReturnType<typeof runCommand> => runCommand(check, args, { cwd });

let cli = '';
before(async () => void (cli = await bundleCli()));

/** The program itself, as a terminal starts it. */
function program(args: readonly string[], cwd: string): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

test('a reader that closes standard error changes no exit code', async () => {
  const child = spawn(process.execPath, [cli, 'check', 'nowhere'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.destroy();
  const code = await new Promise(resolve => child.once('close', resolve));
  assert.equal(code, 2);
});

test('the program: 0 clean, 1 with findings, 2 where it could not run', () => {
  assert.equal(program(['check', at('clean')], root).code, 0);
  const found = program(['check'], at('static-literals'));
  assert.equal(found.code, 1);
  assert.match(found.out, /^ {2}main\.tf:12:3: error: provider "aws" sets access_key/m);
  const missing = program(['check', 'no-such-folder'], root);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /no-such-folder/);
  assert.equal(program(['check', '--format', 'xml'], root).code, 2);
  assert.equal(program(['check', '--no-such-option'], root).code, 2);
  assert.deepEqual(program(['--version'], root), { code: 0, out: `${version}\n`, err: '' });
  assert.deepEqual(program(['help', 'check'], root), { code: 0, out: helpText(check), err: '' });
});

test('--help names every option, and exits 0', () => {
  const help = program(['check', '--help'], root);
  assert.equal(help.code, 0);
  for (const option of Object.keys(check.options)) assert.ok(help.out.includes(`--${option}`), option);
});

test('--fail-on decides which severity makes the exit code 1', async () => {
  const codes = async (name: string): Promise<readonly number[]> =>
    Promise.all(['error', 'warning', 'never'].map(async level => (await run(['--fail-on', level, at(name)])).code));
  assert.deepEqual(await codes('static-literals'), [1, 1, 0]);
  assert.deepEqual(await codes('backend-s3'), [0, 1, 0]);
  assert.deepEqual(await codes('missing-region'), [0, 0, 0]);
  assert.deepEqual(await codes('clean'), [0, 0, 0]);
});

test('--severity changes a rule; unknown rules and levels are refused', async () => {
  assert.equal((await run(['--severity', 'static-credentials=off', at('static-literals')])).code, 0);
  assert.equal((await run(['--severity', 'backend-credentials=error', at('backend-s3')])).code, 1);
  await assert.rejects(run(['--severity', 'no-such-rule=off', at('clean')]), UsageError);
  await assert.rejects(run(['--severity', 'assume-role=loud', at('clean')]), UsageError);
  await assert.rejects(run(['no-such-folder']), ProblemError);
});

test('several PATHs: each root once, and of files only their own findings', async () => {
  const files = async (...paths: readonly string[]): Promise<readonly string[]> => {
    const { out } = await run(['--format', 'json', ...paths], fixtureFolder);
    const { roots } = JSON.parse(out) as { roots: { dir: string; findings: { file: string }[] }[] };
    return [...new Set(roots.flatMap(r => r.findings.map(f => f.file)))].sort();
  };
  assert.deepEqual(await files('static-literals', 'profile'), ['profile/main.tf', 'static-literals/main.tf']);
  assert.deepEqual(await files('nasty-bom/first.tf', 'clean', 'profile/main.tf'), [
    'nasty-bom/first.tf',
    'profile/main.tf',
  ]);
  const { out } = await run(['--format', 'json', 'profile', 'profile/main.tf', '.'], fixtureFolder);
  const { roots } = JSON.parse(out) as { roots: { dir: string }[] };
  assert.equal(roots.length, new Set(roots.map(r => r.dir)).size);
});

test('one file as PATH: only its findings', async () => {
  const { out } = await run(['--format', 'json', path.join(at('nasty-bom'), 'first.tf')], at('nasty-bom'));
  const parsed = JSON.parse(out) as { roots: { findings: { file: string; range: unknown }[] }[] };
  assert.deepEqual(
    parsed.roots.flatMap(r => r.findings.map(f => f.file)),
    ['first.tf'],
  );
});

test('a byte order mark is no character, and an emoji is two', async () => {
  const ranges = async (name: string): Promise<readonly unknown[]> => {
    const { out } = await run(['--format', 'json', at(name)]);
    const parsed = JSON.parse(out) as { roots: { findings: { code: string; range: unknown }[] }[] };
    return parsed.roots.flatMap(r => r.findings.filter(f => f.code === 'hard-coded-key').map(f => f.range));
  };
  assert.deepEqual(await ranges('nasty-bom'), [{ start: { line: 0, character: 16 }, end: { line: 0, character: 36 } }]);
  assert.deepEqual(await ranges('nasty-unicode'), [
    { start: { line: 10, character: 17 }, end: { line: 10, character: 37 } },
  ]);
});

test('an empty folder, and a folder without Terraform', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  try {
    writeFileSync(path.join(folder, 'readme.md'), 'nothing');
    assert.deepEqual(await run([folder]), { code: 0, out: 'No Terraform configuration was found.\n', err: '' });
    assert.equal((await run(['--format', 'json', folder])).out, '{\n  "schemaVersion": 1,\n  "roots": []\n}\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('paths are relative to the folder in which it runs, with forward slashes', async () => {
  const { out } = await run(['--format', 'json', 'projects'], path.join(root, 'test/fixtures'));
  const parsed = JSON.parse(out) as { roots: { dir: string; findings: { file: string }[] }[] };
  assert.ok(parsed.roots.length >= 50);
  const child = parsed.roots.find(r => r.dir === 'projects/nasty-child-modules');
  assert.deepEqual(
    child?.findings.map(f => f.file),
    ['projects/nasty-child-modules/modules/a/main.tf'],
  );
});

test('SARIF of every fixture is valid to the published schema', async () => {
  const schema = JSON.parse(
    readFileSync(path.join(root, 'test/fixtures/schemas/sarif-2.1.0.json'), 'utf8'),
  ) as AnySchemaObject;
  const { $schema: _, id: __, ...draft } = schema;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const valid = ajv.compile(draft);
  let results = 0;
  for (const name of fixtureNames) {
    const { out } = await run(['--format', 'sarif', at(name)]);
    const log = JSON.parse(out) as {
      runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    assert.ok(valid(log), `${name}: ${JSON.stringify(valid.errors)}`);
    for (const result of log.runs[0]?.results ?? []) {
      results++;
      assert.equal(log.runs[0]?.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
    }
  }
  assert.ok(results > 60, `${results} results`);
  assert.ok(!valid({ version: '2.1.0', runs: [{ tool: {} }] }), 'the schema refuses a run without a driver');
});

test('SARIF columns start at 1, and a finding of two roots is one result', async () => {
  const { out } = await run(['--format', 'sarif'], at('nasty-two-roots'));
  const log = JSON.parse(out) as {
    runs: { results: { locations: { physicalLocation: { region: unknown; artifactLocation: unknown } }[] }[] }[];
  };
  const results = log.runs[0]?.results ?? [];
  assert.equal(results.length, 1);
  assert.deepEqual(results[0]?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: 'shared/main.tf', uriBaseId: '%SRCROOT%' },
    region: { startLine: 2, startColumn: 9, endLine: 2, endColumn: 29 },
  });
});

test('names with spaces are encoded in SARIF', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  try {
    mkdirSync(path.join(folder, 'my app'));
    writeFileSync(path.join(folder, 'my app', 'a#b.tf'), 'provider "aws" {\n  profile = "p"\n}\n');
    assert.match((await run(['--format', 'sarif'], folder)).out, /"uri": "my%20app\/a%23b\.tf"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what cannot be read is named, and makes the exit code 2 of check and fix', async context => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, 'app/secret'), { recursive: true });
  writeFileSync(path.join(folder, 'app/main.tf'), 'provider "aws" {\n  region  = "eu-central-1"\n}\n');
  assert.deepEqual(await codeAndErr(folder), [0, '', 0, '']);

  writeFileSync(path.join(folder, 'app/big.tf'), '#'.repeat(5 * 1024 * 1024 + 1));
  symlinkSync('nowhere.tf', path.join(folder, 'app/linked.tf'));
  const [checked, err, fixed, fixErr] = await codeAndErr(folder);
  assert.deepEqual([checked, fixed], [2, 2]);
  for (const text of [String(err), String(fixErr)]) {
    assert.match(text, /app\/big\.tf: .*was not read: it has 5\.0 MiB/);
    assert.match(text, /app\/linked\.tf: .*was not read/);
  }
  const json = JSON.parse((await run([folder, '--format', 'json'])).out) as { roots: { problems: unknown[] }[] };
  assert.equal(json.roots[0]?.problems.length, 1);
  const dry = await runCommand(fix, [folder, '--dry-run'], { cwd: root });
  assert.equal(dry.code, 2);
});

test('links that lead out of the repository show nothing of what is there', async context => {
  const [folder, outside] = [1, 2].map(() => mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'))) as [string, string];
  for (const made of [folder, outside]) context.after(() => rmSync(made, { recursive: true, force: true }));
  const [key, other] = ['deep', 'linked'].map(word =>
    `AKIA${word.toUpperCase()}Z23456ABCD`.padEnd(20, 'E').slice(0, 20),
  );
  mkdirSync(path.join(outside, 'deep'));
  writeFileSync(path.join(outside, 'deep', 'main.tf'), `provider "aws" {\n  access_key = "${key}"\n}\n`);
  writeFileSync(path.join(outside, 'id_ed25519'), `-----BEGIN OPENSSH PRIVATE KEY-----\n${other}\n`);
  writeFileSync(path.join(folder, 'main.tf'), 'module "m" {\n  source = "./everything"\n}\n');
  symlinkSync('/', path.join(folder, 'everything'));
  symlinkSync(outside, path.join(folder, 'there'));
  symlinkSync(path.join(outside, 'id_ed25519'), path.join(folder, 'key.tf'));
  const { code, out, err } = await run(['--format', 'json'], folder);
  assert.equal(code, 2);
  const { roots } = JSON.parse(out) as { roots: { dir: string; findings: unknown[] }[] };
  assert.deepEqual(
    roots.map(r => [r.dir, r.findings.length]),
    [['.', 0]],
  );
  assert.match(err, /key\.tf: .*out of the repository/);
  for (const text of [out, err]) for (const secret of [key, other]) assert.ok(!text.includes(secret ?? ''));
});

async function codeAndErr(folder: string): Promise<readonly (number | string)[]> {
  const checked = await run([folder]);
  const fixed = await runCommand(fix, [folder], { cwd: root });
  return [checked.code, checked.err, fixed.code, fixed.err];
}
