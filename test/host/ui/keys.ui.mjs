import assert from 'node:assert/strict';
import { withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

/**
 * A person without a mouse. An interaction is one decision with the keys that lead to it: moving the focus decides nothing, and no letter
 * is typed into anything.
 */
class Keyboard {
  interactions = 0;

  constructor(host, w) {
    this.page = host.page;
    this.w = w;
  }

  async decide(...keys) {
    this.interactions++;
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Moves by one key until `there` holds of what has the focus. */
  async move(key, there, steps = 40) {
    for (let i = 0; i < steps; i++) {
      if (await there()) return;
      await this.page.keyboard.press(key);
    }
    assert.ok(await there(), `${key} does not lead there`);
  }

  /** Whether the focus of the page is on an element that fits, within the elements' own trees too. */
  focused(selector) {
    return this.w.webview.locator('body').evaluate((_, wanted) => {
      const { activeElement } = document;
      return activeElement !== null && activeElement.matches(wanted);
    }, selector);
  }

  async moveTo(label) {
    const button = this.w.button(label);
    await button.waitFor({ timeout: 60_000 });
    await this.move('Tab', () => button.evaluate(e => e === document.activeElement));
  }
}

/** What the extension is for, with nothing but keys: each job in the interactions that it has to take, and no more. */
const byKeys = {
  name: 'by keys alone, nothing typed: from the project to a proven binding in 5 interactions',
  prepare: withCompany('Default Dark Modern'),
  run: async (host, { company: { hcp } }) => {
    const w = new Workbench(host);
    const keys = new Keyboard(host, w);
    // 1: the chord. 2: the root. 3: the profile. 4: Make. 5: the yes.
    await w.sidebar();
    await w.row('Not checked yet').waitFor();
    await keys.decide('Control+Alt+o', 'c');
    await w.step('Which Terraform root?');
    await keys.move('ArrowDown', () =>
      w.quick.locator('.monaco-list-row.focused', { hasText: 'storefront' }).first().isVisible(),
    );
    await keys.decide('Enter');
    await w.field('profile').waitFor({ timeout: 60_000 });
    assert.equal(await w.field('profile').inputValue(), '');
    await keys.move('Tab', () => keys.focused('#field-profile'));
    keys.interactions++;
    await keys.move('ArrowDown', async () => (await w.field('profile').inputValue()) === 'profile acme-prod');
    await keys.moveTo('Make 7 Changes');
    await keys.decide('Enter');
    await w.dialogButton('Make 7 Changes').waitFor({ timeout: 60_000 });
    await keys.decide('Enter');
    await w.preview('Proven: everything was read back').waitFor({ timeout: 60_000 });
    assert.equal(keys.interactions, 5);
    await w.shot('keys-1-proven');
    assert.deepEqual(hcp.violations, []);
  },
};

export default [byKeys];
