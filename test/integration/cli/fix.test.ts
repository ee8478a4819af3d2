import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { UsageError } from '../../../src/cli/option';
import { fix } from '../../../src/cli/commands/fix';
import { replaceable } from '../../../src/cli/replaceFile';
import { copyOfFixture, fixtureNames } from '../../support/lintFixtures';
import { runCommand } from '../../support/runCommand';

/** Runs in the folder that is fixed, where one is named: files are named from where the command runs. */
const run = (
  args: readonly string[],
  cwd = path.isAbsolute(args.at(-1) ?? '') ? (args.at(-1) ?? '') : tmpdir(),
): ReturnType<typeof runCommand> => runCommand(fix, args, { cwd });

function temporary(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fixture(context: TestContext, name: string): string {
  const copy = copyOfFixture(name);
  context.after(() => copy.dispose());
  return copy.folder;
}

/** Every file below a folder, by name. */
function contents(folder: string): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, name);
    if (statSync(file).isFile()) out[name] = readFileSync(file, 'latin1');
  }
  return out;
}

const withProfile = 'provider "aws" {\n  region = "x"\n  profile = "p"\n}\n';
const without = 'provider "aws" {\n  region = "x"\n}\n';

test('fix writes the file, says so, and has nothing to do a second time', async context => {
  const folder = fixture(context, 'static-literals');
  const first = await run([folder]);
  assert.deepEqual({ code: first.code, out: first.out }, { code: 0, out: 'main.tf: 3 findings fixed\n' });
  assert.match(
    readFileSync(path.join(folder, 'main.tf'), 'utf8'),
    /provider "aws" \{\n {2}region = "eu-central-1"\n\}/,
  );
  const before = contents(folder);
  assert.equal((await run([folder])).out, 'Nothing to fix.\n');
  assert.deepEqual(contents(folder), before);
});

test('fix is idempotent on every fixture and leaves no temporary file', async context => {
  for (const name of fixtureNames) {
    const folder = fixture(context, name);
    const names = Object.keys(contents(folder)).sort();
    const first = await run([folder]);
    const once = contents(folder);
    assert.deepEqual(Object.keys(once).sort(), names, name);
    const second = await run([folder]);
    assert.equal(second.code, first.code, name);
    assert.deepEqual(contents(folder), once, name);
  }
});

test('--dry-run prints a diff and writes nothing', async context => {
  const folder = fixture(context, 'profile');
  const before = contents(folder);
  const { out, code } = await run(['--dry-run', folder]);
  assert.equal(code, 0);
  assert.equal(
    out,
    [
      '--- a/main.tf',
      '+++ b/main.tf',
      '@@ -9,8 +9,6 @@',
      ' ',
      ' provider "aws" {',
      '   region  = "eu-central-1"',
      '-  # Ask Anna for access.',
      '-  profile = "acme-prod" # her account',
      ' ',
      '   default_tags {',
      '     tags = { team = "a" }',
      '',
    ].join('\n'),
  );
  assert.deepEqual(contents(folder), before);
});

test('git applies the diff of every fixture to what fix makes of it', async context => {
  if (spawnSync('git', ['--version']).status !== 0) return context.skip('git is not installed');
  let applied = 0;
  for (const name of fixtureNames) {
    const folder = fixture(context, name);
    const { out } = await run(['--dry-run', folder]);
    // A masked key is no context that git could find; those diffs are for reading.
    if (out === '' || /"\*|\*{4}/.test(out)) continue;
    const other = fixture(context, name);
    const git = spawnSync('git', ['apply', '--unsafe-paths', '-'], { cwd: other, input: out, encoding: 'utf8' });
    assert.equal(git.status, 0, `${name}: ${git.stderr}\n${out}`);
    await run([folder]);
    assert.deepEqual(contents(other), contents(folder), name);
    applied++;
  }
  assert.ok(applied >= 15, `${applied} diffs`);
});

test('no diff shows a key or a token', async context => {
  for (const name of fixtureNames) {
    const { out } = await run(['--dry-run', fixture(context, name)]);
    assert.doesNotMatch(out, /AKIAFAKEKEY|Fake0Secret|not-a-real-token/, name);
  }
});

test('--code applies that rule alone, and its only fix where it needs a decision', async context => {
  const folder = fixture(context, 'keys-tfvars');
  assert.match((await run([folder])).out, /^4 findings need a decision/);
  assert.equal((await run(['--code', 'static-credentials', folder])).out, 'Nothing to fix.\n');
  assert.equal((await run(['--code', 'hard-coded-key', folder])).code, 0);
  assert.equal(
    readFileSync(path.join(folder, 'terraform.tfvars'), 'utf8'),
    '# prod\nregion         = "eu-central-1"\n'.replace('         =', ' ='),
  );
  assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'dev.tfvars.json'), 'utf8')), { region: 'eu-west-1' });
  await assert.rejects(run(['--code', 'no-such-rule', folder]), UsageError);
});

test('where two fixes are possible, --code decides nothing', async context => {
  const folder = fixture(context, 'assume-role-default');
  const before = contents(folder);
  assert.match((await run(['--code', 'assume-role', folder])).out, /^1 finding needs a decision/);
  assert.deepEqual(contents(folder), before);
});

test('mode, byte order mark and line ends stay', async context => {
  const folder = temporary(context);
  const file = path.join(folder, 'main.tf');
  writeFileSync(file, `\uFEFF${withProfile}`.replace(/\n/g, '\r\n'));
  chmodSync(file, 0o640);
  assert.equal((await run([folder])).code, 0);
  assert.equal(readFileSync(file, 'utf8'), `\uFEFF${without}`.replace(/\n/g, '\r\n'));
  assert.equal(statSync(file).mode & 0o777, 0o640);
});

test('a symbolic link inside of PATH stays one; one that leads out of it is left alone', async context => {
  const folder = temporary(context);
  const outside = temporary(context);
  writeFileSync(path.join(outside, 'elsewhere.tf'), withProfile.replace('"aws" {', '"aws" {\n  alias = "o"'));
  mkdirSync(path.join(folder, 'real'));
  writeFileSync(path.join(folder, 'real', 'shared.txt'), withProfile);
  symlinkSync('real/shared.txt', path.join(folder, 'inside.tf'));
  symlinkSync(path.join(outside, 'elsewhere.tf'), path.join(folder, 'outside.tf'));
  const before = readFileSync(path.join(outside, 'elsewhere.tf'), 'utf8');
  const { code, err } = await run([folder]);
  assert.equal(code, 2);
  assert.match(err, /outside\.tf was not read: .*out of the repository/);
  assert.equal(readFileSync(path.join(outside, 'elsewhere.tf'), 'utf8'), before);
  assert.equal(readFileSync(path.join(folder, 'real', 'shared.txt'), 'utf8'), without);
  assert.ok(lstatSync(path.join(folder, 'inside.tf')).isSymbolicLink());
});

test('a module outside of PATH is reported and not written', async context => {
  const folder = temporary(context);
  mkdirSync(path.join(folder, '.git'));
  mkdirSync(path.join(folder, 'app'));
  mkdirSync(path.join(folder, 'module'));
  writeFileSync(path.join(folder, 'app', 'main.tf'), 'module "m" {\n  source = "../module"\n}\n');
  writeFileSync(path.join(folder, 'module', 'main.tf'), withProfile);
  const { code, err } = await run([path.join(folder, 'app')]);
  assert.equal(code, 2);
  assert.match(err, /module\/main\.tf is outside of/);
  assert.equal(readFileSync(path.join(folder, 'module', 'main.tf'), 'utf8'), withProfile);
});

test('a file that changed since it was read is refused', async context => {
  const folder = temporary(context);
  const file = path.join(folder, 'main.tf');
  writeFileSync(file, `${withProfile}# edited meanwhile\n`);
  const result = await replaceable(folder, file, withProfile);
  assert.equal(result.ok ? 'ok' : result.problem.code, 'file-changed');
});

test('a file that is not UTF-8 is left as it is, byte for byte', async context => {
  const folder = temporary(context);
  const file = path.join(folder, 'main.tf');
  const bytes = Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(`\n${withProfile}`)]);
  writeFileSync(file, bytes);
  const { code, err } = await run([folder]);
  assert.equal(code, 2);
  assert.match(err, /not UTF-8/);
  assert.ok(readFileSync(file).equals(bytes));
});

test('a file with a syntax error is left alone, and the others are fixed', async context => {
  const folder = temporary(context);
  const broken = 'provider "aws" {\n  alias = "b"\n  profile = "p"\n';
  writeFileSync(path.join(folder, 'broken.tf'), broken);
  writeFileSync(path.join(folder, 'good.tf'), withProfile);
  const { code, err, out } = await run([folder]);
  assert.equal(code, 2);
  assert.match(err, /broken\.tf has a syntax error/);
  assert.match(out, /good\.tf: 1 finding fixed/);
  assert.equal(readFileSync(path.join(folder, 'broken.tf'), 'utf8'), broken);
  assert.equal(readFileSync(path.join(folder, 'good.tf'), 'utf8'), without);
});
