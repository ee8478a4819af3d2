import assert from 'node:assert/strict';
import { themes, withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

const keysOf = of => of.vars.map(v => v.key).sort();

const whole = (theme, name) => ({
  name: `from static keys to a proven binding, ${name}`,
  prepare: withCompany(theme),
  run: async (host, { company: { aws, hcp, storefront } }) => {
    const legacy = hcp.state.varsets[0];
    hcp.seen.length = 0;
    const w = new Workbench(host);
    await w.sidebar();
    await w.row('Not checked yet').waitFor();
    assert.deepEqual(hcp.seen, [], 'something was asked before the user wanted it');
    await w.command('TFC OIDC: Check Bindings');
    await w.row('Keys still win').waitFor({ timeout: 30_000 });
    await w.shot(`whole-1-status-${name}`);
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.choose('storefront');
    // Organization, workspace and the real project are known, so the profile is the next question.
    await w.step('AWS profile of the account');
    await w.choose('acme-prod');
    await w.step('How many roles?');
    await w.shot(`whole-2-roles-${name}`);
    await w.choose('Separate plan and apply roles');
    await w.step('What may plans do?');
    await w.shot(`whole-2-permissions-${name}`);
    await w.choose('What the code needs');
    await w.step('What may applies do?');
    await w.choose('What the code needs');
    await w.step('Where do the variables go?');
    await w.shot(`whole-3-variables-${name}`);
    await w.choose('On the workspace');
    await w.step('Read the preview');
    await w.preview('Nothing has been changed yet').waitFor();
    await w.shot(`whole-4-preview-${name}`);
    await w.choose('Make 7 Changes');
    await w.dialogButton('Make 7 Changes').waitFor({ timeout: 30_000 });
    assert.deepEqual(keysOf(storefront), ['AWS_ACCESS_KEY_ID']);
    await w.shot(`whole-4-question-${name}`);
    await w.dialogButton('Make 7 Changes').click();
    await w.quick.getByText('Which static keys should go?').first().waitFor({ timeout: 40_000 });
    assert.deepEqual(keysOf(storefront), [
      'AWS_ACCESS_KEY_ID',
      'TFC_AWS_APPLY_ROLE_ARN',
      'TFC_AWS_PLAN_ROLE_ARN',
      'TFC_AWS_PROVIDER_AUTH',
    ]);
    await w.shot(`whole-5-removals-${name}`);
    await w.quick.locator('.monaco-list-row', { hasText: 'Remove AWS_ACCESS_KEY_ID' }).first().click();
    await w.quick.locator('.monaco-list-row', { hasText: 'Remove AWS_SECRET_ACCESS_KEY' }).first().click();
    await w.quick.locator('.monaco-button', { hasText: 'OK' }).first().click();
    await w.quick.getByText('Apply 2 Fixes').first().waitFor({ timeout: 40_000 });
    await w.shot(`whole-6-proof-${name}`);
    await w.choose('Apply 2 Fixes');
    await w.onDisk('storefront/main.tf', text => !text.includes('access_key = var'));
    assert.deepEqual(
      [keysOf(storefront), keysOf(legacy)],
      [['TFC_AWS_APPLY_ROLE_ARN', 'TFC_AWS_PLAN_ROLE_ARN', 'TFC_AWS_PROVIDER_AUTH'], []],
    );
    assert.match(JSON.stringify(aws.dump()), /project:Default Project:workspace:storefront-prod:run_phase:apply/);
    await w.dialogButton('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.shot(`whole-7-run-question-${name}`);
    await w.dialogButton('Start Plan-Only Run').click();
    await w.preview('Proven by a run').waitFor({ timeout: 60_000 });
    await w.shot(`whole-8-run-${name}`);
    assert.match(JSON.stringify(aws.log), /AssumeRoleWithWebIdentity/);
    // The code is clean and the keys are gone: the check follows, without asking anybody again for the code.
    // What was taken out of the files is still in what runs use: nobody has pushed it.
    await w.reveal('storefront', '[aria-label^="storefront: warning, runs use the old code"]');
    await w.shot(`whole-9-green-${name}`);
    assert.deepEqual(hcp.violations, []);
  },
});

export default themes.map(([theme, name]) => whole(theme, name));
