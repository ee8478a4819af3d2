import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { configure } from '../../../src/cli/commands/configure';
import { plan } from '../../../src/cli/commands/plan';
import { status } from '../../../src/cli/commands/status';
import { trust } from '../../../src/cli/commands/trust';
import { ServerPair } from '../../support/binding/serverWorlds';

/** Terraform Enterprise whose tokens name its second host. */
describe('a second host name that issues the tokens', () => {
  const secondary = 'oidc.tfe.acme.example';
  let pair: ServerPair;
  before(async () => void (pair = await ServerPair.open({ oidcHost: secondary })));
  beforeEach(() => {
    pair.clear();
    pair.seed();
  });
  after(() => pair.close());

  const account = ['--profile', 'default'];

  test('plan and trust tell it and take it; --issuer that differs is told', async () => {
    const shown = await pair.run(plan, 'project', ...account, '--project', 'Default Project');
    assert.match(shown.out, /are issued by https:\/\/oidc\.tfe\.acme\.example, as its discovery document says/);
    assert.match(shown.out, /oidc-provider\/oidc\.tfe\.acme\.example/);
    const names = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod'];
    const at = ['--hostname', pair.hcp.hostname, '--account', '123456789012'];
    const printed = await pair.run(trust, ...names, ...at);
    assert.match(printed.out, /"oidc\.tfe\.acme\.example:sub"/);
    assert.match(printed.err, /are issued by https:\/\/oidc\.tfe\.acme\.example/);
    const other = await pair.run(trust, ...names, ...at, '--issuer', 'third.acme.example');
    assert.match(other.out, /"third\.acme\.example:sub"/);
    assert.match(other.err, /names oidc\.tfe\.acme\.example as the issuer, and you named third\.acme\.example/);
  });

  test('configure makes the provider and the roles for it, and the proof reads them there', async () => {
    const { code, out, err } = await pair.run(configure, 'project', ...account, '--yes');
    assert.equal(code, 0, out + err);
    assert.deepEqual(
      [...pair.aws.stored.providers.keys()].map(arn => arn.replace(/^.*oidc-provider\//, '')),
      [secondary],
    );
    const told = await pair.run(status, 'project', ...account);
    assert.doesNotMatch(told.out, /✗/);
    assert.match(told.out, /https:\/\/oidc\.tfe\.acme\.example publishes 1 key/);
  });

  test('a host that names no issuer that can be read stops nothing, and is told before anything is written', async () => {
    const names = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod'];
    const dead = ['--hostname', 'localhost:9', '--account', '123456789012'];
    const printed = await pair.run(trust, ...names, ...dead);
    assert.equal(printed.code, 0);
    assert.match(printed.out, /"localhost:sub"/);
    assert.match(printed.err, /could not be read .*--issuer names another host/);
    const named = await pair.run(trust, ...names, ...dead, '--issuer', secondary);
    assert.match(named.out, /"oidc\.tfe\.acme\.example:sub"/);
    assert.match(named.err, /could not be asked for its issuer/);
  });
});
