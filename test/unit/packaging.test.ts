import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, deflateRawSync, gunzipSync } from 'node:zlib';
import { listFiles, PackageManager } from '@vscode/vsce';
import { transformSync } from 'esbuild';
import { Plants } from '../support/hostile/plants';

const root = path.resolve(__dirname, '../..');
const node = (...args: readonly string[]): { readonly status: number | null; readonly text: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd: root, encoding: 'utf8' });
  return { status, text: stdout + stderr };
};

/** Asked for once: vsce goes through the whole folder for it. */
const packed = listFiles({ cwd: root, packageManager: PackageManager.None });

/** Files of the extension as the build wrote them down. */
function bundles(): readonly string[] {
  const file = path.join(root, 'dist/extension.js.meta.json');
  return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { readonly outputs: object }).outputs);
}

test('the package holds exactly what was reviewed', async () => {
  const files = (await packed).sort();
  const own = [...bundles(), 'dist/aws.js', 'dist/web.js', 'dist/page.js'].sort();
  // The extension's own files: all that the build made, and nothing of the CLI, no map, no metafile.
  assert.deepEqual(
    files.filter(f => /^dist\/[^/]*$/.test(f)),
    own,
  );
  // Everything else, by folder and ending.
  const reviewed = [
    /^(?:README|CHANGELOG|THIRD-PARTY-NOTICES)\.md$|^LICENSE$/,
    /^package\.json$/,
    /^docs\/[\w-]+\.md$/,
    /^dist\/data\/\w+\.json\.(?:gz|br)$/,
    /^media\/(?:walkthrough\/)?[\w-]+\.(?:svg|png|css|code-snippets|schema\.json)$/,
  ];
  assert.deepEqual(
    files.filter(f => !own.includes(f) && !reviewed.some(pattern => pattern.test(f))),
    [],
  );
  for (const file of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-NOTICES.md'])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter(f => /(?:^|\/)(?:test|scripts|src|node_modules|\.[^/]+)(?:\/|$)/.test(f)),
    [],
  );
});

test('no packed file holds a secret, a path of this machine or a source map, and the review of the package would find one', async () => {
  const { problemsOf, filesOf } = (await import(
    pathToFileURL(path.join(root, 'scripts/review-package.mjs')).href
  )) as PackageReview;
  const found = (await packed).flatMap(file => {
    const raw = readFileSync(path.join(root, file));
    const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('latin1');
    // The tests run on a build that links to its maps; what ships does not.
    return problemsOf(file, text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, ''), root);
  });
  assert.deepEqual(found, []);
  const plants = new Plants();
  for (const [name, text] of [
    ['dist/x.js', `const key = "${plants.keyId('packed id')}"`],
    ['docs/x.md', `token: ${plants.token('packed token')}`],
    ['dist/x.js', `require("${root}/src/cli.ts")`],
    ['dist/x.js', '"/home/me/project/src/extension.ts"'],
    ['dist/x.js', '"C:\\Users\\me"'],
    ['dist/x.js', 'x\n//# sourceMappingURL=x.js.map\n'],
    ['dist/x.json', '{"sourcesContent":["secret"]}'],
    ['dist/x.js.map', '{}'],
    ['src/extension.ts', ''],
    ['.env', ''],
  ] as const)
    assert.notEqual(problemsOf(name, text, root).length, 0, `${name}: ${text}`);
  assert.deepEqual(problemsOf('docs/x.md', 'for example AKIAIOSFODNN7EXAMPLE', root), []);
  // A package as `zip` writes it: one file stored, one deflated.
  const archive = zipOf({ 'extension/a.txt': 'short', 'extension/dist/b.js': 'x'.repeat(1000) });
  assert.deepEqual(
    [...filesOf(archive)].map(({ name, content }) => [name, content.toString()]),
    [
      ['a.txt', 'short'],
      ['dist/b.js', 'x'.repeat(1000)],
    ],
  );
});

interface PackageReview {
  problemsOf(name: string, text: string, root: string): readonly string[];
  filesOf(archive: Buffer): Iterable<{ readonly name: string; readonly content: Buffer }>;
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, as far as the reader needs it. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const deflated = deflateRawSync(text);
    const method = deflated.length < text.length ? 8 : 0;
    const data = method === 8 ? deflated : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(text.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(text.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), data);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

test('the package has at most 1.5 MiB', async () => {
  const files = await packed;
  let bytes = 0;
  // Data is packed with brotli; a lower quality is a few per cent larger and three times as fast.
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_LGWIN]: 24 } };
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
  assert.ok(bytes <= 1.5 * 1024 * 1024, `${bytes} bytes in ${files.length} files`);
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

/**
 * The job that publishes a release: of a pushed tag alone, in an environment that a person approves, with what another job built and
 * checked. It may write releases and sign what it publishes, nothing else.
 */
function publishingJob(workflow: string): string {
  assert.match(workflow, /^on:\n {2}push:\n {4}tags: \['v\*'\]\n\n/m);
  const job = /^ {2}publish:\n(?: {4,}.*\n)+/m.exec(workflow)?.[0] ?? '';
  assert.match(job, /^ {4}environment: release$/m);
  assert.match(job, /^ {4}permissions:\n {6}contents: write\n {6}id-token: write\n {4}\w/m);
  assert.match(job, /sha256sum --check SHA256SUMS/);
  assert.doesNotMatch(job, /pull_request_target/);
  return job;
}

test('every action that is used by a workflow, the action, a template or an example of the documents is named by its commit and version', () => {
  const inFolder = (folder: string, names: RegExp): readonly string[] =>
    readdirSync(path.join(root, folder))
      .filter(f => names.test(f))
      .map(f => `${folder}/${f}`);
  const yaml = /\.ya?ml$/;
  const files = ['action.yml', ...inFolder('.github/workflows', yaml), ...inFolder('templates', yaml)];
  const own = /^tfc-oidc\/vscode-configure-tfc-oidc@v\d+\.\d+\.\d+$/;
  const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  const found = [...files, ...inFolder('docs', /\.md$/), 'README.md'].flatMap(file =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/^[ -]*uses:\s*(.+)$/gm)].map(
      m => [file, m[1] ?? ''] as const,
    ),
  );
  assert.deepEqual(
    found.filter(([file, action]) => !pinned.test(action) && !(file.endsWith('.md') && own.test(action))),
    [],
  );
  const shas = new Map<string, string>();
  for (const [, action] of found.filter(([, a]) => pinned.test(a))) {
    const [name = '', sha = ''] = action.split('@');
    assert.equal(shas.get(name) ?? sha, sha, `${name}: one version everywhere`);
    shas.set(name, sha);
  }
  assert.ok(['actions/checkout', 'actions/setup-node', 'github/codeql-action/upload-sarif'].every(a => shas.has(a)));
});

test('workflows keep no token, and may do nothing but read; one job, which a person approves, publishes', () => {
  const folder = path.join(root, '.github/workflows');
  const names = readdirSync(folder).filter(f => /\.ya?ml$/.test(f));
  assert.deepEqual(
    ['check.yml', 'package.yml', 'test.yml'].filter(n => !names.includes(n)),
    [],
  );
  for (const name of names) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    assert.match(text, /^permissions: \{\}$/m, `${name}: nothing is allowed that a job does not ask for`);
    const publishes = name === 'release.yml' ? publishingJob(text) : '';
    const jobs = [...text.slice(text.indexOf('\njobs:')).matchAll(/^ {2}\w[\w-]*:$/gm)].length;
    const asked = [...text.matchAll(/^ {4}permissions:\n((?: {6}.+\n)+)/gm)].map(m => m[1]);
    assert.equal(asked.length, jobs, `${name}: one permissions block a job`);
    const others = asked.filter(permissions => permissions !== undefined && !publishes.includes(permissions));
    assert.equal(others.length, publishes === '' ? jobs : jobs - 1, name);
    assert.deepEqual([...new Set(others)], ['      contents: read\n'], name);
    assert.equal(text.match(/actions\/checkout@/g)?.length, text.match(/persist-credentials: false/g)?.length, name);
    assert.equal(text.match(/^ {4}timeout-minutes: \d+$/gm)?.length, jobs, name);
    assert.doesNotMatch(text.replace(publishes, ''), /pull_request_target|secrets\./, name);
    // What somebody else wrote (a branch's name, a title) never becomes part of a script.
    for (const [, run = ''] of text.matchAll(/\brun:\s*(.+)$/gm)) assert.doesNotMatch(run, /\$\{\{/, name);
  }
});
