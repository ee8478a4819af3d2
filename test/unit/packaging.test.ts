import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants, deflateRawSync, gunzipSync } from 'node:zlib';
import { listFiles, PackageManager } from '@vscode/vsce';
import { transformSync } from 'esbuild';

const root = path.resolve(__dirname, '../..');
const node = (...args: readonly string[]): { readonly status: number | null; readonly text: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd: root, encoding: 'utf8' });
  return { status, text: stdout + stderr };
};

const packed = (): Promise<string[]> => listFiles({ cwd: root, packageManager: PackageManager.None });

/** Files of the extension as the build wrote them down. */
function bundles(): readonly string[] {
  const file = path.join(root, 'dist/extension.js.meta.json');
  return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { readonly outputs: object }).outputs);
}

test('the package holds exactly what was reviewed', async () => {
  const files = (await packed()).sort();
  const own = [...bundles(), 'dist/aws.js', 'dist/web.js'].sort();
  // The extension's own files: all that the build made, and nothing of the CLI, no map, no metafile.
  assert.deepEqual(
    files.filter(f => /^dist\/[^/]*$/.test(f)),
    own,
  );
  // Everything else, by folder and ending.
  const reviewed = [
    /^(?:README|CHANGELOG|THIRD-PARTY-NOTICES)\.md$|^LICENSE$/,
    /^package(?:\.nls)?\.json$|^l10n\/bundle\.l10n\.json$/,
    /^docs\/[\w-]+\.md$/,
    /^dist\/data\/\w+\.json\.(?:gz|br)$/,
    /^media\/(?:walkthrough\/)?[\w-]+\.(?:svg|png|code-snippets|schema\.json)$/,
  ];
  assert.deepEqual(
    files.filter(f => !own.includes(f) && !reviewed.some(pattern => pattern.test(f))),
    [],
  );
  for (const file of [
    'package.json',
    'package.nls.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'THIRD-PARTY-NOTICES.md',
  ])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter(f => /(?:^|\/)(?:test|scripts|src|node_modules|\.[^/]+)(?:\/|$)/.test(f)),
    [],
  );
});

test('the package has at most 1 MiB', async () => {
  const files = await packed();
  let bytes = 0;
  // Data is packed with brotli; a lower quality is a few per cent larger and much faster.
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 } };
  for (const file of files) {
    const raw = readFileSync(path.join(root, file));
    // The tests run on a build for people to read; what ships is minified.
    const content =
      path.dirname(file) === 'dist' && file.endsWith('.js')
        ? transformSync(raw.toString('utf8'), { minify: true, format: 'cjs', legalComments: 'none' }).code
        : file.endsWith('.json.gz')
          ? brotliCompressSync(gunzipSync(raw), quick)
          : raw;
    bytes += Math.min(deflateRawSync(content, { level: 9 }).length, Buffer.byteLength(content)) + 2 * file.length + 120;
  }
  assert.ok(bytes > 100_000);
  assert.ok(bytes <= 1024 * 1024, `${bytes} bytes in ${files.length} files`);
});

test('the notices are current, and no licence is among them that must not ship', () => {
  const { status, text } = node('scripts/notices.mjs', '--check');
  assert.equal(status, 0, text);
});

test('the licence gate refuses GPL and AGPL, and whatever nobody looked at', () => {
  const script = `import { licenceProblems } from './scripts/notices.mjs';
    const of = (license, lock = 'MIT') => licenceProblems([{ name: 'x', version: '1', license }], { packages: { 'node_modules/y': { license: lock } } }).length;
    console.log(JSON.stringify([of('MIT'), of('AGPL-3.0'), of('GPL-2.0-only'), of(undefined), of('MIT', 'GPL-3.0-or-later'), of('MIT', 'AGPL-3.0'), of('MIT', '(MIT OR GPL-3.0-or-later)')]));`;
  const { status, text } = node('--input-type=module', '-e', script);
  assert.equal(status, 0, text);
  assert.deepEqual(JSON.parse(text), [0, 1, 1, 1, 1, 1, 0]);
});

test('workflows use actions by commit, keep no token, and may do nothing but read', () => {
  const folder = path.join(root, '.github/workflows');
  const names = readdirSync(folder).filter(f => /\.ya?ml$/.test(f));
  assert.deepEqual(
    ['check.yml', 'package.yml', 'test.yml'].filter(n => !names.includes(n)),
    [],
  );
  for (const name of names) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const uses = [...text.matchAll(/\buses:\s*(.+)$/gm)].map(m => m[1] ?? '');
    assert.ok(uses.length > 0, name);
    for (const action of uses) assert.match(action, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
    assert.match(text, /^permissions: \{\}$/m, `${name}: nothing is allowed that a job does not ask for`);
    const jobs = [...text.slice(text.indexOf('\njobs:')).matchAll(/^ {2}\w[\w-]*:$/gm)].length;
    const asked = [...text.matchAll(/^ {4}permissions:\n((?: {6}.+\n)+)/gm)].map(m => m[1]);
    assert.equal(asked.length, jobs, `${name}: one permissions block a job`);
    assert.deepEqual([...new Set(asked)], ['      contents: read\n'], name);
    assert.equal(text.match(/actions\/checkout@/g)?.length, text.match(/persist-credentials: false/g)?.length, name);
    assert.equal(text.match(/^ {4}timeout-minutes: \d+$/gm)?.length, jobs, name);
    assert.doesNotMatch(text, /pull_request_target|secrets\./, name);
    // What somebody else wrote (a branch's name, a title) never becomes part of a script.
    for (const [, run = ''] of text.matchAll(/\brun:\s*(.+)$/gm)) assert.doesNotMatch(run, /\$\{\{/, name);
  }
});
