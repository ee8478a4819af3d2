// An organization on the board, by keys alone: shown, filtered, stopped and gone on with, reported.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { themes, withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

const { seedOrganization } = createRequire(import.meta.url)('../../support/company/organization.ts');

/** The example company with an organization of many workspaces beside it. */
const withOrganization =
  (count, theme = 'Default Dark Modern') =>
  async () => {
    const prepared = await withCompany(theme)();
    const { aws, hcp } = prepared.company;
    seedOrganization(aws, hcp.state, { organization: 'acme', workspaces: count, accounts: 3 });
    // Those of the company have tests of their own: here none of them has a key to move.
    for (const workspace of hcp.state.workspaces)
      if (!workspace.name.startsWith('app-')) workspace.vars = workspace.vars.filter(v => !/^AWS_/.test(v.key));
    return prepared;
  };

const board = (theme, name) => ({
  name: `the organization on the board: shown, filtered and reported by keys alone, ${name}`,
  prepare: withOrganization(300, theme),
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
    await w.shot(`organization-read-${name}`);
    const group = page.locator('.pane-body .monaco-list-row[aria-label^="Wrong: "]');
    for (let i = 0; i < 6 && !(await group.and(page.locator('.focused')).isVisible()); i++)
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.locator('.pane-body .monaco-list-row[aria-label^="app-0000 … "]').waitFor();
    await w.shot(`organization-pages-${name}`);
    await w.command('TFC OIDC: Filter…');
    await w.choose('What holds a text…');
    await w.answer('A part of a folder', 'app-0123');
    await page
      .locator('.pane-body .monaco-list-row[aria-label^="app-0123: wrong, static keys only, project "]')
      .waitFor();
    await w.shot(`organization-filtered-${name}`);
    await w.command('TFC OIDC: Show Everything');
    await w.command('TFC OIDC: Copy or Save the Report of the Organization…');
    await w.choose('Copy as CSV');
    const csv = await w.clipboard(text => text.startsWith('organization,project,workspace,'));
    assert.match(csv, /acme,[^,]+,app-0123,ws-[^,]+,remote,static,error,/);
    await w.command('TFC OIDC: Close the Organization');
    await row.waitFor({ state: 'detached' });
    assert.equal(host.refused.size, 0);
  },
});

/** Ten of fourteen, in two of three accounts: each account has its yes, the board follows, and the next plan holds others. */
const nextTen = (theme, name) => ({
  name: `Set Up the Next Ten: planned, a yes for each account, proven, and the next ones planned, by keys alone, ${name}`,
  prepare: withOrganization(14, theme),
  run: async (host, { company }) => {
    const w = new Workbench(host);
    const { page } = host;
    const moved = () =>
      [...company.hcp.state.workspaces.values()].filter(
        x => /^app-/.test(x.name) && x.vars.some(v => v.key === 'TFC_AWS_PROVIDER_AUTH' && v.value === 'true'),
      ).length;
    await w.command('TFC OIDC: Set Up the Next Ten…');
    await w.change('profile', 'profile acme-prod');
    await w.preview('Account 123456789012').waitFor({ timeout: 60_000 });
    await w.change('way', 'role');
    await w.preview('10 workspaces in 2 AWS accounts').waitFor({ timeout: 90_000 });
    await w.button('Set Up 10 Workspaces').waitFor({ timeout: 90_000 });
    await w.unfold('app-0000 (');
    await w.shot(`migration-plan-${name}`);
    assert.equal(moved(), 0);
    await w.press('Set Up 10 Workspaces');
    for (const account of ['300000000000', '300000000001']) {
      await page.locator('.monaco-dialog-box', { hasText: `in AWS account ${account}?` }).waitFor({ timeout: 60_000 });
      await w.dialogButton('Make ').press('Enter');
    }
    await w.preview('10 workspaces of 10 are proven').waitFor({ timeout: 180_000 });
    await w.shot(`migration-done-${name}`);
    assert.equal(moved(), 10);
    await w.press('Plan the Next Ones');
    await w.button('Set Up 4 Workspaces').waitFor({ timeout: 90_000 });
    await w.webview.locator('summary', { hasText: 'app-0002 (' }).waitFor();
    assert.equal(await w.webview.locator('summary', { hasText: 'app-0000 (' }).count(), 0);
    assert.equal(host.refused.size, 0);
  },
});

const oldKey = 'AKIADEMONETWORKEXMPL';

/** A key that stood in a workspace whose role is proven: found, gone, deactivated with its own yes. */
const keys = {
  name: 'Show Old Keys: in use, then deactivated with a yes of its own, by keys alone',
  prepare: async () => {
    const prepared = await withCompany('Default Dark Modern')();
    const { aws, hcp } = prepared.company;
    aws.addCaller(aws.store.account('123456789012'), oldKey, { user: 'ci-network' });
    const network = [...hcp.state.workspaces.values()].find(x => x.name === 'network-prod');
    hcp.state.variable(network, 'AWS_ACCESS_KEY_ID', oldKey);
    return { ...prepared, network };
  },
  run: async (host, { company, network }) => {
    const w = new Workbench(host);
    const { page } = host;
    const row = text => page.locator(`.pane-body .monaco-list-row[aria-label*="${text}"]`).first();
    const status = () => company.aws.store.account('123456789012').users.get('ci-network').keys[0].status;
    await w.command('TFC OIDC: Choose AWS Profile…');
    await w.choose('acme-prod');
    await w.command('TFC OIDC: Show Old Keys…');
    await row('Old keys: ').waitFor({ timeout: 90_000 });
    await row('Old keys: ').click();
    await page.keyboard.press('ArrowRight');
    await row('Key ending in XMPL of ci-network: wrong, in use').waitFor();
    await w.shot('keys-in-use');
    // Its end is offered only once it stands nowhere and a run was made with the role.
    network.vars = network.vars.filter(v => v.key !== 'AWS_ACCESS_KEY_ID');
    company.hcp.state.run(network, { status: 'applied', at: new Date(Date.now() + 1000).toISOString() });
    await w.command('TFC OIDC: Show Old Keys…');
    await row('Key ending in XMPL of ci-network: warning, can be deactivated').waitFor({ timeout: 90_000 });
    await w.command('TFC OIDC: Deactivate or Delete a Key…');
    await w.choose('…XMPL');
    await page
      .locator('.monaco-dialog-box', { hasText: 'Deactivate access key …XMPL of user ci-network' })
      .waitFor({ timeout: 90_000 });
    await w.shot('keys-yes');
    assert.equal(status(), 'Active');
    await w.dialogButton('Deactivate Key').press('Enter');
    await row('Key ending in XMPL of ci-network: ok, inactive').waitFor({ timeout: 90_000 });
    assert.equal(status(), 'Inactive');
    const text = await page.evaluate(() => document.body.innerText);
    assert.doesNotMatch(text, /AKIADEMO/);
  },
};

export default [
  ...themes.map(([theme, name]) => board(theme, name)),
  ...themes.map(([theme, name]) => nextTen(theme, name)),
  keys,
];
