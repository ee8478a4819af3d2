import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutate, readCorpus, seededRandom } from '../../../support/hcl/corpus';
import { CountingParser, type CreateParser, findFault, soundParser } from '../../../support/hcl/fuzzing';

/** The first fault that `rounds` mutations of the corpus show, with the text that shows it. */
function fuzz(create: CreateParser, rounds: number, seed: number): string | undefined {
  const random = seededRandom(seed);
  const corpus = readCorpus();
  for (let round = 0; round < rounds; round++) {
    let text = corpus[random(corpus.length)]?.text ?? '';
    if (random(3) === 0) text += corpus[random(corpus.length)]?.text ?? '';
    if (round >= corpus.length) for (let times = 1 + random(3); times > 0; times--) text = mutate(text, random);
    const fault = findFault(text, create);
    if (fault !== undefined) return `${fault}: ${JSON.stringify(text)}`;
  }
  return undefined;
}

test('mutated texts: no throw, spans in bounds and nested, steps in proportion to the length', () => {
  assert.equal(fuzz(soundParser, 20_000, 7), undefined);
});

const repeated: readonly string[] = [
  '[', '(', '{', 'a = [\n', 'a = (\n', 'a = {\n', 'a {\n', 'a "b" {\n', '"${', 'a = "${', 'a = "${(\n', '["${(\n', '"${(',
  '/*', '/* x\n', '<<A\n', 'a = <<A\n', 'a = <<-A\n b\n', '!', '-', 'a ? b : ', 'a + ', 'a[', 'a.', 'f(', 'x::', '}', ']', ')',
  'a = "\n', 'a = "%{if x}', '%{', '${', 'a = [for ', '{for a in ', '#', '"', 'a = { b = [ c(\n', '([{', ')]}', 'a = <<A${\n',
  ' \t', '\r', '\u{1F600}', '\ud83d', 'é', 'a="${"', 'resource "x" "y" {\n', '  provider "x" {\n a = {\n', '1.', '0e', 'x = { a = <<EOF\n',
  'a.*', 'a[*]', '%{ for x in ', 'a b ', 'a = 1\n', 'a = <<A\n{\n x = <<B\n',
]; // prettier-ignore

test('texts of one hostile pattern, 100,000 characters long, take steps in proportion to their length', () => {
  for (const pattern of repeated) {
    for (const start of ['', 'a = ', 'b {\n']) {
      const text = start + pattern.repeat(Math.ceil(100_000 / pattern.length));
      assert.equal(findFault(text, soundParser), undefined, JSON.stringify(start + pattern));
    }
  }
});

test('100,000 arguments and 10,000 nested brackets do not take the file away', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `a${i} = ${i}\n`).join('');
  assert.equal(findFault(many, soundParser), undefined);
  const deep = `a = ${'['.repeat(10_000)}${']'.repeat(10_000)}\nb = 1\n`;
  assert.equal(findFault(deep, soundParser), undefined);
});

/** Parsers with one defect each. A fuzz that lets one of them through could not fail at all. */
const defects: Readonly<Record<string, CreateParser>> = {
  'a token that ends one character late': (text, recovering) =>
    new (class extends CountingParser {
      protected override advance(): void {
        super.advance();
        if (this.text.startsWith('}', this.tokenStart)) this.tokenEnd++;
      }
    })(text, recovering, {}),
  'a term that starts one character early': (text, recovering) =>
    new (class extends CountingParser {
      protected override tuple() {
        const tuple = super.tuple();
        return { ...tuple, start: tuple.start - 5 };
      }
    })(text, recovering, {}),
  'a throw on an escape that is not complete': (text, recovering) =>
    new (class extends CountingParser {
      protected override report(code: string, start: number, end: number, message: string): void {
        if (code === 'escape') throw new RangeError(message);
        super.report(code, start, end, message);
      }
    })(text, recovering, {}),
  'text that is read again from the start of the file': (text, recovering) =>
    new (class extends CountingParser {
      protected override fail(code: string, message: string): void {
        super.fail(code, message);
        const { token, tokenStart, tokenEnd, previousEnd } = this;
        for (let times = 0; times < 40; times++) {
          this.offset = 0;
          while (this.offset < tokenEnd) super.advance();
        }
        Object.assign(this, { token, tokenStart, tokenEnd, previousEnd, offset: tokenEnd });
      }
    })(text, recovering, {}),
  'a problem behind the end': (text, recovering) =>
    new (class extends CountingParser {
      protected override report(code: string, start: number, _end: number, message: string): void {
        super.report(code, start, start + 40, message);
      }
    })(text, recovering, {}),
  'an object that leaves out its brace': (text, recovering) =>
    new (class extends CountingParser {
      protected override object() {
        const object = super.object();
        return { ...object, end: object.start };
      }
    })(text, recovering, {}),
};

for (const [name, create] of Object.entries(defects)) {
  test(`the fuzz finds a planted defect: ${name}`, () => {
    assert.notEqual(fuzz(create, 20_000, 7), undefined);
  });
}
