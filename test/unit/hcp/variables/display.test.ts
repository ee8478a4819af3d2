import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownValue } from '../../../../src/hcp/variables/display';

const shown = (key: string, value: string | undefined): ReturnType<typeof shownValue> =>
  shownValue({
    id: 'var-1',
    key,
    category: 'env',
    value,
    sensitive: value === undefined,
    hcl: false,
    versionId: undefined,
    description: undefined,
    origin: { from: 'workspace' },
  });

test('values of sensitive variables, of secret names and of secret looks are not shown', () => {
  assert.deepEqual(shown('X', undefined), { hidden: 'sensitive' });
  for (const [key, value] of [
    ['AWS_SECRET_ACCESS_KEY', 'x'],
    ['AWS_ACCESS_KEY_ID', 'x'],
    ['db_password', 'x'],
    ['GITHUB_TOKEN', 'x'],
    ['GITHUB_PAT', 'x'],
    ['NOTE', 'the key is AKIAIOSFODNN7EXAMPLE.'],
    ['DATABASE_URL', 'postgres://me:pass@db.example/x'],
    ['PEM', '-----BEGIN RSA PRIVATE KEY-----'],
  ] as const) {
    assert.deepEqual(shown(key, value), { hidden: 'secret' }, key);
  }
  for (const [key, value] of [
    ['AWS_REGION', 'eu-west-1'],
    ['TFC_AWS_RUN_ROLE_ARN_TOKEN', 'arn'],
    ['PATH', '/usr/bin'],
    ['AWS_SECRET_ACCESS_KEY', ''],
    ['URL', 'https://example.com:8443/x'],
  ] as const) {
    assert.deepEqual(shown(key, value), { value }, key);
  }
});

test('a path says where a secret lies, and is none; what is no path stays hidden', () => {
  for (const [key, value] of [
    ['AWS_SHARED_CREDENTIALS_FILE', '/home/tfc/.aws/credentials'],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', '~/token'],
    ['CREDENTIALS_PATH', './creds.ini'],
  ] as const)
    assert.deepEqual(shown(key, value), { value }, key);
  for (const [key, value] of [
    ['AWS_SHARED_CREDENTIALS_FILE', '[default]\naws_secret_access_key = x'],
    ['TOKEN_FILE', 'abcdef'],
    ['SECRET', '/home/tfc/secret'],
    ['PASSWORD_FILE', '/home/AKIAIOSFODNN7EXAMPLE'],
  ] as const)
    assert.deepEqual(shown(key, value), { hidden: 'secret' }, key);
});
