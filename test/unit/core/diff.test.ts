import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from 'diff';
import { lineEdits, unifiedDiff } from '../../../src/core/diff';
import { applyEdits } from '../../../src/core/text';

const text = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', '', 'long line'), fc.constantFrom('\n', '\r\n', '\r')), {
    maxLength: 30,
  })
  .chain(lines => fc.constantFrom('', 'end').map(end => lines.map(([line, eol]) => line + eol).join('') + end));

test('the edits turn one text into the other, and touch whole lines', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edits = lineEdits('f', before, after);
      assert.equal(applyEdits(before, edits), after);
      for (const { span } of edits)
        for (const at of [span.start, span.end])
          assert.ok(at === 0 || at === before.length || /[\r\n]/.test(before[at - 1] ?? ''), `${at}`);
    }),
  );
});

test('equal texts have no edits, and one changed line is one edit', () => {
  assert.deepEqual(lineEdits('f', 'a\nb\n', 'a\nb\n'), []);
  assert.deepEqual(lineEdits('f', 'a\nsecret\nc\n', 'a\nb\nc\n'), [
    { file: 'f', span: { start: 2, end: 9 }, newText: 'b\n' },
  ]);
});

test('lines between two changes stay out of the edits', () => {
  const edits = lineEdits('f', 'a\nkey = "secret"\nc\n', 'x\nkey = "secret"\nz\n');
  assert.deepEqual(
    edits.map(e => e.newText),
    ['x\n', 'z\n'],
  );
});

test('the unified diff makes the one text of the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff('f', before, after);
      if (before === after) assert.equal(diff, '');
      else assert.equal(applyPatch(before, diff, { autoConvertLineEndings: false }), after);
    }),
  );
});

test('texts with thousands of lines that differ are replaced as one, in no time', () => {
  const [before, after] = ['a', 'b'].map(name => Array.from({ length: 20_000 }, (_, i) => `${name}${i}`).join('\n'));
  assert.ok(before !== undefined && after !== undefined);
  assert.deepEqual(lineEdits('f', before, after), [
    { file: 'f', span: { start: 0, end: before.length }, newText: after },
  ]);
  assert.equal(applyPatch(before, unifiedDiff('f', before, after)), after);
});
