import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Environment } from '../../../src/core/host';
import { proxyFor } from '../../../src/node/proxyRules';

const through = (host: string, env: Environment, port = 443): string | undefined => {
  const proxy = proxyFor(host, port, env);
  return proxy === undefined ? undefined : `${proxy.tls ? 'tls ' : ''}${proxy.host}:${proxy.port}`;
};
const proxy = { HTTPS_PROXY: 'http://proxy.corp:3128' };

describe('which proxy a host is asked for through', () => {
  test('HTTPS_PROXY in either spelling, with or without a scheme', () => {
    assert.equal(through('app.terraform.io', {}), undefined);
    assert.equal(through('app.terraform.io', { HTTPS_PROXY: ' ' }), undefined);
    assert.equal(through('app.terraform.io', { HTTP_PROXY: 'http://proxy.corp' }), undefined);
    assert.equal(through('app.terraform.io', proxy), 'proxy.corp:3128');
    assert.equal(through('app.terraform.io', { https_proxy: 'proxy.corp:8080' }), 'proxy.corp:8080');
    assert.equal(through('app.terraform.io', { HTTPS_PROXY: '', https_proxy: 'proxy.corp' }), 'proxy.corp:80');
    assert.equal(through('app.terraform.io', { HTTPS_PROXY: 'https://proxy.corp' }), 'tls proxy.corp:443');
    assert.equal(through('app.terraform.io', { HTTPS_PROXY: 'http://[2001:db8::1]:3128/' }), '2001:db8::1:3128');
  });

  test('a user and a password are passed on, decoded', () => {
    const found = proxyFor('app.terraform.io', 443, { HTTPS_PROXY: 'http://jo%40corp:a%3Ab%25@proxy.corp:1' });
    assert.equal(Buffer.from(found?.authorization?.replace('Basic ', '') ?? '', 'base64').toString(), 'jo@corp:a:b%');
  });

  test('loopback never', () => {
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.1', '::1', '[::1]'])
      assert.equal(through(host, proxy), undefined, host);
    // Go, and so Terraform, leaves out `localhost` itself and addresses of loopback.
    for (const host of ['127.0.0.1.example.com', 'x.localhost', 'localhost.example.com'])
      assert.equal(through(host, proxy), 'proxy.corp:3128', host);
  });

  test('NO_PROXY by name, subdomain, address, network and port', () => {
    const rows: readonly (readonly [string, string, boolean])[] = [
      ['*', 'app.terraform.io', true],
      ['terraform.io', 'app.terraform.io', true],
      ['terraform.io', 'terraform.io', true],
      ['.terraform.io', 'app.terraform.io', true],
      ['.terraform.io', 'terraform.io', false],
      ['*.terraform.io', 'app.terraform.io', true],
      ['terraform.io', 'evilterraform.io', false],
      ['App.Terraform.IO.', 'app.terraform.io', true],
      ['a.example, app.terraform.io ,b.example', 'app.terraform.io', true],
      ['terraform.io:443', 'app.terraform.io', true],
      ['terraform.io:8443', 'app.terraform.io', false],
      ['10.0.0.0/8', '10.1.2.3', true],
      ['10.0.0.0/8', '11.1.2.3', false],
      ['10.1.2.0/23', '10.1.3.9', true],
      ['0.0.0.0/0', '192.0.2.1', true],
      ['10.1.2.3', '10.1.2.3', true],
      ['1.2.3', '10.1.2.3', false],
      ['2001:db8::1', '2001:db8::1', true],
      ['', 'app.terraform.io', false],
      ['amazonaws.com', 'iam.amazonaws.com', true],
    ];
    for (const [exception, host, excepted] of rows) {
      assert.equal(through(host, { ...proxy, NO_PROXY: exception }) === undefined, excepted, `${exception} ${host}`);
      assert.equal(through(host, { ...proxy, no_proxy: exception }) === undefined, excepted, `${exception} ${host}`);
    }
  });

  test('what cannot be used is refused without showing it', () => {
    for (const setting of ['socks5://jo:geheim@proxy.corp:1080', 'http://jo:geheim@:x'])
      assert.throws(
        () => proxyFor('app.terraform.io', 443, { HTTPS_PROXY: setting }),
        (error: unknown) =>
          error instanceof Error && /^HTTPS_PROXY /.test(error.message) && !/geheim/.test(error.message),
      );
  });
});
