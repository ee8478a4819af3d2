// npm run faults [-- --every N [--from M]] [--jobs N]: each call of "configure" and "undo" meets each fault, and what comes of it is
// written to the table in docs/reliability.md. `--every N` runs each N-th cell only, and the table says so; with `--from M` it begins M
// cells later, and what comes of it is printed only: another part of the same matrix.
// npm run faults -- --kills N [--seed S] [--jobs N]: real processes are killed at N random moments, and what comes of that is written
// beside the table.
// npm run faults -- --stories [--every N] [--jobs N]: the same for what is written after a setup: the end of a key, a smaller role, waves.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './install.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const every = option('every', 1);
const from = option('from', 0);
const kills = option('kills', 0);
const later = process.argv.includes('--stories');
const seed = option('seed', 1);
const jobs = option('jobs', Math.min(2, availableParallelism()));
const file = path.join(root, 'docs/reliability.md');

/** One process runs each `jobs`-th cell against servers of its own. */
function shard(part) {
  return new Promise((resolve, reject) => {
    const what =
      kills > 0
        ? ['test/faults/kills.ts', part, jobs, kills, seed]
        : [later ? 'test/faults/stories.ts' : 'test/faults/run.ts', part, jobs, every, from];
    const args = ['--import', 'tsx', ...what.map(String)];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const results = [];
    let end;
    createInterface({ input: child.stdout }).on('line', line => {
      const value = JSON.parse(line);
      if (value.violations) {
        end = value;
        return;
      }
      results.push(value);
      for (const broken of value.broken)
        console.log(`${value.story ?? `${value.command} (${value.start})`}, ${placeOf(value)}: ${broken}`);
    });
    child.on('error', reject);
    child.on('close', code =>
      code === 0 && end ? resolve({ results, ...end }) : reject(new Error(`a part ended with ${code}`)),
    );
  });
}

const placeOf = ({ index, call, kind, body, milliseconds }) =>
  call === undefined
    ? `killed after ${milliseconds} ms`
    : `call ${index}, ${call.name}, ${kind}${body === undefined ? '' : ` (${body})`}`;

/** What came of the kills, in one sentence for people. */
function killsText(results) {
  const killed = results.filter(r => r.killed);
  const writing = killed.filter(r => r.writes > 0).length;
  const broken = results.filter(r => r.broken.length > 0).length;
  const count = command => killed.filter(r => r.command === command).length;
  return `${results.length} real processes, each ended with SIGKILL at a random moment (seed ${seed}): ${killed.length} were hit while they ran (${count('configure')} of configure, ${count('undo')} of undo), ${writing} of these after their first write; the others had come to their end by then. ${broken} broke a promise.`;
}

/** How many of these runs came to which end. */
function ends(own) {
  const count = end => own.filter(r => r.end === end).length;
  const parts = [
    [count('done'), 'done in spite of it'],
    [count('stopped'), 'stopped'],
    [count('killed'), 'killed'],
    [own.filter(r => r.broken.length > 0).length, '**broken**'],
  ];
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(', ');
}

function head(results, cells) {
  const broken = results.filter(r => r.broken.length > 0).length;
  const part = every === 1 ? '' : ` (1 in ${every} of ${cells}, in turn over all calls and faults)`;
  return `${results.length} runs with a fault${part}, ${broken} of them broke a promise.`;
}

const rows = (heads, lines) =>
  [heads, heads.map(() => '---'), ...lines].map(line => `| ${line.join(' | ')} |`).join('\n');

function table(results, { cells, kinds }) {
  const columns = ['configure', 'undo'].flatMap(c => ['AWS', 'HCP Terraform'].map(s => [c, s]));
  const of = ([command, service]) => results.filter(r => r.command === command && r.call.service === service);
  const met = columns.map(
    column => `${new Set(of(column).map(r => `${r.start} ${r.index}`)).size} of ${column.join(' to ')}`,
  );
  return [
    `${head(results, cells)} Calls that met one: ${met.join(', ')}.`,
    '',
    rows(
      ['fault', ...columns.map(c => c.join(', '))],
      kinds.map(kind => [kind, ...columns.map(c => ends(of(c).filter(r => r.kind === kind)))]),
    ),
  ].join('\n');
}

function storyTable(results, { cells, kinds, stories }) {
  return [
    head(results, cells),
    '',
    rows(
      ['fault', ...stories],
      kinds.map(kind => [kind, ...stories.map(s => ends(results.filter(r => r.story === s && r.kind === kind)))]),
    ),
  ].join('\n');
}

const parts = await Promise.all(Array.from({ length: jobs }, (_, part) => shard(part)));
const results = parts.flatMap(p => p.results);
const violations = parts.flatMap(p => p.violations);
const [name, text] =
  kills > 0
    ? ['kills', killsText(results)]
    : later
      ? ['stories', storyTable(results, parts[0])]
      : ['faults', table(results, parts[0])];
console.log(text);
for (const violation of violations) console.error(`against HashiCorp's description: ${violation}`);
if (existsSync(file) && from === 0) {
  const markers = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(markers, (_, a, b) => `${a}${text}\n${b}`),
  );
}
process.exitCode = violations.length + results.filter(r => r.broken.length > 0).length > 0 ? 1 : 0;
