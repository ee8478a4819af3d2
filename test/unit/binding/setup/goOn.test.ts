import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../../../src/binding/change';
import { Journal, type JournalRun, readJournal } from '../../../../src/binding/journal/journal';
import { planAccount } from '../../../../src/binding/plan/plan';
import { goesOnAsPlanned } from '../../../../src/binding/setup/goOn';
import { desired } from '../../../support/aws/binding';

const planned: readonly Change[] = planAccount(
  desired(),
  { accountId: '123456789012', partition: 'aws', provider: undefined, roles: new Map() },
  { adopt: false },
).changes;

/** A run of these changes as a journal gives it back, whose first `done` are made; `last` is written after them. */
async function run(
  changes: readonly Change[],
  done: number,
  last: (journal: Journal, next: string) => Promise<void>,
): Promise<JournalRun> {
  let text = '';
  const store = {
    names: () => Promise.resolve([]),
    read: () => Promise.resolve(text),
    append: (_name: string, line: string) => Promise.resolve(void (text += line)),
  };
  const journal = new Journal(store, 'j', () => 1);
  await journal.begin('Set up', 'subject', changes);
  for (const { id } of changes.slice(0, done)) {
    await journal.intent(id, null);
    await journal.done(id, true, null);
  }
  await last(journal, changes[done]?.id ?? '');
  const read = readJournal('j', text);
  assert.ok(read);
  return read;
}
const cancelled = (journal: Journal): Promise<void> => journal.end('cancelled');
const killed = (journal: Journal, next: string): Promise<void> => journal.intent(next, null);

test('the rest of a run is what the plan shows: it can be gone on with', async () => {
  assert.ok(planned.length > 3);
  assert.equal(goesOnAsPlanned(await run(planned, 2, cancelled), planned.slice(2)), true);
});

test('a plan of other permissions, fewer or more changes is not what the journal would do', async () => {
  const stopped = await run(planned, 2, cancelled);
  const other = planned
    .slice(2)
    .map((c, i): Change => (i === 0 && c.kind === 'iam' ? { ...c, input: { ...c.input, Path: '/else/' } } : c));
  assert.equal(goesOnAsPlanned(stopped, other), false);
  assert.equal(goesOnAsPlanned(stopped, planned.slice(3)), false);
  assert.equal(goesOnAsPlanned(stopped, planned), false);
  assert.equal(goesOnAsPlanned(stopped, [...planned.slice(2)].reverse()), false);
});

test('a change that was killed in its middle may be done already, and is looked for', async () => {
  const stopped = await run(planned, 2, killed);
  assert.equal(goesOnAsPlanned(stopped, planned.slice(3)), true);
  assert.equal(goesOnAsPlanned(stopped, planned.slice(2)), true);
  assert.equal(goesOnAsPlanned(stopped, planned.slice(4)), false);
  // Nothing is planned, so nothing is offered.
  assert.equal(goesOnAsPlanned(await run(planned, planned.length - 1, killed), []), false);
});

test('a run whose undo was begun is not gone on with', async () => {
  const undoing = await run(planned, 2, async (journal, next) => {
    await journal.end('cancelled');
    await journal.undoIntent(next);
  });
  assert.equal(goesOnAsPlanned(undoing, planned.slice(2)), false);
});
