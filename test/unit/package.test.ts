import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands';
import { rules } from '../../src/lint/table';

const root = path.resolve(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope?: string; readonly properties?: object }>>;
    };
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string } };
}

const manifest = JSON.parse(read('package.json')) as Manifest;

/** Inputs of a bundle, as esbuild wrote them down (`npm run build` comes before the tests). */
function inputs(bundle: string): readonly string[] {
  const file = path.join(root, 'dist', `${bundle}.meta.json`);
  assert.ok(existsSync(file), `${file} is missing: npm run build`);
  return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { inputs: object }).inputs);
}

test('what activation loads holds no AWS SDK and no test code', () => {
  const files = inputs('extension.js');
  assert.deepEqual(
    files.filter(f => /@aws-sdk|@smithy|^test\//.test(f)),
    [],
  );
  assert.ok(inputs('aws.js').some(f => f.includes('@aws-sdk/client-iam')));
});

test('only the extension imports vscode', () => {
  for (const bundle of ['cli.js', 'aws.js'])
    assert.deepEqual(
      inputs(bundle).filter(f => f.startsWith('src/vscode') || f === 'src/extension.ts'),
      [],
      bundle,
    );
});

test('activation waits for no search: literal names and languages only', () => {
  for (const event of manifest.activationEvents) {
    assert.doesNotMatch(event, /^\*$|onStartupFinished/);
    if (event.startsWith('workspaceContains:')) assert.doesNotMatch(event, /[*?]/);
  }
});

test('every menu names a declared command, and every text of the manifest exists', () => {
  const declared = new Set(manifest.contributes.commands.map(c => c.command));
  for (const entries of Object.values(manifest.contributes.menus))
    for (const entry of entries) assert.ok(declared.has(entry.command), entry.command);
  const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
  const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(m => m[1] ?? '');
  assert.deepEqual(
    used.filter(key => texts[key] === undefined),
    [],
  );
  assert.deepEqual(
    Object.keys(texts).filter(key => !used.includes(key)),
    [],
  );
});

test('settings are per folder, and there is one severity for each rule', () => {
  const { properties } = manifest.contributes.configuration;
  for (const [name, setting] of Object.entries(properties)) assert.equal(setting.scope, 'resource', name);
  assert.deepEqual(Object.keys(properties['tfcOidc.rules']?.properties ?? {}).sort(), rules.map(r => r.code).sort());
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
});

test('README names every command, rule and setting, and its links lead somewhere', () => {
  const text = read('README.md');
  for (const command of commands) assert.match(text, new RegExp(`\`${command.name}[\` ]`), command.name);
  for (const rule of rules) assert.ok(text.includes(`\`${rule.code}\``), rule.code);
  for (const setting of Object.keys(manifest.contributes.configuration.properties))
    assert.ok(text.includes(`\`${setting}\``), setting);
  for (const page of [
    'README.md',
    'docs/architecture.md',
    'docs/contributing.md',
    'docs/doctor.md',
    'docs/rules.md',
    'docs/trust.md',
  ]) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(link)) continue;
      assert.ok(existsSync(path.resolve(root, path.dirname(page), link)), `${page}: ${link}`);
    }
  }
});

test('every command has help that shows its options', () => {
  for (const command of commands) {
    assert.ok(command.summary.length > 10 && command.help.length > 100, command.name);
    for (const option of Object.keys(command.options)) {
      if (['phase', 'phases'].includes(option)) continue;
      assert.ok(command.help.includes(`--${option}`), `${command.name} --${option}`);
    }
  }
});
