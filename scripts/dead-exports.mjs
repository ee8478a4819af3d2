// Exports that nothing imports, in src/ and test/. An export used only by tests is allowed: tests are its reason.
import unusedExports from 'ts-unused-exports';
import path from 'node:path';
import { root } from './install.mjs';

// Entry points: their exports are called by VS Code, by the test hosts, or by a lazy require.
const entries = [
  /^src\/extension\.ts$/,
  /^src\/vscode\/web\.ts$/,
  /^src\/cli\.ts$/,
  /^src\/iam\/account\/index\.ts$/,
  // Loaded with `import()` by the command, so that no other command carries its SDK.
  /^src\/cli\/mcp\/server\.ts$/,
  /^test\/host\//,
  /^test\/bench\//,
  // Taken by scripts that are no TypeScript.
  /^test\/support\/demo\//,
];
// Types of public signatures may be exported without an importer: they are the signature's vocabulary.
const { unusedExports: unused, unusedFiles = [] } = unusedExports.analyzeTsConfig(path.join(root, 'tsconfig.json'), [
  '--allowUnusedTypes',
  '--findCompletelyUnusedFiles',
]);
/** From the root, with forward slashes. */
const named = file => path.relative(root, path.resolve(root, file)).replaceAll(path.sep, '/');
const rows = Object.entries(unused)
  .filter(([, exports]) => Array.isArray(exports) && exports.length > 0)
  .map(([file, exports]) => [named(file), exports])
  .filter(([file]) => !file.startsWith('..') && !entries.some(entry => entry.test(file)));
const orphans = unusedFiles
  .map(named)
  .filter(file => /^(?:src|test)\//.test(file) && !/\.test\.ts$/.test(file))
  .filter(file => !entries.some(entry => entry.test(file)));
for (const file of orphans) console.error(`${file}: nothing imports it`);
for (const [file, exports] of rows) console.error(`${file}: ${exports.map(e => e.exportName).join(', ')}`);
if (rows.length + orphans.length > 0) {
  console.error(`${rows.length + orphans.length} files export what nothing imports: remove the export, or the code.`);
  process.exitCode = 1;
}
