import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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

/** The page for a root, whatever is in the editor: the root is what a person is asked for where no file of one is open. */
async function start(w, root) {
  await w.sidebar();
  await w.row('Not checked yet').waitFor();
  await w.command('Configure TFC OIDC');
  await w.step('Which Terraform root?');
  await w.choose(root);
  await w.field('profile').waitFor({ timeout: 30_000 });
}

/** The plan of storefront, with everything inferred but the profile. */
async function storefrontPlan(w) {
  await start(w, 'storefront');
  await w.change('profile', 'profile acme-prod');
  await w.button('Make 7 Changes').waitFor({ timeout: 30_000 });
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
    // The project is part of the subject: without it there is no plan, and no button.
    await w.field('project').waitFor();
    await w.change('profile', 'profile acme-prod');
    await w.preview('The subject cannot be written without it').waitFor();
    assert.equal((await w.button('Make').count()) + (await w.button('Prove').count()), 0);
    await w.change('project', 'Network');
    await w.preview('Nothing to write').waitFor({ timeout: 30_000 });
    await w.preview('Variables of network-prod were not read, so nothing can be proven of it').waitFor();
    await w.preview('Environment variables to set in the workspace').waitFor();
    await w.shot('wizard-unread');
    // Without a token nothing but what the host publishes for everybody is asked: who issues its tokens, and their keys.
    assert.deepEqual(
      hcp.seen.filter(s => !s.path.startsWith('/.well-known/')),
      [],
    );
    assert.equal(dumped(aws), before);
    // Signed in, the same answers lead to the proof: project and variables are read now.
    await w.press('Sign In');
    await w.answer('A user or team token', hcp.token);
    await w.preview('Proven: everything was read back').waitFor({ timeout: 30_000 });
    await w.button('Start Plan-Only Run').waitFor();
    await w.shot('wizard-nothing-to-do');
    await w.press('Not Now');
    await w.preview('Nothing was written: everything was as it should be').waitFor();
    assert.equal(dumped(aws), before);
  },
};

/** Without a list a name could only be typed: what leads to the list comes first. */
const unlisted = {
  name: 'no organization in the code and no token: the question leads to the sign-in, and then to what there is',
  prepare: changed(({ options, company }) => {
    delete options.env[`TF_TOKEN_${company.hcp.hostname}`];
    const file = path.join(company.folder, 'storefront', 'main.tf');
    const code = readFileSync(file, 'utf8');
    writeFileSync(file, code.replace('organization = "acme"\n', ''));
    assert.notEqual(readFileSync(file, 'utf8'), code);
  }),
  run: async (host, { company: { hcp } }) => {
    const w = new Workbench(host);
    await w.sidebar();
    await w.row('Not checked yet').waitFor();
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.choose('storefront');
    await w.quick.getByText('Type the Name…').waitFor();
    await w.shot('wizard-signed-out');
    await w.choose(`Sign In to ${hcp.hostname}`);
    await w.answer('A user or team token', hcp.token);
    await w.step('Which organization?');
    await w.choose('acme');
    await w.field('profile').waitFor({ timeout: 30_000 });
  },
};

const mappedCode = `variable "tfc_aws_dynamic_credentials" {}

provider "aws" {
  region              = "eu-central-1"
  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]
}

provider "aws" {
  alias               = "ARCHIVE"
  region              = "eu-central-1"
  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["ARCHIVE"].shared_config_file]
}
`;

/** A second configuration in another account, with every option; what cannot be taken is said at its field, and stays there. */
const options = {
  name: 'a second configuration with tag, name, path and boundary; what is typed stays',
  prepare: changed(({ company: { aws, hcp } }) => {
    aws.store.account(archive);
    // The switch of a tag is written only where the code that runs use is mapped: a colleague has pushed that, the files here are behind.
    const network = hcp.state.workspaces.find(workspace => workspace.name === 'network-prod');
    hcp.state.configuration(network, 'uploaded', { files: { 'main.tf': mappedCode } });
  }),
  run: async (host, { company: { aws, hcp } }) => {
    const w = new Workbench(host);
    await start(w, 'network');
    await w.change('profile', 'profile acme-archive');
    // The workspace uses roles of the other account: that is said before anything else.
    await w.preview('uses roles of account 123456789012 today').waitFor({ timeout: 30_000 });
    await w.unfold('Names, path, boundary and tag');
    await w.change('tag', 'ARCHIVE');
    await w.preview('tfc-acme-network-prod-ARCHIVE-plan').waitFor();
    assert.equal(await w.field('base').inputValue(), 'tfc-acme-network-prod-ARCHIVE');
    await w.change('base', 'net-archive');
    await w.change('path', '/tf/');
    await w.change('boundary', `arn:aws:iam::${account}:policy/edge`);
    await w.preview('This policy is of account').waitFor();
    assert.equal(await w.button('Make').count(), 0);
    await w.shot('wizard-boundary');
    assert.equal(await w.field('path').inputValue(), '/tf/');
    await w.change('boundary', 'arn:aws:iam::aws:policy/PowerUserAccess');
    await w.button('Make').waitFor({ timeout: 30_000 });
    assert.equal(await w.field('plan').inputValue(), 'code');
    await w.preview('Nothing has been changed yet').waitFor();
    await w.preview('TFC_AWS_PROVIDER_AUTH_ARCHIVE is written last').waitFor();
    await w.shot('wizard-second-configuration');
    await w.press('Show Differences');
    await host.page.locator('.tab.active', { hasText: 'OIDC for network-prod' }).first().waitFor();
    await w.shot('wizard-differences');
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.choose('network');
    await w.press('Make');
    await host.page.locator('.monaco-dialog-box').first().waitFor();
    await host.page.locator('.monaco-dialog-box').getByText('in AWS account 210987654321?').first().waitFor();
    await w.shot('wizard-second-question');
    await w.dialogButton('Make').click();
    // The other account can't be read with this profile: what is proven is this configuration, and its providers are mapped at once.
    await w.button('Write the Mapping').waitFor({ timeout: 40_000 });
    await w.shot('wizard-map-providers');
    await w.press('Write the Mapping');
    await w.onDisk('network/main.tf', text => text.includes('tfc_aws_dynamic_credentials.default'));
    await w.button('Start Plan-Only Run').waitFor({ timeout: 40_000 });
    await w.press('Not Now');
    await w.preview('Credentials stay where they are').waitFor();
    const roles = rolesOf(aws, archive);
    assert.equal(roles.get('net-archive-plan')?.path, '/tf/');
    assert.equal(roles.get('net-archive-apply')?.boundary, 'arn:aws:iam::aws:policy/PowerUserAccess');
    await w.shot('wizard-second-proof');
    assert.deepEqual(hcp.violations, []);
  },
};

/** Each role that somebody else made has its own differences and its own tick. */
const strangers = {
  name: 'roles that somebody else made each want a tick, and without it nothing can be written',
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
    await storefrontPlan(w);
    await w.change('roles', 'existing');
    await w.step('Role for plans');
    await w.choose('legacy-plan');
    await w.step('Role for applies');
    // Back within the question leads to its first list.
    await w.back();
    await w.step('Role for plans');
    await w.choose('legacy-plan');
    await w.step('Role for applies');
    await w.choose('legacy-apply');
    await w.preview('Role legacy-plan was not made by this extension').waitFor({ timeout: 30_000 });
    await w.preview('Role legacy-apply was not made by this extension').waitFor();
    await w.preview('Replace the trust policy of role legacy-plan').waitFor();
    assert.equal(await w.button('Make').count(), 0);
    await w.shot('wizard-adopt-1');
    await w.tick('Take over role legacy-plan');
    // One tick is no yes to the other role.
    await w.preview('Role legacy-apply was not made by this extension').waitFor({ timeout: 30_000 });
    await w.preview('In the way').waitFor();
    assert.equal(await w.button('Make').count(), 0);
    await w.shot('wizard-adopt-2');
    assert.equal(dumped(aws), before);
    // The page is still there, with its answers.
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.choose('storefront');
    assert.equal(await w.field('roles').inputValue(), 'chosen');
    assert.equal(await w.field('profile').inputValue(), 'profile acme-prod');
    await w.shot('wizard-kept');
    await w.tick('Take over role legacy-apply');
    await w.button('Make').waitFor({ timeout: 30_000 });
    assert.equal(dumped(aws), before);
  },
};

/** What a stopped run would go on with is offered only where the page shows just that. */
const stopped = {
  name: 'a run that stopped is gone on with only as the page shows, and its end is proven',
  prepare: changed(({ company: { aws, hcp } }) => {
    const [legacy] = hcp.state.varsets;
    hcp.state.variable(legacy, 'AWS_ACCESS_KEY_ID', exampleKey);
    aws.faults.add({ action: 'CreateRole', kind: 'refuse', from: 2 });
  }),
  run: async (host, { company: { aws, storefront } }) => {
    const w = new Workbench(host);
    await storefrontPlan(w);
    await w.press('Make 7 Changes');
    await w.dialogButton('Make 7 Changes').click();
    await w.preview('2 of 7 changes made').waitFor({ timeout: 30_000 });
    await w.preview('are still in place, and its runs use them').waitFor();
    await w.button('Go On').waitFor();
    await w.button('Undo').waitFor();
    await w.shot('wizard-stopped');
    assert.ok(rolesOf(aws).has('tfc-acme-storefront-prod-plan'));
    // The keys work on: nothing of the workspace was touched.
    assert.deepEqual(
      storefront.vars.map(v => v.key),
      ['AWS_ACCESS_KEY_ID'],
    );
    // Another answer makes another plan: the rest of the old one is not offered.
    await w.press('Plan Anew');
    await w.button('Make 5 Changes').waitFor({ timeout: 30_000 });
    await w.change('apply', 'managed PowerUserAccess');
    await w.preview('Attach arn:aws:iam::aws:policy/PowerUserAccess').waitFor({ timeout: 30_000 });
    await w.press('Make 5 Changes');
    await w.dialogButton('Make 5 Changes').waitFor();
    await host.page.getByText('only the new plan is offered').first().waitFor();
    assert.equal(await w.dialogButton('Go On Where It Stopped').count(), 0);
    await w.shot('wizard-new-plan');
    // A no leads back to the page.
    await w.dialogButton('Cancel').click();
    await w.button('Make 5 Changes').waitFor();
    assert.equal(await w.field('apply').inputValue(), 'managed PowerUserAccess');
    await w.change('apply', 'code');
    await w.preview('Attach arn:aws:iam::aws:policy/PowerUserAccess').waitFor({ state: 'detached', timeout: 30_000 });
    await w.press('Make 5 Changes');
    await w.dialogButton('Go On Where It Stopped').waitFor();
    await w.shot('wizard-go-on');
    await w.dialogButton('Go On Where It Stopped').click();
    await w.preview('What should go?').waitFor({ timeout: 40_000 });
    assert.ok(rolesOf(aws).has('tfc-acme-storefront-prod-apply'));
    assert.ok(!JSON.stringify([...rolesOf(aws).values()].map(r => [...r.attached])).includes('PowerUserAccess'));
    // The key of the variable set would count once that of the workspace is gone, so it is listed, too.
    await w.preview('AWS_ACCESS_KEY_ID from variable set').waitFor();
    await w.tick('AWS_ACCESS_KEY_ID from workspace');
    await w.shot('wizard-shadowed');
    await w.press('Change 1 Variable');
    await w.button('Apply 2 Fixes').waitFor({ timeout: 40_000 });
    await w.press('Leave the Code as It Is');
    assert.match(w.disk('storefront/main.tf'), /access_key = var/);
  },
};

/** A person stops between two changes and goes on; what stops again is taken back from the same page. */
const undone = {
  name: 'a run that a person stopped is gone on with, and taken back on its page',
  prepare: changed(({ company: { aws } }) => {
    aws.faults.add({ action: 'CreateRole', kind: 'hold' });
    aws.faults.add({ action: 'CreateRole', kind: 'refuse', from: 2 });
  }),
  run: async (host, { company: { aws } }) => {
    const before = dumped(aws);
    const w = new Workbench(host);
    await storefrontPlan(w);
    await w.press('Make 7 Changes');
    await w.dialogButton('Make 7 Changes').click();
    // The change that was sent is waited for, and none is begun after it.
    await w.press('Stop After This Change');
    await w.button('Stopping After This Change').waitFor();
    aws.faults.release();
    await w.preview('1 of 7 changes made').waitFor({ timeout: 30_000 });
    await w.button('Undo').waitFor();
    await w.shot('wizard-stopped-by-hand');
    assert.deepEqual(
      [...rolesOf(aws).keys()].filter(name => name.startsWith('tfc-acme-storefront-prod')),
      ['tfc-acme-storefront-prod-plan'],
    );
    await w.press('Go On');
    await w.dialogButton('Go On Where It Stopped').waitFor({ timeout: 30_000 });
    await w.dialogButton('Go On Where It Stopped').click();
    await w.preview('AWS refused iam:CreateRole').waitFor({ timeout: 30_000 });
    await w.button('Go On').waitFor({ timeout: 30_000 });
    assert.notEqual(dumped(aws), before);
    await w.press('Undo');
    await w.dialogButton('Undo 2 Changes').waitFor({ timeout: 30_000 });
    await w.shot('wizard-undo');
    await host.page.keyboard.press('Enter');
    await w.preview('Taken back').waitFor({ timeout: 30_000 });
    // Its heading stands over the first change already.
    await w.button('Stop After This Change').waitFor({ state: 'detached', timeout: 30_000 });
    await w.shot('wizard-undone');
    assert.equal(dumped(aws), before);
  },
};

/** A role that a how-to made: taken over after its own tick, put right, and proven. */
const adopted = {
  name: 'the role that a workspace uses today is taken over after its own tick, and proven',
  prepare: changed(),
  run: async (host, { company: { aws, hcp } }) => {
    const before = dumped(aws);
    const w = new Workbench(host);
    await start(w, 'payments');
    await w.change('profile', 'profile acme-prod');
    // The role in the workspace's variables, with its policies as they are.
    await w.preview('Role tfc-payments was not made by this extension').waitFor({ timeout: 30_000 });
    assert.equal(await w.field('roles').inputValue(), 'used');
    assert.equal(await w.field('apply').inputValue(), 'code');
    await w.shot('wizard-adopt-payments');
    assert.equal(dumped(aws), before);
    await w.tick('Take over role tfc-payments');
    await w.button('Make').waitFor({ timeout: 30_000 });
    await w.preview('It replaces something that was not made here').waitFor();
    await w.shot('wizard-adopt-preview');
    await w.press('Make');
    await w.dialogButton('Make').waitFor();
    assert.equal(dumped(aws), before);
    await w.dialogButton('Make').click();
    await w.button('Apply 1 Fix').waitFor({ timeout: 40_000 });
    await w.preview('Proven: everything was read back for acme/payments-prod').waitFor();
    await w.shot('wizard-adopt-proof');
    assert.match(rolesOf(aws).get('tfc-payments').trust, /project:Payments:workspace:payments-prod/);
    await w.unfold('Difference');
    await w.shot('wizard-code-differences');
    await w.press('Apply 1 Fix');
    await w.onDisk('payments/main.tf', text => !text.includes('profile'));
    await w.button('Start Plan-Only Run').waitFor({ timeout: 40_000 });
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
    await w.sidebar();
    await w.row('Not checked yet').waitFor();
    await w.command('Configure TFC OIDC');
    await w.step('Which Terraform root?');
    await w.choose('analytics');
    await w.step('Which workspaces?');
    await w.quick.locator('.monaco-list-row', { hasText: 'analytics-us' }).first().click();
    await w.quick.locator('.monaco-list-row', { hasText: 'analytics-ap' }).first().click();
    await w.shot('wizard-several');
    await w.quick.locator('.monaco-button', { hasText: 'OK' }).first().click();
    await w.change('profile', 'profile acme-prod');
    await w.button('Make').waitFor({ timeout: 30_000 });
    await w.change('roles', 'single');
    await w.preview('Who gets in as tfc-acme-analytics-us').waitFor({ timeout: 30_000 });
    await w.shot('wizard-several-roles');
    await w.change('apply', 'none');
    await w.button('Make 6 Changes').waitFor({ timeout: 30_000 });
    await w.press('Make 6 Changes');
    await w.dialogButton('Make 6 Changes').waitFor();
    await w.shot('wizard-several-question');
    await w.dialogButton('Make 6 Changes').click();
    // Both are read back; what is open of them is said for each.
    // The title names both from the start; the headings of what was read back come after the writing.
    for (const workspace of ['analytics-ap', 'analytics-us'])
      await w.webview
        .getByRole('heading', { level: 2, name: new RegExp(`(?:roven|ead back).*acme/${workspace}`) })
        .first()
        .waitFor({ timeout: 60_000 });
    await w.shot('wizard-several-proof');
    assert.ok(rolesOf(aws).has('tfc-acme-analytics-us') && rolesOf(aws).has('tfc-acme-analytics-ap'));
    assert.deepEqual(hcp.violations, []);
  },
};

export default [unread, unlisted, options, strangers, adopted, several, stopped, undone];
