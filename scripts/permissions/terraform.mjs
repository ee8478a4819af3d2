// Compiles the provider's call graph (from iam-policy-autopilot's tables, see extract.py) into src/iam/permissions/data/terraform.json.gz:
// node scripts/permissions/terraform.mjs TABLES.json
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { iamNames } from './operations.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const data = path.join(root, 'src/iam/permissions/data');
const tables = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const list = JSON.parse(gunzipSync(readFileSync(path.join(data, 'actions.json.gz'))).toString('utf8'));
const known = new Map(
  Object.entries(list.services).flatMap(([service, rows]) =>
    rows.map(([name]) => [`${service}:${name}`.toLowerCase(), `${service}:${name}`]),
  ),
);

const functions = new Map();
for (const row of tables.functions.call_patterns)
  functions.set(`${row.module_path}|${row.class_name ?? ''}|${row.function_name}`, row.sdk_operations);

/** `github.com/…/internal/service/apigateway.(*accountResource).Read` → its row in the table of functions. */
function operationsOf(symbol) {
  const match = /\/internal\/service\/([^.]+)\.(?:\(\*?(\w+)\)\.)?(\w+)$/.exec(symbol ?? '');
  return match === null ? [] : (functions.get(`${match[1]}|${match[2] ?? ''}|${match[3]}`) ?? []);
}

const absent = new Set();
const used = new Set();
/** Names in IAM of the operations that a function reaches. */
function actionsOf(symbol) {
  const out = new Set();
  for (const { service, operation } of operationsOf(symbol)) {
    const names = iamNames(service, operation)
      .map(name => known.get(name.toLowerCase()))
      .filter(Boolean);
    if (names.length === 0) absent.add(`${service}:${operation}`);
    for (const name of names) {
      out.add(name);
      used.add(name);
    }
  }
  return [...out];
}

const rows = tables.types
  .map(t => ({
    type: t.resource_type,
    sets: [t.read, t.create, t.update, t.delete, t.tags?.list_tags_symbol, t.tags?.update_tags_symbol].map(actionsOf),
  }))
  .sort((a, b) => (a.type < b.type ? -1 : 1));
const names = [...used].sort();
const index = new Map(names.map((name, i) => [name, i]));
const types = {};
for (const row of rows) {
  types[row.type] = row.sets.map(set => set.map(name => index.get(name)).sort((a, b) => a - b));
}
const provider = tables.functions.version.replace(/^v/, '');
const compiled = { source: 'iam-policy-autopilot', version: tables.version, provider, actions: names, types };
const gzipped = gzipSync(JSON.stringify(compiled), { level: 9 });
writeFileSync(path.join(data, 'terraform.json.gz'), gzipped);
const read = rows.filter(row => row.sets[0].length > 0).length;
console.log(
  `provider ${provider}: ${rows.length} types, ${read} with a read, ${names.length} actions, ${gzipped.length} bytes`,
);
console.log(`operations that IAM has no action for: ${[...absent].sort().join(', ') || 'none'}`);
