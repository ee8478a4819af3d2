import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bundleCli } from '../../support/aws/cliProcess';

/** subject, trust, prove and lint-trust as a terminal starts them: processes, pipes, exit codes. */
const account = '123456789012';
const who = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod'];
const prefix = 'organization:acme:project:Default Project:workspace:prod:run_phase';

let folder = '';
let cli = '';
before(async () => {
  cli = await bundleCli();
  folder = mkdtempSync(path.join(tmpdir(), 'policy-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function program(words: readonly string[], input = ''): Done {
  const judges = ['prove', 'lint-trust'].includes(words[0] ?? '') && !words.includes('--fix');
  const args = judges ? [...words, '--format', 'json'] : words;
  const done = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const file = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return name;
};
const policy = (phases = 'plan,apply'): string =>
  program(['trust', ...who, '--account', account, '--phases', phases]).out;

/** What `aws iam get-role` prints where the document is still URL-encoded. */
const getRole = (document: string): string =>
  JSON.stringify({ Role: { RoleName: 'tfc', AssumeRolePolicyDocument: encodeURIComponent(document) } });

interface Proof {
  readonly decision: string;
  readonly undecided?: boolean;
  readonly statements: readonly { readonly index: number; readonly effect: string; readonly applies: string }[];
  readonly why: readonly string[];
}
interface Verdict {
  readonly verdict: string;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}
const proof = (done: Done): Proof => JSON.parse(done.out) as Proof;
const verdict = (done: Done): Verdict => JSON.parse(done.out) as Verdict;

test('subject prints one line for each phase, or JSON', () => {
  const lines = program(['subject', ...who]);
  assert.deepEqual(lines, { code: 0, out: `${prefix}:plan\n${prefix}:apply\n`, err: '' });
  assert.deepEqual(JSON.parse(program(['subject', ...who, '--phase', 'apply', '--format', 'json']).out), {
    schemaVersion: 1,
    subjects: [{ phase: 'apply', subject: `${prefix}:apply` }],
  });
  assert.equal(
    program([
      'subject',
      '--organization',
      'acme',
      '--project',
      'p',
      '--stack',
      's',
      '--deployment',
      'd',
      '--phase',
      'plan',
    ]).out,
    'organization:acme:project:p:stack:s:deployment:d:operation:plan\n',
  );
});

test('trust by pipe into prove: own runs get in, strangers do not', () => {
  const both = policy();
  const own = program(['prove', '-', '--subject', `${prefix}:plan`], both);
  assert.equal(own.code, 0);
  assert.equal(proof(own).decision, 'allow');
  assert.deepEqual(Object.keys(proof(own)), ['schemaVersion', 'decision', 'statements', 'why']);
  for (const stranger of [
    `${prefix.replace('acme', 'acme2')}:plan`,
    `${prefix.replace('prod', 'prod2')}:plan`,
    `${prefix.replace('Default Project', 'other')}:apply`,
    `${prefix}:destroy`,
  ]) {
    const done = program(['prove', '-', '--subject', stranger], both);
    assert.equal(done.code, 1, stranger);
    assert.equal(proof(done).decision, 'deny', stranger);
  }
});

test('prove looks at audience and issuer', () => {
  const name = file('audience.json', policy());
  const ask = (...more: string[]): number | null =>
    program(['prove', name, '--subject', `${prefix}:plan`, ...more]).code;
  assert.equal(ask(), 0);
  assert.equal(ask('--audience', 'sts.amazonaws.com'), 1);
  assert.equal(ask('--hostname', 'app.eu.terraform.io'), 1);
});

test('separate phases are two policies, each for its own phase', () => {
  const two = JSON.parse(policy('separate')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(two), ['plan', 'apply']);
  for (const [phase, other] of [
    ['plan', 'apply'],
    ['apply', 'plan'],
  ] as const) {
    const name = file(`${phase}.json`, JSON.stringify(two[phase]));
    assert.equal(program(['prove', name, '--subject', `${prefix}:${phase}`]).code, 0);
    assert.equal(program(['prove', name, '--subject', `${prefix}:${other}`]).code, 1);
  }
});

test('the URL-encoded document of get-role is read by prove and lint-trust', () => {
  const name = file('role.json', getRole(policy()));
  assert.equal(program(['prove', name, '--subject', `${prefix}:apply`]).code, 0);
  const linted = program(['lint-trust', name, ...who]);
  assert.equal(linted.code, 0);
  assert.deepEqual(JSON.parse(linted.out), {
    schemaVersion: 1,
    verdict: 'correct',
    findings: [],
    policies: [{ file: 'role.json', verdict: 'correct' }],
  });
});

test('the partition comes from its name or from a region', () => {
  const federated = (...more: string[]): string =>
    program(['trust', ...who, '--account', account, ...more]).out.match(/"Federated": "([^"]+)"/)?.[1] ?? '';
  const tail = `iam::${account}:oidc-provider/app.terraform.io`;
  assert.equal(federated('--partition', 'aws-us-gov'), `arn:aws-us-gov:${tail}`);
  assert.equal(federated('--region', 'cn-north-1'), `arn:aws-cn:${tail}`);
});

test('lint-trust: broken and too broad exit 1, and --fix prints a policy without the defect', () => {
  const wild = policy().replaceAll(':run_phase:plan', ':run_phase:*');
  const broken = program(['lint-trust', '-', ...who], wild);
  assert.equal(broken.code, 1);
  assert.equal(verdict(broken).verdict, 'broken');
  assert.ok(verdict(broken).findings.every(f => f.code !== '' && f.message !== ''));
  const fixed = program(['lint-trust', '-', ...who, '--fix'], wild);
  assert.equal(fixed.code, 1);
  assert.notEqual(fixed.out, wild);
  const again = program(['lint-trust', '-', ...who], fixed.out);
  assert.notEqual(verdict(again).verdict, 'broken');
  const open = policy().replace('"StringEquals"', '"StringLike"').replaceAll('organization:acme:', 'organization:*:');
  const broad = program(['lint-trust', '-'], open);
  assert.equal(broad.code, 1);
  assert.equal(verdict(broad).verdict, 'too-broad');
});

test('lint-trust reads Terraform files, and says where there is no policy', () => {
  const name = file(
    'role.tf',
    `resource "aws_iam_role" "tfc" {\n  assume_role_policy = jsonencode(${policy().replaceAll(/"(\w+)":/g, '$1 =')})\n}\n`,
  );
  const linted = program(['lint-trust', name]);
  assert.equal(linted.code, 0, linted.out + linted.err);
  assert.equal(verdict(linted).verdict, 'correct');
  const none = program(['lint-trust', file('empty.tf', 'locals {\n  a = 1\n}\n')]);
  assert.equal(none.code, 2);
  assert.match(none.err, /no-trust-policy/);
});

test('bad usage and unreadable input exit 2 and print nothing to standard output', () => {
  const cases: readonly (readonly string[])[] = [
    ['subject'],
    ['subject', ...who, '--phase', 'destroy'],
    ['subject', ...who, '--format', 'xml'],
    ['trust', ...who],
    ['trust', ...who, '--account', '12345'],
    ['trust', ...who, '--account', account, '--partition', 'x y'],
    ['prove', '-'],
    ['prove', '--subject', 's'],
    ['prove', 'no-such-file.json', '--subject', 's'],
    ['prove', '.', '--subject', 's'],
    ['lint-trust'],
    ['lint-trust', 'a', 'b'],
    ['lint-trust', '-', '--no-such-option'],
  ];
  for (const args of cases) {
    const done = program(args);
    assert.equal(done.code, 2, args.join(' '));
    assert.equal(done.out, '', args.join(' '));
    assert.notEqual(done.err, '', args.join(' '));
  }
});

test('hostile names never get into a policy', () => {
  for (const name of ['*', 'a*', 'a?', 'a:b', '${aws:username}', 'a"b', 'a\nb', '', 'ａcme', 'a b']) {
    const done = program(['trust', '--organization', name, '--project', 'p', '--workspace', 'w', '--account', account]);
    assert.equal(done.code, 2, JSON.stringify(name));
    assert.equal(done.out, '', JSON.stringify(name));
  }
  for (const name of ['*', 'p:workspace:x', ' p', 'p ', 'p?']) {
    assert.equal(
      program(['trust', '--organization', 'o', '--project', name, '--workspace', 'w', '--account', account]).code,
      2,
      JSON.stringify(name),
    );
  }
});
