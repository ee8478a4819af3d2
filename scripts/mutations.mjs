// npm run mutations -- --count 2000000 [--seed N] [--kind NAME]
// Changes inputs of every kind at random and has the pure core read them: nothing may throw, take longer than a moment, or say a secret.
// The worker counts its rounds in shared memory, so that a hang is seen from outside, with the round that made it.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '20261201' },
    kind: { type: 'string' },
  },
});
const count = Number(values.count);
// Below 0 the worker is still loading.
const shared = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
const file = path.join(import.meta.dirname, '../test/support/hostile/mutationWorker.ts');
// A worker starts without the loader of its parent.
const worker = new Worker(`require('tsx/cjs'); require(${JSON.stringify(file)});`, {
  eval: true,
  workerData: { count, seed: Number(values.seed), kind: values.kind, shared },
});
const started = Date.now();
const hangMilliseconds = 60_000;

let seen = { round: -1, at: Date.now() };
const watch = setInterval(() => {
  const round = Atomics.load(shared, 0);
  if (round < 0 || round !== seen.round) seen = { round, at: Date.now() };
  else if (Date.now() - seen.at > hangMilliseconds) {
    console.error(`Round ${round} (seed ${values.seed}) does not come to an end.`);
    process.exit(1);
  }
}, 1000);

worker.on('message', ({ faults, kinds, pieces }) => {
  clearInterval(watch);
  for (const fault of faults) console.error(fault);
  const per = Object.entries(kinds).map(([name, n]) => `${name} ${n}`);
  console.log(
    `${count} changed inputs (${per.join(', ')}), seed ${values.seed}, ${Math.round((Date.now() - started) / 1000)} s: ${faults.length} faults; ${pieces} said a piece of a secret that the change had broken up.`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
});
worker.on('error', error => {
  console.error(error);
  process.exit(1);
});
