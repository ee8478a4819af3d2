import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecord } from '../../../src/iam/account/webIdentityRecord';

test('an error code is a code of AWS, or an error whose code is not repeated', () => {
  const codeOf = (errorCode: unknown): string | undefined =>
    readRecord({ eventTime: '2026-11-24T09:15:00Z', errorCode })?.errorCode;
  assert.equal(codeOf('AccessDenied'), 'AccessDenied');
  assert.equal(codeOf('Client.UnauthorizedOperation'), 'Client.UnauthorizedOperation');
  assert.equal(codeOf(undefined), undefined);
  for (const odd of ['Denied wJalrXUtnFEMI/K7MDENG', '<b>', 'a'.repeat(200)])
    assert.equal(codeOf(odd), 'an error without a known code', odd);
});
