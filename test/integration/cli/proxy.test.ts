import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { bundleCli, type CliRun, startCli } from '../../support/aws/cliProcess';
import { proxyFor } from '../../../src/node/proxyRules';
import { fetchThrough, secureAgent } from '../../../src/node/tunnel';
import { ServerPair } from '../../support/binding/serverWorlds';
import { ConnectProxy, hasOpenssl } from '../../support/connectProxy';
import { exampleKey, exampleSecret } from '../../support/aws/profiles';

const host = 'tfe.acme.example';
const hosts = [host, 'iam.amazonaws.com', 'sts.eu-central-1.amazonaws.com'];

describe('behind a proxy', { skip: hasOpenssl ? false : 'openssl is not installed' }, () => {
  let pair: ServerPair;
  let proxy: ConnectProxy;
  let cli: string;
  before(async () => {
    pair = await ServerPair.open();
    cli = await bundleCli();
    proxy = await ConnectProxy.start(pair.aws.home, hosts, name =>
      name === host ? pair.hcp.origin : hosts.includes(name) ? pair.aws.server.url : undefined,
    );
  });
  beforeEach(() => {
    pair.clear();
    pair.seed();
    proxy.tunnels.length = 0;
    proxy.status = 200;
    mkdirSync(pair.project, { recursive: true });
    writeFileSync(
      path.join(pair.project, 'main.tf'),
      `terraform {\n  cloud {\n    hostname     = "${host}"\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n`,
    );
  });
  after(async () => {
    await proxy.close();
    await pair.close();
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
    startCli(
      cli,
      args,
      {
        HOME: pair.aws.home,
        XDG_STATE_HOME: path.join(pair.aws.home, 'state'),
        AWS_ACCESS_KEY_ID: exampleKey,
        AWS_SECRET_ACCESS_KEY: exampleSecret,
        AWS_REGION: 'eu-central-1',
        // No profile, whose endpoint_url would lead straight to the server.
        AWS_CONFIG_FILE: path.join(pair.aws.home, 'none'),
        AWS_SHARED_CREDENTIALS_FILE: path.join(pair.aws.home, 'none'),
        NODE_EXTRA_CA_CERTS: proxy.certificate,
        HTTPS_PROXY: `http://jo:geheim@127.0.0.1:${proxy.port}`,
        [`TF_TOKEN_${host.replaceAll('.', '_')}`]: pair.hcp.token,
        ...env,
      },
      pair.aws.home,
    ).ended;

  test('configure goes through tunnels, inside of which TLS is spoken with each host', async () => {
    const { code, out, err } = await run(['configure', 'project', '--yes']);
    // The server's discovery document names its own address, which the roles are made for; its keys are asked for through the proxy too,
    // and no such address can be reached there.
    assert.equal(code, 1, err + out);
    assert.match(
      out,
      /Tokens of tfe\.acme\.example are issued by https:\/\/127\.0\.0\.1, as its discovery document says/,
    );
    assert.match(out, /✗ wrong +Signing keys of the host/);
    assert.match(out, /✓ ok +Trust for apply runs/);
    assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH').value, 'true');
    assert.deepEqual([...new Set(proxy.tunnels.map(t => t.target))].sort(), hosts.map(h => `${h}:443`).sort());
    assert.deepEqual(proxy.plain, []);
    for (const { authorization, sent } of proxy.tunnels) {
      assert.equal(authorization, `Basic ${Buffer.from('jo:geheim').toString('base64')}`);
      const bytes = Buffer.concat(sent);
      assert.equal(bytes[0], 0x16, 'no TLS greeting');
      assert.equal(bytes.includes(pair.hcp.token), false);
      assert.equal(bytes.includes(exampleKey), false);
    }
    assert.doesNotMatch(out + err, /geheim/);
    // One connection serves many requests.
    assert.ok(proxy.tunnels.length < 20, String(proxy.tunnels.length));
  });

  test('loopback is asked straight, and its certificate is looked at all the same', async () => {
    const agent = secureAgent({ env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
    const { signal } = new AbortController();
    await assert.rejects(fetchThrough(agent, `https://localhost:${proxy.frontPort}/`, { signal }), {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    await assert.rejects(fetchThrough(agent, `https://${host}/`, { signal }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.deepEqual(
      proxy.tunnels.map(t => t.target),
      [`${host}:443`],
    );
    assert.equal(proxyFor(host, 443, { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' }), undefined);
    agent.destroy();
  });

  test('Ctrl+C ends a request whose tunnel does not open', async () => {
    proxy.status = 0;
    const agent = secureAgent({ env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
    const abort = new AbortController();
    const asked = fetchThrough(agent, `https://${host}/`, { signal: abort.signal });
    await proxy.opened();
    abort.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    agent.destroy();
  });

  test('a proxy that refuses is named, with its answer and without the password', async () => {
    proxy.status = 407;
    const { code, err } = await run(['configure', 'project']);
    assert.equal(code, 2);
    assert.match(err, /the proxy 127\.0\.0\.1:\d+ answered 407 to CONNECT tfe\.acme\.example:443/);
    assert.doesNotMatch(err, /geheim/);
    const aws = await run(['whoami']);
    assert.match(aws.out + aws.err, /AWS cannot be reached: the proxy 127\.0\.0\.1:\d+ answered 407/);
  });

  test('a proxy that is not there, and one of another kind', async () => {
    const gone = await run(['configure', 'project'], { HTTPS_PROXY: 'http://127.0.0.1:1' });
    assert.match(gone.err, /the proxy 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/);
    const socks = await run(['configure', 'project'], { HTTPS_PROXY: 'socks5://jo:geheim@127.0.0.1:1' });
    assert.match(socks.err, /only http and https can be used/);
    assert.doesNotMatch(socks.err, /geheim/);
  });

  test('a certificate that is not trusted ends it before the token is sent', async () => {
    const seen = pair.hcp.seen.length;
    const { code, err } = await run(['configure', 'project'], { NODE_EXTRA_CA_CERTS: '' });
    assert.equal(code, 2);
    assert.match(err, /certificate/);
    assert.equal(pair.hcp.seen.length, seen);
  });

  describe('both sides trust', () => {
    interface Told {
      readonly aws: {
        readonly account?: string;
        readonly problem?: { readonly message: string; readonly nextStep: string };
      };
      readonly hosts: readonly {
        readonly user?: string;
        readonly problem?: { readonly message: string; readonly nextStep: string };
      }[];
    }
    const told = async (env: Readonly<Record<string, string>>): Promise<Told> => {
      const { out, err } = await run(['whoami', 'project', '--format', 'json'], { NODE_EXTRA_CA_CERTS: '', ...env });
      assert.notEqual(out, '', err);
      return JSON.parse(out) as Told;
    };
    const trusted = ({ aws, hosts }: Told): readonly [boolean, boolean] => [
      aws.account !== undefined,
      hosts[0]?.user !== undefined,
    ];

    test('NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and SSL_CERT_DIR, behind a proxy too', async () => {
      const folder = path.join(pair.aws.home, 'certificates');
      mkdirSync(folder, { recursive: true });
      copyFileSync(proxy.certificate, path.join(folder, 'company.pem'));
      for (const env of [
        { NODE_EXTRA_CA_CERTS: proxy.certificate },
        { SSL_CERT_FILE: proxy.certificate },
        { SSL_CERT_DIR: `/nowhere${path.delimiter}${folder}` },
      ]) {
        const answer = await told(env);
        assert.deepEqual(trusted(answer), [true, true], JSON.stringify([env, answer]));
      }
    });

    test('AWS_CA_BUNDLE and ca_bundle of the profile, for AWS alone', async () => {
      const config = path.join(pair.aws.home, 'with-bundle');
      writeFileSync(config, `[default]\nca_bundle = ${proxy.certificate}\n`);
      for (const env of [{ AWS_CA_BUNDLE: proxy.certificate }, { AWS_CONFIG_FILE: config }])
        assert.deepEqual(trusted(await told(env)), [true, false], JSON.stringify(env));
    });

    test('where nothing of these names the CA, both messages name the ways out', async () => {
      const answer = await told({});
      assert.deepEqual(trusted(answer), [false, false]);
      const [{ problem: hcp } = {}] = answer.hosts;
      for (const problem of [answer.aws.problem, hcp]) {
        assert.match(problem?.message ?? '', /certificate/);
        assert.match(problem?.nextStep ?? '', /system's store.*NODE_EXTRA_CA_CERTS or SSL_CERT_FILE/);
      }
      assert.match(answer.aws.problem?.nextStep ?? '', /AWS_CA_BUNDLE, or ca_bundle of the profile/);
      assert.doesNotMatch(hcp?.nextStep ?? '', /AWS_CA_BUNDLE/);
    });
  });
});
