// Runs the host suites: inside the extension host (current and oldest VS Code), then the packaged extension in the workbench.
// Prints "N passing" and "N failing" for each, which scripts/test.mjs adds up. Names given as arguments choose suites.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { chromium, setup, versions } from '../support/vscode/setup.mjs';
import { InfrastructureError, startHost } from '../support/vscode/host.mjs';
import { pageKeepsWhatIsTyped } from './page.mjs';
import { runScenario } from './scenario.mjs';
import { makePackage } from '../../scripts/package.mjs';
import { build } from '../../scripts/build.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const root = path.resolve(here, '../..');
const out = path.join(root, '.cache/host-tests');
const shots = path.join(root, 'test/screenshots');
const wanted = process.argv.slice(2);
const chosen = name => wanted.length === 0 || wanted.some(w => name.includes(w));

if (!chromium() && !process.env.VSCODE_EXECUTABLE_PATH) {
  console.log(
    'Skipped: the host suites need Chromium (Debian: apt-get install chromium) or VSCODE_EXECUTABLE_PATH.\n0 passing\n1 pending',
  );
  process.exit(0);
}
mkdirSync(shots, { recursive: true });

/** One retry when the host itself broke; an assertion that fails is never tried again. */
async function robust(name, run) {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    console.error(`# ${name}: the host broke (${error.message}); once more`);
    return run();
  }
}

let bad = 0;
await build();
const suites = readdirSync(path.join(here, 'suites')).filter(f => f.endsWith('.ts'));
await bundle({
  absWorkingDir: root,
  entryPoints: suites.map(f => `test/host/suites/${f}`),
  outdir: out,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha', './aws.js'],
  logLevel: 'warning',
  mainFields: ['module', 'main'],
});

// The SDK is reached by a lazy require beside the bundle, as in dist/.
copyFileSync(path.join(root, 'dist/aws.js'), path.join(out, 'aws.js'));

const company = path.join(root, 'test/fixtures/company');
const inHost = [
  { name: 'in-host, current', version: versions.current, entry: 'trusted' },
  { name: 'in-host, oldest', version: versions.oldest, entry: 'trusted' },
  { name: 'in-host, account', version: versions.current, entry: 'account' },
  { name: 'in-host, bring code', version: versions.current, entry: 'bringCode' },
  { name: 'in-host, identity', version: versions.current, entry: 'identity' },
  { name: 'in-host, permissions', version: versions.current, entry: 'permissions' },
  { name: 'in-host, planted secrets', version: versions.current, entry: 'plantedSecrets' },
  { name: 'in-host, untrusted', version: versions.current, entry: 'untrusted', trusted: false },
];

/** Runs a suite inside the extension host. Gives the text of its result. */
async function inside(suite) {
  if (process.env.VSCODE_EXECUTABLE_PATH && suite.trusted !== false) {
    const { runTests } = await import('@vscode/test-electron');
    await runTests({
      vscodeExecutablePath: process.env.VSCODE_EXECUTABLE_PATH,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, `${suite.entry}.js`),
      launchArgs: [company],
    });
    return '';
  }
  const host = await startHost({
    version: suite.version,
    ext: root,
    ws: company,
    tests: path.join(out, `${suite.entry}.js`),
    trusted: suite.trusted,
  });
  try {
    const result = await host.done(240_000);
    const counts = `${result.passes ?? 0} passing\n${result.failures ?? (result.ok ? 0 : 1)} failing`;
    if (!result.ok) throw new Error(`${counts}\n${result.error}`);
    return counts;
  } finally {
    await host.close();
  }
}

const suiteJobs = inHost
  .filter(s => chosen(s.name))
  .map(suite => ({ name: suite.name, run: () => robust(suite.name, () => inside(suite)) }));

const drives = readdirSync(path.join(here, 'ui')).filter(f => f.endsWith('.ui.mjs') && chosen(`ui ${f}`));
const scenarioJobs = [];
if (drives.length > 0) {
  const vsix = await makePackage(path.join(root, '.cache/host-tests/extension.vsix'));
  await build();
  for (const file of drives) {
    const { default: scenarios } = await import(pathToFileURL(path.join(here, 'ui', file)).href);
    for (const scenario of scenarios)
      scenarioJobs.push({
        name: `ui ${file}: ${scenario.name}`,
        run: async () => {
          await robust(scenario.name, () => runScenario(scenario, vsix, shots));
          return '1 passing';
        },
      });
  }
}

// Each job has a VS Code of its own, which waits as much as it works: two at a time. What is laid out once is laid out before.
for (const version of new Set([versions.current, ...inHost.filter(s => chosen(s.name)).map(s => s.version)]))
  setup(version);
const page = 'page in a browser: nothing typed is lost while it is drawn';
const browser = chromium();
const pageJobs =
  browser !== undefined && chosen(page)
    ? [{ name: page, run: async () => `${await pageKeepsWhatIsTyped(browser)} passing` }]
    : [];
const jobs = [...pageJobs, ...suiteJobs, ...scenarioJobs];
const worker = async () => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const start = Date.now();
    const took = () => `${((Date.now() - start) / 1000).toFixed(0)} s`;
    try {
      const text = await job.run();
      console.log(`✔ ${job.name} (${took()})\n${text}`);
    } catch (error) {
      bad++;
      const counted = /^\d+ failing/m.test(error.message);
      console.log(`✘ ${job.name} (${took()})\n${counted ? error.message : `${error.stack}\n1 failing`}`);
    }
  }
};
await Promise.all(Array.from({ length: Number(process.env.HOST_JOBS ?? 2) }, worker));
process.exit(bad === 0 ? 0 : 1);
