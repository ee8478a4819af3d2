// Opens a VS Code with the extension on the example company, beside an IAM server and an HCP Terraform of its own, until it is closed
// or Ctrl+C is pressed: the desktop `code` where there is one, else code-server, whose address is printed. All below .cache/demo.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { makePackage } from '../../../scripts/package.mjs';
import { setup, versions } from '../vscode/setup.mjs';

// Through require, since tsx gives no __dirname to TypeScript that an ES module imports.
const { archive, production, startCompany } = createRequire(import.meta.url)('./company.ts');
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');
const base = path.join(root, '.cache/demo');

const company = await startCompany(base);
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ended.abort());
try {
  await (hasDesktop() ? desktop() : browser());
} finally {
  await company.close();
  console.log('\nThe servers are stopped. What was changed is in .cache/demo; the next npm start begins anew.');
}
process.exit(0);

function hasDesktop() {
  return spawnSync(process.platform === 'win32' ? 'where' : 'which', ['code'], { stdio: 'ignore' }).status === 0;
}

/** What is there, and what to try first. */
function guide() {
  console.log(`
The example company is in ${path.relative(process.cwd(), company.folder)}. Beside it run, on this machine only:
  IAM and STS        ${company.aws.url}   accounts ${production} (profile acme-prod), ${archive} (acme-archive)
  HCP Terraform      ${company.hcp.origin}   organization acme; the token is in the environment of VS Code

Try:
  1. Open storefront/main.tf: the keys are underlined, Ctrl+. has the fixes.
  2. Open the TFC OIDC sidebar and check the bindings: one is healthy, one is broken, one still has its keys.
  3. Run "Configure TFC OIDC" in storefront/main.tf: look at the page, change an answer, say yes, and see the proof.
  4. Run the doctor on payments-prod: its last run was refused by AWS, and the doctor says where the subject differs. Its
     *Put This Right…* needs a click and a yes.
  5. "TFC OIDC: Undo…" takes everything back.`);
}

/** Its own user data and extensions, so that the user's VS Code is not touched. The window's end is the demo's. */
async function desktop() {
  const args = [
    ...['--user-data-dir', userData()],
    ...['--extensions-dir', path.join(base, 'extensions')],
    `--extensionDevelopmentPath=${root}`,
    ...['--new-window', '--wait', company.folder],
  ];
  guide();
  console.log('\nVS Code opens on it. Close its window, or press Ctrl+C here, to end.');
  // Windows has `code` as a command file, which only a shell runs; its arguments are our own paths.
  const windows = process.platform === 'win32';
  await life(
    spawn('code', windows ? args.map(a => `"${a}"`) : args, { env: environment(), stdio: 'ignore', shell: windows }),
  );
}

async function browser() {
  const vsix = await makePackage(path.join(base, 'extension.vsix'));
  const { server, node } = setup(versions.current);
  const main = path.join(server, 'out/server-main.js');
  const dirs = [
    ...['--server-data-dir', path.join(base, 'server')],
    ...['--user-data-dir', userData()],
    ...['--extensions-dir', path.join(base, 'extensions')],
  ];
  const env = environment();
  const installed = spawnSync(node, [main, '--install-extension', vsix, ...dirs], { env, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`The extension could not be installed:\n${installed.stderr}`);
  const options = ['--host', '127.0.0.1', '--port', process.env['PORT'] ?? '0', '--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off'];
  const child = spawn(node, [main, ...options, ...quiet, ...dirs], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', chunk => {
    const port = /agent listening on (\d+)/.exec(String(chunk))?.[1];
    if (port === undefined) return;
    guide();
    console.log(`\nVS Code: http://127.0.0.1:${port}/?folder=${encodeURIComponent(company.folder)}\nCtrl+C ends it.`);
  });
  await life(child);
}

/** Resolves when the program has ended; Ctrl+C ends it. */
function life(child) {
  ended.signal.addEventListener('abort', () => child.kill());
  if (ended.signal.aborted) child.kill();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

/** The demo's environment: the company's profiles and token, nothing of the user's AWS or Terraform. */
function environment() {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS|TF|TFC|VSCODE)_/i.test(name));
  // A desktop VS Code needs the user's home for its display; the profiles are named by variables of their own.
  const { HOME, USERPROFILE, ...profiles } = company.env;
  const home = hasDesktop() ? {} : { HOME, USERPROFILE };
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{}', ...profiles, AWS_PROFILE: 'acme-prod', ...home };
}

function userData() {
  const folder = path.join(base, 'user');
  const settings = path.join(folder, 'User/settings.json');
  mkdirSync(path.dirname(settings), { recursive: true });
  if (!existsSync(settings)) {
    writeFileSync(
      settings,
      JSON.stringify({
        'security.workspace.trust.enabled': false,
        'telemetry.telemetryLevel': 'off',
        'update.mode': 'none',
        'extensions.ignoreRecommendations': true,
        'workbench.startupEditor': 'readme',
        'chat.disableAIFeatures': true,
      }),
    );
  }
  return folder;
}
