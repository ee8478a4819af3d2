import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutationFaults } from '../../support/hostile/mutationRounds';

/** A sample of `npm run mutations`, which runs millions: the same rounds each time. */
test('changed files, logs, events, journals and replies are read without an exception, a hang or a secret', async () => {
  const count = Number(process.env['FUZZ_RUNS'] ?? 1200);
  const { faults, kinds } = await mutationFaults({ count, seed: 20_261_201, kind: undefined, round: () => undefined });
  assert.deepEqual(faults, []);
  assert.ok(Object.keys(kinds).length >= 12, Object.keys(kinds).join());
});
