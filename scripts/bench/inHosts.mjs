// Runs one measurement in fresh extension hosts, each a VS Code of its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../install.mjs';

/**
 * What `source` (a file of test/bench) writes to `out` in each of `count` hosts, with the versions' name of the host; undefined where
 * there is no Chromium. `prepare(folder)` gives what each host is started with, and in `asked` what the source is told beside `out`.
 */
export async function inHosts(source, count, prepare) {
  const { chromium, versions } = await import('../../test/support/vscode/setup.mjs');
  if (!chromium()) return undefined;
  const { startHost } = await import('../../test/support/vscode/host.mjs');
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-bench-'));
  try {
    const entry = path.join(folder, 'entry.js');
    await build({
      absWorkingDir: root,
      entryPoints: [source],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const out = path.join(folder, 'measured.json');
    const measured = [];
    for (let i = 0; i < count; i++) {
      const { asked, ...options } = prepare(folder);
      const host = await startHost({
        version: versions.current,
        ext: root,
        tests: entry,
        ...options,
        env: { TFC_OIDC_BENCH: JSON.stringify({ ...asked, out }) },
      });
      try {
        const result = await host.done(240_000);
        if (!result.ok) throw new Error(result.error);
      } finally {
        await host.close();
      }
      measured.push(JSON.parse(readFileSync(out, 'utf8')));
    }
    return { measured, version: versions.current };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
