import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { secureContext, systemStore, trustedCertificates } from '../../../src/node/trust';
import { hasOpenssl } from '../../support/connectProxy';

describe('what TLS trusts', { skip: hasOpenssl ? false : 'openssl is not installed' }, () => {
  let folder: string;
  const names = ['one', 'two', 'three', 'four', 'five'] as const;
  const file = (name: string): string => path.join(folder, name);
  const pem = (name: string): string => readFileSync(file(name), 'utf8');
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'trust-'));
    for (const name of names) {
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
          ...['-subj', `/CN=${name}`, '-keyout', file('key'), '-out', file(name)],
        ],
        { stdio: 'ignore' },
      );
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const body = (text: string): string => text.replace(/-----[A-Z ]+-----|\s/g, '');
  /** Which of our certificates are trusted. */
  const ours = (list: readonly string[] | undefined): string[] => {
    const found = new Set((list ?? []).map(body));
    return names.filter(name => found.has(body(pem(name))));
  };

  test('SSL_CERT_FILE, each folder of SSL_CERT_DIR, NODE_EXTRA_CA_CERTS and a bundle add up, and to what Node brings', () => {
    const [first, second] = [path.join(folder, 'first'), path.join(folder, 'second')];
    for (const [dir, name] of [
      [first, 'two'],
      [second, 'three'],
    ] as const) {
      mkdirSync(dir);
      // As c_rehash calls them; other files lie there too.
      writeFileSync(path.join(dir, '5ed36f99.0'), pem(name));
      writeFileSync(path.join(dir, 'README'), 'no certificate');
    }
    const list = trustedCertificates({
      env: {
        SSL_CERT_FILE: file('one'),
        SSL_CERT_DIR: [first, second, path.join(folder, 'missing')].join(path.delimiter),
        NODE_EXTRA_CA_CERTS: file('four'),
      },
      more: [{ setting: 'ca_bundle', file: file('five') }],
    });
    assert.deepEqual(ours(list), [...names]);
    const trusted = new Set((list ?? []).map(body));
    for (const text of tls.rootCertificates) assert.ok(trusted.has(body(text)), 'a root of Node is missing');
    // Each once, and OpenSSL takes them all.
    assert.equal(trusted.size, list?.length);
    secureContext(list ?? []);
  });

  test('several certificates in a file count, a file that is none does not, and one that is broken spoils no other', () => {
    const bundle = path.join(folder, 'bundle.pem');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    writeFileSync(bundle, `# a comment\n${pem('one')}${broken}${pem('two').replaceAll('\n', '\r\n')}`);
    const list = trustedCertificates({ env: { SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: file('key') } });
    assert.deepEqual(ours(list), ['one', 'two']);
    secureContext(list ?? []);
    assert.deepEqual(ours(trustedCertificates({ env: { SSL_CERT_FILE: path.join(folder, 'missing') } })), []);
  });

  test("the system's store: as Node tells it, else the first bundle of the distribution, else its folders", () => {
    assert.deepEqual(
      systemStore(type => [`${type} of Node`], 'darwin'),
      ['system of Node'],
    );
    const root = path.join(folder, 'root');
    const put = (place: string, ...of: string[]): void => {
      mkdirSync(path.dirname(path.join(root, place)), { recursive: true });
      writeFileSync(path.join(root, place), of.map(pem).join(''));
    };
    assert.deepEqual(systemStore(undefined, 'linux', root), []);
    put('etc/ssl/certs/5ed36f99.0', 'one');
    assert.deepEqual(ours(systemStore(undefined, 'linux', root)), ['one']);
    put('etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', 'two', 'three');
    assert.deepEqual(ours(systemStore(undefined, 'linux', root)), ['two', 'three']);
    put('etc/ssl/certs/ca-certificates.crt', 'four');
    assert.deepEqual(ours(systemStore(undefined, 'linux', root)), ['four']);
    // Where neither is to be had, the message names NODE_EXTRA_CA_CERTS.
    assert.deepEqual(systemStore(undefined, 'win32', root), []);
  });

  test('where VS Code adds the system itself, nothing is added unless something else is', () => {
    assert.equal(trustedCertificates({ env: {}, systemIsAdded: true }), undefined);
    const list = trustedCertificates({ env: { NODE_EXTRA_CA_CERTS: file('one') }, systemIsAdded: true });
    assert.deepEqual(ours(list), ['one']);
    assert.ok((list?.length ?? 0) > tls.rootCertificates.length);
  });
});
