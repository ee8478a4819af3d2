import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksSecret, redact, redactStart, secretSpans } from '../../../src/core/redact';
import { Plants } from '../../support/hostile/plants';

const plants = new Plants();
const [id, asia, key, session, token, password] = [
  plants.keyId('id'),
  plants.keyId('session id', 'ASIA'),
  plants.secret('key'),
  plants.session('session'),
  plants.token('token'),
  plants.password('password'),
];

test('what has the shape of a secret is taken out, and what stands around it stays', () => {
  for (const [text, wanted] of [
    [`the key ${id}.`, 'the key [removed].'],
    [`Credential=${asia}/20260101/us-east-1`, 'Credential=[removed]/20260101/us-east-1'],
    [`key ${key} here`, 'key [removed] here'],
    [`x-amz-security-token: ${session}`, 'x-amz-security-token: [removed]'],
    [`token ${token}`, 'token [removed]'],
    [`https://me:${password}@example.com/x`, 'https://me:[removed]@example.com/x'],
    [`authorization: Bearer ${password}`, 'authorization: Bearer [removed]'],
    [`"Authorization":"Basic ${password}"`, '"Authorization":"Basic [removed]"'],
    [`password=${password};user=x`, 'password=[removed];user=x'],
    [`AWS_SECRET_ACCESS_KEY=${password}`, 'AWS_SECRET_ACCESS_KEY=[removed]'],
    [`ghp_${'a1'.repeat(18)}`, '[removed]'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nend', '[removed]\nend'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nAAAA', '[removed]'],
    [`Basic ${Buffer.from('somebody:words').toString('base64')}`, 'Basic [removed]'],
    [`${'sk_' + 'live_'}${'a1B2'.repeat(6)}`, '[removed]'],
    [`${'xox' + 'b-'}${'123456789012-'.repeat(2)}abc`, '[removed]'],
    [`hvs.${'a1B2'.repeat(6)}`, '[removed]'],
    ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.abc-_', '[removed]'],
  ] as const) {
    assert.equal(redact(text), wanted);
    assert.equal(looksSecret(text), true, text);
  }
});

test('prose, ARNs, hashes, paths and addresses stay as they are', () => {
  for (const text of [
    'app.terraform.io does not accept the token: mistyped, expired or revoked.',
    'token: somebody',
    'Basic authentication is off; Bearer authentication is on.',
    'arn:aws:iam::123456789012:role/tfc-acme-production-apply-with-a-long-name',
    'arn:aws:iam::123456789012:oidc-provider/app.terraform.io',
    'sha1 3f786850e387550fdab836ed7e6dc881de23001b',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'organization:acme:project:Default Project:workspace:prod:run_phase:plan',
    'https://app.terraform.io/app/acme/workspaces/prod/runs/run-1',
    'https://example.com:8443/x@y',
    '/home/runner/work/infrastructure/infrastructure/environments/production/main.tf',
    'request 8f1b2c3d-1111-2222-3333-444455556666',
  ]) {
    assert.equal(redact(text), text);
    assert.equal(looksSecret(text), false);
  }
});

test('spans are those of the secrets', () => {
  const text = `a ${id} b https://u:${password}@h c`;
  assert.deepEqual(
    secretSpans(text).map(s => text.slice(s.start, s.end)),
    [id, password],
  );
});

test('a long text is cut before anything looks at it, and never within a word', () => {
  const cut = redactStart(`${'x'.repeat(90)} ${key}`, 100);
  assert.equal(cut, `${'x'.repeat(90)} …`);
  assert.equal(redactStart('short', 100), 'short');
});

test('a text that looks like the beginning of a secret everywhere is read in time that grows with it only', () => {
  // What is read again from each place takes minutes.
  for (const piece of [
    ' ',
    'eyJa-',
    '-----BEGIN PRIVATE KEY-----',
    'token=',
    'Bearer ',
    '://a:',
    'a.atlasv1.',
    '\t\n',
    'authorization: ',
  ]) {
    redact(piece.repeat(Math.ceil(60_000 / piece.length)));
  }
});

test('access key ids that are cut off, and what stands behind their name', () => {
  for (const text of [
    `AKIA${'IOSFODNN7EXA'}`,
    `AWS_ACCESS_KEY_ID=AKAKIA${'IOSFODNN7EXAMPLE'}`,
    `AWS_ACCESS_KEY_ID=AKIA${'IOSFODN'}*EXAMPLE`,
    `"AccessKeyId": "ASIA${'IOSFODNN7EX'}b`,
  ])
    assert.doesNotMatch(redact(text), /IOSFODN|EXAMPLE/, text);
  assert.equal(
    redact('InvalidAccessKeyId: The AWS Access Key Id you provided'),
    'InvalidAccessKeyId: The AWS Access Key Id you provided',
  );
});
