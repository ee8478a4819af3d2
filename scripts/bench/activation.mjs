// Load and activation of the packaged code: in plain Node with a stand-in for `vscode`, and in VS Code's extension host beside
// extensions that do nothing.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../install.mjs';
import { inHosts } from './inHosts.mjs';

/** Milliseconds of `require('./dist/extension.js')` in fresh processes: the fastest, which other programs disturbed least, and that of an empty module. */
export function loadTimes(count) {
  const names = apiNames();
  const script = file => `
    const { Module } = require('module');
    const any = new Proxy(function () {}, { get: (t, k) => (k === 'prototype' ? t.prototype : any), apply: () => any, construct: () => any });
    const stand = Object.fromEntries(${JSON.stringify(names)}.map(name => [name, any]));
    const load = Module._load;
    Module._load = function (id, ...rest) { return id === 'vscode' ? stand : load.call(this, id, ...rest); };
    const start = process.hrtime.bigint();
    require(${JSON.stringify(file)});
    process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e6));`;
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-bench-'));
  try {
    const empty = path.join(folder, 'empty.js');
    writeFileSync(empty, 'exports.activate = () => {};\n');
    const time = file => {
      const all = Array.from({ length: count }, () => {
        const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script(file)], { encoding: 'utf8' });
        if (status !== 0) throw new Error(stderr.slice(-1000));
        return Number(stdout);
      }).sort((a, b) => a - b);
      return all[0];
    };
    return { ours: time(path.join(root, 'dist/extension.js')), empty: time(empty) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names of VS Code's API that our code uses. */
function apiNames() {
  const files = [
    'src/extension.ts',
    ...readdirSync(path.join(root, 'src/vscode'), { recursive: true })
      .filter(f => f.endsWith('.ts'))
      .map(f => `src/vscode/${f}`),
  ];
  const texts = files.map(file => readFileSync(path.join(root, file), 'utf8'));
  return [...new Set(texts.flatMap(text => [...text.matchAll(/\bvscode\.(\w+)/g)].map(m => m[1])))];
}

/** Milliseconds of `activate()` in the extension host, the fastest of so many hosts; undefined where there is no Chromium. */
export async function activationTimes(count) {
  const ids = ['bench.first', 'bench.second', 'tfc-oidc.configure-tfc-oidc'];
  const found = await inHosts('test/bench/activation.ts', count, () => ({
    home: home => installNothing(path.join(path.dirname(home), 'extensions')),
    asked: { ids },
  }));
  if (found === undefined) return undefined;
  const fastest = (id, part) => Math.min(...found.measured.map(times => times[id][part]));
  const of = id => ({ load: fastest(id, 'load'), activate: fastest(id, 'activate') });
  return { ours: of(ids[2]), nothing: of(ids[1]), host: found.version, hosts: count };
}

/** Two extensions that do nothing: the first one pays for what the host does once. */
function installNothing(folder) {
  for (const name of ['first', 'second']) {
    const dir = path.join(folder, `bench.${name}-1.0.0`);
    mkdirSync(dir, { recursive: true });
    const manifest = { name, publisher: 'bench', version: '1.0.0', engines: { vscode: '^1.105.0' }, main: 'main.js' };
    // Without an event that never comes, an extension with a main file would not be one that can be activated.
    writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ ...manifest, activationEvents: ['onCommand:x'] }));
    writeFileSync(path.join(dir, 'main.js'), 'exports.activate = () => {};\n');
  }
}
