import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bundleCli } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { faultKinds } from '../../support/faults/kinds';
import { numbers } from '../../support/faults/numbers';
import { stories, type StoryName } from '../../support/faults/stories';
import { type StoryCell, StoryMatrix } from '../../support/faults/storyMatrix';

/** A sample of `npm run faults -- --stories`, another one with another FAULT_SEED: each fault at a write. */
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
});

const name = (cell: StoryCell): string =>
  `call ${cell.index}, ${cell.call.name}: ${cell.kind}${cell.lasting ? ', lasting' : ''}`;

/** Each fault once among the short stories, in turn, and some at the longest: another seed joins others. */
const short = stories.filter(story => story !== 'migrate');
const has = (story: StoryName, n: number): boolean =>
  story === 'migrate' ? n % 4 === seed % 4 : short[(n + seed) % short.length] === story;

describe(`what is written after a setup, seed ${seed}`, () => {
  for (const [index, story] of stories.entries()) {
    test(`${story}: journal, re-run and undo hold after each fault`, async t => {
      const cells = await matrix.cells(story);
      const writes = new Set(cells.filter(c => c.call.write).map(c => c.call.name));
      assert.ok(writes.size > 0);
      const random = numbers(seed + index);
      for (const [n, kind] of faultKinds.entries()) {
        if (!has(story, n)) continue;
        const own = cells.filter(c => c.kind === kind && c.call.write);
        const cell = own[random.next().value % own.length];
        assert.ok(cell, kind);
        await t.test(name(cell), async () => assert.deepEqual((await matrix.run(cell)).broken, []));
      }
    });
  }
});

test('no request or reply was against the description', () => assert.deepEqual(pair.hcp.violations, []));
