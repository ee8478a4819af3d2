import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { apply, resume } from '../../../src/binding/apply/apply';
import { iamExecutor } from '../../../src/binding/apply/iam';
import { journalFolder, stateFolder } from '../../../src/binding/journal/folder';
import { Journal, journalName, readJournal, readJournals, unfinished } from '../../../src/binding/journal/journal';
import type { AccountPlan } from '../../../src/binding/plan/model';
import { nextToUndo, undo, undoable } from '../../../src/binding/undo';
import { desired, MemoryJournals, planFor, role, trustPolicy } from '../../support/aws/binding';
import type { StoredRole } from '../../support/aws/account';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

let world: World;
let clock = 0;
beforeEach(async () => {
  world = await openWorld();
  clock = Date.parse('2026-11-24T09:00:00Z');
});
afterEach(() => world.close());

const now = (): number => clock;
const at = (journal: Journal, account = accountId) => ({
  executors: {
    iam: iamExecutor({ account: world.account, accountId: account, partition: 'aws', wait: () => Promise.resolve() }),
  },
  journal,
  now,
  progress: () => undefined,
  signal: never,
});

const binding = (name: string) =>
  desired('aws', {
    roles: [role('aws', 'plan', { name: `tfc-acme-${name}-plan`, trustPolicy: trustPolicy('aws', 'plan', name) })],
  });
const subjectOf = (name: string): string => `app.terraform.io/acme/${name}@${accountId}`;

async function make(name: string, journals: MemoryJournals, plan?: AccountPlan) {
  clock += 1000;
  const journal = new Journal(journals, journalName(now(), subjectOf(name)), now);
  const { changes } = plan ?? (await planFor(world, binding(name)));
  return apply({ title: name, subject: subjectOf(name), changes }, at(journal));
}

async function undoNext(journals: MemoryJournals) {
  clock += 1000;
  const run = nextToUndo(await readJournals(journals));
  assert.ok(run, 'there is something to undo');
  return { run, result: await undo(run, at(new Journal(journals, run.name, now))) };
}

describe('undo leads back until nothing of ours is left', () => {
  test('what one binding keeps for the other is taken back once the other is gone', async () => {
    const before = world.server.dump();
    const journals = new MemoryJournals();
    await make('a', journals);
    await make('b', journals);
    // A first, as a person may choose: its provider is kept for B.
    const a = (await readJournals(journals)).find(r => r.title === 'a');
    assert.ok(a);
    const first = await undo(a, at(new Journal(journals, a.name, now)));
    assert.deepEqual(
      first.steps.map(s => s.state),
      ['undone', 'undone', 'kept'],
    );
    assert.equal((await undoNext(journals)).run.title, 'b');
    const again = await undoNext(journals);
    assert.equal(again.run.title, 'a');
    assert.deepEqual(
      again.result.steps.map(s => [s.change.kind === 'iam' && s.change.action, s.state]),
      [['CreateOpenIDConnectProvider', 'undone']],
    );
    assert.deepEqual(world.server.dump(), before);
    assert.equal(nextToUndo(await readJournals(journals)), undefined);
  });

  test('runs of which something stays kept come in turn', async () => {
    const journals = new MemoryJournals();
    await make('a', journals);
    await make('b', journals);
    for (const r of world.stored.roles.values()) r.tags.set('owner', 'somebody');
    const titles: string[] = [];
    for (let n = 0; n < 6; n++) titles.push((await undoNext(journals)).run.title);
    assert.deepEqual(titles, ['b', 'a', 'b', 'a', 'b', 'a']);
    for (const r of world.stored.roles.values()) r.tags.delete('owner');
    for (let n = 0; n < 4 && nextToUndo(await readJournals(journals)) !== undefined; n++) await undoNext(journals);
    assert.deepEqual([world.stored.roles.size, world.stored.providers.size], [0, 0]);
  });
});

describe('a clock that goes back', () => {
  test('does not change which run is the last one', async () => {
    const before = world.server.dump();
    const journals = new MemoryJournals();
    await make('a', journals);
    clock -= 7 * 86_400_000;
    await make('b', journals);
    assert.deepEqual(
      (await readJournals(journals)).map(r => r.title),
      ['a', 'b'],
    );
    assert.equal((await undoNext(journals)).run.title, 'b');
    assert.equal((await undoNext(journals)).run.title, 'a');
    assert.deepEqual(world.server.dump(), before);
  });

  test('and stands still gives each run a journal of its own', async () => {
    const journals = new MemoryJournals();
    await make('a', journals);
    clock -= 1000;
    await make('a', journals, await planFor(world, desired('aws', { roles: [role('aws', 'apply')] })));
    const runs = await readJournals(journals);
    assert.equal(runs.length, 2);
    assert.deepEqual(
      undoable(runs).map(r => r.sequence),
      [2, 1],
    );
  });
});

test('what somebody puts into a role that the run has just made is read, and stays', async () => {
  const journals = new MemoryJournals();
  world.server.onCall = (entry, moment) => {
    if (entry.action !== 'CreateRole' || moment !== 'after') return;
    const [made] = [...world.stored.roles.values()];
    made?.inline.set('permissions', '{"Version":"2012-10-17","Statement":[]}');
  };
  const result = await make('a', journals);
  assert.equal(result.problem?.code, 'changed-since-plan');
  assert.equal(
    [...world.stored.roles.values()][0]?.inline.get('permissions'),
    '{"Version":"2012-10-17","Statement":[]}',
  );
});

test('a role that was just made and is not seen yet is waited for', async () => {
  world.server.store.lag = 3;
  const journals = new MemoryJournals();
  assert.equal((await make('a', journals)).state, 'complete');
});

test('a run that stopped because its plan fits no longer gives way to a new plan, and both are undone', async () => {
  const before = world.server.dump();
  const journals = new MemoryJournals();
  const plan = await planFor(world, binding('a'));
  const fault = { action: 'PutRolePolicy', kind: 'refuse', times: 1000 } as const;
  world.server.faults.add(fault);
  assert.equal((await make('a', journals, plan)).state, 'stopped');
  assert.ok(unfinished(await readJournals(journals), subjectOf('a')), 'a refusal can be gone on with');
  world.server.faults.clear();
  const [stored] = [...world.stored.roles.values()];
  stored?.inline.set('permissions', '{"Version":"2012-10-17","Statement":[]}');
  const run = unfinished(await readJournals(journals), subjectOf('a'));
  assert.ok(run);
  assert.equal((await resume(run, at(new Journal(journals, run.name, now)))).problem?.code, 'changed-since-plan');
  assert.equal(unfinished(await readJournals(journals), subjectOf('a')), undefined, 'a new plan may be made');
  assert.equal((await make('a', journals)).state, 'complete');
  stored?.inline.delete('permissions');
  for (let n = 0; n < 4 && nextToUndo(await readJournals(journals)) !== undefined; n++) await undoNext(journals);
  assert.deepEqual(world.server.dump(), before);
});

test('nothing is written, not even a half, where a change is for another account', async () => {
  const journals = new MemoryJournals();
  await make('a', journals);
  const writes = world.server.writes().length;
  const [run] = await readJournals(journals);
  assert.ok(run);
  const undone = await undo(run, at(new Journal(journals, run.name, now), '210987654321'));
  assert.deepEqual([undone.state, undone.problem?.code, undone.steps.length], ['stopped', 'other-account', 0]);
  const { changes } = await planFor(world, binding('b'));
  const made = await apply(
    { title: 'b', subject: subjectOf('b'), changes },
    at(new Journal(journals, 'b', now), '210987654321'),
  );
  assert.deepEqual([made.state, made.problem?.code], ['stopped', 'other-account']);
  assert.equal(world.server.writes().length, writes);
});

describe('what was written is read back before anything may be built on it', () => {
  for (const [what, harm] of [
    ['a permission policy', (r: StoredRole) => r.inline.set('permissions', '{"Version":"2012-10-17","Statement":[]}')],
    ['a trust policy', (r: StoredRole) => (r.trust = r.trust.replace(':a:', ':b:'))],
  ] as const) {
    test(what, async () => {
      const journals = new MemoryJournals();
      world.server.onCall = (entry, moment) => {
        if (entry.action === 'PutRolePolicy' && moment === 'after')
          for (const r of world.stored.roles.values()) harm(r);
      };
      const result = await make('a', journals);
      assert.deepEqual([result.state, result.problem?.code], ['stopped', 'not-as-written']);
      assert.equal(unfinished(await readJournals(journals), subjectOf('a')), undefined, 'and may be planned again');
    });
  }

  test('where it cannot be read, that is no proof either', async () => {
    const journals = new MemoryJournals();
    world.server.faults.add({ action: 'ListRolePolicies', kind: 'refuse', times: 1000 });
    const result = await make('a', journals);
    assert.deepEqual([result.state, result.problem?.code], ['stopped', 'not-read-back']);
  });
});

describe('what lies in the folder of the journals', () => {
  test('a pipe, a folder, a link that leads nowhere: passed over', { skip: process.platform === 'win32' }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-journal-'));
    try {
      const store = journalFolder(fs, folder, path.join);
      await new Journal(store, 'own', now).begin('own', subjectOf('a'), []);
      spawnSync('mkfifo', [path.join(folder, 'pipe.jsonl')]);
      mkdirSync(path.join(folder, 'folder.jsonl'));
      symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'link.jsonl'));
      writeFileSync(path.join(folder, 'empty.jsonl'), '');
      assert.deepEqual(
        (await readJournals(store)).map(r => r.title),
        ['own'],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a change without what an undo compares is no change', async () => {
    const journals = new MemoryJournals();
    await make('a', journals);
    const [name] = await journals.names();
    const text = await journals.read(name ?? '');
    for (const field of ['wanted', 'expected', 'accountId', 'input', 'action'])
      assert.equal(readJournal('j', text.replaceAll(`"${field}":`, `"${field}-not":`)), undefined, field);
    assert.equal(readJournal('j', text.replaceAll('"CreateRole"', '"DeleteRole"')), undefined);
  });

  test('without a home there is none: a relative folder would be another one in each place', () => {
    assert.throws(() => stateFolder({}, '', path), /HOME/);
    assert.throws(() => stateFolder({ XDG_STATE_HOME: 'state' }, '', path), /HOME/);
    assert.equal(stateFolder({ XDG_STATE_HOME: 'state' }, '/home/me', path), '/home/me/.local/state/tfc-oidc/journal');
  });
});
