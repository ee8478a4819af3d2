import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { nodeFiles } from '../../../src/node/files';
import { filesAround } from '../../../src/node/within';

const dir = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('a long reading lets others have their turn: Ctrl+C is heard', async () => {
  const file = path.join(dir, 'a.tf');
  writeFileSync(file, 'x');
  let turns = 0;
  setImmediate(() => turns++);
  let reads = 0;
  while (turns === 0 && reads++ < 10_000_000) await nodeFiles.read(file);
  assert.equal(turns, 1);
});

test('what is no file is not read, what is too large is named, what is absent is nothing', async () => {
  const file = path.join(dir, 'b.tf');
  writeFileSync(file, 'x'.repeat(2 * 1024 * 1024));
  assert.equal(await nodeFiles.read(dir), undefined);
  assert.equal(await nodeFiles.read(path.join(dir, 'none')), undefined);
  assert.equal(await nodeFiles.read(path.join(file, 'below-a-file')), undefined);
  await assert.rejects(nodeFiles.read(file, 1024 * 1024), /2\.0 MiB, more than the 1 MiB/);
  assert.equal(await nodeFiles.list(path.join(dir, 'none')), undefined);
});

test('links are what they point at, broken ones are nothing', { skip: process.platform === 'win32' }, async () => {
  symlinkSync(path.join(dir, 'gone'), path.join(dir, 'broken'));
  symlinkSync(dir, path.join(dir, 'loop'));
  const kinds = new Map((await nodeFiles.list(dir))?.map(e => [e.name, e.kind]));
  assert.equal(kinds.get('broken'), 'other');
  assert.equal(kinds.get('loop'), 'directory');
  assert.equal(await nodeFiles.canonical(path.join(dir, 'loop')), await nodeFiles.canonical(dir));
});

test(
  'what lies outside is not read through links, wherever they stand',
  { skip: process.platform === 'win32' },
  async context => {
    const outside = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-outside-'));
    context.after(() => rmSync(outside, { recursive: true, force: true }));
    const repository = path.join(dir, 'repository');
    const folder = path.join(repository, 'app');
    mkdirSync(path.join(repository, '.git'), { recursive: true });
    mkdirSync(folder);
    mkdirSync(path.join(repository, 'module'));
    writeFileSync(path.join(repository, 'module', 'in.tf'), 'in');
    writeFileSync(path.join(outside, 'out.tf'), 'out');
    mkdirSync(path.join(outside, 'below'));
    writeFileSync(path.join(outside, 'below', 'out.tf'), 'out');
    for (const [name, target] of [
      ['inner', '../module'],
      ['inner.tf', '../module/in.tf'],
      ['outer', outside],
      ['outer.tf', path.join(outside, 'out.tf')],
      ['twice', 'outer'],
      ['root', '/'],
    ] as const)
      symlinkSync(target, path.join(folder, name));
    const { host, boundary } = await filesAround(folder, {});
    assert.equal(boundary, repository);
    const kinds = new Map((await host.list(folder))?.map(e => [e.name, e.kind]));
    assert.deepEqual(Object.fromEntries(kinds), {
      inner: 'directory',
      'inner.tf': 'file',
      outer: 'other',
      'outer.tf': 'other',
      twice: 'other',
      root: 'other',
    });
    assert.equal(await host.read(path.join(folder, 'inner.tf')), 'in');
    assert.equal(await host.read(path.join(folder, 'inner', 'in.tf')), 'in');
    for (const file of ['outer.tf', 'outer/out.tf', 'outer/below/out.tf', 'twice/out.tf', `root${outside}/out.tf`])
      await assert.rejects(host.read(path.join(folder, file)), /leads out of the repository/, file);
    for (const name of ['outer', 'outer/below', 'root', 'root/etc'])
      assert.equal(await host.list(path.join(folder, name)), undefined, name);

    // A PATH that is a link itself was chosen; what TF_DATA_DIR names too.
    symlinkSync(folder, path.join(outside, 'chosen'));
    const chosen = await filesAround(path.join(outside, 'chosen'), { TF_DATA_DIR: path.join(outside, 'below') });
    assert.equal(await chosen.host.read(path.join(outside, 'chosen', 'inner.tf')), 'in');
    assert.equal(await chosen.host.read(path.join(outside, 'below', 'out.tf')), 'out');
    await assert.rejects(chosen.host.read(path.join(outside, 'out.tf')), /leads out/);
  },
);
