import assert from 'node:assert/strict';
import { themes } from './company.mjs';
import { Workbench } from './workbench.mjs';

/** The walkthrough: five steps, each with its picture and its button. */
const walkthrough = (theme, name) => ({
  name: `the walkthrough, ${name}`,
  options: { settings: { 'workbench.colorTheme': theme }, viewport: { width: 1700, height: 900 } },
  run: async host => {
    const w = new Workbench(host);
    await w.command('Welcome: Open Walkthrough');
    await w.quick.locator('.monaco-list-row', { hasText: 'From static AWS keys to OIDC' }).first().click();
    const steps = host.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 6);
    const titles = [
      ['Open a Terraform project', 'main.tf'],
      ['Sign in to HCP Terraform', 'Secret storage'],
      ['Choose an AWS profile', '123456789012'],
      ['Review the plan', 'OIDC for acme/shop'],
      ['Verify', 'Plan-only run'],
    ];
    for (const [i, [title, inPicture]] of titles.entries()) {
      const step = steps.nth(i + 1);
      await step.getByText(title).first().click();
      await step.locator('.monaco-button').first().waitFor();
      await w.preview(inPicture).waitFor();
      await w.shot(`walkthrough-${i + 1}-${name}`);
    }
  },
});

/** Hover and CodeLens, where the code is. */
const inCode = {
  name: 'a hover explains a subject, a CodeLens stands over the cloud block, a snippet writes one',
  options: { viewport: { width: 1700, height: 900 } },
  run: async host => {
    const w = new Workbench(host);
    await w.open('network/main.tf', 'network-prod');
    await host.page.locator('.codelens-decoration', { hasText: 'OIDC: check the binding' }).first().waitFor();
    await w.shot('codelens');
    await host.page.keyboard.press('Control+End');
    await host.page.keyboard.type('\n');
    await w.command('Snippets: Insert Snippet');
    await w.quick.locator('.monaco-list-row', { hasText: 'tfc-cloud' }).first().click();
    await host.page.locator('.view-line', { hasText: 'organization = "organization"' }).first().waitFor();
    await w.shot('snippet');
    await w.open('payments/trust-policy.json', 'AssumeRoleWithWebIdentity');
    await w.squiggle('error').or(w.squiggle('warning')).first().waitFor();
    await host.page.getByText('organization:acme:project::').first().hover();
    const hover = host.page.locator('.monaco-hover', { hasText: 'The project is empty' }).first();
    await hover.waitFor();
    // It fades in.
    await hover.evaluate(e => Promise.all(e.getAnimations({ subtree: true }).map(a => a.finished)));
    await w.shot('hover-subject');
  },
};

export default [...themes.map(([theme, name]) => walkthrough(theme, name)), inCode];
