import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type LockHolder, withLock } from '../../../src/binding/journalLock';
import type { Result } from '../../../src/core/problem';

const subject = 'app.terraform.io/acme/prod@123456789012';
let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.parse('2026-11-24T09:00:00Z');
const holder = (pid: number, part: Partial<LockHolder> = {}): LockHolder => ({
  pid,
  host: 'laptop',
  alive: other => other === 1 || other === 2,
  now: () => now,
  ...part,
});
const lock = <T>(by: LockHolder, work: () => Promise<T>, about = subject): Promise<Result<T>> =>
  withLock(fs, path.join(folder, 'journal'), path.join, about, by, work);
const files = (): readonly string[] => readdirSync(path.join(folder, 'journal'));
const leave = (text: string): void =>
  writeFileSync(path.join(folder, 'journal', 'app.terraform.io-acme-prod-123456789012.lock'), text);

describe('one run at a time for each binding', () => {
  test('a second process is refused while the first works, and gets in afterwards', async () => {
    const first = await lock(holder(1), async () => {
      const second = await lock(holder(2), () => Promise.resolve('never'));
      assert.equal(second.ok ? '' : second.problem.code, 'binding-locked');
      assert.match(second.ok ? '' : second.problem.message, /process 1 on laptop, since 2026-11-24T09:00:00\.000Z/);
      return 'done';
    });
    assert.deepEqual(first, { ok: true, value: 'done' });
    assert.deepEqual(files(), []);
    assert.equal((await lock(holder(2), () => Promise.resolve(2))).ok, true);
  });

  test('the same process is refused too', async () => {
    await lock(holder(1), async () => assert.equal((await lock(holder(1), () => Promise.resolve())).ok, false));
  });

  test('another binding does not wait', async () => {
    await lock(holder(1), async () => {
      assert.equal((await lock(holder(2), () => Promise.resolve(), `${subject}#TAG`)).ok, true);
    });
  });

  test('the lock of a process that is gone is taken over', async () => {
    await lock(holder(1), () => Promise.resolve());
    leave(JSON.stringify({ pid: 99, host: 'laptop', at: now, subject }));
    assert.equal((await lock(holder(1), () => Promise.resolve())).ok, true);
    assert.deepEqual(files(), []);
  });

  test('the lock of another machine counts for an hour', async () => {
    await lock(holder(1), () => Promise.resolve());
    leave(JSON.stringify({ pid: 99, host: 'other', at: now, subject }));
    assert.equal((await lock(holder(1), () => Promise.resolve())).ok, false);
    assert.equal((await lock(holder(1, { now: () => now + 3_600_001 }), () => Promise.resolve())).ok, true);
  });

  test('a lock that says nothing is not taken over', async () => {
    await lock(holder(1), () => Promise.resolve());
    for (const text of ['', '{', 'null', '{"pid":"x"}']) {
      leave(text);
      assert.equal((await lock(holder(1), () => Promise.resolve())).ok, false, text);
    }
  });

  test('it is given back where the work throws, and not taken from who took it over', async () => {
    await assert.rejects(
      lock(holder(1), () => Promise.reject(new Error('planted'))),
      /planted/,
    );
    assert.deepEqual(files(), []);
    await lock(holder(1), () => {
      leave(JSON.stringify({ pid: 2, host: 'laptop', at: now, subject }));
      return Promise.resolve();
    });
    assert.equal(files().length, 1);
  });
});
