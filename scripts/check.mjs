// npm run check: format, lint, types, layering rules, dead exports. Runs all of them, then says which did not pass.
import { spawnSync } from 'node:child_process';
import { install, root } from './install.mjs';

install();
const bin = name => `node_modules/.bin/${name}`;
const steps = [
  ['format', bin('prettier'), ['--check', '--log-level=warn', '.']],
  ['types', bin('tsc'), ['-p', '.']],
  ['lint', bin('eslint'), ['--max-warnings=0', 'src', 'test']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src']],
  ['translations', process.execPath, ['scripts/l10n.mjs', '--check']],
  ['dead exports', process.execPath, ['scripts/dead-exports.mjs']],
];
const only = process.argv.slice(2);
const bad = [];
for (const [name, command, args] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.log(`== ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) bad.push(name);
}
if (bad.length > 0) {
  console.error(`Not clean: ${bad.join(', ')}.`);
  process.exitCode = 1;
}
