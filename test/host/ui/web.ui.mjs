import assert from 'node:assert/strict';
import { Workbench } from './workbench.mjs';

/** Without the entry for Node, VS Code runs the one for browsers, in a web worker, as vscode.dev does. */
const inBrowser = ({ main, extensionKind, ...manifest }) => {
  assert.equal(main, './dist/extension.js');
  assert.deepEqual(extensionKind, ['workspace']);
  return manifest;
};

const web = {
  name: 'in a web worker: findings, a fix, hovers, the sidebar; what needs a computer says so',
  options: { manifest: inBrowser },
  run: async host => {
    const w = new Workbench(host);
    await w.open('payments/main.tf', 'acme-prod');
    await w.intoSquiggle();
    await (await w.quickFix('Remove')).click();
    await w.squiggle().first().waitFor({ state: 'detached' });
    await host.page.keyboard.press('Control+s');
    await w.onDisk('payments/main.tf', text => !text.includes('profile'));
    await w.open('payments/trust-policy.json', 'AssumeRoleWithWebIdentity');
    await w.squiggle('error').or(w.squiggle('warning')).first().waitFor();
    await host.page.getByText('organization:acme:project::').first().hover();
    await host.page.locator('.monaco-hover', { hasText: 'The project is empty' }).first().waitFor();
    await w.sidebar();
    await w.row('which wins over the role').waitFor();
    await w.command('Configure TFC OIDC');
    await host.page.getByText('In a browser this extension lints and explains').first().waitFor();
    await w.shot('web');
  },
};

export default [web];
