import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { nodeFiles } from '../../../src/node/files';

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
