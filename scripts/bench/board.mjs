// How long the board takes to show many roots: in VS Code, with the view open, from unread files to the rows.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../install.mjs';
import { makeTree } from './tree.mjs';

/** Milliseconds in each of so many hosts; undefined where there is no Chromium. The folder of the roots is made below `base`. */
export async function boardTimes(base, shape, count) {
  const { chromium, versions } = await import('../../test/support/vscode/setup.mjs');
  if (!chromium()) return undefined;
  const { startHost } = await import('../../test/support/vscode/host.mjs');
  const folder = mkdtempSync(path.join(base, 'board-'));
  try {
    const entry = path.join(folder, 'entry.js');
    await build({
      absWorkingDir: root,
      entryPoints: ['test/bench/board.ts'],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const one = path.join(folder, 'one/app');
    mkdirSync(one, { recursive: true });
    writeFileSync(
      path.join(one, 'main.tf'),
      'terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "app" }\n  }\n}\n',
    );
    const out = path.join(folder, 'time.json');
    const times = [];
    for (let i = 0; i < count; i++) {
      const tree = path.join(folder, 'tree');
      makeTree(tree, shape);
      const host = await startHost({
        version: versions.current,
        ext: root,
        ws: path.dirname(one),
        tests: entry,
        // The roots are read because they are asked for, not a second time because they came.
        settings: { 'files.watcherExclude': { '**': true } },
        env: { TFC_OIDC_BENCH: JSON.stringify({ tree, roots: shape.roots, out }) },
      });
      try {
        const result = await host.done(240_000);
        if (!result.ok) throw new Error(result.error);
      } finally {
        await host.close();
      }
      times.push(JSON.parse(readFileSync(out, 'utf8')).milliseconds);
    }
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
