// Builds dist/: extension.js (activation), aws.js (the SDK, reached by a lazy require), cli.js, and the metafiles that tests read.
import { cpSync, mkdirSync, writeFileSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, root } from './install.mjs';

export async function build({ production = false } = {}) {
  install();
  const { build: bundle } = await import('esbuild');
  const dist = path.join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  // Read only when a command needs it: never part of a bundle.
  cpSync(path.join(root, 'src/iam/permissions/data'), path.join(dist, 'data'), { recursive: true });
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
  const entries = [
    { in: 'src/extension.ts', out: 'extension.js', target: 'node22' },
    { in: 'src/iam/account/index.ts', out: 'aws.js', target: 'node20' },
    { in: 'src/cli.ts', out: 'cli.js', target: 'node20', banner: { js: '#!/usr/bin/env node' } },
    { in: 'src/vscode/web.ts', out: 'web.js', target: 'es2022', platform: 'browser' },
  ];
  for (const { in: entry, out, ...rest } of entries) {
    if (!existsSync(path.join(root, entry))) continue;
    const result = await bundle({ ...common, ...rest, entryPoints: [entry], outfile: path.join(dist, out) });
    writeFileSync(path.join(dist, `${out}.meta.json`), JSON.stringify(result.metafile));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build({ production: process.argv.includes('--production') });
}
