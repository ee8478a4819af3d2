import { bundleCli } from '../support/aws/cliProcess';
import { ServerPair } from '../support/binding/serverWorlds';
import { faultKinds } from '../support/faults/kinds';
import { stories } from '../support/faults/stories';
import { StoryMatrix } from '../support/faults/storyMatrix';

/** A part of the matrix over what is written after a setup: `stories.ts PART OF EVERY FROM`. Prints one JSON line for each cell. */
async function main(): Promise<void> {
  const [part = 0, of = 1, every = 1, from = 0] = process.argv.slice(2).map(Number);
  const cli = await bundleCli();
  const pair = await ServerPair.open();
  try {
    const matrix = new StoryMatrix(pair, cli);
    let n = 0;
    for (const story of stories) {
      for (const cell of await matrix.cells(story)) {
        n += 1;
        if (n % (of * every) !== (part * every + from) % (of * every)) continue;
        process.stdout.write(`${JSON.stringify(await matrix.run(cell))}\n`);
      }
    }
    const end = { violations: pair.hcp.violations, cells: n, kinds: faultKinds, stories };
    process.stdout.write(`${JSON.stringify(end)}\n`);
  } finally {
    await pair.close();
  }
}

void main();
