import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { commands } from '../../src/cli/commands';
import { helpText } from '../../src/cli/helpText';
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

/** A bundle as esbuild wrote it down (`npm run build` comes before the tests). */
interface Bundle {
  readonly inputs: object;
  readonly outputs: Readonly<
    Record<
      string,
      { readonly inputs: object; readonly imports: readonly { readonly path: string; readonly kind: string }[] }
    >
  >;
}

function metafile(bundle: string): Bundle {
  const file = path.join(root, 'dist', `${bundle}.meta.json`);
  assert.ok(existsSync(file), `${file} is missing: npm run build`);
  return JSON.parse(readFileSync(file, 'utf8')) as Bundle;
}

const inputs = (bundle: string): readonly string[] => Object.keys(metafile(bundle).inputs);

/** A file of dist/ with those that it loads at once. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  found.add(file);
  for (const next of metafile('extension.js').outputs[file]?.imports ?? [])
    if (next.kind === 'import-statement' && next.path.startsWith('dist/') && !found.has(next.path))
      loadedWith(next.path, found);
  return found;
}

test('the extension holds no AWS SDK and no test code', () => {
  const files = inputs('extension.js');
  assert.deepEqual(
    files.filter(f => /@aws-sdk|@smithy|^test\//.test(f)),
    [],
  );
  assert.ok(inputs('aws.js').some(f => f.includes('@aws-sdk/client-iam')));
});

test('activation loads its own files only, and few of them', () => {
  const { outputs } = metafile('extension.js');
  const files = [...loadedWith('dist/extension.js')];
  const sources = files.flatMap(f => Object.keys(outputs[f]?.inputs ?? {}));
  assert.ok(sources.includes('src/extension.ts'));
  // Reading and judging code is dist/engine.js; what commands need is dist/services.js.
  assert.deepEqual(
    sources.filter(f => /node_modules|^src\/(?:hcp|iam\/(?!account\/load)|lint\/rules|terraform\/syntax)\//.test(f)),
    [],
  );
  // 120 KB is the budget for what must be read before activation; it takes two thirds of that.
  const bytes = files.reduce(
    (sum, f) =>
      sum + Buffer.byteLength(transformSync(read(f), { minify: true, format: 'cjs', legalComments: 'none' }).code),
    0,
  );
  assert.ok(bytes <= 100_000, `${bytes} bytes in ${files.join(', ')}`);
  assert.ok([...loadedWith('dist/engine.js')].every(f => f !== 'dist/services.js'));
});

test('what opening, typing and saving run cannot start a program, open a connection, or read credentials', () => {
  const { outputs } = metafile('extension.js');
  const files = new Set(
    ['dist/extension.js', 'dist/engine.js', 'dist/permissionLanguage.js'].flatMap(f => [...loadedWith(f)]),
  );
  for (const file of files) {
    const asked = [...read(file).matchAll(/\brequire\("(?:node:)?([a-z_/]+)"\)/g)].map(m => m[1] ?? '');
    const forbidden = ['child_process', 'http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'worker_threads'];
    assert.deepEqual(
      asked.filter(name => forbidden.includes(name)),
      [],
      file,
    );
    const sources = Object.keys(outputs[file]?.inputs ?? {});
    assert.deepEqual(
      sources.filter(f =>
        /^src\/(?:hcp\/(?:client|tokens)|iam\/account\/(?!load|types|webIdentityRecord)|node\/(?:tunnel|trust))/.test(
          f,
        ),
      ),
      [],
      file,
    );
    // No telemetry either: nothing here knows `fetch`.
    assert.doesNotMatch(read(file), /(?<![\w.])fetch\(|XMLHttpRequest|sendTelemetry|createTelemetryLogger/, file);
  }
});

test('the file for browsers holds what reads and judges code, and nothing that writes or asks', () => {
  const files = inputs('web.js');
  assert.ok(files.includes('src/lint/analysis.ts') && files.includes('src/iam/lint/trust/lintTrust.ts'));
  const forbidden =
    /@aws-sdk|@smithy|^test\/|^src\/(?:node|hcp\/client|hcp\/tokens|iam\/account|binding\/apply|iam\/needs|webview|cli|vscode\/services)/;
  assert.deepEqual(
    files.filter(f => forbidden.test(f)),
    [],
  );
  const { code } = transformSync(read('dist/web.js'), { minify: true, format: 'cjs', legalComments: 'none' });
  // Lint judges values as Terraform evaluates them, functions and all (src/terraform/values), and the board's rows are drawn here too;
  // fixes that finish, Terragrunt, the file of a repository and its baseline came to it, then the rows of an organization and the verdict
  // on policies that are not for HCP Terraform.
  assert.ok(Buffer.byteLength(code) <= 415_000, `${Buffer.byteLength(code)} bytes`);
  assert.deepEqual([...new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(m => m[1]))], ['vscode']);
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

test('every menu names a declared command', () => {
  const declared = new Set(manifest.contributes.commands.map(c => c.command));
  for (const entries of Object.values(manifest.contributes.menus))
    for (const entry of entries) assert.ok(declared.has(entry.command), entry.command);
});

test('settings are per folder, and there is one severity for each rule', () => {
  const { properties } = manifest.contributes.configuration;
  for (const [name, setting] of Object.entries(properties)) assert.equal(setting.scope, 'resource', name);
  assert.deepEqual(Object.keys(properties['tfcOidc.rules']?.properties ?? {}).sort(), rules.map(r => r.code).sort());
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
});

test('every command has help that shows its options', () => {
  for (const command of commands) {
    assert.ok(command.summary.length > 10 && helpText(command).length > 300, command.name);
    for (const option of Object.keys(command.options)) {
      if (command.options[option]?.hidden === true) continue;
      assert.ok(helpText(command).includes(`--${option}`), `${command.name} --${option}`);
    }
  }
});
