import assert from 'node:assert/strict';
import { exampleKey } from '../../support/aws/profiles.ts';
import { withCompany } from './company.mjs';
import { Workbench } from './workbench.mjs';

const dark = 'Default Dark Modern';
const account = '123456789012';
const archive = '210987654321';
const rolesOf = (aws, of = account) => aws.store.account(of).roles;
const dumped = aws => JSON.stringify(aws.dump());

/** The company, after `change` was made to it and to its environment. */
const changed = change => async () => {
  const prepared = await withCompany(dark)();
  await change?.(prepared);
  return prepared;
};

async function start(w, root) {
  await w.sidebar();
  await w.row('Not checked yet').waitFor();
  await w.command('Configure TFC OIDC');
  await w.step('Which Terraform root?');
  await w.choose(root);
}

/** Root, profile and roles of storefront, up to its permissions. */
async function asFarAsPermissions(w) {
  await start(w, 'storefront');
  await w.step('AWS profile of the account');
  await w.choose('acme-prod');
  await w.step('How many roles?');
  await w.choose('Separate plan and apply roles');
  await w.step('What may plans do?');
}

async function permissionsOfCode(w) {
  await w.step('What may plans do?');
  await w.choose('What the code needs');
  await w.step('What may applies do?');
  await w.choose('What the code needs');
}

/** Without a token nothing is known of the variables: nothing is called proven, and the code keeps its credentials. */
const unread = {
  name: 'a finished binding without a token: what could not be read is said, and no fix is offered',
  prepare: changed(({ options, company }) => {
    delete options.env[`TF_TOKEN_${company.hcp.hostname}`];
    company.hcp.seen.length = 0;
  }),
  run: async (host, { company: { aws, hcp } }) => {
    const before = dumped(aws);
    const w = new Workbench(host);
    await start(w, 'network');
    await w.answer('Project of the workspace', 'Network');
    await w.step('AWS profile of the account');
    await w.choose('acme-prod');
    await w.step('How many roles?');
    await w.choose('Separate plan and apply roles');
    await permissionsOfCode(w);
    const unread = await w.told('Variables were not read, so nothing is proven');
    await w.preview('None: provider and roles are as they should be').waitFor();
    await w.preview('HCP Terraform was not asked').waitFor();
    await w.shot('wizard-unread');
    assert.deepEqual(hcp.seen, []);
    assert.equal(dumped(aws), before);
    // Signed in, the same answers lead to the proof: project and variables are read now.
    await unread.locator('.monaco-button', { hasText: 'Sign In' }).first().click();
    await w.answer('A user or team token', hcp.token);
    await w.step('Which Terraform root?');
    await w.accept();
    for (const question of [
      'AWS profile of the account',
      'How many roles?',
      'What may plans do?',
      'What may applies do?',
    ]) {
      await w.step(question);
      await w.accept();
    }
    await w.preview('Proven: ').waitFor({ timeout: 30_000 });
    await w.dialogButton('Start Plan-Only Run').waitFor();
    await w.shot('wizard-nothing-to-do');
    await w.dialogButton('Cancel').click();
    await w.told('provider, roles and variables are as they should be');
    assert.equal(dumped(aws), before);
  },
};

/** A second configuration in another account, with every option; what is typed outlives Back, and counts only while it is asked for. */
const options = {
  name: 'a second configuration with tag, name, path and boundary; Back keeps what was typed',
  prepare: changed(({ company: { aws } }) => {
    aws.store.account(archive);
  }),
  run: async (host, { company: { aws, hcp } }) => {
    const w = new Workbench(host);
    await start(w, 'network');
    await w.step('AWS profile of the account');
    await w.choose('acme-archive');
    // The workspace uses roles of the other account.
    await w.dialogButton('Use Account 210987654321').waitFor({ timeout: 30_000 });
    await w.dialogButton('Use Account 210987654321').click();
    await w.step('How many roles?');
    await w.choose('Choose names, path, boundary or tag too');
    await w.quick.getByText('are asked for next').first().waitFor();
    await w.choose('Separate plan and apply roles');
    await w.answer('Tag of a second configuration', 'ARCHIVE');
    await w.quick.getByText('Name of the roles').first().waitFor();
    assert.equal(await w.quick.locator('input[type="text"]').first().inputValue(), 'tfc-acme-network-prod-ARCHIVE');
    await w.answer('Name of the roles', 'net-archive');
    await w.answer('Path of the roles', '/tf/');
    await w.quick.getByText('ARN of the permissions boundary').first().waitFor();
    await w.quick.locator('input[type="text"]').first().fill(`arn:aws:iam::${account}:policy/edge`);
    await w.quick.getByText('This policy is of account').first().waitFor();
    await w.shot('wizard-boundary');
    await w.back();
    await w.quick.getByText('Path of the roles').first().waitFor();
    assert.equal(await w.quick.locator('input[type="text"]').first().inputValue(), '/tf/');
    await w.accept();
    await w.answer('ARN of the permissions boundary', 'arn:aws:iam::aws:policy/PowerUserAccess');
    await permissionsOfCode(w);
    await w.step('Read the preview');
    await w.preview('Nothing has been changed yet').waitFor();
    await w.shot('wizard-second-configuration');
    await w.quick.locator('.monaco-list-row').first().waitFor();
    await w.choose('Show Differences');
    await w.step('Read the preview');
    await w.shot('wizard-differences');
    await w.choose('Make');
    await host.page.locator('.monaco-dialog-box').first().waitFor();
    await w.shot('wizard-second-question');
    await w.dialogButton('Make').click();
    // The other account can't be read with this profile: what is proven is this configuration, and its providers are mapped at once.
    await w.quick.getByText('Write network/main.tf').first().waitFor({ timeout: 40_000 });
    await w.shot('wizard-map-providers');
    await w.choose('Write network/main.tf');
    await w.onDisk('network/main.tf', text => text.includes('tfc_aws_dynamic_credentials.default'));
    // The run is asked for before the end is told.
    await w.dialogButton('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.dialogButton('Cancel').click();
    await w.told('Credentials stay where they are');
    const roles = rolesOf(aws, archive);
    assert.equal(roles.get('net-archive-plan')?.path, '/tf/');
    assert.equal(roles.get('net-archive-apply')?.boundary, 'arn:aws:iam::aws:policy/PowerUserAccess');
    await w.shot('wizard-second-proof');
    assert.deepEqual(hcp.violations, []);
  },
};

/** Each role that somebody else made has its own differences and its own yes; Back and Escape keep the answers. */
const strangers = {
  name: 'roles that somebody else made are asked about one by one, and a no leads back to the questions',
  prepare: changed(({ company: { aws } }) => {
    const roles = rolesOf(aws);
    for (const [use, name] of [
      ['plan', 'legacy-plan'],
      ['apply', 'legacy-apply'],
    ]) {
      const like = roles.get(`tfc-acme-network-prod-${use}`);
      assert.ok(like);
      roles.set(name, { ...structuredClone(like), name, arn: `arn:aws:iam::${account}:role/${name}`, tags: new Map() });
    }
  }),
  run: async (host, { company: { aws } }) => {
    const before = dumped(aws);
    const w = new Workbench(host);
    await start(w, 'storefront');
    await w.step('AWS profile of the account');
    await w.choose('acme-prod');
    await w.step('How many roles?');
    await w.choose('Other roles of this account');
    await w.step('Role for plans');
    await w.choose('legacy-plan');
    await w.step('Role for applies');
    // Back within the step leads to its first list.
    await w.back();
    await w.step('Role for plans');
    await w.choose('legacy-plan');
    await w.step('Role for applies');
    await w.choose('legacy-apply');
    await permissionsOfCode(w);
    await w.step('Where do the variables go?');
    await w.choose('On the workspace');
    await w.quick.getByText('Take Over Role legacy-plan').first().waitFor({ timeout: 30_000 });
    await w.shot('wizard-adopt-1');
    await w.choose('Take Over Role legacy-plan');
    await w.quick.getByText('Take Over Role legacy-apply').first().waitFor();
    await w.shot('wizard-adopt-2');
    await w.choose('Leave It Alone');
    await w.step('Where do the variables go?');
    await w.quick.locator('input[type="text"]').first().press('Escape');
    await w.quick.waitFor({ state: 'hidden' });
    assert.equal(dumped(aws), before);
    // The answers are still there: each is the one that Enter takes.
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.quick.locator('.monaco-list-row.focused', { hasText: 'storefront' }).first().waitFor();
    await w.accept();
    await w.step('AWS profile of the account');
    await w.quick.locator('.monaco-list-row.focused', { hasText: 'acme-prod' }).first().waitFor();
    await w.accept();
    await w.step('How many roles?');
    await w.quick.locator('.monaco-list-row.focused', { hasText: 'legacy-plan, legacy-apply' }).first().waitFor();
    await w.shot('wizard-kept');
    await w.quick.locator('input[type="text"]').first().press('Escape');
    await w.quick.waitFor({ state: 'hidden' });
  },
};

/** What a stopped run would go on with is offered only where the preview shows just that. */
const stopped = {
  name: 'a run that stopped is gone on with only as the preview shows, and its end is proven',
  prepare: changed(({ company: { aws, hcp } }) => {
    const [legacy] = hcp.state.varsets;
    hcp.state.variable(legacy, 'AWS_ACCESS_KEY_ID', exampleKey);
    aws.faults.add({ action: 'CreateRole', kind: 'refuse', from: 2 });
  }),
  run: async (host, { company: { aws, storefront } }) => {
    const w = new Workbench(host);
    await asFarAsPermissions(w);
    await permissionsOfCode(w);
    await w.step('Where do the variables go?');
    await w.choose('On the workspace');
    await w.step('Read the preview');
    await w.choose('Make 7 Changes');
    await w.dialogButton('Make 7 Changes').click();
    await w.preview('2 of 7 changes hold').waitFor({ timeout: 30_000 });
    await w.preview('are still in place, and its runs use them').waitFor();
    await w.shot('wizard-stopped');
    assert.ok(rolesOf(aws).has('tfc-acme-storefront-prod-plan'));
    // The keys work on: nothing of the workspace was touched.
    assert.deepEqual(
      storefront.vars.map(v => v.key),
      ['AWS_ACCESS_KEY_ID'],
    );
    // Another answer makes another plan: the rest of the old one is not offered.
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.accept();
    await w.step('AWS profile of the account');
    await w.accept();
    await w.step('How many roles?');
    await w.accept();
    await w.step('What may plans do?');
    await w.accept();
    await w.step('What may applies do?');
    await w.choose('PowerUserAccess');
    await w.step('Where do the variables go?');
    await w.accept();
    await w.step('Read the preview');
    await w.choose('Make 5 Changes');
    await w.dialogButton('Make 5 Changes').waitFor();
    await host.page.getByText('only the new plan is offered').first().waitFor();
    assert.equal(await w.dialogButton('Go On Where It Stopped').count(), 0);
    await w.shot('wizard-new-plan');
    // A no leads to the preview again, and Back from there to the questions.
    await w.dialogButton('Cancel').click();
    await w.step('Read the preview');
    await w.back();
    await w.step('Where do the variables go?');
    await w.back();
    await w.step('What may applies do?');
    await w.quick.locator('.monaco-list-row.focused', { hasText: 'PowerUserAccess' }).first().waitFor();
    await w.choose('What the code needs');
    await w.step('Where do the variables go?');
    await w.accept();
    await w.step('Read the preview');
    await w.choose('Make 5 Changes');
    await w.dialogButton('Go On Where It Stopped').waitFor();
    await w.shot('wizard-go-on');
    await w.dialogButton('Go On Where It Stopped').click();
    await w.quick.getByText('Which static keys should go?').first().waitFor({ timeout: 40_000 });
    assert.ok(rolesOf(aws).has('tfc-acme-storefront-prod-apply'));
    assert.ok(!JSON.stringify([...rolesOf(aws).values()].map(r => [...r.attached])).includes('PowerUserAccess'));
    // The key of the variable set would count once that of the workspace is gone, so it is listed, too.
    await w.quick.getByText('AWS_ACCESS_KEY_ID from variable set').first().waitFor();
    await w.quick.locator('.monaco-list-row', { hasText: 'AWS_ACCESS_KEY_ID from workspace' }).first().click();
    await w.shot('wizard-shadowed');
    await w.quick.locator('.monaco-button', { hasText: 'OK' }).first().click();
    await w.quick.getByText('Apply 2 Fixes').first().waitFor({ timeout: 40_000 });
    await w.choose('Leave the Code as It Is');
    assert.match(w.disk('storefront/main.tf'), /access_key = var/);
  },
};

/** A role that a how-to made: taken over after its own yes, put right, and proven. */
const adopted = {
  name: 'the role that a workspace uses today is taken over after its own yes, and proven',
  prepare: changed(),
  run: async (host, { company: { aws, hcp } }) => {
    const before = dumped(aws);
    const w = new Workbench(host);
    await start(w, 'payments');
    await w.step('AWS profile of the account');
    await w.choose('acme-prod');
    await w.step('How many roles?');
    await w.choose('The roles that the workspace uses today');
    await w.step('What may the role do?');
    await w.choose('What the code needs');
    await w.quick.getByText('Take Over Role tfc-payments').first().waitFor({ timeout: 30_000 });
    await w.shot('wizard-adopt-payments');
    assert.equal(dumped(aws), before);
    await w.choose('Take Over Role tfc-payments');
    await w.step('Read the preview');
    await w.shot('wizard-adopt-preview');
    await w.choose('Make');
    await w.dialogButton('Make').waitFor();
    assert.equal(dumped(aws), before);
    await w.dialogButton('Make').click();
    await w.quick.getByText('Apply 1 Fix').first().waitFor({ timeout: 40_000 });
    await w.preview('payments-prod').waitFor();
    await w.shot('wizard-adopt-proof');
    assert.match(rolesOf(aws).get('tfc-payments').trust, /project:Payments:workspace:payments-prod/);
    await w.choose('Show Differences');
    await w.quick.getByText('Apply 1 Fix').first().waitFor();
    await w.shot('wizard-code-differences');
    await w.choose('Apply 1 Fix');
    await w.onDisk('payments/main.tf', text => !text.includes('profile'));
    await w.dialogButton('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    assert.deepEqual(hcp.violations, []);
  },
};

/** Several workspaces of a tags block: each has roles of its own; what they share is made once. */
const several = {
  name: 'several workspaces of a tags block at once',
  prepare: changed(({ company: { hcp } }) => {
    const [{ id }] = hcp.state.projects.filter(p => p.name === 'Analytics');
    hcp.state.workspace('acme', 'analytics-us', { projectId: id, tags: ['analytics'] });
    hcp.state.workspace('acme', 'analytics-ap', { projectId: id, tags: ['analytics'] });
  }),
  run: async (host, { company: { aws, hcp } }) => {
    const w = new Workbench(host);
    await start(w, 'analytics');
    await w.step('Which workspaces?');
    await w.quick.locator('.monaco-list-row', { hasText: 'analytics-us' }).first().click();
    await w.quick.locator('.monaco-list-row', { hasText: 'analytics-ap' }).first().click();
    await w.shot('wizard-several');
    await w.quick.locator('.monaco-button', { hasText: 'OK' }).first().click();
    await w.step('AWS profile of the account');
    await w.choose('acme-prod');
    await w.step('How many roles?');
    await w.quick.getByText('tfc-acme-analytics-ap, tfc-acme-analytics-us').first().waitFor();
    await w.shot('wizard-several-roles');
    await w.choose('One role for both');
    await w.step('What may the role do?');
    await w.choose('None for now');
    await w.step('Read the preview');
    await w.choose('Make 6 Changes');
    await w.dialogButton('Make 6 Changes').waitFor();
    await w.shot('wizard-several-question');
    await w.dialogButton('Make 6 Changes').click();
    // The result of each comes first; the proof, once all are set up.
    await w.preview('is in project').waitFor({ timeout: 60_000 });
    await w.shot('wizard-several-proof');
    assert.ok(rolesOf(aws).has('tfc-acme-analytics-us') && rolesOf(aws).has('tfc-acme-analytics-ap'));
    assert.deepEqual(hcp.violations, []);
  },
};

export default [unread, options, strangers, adopted, several, stopped];
