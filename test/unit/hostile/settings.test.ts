import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/** What a folder can choose by its `.vscode/settings.json`: nothing that runs, signs in or receives something. */

const root = path.join(__dirname, '../../..');
interface Setting {
  readonly type: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: { readonly type?: string };
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
  };
};

test('no setting holds a program, a host, a profile, a token or an address', () => {
  const free = Object.entries(manifest.contributes.configuration.properties).filter(
    ([, s]) => s.type === 'string' && s.enum === undefined,
  );
  assert.deepEqual(free, []);
  for (const name of Object.keys(manifest.contributes.configuration.properties))
    assert.doesNotMatch(name, /host|profile|token|path|command|binary|executable|url|region|role|account|env/i);
});

test('settings are read in one place, and only those that the manifest declares', () => {
  const folder = path.join(root, 'src');
  const reading = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .filter(name => readFileSync(path.join(folder, name), 'utf8').includes('getConfiguration('));
  assert.deepEqual(
    reading.map(name => name.replaceAll(path.sep, '/')),
    ['vscode/settings.ts'],
  );
  const text = readFileSync(path.join(folder, 'vscode/settings.ts'), 'utf8');
  const declared = Object.keys(manifest.contributes.configuration.properties);
  for (const [, name] of text.matchAll(/\.get<[^(]*>?\(\s*'(\w+)'/g))
    assert.ok(declared.includes(`tfcOidc.${name ?? ''}`));
});

test('each command that reads credentials or writes is refused by code in Restricted Mode', () => {
  const text = readFileSync(path.join(root, 'src/extension.ts'), 'utf8');
  assert.match(text, /function requireTrust\(\): void \{\s*if \(vscode\.workspace\.isTrusted\) return;\s*throw/);
  const guarded = manifest.contributes.commands.filter(c => c.enablement?.includes('isWorkspaceTrusted') === true);
  assert.ok(guarded.length > 8);
  for (const name of ['configure', 'export', 'undo', 'doctor', 'proveRun', 'signIn', 'chooseProfile', 'checkBindings'])
    assert.ok(
      guarded.some(c => c.command === `tfcOidc.${name}`),
      name,
    );
});
