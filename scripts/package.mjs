// npm run package [-- --out FILE]: makes the .vsix. Everything is bundled, so no dependency is packed.
import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { build } from './build.mjs';
import { root, run } from './install.mjs';
import { reviewPackage } from './review-package.mjs';

export async function makePackage(out = path.join(root, 'configure-tfc-oidc.vsix')) {
  await build({ production: true });
  mkdirSync(path.dirname(out), { recursive: true });
  run(process.execPath, ['node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--out', out]);
  const { files, problems } = reviewPackage(out, root);
  if (problems.length > 0) throw new Error(`the package must not be published:\n${problems.join('\n')}`);
  console.log(`${files} files looked into: no secret, no source map, no path of this machine.`);
  return out;
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('package.mjs')) {
  const at = process.argv.indexOf('--out');
  await makePackage(at < 0 ? undefined : path.resolve(process.argv[at + 1]));
}
