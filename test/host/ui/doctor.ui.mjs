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

/** A finished binding: the flow finds nothing to do, and says what it looked at. */
const again = {
  name: 'a second run on a finished binding finds nothing to do, and shows what was checked',
  prepare: withCompany('Default Dark Modern'),
  run: async (host, { company: { aws } }) => {
    const before = JSON.stringify(aws.dump());
    const w = new Workbench(host);
    await w.open('network/main.tf', 'network-prod');
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.quick.locator('.monaco-list-row', { hasText: 'network' }).first().click();
    await w.step('AWS profile of the account');
    await w.quick.locator('.monaco-list-row', { hasText: 'acme-archive' }).first().click();
    // The workspace's roles are in another account: that is said before anything else.
    await w.dialogButton('Use Account 210987654321').waitFor();
    await w.shot('again-1-other-account');
    await w.dialogButton('Cancel').click();
    await w.step('AWS profile of the account');
    await w.quick.locator('.monaco-list-row', { hasText: 'acme-prod' }).first().click();
    await w.step('How many roles?');
    await w.shot('again-2-roles');
    await w.quick.locator('.monaco-list-row', { hasText: 'The roles that the workspace uses today' }).first().click();
    await w.step('What may plans do?');
    await w.quick.locator('.monaco-list-row', { hasText: 'What the code needs' }).first().click();
    await w.step('What may applies do?');
    await w.quick.locator('.monaco-list-row', { hasText: 'What the code needs' }).first().click();
    await w.preview('acme/network-prod is in project "Network"').waitFor({ timeout: 40_000 });
    await w.dialogButton('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.shot('again-3-nothing-to-do');
    await w.dialogButton('Cancel').click();
    await host.page.locator('.notification-list-item', { hasText: 'Nothing to do' }).first().waitFor();
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

export default [...themes.map(([theme, name]) => doctor(theme, name)), again, mapping];
