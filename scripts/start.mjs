// npm start: the main job on the example company, without any account. Tells the story on the terminal; then, in a terminal (or with
// --open), opens a VS Code with the extension on the same project: the desktop one if `code` is there, else code-server in a browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { root, run } from './install.mjs';

const args = process.argv.slice(2);
await build();
run(process.execPath, ['--import', 'tsx', 'test/support/demo/story.ts']);
const interactive = process.stdout.isTTY === true && process.stdin.isTTY === true;
if (args.includes('--open') || (interactive && !args.includes('--headless'))) await open();

async function open() {
  const company = path.join(root, '.cache/demo/company');
  const desktop = spawnSync(process.platform === 'win32' ? 'where' : 'which', ['code']).status === 0;
  if (desktop) {
    console.log(`\nOpening VS Code on ${company} …`);
    run('code', ['--new-window', `--extensionDevelopmentPath=${root}`, company]);
    return;
  }
  const { makePackage } = await import('./package.mjs');
  const { setup, versions } = await import('../test/support/vscode/setup.mjs');
  const vsix = await makePackage(path.join(root, '.cache/demo/extension.vsix'));
  const { server, node } = setup(versions.current);
  const main = path.join(server, 'out/server-main.js');
  const home = path.join(root, '.cache/demo/home');
  const dirs = [
    '--server-data-dir',
    path.join(home, 'server'),
    '--user-data-dir',
    path.join(home, 'user'),
    '--extensions-dir',
    path.join(home, 'extensions'),
  ];
  const env = { ...process.env, HOME: home, EXTENSIONS_GALLERY: '{}' };
  run(node, [main, '--install-extension', vsix, ...dirs], { env, stdio: 'ignore' });
  const child = spawn(
    node,
    [
      main,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--without-connection-token',
      '--accept-server-license-terms',
      '--telemetry-level',
      'off',
      ...dirs,
    ],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.stdout.on('data', chunk => {
    const port = /agent listening on (\d+)/.exec(String(chunk))?.[1];
    if (port)
      console.log(`\nVS Code is at http://127.0.0.1:${port}/?folder=${encodeURIComponent(company)}\nCtrl+C ends it.`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill());
  await new Promise(resolve => child.on('close', resolve));
  if (!existsSync(company)) process.exitCode = 1;
}
