// An organization on the board, by keys alone: shown, filtered, stopped and gone on with, reported.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

const { seedOrganization } = createRequire(import.meta.url)('../../support/company/organization.ts');

/** The example company with an organization of many workspaces beside it. */
const withOrganization =
  (count, theme = 'Default Dark Modern') =>
  async () => {
    const prepared = await withCompany(theme)();
    const { aws, hcp } = prepared.company;
    seedOrganization(aws, hcp.state, { organization: 'acme', workspaces: count, accounts: 3 });
    return prepared;
  };

const board = {
  name: 'the organization on the board: shown, filtered and reported by keys alone',
  prepare: withOrganization(300),
  run: async host => {
    const w = new Workbench(host);
    const { page } = host;
    await w.command('TFC OIDC: Show the Organization…');
    const row = page.locator('.pane-body .monaco-list-row[aria-label^="Organization acme"]');
    await row.waitFor({ timeout: 60_000 });
    await page.locator('.pane-body .monaco-list-row[aria-label*="% on OIDC"]').first().waitFor({ timeout: 60_000 });
    await page.locator('.pane-body .monaco-list-row[aria-label^="Wrong: "]').waitFor();
    // The keyboard is on the organization; down to its first group, which is opened, and has pages.
    await row.and(page.locator('.focused')).waitFor();
    await w.shot('organization-read');
    const group = page.locator('.pane-body .monaco-list-row[aria-label^="Wrong: "]');
    for (let i = 0; i < 6 && !(await group.and(page.locator('.focused')).isVisible()); i++)
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.locator('.pane-body .monaco-list-row[aria-label^="app-0000 … "]').waitFor();
    await w.shot('organization-pages');
    await w.command('TFC OIDC: Filter…');
    await w.choose('What holds a text…');
    await w.answer('A part of a folder', 'app-0123');
    await page
      .locator('.pane-body .monaco-list-row[aria-label^="app-0123: wrong, static keys only, project "]')
      .waitFor();
    await w.shot('organization-filtered');
    await w.command('TFC OIDC: Show Everything');
    await w.command('TFC OIDC: Copy or Save the Report of the Organization…');
    await w.choose('Copy as CSV');
    const csv = await w.clipboard(text => text.startsWith('organization,project,workspace,'));
    assert.match(csv, /acme,[^,]+,app-0123,ws-[^,]+,remote,static,error,/);
    await w.command('TFC OIDC: Close the Organization');
    await row.waitFor({ state: 'detached' });
    assert.equal(host.refused.size, 0);
  },
};

export default [board];
