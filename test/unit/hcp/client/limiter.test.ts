import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateLimiter, realWait, retryAfter } from '../../../../src/hcp/client/limiter';

/** Time that passes only by waiting. */
function clock(): { now: () => number; wait: (ms: number) => Promise<void>; pass: (ms: number) => void } {
  let time = 1000;
  return {
    now: () => time,
    wait: ms => {
      time += ms;
      return Promise.resolve();
    },
    pass: ms => {
      time += ms;
    },
  };
}

const never = new AbortController().signal;

test('no second holds more than 30 starts, however the requests come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 120 }), async gaps => {
      const time = clock();
      const limiter = new RateLimiter(time.now, time.wait);
      const starts: number[] = [];
      for (const gap of gaps) {
        if (gap > 100) time.pass(gap);
        await limiter.take(never);
        starts.push(time.now());
      }
      for (let i = 30; i < starts.length; i++) {
        assert.ok((starts[i] ?? 0) - (starts[i - 30] ?? 0) >= 1000);
      }
    }),
    { numRuns: 50 },
  );
});

test('3000 requests take no more than 1.2 times what 30 a second allow', async () => {
  const time = clock();
  const limiter = new RateLimiter(time.now, time.wait);
  const begun = time.now();
  for (let i = 0; i < 3000; i++) await limiter.take(never);
  assert.ok(time.now() - begun <= 1.2 * 100_000);
});

test('a lower limit and an empty budget of the host are obeyed', async () => {
  const time = clock();
  const limiter = new RateLimiter(time.now, time.wait);
  limiter.learn(new Headers({ 'x-ratelimit-limit': '2' }));
  for (let i = 0; i < 3; i++) await limiter.take(never);
  assert.ok(time.now() >= 2000);
  const before = time.now();
  limiter.learn(new Headers({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0.25' }));
  time.pass(5000);
  limiter.learn(new Headers({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3.5' }));
  await limiter.take(never);
  assert.equal(time.now(), before + 5000 + 3500);
});

test('a waiting request gives up when its signal aborts', async () => {
  const limiter = new RateLimiter(
    () => 0,
    () => new Promise(() => undefined),
  );
  limiter.pause(1000);
  const abort = new AbortController();
  const taken = limiter.take(abort.signal);
  abort.abort();
  await assert.rejects(taken, { name: 'AbortError' });
});

test('hundreds of waiting requests put one listener on their signal', async () => {
  const limiter = new RateLimiter();
  limiter.pause(60_000);
  const abort = new AbortController();
  const taken = Array.from({ length: 200 }, () => limiter.take(abort.signal));
  const waits = Array.from({ length: 200 }, () => realWait(60_000, abort.signal));
  assert.equal(getEventListeners(abort.signal, 'abort').length, 1);
  abort.abort();
  const settled = await Promise.allSettled([...taken, ...waits]);
  assert.ok(settled.every(s => s.status === 'rejected'));
});

test('Retry-After is seconds or a date', () => {
  assert.equal(retryAfter('1.5', 0), 1500);
  assert.equal(retryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000), 6000);
  assert.equal(retryAfter('soon', 0), undefined);
  assert.equal(retryAfter(null, 0), undefined);
});
