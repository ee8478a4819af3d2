import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { appendForeign } from '../../../src/vscode/foreignText';

/** A text to append to, which escapes as VS Code's own does. */
class Text {
  value = '';

  appendMarkdown(value: string): Text {
    this.value += value;
    return this;
  }

  appendText(value: string): Text {
    this.value += value
      .replace(/[\\`*_{}[\]()#+\-!~]/g, '\\$&')
      .replace(/[ \t]+/g, blanks => '&nbsp;'.repeat(blanks.length))
      .replace(/>/g, '\\>')
      .replace(/\n/g, '\n\n');
    return this;
  }
}

function shown(text: string): { readonly source: string; readonly html: string } {
  const to = new Text();
  appendForeign(to as unknown as Parameters<typeof appendForeign>[0], text);
  return { source: to.value, html: new MarkdownIt().render(to.value) };
}

test('a foreign text breaks its lines between words, and is read as it was written', () => {
  const { source, html } = shown('the first one is called "Default Project".');
  assert.doesNotMatch(source, /nbsp/);
  assert.equal(html, '<p>the first one is called &quot;Default Project&quot;.</p>\n');
});

test('no foreign text becomes a link, a list, a heading or code', () => {
  const piece = fc.constantFrom(
    '[x](command:a)',
    '1. x',
    '2) y',
    '-',
    '#',
    '===',
    '    ',
    '`a`',
    '<a b=c>',
    '\n',
    ' ',
    'word',
    '*b*',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      assert.doesNotMatch(shown(pieces.join(' ')).html, /<(?!\/?p>|br>)/);
    }),
  );
});
