import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { bundleCli, bundleFolder } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type Cell, faultKinds } from '../../support/faults/kinds';
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
  rmSync(bundleFolder, { recursive: true, force: true });
});

const name = (cell: Cell): string =>
  `${cell.command} (${cell.start}), call ${cell.index}, ${cell.call.name}: ${cell.kind}${cell.lasting ? ', lasting' : ''}`;

describe(`a sample of the fault matrix, seed ${seed}`, () => {
  for (const start of starts) {
    test(`starting from ${start}: journal, re-run, undo and credentials hold after each fault`, async t => {
      const cells = await matrix.cells(start);
      assert.ok(cells.length > 500);
      const random = numbers(seed);
      const pick = (of: readonly Cell[]): Cell => {
        const found = of[random.next().value % of.length];
        assert.ok(found);
        return found;
      };
      for (const command of ['configure', 'undo'] as const) {
        for (const [n, kind] of faultKinds.entries()) {
          // The later beginnings have a part of the faults each, so that all of them meet some in a test's time.
          if (starts.indexOf(start) > 1 && n % 3 !== starts.indexOf(start) - 2) continue;
          const own = cells.filter(c => c.command === command && c.kind === kind);
          const cell = pick(kind.startsWith('killed') ? own.filter(c => c.call.write) : own);
          await t.test(name(cell), async () => assert.deepEqual((await matrix.run(cell)).broken, []));
        }
      }
    });
  }
});

test('no request or reply was against the description', () => assert.deepEqual(pair.hcp.violations, []));
