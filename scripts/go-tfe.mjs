// npm run go-tfe: HashiCorp's own client (go-tfe, from the Go module proxy) with its own tests against the HCP Terraform server of our
// tests. Needs Go and some minutes for the first build, so it is no part of the tests. Which tests do not pass, and why, stands in
// test/fixtures/hcp/goTfe.json; the sum is written to docs/reliability.md. Exit 1: a test is not as it says there.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HcpServer } from '../test/support/hcp/server.ts';
import { root } from './install.mjs';

const version = 'v1.103.0';
const chosen = '^Test(Variable|WorkspacesRead|Projects|Runs)';
const folder = path.join(root, 'node_modules/.cache/go-tfe', version);
const binary = path.join(folder, 'client.test');

function writable(at) {
  chmodSync(at, 0o755);
  for (const entry of readdirSync(at, { withFileTypes: true }))
    if (entry.isDirectory()) writable(path.join(at, entry.name));
}

if (!existsSync(binary)) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const told = execFileSync('go', ['mod', 'download', '-json', `github.com/hashicorp/go-tfe@${version}`], {
    encoding: 'utf8',
  });
  cpSync(JSON.parse(told).Dir, folder, { recursive: true });
  writable(folder);
  execFileSync('go', ['test', '-c', '-vet=off', '-o', binary, '.'], {
    cwd: folder,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Results by the names of tests; those that only hold others are left out. */
function resultsIn(output) {
  const all = new Map(
    [...output.matchAll(/^ *--- (PASS|FAIL|SKIP): (\S+) \(/gm)].map(([, result, name]) => [name, result]),
  );
  const names = [...all.keys()];
  return new Map([...all].filter(([name]) => !names.some(other => other.startsWith(`${name}/`))));
}

const server = await HcpServer.start();
// Nothing else of the environment: a token or a host of somebody's would be used.
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  TFE_ADDRESS: server.origin,
  TFE_TOKEN: server.token,
  TFE_ADMIN_PROVISION_LICENSES_TOKEN: server.token,
  ENABLE_BETA: '1',
};
const child = spawn(binary, ['-test.v', '-test.timeout', '15m', '-test.run', chosen], { cwd: folder, env });
let output = '';
child.stdout.on('data', chunk => (output += chunk));
child.stderr.on('data', chunk => (output += chunk));
await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
await server.close();
writeFileSync(path.join(folder, 'output.txt'), output);

const results = resultsIn(output);
const reasons = JSON.parse(readFileSync(path.join(root, 'test/fixtures/hcp/goTfe.json'), 'utf8'));
const unexpected = [];
for (const [name, result] of results) {
  if (result === 'PASS' && reasons[name] !== undefined) unexpected.push(`${name} passes: take it off the list`);
  if (result !== 'PASS' && reasons[name] === undefined) unexpected.push(`${name}: ${result}`);
}
for (const name of Object.keys(reasons)) if (!results.has(name)) unexpected.push(`${name} did not run`);
const passed = [...results.values()].filter(r => r === 'PASS').length;
const text = `${passed} of ${results.size} tests and sub-tests of go-tfe ${version} (\`${chosen}\`) pass against the server; why each of the others cannot stands in [goTfe.json](../test/fixtures/hcp/goTfe.json).`;
console.log(text);
for (const line of unexpected) console.error(line);
if (unexpected.length > 0) console.error(`All that go-tfe said: ${path.join(folder, 'output.txt')}`);
const file = path.join(root, 'docs/reliability.md');
const marked = /(<!-- go-tfe -->\n)[^]*?(<!-- \/go-tfe -->)/;
writeFileSync(
  file,
  readFileSync(file, 'utf8').replace(marked, (_, a, b) => `${a}${text}\n${b}`),
);
process.exitCode = unexpected.length === 0 && results.size > 100 ? 0 : 1;
