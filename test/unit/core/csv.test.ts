import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvCell, csvLine } from '../../../src/core/csv';

test('formulas, quotes and line ends', () => {
  assert.equal(csvLine(['a', '', 'b c']), 'a,,b c\r\n');
  assert.equal(csvCell('=cmd|calc'), `"'=cmd|calc"`);
  assert.equal(csvCell('-1'), `"'-1"`);
  assert.equal(csvCell('a "b", c\nd'), '"a ""b"", c\nd"');
});

test('no cell begins a formula, and each can be read back', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const cell = csvCell(text);
      const inner = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      assert.doesNotMatch(inner, /^[=+\-@\t\r]/);
      assert.equal(inner.replace(/^'/, ''), text.replace(/^'/, ''));
      if (!cell.startsWith('"')) assert.doesNotMatch(cell, /[",\r\n]/);
    }),
  );
});
