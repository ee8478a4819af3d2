import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineEdits } from '../../../../src/binding/code/lineDiff';
import { applyEdits } from '../../../../src/core/text';

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
