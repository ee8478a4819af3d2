import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedCache } from '../../../src/terraform/boundedCache';

test('what was used last stays, up to the limit', () => {
  const cache = new BoundedCache<string>(10);
  cache.set('a', 'A', 4);
  cache.set('b', 'B', 4);
  assert.equal(cache.get('a'), 'A');
  cache.set('c', 'C', 4);
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.get('a'), 'A');
  assert.equal(cache.get('c'), 'C');
});

test('a value set again counts once, and one above the limit is kept alone', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('a', 1, 6);
  cache.set('a', 2, 6);
  cache.set('b', 3, 4);
  assert.deepEqual([cache.get('a'), cache.get('b')], [2, 3]);
  cache.set('big', 4, 100);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('big')], [undefined, undefined, 4]);
});
