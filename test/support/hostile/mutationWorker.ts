import { parentPort, workerData } from 'node:worker_threads';
import { mutationFaults } from './mutationRounds';

const { count, seed, kind, shared } = workerData as {
  readonly count: number;
  readonly seed: number;
  readonly kind: string | undefined;
  readonly shared: Int32Array;
};
void mutationFaults({ count, seed, kind, round: n => Atomics.store(shared, 0, n) }).then(result =>
  parentPort?.postMessage(result),
);
