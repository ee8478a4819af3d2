import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { markdownCode, markdownLink, markdownText } from '../../../src/core/markdown';
import { oneLine } from '../../../src/core/text';

// The parser of VS Code's Markdown preview, as that sets it up.
const parser = new MarkdownIt({ html: true, linkify: false });

/** Names as somebody would write them who wants a click. */
const planted = [
  '[x](command:workbench.action.quit)',
  '\\[x](command:workbench.action.quit)',
  '![x](https://evil.example/pixel.png)',
  '![x][y] [y]',
  '[y]: https://evil.example/pixel.png',
  '\\![x][y]',
  '<img src=x onerror=alert(1)>',
  '&lt;b&gt; &amp;',
  '<https://evil.example>',
  '`code` ``code`` \\`code`',
  '*bold* __bold__ ~~gone~~ _x_',
  'TFC_AWS_PROVIDER_AUTH',
  '# heading',
  '1. item',
  '- item',
  '> quote',
  '| cell | cell |',
  '--- ---',
];

/** The text that a reader sees, and the tags around it. */
function read(markdown: string): { readonly text: string; readonly tags: readonly string[] } {
  const tokens = parser.parse(markdown, {}).flatMap(t => [t, ...(t.children ?? [])]);
  return {
    text: tokens
      .filter(
        t => t.type === 'text' || t.type === 'text_special' || t.type === 'code_inline' || t.type === 'html_inline',
      )
      .map(t => t.content)
      .join(''),
    tags: [...new Set(tokens.filter(t => t.nesting >= 0 && t.tag !== '').map(t => t.tag))],
  };
}

test('text of others reads as it stands, and is neither link, image, reference, HTML nor emphasis', () => {
  for (const text of planted) assert.deepEqual(read(markdownText(text)), { text, tags: ['p'] }, text);
  const hostile = fc.oneof(
    fc.array(fc.constantFrom(...'\\`*_[]()<>!&#+-.|~: xé0\n'), { maxLength: 30 }).map(parts => parts.join('')),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
  fc.assert(
    fc.property(hostile, raw => {
      // Blanks at the ends, control characters and rows of blanks are the reader's own business.
      const text = oneLine(raw)
        .replace(/[\p{Cc}\s]+/gu, ' ')
        .trim();
      fc.pre(text !== '');
      assert.deepEqual(read(markdownText(text)), { text, tags: ['p'] });
    }),
    { numRuns: 2000 },
  );
});

test('code holds whatever name stands in it, also in the cell of a table', () => {
  for (const text of planted) {
    const cells = parser.render(`| a | b |\n|---|---|\n| ${markdownCode(text)} | end |`);
    assert.match(cells, /<td><code>[^<]*<\/code><\/td>\n<td>end<\/td>/, `${text}\n${cells}`);
  }
});

test('a link leads to a page of the web, and to nothing else', () => {
  for (const text of planted) {
    const [link] = parser.parse(markdownLink(text, 'https://app.example/a(b)?[c]=\\d e'), {})[1]?.children ?? [];
    assert.equal(link?.attrGet('href'), 'https://app.example/a%28b%29?%5Bc%5D=%5Cd%20e', text);
  }
  for (const url of ['command:workbench.action.quit', 'javascript:alert(1)', 'file:///etc/passwd', 'x](command:x'])
    assert.equal(markdownLink('run', url), 'run');
});
