import assert from 'node:assert/strict';
import { themes, withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

/** A run was refused: the doctor says why, with what AWS really received, and leads to the remedy. */
const doctor = (theme, name) => ({
  name: `the doctor explains a refused run, with CloudTrail, ${name}`,
  prepare: withCompany(theme),
  run: async (host, { company: { hcp } }) => {
    const w = new Workbench(host);
    await w.sidebar();
    await w.command('TFC OIDC: Choose AWS Profile');
    await w.quick.locator('.monaco-list-row', { hasText: 'acme-prod' }).first().click();
    await w.reveal('payments', '[aria-label^="payments: wrong, keys still win"]');
    await w.shot(`doctor-1-sidebar-${name}`);
    // A Stack has its deployments, too.
    await w.reveal('platform-stack');
    await w.command('TFC OIDC: Doctor');
    await w.quick.locator('.monaco-list-row', { hasText: 'payments-prod' }).first().click();
    // The page says at once what is known; CloudTrail is asked after a click.
    await w.preview("1. The role's trust policy does not match").waitFor({ timeout: 40_000 });
    await w.preview('Ask CloudTrail What AWS Received').click();
    await w.preview('What AWS received (CloudTrail)').waitFor({ timeout: 40_000 });
    await w.preview('The subject, part by part').waitFor();
    await w.shot(`doctor-2-causes-${name}`);
    await w.preview('Copy Without Account Numbers').click();
    const copied = await w.clipboard(text => text.startsWith('# Doctor'));
    assert.match(copied, /subject/);
    assert.doesNotMatch(copied, /123456789012|test-token/);
    assert.deepEqual(hcp.violations, []);
  },
});

/** A wrong trust policy: one click and one yes, nothing asked that is known; and back again. */
const remedy = {
  name: 'Put This Right on a wrong trust policy takes a click and a yes, and can be taken back',
  prepare: withCompany('Default Dark Modern'),
  run: async (host, { company: { aws, hcp } }) => {
    const before = JSON.stringify(aws.dump());
    const w = new Workbench(host);
    await w.sidebar();
    await w.command('TFC OIDC: Choose AWS Profile');
    await w.quick.locator('.monaco-list-row', { hasText: 'acme-prod' }).first().click();
    // The last root's rows: those above move no more.
    await w.reveal('Not switched on');
    const row = await w.reveal('Plan runs refused');
    await row.hover();
    // Interaction 1: the row's own button.
    await row.locator('.action-label[aria-label*="Put This Right"]').first().click();
    await w.button('Make 1 Change in Account 123456789012').waitFor({ timeout: 40_000 });
    await w.preview('for workspace payments-prod').waitFor();
    await w.preview('Replace the trust policy of role tfc-payments').waitFor();
    await w.preview('The subject, part by part').waitFor();
    await w.unfold('Difference');
    await w.shot('remedy-1-plan-dark');
    assert.equal(JSON.stringify(aws.dump()), before);
    // Interaction 2: the yes.
    await w.press('Make 1 Change');
    await w.button('Undo').waitFor({ timeout: 40_000 });
    await w.preview('Put right, and read back').waitFor();
    await w.shot('remedy-2-done');
    assert.match(
      aws.store.account('123456789012').roles.get('tfc-payments').trust,
      /project:Payments:workspace:payments-prod/,
    );
    await w.press('Undo');
    await w.dialogButton('Undo 1 Change').waitFor({ timeout: 30_000 });
    await host.page.keyboard.press('Enter');
    await w.preview('Taken back').waitFor({ timeout: 40_000 });
    await w.shot('remedy-3-undone');
    assert.equal(JSON.stringify(aws.dump()), before);
    assert.deepEqual(hcp.violations, []);
  },
};

/** A finished binding: the flow finds nothing to do, and says what it looked at. */
const again = {
  name: 'a second run on a finished binding finds nothing to do, and shows what was checked',
  prepare: withCompany('Default Dark Modern'),
  run: async (host, { company: { aws, hcp } }) => {
    const before = JSON.stringify(aws.dump());
    const w = new Workbench(host);
    await w.open('network/main.tf', 'network-prod');
    const earlier = hcp.apiRequests.length;
    await w.command('Configure TFC OIDC');
    await w.change('profile', 'profile acme-archive');
    // The workspace's roles are in another account: that is said before anything else.
    await w.preview('uses roles of account 123456789012 today').waitFor({ timeout: 30_000 });
    await w.shot('again-1-other-account');
    aws.log.length = 0;
    await w.change('profile', 'profile acme-prod');
    // Roles and permissions are those that are there, so nothing is left to say yes to: it is proven at once.
    await w.preview('Proven: everything was read back for acme/network-prod').waitFor({ timeout: 40_000 });
    await w.button('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.unfold('checks hold');
    await w.preview('acme/network-prod is in project "Network"').waitFor({ timeout: 40_000 });
    await w.shot('again-3-nothing-to-do');
    // What the plan has read a moment ago is what is proven: nothing is written, so nothing is read twice.
    const reads = aws.log.map(entry => entry.action);
    assert.equal(reads.filter(a => a === 'GetRole').length, 2, reads.join(' '));
    const asked = hcp.apiRequests.slice(earlier).map(r => `${r.method} ${r.path.replace(/\?.*/, '')}`);
    assert.equal(asked.filter(a => a.endsWith('/varsets')).length, 1, asked.join('\n'));
    await w.press('Not Now');
    await w.preview('Nothing was written: everything was as it should be').waitFor();
    assert.equal(JSON.stringify(aws.dump()), before);
  },
};

/** Tags and aliases: from the check to the code, through VS Code's own preview. */
const mapping = {
  name: 'providers are mapped to tagged configurations',
  prepare: withCompany('Default Dark Modern'),
  run: async host => {
    const w = new Workbench(host);
    await w.open('analytics/main.tf', 'analytics');
    await w.command('TFC OIDC: Map Providers to Configurations');
    await w.quick.locator('.monaco-list-row', { hasText: 'analytics' }).first().click();
    await w.quick
      .locator('.monaco-list-row', { hasText: 'Write analytics/main.tf' })
      .first()
      .waitFor({ timeout: 40_000 });
    await w.shot('mapping-1-preview');
    await w.quick.locator('.monaco-list-row', { hasText: 'Write analytics/main.tf' }).first().click();
    await w.onDisk('analytics/main.tf', text =>
      text.includes('tfc_aws_dynamic_credentials.default.shared_config_file'),
    );
    await w.shot('mapping-2-code');
  },
};

export default [...themes.map(([theme, name]) => doctor(theme, name)), remedy, again, mapping];
