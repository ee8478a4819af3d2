import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from '@cdktf/hcl2json';
import { bundleCli, type CliRun, startCli } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { hostileNames } from '../../support/hostile/mutate';
import { Plants } from '../../support/hostile/plants';

/** Names and keys of an organization in all that `keys`, `migrate` and `watch-report` print and write. The process is the real one. */

const plants = new Plants();
const names = [
  ...hostileNames.filter(name => name.trim() !== '' && !/[\u0000\ud800]/.test(name)),
  '{{resolve:secretsmanager:MySecret}}',
  '##vso[task.setvariable variable=x]owned',
  '##[error]forged',
  '${jsonencode(1)}',
  '../../outside',
];
let cli = '';
let pair: ServerPair;
before(async () => {
  cli = await bundleCli();
  pair = await ServerPair.open();
  pair.clear();
  pair.seed();
  const { state } = pair.hcp;
  for (const [i, name] of names.entries()) {
    const workspace = state.workspace('acme', name, { projectId: state.project('acme', name).id, tags: [name] });
    const id = plants.keyId(`id of workspace ${i}`);
    pair.aws.server.addCaller(pair.aws.stored, id, { user: `ci-${i}` });
    state.variable(workspace, 'AWS_ACCESS_KEY_ID', id);
    state.variable(workspace, 'AWS_SECRET_ACCESS_KEY', plants.secret(`key of workspace ${i}`), { sensitive: true });
    state.variable(workspace, name, plants.keyId(`id of variable ${i}`));
    const set = state.varset('acme', name, { workspaceIds: [workspace.id] });
    state.variable(set, 'aws_access_key_id', plants.keyId(`id of set ${i}`));
    state.variable(set, `${name}_access_key`, plants.keyId(`id of hidden ${i}`), { sensitive: true });
  }
});
after(async () => {
  await pair.close();
});

const run = (...args: readonly string[]): Promise<CliRun> =>
  startCli(
    cli,
    [...args, '--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile', 'default'],
    pair.env,
    pair.aws.home,
  ).ended;

/** What a terminal or the log of a CI could take for an instruction. */
const unsafe = /(?!\t|\n|\f|\r\n)[\p{Cc}\p{Bidi_Control}]|^[ \t]*::|##(?:\[|vso\[)/mu;
function harmless(what: string, { out, err }: CliRun): void {
  for (const text of [out, err]) {
    assert.doesNotMatch(text.replace(/(?<![^])\r/, ''), unsafe, what);
    assert.doesNotMatch(text, /a bug, please report it/, what);
    assert.deepEqual(plants.foundIn(what, text), [], what);
  }
}

async function keysIn(format: string): Promise<void> {
  const told = await run('keys', '--format', format);
  assert.equal(told.code, 1, told.err);
  harmless(`keys ${format}`, told);
  assert.match(told.out, /…[A-Z2-7]{4}/);
  if (format === 'csv')
    for (const [, quoted, plain] of told.out.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/gm))
      assert.doesNotMatch(quoted ?? plain ?? '', /^[=+@\t]/);
}

async function nightsIn(format: string): Promise<void> {
  const report = `night-${format}.json`;
  const first = await run('watch-report', '--report', report, '--format', format);
  harmless(`watch-report ${format}`, first);
  const file = path.join(pair.aws.home, report);
  assert.deepEqual(plants.foundIn('the file of the night', readFileSync(file, 'utf8')), []);
  // As if nothing of it had been there the night before.
  const night = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...night, workspaces: [], keys: [] }));
  const second = await run('watch-report', '--report', report, '--format', format);
  assert.equal(second.code, 1, second.err);
  harmless(`watch-report ${format}, second night`, second);
  if (format === 'markdown') assert.doesNotMatch(second.out, /(?<!\\)(?:<script|\]\(javascript)/);
}

// Each process keeps to HCP Terraform's limit by itself: side by side they wait for it together.
describe('in every format: no instruction, no secret, no id of a key but its end', { concurrency: true }, () => {
  for (const format of ['text', 'json', 'csv']) test(`keys, ${format}`, () => keysIn(format));
  for (const format of ['text', 'json'])
    test(`migrate, ${format}`, async () => harmless(`migrate ${format}`, await run('migrate', '--format', format)));
  for (const format of ['text', 'markdown', 'json']) test(`watch-report, ${format}`, () => nightsIn(format));
});

test('only --show-ids shows ids, and nothing shows a secret', async () => {
  const { out } = await run('keys', '--show-ids');
  assert.match(out, /AKIA[A-Z2-7]{16}/);
  assert.deepEqual(
    plants.foundIn('keys --show-ids', out).filter(found => !found.includes('id of')),
    [],
  );
});

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /\.(?:tf|yaml)$/.test(name));

test('exports hold names as texts: no reference, no template, no file elsewhere', async () => {
  for (const as of ['terraform', 'cloudformation']) {
    const folder = path.join(pair.aws.home, `out-${as}`);
    const done = await run('migrate', '--export-to', `out-${as}`, '--as', as);
    harmless(`migrate --as ${as}`, done);
    assert.equal(existsSync(path.join(pair.aws.home, '..', 'outside')), false);
    if (done.code === 2) {
      // Refused as a whole, with the reason, and nothing was written.
      assert.equal(existsSync(folder), false);
      continue;
    }
    const files = filesBelow(folder);
    assert.ok(files.length > 0, done.err);
    for (const name of files) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      assert.deepEqual(plants.foundIn(name, text), []);
      assert.doesNotMatch(text, /\{\{resolve:/, name);
      if (!name.endsWith('.tf')) continue;
      assert.doesNotMatch(text, /(?<!\$)\$\{(?:var\.owned|jsonencode)/, name);
      await parse(name, text);
    }
  }
});

test('nothing is exported through a link that leads out of the folder', async () => {
  const folder = path.join(pair.aws.home, 'linked');
  const elsewhere = path.join(pair.aws.home, 'elsewhere');
  mkdirSync(folder);
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path.join(folder, 'modules'));
  const done = await run('migrate', '--workspace', 'prod', '--export-to', 'linked');
  assert.equal(done.code, 2, done.out);
  assert.match(done.err, /symbolic link/);
  assert.deepEqual(readdirSync(elsewhere), []);
});
