// npm run check: format, lint, types, layering rules, dead exports, compiled permission data. Runs all of them, then says which did not pass.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { install, root } from './install.mjs';

install();

/** What a package's program is to Node. What npm puts into node_modules/.bin is for a shell, and another one on Windows. */
function program(name, from = name) {
  const folder = path.join(root, 'node_modules', from);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin[name]);
}

const steps = [
  ['format', program('prettier'), '--check', '--log-level=warn', '.'],
  ['types', program('tsc', 'typescript'), '-p', '.'],
  // The script of pages has a browser's types.
  ['page types', program('tsc', 'typescript'), '-p', 'src/webview'],
  ['lint', program('eslint'), '--max-warnings=0', 'src', 'test'],
  ['layers', program('depcruise', 'dependency-cruiser'), '--config', '.dependency-cruiser.cjs', 'src'],
  ['dead exports', 'scripts/dead-exports.mjs'],
  ['permission data', 'scripts/permissions/terraform.mjs', '--check'],
  ['size', 'scripts/size.mjs'],
  ['docs', '--import', 'tsx', 'scripts/docs.mjs', '--check'],
];
const only = process.argv.slice(2);
const bad = [];
for (const [name, ...args] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.log(`== ${name}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) bad.push(name);
}
if (bad.length > 0) {
  console.error(`Not clean: ${bad.join(', ')}.`);
  process.exitCode = 1;
}
