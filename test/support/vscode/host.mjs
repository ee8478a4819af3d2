// Runs an extension in a real VS Code: its server, workbench and extension host, shown in headless Chromium.
//   startHost({ ext, ws, tests })  a Mocha entry inside the extension host; resolves with { ok, output }
//   startHost({ vsix, ws })        the packaged extension; returns the page for playwright to drive
// Everything a run writes is in one temporary folder that is removed; requests that do not go to loopback are refused and listed.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { chromium as playwright } from 'playwright-core';
import { chromium, setup } from './setup.mjs';

/** The host itself broke (not a test): worth one more try. */
export class InfrastructureError extends Error {}

const noise =
  /^(?:Ignoring fetching|Updating additional|Resolv(?:ing|ed) connection|Creating a socket|\[|Cannot find module .*native-watchdog)|Service Worker|^\s+\d+ (?:passing|failing)/;

const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'workbench.enableExperiments': false,
  'window.commandCenter': false,
  'editor.accessibilitySupport': 'off',
  'files.simpleDialog.enable': true,
};

/**
 * @param {{ version: string, ext?: string, vsix?: string, ws?: string, tests?: string, settings?: object, trusted?: boolean,
 *   manifest?: (of: object) => object, env?: Record<string, string>, home?: (dir: string) => void, timeout?: number, verbose?: boolean, viewport?: { width: number, height: number } }} options
 */
export async function startHost(options) {
  const binary = chromium();
  if (!binary) throw new Error('Chromium is not installed, and can not be installed here.');
  const { server: serverDir, node } = setup(options.version);
  const root = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-host-'));
  const dir = name => {
    const made = path.join(root, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  const ws = path.join(root, 'ws');
  if (options.ws) cpSync(options.ws, ws, { recursive: true });
  else mkdirSync(ws);
  const settings = {
    ...quiet,
    'security.workspace.trust.enabled': options.trusted === false,
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
    'workbench.colorTheme': 'Default Dark Modern',
    ...options.settings,
  };
  writeFileSync(path.join(dir('user/User'), 'settings.json'), JSON.stringify(settings));
  const home = dir('home');
  options.home?.(home, ws);
  const env = {
    ...process.env,
    HOME: home,
    TMPDIR: dir('t'),
    XDG_CONFIG_HOME: dir('home/.config'),
    XDG_RUNTIME_DIR: dir('r'),
    EXTENSIONS_GALLERY: '{}',
    ...options.env,
  };
  for (const key of Object.keys(env)) {
    if (/^VSCODE_(?!TEST)|^npm_|_proxy$|^(?:AWS|TF|TFC)_/i.test(key) && !(options.env && key in options.env))
      delete env[key];
  }
  const main = path.join(serverDir, 'out/server-main.js');
  const dirs = [
    '--server-data-dir',
    dir('server'),
    '--user-data-dir',
    path.join(root, 'user'),
    '--extensions-dir',
    dir('extensions'),
  ];
  if (options.vsix)
    execFileSync(node, [main, '--install-extension', path.resolve(options.vsix), ...dirs], {
      env,
      stdio: options.verbose ? 'inherit' : 'ignore',
    });
  if (options.manifest) editManifest(dir('extensions'), options.manifest);
  // The page takes the development payload only from a server with the smoke-test driver, which also hides notifications: UI runs
  // that want those install the packaged extension instead.
  const driver = options.ext ? ['--enable-smoke-test-driver'] : [];
  const server = spawn(
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
      ...driver,
      ...dirs,
    ],
    { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let browser;
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    process.off('exit', kill);
    await Promise.race([browser?.close(), new Promise(r => setTimeout(r, 3000).unref())]).catch(() => {});
    kill();
  };
  const kill = () => {
    try {
      process.kill(-server.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  process.on('exit', kill);
  try {
    const port = await listening(server, options.verbose);
    browser = await playwright.launch({
      executablePath: binary,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
        '--lang=en-US',
      ],
    });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const refused = new Set();
    await context.route(
      url => url.host !== `127.0.0.1:${port}` && /^(https?|wss?):$/.test(url.protocol),
      route => {
        refused.add(new URL(route.request().url()).host);
        return route.abort();
      },
    );
    const output = [];
    let finished;
    const result = new Promise(resolve => (finished = resolve));
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      output.push(line);
      // The workbench talks about its own start; a test's lines are those of mocha, which end in a failure or a name.
      if (!noise.test(line)) process.stdout.write(`${line}\n`);
    });
    await page.exposeFunction('codeAutomationExit', code => finished(code));
    if (options.verbose) page.on('console', m => console.error(`[page ${m.type()}] ${m.text().slice(0, 300)}`));
    const remote = p => `vscode-remote://127.0.0.1:${port}${path.resolve(p)}`;
    const payload = [
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ];
    if (options.ext) payload.push(['extensionDevelopmentPath', remote(options.ext)]);
    const resultFile = path.join(root, 'result.json');
    if (options.tests)
      payload.push(['extensionTestsPath', remote(wrapper(root, options.tests, resultFile))], ['enableProposedApi', '']);
    const folder = options.empty ? 'ew=true' : `folder=${encodeURIComponent(ws)}`;
    await page.goto(`http://127.0.0.1:${port}/?${folder}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    await page.waitForSelector('.monaco-workbench .part.statusbar .statusbar-item', { timeout: 90_000 });
    const done = async timeout => {
      const code = await Promise.race([result, new Promise(r => setTimeout(() => r('timeout'), timeout).unref())]);
      // VS Code says 0 even when the extension host was killed: only the wrapper's own word counts.
      try {
        return JSON.parse(readFileSync(resultFile, 'utf8'));
      } catch {
        throw new InfrastructureError(
          code === 'timeout'
            ? 'the tests did not end in time'
            : `the extension host died before the tests ended (it said ${code})`,
        );
      }
    };
    return { page, ws, root, home, port, refused, output, done, close };
  } catch (error) {
    await close();
    throw error instanceof InfrastructureError ? error : new InfrastructureError(String(error));
  }
}

/** Changes the manifest of the extension that was installed. */
function editManifest(extensions, change) {
  for (const name of readdirSync(extensions).filter(n => n.includes('configure-tfc-oidc'))) {
    const file = path.join(extensions, name, 'package.json');
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
  }
}

/** A test entry that calls the real one and writes down how it ended. */
function wrapper(root, tests, resultFile) {
  const entry = path.join(root, 'entry.cjs');
  writeFileSync(
    entry,
    `exports.run = async () => {
  const say = r => require('fs').writeFileSync(${JSON.stringify(resultFile)}, JSON.stringify(r));
  try { const counts = await require(${JSON.stringify(path.resolve(tests))}).run(); say({ ok: true, ...counts }); }
  catch (e) { say({ ok: false, error: String(e && e.message || e), ...(e && e.counts) }); throw e; }
};`,
  );
  return entry;
}

function listening(server, verbose) {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = chunk => {
      text += chunk;
      if (verbose) process.stderr.write(chunk);
      const match = /agent listening on (\d+)/.exec(text);
      if (match) resolve(Number(match[1]));
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('exit', code => reject(new InfrastructureError(`the server ended with ${code}: ${text.slice(-500)}`)));
  });
}
