import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { type LockHolder, withLock } from '../../../src/binding/journal/lock';
import type { Result } from '../../../src/core/problem';

const subject = 'app.terraform.io/acme/prod@123456789012';
const stem = 'app.terraform.io-acme-prod-123456789012';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.parse('2026-11-24T09:00:00Z');
const holder = (pid: number, part: Partial<LockHolder> = {}): LockHolder => ({
  pid,
  host: 'laptop',
  alive: other => other === 1 || other === 2,
  now: () => now,
  wait: () => Promise.resolve(),
  ...part,
});
const lock = <T>(by: LockHolder, work: () => Promise<T>, about = subject): Promise<Result<T>> =>
  withLock(fs, path.join(folder, 'journal'), path.join, about, by, work);
const files = (): readonly string[] => readdirSync(path.join(folder, 'journal'));
const leave = (name: string): void => {
  mkdirSync(path.join(folder, 'journal'), { recursive: true });
  writeFileSync(path.join(folder, 'journal', name), '');
};

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

  test('the lock of a process that is gone is taken over, also where its number came again', async () => {
    leave(`${stem}~99~laptop~${now}~abcdef.lock`);
    // In a container every process may be number 1.
    leave(`${stem}~1~laptop~${now}~abcdef.lock`);
    assert.equal((await lock(holder(1), () => Promise.resolve())).ok, true);
    assert.deepEqual(files(), []);
  });

  test('the lock of another machine counts for an hour', async () => {
    leave(`${stem}~99~other~${now}~abcdef.lock`);
    assert.equal((await lock(holder(1), () => Promise.resolve())).ok, false);
    assert.equal((await lock(holder(1, { now: () => now + 3_600_001 }), () => Promise.resolve())).ok, true);
  });

  test('a lock that says nothing is not taken over, and is named', async () => {
    for (const name of [`${stem}~.lock`, `${stem}~x~laptop~1~ab.lock`, `${stem}~1.lock`]) {
      leave(name);
      const result = await lock(holder(1), () => Promise.resolve());
      assert.ok(!result.ok);
      assert.ok(result.problem.nextStep.includes(name), result.problem.nextStep);
      rmSync(path.join(folder, 'journal', name));
    }
  });

  test('it is given back where the work throws', async () => {
    await assert.rejects(
      lock(holder(1), () => Promise.reject(new Error('planted'))),
      /planted/,
    );
    assert.deepEqual(files(), []);
  });

  test('names of hosts and subjects with anything in them make file names', async () => {
    const by = holder(1, { host: '../Mäc ~ 1/2\n' });
    const result = await lock(
      by,
      () => Promise.resolve(files()),
      `host:8443/../~acme*?/${'x'.repeat(400)}@123456789012#T`,
    );
    assert.ok(result.ok);
    assert.equal(result.value.length, 1);
    assert.ok(result.value.every(name => name.length < 255 && !/[/\\:*?\n]/.test(name)));
  });
});

/** A folder in memory; each use of it waits until it is that process's turn. */
class Steps {
  readonly names = new Set<string>([path.join('journal', `${stem}~99~laptop~${now}~abcdef.lock`)]);
  private readonly waiting = new Map<number, () => void>();

  for(pid: number) {
    const step = async <T>(work: () => T): Promise<T> => {
      await new Promise<void>(resolve => this.waiting.set(pid, resolve));
      return work();
    };
    return {
      mkdir: () => Promise.resolve(undefined),
      open: (file: string) =>
        step(() => {
          this.names.add(file);
          return { close: () => Promise.resolve() };
        }),
      readdir: () => step(() => [...this.names].map(n => path.basename(n))),
      rm: (file: string) => step(() => void this.names.delete(file)),
    } as unknown as Parameters<typeof withLock>[0];
  }

  /** Lets one process take its next step. */
  async turn(pid: number): Promise<void> {
    const go = this.waiting.get(pid);
    this.waiting.delete(pid);
    go?.();
    await new Promise<void>(resolve => setImmediate(resolve));
  }
}

describe('whatever the order of their steps', () => {
  test('never two at once; and where each gets its turn, never nobody', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 }), async turns => {
        const steps = new Steps();
        const pids = [1, 2, 3];
        let inside = 0;
        let entered = 0;
        const results = pids.map(pid =>
          withLock(steps.for(pid), 'journal', path.join, subject, holder(pid, { alive: p => p < 4 }), async () => {
            inside++;
            entered++;
            assert.equal(inside, 1);
            await new Promise<void>(resolve => setImmediate(resolve));
            inside--;
          }),
        );
        let open = pids.length;
        for (const result of results) void result.finally(() => open--);
        await steps.turn(0);
        for (const pid of turns) await steps.turn(pid);
        while (open > 0) for (const pid of pids) await steps.turn(pid);
        await Promise.all(results);
        if (turns.length === 0) assert.equal(entered, 1);
        assert.deepEqual(
          [...steps.names].filter(name => !name.includes('~99~')),
          [],
        );
      }),
      { numRuns: 150, examples: [[[]]] },
    );
  });
});

/** A real process that stops before each use of the disk. */
class Stepper {
  private readonly child: ChildProcess;
  private readonly said: string[] = [];
  private heard: (() => void) | undefined;

  constructor(folder: string) {
    const script = path.join(__dirname, '../../support/lockChild.ts');
    this.child = fork(script, [folder, subject], { execArgv: ['--import', 'tsx'] });
    this.child.on('message', message => {
      this.said.push(String(message));
      this.heard?.();
    });
  }

  /** What it says next. */
  async next(): Promise<string> {
    if (this.said.length === 0) await new Promise<void>(resolve => (this.heard = resolve));
    return this.said.shift() ?? '';
  }

  go(): void {
    this.child.send('go');
  }

  /** Lets it go on up to the given word. */
  async until(...words: readonly string[]): Promise<string> {
    for (;;) {
      const said = await this.next();
      if (words.includes(said)) return said;
      this.go();
    }
  }

  kill(): Promise<void> {
    // One that was refused has ended by itself, and says so only once.
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>(resolve => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    return gone;
  }
}

describe('real processes', { timeout: 120_000 }, () => {
  test('one that saw a lock left behind cannot take it from the one that was quicker', async () => {
    const journal = path.join(folder, 'journal');
    const dead = new Stepper(journal);
    await dead.until('inside');
    await dead.kill();
    assert.equal(readdirSync(journal).length, 1);
    const [slow, quick] = [new Stepper(journal), new Stepper(journal)];
    // It has judged the lock to be left behind, and is about to remove it.
    await slow.until('rm');
    const outcome = await quick.until('inside', 'binding-locked');
    slow.go();
    const other = await slow.until('inside', 'binding-locked', 'rm');
    // Which of the two depends on their numbers; never both.
    assert.notDeepEqual([outcome, other], ['inside', 'inside']);
    for (const child of [slow, quick]) await child.kill();
    const next = new Stepper(journal);
    await next.until('inside');
    next.go();
    assert.equal(await next.until('done'), 'done');
    assert.deepEqual(readdirSync(journal), []);
  });
});
