import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { entropy } from '../../../src/core/redact';
import { findKeys } from '../../../src/lint/secrets/detect';

const alone = { namesSecret: false, nearKeyId: false };
const named = { namesSecret: true, nearKeyId: false };
const kinds = (text: string, context = alone): readonly string[] =>
  findKeys(text, context).map(k => `${k.kind} ${text.slice(k.start, k.end)}`);
const secret = 'Fake0Secret1For2Tests3Only4Not5A6Real7Ke';

test('key ids are found by their look, anywhere in a text', () => {
  assert.deepEqual(kinds('export X=AKIAFAKEKEYFORTEST01;'), ['id AKIAFAKEKEYFORTEST01']);
  assert.deepEqual(kinds('ASIAFAKEKEYFORTEST01'), ['id ASIAFAKEKEYFORTEST01']);
  assert.deepEqual(kinds('AIDAFAKEKEYFORTEST01 AROAFAKEKEYFORTEST01'), []);
  assert.deepEqual(kinds('xAKIAFAKEKEYFORTEST01'), []);
  assert.deepEqual(kinds('AKIAFAKEKEYFORTEST012'), []);
});

test('documentation examples and forms to fill in are quiet', () => {
  for (const text of ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'AKIAXXXXXXXXXXXXXXXX', 'AKIA0000000000000000']) {
    assert.deepEqual(kinds(text, named), []);
  }
  assert.deepEqual(kinds('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', named), []);
});

test('a secret needs a name or a key id beside it', () => {
  assert.deepEqual(kinds(secret), []);
  assert.deepEqual(kinds(secret, named), [`secret ${secret}`]);
  assert.deepEqual(kinds(`AWS_SECRET_ACCESS_KEY=${secret}`), [`secret ${secret}`]);
  assert.deepEqual(kinds(`"secretAccessKey": "${secret}"`), [`secret ${secret}`]);
  assert.deepEqual(kinds(`secret_key\n${secret}`), []);
  assert.equal(kinds(`AKIAFAKEKEYFORTEST01:${secret}`).length, 2);
});

test('hashes, ids and words are no secrets, whatever they are called', () => {
  for (const text of [
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'arn:aws:iam::111122223333:role/some/long/path/Name1',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA1',
    'ThisIsJustALongSentenceOfWordsWithoutAny',
    secret + secret,
  ]) {
    assert.deepEqual(kinds(text, named), [], text);
  }
});

test('no hexadecimal digest of any length is ever taken for a secret', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), bytes => {
      assert.deepEqual(kinds(Buffer.from(bytes).toString('hex'), named), []);
    }),
  );
});

test('random secrets are found by name, whatever stands around them', () => {
  const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const random = fc
    .array(fc.constantFrom(...base64), { minLength: 36, maxLength: 36 })
    .map(chars => `aB3z${chars.join('')}`)
    .filter(text => entropy(text) >= 3.5 && !/example/i.test(text));
  fc.assert(
    fc.property(random, fc.constantFrom('', '"', "'", ' ', ':', '\n'), (text, around) => {
      assert.deepEqual(kinds(around + text + around, named), [`secret ${text}`]);
    }),
  );
});

test('a hostile text takes linear time', () => {
  const text = `${'secret'.repeat(50_000)}${'A'.repeat(200_000)}${'AKIA'.repeat(50_000)}`;
  assert.deepEqual(kinds(text, named), []);
});
