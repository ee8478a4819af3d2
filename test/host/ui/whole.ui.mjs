import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exampleKey, exampleSecret, staticProfile, writeProfiles } from '../../support/aws/profiles.ts';
import { AwsServer } from '../../support/aws/server.ts';
import { HcpServer } from '../../support/hcp/server.ts';
import { Workbench } from './workbench.mjs';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');

/** The example company whose host is a test server, beside a strict IAM server. */
async function world() {
  const aws = await new AwsServer().start();
  aws.addAccount('123456789012', { partition: 'aws', alias: 'acme-prod', accessKeyId: exampleKey });
  const hcp = await HcpServer.start();
  hcp.state.organization('acme');
  const project = hcp.state.project('acme', 'Shop Front');
  const storefront = hcp.state.workspace('acme', 'storefront-prod', { projectId: project.id });
  const legacy = hcp.state.varset('acme', 'legacy keys', { workspaceIds: [storefront.id] });
  hcp.state.variable(storefront, 'AWS_ACCESS_KEY_ID', exampleKey);
  hcp.state.variable(legacy, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
  const ws = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-company-'));
  cpSync(path.join(root, 'test/fixtures/company/storefront'), path.join(ws, 'storefront'), { recursive: true });
  const main = path.join(ws, 'storefront/main.tf');
  writeFileSync(
    main,
    readFileSync(main, 'utf8').replace('  cloud {\n', `  cloud {\n    hostname     = "${hcp.hostname}"\n`),
  );
  return { aws, hcp, storefront, legacy, ws };
}

const keysOf = of => of.vars.map(v => v.key).sort();

const whole = (theme, name) => ({
  name: `from static keys to a proven binding, ${name}`,
  prepare: async () => {
    const made = await world();
    const { config, credentials } = staticProfile(made.aws.url, { name: 'acme-prod', region: 'eu-central-1' });
    return {
      ...made,
      options: {
        ws: made.ws,
        settings: { 'workbench.colorTheme': theme },
        viewport: { width: 1400, height: 950 },
        home: home => void writeProfiles(home, config, credentials),
        env: { AWS_EC2_METADATA_DISABLED: 'true', [`TF_TOKEN_${made.hcp.hostname}`]: made.hcp.token },
      },
      close: async () => {
        await made.aws.stop();
        await made.hcp.close();
        rmSync(made.ws, { recursive: true, force: true });
      },
    };
  },
  run: async (host, { aws, hcp, storefront, legacy }) => {
    const w = new Workbench(host);
    await w.sidebar();
    await w.row('Binding not checked yet').waitFor();
    assert.deepEqual(hcp.seen, [], 'something was asked before the user wanted it');
    await w.row('Binding not checked yet').click();
    await w.row('No static credentials that win').waitFor({ timeout: 30_000 });
    await w.shot(`whole-1-status-${name}`);
    await w.command('Configure TFC OIDC');
    // Organization, workspace and the real project are known, so the profile is the first question.
    await w.step('AWS profile of the account');
    await w.quick.locator('.monaco-list-row', { hasText: 'acme-prod' }).first().click();
    await w.step('How many roles?');
    await w.quick.locator('.monaco-list-row', { hasText: 'Separate plan and apply roles' }).first().click();
    await w.step('What may plans do?');
    await w.quick.locator('.monaco-list-row', { hasText: 'ReadOnlyAccess' }).first().click();
    await w.step('What may applies do?');
    await w.quick.locator('.monaco-list-row', { hasText: 'None for now' }).first().click();
    await w.dialogButton('Make 7 Changes').waitFor({ timeout: 30_000 });
    assert.deepEqual(keysOf(storefront), ['AWS_ACCESS_KEY_ID']);
    await w.shot(`whole-2-question-${name}`);
    await w.dialogButton('Make 7 Changes').click();
    await w.quick.getByText('Which static keys should go?').first().waitFor({ timeout: 40_000 });
    assert.deepEqual(keysOf(storefront), [
      'AWS_ACCESS_KEY_ID',
      'TFC_AWS_APPLY_ROLE_ARN',
      'TFC_AWS_PLAN_ROLE_ARN',
      'TFC_AWS_PROVIDER_AUTH',
    ]);
    await w.shot(`whole-3-removals-${name}`);
    await w.quick.locator('.monaco-list-row', { hasText: 'Remove AWS_ACCESS_KEY_ID' }).first().click();
    await w.quick.locator('.monaco-list-row', { hasText: 'Remove AWS_SECRET_ACCESS_KEY' }).first().click();
    await w.quick.locator('.monaco-button', { hasText: 'OK' }).first().click();
    await w.dialogButton('Apply 2 Fixes').waitFor({ timeout: 40_000 });
    await w.dialogButton('Apply 2 Fixes').click();
    await w.onDisk('storefront/main.tf', text => !text.includes('access_key = var'));
    assert.deepEqual(
      [keysOf(storefront), keysOf(legacy)],
      [['TFC_AWS_APPLY_ROLE_ARN', 'TFC_AWS_PLAN_ROLE_ARN', 'TFC_AWS_PROVIDER_AUTH'], []],
    );
    assert.match(JSON.stringify(aws.dump()), /project:Shop Front:workspace:storefront-prod:run_phase:apply/);
    await w.row('Trust for plan runs').waitFor();
    // The code is clean and the keys are gone: the check follows, without asking anybody again for the code.
    await host.page
      .locator('.pane-body .monaco-list-row[aria-label*="No static credentials that win. ok"]')
      .first()
      .waitFor({ timeout: 20_000 });
    await w.shot(`whole-4-green-${name}`);
    assert.deepEqual(hcp.violations, []);
  },
});

export default [whole('Default Dark Modern', 'dark'), whole('Default Light Modern', 'light')];
