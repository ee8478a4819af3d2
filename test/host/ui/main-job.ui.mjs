import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Workbench } from './workbench.mjs';

/** From a squiggle to a clean file, by lightbulb and by Ctrl+. */
const fixes = {
  name: 'squiggle, lightbulb, Ctrl+. and the text on disk',
  options: {},
  run: async host => {
    const w = new Workbench(host);
    await w.open('payments/main.tf', 'acme-prod');
    await w.intoSquiggle();
    await w.shot('editor-squiggle');
    const bulb = host.page.locator('.lightBulbWidget, [class*=codicon-gutter-lightbulb]').first();
    await bulb.waitFor();
    await bulb.click();
    await w.action('Remove').waitFor();
    await w.action('Move to TFC OIDC').waitFor();
    await w.shot('editor-lightbulb');
    await host.page.keyboard.press('Escape');
    // Enter would take the preferred action, the move: no role is proven yet.
    await (await w.quickFix('Remove')).click();
    await w.squiggle().first().waitFor({ state: 'detached' });
    await host.page.keyboard.press('Control+s');
    // A file that is being written is empty for a moment.
    await w.onDisk('payments/main.tf', text => /provider "aws" \{\n {2}region += "eu-central-1"\n\}/.test(text));
    assert.doesNotMatch(w.disk('payments/main.tf'), /profile/);
    await w.shot('editor-fixed');
  },
};

/** The sidebar, and the whole command. */
const configure = (theme, name) => ({
  name: `sidebar and Configure TFC OIDC, ${name}`,
  options: { settings: { 'workbench.colorTheme': theme }, viewport: { width: 1400, height: 900 } },
  run: async host => {
    const w = new Workbench(host);
    const before = w.disk('storefront/main.tf');
    await w.sidebar();
    await w.row('storefront').waitFor();
    await w.row('which wins over the role').waitFor();
    await w.shot(`sidebar-${name}`);
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.shot(`configure-1-root-${name}`);
    await w.quick.locator('.monaco-list-row', { hasText: 'storefront' }).first().click();
    await w.field('project').waitFor({ timeout: 20_000 });
    await w.shot(`configure-2-project-${name}`);
    await w.change('profile', 'none');
    await w.preview('The policies name it').waitFor({ timeout: 20_000 });
    await w.change('account', '12');
    await w.preview('twelve digits').waitFor({ timeout: 20_000 });
    await w.change('account', '123456789012');
    await w.preview('Roles to make').waitFor({ timeout: 20_000 });
    await w.preview('Who gets in as tfc-acme-storefront-prod-plan').waitFor();
    await w.preview('Environment variables to set in the workspace').waitFor();
    await w.preview('Credentials in the code stay until the role is proven').waitFor();
    // Nothing can be written without an account.
    assert.equal(await w.button('Make').count(), 0);
    await w.shot(`configure-5-preview-${name}`);
    assert.equal(w.disk('storefront/main.tf'), before);
  },
});

/** From a finding to the page of its root; what was typed stays when another answer is changed, and nothing is written. */
const back = {
  name: 'Move to TFC OIDC leads to the page, which keeps what was typed',
  options: {},
  run: async host => {
    const w = new Workbench(host);
    await w.open('payments/main.tf', 'acme-prod');
    const before = w.disk('payments/main.tf');
    await w.intoSquiggle();
    await (await w.quickFix('Move to TFC OIDC')).click();
    await w.change('project', 'Payments');
    await w.change('profile', 'none');
    await w.change('account', '12');
    await w.preview('twelve digits').waitFor();
    assert.equal(await w.field('account').inputValue(), '12');
    assert.equal(await w.field('project').inputValue(), 'Payments');
    assert.equal(await w.button('Make').count(), 0);
    await host.page.keyboard.press('Control+w');
    assert.equal(w.disk('payments/main.tf'), before);
  },
};

const empty = {
  name: 'a welcome text for an empty window and for a folder without Terraform',
  options: { ws: undefined },
  run: async host => {
    const w = new Workbench(host);
    await w.sidebar();
    await host.page.getByText('No Terraform configuration was found').first().waitFor();
    await w.shot('welcome-no-terraform');
  },
};

const restricted = {
  name: 'Restricted Mode: linted, and Configure leads to trust',
  options: {
    trusted: false,
    env: { TF_CLOUD_ORGANIZATION: 'from-the-environment' },
    home: (_home, ws) => {
      mkdirSync(path.join(ws, 'by-environment'));
      writeFileSync(
        path.join(ws, 'by-environment/main.tf'),
        'terraform {\n  cloud {\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n',
      );
    },
  },
  run: async host => {
    const w = new Workbench(host);
    await w.open('payments/main.tf', 'acme-prod');
    await w.squiggle().first().waitFor({ timeout: 20_000 });
    await w.sidebar();
    await w.row('payments').waitFor();
    await w.shot('restricted');
    await host.page.keyboard.press('F1');
    await w.quick.locator('input').first().fill('>Configure TFC OIDC');
    await w.quick.locator('.monaco-list-row', { hasText: 'Configure TFC OIDC' }).first().waitFor();
    await host.page.keyboard.press('Enter');
    const refusal = await w.told('This window is in Restricted Mode');
    await refusal.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor();
    await w.shot('restricted-refusal');
    // Environment variables choose hosts and organizations: they count from the moment on when the folder is trusted.
    await w.row('by-environment').waitFor();
    const organization = host.page.locator('.pane-body .monaco-list-row[aria-label*="from-the-environment"]');
    assert.equal(await organization.count(), 0);
    await refusal.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).click();
    await host.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await host.page.keyboard.press('Escape');
    await organization.first().waitFor();
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
  },
};

/** Without a token every check is unknown, and says why; nothing leaves the machine. */
const unknown = {
  name: 'a binding without a token is unknown, and says where a token was looked for',
  options: { viewport: { width: 1400, height: 900 } },
  run: async host => {
    const w = new Workbench(host);
    await w.sidebar();
    await w.row('Not checked yet').first().waitFor();
    await w.command('TFC OIDC: Check Bindings');
    await host.page.locator('.pane-body .monaco-list-row[aria-label*="unknown"]').first().waitFor({ timeout: 30_000 });
    await w.shot('sidebar-unknown');
    assert.equal(host.refused.size, 0);
  },
};

export default [
  unknown,
  fixes,
  configure('Default Dark Modern', 'dark'),
  configure('Default Light Modern', 'light'),
  configure('Default High Contrast', 'high-contrast'),
  back,
  empty,
  restricted,
];
