// Installs the locked dependencies when node_modules is missing or older than the lock file.
// Every script of package.json starts here, so that a fresh clone needs nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');

/** Runs a program with inherited output; exits with its code when it is not 0. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    // npm is a script there, which only a shell starts; a program with a space in its path would need quotes in one.
    shell: process.platform === 'win32' && command === 'npm',
    ...options,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function install() {
  const lock = path.join(root, 'package-lock.json');
  const mark = path.join(root, 'node_modules/.installed-lock');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  if (isInstalled(lock)) return writeFileSync(mark, hash);
  console.error('Installing the locked dependencies (npm ci) …');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  // esbuild's own check that its binary package fits this machine; no other package has a script that we need.
  run(process.execPath, ['node_modules/esbuild/install.js']);
  writeFileSync(mark, hash);
}

/** Has `npm ci` (or `npm install`) of somebody else put there what is locked? npm keeps a lock file of its own of what it installed. */
function isInstalled(lock) {
  const own = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(own)) return false;
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages;
  const found = JSON.parse(readFileSync(own, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional, link }]) =>
      name === '' ||
      link === true ||
      (found[name] === undefined
        ? optional === true
        : found[name].version === version && existsSync(path.join(root, name))),
  );
}
