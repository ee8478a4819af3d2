import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { bundleCli, bundleFolder } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { faultKinds } from '../../support/faults/kinds';
import { numbers } from '../../support/faults/numbers';
import { stories } from '../../support/faults/stories';
import { type StoryCell, StoryMatrix } from '../../support/faults/storyMatrix';

/** A sample of `npm run faults -- --stories`, another one with another FAULT_SEED: each fault at a write of each story. */
const seed = Number(process.env['FAULT_SEED'] ?? 7);
let pair: ServerPair;
let matrix: StoryMatrix;
before(async () => {
  const cli = await bundleCli();
  pair = await ServerPair.open();
  matrix = new StoryMatrix(pair, cli);
});
after(async () => {
  await pair.close();
  rmSync(bundleFolder, { recursive: true, force: true });
});

const name = (cell: StoryCell): string =>
  `call ${cell.index}, ${cell.call.name}: ${cell.kind}${cell.lasting ? ', lasting' : ''}`;

describe(`what is written after a setup, seed ${seed}`, () => {
  for (const [index, story] of stories.entries()) {
    test(`${story}: journal, re-run and undo hold after each fault`, async t => {
      const cells = await matrix.cells(story);
      const writes = new Set(cells.filter(c => c.call.write).map(c => c.call.name));
      assert.ok(writes.size > 0);
      const random = numbers(seed + index);
      for (const [n, kind] of faultKinds.entries()) {
        // The longest of them has every third fault, so that all of it keeps to a test's time.
        if (story === 'migrate' && n % 3 !== seed % 3) continue;
        const own = cells.filter(c => c.kind === kind && c.call.write);
        const cell = own[random.next().value % own.length];
        assert.ok(cell, kind);
        await t.test(name(cell), async () => assert.deepEqual((await matrix.run(cell)).broken, []));
      }
    });
  }
});

test('no request or reply was against the description', () => assert.deepEqual(pair.hcp.violations, []));
