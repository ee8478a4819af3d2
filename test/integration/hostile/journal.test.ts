import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { journalFolder } from '../../../src/binding/journal/folder';
import { readJournals } from '../../../src/binding/journal/journal';
import { withLock } from '../../../src/binding/journal/lock';
import { ProblemError } from '../../../src/core/problem';

/** Folders that can't hold a journal: said with a next step, before anything is sent anywhere. */

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const unusable = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem.code === 'journal-unusable' && error.problem.nextStep.length > 10;
const holder = { pid: process.pid, host: 'h', alive: () => true, now: () => 0, wait: () => Promise.resolve() };

for (const [what, make] of [
  ['a file in its place', (at: string) => writeFileSync(at, '')],
  ['a link in a circle', (at: string) => symlinkSync(at, at)],
  ['a folder in the journal’s place', (at: string) => mkdirSync(path.join(at, 'j.jsonl'), { recursive: true })],
] as const) {
  test(`${what} is no bug and no loss`, async () => {
    const at = path.join(folder, 'state');
    make(at);
    const store = journalFolder(fs, at, path.join);
    await assert.rejects(store.append('j', '{}\n'), unusable);
  });
}

test('a full disk is told as such', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const store = journalFolder({ ...fs, open: () => Promise.reject(full) }, folder, path.join);
  await assert.rejects(store.append('j', '{}\n'), (error: unknown) => unusable(error) && /ENOSPC/.test(String(error)));
  let ran = false;
  await assert.rejects(
    withLock({ ...fs, open: () => Promise.reject(full) }, folder, path.join, 's', holder, () => {
      ran = true;
      return Promise.resolve();
    }),
    unusable,
  );
  assert.equal(ran, false);
});

test('a file of gigabytes among the journals is none, and is not read', async () => {
  const store = journalFolder(fs, folder, path.join);
  await store.append('a', '{"type":"begin"}\n');
  writeFileSync(path.join(folder, 'huge.jsonl'), '');
  // Takes no room on the disk.
  truncateSync(path.join(folder, 'huge.jsonl'), 3 * 1024 ** 3);
  assert.equal(await store.read('a'), '{"type":"begin"}\n');
  assert.equal(await store.read('huge'), '');
  assert.deepEqual(await readJournals(store), []);
});
