import assert from 'node:assert/strict';
import { existsSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { check } from '../../../src/cli/commands/check';
import { folderOf, gitIn, write } from '../../support/cli/repository';
import { type CommandRun, runCommand } from '../../support/runCommand';

const cloud = 'terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "web" }\n  }\n}\n';
const provider = (alias = ''): string =>
  `provider "aws" {\n${alias === '' ? '' : `  alias   = "${alias}"\n`}  region  = "eu-central-1"\n  profile = "dev"\n}\n`;
const env = { PATH: process.env['PATH'] ?? '' };
const run = (cwd: string, ...args: readonly string[]): Promise<CommandRun> => runCommand(check, args, { cwd, env });

interface Report {
  readonly roots: readonly {
    readonly dir: string;
    readonly findings: readonly { readonly file: string; readonly message: string }[];
  }[];
}
const report = async (cwd: string, ...args: readonly string[]): Promise<Report> =>
  JSON.parse((await run(cwd, ...args, '--format', 'json')).out) as Report;

test('a block that moves to another file of its folder stays known, and nothing else is taken for it', async context => {
  const folder = folderOf(context, {
    'live/main.tf': cloud + provider() + provider('b'),
    'other/main.tf': cloud,
  });
  const known = ['--baseline', 'tfc-oidc-baseline.json'] as const;
  const found = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await report(folder, ...args, ...known)).roots.flatMap(r => r.findings.map(f => f.file));
  await run(folder, '--write-baseline');
  // One block goes to a file of its own; then the whole file gets a new name, with other ends of lines.
  write(folder, { 'live/main.tf': cloud + provider('b'), 'live/providers.tf': provider() });
  assert.deepEqual(await found(), []);
  assert.deepEqual(await found('live/main.tf', 'live/providers.tf'), []);
  renameSync(path.join(folder, 'live/main.tf'), path.join(folder, 'live/all.tf'));
  write(folder, { 'live/all.tf': `\uFEFF${(cloud + provider('b')).replaceAll('\n', '\r\n')}` });
  assert.deepEqual(await found('live/all.tf'), []);
  const { err } = await run(folder, ...known);
  assert.match(err, /leaves out 2 known findings\.\n$/);
  // Each entry counts once; another folder and another block have none.
  write(folder, { 'live/copy.tf': provider(), 'other/main.tf': cloud + provider(), 'live/new.tf': provider('c') });
  assert.deepEqual([...(await found())].sort(), ['live/new.tf', 'live/providers.tf', 'other/main.tf']);
  // A file that was not named may hold still what it held.
  unlinkSync(path.join(folder, 'live/copy.tf'));
  await run(folder, '--write-baseline');
  write(folder, { 'live/copy.tf': provider() });
  assert.deepEqual(await found('live/copy.tf'), ['live/copy.tf']);
});

test('--changed-since follows links to folders and files, and sees which commit of a submodule is checked out', async context => {
  const outer = folderOf(context, { 'part/main.tf': cloud + provider() });
  const part = gitIn(path.join(outer, 'part'));
  part('init', '-q', '-b', 'main');
  part('add', '.');
  part('commit', '-q', '-m', 'first');
  write(outer, {
    'all/real/main.tf': cloud + provider(),
    'all/shared/provider.tf': provider(),
    'all/b/main.tf': cloud,
    'all/still/main.tf': cloud + provider(),
  });
  const folder = path.join(outer, 'all');
  symlinkSync('real', path.join(folder, 'linked'));
  symlinkSync('../shared/provider.tf', path.join(folder, 'b/provider.tf'));
  symlinkSync('all', path.join(outer, 'away'));
  const git = gitIn(folder);
  git('init', '-q', '-b', 'main');
  git('submodule', 'add', '-q', path.join(outer, 'part'), 'part');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const dirs = async (cwd: string, ...args: readonly string[]): Promise<readonly string[]> =>
    (await report(cwd, ...args, '--changed-since', 'HEAD')).roots.map(r => r.dir);
  assert.deepEqual(await dirs(folder), []);
  assert.equal((await run(folder, '--changed-since', 'HEAD')).out, 'No root changed since HEAD.\n');
  write(folder, { 'real/main.tf': `${cloud}${provider()}\n` });
  assert.deepEqual(await dirs(folder, 'linked'), ['linked']);
  assert.deepEqual(await dirs(path.join(outer, 'away')), await dirs(folder));
  // One root, by its own name; the link comes first in the alphabet.
  assert.deepEqual(await dirs(folder), ['real']);
  git('checkout', '-q', '.');
  write(folder, { 'shared/provider.tf': provider('b') });
  assert.ok((await dirs(folder)).includes('b'));
  git('checkout', '-q', '.');
  // The link itself changes.
  unlinkSync(path.join(folder, 'b/provider.tf'));
  symlinkSync('../real/main.tf', path.join(folder, 'b/provider.tf'));
  assert.deepEqual(await dirs(folder), ['b']);
  git('checkout', '-q', '.');
  // A submodule's own settings start nothing.
  const inner = gitIn(path.join(folder, 'part'));
  const started = path.join(outer, 'started');
  inner('config', 'core.fsmonitor', `touch ${started}`);
  assert.deepEqual(await dirs(folder), []);
  inner('commit', '-q', '--allow-empty', '-m', 'second');
  assert.deepEqual(await dirs(folder), ['part']);
  assert.equal(existsSync(started), false);
});
