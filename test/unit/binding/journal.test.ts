import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { CodeChange, VariableChange } from '../../../src/binding/change';
import {
  Journal,
  journalName,
  readJournal,
  readJournals,
  unfinished,
  whereItStopped,
} from '../../../src/binding/journal/journal';
import { journalFolder } from '../../../src/binding/journal/folder';
import { planAccount } from '../../../src/binding/plan/plan';
import { desired, MemoryJournals } from '../../support/aws/binding';
import { undoable } from '../../../src/binding/undo';

const changes = planAccount(
  desired(),
  { accountId: '123456789012', partition: 'aws', provider: undefined, roles: new Map() },
  { adopt: false },
).changes;
const at = Date.parse('2026-11-24T09:15:00.123Z');

async function written(store: MemoryJournals, part: (journal: Journal) => Promise<void>): Promise<string> {
  const journal = new Journal(store, journalName(at, 'aws:123456789012'), () => at);
  await journal.begin('Set up acme/storefront', 'aws:123456789012', changes);
  await part(journal);
  return store.read(journal.name);
}

test('a journal can be cut at every byte and still says how far it came', async () => {
  const store = new MemoryJournals();
  const text = await written(store, async journal => {
    for (const change of changes.slice(0, 2)) {
      await journal.intent(change.id, null);
      await journal.done(change.id, true, { roleId: 'AROA1' });
    }
    await journal.intent(changes[2]?.id ?? '', null);
  });
  const first = text.indexOf('\n') + 1;
  let last = '';
  for (let cut = 0; cut <= text.length; cut++) {
    const run = readJournal('j', text.slice(0, cut));
    if (cut < first - 1) {
      assert.equal(run, undefined);
      continue;
    }
    assert.ok(run);
    const states = run.steps.map(s => s.state).join(' ');
    if (cut >= first && text[cut - 1] === '\n') last = states;
  }
  assert.equal(last, 'done done intended pending pending');
});

test('only a run that stopped in the middle is unfinished', async () => {
  const finish = async (part: (journal: Journal) => Promise<void>): Promise<string | undefined> => {
    const store = new MemoryJournals();
    await written(store, part);
    return unfinished(await readJournals(store), 'aws:123456789012')?.state;
  };
  const id = changes[0]?.id ?? '';
  const problem = { code: 'AccessDenied', message: 'No.', nextStep: 'Ask.' };
  assert.equal(await finish(() => Promise.resolve()), undefined, 'nothing was written yet');
  assert.equal(await finish(j => j.intent(id, null)), 'open');
  assert.equal(
    await finish(async j => (await j.intent(id, null), await j.stopped(id, 'none', problem), j.end('stopped'))),
    undefined,
  );
  assert.equal(
    await finish(async j => (await j.intent(id, null), await j.stopped(id, 'unknown', problem), j.end('stopped'))),
    'stopped',
  );
  assert.equal(
    await finish(async j => (await j.intent(id, null), await j.done(id, true, null), j.end('cancelled'))),
    'cancelled',
  );
  assert.equal(
    await finish(async j => (await j.intent(id, null), await j.done(id, true, null), j.end('complete'))),
    undefined,
  );
  assert.equal(await finish(async j => (await j.intent(id, null), await j.undoIntent(id))), 'undoing');
  assert.equal(
    await finish(async j => (await j.intent(id, null), await j.undoDone(id, 'undone'), await j.undoEnd(true))),
    undefined,
  );
});

test('it says in words where a run stopped', async () => {
  const store = new MemoryJournals();
  const text = await written(store, async j => {
    await j.intent(changes[0]?.id ?? '', null);
    await j.done(changes[0]?.id ?? '', true, null);
    await j.intent(changes[1]?.id ?? '', null);
  });
  const run = readJournal('j', text);
  assert.ok(run);
  assert.equal(
    whereItStopped(run),
    'The run of 2026-11-24T09:15:00.123Z stopped after 1 of 5 changes, at "Create role tfc-acme-storefront-plan in account 123456789012".',
  );
});

test('neither sensitive values nor the text of files get into it', async () => {
  const base = {
    title: 't',
    before: 'hunter2',
    after: 'hunter2',
    language: 'plaintext',
    destructive: false,
    undoable: true,
  } as const;
  const variable: VariableChange = {
    ...base,
    id: 'v',
    kind: 'variable',
    hostname: 'app.terraform.io',
    scope: { type: 'workspace', id: 'ws-1', name: 'w' },
    action: 'update',
    key: 'AWS_SECRET_ACCESS_KEY',
    category: 'env',
    value: 'hunter2',
    expected: undefined,
    sensitive: true,
  };
  const code: CodeChange = { ...base, id: 'c', kind: 'code', file: 'main.tf', edits: [], expectedHash: undefined };
  const store = new MemoryJournals();
  const journal = new Journal(store, 'j', () => at);
  await journal.begin('t', 's', [
    variable,
    code,
    { ...variable, id: 'w', sensitive: false, value: 'arn', before: undefined, after: 'arn' },
  ]);
  const text = await store.read('j');
  assert.ok(!text.includes('hunter2'));
  assert.equal(readJournal('j', text)?.steps.length, 3);
});

test('the folder keeps each line on disk, for the user alone, and survives half a line', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  try {
    const folder = path.join(home, 'deep', 'journal');
    const store = journalFolder(fs, folder, path.join);
    assert.deepEqual(await store.names(), []);
    await store.append('b', '1\n');
    await store.append('b', '2\n');
    await store.append('a', '3\n');
    assert.deepEqual(await store.names(), ['a', 'b']);
    assert.equal(await store.read('b'), '1\n2\n');
    if (process.platform !== 'win32') assert.equal(statSync(path.join(folder, 'b.jsonl')).mode & 0o777, 0o600);
    writeFileSync(path.join(folder, 'b.jsonl'), '1\n{"ty');
    await journalFolder(fs, folder, path.join).append('b', '3\n');
    assert.equal(readFileSync(path.join(folder, 'b.jsonl'), 'utf8'), '1\n{"ty\n3\n');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test('a line that is written anew and holds a key is not kept either', async () => {
  const key = 'AKIAIOSFODNN7EXAMPLE';
  const store = new MemoryJournals();
  const edit = (newText: string): CodeChange['edits'][number] => ({
    file: 'main.tf.json',
    span: { start: 0, end: 9 },
    newText,
  });
  const change = (id: string, newText: string): CodeChange => ({
    kind: 'code',
    id,
    title: 'Fix',
    before: undefined,
    after: undefined,
    language: 'json',
    destructive: false,
    undoable: false,
    file: 'main.tf.json',
    edits: [edit(newText)],
    expectedHash: undefined,
  });
  await new Journal(store, 'j', () => 0).begin('t', 's', [
    change('a', `{"provider":{"aws":{"access_key":"${key}"}}}`),
    change('b', '{"provider":{"aws":{"region":"eu-central-1"}}}'),
  ]);
  const text = await store.read('j');
  assert.equal(text.includes(key), false);
  const kept = readJournal('j', text)?.steps.map(s => (s.change.kind === 'code' ? s.change.edits.length : -1));
  assert.deepEqual(kept, [0, 1]);
});

test('a run whose undo kept a step for now is still offered for undo, one whose steps are settled is not', async () => {
  const store = new MemoryJournals();
  const run = async (end: (journal: Journal, id: string) => Promise<void>): Promise<readonly string[]> => {
    const id = changes[0]?.id ?? '';
    const text = await written(store, async journal => {
      await journal.intent(id, null);
      await journal.done(id, true, null);
      await journal.end('complete');
      await end(journal, id);
    });
    store.texts.clear();
    const found = readJournal('j', text);
    assert.ok(found);
    return undoable([found]).map(r => r.name);
  };
  assert.deepEqual(await run(() => Promise.resolve()), ['j']);
  for (const [state, again, offered] of [
    ['undone', undefined, false],
    ['nothing', undefined, false],
    ['kept', undefined, false],
    ['kept', true, true],
  ] as const) {
    const names = await run(async (journal, id) => {
      await journal.undoDone(id, state, 'somebody uses it', again);
      await journal.undoEnd(true);
    });
    assert.deepEqual(names, offered ? ['j'] : [], `${state} ${String(again)}`);
  }
});
