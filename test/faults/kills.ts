import { bundleCli } from '../support/aws/cliProcess';
import { ServerPair } from '../support/binding/serverWorlds';
import { Matrix } from '../support/faults/matrix';
import { starts } from '../support/faults/world';
import { numbers } from '../support/faults/numbers';

/** Kills at random moments: `kills.ts PART OF COUNT SEED`. Prints one JSON line for each. */
async function main(): Promise<void> {
  const [part = 0, of = 1, count = 100, seed = 1] = process.argv.slice(2).map(Number);
  const cli = await bundleCli();
  const pair = await ServerPair.open();
  try {
    const matrix = new Matrix(pair, cli);
    const random = numbers(seed * 1000 + part);
    const next = (): number => random.next().value / 2 ** 32;
    for (let n = part; n < count; n += of) {
      const start = starts[Math.floor(next() * starts.length)] ?? 'new';
      const command = next() < 0.7 ? 'configure' : 'undo';
      process.stdout.write(`${JSON.stringify(await matrix.killedAtRandom(start, command, next()))}\n`);
    }
    process.stdout.write(`${JSON.stringify({ violations: pair.hcp.violations })}\n`);
  } finally {
    await pair.close();
  }
}

void main();
