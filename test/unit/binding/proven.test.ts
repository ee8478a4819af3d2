import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, CheckId } from '../../../src/binding/check';
import { ofConfiguration, proofGap } from '../../../src/binding/prove/proven';

const check = (id: CheckId, state: Check['state'], configuration?: string): Check => ({
  id,
  title: id,
  state,
  evidence: [],
  why: '',
  failureModes: [],
  ...(configuration !== undefined && { configuration }),
});

test('a configuration with a tag is proven by its own checks, the workspace only by those of all', () => {
  const checks = [
    check('variables-readable', 'ok'),
    check('role-trusts-run', 'ok', 'ARCHIVE'),
    check('account-readable', 'unknown', 'default'),
  ];
  assert.equal(proofGap(ofConfiguration(checks, 'ARCHIVE')), undefined);
  assert.deepEqual(
    proofGap(checks)?.unread.map(c => c.configuration),
    ['default'],
  );
  // The default configuration itself is not proven by a role of another one.
  assert.notEqual(proofGap(ofConfiguration(checks, undefined)), undefined);
});

test('what is said of the whole workspace counts for each configuration', () => {
  const checks = [check('variables-readable', 'unknown'), check('role-trusts-run', 'ok', 'ARCHIVE')];
  assert.equal(proofGap(ofConfiguration(checks, 'ARCHIVE'))?.unread.length, 1);
});
