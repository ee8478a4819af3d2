import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiHost, homographWarning } from '../../../src/core/hostName';
import { unwrap } from '../../../src/core/problem';
import { hostname } from '../../../src/oidc/names';
import { readProject } from '../../../src/terraform/read';
import { memoryFiles } from '../../support/memoryFiles';

/** With Cyrillic or Greek letters in place of Latin ones; each reads like app.terraform.io. */
const alike = ['\u0430pp.terraform.io', 'app.terraf\u043erm.io', '\u03b1pp.terr\u0430form.io'];

test('a host that looks like another one is shown in punycode, and warned of', () => {
  for (const host of alike) {
    const ascii = asciiHost(host);
    assert.match(ascii, /^[\x20-\x7e]*xn--[\x20-\x7e]*$/);
    assert.match(homographWarning(ascii) ?? '', new RegExp(`^The name of ${ascii} .*Is it the host you mean`));
    assert.equal(
      asciiHost(`https://${host.toUpperCase()}/`).startsWith('https://xn--') || ascii.includes('.xn--'),
      true,
    );
    assert.equal(unwrap(hostname(host)), ascii, 'and so it goes into conditions');
  }
  assert.equal(asciiHost('tfe.example.com:8443'), 'tfe.example.com:8443');
  assert.equal(homographWarning('tfe.example.com:8443'), undefined);
  assert.equal(homographWarning('myxn--host.example.com'), undefined);
  // What is no host name is not shown as it was written either.
  assert.equal(asciiHost('a\u202eb c'), 'a\\u{202e}b c');
});

test('the cloud block, the backend and the environment give hosts in punycode', async () => {
  for (const host of alike) {
    const block = `  hostname     = "${host}"\n  organization = "acme"\n`;
    for (const [text, env] of [
      [`terraform {\n  cloud {\n${block}  workspaces {\n    name = "w"\n  }\n}\n}\n`, {}],
      [`terraform {\n  backend "remote" {\n${block}  workspaces {\n    name = "w"\n  }\n}\n}\n`, {}],
      ['terraform {\n  cloud {\n    workspaces {\n      name = "w"\n    }\n  }\n}\n', { TF_CLOUD_HOSTNAME: host }],
    ] as const) {
      const [root] = (await readProject(memoryFiles({ '/p/main.tf': text }), env, '/p', '/p')).roots;
      assert.equal(root?.cloud.hostname.state === 'known' ? root.cloud.hostname.value : '', asciiHost(host));
    }
  }
});

test('what a URL would read as something else than a host is none', async () => {
  for (const host of [
    'app.terraform.io@example.com',
    'a?b.example.com',
    'a#b',
    'a\\\\b.example.com',
    'a..b',
    '.a.example.com',
    'a%2fb',
  ]) {
    const text = `terraform {\n  cloud {\n    hostname     = "${host}"\n    organization = "acme"\n    workspaces {\n      name = "w"\n    }\n  }\n}\n`;
    const [root] = (await readProject(memoryFiles({ '/p/main.tf': text }), {}, '/p', '/p')).roots;
    assert.equal(root?.cloud.hostname.state, 'unknown', host);
  }
});
