// npm test: installs, builds and runs every suite. `node scripts/test.mjs unit [FILE…]` runs one suite or some of its files.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { install, root } from './install.mjs';

install();
const [only, ...names] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

function testFiles(folder) {
  const dir = path.join(root, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .map(name => path.join(folder, name))
    .filter(name => name.endsWith('.test.ts'))
    .filter(name => names.length === 0 || names.some(wanted => name.includes(wanted)))
    .sort();
}

/** Runs one program, shows its output, and returns it with the exit code. */
function show(command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.on('close', code => resolve({ code: code ?? 1, text }));
  });
}

async function nodeSuite(folder) {
  const files = testFiles(folder);
  if (files.length === 0) return;
  console.log(`\n== ${folder}: ${files.length} files`);
  const { code, text } = await show(process.execPath, [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    '--test-timeout=300000',
    ...files,
  ]);
  const count = word => Number(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  total.passed += count('pass');
  total.failed += count('fail') + count('cancelled');
  total.skipped += count('skipped');
  if (code !== 0 && count('fail') + count('cancelled') === 0) total.failed += 1;
}

await build();
if (!only || only === 'unit') await nodeSuite('test/unit');
if (!only || only === 'integration') await nodeSuite('test/integration');
if ((!only || only === 'host') && existsSync(path.join(root, 'test/host/run.mjs'))) {
  const { code, text } = await show(process.execPath, ['--import', 'tsx', 'test/host/run.mjs', ...names]);
  for (const match of text.matchAll(/^(\d+) passing/gm)) total.passed += Number(match[1]);
  for (const match of text.matchAll(/^(\d+) failing/gm)) total.failed += Number(match[1]);
  for (const match of text.matchAll(/^(\d+) pending/gm)) total.skipped += Number(match[1]);
  if (code !== 0 && !/^[1-9]\d* failing/m.test(text)) total.failed += 1;
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
