// The script of pages in a browser, without a workbench: the host may draw at any moment while somebody types, and nothing typed is lost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { renderPage } from '../../src/board/page/render';

const script = path.resolve(import.meta.dirname, '../../dist/page.js');

const field = (id, value, more = {}) => ({ id, label: `Label ${id}`, value, note: 'A note.', ...more });

/** A page with three fields, and what may come and go around them. */
const pageOf = ({ fields = [field('a', '1'), field('b', '2'), field('c', '3')], notes, busy, actions = [] } = {}) => ({
  title: 'Configure TFC OIDC',
  lead: ['A lead.'],
  ...(busy && { busy: 'Reading' }),
  sections: [
    ...(notes ? [{ kind: 'text', heading: 'Notes', lines: ['A note.'] }] : []),
    { kind: 'fields', heading: 'Answers', fields },
  ],
  actions,
});

/** What a page may be drawn as while somebody types in field b: before, after. */
const changes = {
  'a line of progress comes': [{}, { busy: true }],
  'a line of progress goes': [{ busy: true }, {}],
  'a part comes before it': [{}, { notes: true }],
  'a part before it goes': [{ notes: true }, {}],
  'a field comes before it': [{ fields: [field('b', '2'), field('c', '3')] }, {}],
  'a field before it goes': [{}, { fields: [field('b', '2'), field('c', '3')] }],
  'a problem comes before it': [
    {},
    { fields: [field('a', '1', { problem: 'Bad.' }), field('b', '2'), field('c', '3')] },
  ],
  'buttons come': [{}, { actions: [{ id: 'make', label: 'Make 2 Changes' }] }],
  'it goes and comes back': [{}, { fields: [field('a', '1')] }, {}],
  'its own answer changes': [{}, { fields: [field('a', '1'), field('b', 'inferred'), field('c', '3')] }],
};

/** @param {string} executablePath of Chromium. Gives the number of cases that passed. */
export async function pageKeepsWhatIsTyped(executablePath) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const fresh = async () => {
      await page.setContent('<div id="page"></div>');
      await page.evaluate(
        'window.sent = []; window.acquireVsCodeApi = () => ({ postMessage: m => window.sent.push(m), setState() {} })',
      );
      await page.evaluate(readFileSync(script, 'utf8'));
    };
    const draw = (shown, taken = 0) =>
      page.evaluate(
        data => {
          window.dispatchEvent(new MessageEvent('message', { data }));
        },
        { type: 'draw', html: renderPage(pageOf(shown)), taken, state: { kind: 'setup', root: 'file:///r' } },
      );
    const answers = async () => (await page.evaluate('window.sent')).filter(m => m.type === 'field');
    const b = page.locator('#field-b');
    const focused = () => page.evaluate('document.activeElement?.id');
    let passed = 0;

    for (const [name, [before, ...after]] of Object.entries(changes)) {
      await fresh();
      await draw(before);
      await b.focus();
      await page.keyboard.press('Home');
      await page.keyboard.insertText('/t');
      for (const shown of after) await draw(shown);
      assert.equal(await b.inputValue(), '/t2', name);
      // One that was away cannot keep the focus; everything else goes on where the cursor was.
      if (after.length > 1) await b.focus();
      else {
        assert.equal(await focused(), 'field-b', name);
        await page.keyboard.insertText('f');
        assert.equal(await b.inputValue(), '/tf2', name);
      }
      const typed = await b.inputValue();
      await page.keyboard.press('Enter');
      assert.deepEqual(await answers(), [{ type: 'field', id: 'b', value: typed }], name);
      // Drawn before the host knew the answer: it stays. Drawn with it: the host decides.
      await draw(before, 0);
      await page.locator('#field-c').focus();
      await draw(before, 0);
      assert.equal(await b.inputValue(), typed, name);
      await draw({ fields: [field('b', 'taken')] }, 1);
      assert.equal(await b.inputValue(), 'taken', name);
      assert.equal((await answers()).length, 1, name);
      passed++;
    }

    // Leaving a field hands it over, once; leaving it as it was does not.
    await fresh();
    await draw({});
    await b.fill('x');
    await page.keyboard.press('Tab');
    await b.focus();
    await page.keyboard.press('Tab');
    assert.deepEqual(await answers(), [{ type: 'field', id: 'b', value: 'x' }]);
    passed++;

    // A list tells its choice once, and shows it until the host has taken it.
    const list = field('b', 'p', {
      options: [
        { value: 'p', label: 'P' },
        { value: 'q', label: 'Q' },
      ],
    });
    await fresh();
    await draw({ fields: [list] });
    await b.selectOption('q');
    await draw({ fields: [list] });
    assert.equal(await b.inputValue(), 'q');
    await draw({ fields: [list] }, 1);
    assert.equal(await b.inputValue(), 'p');
    assert.deepEqual(await answers(), [{ type: 'field', id: 'b', value: 'q' }]);
    passed++;
    return passed;
  } finally {
    await browser.close();
  }
}
