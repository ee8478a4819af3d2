// How a person uses the workbench: by what is on the screen, never by calling an API.
import { readFileSync } from 'node:fs';
import path from 'node:path';

export class Workbench {
  constructor({ page, ws, shot }) {
    this.page = page;
    this.ws = ws;
    this.shot = shot;
    this.quick = page.locator('.quick-input-widget');
  }

  /** Opens a file by name through quick open, and waits for a text in it. */
  async open(file, text) {
    await this.page.keyboard.press('Control+p');
    await this.quick.locator('input').first().fill(file);
    await this.quick
      .locator('.monaco-list-row', { hasText: path.basename(file) })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.editor-instance .view-line', { hasText: text }).first().waitFor();
  }

  /** Runs a command from the palette. The palette lists what is enabled when it opens: right after the start it is opened again. */
  async command(title) {
    const row = this.quick.locator('.monaco-list-row', { hasText: title }).first();
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('F1');
      await this.quick.locator('input').first().fill(`>${title}`);
      try {
        await row.waitFor({ timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 6) throw error;
        await this.page.keyboard.press('Escape');
        await this.quick.waitFor({ state: 'hidden' });
      }
    }
    await this.page.keyboard.press('Enter');
  }

  async sidebar() {
    await this.page
      .locator('.activitybar .action-item', { has: this.page.locator('[aria-label^="TFC OIDC"]') })
      .first()
      .click();
  }

  row(text) {
    return this.page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  }

  /** Scrolls the sidebar to a row: VS Code draws only the rows that are in sight. `select` narrows by an attribute. */
  async reveal(text, select = '') {
    const row = this.page.locator(`.pane-body .monaco-list-row${select}`, { hasText: text }).first();
    await this.page.locator('.pane-body .monaco-list').first().hover();
    for (let round = 1; ; round++) {
      await this.page.mouse.wheel(0, -100_000);
      for (let step = 0; step < 30 && !(await row.isVisible()); step++) {
        await this.page.mouse.wheel(0, 200);
        // The list draws on the next frames.
        await this.page.evaluate(() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))));
      }
      if (await row.isVisible()) return row;
      if (round === 20) throw new Error(`the sidebar has no row "${text}"${select}`);
      await row.waitFor({ timeout: 1000 }).catch(() => {});
    }
  }

  squiggle(severity = 'error') {
    return this.page.locator(`.squiggly-${severity}`);
  }

  /** Puts the caret into the first squiggle. */
  async intoSquiggle() {
    const first = this.squiggle().first();
    await first.waitFor({ timeout: 20_000 });
    const box = await first.boundingBox();
    await this.page.mouse.click(box.x + Math.min(12, box.width / 2), box.y + box.height / 2);
  }

  action(text) {
    return this.page.locator('.action-widget .monaco-list-row', { hasText: text }).first();
  }

  /**
   * Opens Ctrl+. on the first squiggle and waits for one of its actions. While an extension starts, or an edit is on its way, VS Code
   * answers "No code actions available" and stays with that answer: then the question is asked again, as a person would.
   */
  async quickFix(text) {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Control+.');
      try {
        await this.action(text).waitFor({ timeout: 4000 });
        return this.action(text);
      } catch (error) {
        if (attempt === 8) throw error;
        await this.page.keyboard.press('Escape');
        await this.intoSquiggle();
      }
    }
  }

  /** Answers one step of a wizard with a text, waiting for its prompt. */
  async answer(prompt, value) {
    await this.quick.getByText(prompt).first().waitFor();
    await this.quick.locator('input').first().fill(value);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until a pick list with this question is shown: the rows of the step before may still be on the screen. */
  async step(question) {
    await this.quick.locator(`input[placeholder^="${question}"]`).first().waitFor();
  }

  /**
   * Chooses a row of the list that is shown, by keyboard: under the mouse, a row's hover may come between. The text narrows the list, so
   * that the row is the first one.
   */
  async choose(text) {
    await this.quick.locator('.monaco-list-row', { hasText: text }).first().waitFor();
    await this.quick.locator('input[type="text"]').first().fill(text);
    await this.quick.locator('.monaco-list-row.focused', { hasText: text }).first().waitFor();
    await this.accept();
  }

  /** Enter in the list or the box that is shown: what it proposes is taken. */
  async accept() {
    const input = this.quick.locator('input[type="text"]').first();
    await input.focus();
    await input.press('Enter');
  }

  /** A message that was told: VS Code pops up few at a time, and none where many come at once, but keeps all of them in its list. */
  async told(text) {
    const item = this.notification(text);
    for (let attempt = 1; ; attempt++) {
      try {
        await item.waitFor({ timeout: 5000 });
        return item;
      } catch (error) {
        if (attempt === 8) throw error;
        await this.command('Notifications: Show Notifications');
      }
    }
  }

  notification(text) {
    return this.page.locator('.notification-list-item', { hasText: text }).first();
  }

  async back() {
    await this.quick.locator('.quick-input-left-action-bar .action-label').first().click();
  }

  /** What a webview shows: our page, or a Markdown preview. */
  get webview() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Text in the page or in the Markdown preview. */
  preview(text) {
    return this.webview.getByText(text).first();
  }

  button(label) {
    return this.webview.locator('vscode-button', { hasText: label }).first();
  }

  /** Presses a button of the page, by keyboard. */
  async press(label) {
    const button = this.button(label);
    await button.waitFor({ timeout: 60_000 });
    await button.focus();
    await this.page.keyboard.press('Enter');
  }

  field(id) {
    return this.webview.locator(`#field-${id}`);
  }

  /** Gives a field of the page another answer: an option of a list, or a text. */
  async change(id, value) {
    const field = this.field(id);
    await field.waitFor({ timeout: 60_000 });
    if ((await field.evaluate(e => e.localName)) === 'select') await field.selectOption(value);
    else {
      await field.fill(value);
      await field.press('Enter');
    }
  }

  /** Ticks a box of the page, by its label and by keyboard. */
  async tick(label) {
    const box = this.webview.getByRole('checkbox', { name: label }).first();
    await box.waitFor({ timeout: 60_000 });
    await box.focus();
    await this.page.keyboard.press('Space');
  }

  /** Opens what is folded on the page. */
  async unfold(name) {
    const line = this.webview.locator('summary', { hasText: name }).first();
    await line.waitFor({ timeout: 60_000 });
    await line.focus();
    await this.page.keyboard.press('Enter');
  }

  dialogButton(text) {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: text }).first();
  }

  disk(file) {
    return readFileSync(path.join(this.ws, file), 'utf8');
  }

  /** Waits for a text in the clipboard: like a file's content, its coming is its only event. */
  async clipboard(wanted) {
    let text = '';
    for (let i = 0; i < 200; i++) {
      text = await this.page.evaluate(() => navigator.clipboard.readText());
      if (wanted(text)) return text;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`the clipboard is not as wanted:\n${text}`);
  }

  /** Waits for a file on disk: its content is the event, and nothing else tells of it. */
  async onDisk(file, wanted) {
    for (let i = 0; i < 200; i++) {
      if (wanted(this.disk(file))) return;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`${file} is not as wanted:\n${this.disk(file)}`);
  }
}
