import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Log } from 'sarif';
import { check } from '../../../src/cli/commands/check';
import { doctor } from '../../../src/cli/commands/doctor';
import { lintPolicy } from '../../../src/cli/commands/lintPolicy';
import { lintTrust } from '../../../src/cli/commands/lintTrust';
import type { Command } from '../../../src/cli/command';
import { colored } from '../../../src/cli/output/colors';
import { checkRules, policyRules, trustPolicyRules } from '../../../src/cli/output/ruleTexts';
import { ProblemError } from '../../../src/core/problem';
import { type CommandRun, runCommand } from '../../support/runCommand';

const folder = mkdtempSync(path.join(tmpdir(), 'reports-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const full = path.join(folder, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return name;
};
file('infra/app/main.tf', 'provider "aws" {\n  region  = "eu-central-1"\n  profile = "p,:q%"\n}\n');
const trust = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: { 'app.terraform.io:sub': 'organization:acme*' } },
  },
};
file('infra/trust.json', JSON.stringify(trust));
file('infra/policy.json', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}');
const run = (command: Command, ...args: readonly string[]): Promise<CommandRun> =>
  runCommand(command, args, { cwd: folder });

test('SARIF of every command names files from the working folder on, and every rule has help, tags and a rank', async () => {
  for (const [command, path_] of [
    [check, 'infra/app/main.tf'],
    [lintTrust, 'infra/trust.json'],
    [lintPolicy, 'infra/policy.json'],
  ] as const) {
    const { out, code } = await run(command, 'infra', '--format', 'sarif');
    assert.equal(code, 1, command.name);
    const [only] = (JSON.parse(out) as Log).runs;
    assert.equal(only?.automationDetails?.id, `tfc-oidc/${command.name}/`);
    for (const { id, name } of only?.tool.driver.rules ?? []) assert.notEqual(name?.toLowerCase(), id.toLowerCase());
    assert.match(only?.originalUriBaseIds?.['%SRCROOT%']?.uri ?? '', /^file:\/\/.*\/$/);
    const files = new Set(only?.results?.map(r => r.locations?.[0]?.physicalLocation?.artifactLocation?.uri));
    assert.deepEqual([...files], [path_], command.name);
    for (const result of only?.results ?? [])
      assert.equal(only?.tool.driver.rules?.[result.ruleIndex ?? -1]?.id, result.ruleId);
    for (const rule of only?.tool.driver.rules ?? []) {
      assert.ok(rule.help?.text && rule.help.markdown && rule.helpUri, rule.id);
      assert.ok(Number(rule.properties?.['security-severity']) > 0, rule.id);
      assert.ok(rule.properties?.tags?.includes('security'), rule.id);
    }
  }
});

test('every code that a page names has a row, so that its SARIF rule says what it is', () => {
  const root = path.join(__dirname, '../../..');
  for (const [page, rules] of [
    ['docs/trust.md', trustPolicyRules],
    ['docs/permissions.md', policyRules],
    ['docs/rules.md', checkRules],
  ] as const) {
    const text = readFileSync(path.join(root, page), 'utf8');
    for (const { id } of rules) assert.ok(text.includes(`\`${id}\``) || text.includes(id), `${page} lacks ${id}`);
  }
  const table = readFileSync(path.join(root, 'docs/trust.md'), 'utf8');
  for (const [, cell = ''] of table.matchAll(/^\| (`[^|]+) \| (?:broken|too broad|depends|note) \|/gm))
    for (const [, code = ''] of cell.matchAll(/`([a-z-]+)`/g))
      assert.ok(
        trustPolicyRules.some(rule => rule.id === code),
        code,
      );
});

test('annotations of GitHub escape what its commands are made of', async () => {
  const { out } = await run(check, 'infra', '--format', 'github');
  assert.match(
    out,
    /^::error file=infra\/app\/main\.tf,line=3,endLine=3,col=3,endColumn=\d+,title=tfc-oidc provider-profile::/m,
  );
  for (const line of out.trimEnd().split('\n')) assert.match(line, /^::(?:error|warning|notice) [^\n]*::[^\n]+$/);
});

test('reports for GitLab and JUnit hold a row for each finding, with a fingerprint that a moved line leaves alone', async () => {
  interface Row {
    readonly fingerprint: string;
    readonly check_name: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
  }
  const rows = async (): Promise<readonly Row[]> =>
    JSON.parse((await run(check, 'infra', '--format', 'gitlab')).out) as Row[];
  const before = await rows();
  file('infra/app/main.tf', '\n\nprovider "aws" {\n  region  = "eu-central-1"\n  profile = "p,:q%"\n}\n');
  const later = await rows();
  assert.deepEqual(
    later.map(r => [r.fingerprint, r.location.path]),
    before.map(r => [r.fingerprint, 'infra/app/main.tf']),
  );
  assert.equal(later[0]?.location.lines.begin, (before[0]?.location.lines.begin ?? 0) + 2);
  const { out } = await run(check, 'infra', '--format', 'junit');
  assert.match(out, new RegExp(`<testsuites tests="${before.length}" failures="${before.length}">`));
  assert.equal(out.match(/<failure /g)?.length, before.length);
  file('clean/main.tf', 'provider "aws" {\n  region = "eu-central-1"\n}\n');
  assert.match((await run(check, 'clean', '--format', 'junit')).out, /failures="0"[^]*name="no findings"/);
});

test('--output writes the report to a file as a whole, and a file that cannot be written is a problem', async () => {
  const done = await run(check, 'infra', '--format', 'json', '--output', 'report.json');
  assert.deepEqual([done.code, done.out], [1, '']);
  const { roots } = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')) as { roots: unknown[] };
  assert.equal(roots.length, 1);
  await assert.rejects(
    run(check, 'infra', '--output', 'no/such/folder/report.json'),
    error => error instanceof ProblemError && error.problem.code === 'unwritable-file',
  );
});

test('colors are for terminals, never with NO_COLOR, and change no letter', () => {
  const line = '  main.tf:3:3: error: no [rule]\nacme/prod: wrong\n';
  const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, '');
  const shown = colored(line, { isTTY: true }, {});
  assert.notEqual(shown, line);
  assert.equal(plain(shown), line);
  assert.equal(colored(line, { isTTY: true }, { NO_COLOR: '1' }), line);
  assert.equal(colored(line, { isTTY: true }, { TERM: 'dumb' }), line);
  assert.equal(colored(line, { isTTY: false }, {}), line);
  assert.equal(plain(colored(line, {}, { FORCE_COLOR: '1' })), line);
  assert.equal(colored('nothing: errors\n', { isTTY: true }, {}), 'nothing: errors\n');
});

test('doctor reads an error text in a folder that has no workspace, and gives no all-clear', async () => {
  file('nothing/readme.txt', '');
  const known = file('known.txt', 'Error: creating DB Instance: ExpiredToken: The security token is expired');
  const read = await run(doctor, 'nothing', '--error', known);
  assert.equal(read.code, 1);
  assert.match(read.out, /No cloud block names a workspace here[^]*A session ended before the work did/);
  const unknown = await run(doctor, 'nothing', '--error', file('unknown.txt', 'Fehler: Zugriff'), '--format', 'json');
  assert.equal(unknown.code, 2);
  const { bindings } = JSON.parse(unknown.out) as { bindings: readonly { outcome: string }[] };
  assert.deepEqual(
    bindings.map(b => b.outcome),
    ['cannot-tell'],
  );
});
