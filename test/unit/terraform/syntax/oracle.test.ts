import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';
import { mutate, readCorpus, seededRandom } from '../../../support/hcl/corpus';
import { validHcl } from '../../../support/hcl/generate';
import { anything, askOracle, difference, hasTypeError, oracleShape } from '../../../support/hcl/oracle';

/** How our reading of `text` differs from that of HashiCorp's parser; undefined where it doesn't. */
async function disagreement(text: string): Promise<string | undefined> {
  const file = parseHcl(text);
  const shape = oracleShape(file, text);
  const expected = await askOracle(text);
  if (expected !== undefined) {
    const [problem] = file.problems;
    return problem ? `valid, but: ${problem.code} at ${problem.start}` : difference(shape, expected);
  }
  const isOursToo = file.problems.length > 0 || shape === anything || hasTypeError(file.body);
  return isOursToo ? undefined : 'not valid, but no problem is reported';
}

test('the corpus is read as HashiCorp reads it', async () => {
  const corpus = readCorpus();
  assert.ok(corpus.length >= 60);
  for (const { name, text } of corpus) {
    assert.notEqual(await askOracle(text), undefined, `${name} is not valid`);
    assert.equal(await disagreement(text), undefined, name);
  }
});

test('mutated texts are valid for both or for none, and mean the same', async () => {
  const random = seededRandom(11);
  const corpus = readCorpus();
  let valid = 0;
  for (let round = 0; round < 4000; round++) {
    const text = mutate(corpus[random(corpus.length)]?.text ?? '', random);
    // The oracle replaces what UTF-8 can't hold.
    if (/\p{Surrogate}/u.test(text)) continue;
    assert.equal(await disagreement(text), undefined, JSON.stringify(text));
    if (parseHcl(text).problems.length === 0) valid++;
  }
  assert.ok(valid > 200, `only ${valid} mutations were valid`);
});

test('generated texts are valid and mean the same', async () => {
  await fc.assert(
    fc.asyncProperty(validHcl, async text => {
      assert.deepEqual(parseHcl(text).problems, []);
      assert.equal(await disagreement(text), undefined);
    }),
    { numRuns: 400, seed: 5 },
  );
});

test('the comparison notices a wrong value, a lost block and a lost error', async () => {
  const text = 'a = "x"\nb "c" {\n  d = 1\n}\n';
  const expected = await askOracle(text);
  assert.equal(difference(oracleShape(parseHcl(text), text), expected), undefined);
  for (const other of [text.replace('"x"', '"y"'), text.replace('  d', '  e'), 'a = "x"\n', text.replace('1', 'f(1)')])
    assert.notEqual(difference(oracleShape(parseHcl(other), other), expected), undefined, other);
  assert.equal(await askOracle('a = \n'), undefined);
});
