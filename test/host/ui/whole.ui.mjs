import assert from 'node:assert/strict';
import { themes, withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

const keysOf = of => of.vars.map(v => v.key).sort();

/** By keys alone: from the open file to a proven binding, and on to a run. */
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
    // The root is that of the file in the editor; organization, workspace and the real project are known.
    await w.open('storefront/main.tf', 'storefront-prod');
    await w.command('Configure TFC OIDC');
    await w.field('profile').waitFor({ timeout: 30_000 });
    // Two profiles, and nothing that speaks for one of them.
    assert.equal(await w.field('profile').inputValue(), '');
    assert.equal(await w.button('Make').count(), 0);
    await w.shot(`whole-2-profile-${name}`);
    await w.change('profile', 'profile acme-prod');
    await w.button('Make 7 Changes').waitFor({ timeout: 30_000 });
    await w.preview('Nothing has been changed yet').waitFor();
    assert.deepEqual(await Promise.all(['roles', 'plan', 'apply', 'target'].map(id => w.field(id).inputValue())), [
      'separate',
      'code',
      'code',
      'workspace',
    ]);
    await w.preview('Who gets in as tfc-acme-storefront-prod-plan').waitFor();
    await w.shot(`whole-3-plan-${name}`);
    await w.unfold('Which code needs it');
    await w.preview('storefront/main.tf:').waitFor();
    await w.shot(`whole-4-needs-${name}`);
    await w.press('Make 7 Changes');
    await w.dialogButton('Make 7 Changes').waitFor({ timeout: 30_000 });
    assert.deepEqual(keysOf(storefront), ['AWS_ACCESS_KEY_ID']);
    const question = host.page.locator('.monaco-dialog-box').first();
    for (const named of ['storefront-prod', '123456789012', 'tfc-acme-storefront-prod-plan'])
      await question.getByText(named).first().waitFor();
    await w.shot(`whole-4-question-${name}`);
    await host.page.keyboard.press('Enter');
    await w.preview('What should go?').waitFor({ timeout: 40_000 });
    await w.preview('Proven: everything was read back').waitFor();
    assert.deepEqual(keysOf(storefront), [
      'AWS_ACCESS_KEY_ID',
      'TFC_AWS_APPLY_ROLE_ARN',
      'TFC_AWS_PLAN_ROLE_ARN',
      'TFC_AWS_PROVIDER_AUTH',
    ]);
    await w.shot(`whole-5-removals-${name}`);
    await w.tick('Remove AWS_ACCESS_KEY_ID');
    await w.tick('Remove AWS_SECRET_ACCESS_KEY');
    await w.press('Change 2 Variables');
    await w.button('Apply 2 Fixes').waitFor({ timeout: 40_000 });
    await w.shot(`whole-6-proof-${name}`);
    await w.press('Apply 2 Fixes');
    await w.onDisk('storefront/main.tf', text => !text.includes('access_key = var'));
    assert.deepEqual(
      [keysOf(storefront), keysOf(legacy)],
      [['TFC_AWS_APPLY_ROLE_ARN', 'TFC_AWS_PLAN_ROLE_ARN', 'TFC_AWS_PROVIDER_AUTH'], []],
    );
    assert.match(JSON.stringify(aws.dump()), /project:Default Project:workspace:storefront-prod:run_phase:apply/);
    await w.button('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.shot(`whole-7-run-question-${name}`);
    await w.press('Start Plan-Only Run');
    await w.preview('Proven by a plan-only run').waitFor({ timeout: 60_000 });
    // What only a person can do stays on the page: it is in no message that goes away.
    await w.preview('Runs still use the old code').waitFor();
    await w.preview('The old access key is still valid in AWS').waitFor();
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
