import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isLoopbackName } from '../../../src/core/loopback';

test('names and addresses of this machine', () => {
  for (const name of ['localhost', 'LocalHost', '127.0.0.1', '127.8.9.1', '::1', '[::1]']) {
    assert.ok(isLoopbackName(name), name);
    assert.equal(isLoopback(name), false, `${name} has no port`);
  }
  for (const name of [
    'x.localhost',
    '127.0.0.1.example.com',
    '127.1',
    '128.0.0.1',
    'localhost.example.com',
    '::10',
    '',
  ])
    assert.equal(isLoopbackName(name), false, name);
  assert.ok(isLoopback('127.0.0.1:8080') && isLoopback('localhost:1') && isLoopback('[::1]:8080'));
  assert.equal(isLoopback('127.0.0.1.example.com:8080'), false);
});
