import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { bundleCli, bundleFolder } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type Cell, faultKinds, Matrix } from '../../support/faults/matrix';

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
  rmSync(bundleFolder, { recursive: true, force: true });
});

/** https://en.wikipedia.org/wiki/Linear_congruential_generator with the constants of Numerical Recipes. */
function* numbers(state: number): Generator<number> {
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

const name = (cell: Cell): string =>
  `${cell.command} (${cell.start}), call ${cell.index}, ${cell.call.name}: ${cell.kind}${cell.lasting ? ', lasting' : ''}`;

describe(`a sample of the fault matrix, seed ${seed}`, () => {
  for (const start of ['new', 'change'] as const) {
    test(`starting from ${start}: journal, re-run, undo and credentials hold after each fault`, async t => {
      const cells = await matrix.cells(start);
      assert.ok(cells.length > 500);
      const random = numbers(seed);
      const pick = (of: readonly Cell[]): Cell => {
        const found = of[(random.next().value as number) % of.length];
        assert.ok(found);
        return found;
      };
      for (const command of ['configure', 'undo'] as const) {
        for (const kind of faultKinds) {
          const own = cells.filter(c => c.command === command && c.kind === kind);
          const cell = pick(kind.startsWith('killed') ? own.filter(c => c.call.write) : own);
          await t.test(name(cell), async () => assert.deepEqual((await matrix.run(cell)).broken, []));
        }
      }
    });
  }
});

test('no request or reply was against the description', () => assert.deepEqual(pair.hcp.violations, []));
