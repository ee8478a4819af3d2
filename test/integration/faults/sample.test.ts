import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bundleCli } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type Cell, faultKinds, isKill } from '../../support/faults/kinds';
import { Matrix } from '../../support/faults/matrix';
import { numbers } from '../../support/faults/numbers';
import { starts } from '../../support/faults/world';

/** A sample of `npm run faults`, another one with another FAULT_SEED. */
const seed = Number(process.env['FAULT_SEED'] ?? 7);
let pair: ServerPair;
let matrix: Matrix;
before(async () => {
  const cli = await bundleCli();
  pair = await ServerPair.open();
  matrix = new Matrix(pair, cli);
});
after(async () => {
  await pair.close();
});

const name = (cell: Cell): string =>
  `${cell.command} (${cell.start}), call ${cell.index}, ${cell.call.name}: ${cell.kind}${cell.lasting ? ', lasting' : ''}`;

/**
 * Each fault for each command once, at a write and at a read in turn where the fault has both, and the beginnings in turn: another seed
 * joins others. `npm run faults` has all that there are.
 */
const plan = starts.map(start => ({
  start,
  of: (['configure', 'undo'] as const).flatMap((command, which) =>
    faultKinds.flatMap((kind, n) => {
      const turn = n + which * 2 + seed;
      return starts[turn % starts.length] === start ? [{ command, kind, write: turn % 2 === 0 }] : [];
    }),
  ),
}));

describe(`a sample of the fault matrix, seed ${seed}`, () => {
  for (const { start, of } of plan) {
    test(`starting from ${start}: journal, re-run, undo and credentials hold after each fault`, async t => {
      const cells = await matrix.cells(start);
      assert.ok(cells.length > 500);
      const random = numbers(seed);
      for (const { command, kind, write } of of) {
        const own = cells.filter(c => c.command === command && c.kind === kind);
        const reads = isKill(kind) ? [] : own.filter(c => !c.call.write);
        const at = write || reads.length === 0 ? own.filter(c => c.call.write) : reads;
        const cell = at[random.next().value % at.length];
        assert.ok(cell, kind);
        await t.test(name(cell), async () => assert.deepEqual((await matrix.run(cell)).broken, []));
      }
    });
  }
  test('no fault is left out', () => assert.equal(plan.flatMap(({ of }) => of).length, 2 * faultKinds.length));
});

test('no request or reply was against the description', () => assert.deepEqual(pair.hcp.violations, []));
