import assert from 'node:assert/strict';
import { exampleKey, staticProfile, writeProfiles } from '../../support/aws/profiles.ts';
import { AwsServer } from '../../support/aws/server.ts';
import { themes } from './company.mjs';
import { Workbench } from './workbench.mjs';

const account = '123456789012';

/** A strict IAM server, and a profile that reaches it through its own endpoint_url, as every AWS tool would. */
async function world() {
  const server = await new AwsServer().start();
  server.addAccount(account, { partition: 'aws', alias: 'acme-prod', accessKeyId: exampleKey });
  return server;
}

const setup = (theme, name) => ({
  name: `profile, plan, apply and undo in an AWS account, ${name}`,
  prepare: async () => {
    const server = await world();
    const { config, credentials } = staticProfile(server.url, { name: 'acme-prod', region: 'eu-central-1' });
    return {
      server,
      options: {
        settings: { 'workbench.colorTheme': theme },
        viewport: { width: 1400, height: 900 },
        home: home => void writeProfiles(home, config, credentials),
        env: { AWS_EC2_METADATA_DISABLED: 'true' },
      },
      close: () => server.stop(),
    };
  },
  run: async (host, { server }) => {
    const before = JSON.stringify(server.dump());
    const w = new Workbench(host);
    await w.open('network/main.tf', 'network-prod');
    await w.command('Configure TFC OIDC');
    // The root is that of the editor, and the only profile is taken.
    await w.change('project', 'Network');
    await w.button('Make').waitFor({ timeout: 30_000 });
    assert.equal(await w.field('profile').inputValue(), 'profile acme-prod');
    await w.shot(`aws-1-profile-${name}`);
    await w.change('plan', 'managed ReadOnlyAccess');
    await w.change('apply', 'none');
    await w.button('Make 4 Changes').waitFor({ timeout: 30_000 });
    await w.preview('Nothing has been changed yet').waitFor();
    await w.shot(`aws-3-preview-${name}`);
    await w.press('Make 4 Changes');
    await w.dialogButton('Make 4 Changes').waitFor({ timeout: 30_000 });
    assert.equal(JSON.stringify(server.dump()), before, 'something was written before the yes');
    await w.shot(`aws-3-question-${name}`);
    await w.dialogButton('Make 4 Changes').click();
    await w.preview('Nothing could be read back, so nothing is proven').waitFor({ timeout: 30_000 });
    await w.shot(`aws-4-result-${name}`);
    const dump = server.dump();
    assert.match(JSON.stringify(dump), /tfc-acme-network-prod-plan/);
    assert.match(JSON.stringify(dump), /project:Network:workspace:network-prod:run_phase:apply/);
    await w.command('TFC OIDC: Undo');
    await w.step('Which run?');
    await w.choose('network-prod');
    await w.step('AWS profile of account 123456789012');
    await w.choose('acme-prod');
    await w.dialogButton('Undo 4 Changes').waitFor({ timeout: 30_000 });
    await w.shot(`aws-5-undo-${name}`);
    await w.dialogButton('Undo 4 Changes').click();
    await host.page.locator('.notification-list-item', { hasText: 'Undone' }).first().waitFor({ timeout: 30_000 });
    assert.equal(JSON.stringify(server.dump()), before);
  },
});

export default themes.map(([theme, name]) => setup(theme, name));
