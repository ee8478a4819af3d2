import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findKeys, mayHoldKeys } from '../../../src/lint/secrets/detect';
import { textPieces } from '../../../src/lint/secrets/strings';
import { fileKind } from '../../../src/terraform/fileKinds';
import { parseHcl } from '../../../src/terraform/syntax/hcl';
import { parseTerraformJson } from '../../../src/terraform/syntax/json';
import { fixtureNames, fixtureTexts } from '../../support/lintFixtures';

const everything = { namesSecret: true, nearKeyId: true };

/** A file that the scan rules out has no key in any of its literals, nor in its source. Returns whether there was one. */
function law(name: string, text: string): boolean {
  const kind = fileKind(name);
  if (kind === undefined) return false;
  const parsed = kind.syntax === 'hcl' ? parseHcl(text) : parseTerraformJson(text, 'config');
  const pieces = textPieces({ path: name, ...kind, text, parsed });
  const found = [text, ...pieces.map(p => p.value)].some(t => findKeys(t, everything).length > 0);
  if (found) assert.ok(mayHoldKeys(text), text);
  return found;
}

test('no key of the fixtures is ruled out', async () => {
  let found = 0;
  for (const fixture of fixtureNames)
    for (const [name, text] of Object.entries(await fixtureTexts(fixture)))
      if (law(name.split('/').pop() ?? '', text)) found++;
  assert.ok(found > 10);
});

const secret = 'Fake0Secret1For2Tests3Only4Not5A6Real7Ke';
const piece = fc.oneof(
  fc.constantFrom('AKIAFAKEKEYFORTEST01', 'ASIAFAKE', 'KEYFORTEST01', secret, secret.slice(0, 20), secret.slice(20)),
  fc.constantFrom('\\u0041', '\\U00000041', '\\/', '\\n', '\\"', '\\\\', '\\q', '$${', '${', '}', '%{', '"', '\n', ' '),
  fc.constantFrom('a = "', '"\n', 'b = <<-E\n', '\n  E\n', '{"a": "', '"}', 'x'.repeat(19), 'é', '\r\n'),
  fc.string({ maxLength: 25 }),
);

test('no key is ruled out, however it is written', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('main.tf', 'main.tf.json'),
      fc.array(piece, { maxLength: 10 }),
      fc.boolean(),
      (name, pieces, quoted) => {
        const inner = pieces.join('');
        const text = !quoted ? inner : name === 'main.tf' ? `a = "${inner}"\n` : `{"locals": {"a": "${inner}"}}`;
        if (law(name, text)) found++;
      },
    ),
    { numRuns: 4000 },
  );
  assert.ok(found > 100);
});

test('ordinary code is ruled out, wherever a run of characters begins', () => {
  assert.equal(mayHoldKeys('resource "aws_s3_bucket" "b" {\n  bucket = "my-bucket-name"\n}\n'.repeat(50)), false);
  for (let i = 0; i < 45; i++) {
    assert.equal(mayHoldKeys(`${' '.repeat(i)}AKIAFAKEKEYFORTEST01`), true, `id after ${i}`);
    assert.equal(mayHoldKeys(`${'.'.repeat(i)}${secret}"`), true, `secret after ${i}`);
    assert.equal(mayHoldKeys(`${'x '.repeat(i)}${secret.slice(0, 39)} `), false, `39 characters after ${i}`);
  }
});
