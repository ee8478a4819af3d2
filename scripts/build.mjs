// Builds dist/: extension.js (activation) with the files that it loads later, web.js (the same in a browser), aws.js (the SDK, reached by a lazy require), cli.js,
// and the metafiles that tests read.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { install, root } from './install.mjs';

export async function build({ production = false } = {}) {
  install();
  const { build: bundle } = await import('esbuild');
  const dist = path.join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  // Read only when a command needs it: never part of a bundle.
  copyData(path.join(root, 'src/iam/data'), path.join(dist, 'data'), production);
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    minify: production,
    sourcemap: production ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
    external: ['vscode', './aws.js'],
  };
  await buildSplit(bundle, common, dist, { entry: 'src/extension.ts', prefix: '', target: 'node22' });
  await buildSplit(bundle, common, dist, {
    entry: 'src/cli.ts',
    prefix: 'cli-',
    target: 'node20',
    banner: '#!/usr/bin/env node',
  });
  const aws = path.join(dist, 'aws.js');
  const entryPoints = ['src/iam/account/index.ts'];
  const { metafile } = await bundle({ ...common, target: 'node20', entryPoints, outfile: aws });
  writeFileSync(`${aws}.meta.json`, JSON.stringify(metafile));
  // A browser loads one file, and knows nothing of Node: an import of one of its modules ends the build.
  const web = path.join(dist, 'web.js');
  const browser = {
    platform: 'browser',
    target: 'es2022',
    conditions: ['browser'],
    entryPoints: ['src/vscode/web.ts'],
  };
  const built = await bundle({ ...common, ...browser, outfile: web });
  writeFileSync(`${web}.meta.json`, JSON.stringify(built.metafile));
  // The script of pages, loaded by a webview when one is opened.
  const page = path.join(dist, 'page.js');
  const script = { platform: 'browser', target: 'es2022', format: 'iife', entryPoints: ['src/webview/page.ts'] };
  const drawn = await bundle({ ...common, ...script, outfile: page });
  writeFileSync(`${page}.meta.json`, JSON.stringify(drawn.metafile));
}

/** What is packed is small before it is fast to make: brotli takes a fifth off (src/node/permissionFiles.ts reads both). */
function copyData(from, to, production) {
  if (!production) return cpSync(from, to, { recursive: true });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const data = gunzipSync(readFileSync(path.join(from, name)));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    };
    writeFileSync(path.join(to, name.replace(/\.gz$/, '.br')), brotliCompressSync(data, { params }));
  }
}

/**
 * The extension or the CLI in several CommonJS files that share code: what its start needs, and what an `import()` loads later.
 * esbuild splits ES modules only, so each file it makes is turned into CommonJS afterwards. Shared files get plain names, in the
 * order of their size, so that the list of packed files doesn't change with each edit.
 */
async function buildSplit(bundle, common, dist, { entry, prefix, target, banner }) {
  const { transform } = await import('esbuild');
  const { minify, sourcemap } = common;
  const { outputFiles, metafile } = await bundle({
    ...common,
    entryPoints: [entry],
    outdir: dist,
    format: 'esm',
    splitting: true,
    target,
    chunkNames: '[name]-[hash]',
    sourcemap: sourcemap && 'inline',
    write: false,
  });
  const meta = Object.fromEntries(Object.entries(metafile.outputs).map(([file, m]) => [path.basename(file), m]));
  const names = new Map();
  const shared = [];
  for (const { path: file } of outputFiles) {
    const name = path.basename(file);
    const from = meta[name].entryPoint;
    if (from === undefined) shared.push(name);
    else names.set(name, `${from === entry ? '' : prefix}${path.basename(from, '.ts')}.js`);
  }
  shared.sort((a, b) => meta[b].bytes - meta[a].bytes);
  shared.forEach((name, i) => names.set(name, `${prefix}shared${i + 1}.js`));
  for (const { path: file, text } of outputFiles) {
    const name = names.get(path.basename(file));
    let source = text;
    for (const [old, plain] of names) source = source.replaceAll(`./${old}`, `./${plain}`);
    // esbuild would copy the hundred names of the API for each file that imports it, at every start.
    source = source.replace(/import\s*\*\s*as ([\w$]+)\s+from\s*"vscode";?/g, 'const $1=require("vscode");');
    const { code, map } = await transform(source, {
      format: 'cjs',
      platform: 'node',
      target,
      minify,
      ...(banner !== undefined && name === `${path.basename(entry, '.ts')}.js` && { banner }),
      sourcemap: sourcemap ? 'external' : false,
      sourcefile: name,
      legalComments: 'none',
      // A plain require is twice as fast as Node's own import() of the same file.
      supported: { 'dynamic-import': false },
    });
    writeFileSync(path.join(dist, name), sourcemap ? `${code}//# sourceMappingURL=${name}.map\n` : code);
    if (sourcemap) writeFileSync(path.join(dist, `${name}.map`), map);
  }
  const renamed = Object.entries(metafile.outputs).map(([file, m]) => [
    `dist/${names.get(path.basename(file))}`,
    {
      ...m,
      imports: m.imports.map(i => ({ ...i, path: i.external ? i.path : `dist/${names.get(path.basename(i.path))}` })),
    },
  ]);
  writeFileSync(
    path.join(dist, `${path.basename(entry, '.ts')}.js.meta.json`),
    JSON.stringify({ ...metafile, outputs: Object.fromEntries(renamed) }),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build({ production: process.argv.includes('--production') });
}
