import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, LineIndex, touchesAny } from '../../../src/core/text';

test('positions and offsets are inverse for every offset', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', 'é', '😀')), parts => {
      const text = parts.join('');
      const index = new LineIndex(text);
      for (let offset = 0; offset <= text.length; offset++) {
        assert.equal(index.offset(index.position(offset)), offset);
      }
    }),
  );
});

test('a CRLF is one line end', () => {
  const index = new LineIndex('a\r\nb\rc\nd');
  assert.equal(index.lineCount, 4);
  assert.deepEqual(index.position(3), { line: 1, character: 0 });
});

test('edits are applied whatever their order, and an overlap is refused', () => {
  const edits = [
    { span: { start: 4, end: 5 }, newText: 'E' },
    { span: { start: 0, end: 1 }, newText: '' },
  ];
  assert.equal(applyEdits('abcdef', edits), 'bcdEf');
  assert.throws(
    () => applyEdits('abc', [...edits.slice(1), { span: { start: 0, end: 2 }, newText: 'x' }]),
    /overlapping/,
  );
});

test('a span touches one of many exactly where they overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(5))), fc.nat(30), fc.nat(5), (pairs, start, length) => {
      const spans = pairs.map(([at, long]) => ({ start: at, end: at + long }));
      const span = { start, end: start + length };
      const wanted = spans.some(s => s.start < span.end && span.start < s.end);
      assert.equal(touchesAny(spans)(span), wanted);
    }),
  );
});
