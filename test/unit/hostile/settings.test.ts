import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { freeCommands } from '../../support/freeCommands';

/** What a folder can choose by its `.vscode/settings.json`: nothing that runs, signs in or receives something. */

const root = path.join(__dirname, '../../..');
interface Setting {
  readonly type: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly scope?: string;
  readonly items?: { readonly type?: string };
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
  };
  readonly capabilities: Readonly<
    Record<
      'untrustedWorkspaces' | 'virtualWorkspaces',
      { readonly supported: string; readonly restrictedConfigurations?: readonly string[] }
    >
  >;
};

test('no setting holds a program, a host, a profile, a token or an address', () => {
  const free = Object.entries(manifest.contributes.configuration.properties).filter(
    ([, s]) => s.type === 'string' && s.enum === undefined,
  );
  assert.deepEqual(free, []);
  for (const name of Object.keys(manifest.contributes.configuration.properties))
    assert.doesNotMatch(name, /host|profile|token|path|command|binary|executable|url|region|role|account|env/i);
});

test('settings are read in one place, and only those that the manifest declares; of the editor’s own, how it reaches the network', () => {
  const folder = path.join(root, 'src');
  const reading = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .flatMap(name =>
      [...readFileSync(path.join(folder, name), 'utf8').matchAll(/getConfiguration\(([^,)]*)/g)].map(
        ([, section]) => `${name.replaceAll(path.sep, '/')} ${section ?? ''}`,
      ),
    );
  assert.deepEqual(reading.sort(), ["vscode/connection.ts 'http'", "vscode/settings.ts 'tfcOidc'"]);
  // VS Code takes its http settings from the user and the machine, never from a folder.
  const connection = readFileSync(path.join(folder, 'vscode/connection.ts'), 'utf8');
  assert.deepEqual(
    [...connection.matchAll(/\bhttp\.get(?:<\w+>)?\('(\w+)'/g)].map(m => m[1]),
    ['proxy', 'proxySupport', 'systemCertificates'],
  );
  const text = readFileSync(path.join(folder, 'vscode/settings.ts'), 'utf8');
  const declared = Object.keys(manifest.contributes.configuration.properties);
  for (const [, name] of text.matchAll(/\.get<[^(]*>?\(\s*'(\w+)'/g))
    assert.ok(declared.includes(`tfcOidc.${name ?? ''}`));
});

test('each command that reads credentials or writes is refused by code in Restricted Mode', () => {
  const text = readFileSync(path.join(root, 'src/vscode/start.ts'), 'utf8');
  assert.match(text, /function requireTrust\(\): void \{\s*if \(vscode\.workspace\.isTrusted\) return;\s*throw/);
  assert.match(text, /const trusted = [\s\S]{0,300}requireTrust\(\);\s*await run\(await services\(\)/);
  const asked = [...text.matchAll(/\btrusted\('([\w.]+)'/g)].map(m => m[1] ?? '');
  // Nothing reaches what stands behind commands but through `trusted`, the store of checks, which only they fill, and a page that is
  // restored, which asks the same question first.
  assert.equal(text.match(/await services\(\)/g)?.length, 3);
  assert.match(
    text,
    /if \(!vscode\.workspace\.isTrusted\) panel\.dispose\(\);\s*else \{\s*const \{ [\w, ]+ \} = await services\(\);/,
  );
  const hidden = manifest.contributes.commands.filter(c => c.enablement?.includes('isWorkspaceTrusted') === true);
  assert.deepEqual(
    hidden.map(c => c.command).filter(id => !asked.includes(id)),
    [],
  );
  assert.deepEqual(
    manifest.contributes.commands
      .map(c => c.command.replace('tfcOidc.', ''))
      .filter(id => !asked.includes(`tfcOidc.${id}`))
      .sort(),
    freeCommands,
  );
});

test('untrusted windows are declared as limited, and no setting has to be withheld from them', () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  assert.deepEqual([untrustedWorkspaces.supported, virtualWorkspaces.supported], ['limited', 'limited']);
  // Each setting is a switch, a severity or a list of folders to leave out: a folder may choose those of its own files.
  assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, []);
  for (const [name, { scope }] of Object.entries(manifest.contributes.configuration.properties))
    assert.equal(scope, 'resource', name);
});

test('programs are started in one place each, by name or by the user’s own configuration, never by a setting', () => {
  const folder = path.join(root, 'src');
  const starting = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .filter(name => /['"](?:node:)?child_process['"]/.test(readFileSync(path.join(folder, name), 'utf8')));
  assert.deepEqual(starting.map(name => name.replaceAll(path.sep, '/')).sort(), [
    'cli/binding/hcpSession.ts',
    // `check --changed-since` asks git, by its name, with nothing of the repository's configuration that starts a program.
    'cli/changedFiles.ts',
    'hcp/tokens/runHelper.ts',
    'vscode/hcp.ts',
  ]);
  // The editor starts a credentials helper, which the user's own CLI configuration names, and only in a trusted window.
  const hcp = readFileSync(path.join(folder, 'vscode/hcp.ts'), 'utf8');
  assert.deepEqual(hcp.match(/\bspawn\b/g)?.length, 2);
  assert.match(hcp, /vscode\.workspace\.isTrusted \? helperRunner\(spawn, /);
});

test('the network is reached in one place each, and by nobody who reads code', () => {
  const folder = path.join(root, 'src');
  const network =
    /^import (?!type)[^;]* from '(?:node:)?(?:https?|http2|net|tls|dgram|dns)'|(?<![.\w])fetch\(|\b(?:WebSocket|XMLHttpRequest|EventSource|sendBeacon)\b/m;
  const reaching = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .filter(name => network.test(readFileSync(path.join(folder, name), 'utf8')))
    .map(name => name.replaceAll(path.sep, '/'));
  assert.deepEqual(reaching.sort(), [
    // The keys of the host, with its public documents and no token.
    'binding/gather/issuer.ts',
    'cli/binding/http.ts',
    // The system's certificates and the user's proxy.
    'node/trust.ts',
    'node/tunnel.ts',
    'vscode/connection.ts',
  ]);
});
