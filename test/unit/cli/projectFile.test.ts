import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv, { type AnySchemaObject } from 'ajv';
import { check } from '../../../src/cli/commands/check';
import { fix } from '../../../src/cli/commands/fix';
import { lintPolicy } from '../../../src/cli/commands/lintPolicy';
import { plan } from '../../../src/cli/commands/plan';
import { subject } from '../../../src/cli/commands/subject';
import { ProblemError } from '../../../src/core/problem';
import { parseProjectFile } from '../../../src/lint/projectFile';
import { rules } from '../../../src/lint/table';
import { folderOf, gitIn, write } from '../../support/cli/repository';
import { type CommandRun, runCommand } from '../../support/runCommand';

const key = 'AKIAIOSFODNN7EXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const cloud = (inner = ''): string => `terraform {\n  cloud {\n    ${inner}\n    workspaces { name = "web" }\n  }\n}\n`;
const provider = (more = ''): string =>
  `provider "aws" {\n  region     = "eu-central-1"\n  access_key = "${key}"\n  secret_key = "${secret}"\n${more}}\n`;

const run = (cwd: string, ...args: readonly string[]): Promise<CommandRun> => runCommand(check, args, { cwd });
interface Report {
  roots: {
    dir: string;
    cloud: { organization: string | null; hostname: string | null };
    findings: { code: string; severity: string; file: string; range: { start: { line: number } } }[];
  }[];
}
const report = async (cwd: string, ...args: readonly string[]): Promise<Report> =>
  JSON.parse((await run(cwd, ...args, '--format', 'json')).out) as Report;
const found = async (cwd: string, ...args: readonly string[]): Promise<readonly string[]> =>
  (await report(cwd, ...args)).roots.flatMap(r =>
    r.findings.map(f => `${f.file}:${f.range.start.line + 1} ${f.code} ${f.severity}`),
  );

const base = {
  'main.tf': cloud() + provider(),
  'examples/old/main.tf': cloud() + provider(),
  'examples-not/main.tf': cloud() + provider(),
};

test('tfc-oidc.json sets severities and ignored folders, from a folder below it too; one line says what it turned off', async context => {
  const folder = folderOf(context, {
    ...base,
    '.git/HEAD': '',
    'tfc-oidc.json': JSON.stringify({
      rules: { 'hard-coded-key': 'off', 'static-credentials': 'warning' },
      ignoredFolders: ['./examples/'],
    }),
  });
  assert.deepEqual(await found(folder), [
    'main.tf:9 static-credentials warning',
    'main.tf:10 static-credentials warning',
    'examples-not/main.tf:9 static-credentials warning',
    'examples-not/main.tf:10 static-credentials warning',
  ]);
  const all = await run(folder);
  assert.equal(all.code, 0);
  assert.equal(
    all.err,
    'tfc-oidc check: tfc-oidc.json turns off hard-coded-key, makes static-credentials a warning, leaves out examples.\n',
  );
  // From below, and where an option wins.
  assert.equal((await run(path.join(folder, 'examples-not'))).err.includes('../tfc-oidc.json turns off'), true);
  assert.ok(
    (await found(folder, 'examples-not', '--severity', 'static-credentials=error')).some(f =>
      f.endsWith('static-credentials error'),
    ),
  );
  // A folder that is asked for by name is read; a file that a hook hands over is not.
  assert.equal((await report(folder, 'examples/old')).roots.length, 1);
  assert.deepEqual((await report(folder, 'examples/old/main.tf')).roots, []);
  // Without the file.
  const without = await run(folder, '--no-config');
  assert.equal(without.code, 1);
  assert.equal(without.err, '');
  assert.match(without.out, /examples\/old\/main\.tf:\d+:\d+: error/);
});

test('the nearest file counts, and none above the repository', async context => {
  const off = JSON.stringify({ rules: Object.fromEntries(rules.map(rule => [rule.code, 'off'])) });
  const folder = folderOf(context, {
    'tfc-oidc.json': off,
    'a/.git/HEAD': '',
    'a/main.tf': base['main.tf'],
    'b/.git/HEAD': '',
    'b/tfc-oidc.json': '{}',
    'b/c/tfc-oidc.json': off,
    'b/c/main.tf': base['main.tf'],
    'b/main.tf': base['main.tf'],
  });
  assert.equal((await run(folder, 'a')).code, 1);
  assert.equal((await run(folder, 'b')).code, 1);
  assert.equal((await run(folder, 'b/c')).code, 0);
  assert.equal((await run(path.join(folder, 'b/c'))).code, 0);
});

test('organization and host: an option wins, then the code, then the environment, then the file', async context => {
  const folder = folderOf(context, {
    'own/main.tf': cloud('organization = "mine"\n    hostname = "tfe.mine.example"'),
    'none/main.tf': cloud(),
    'remote/main.tf': 'terraform {\n  backend "remote" {\n    workspaces { name = "web" }\n  }\n}\n',
    'tfc-oidc.json': JSON.stringify({ organization: 'acme', hostname: 'app.eu.terraform.io' }),
  });
  const names = async (...args: readonly string[]): Promise<readonly unknown[]> =>
    (await report(folder, ...args)).roots.map(r => [r.dir, r.cloud.organization, r.cloud.hostname]);
  assert.deepEqual(await names(), [
    ['none', 'acme', 'app.eu.terraform.io'],
    ['own', 'mine', 'tfe.mine.example'],
    ['remote', 'acme', 'app.eu.terraform.io'],
  ]);
  assert.deepEqual((await names('--no-config'))[0], ['none', null, 'app.terraform.io']);
  const env = { TF_CLOUD_ORGANIZATION: 'env', TF_CLOUD_HOSTNAME: 'tfe.env.example' };
  const { out } = await runCommand(check, ['none', '--format', 'json'], { cwd: folder, env });
  const [root] = (JSON.parse(out) as Report).roots;
  assert.deepEqual([root?.cloud.organization, root?.cloud.hostname], ['env', 'tfe.env.example']);
  const of = async (...args: readonly string[]): Promise<string> =>
    (await runCommand(subject, ['--project', 'p', '--workspace', 'w', '--phase', 'plan', ...args], { cwd: folder }))
      .out;
  assert.equal(await of(), 'organization:acme:project:p:workspace:w:run_phase:plan\n');
  assert.equal(await of('--organization', 'other'), 'organization:other:project:p:workspace:w:run_phase:plan\n');
  await assert.rejects(of('--no-config'), /--organization is needed/);
  // A command that would ask AWS gets past its names.
  const asked = runCommand(plan, ['--workspace', 'w', '--project', 'p'], { cwd: folder, env: { HOME: folder } });
  await assert.rejects(asked, (error: Error) => !/--organization is needed/.test(error.message));
});

test('the other commands leave ignored folders and rules aside as well', async context => {
  const bad = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:Nope9","Resource":"*"}]}';
  const folder = folderOf(context, {
    'main.tf': cloud() + provider(),
    'old/policy.json': bad,
    'old/main.tf': provider(),
    'tfc-oidc.json': JSON.stringify({ ignoredFolders: ['old'], rules: { 'static-credentials': 'off' } }),
  });
  assert.equal((await runCommand(lintPolicy, ['.'], { cwd: folder })).code, 0);
  assert.equal((await runCommand(lintPolicy, ['.', '--no-config'], { cwd: folder })).code, 1);
  const fixed = await runCommand(fix, ['--dry-run'], { cwd: folder });
  assert.doesNotMatch(fixed.out, /old\/main\.tf/);
  const byName = await runCommand(fix, ['--dry-run', '--code', 'static-credentials'], { cwd: folder });
  assert.match(byName.out, /-\s+access_key/);
});

test('a file that is wrong says where, and what is expected; it is never half used', async context => {
  const folder = folderOf(context, { 'main.tf': provider() });
  for (const [text, message] of [
    ['{\n  "rules": {\n    "missing-regoin": "off"\n  }\n}', /^tfc-oidc\.json:3:5: .*Did you mean "missing-region"\?/],
    [
      '{ "ignoredFolder": [] }',
      /^tfc-oidc\.json:1:3: There is no setting "ignoredFolder"\. Did you mean "ignoredFolders"\?/,
    ],
    ['{ "rules": { "missing-region": "none" } }', /^tfc-oidc\.json:1:32: A rule takes one of error, warning/],
    ['{ "rules": [] }', /:1:12: "rules" must be an object/],
    ['{ "ignoredFolders": "examples" }', /"ignoredFolders" must be a list/],
    ['{ "ignoredFolders": ["../elsewhere"] }', /must lie below the folder of this file/],
    ['{ "ignoredFolders": ["."] }', /must lie below/],
    ['{ "ignoredFolders": ["/etc"] }', /must lie below/],
    ['{ "ignoredFolders": [7] }', /A folder must be a text/],
    [`{ "organization": "${secret}" }`, /"organization" takes the name of an organization/],
    ['{ "hostname": "app terraform io" }', /"hostname" takes a host/],
    ['{ "baseline": "../b.json" }', /must lie below/],
    ['{ "baseline": 1 }', /"baseline" must be a text/],
    ['{ "rules": {}, "rules": {} }', /:1:16: "rules" is there twice/],
    ['{ // why\n }', /:1:3: JSON has no comments/],
    ['{ "rules": {}, }', /:1:16: This is not JSON/],
    ['[]', /must hold one JSON object/],
    ['', /This is not JSON|one JSON object/],
  ] as const) {
    write(folder, { 'tfc-oidc.json': text });
    await assert.rejects(run(folder), (error: Error) => {
      assert.ok(error instanceof ProblemError, text);
      assert.match(error.message, message, text);
      assert.doesNotMatch(error.message, new RegExp(secret.replace(/[/+]/g, '.')));
      return true;
    });
    assert.equal((await run(folder, '--no-config')).code, 1);
  }
});

test('the schema takes what the program takes, and names every rule', () => {
  const schema = JSON.parse(
    readFileSync(path.join(__dirname, '../../../media/tfc-oidc.schema.json'), 'utf8'),
  ) as AnySchemaObject;
  const validate = new Ajv({ strict: true }).compile(schema);
  for (const value of [
    {},
    { $schema: 'x', organization: 'acme', hostname: 'app.eu.terraform.io', baseline: 'b.json' },
    { rules: Object.fromEntries(rules.map(rule => [rule.code, 'off'])), ignoredFolders: ['a/b'] },
    { rules: { nothing: 'off' } },
    { ignoredFolders: 'a' },
    { organization: 'a b' },
    { more: 1 },
  ]) {
    const own = parseProjectFile(JSON.stringify(value), '/x/tfc-oidc.json', '/x', 'tfc-oidc.json');
    assert.equal(validate(value), own.ok, JSON.stringify(value));
  }
});

test('a baseline leaves out what was there, wherever it has moved; what is new is found', async context => {
  const folder = folderOf(context, base);
  const before = await found(folder);
  assert.ok(before.length > 4);
  const written = await run(folder, '--write-baseline');
  assert.equal(written.code, 0);
  assert.match(written.out, /^tfc-oidc-baseline\.json: \d+ known findings\.\nGive it with --baseline/);
  const text = readFileSync(path.join(folder, 'tfc-oidc-baseline.json'), 'utf8');
  assert.doesNotMatch(text, /AKIA|wJalr/);
  assert.match(text, /"at": "provider\.aws\.access_key"/);
  const baseline = ['--baseline', 'tfc-oidc-baseline.json'] as const;
  assert.deepEqual(await found(folder, ...baseline), []);
  assert.match((await run(folder, ...baseline)).err, /tfc-oidc-baseline\.json leaves out \d+ known findings\.\n$/);
  assert.match(text, new RegExp(`"count": 1`));
  // Lines move, the block too, and the values change places.
  write(folder, { 'main.tf': `# one\n\n${provider()}\n\n${cloud()}` });
  assert.deepEqual(await found(folder, ...baseline), []);
  // From a folder below: the file's own folder is what it counts from.
  assert.deepEqual(await found(path.join(folder, 'examples'), '--baseline', '../tfc-oidc-baseline.json'), []);
  // New: another provider, and another argument of the known one.
  write(folder, {
    'main.tf': `${cloud()}${provider('  profile = "dev"\n')}provider "aws" {\n  alias = "b"\n  access_key = "${key}"\n}\n`,
  });
  const fresh = await found(folder, ...baseline);
  assert.ok(
    fresh.some(f => f.includes('provider-profile')),
    fresh.join(),
  );
  assert.equal(fresh.filter(f => f.includes('static-credentials')).length, 1, fresh.join());
  assert.equal((await run(folder, ...baseline)).code, 1);
  // Settled: named, and gone with the next writing. Those of folders that were not looked at stay.
  write(folder, { 'main.tf': cloud() });
  assert.match((await run(folder, ...baseline)).err, /entries are settled, and --write-baseline takes them out/);
  await run(folder, 'main.tf', '--write-baseline');
  const after = readFileSync(path.join(folder, 'tfc-oidc-baseline.json'), 'utf8');
  assert.doesNotMatch(after, /"file": "main\.tf"/);
  assert.match(after, /"file": "examples\/old\/main\.tf"/);
});

test('tfc-oidc.json names the baseline; one that is not there, or is none, is a problem and never overwritten', async context => {
  const folder = folderOf(context, { ...base, 'tfc-oidc.json': '{ "baseline": "ci/known.json" }', 'ci/x': '' });
  await assert.rejects(run(folder), /The baseline ci\/known\.json cannot be read: there is no such file/);
  assert.equal((await run(folder, '--write-baseline')).out.includes('Give it with'), false);
  assert.ok(existsSync(path.join(folder, 'ci/known.json')));
  assert.deepEqual(await found(folder), []);
  assert.ok((await found(folder, '--no-config')).length > 4);
  for (const text of ['{}', 'x', '{"version":2,"findings":[]}', '{"version":1,"findings":[{"code":"x"}]}']) {
    write(folder, { 'ci/known.json': text });
    await assert.rejects(run(folder), /ci\/known\.json/);
    await assert.rejects(run(folder, '--write-baseline'), /ci\/known\.json/);
    assert.equal(readFileSync(path.join(folder, 'ci/known.json'), 'utf8'), text);
  }
});

test('--changed-since looks at the roots that changed, and starts nothing that the repository names', async context => {
  const folder = folderOf(context, {
    'a/main.tf': cloud() + 'module "m" {\n  source = "../m"\n}\n' + provider(),
    'b/main.tf': cloud() + provider(),
    'm/main.tf': 'variable "x" { default = 1 }\n',
  });
  const git = gitIn(folder);
  const env = { PATH: process.env['PATH'] ?? '' };
  const roots = async (cwd: string, ...args: readonly string[]): Promise<readonly string[]> => {
    const { out } = await runCommand(check, [...args, '--format', 'json'], { cwd, env });
    return (JSON.parse(out) as Report).roots.map(r => r.dir);
  };
  await assert.rejects(roots(folder, '--changed-since', 'HEAD'), /needs a repository of git/);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const hook = path.join(folder, 'started');
  git('config', 'core.fsmonitor', `touch ${hook}`);
  git('config', 'diff.external', `touch ${hook}`);
  assert.deepEqual(await roots(folder, '--changed-since', 'main'), []);
  git('checkout', '-q', '-b', 'work');
  write(folder, { 'm/main.tf': 'variable "x" { default = 2 }\n', 'b/README.md': 'x' });
  assert.deepEqual(await roots(folder, '--changed-since', 'main'), ['a']);
  write(folder, { 'b/new.tf': 'locals {}\n' });
  assert.deepEqual(await roots(folder, '--changed-since', 'main'), ['a', 'b']);
  assert.deepEqual(await roots(path.join(folder, 'b'), '--changed-since', 'main'), ['.']);
  git('add', '.');
  git('commit', '-q', '-m', 'second');
  // What came to main meanwhile is not ours.
  git('checkout', '-q', 'main');
  write(folder, { 'c/main.tf': provider() });
  git('add', '.');
  git('commit', '-q', '-m', 'third');
  git('checkout', '-q', 'work');
  assert.deepEqual(await roots(folder, '--changed-since', 'main'), ['a', 'b']);
  rmSync(path.join(folder, 'b/new.tf'));
  assert.deepEqual(await roots(folder, '--changed-since', 'work'), ['b']);
  assert.equal(existsSync(hook), false);
  await assert.rejects(roots(folder, '--changed-since', 'no-such'), /no commit "no-such"/);
  await assert.rejects(roots(folder, '--changed-since=--output=x'), /takes a commit/);
});
