// Measures how much processor time the permission data takes to load the first time: node scripts/permissions/load.mjs
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const file = path.join(import.meta.dirname, '../../src/iam/data/terraform.json.gz');
const before = process.cpuUsage();
const data = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
// What the class TypeMapping does with it.
const actions = data.actions.split('\n').flatMap(line => line.split(' '));
new Map(actions.map((name, i) => [name, i]));
data.scopes.split('\n');
data.formats.split('\n');
const { user, system } = process.cpuUsage(before);
console.log(`${((user + system) / 1000).toFixed(1)} ms of processor time for ${Object.keys(data.types).length} types`);
