import { bundleCli } from '../support/aws/cliProcess';
import { ServerPair } from '../support/binding/serverWorlds';
import { faultKinds } from '../support/faults/kinds';
import { Matrix } from '../support/faults/matrix';
import { starts } from '../support/faults/world';

/** A part of the fault matrix: `run.ts PART OF EVERY FROM`. Prints one JSON line for each cell. */
async function main(): Promise<void> {
  const [part = 0, of = 1, every = 1, from = 0] = process.argv.slice(2).map(Number);
  const cli = await bundleCli();
  const pair = await ServerPair.open();
  try {
    const matrix = new Matrix(pair, cli);
    let n = 0;
    for (const start of starts) {
      for (const cell of await matrix.cells(start)) {
        n += 1;
        if (n % (of * every) !== (part * every + from) % (of * every)) continue;
        process.stdout.write(`${JSON.stringify(await matrix.run(cell))}\n`);
      }
    }
    process.stdout.write(`${JSON.stringify({ violations: pair.hcp.violations, cells: n, kinds: faultKinds })}\n`);
  } finally {
    await pair.close();
  }
}

void main();
