// npm run bench [-- PART…] [--peers]: measures, prints one table, and writes bench/results.json and the table in docs/bench.md.
// PART: sizes, activation, keystrokes, scan, board, peers, audit, setup, migrate; all of them where none is named. `--peers` installs checkov from
// PyPI into .cache/bench-peers. Nothing here passes or fails: budgets stand beside the figures.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { activationTimes, loadTimes } from './bench/activation.mjs';
import { boardTimes } from './bench/board.mjs';
import { dropCaches, measure, median, versionOf } from './bench/measure.mjs';
import { makeTree } from './bench/tree.mjs';
import { root } from './install.mjs';

const cli = path.join(root, 'dist/cli.js');
const venv = path.join(root, '.cache/bench-peers/venv');
const ms = value => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`);
const kb = bytes => `${(bytes / 1024).toFixed(1)} KB`;
const mb = value => `${value.toFixed(0)} MB`;
const times = ratio => `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}×`;
const row = (what, figure, more = {}) => ({ what, figure, beside: '', ratio: '', budget: '', ...more });

/** Files that are read at once when `file` is. */
function loadedWith(file, outputs, found = new Set()) {
  found.add(file);
  for (const { path: next, kind } of outputs[file].imports)
    if (kind === 'import-statement' && next.startsWith('dist/') && !found.has(next)) loadedWith(next, outputs, found);
  return [...found];
}

function sizes() {
  const { outputs } = JSON.parse(readFileSync(path.join(root, 'dist/extension.js.meta.json'), 'utf8'));
  const size = file => statSync(path.join(root, file)).size;
  const all = files => files.reduce((sum, file) => sum + size(file), 0);
  const activation = loadedWith('dist/extension.js', outputs);
  const engine = loadedWith('dist/engine.js', outputs).filter(f => !activation.includes(f));
  const services = loadedWith('dist/services.js', outputs).filter(f => !activation.includes(f) && !engine.includes(f));
  const whole = Object.keys(outputs);
  return [
    row('Read at activation', kb(all(activation)), {
      beside: `all of the extension, ${kb(all(whole))}`,
      ratio: `${((100 * all(activation)) / all(whole)).toFixed(0)} %`,
      budget: '120 KB',
    }),
    row('Read behind it, with the first Terraform file', kb(all(engine))),
    row('Read with the first command', kb(all(services))),
    row('Read when a command first needs AWS', kb(size('dist/aws.js'))),
    row('Read in a browser', kb(size('dist/web.js'))),
  ];
}

async function activation() {
  const load = loadTimes(21);
  const rows = [
    row('Load the activation file in plain Node', ms(load.ours), {
      beside: `an empty module, ${ms(load.empty)}`,
      ratio: times(load.ours / load.empty),
      budget: '15 ms',
    }),
  ];
  const host = await activationTimes(5);
  if (host === undefined) return [...rows, row('Activation in VS Code', 'skipped: no Chromium')];
  return [
    ...rows,
    row('Load in VS Code’s extension host', ms(host.ours.load), {
      beside: `an extension that does nothing, ${ms(host.nothing.load)}`,
      ratio: times(host.ours.load / host.nothing.load),
      budget: '15 ms',
    }),
    row('Our own time in activate()', ms(host.ours.activate), {
      beside: `an extension that does nothing, ${host.nothing.activate.toFixed(3)} ms`,
      budget: '10 ms',
    }),
  ];
}

function keystrokes() {
  const script = path.join(root, 'scripts/bench/keystrokes.mjs');
  const r = JSON.parse(execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }));
  return [
    row(`Keystroke to findings, ${r.edits} edits of ${r.lines} lines: half of them within`, ms(r.p50)),
    row('… 95 % within', ms(r.p95), { beside: 'one frame, 16 ms', ratio: times(16 / r.p95), budget: '16 ms' }),
    row('… 99 % within', ms(r.p99)),
    row('… heap behind them', mb(r.heapAfter), { beside: `before, ${mb(r.heapBefore)}` }),
  ];
}

const finding = /: (?:error|warning|information): /;
const check = folder => ['check', folder, '--fail-on', 'never'];

async function withTree(shape, run) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-bench-'));
  try {
    return await run(folder, makeTree(folder, shape));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function scanned(name, shape, budget) {
  return withTree(shape, async (folder, { files, bytes }) => {
    const tree = `${name}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
    const one = () => measure(process.execPath, [cli, ...check(folder)], { until: finding });
    const cold = dropCaches() ? await one() : undefined;
    const warm = await median(5, one);
    if (warm.code !== 0) throw new Error(warm.err);
    return [
      cold === undefined
        ? row(`${tree}; cold`, 'skipped: the disk cache can’t be emptied here')
        : row(`${tree}; cold`, ms(cold.milliseconds)),
      row(`${tree}; warm`, ms(warm.milliseconds), {
        beside: `processor time, ${ms(warm.cpuMilliseconds)}`,
        ...budget?.whole,
      }),
      row('… first finding after', ms(warm.first), { ...budget?.first }),
      row('… memory at most', mb(warm.megabytes), { ...budget?.memory }),
    ];
  });
}

async function scan() {
  return [
    ...(await scanned(
      'A monorepo of 1,000 roots',
      { roots: 1000, filesPerRoot: 10, bytesPerFile: 1700 },
      { whole: { budget: '2 s' }, first: { budget: '300 ms' }, memory: { budget: '150 MB' } },
    )),
    ...(await scanned('500 roots', { roots: 500, filesPerRoot: 5, bytesPerFile: 1700 })),
  ];
}

/** The same roots in the terminal and on the board with the view open, one after the other, so that the load of the machine is the same. */
async function board() {
  const shape = { roots: 300, filesPerRoot: 5, bytesPerFile: 1700 };
  const what = '300 roots on the board, the view open, from unread files to the rows';
  return withTree(shape, async folder => {
    const terminal = await median(5, () => measure(process.execPath, [cli, ...check(folder)]));
    const inWindow = await boardTimes(shape, 3);
    if (inWindow === undefined) return [row(what, 'skipped: no Chromium')];
    const middle = inWindow.sort((a, b) => a - b)[Math.floor(inWindow.length / 2)];
    return [
      row(what, ms(middle), {
        beside: `check of the same in a terminal, ${ms(terminal.milliseconds)}`,
        ratio: times(middle / terminal.milliseconds),
        budget: '2×',
      }),
    ];
  });
}

async function peers() {
  if (process.argv.includes('--peers') && !existsSync(path.join(venv, 'bin/checkov'))) {
    mkdirSync(path.dirname(venv), { recursive: true });
    spawnSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    spawnSync(path.join(venv, 'bin/pip'), ['install', '-q', 'checkov'], { stdio: 'inherit' });
  }
  const checkov = existsSync(path.join(venv, 'bin/checkov')) ? path.join(venv, 'bin/checkov') : 'checkov';
  const tools = [
    ['tflint', ['--version'], ['--recursive', '--chdir']],
    ['trivy', ['--version'], ['config', '--quiet', '--skip-check-update']],
    [checkov, ['--version'], ['--quiet', '--compact', '--skip-download', '--framework', 'terraform', '-d']],
  ];
  // Small enough for the slowest of them.
  return withTree({ roots: 50, filesPerRoot: 10, bytesPerFile: 1700 }, async (folder, { files }) => {
    const ours = await median(5, () => measure(process.execPath, [cli, ...check(folder)]));
    const rows = [];
    for (const [command, version, args] of tools) {
      const name = path.basename(command);
      const found = versionOf(command, version);
      const what = `check of ${files} files beside ${name}${name === 'trivy' ? ' config' : ''}`;
      if (found === undefined) {
        rows.push(row(what, ms(ours.milliseconds), { beside: 'skipped: not installed', budget: '10×' }));
        continue;
      }
      const theirs = await measure(command, [...args, folder], { cwd: folder });
      rows.push(
        row(what, ms(ours.milliseconds), {
          beside: `${found.replace(/^Version:\s*/, '')}, ${ms(theirs.milliseconds)}`,
          ratio: times(theirs.milliseconds / ours.milliseconds),
          budget: '10×',
        }),
      );
    }
    return rows;
  });
}

const typescript = script =>
  JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', path.join('test/bench', script)], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
      .trim()
      .split('\n')
      .pop(),
  );

function audit() {
  const r = typescript('audit.ts');
  return [
    row(`Audit of ${r.workspaces} workspaces, ${r.requests} requests`, ms(r.milliseconds), {
      beside: `HCP Terraform’s limit of 30 requests a second, ${ms((r.requests / 30) * 1000)}`,
      ratio: times(r.milliseconds / ((r.requests / 30) * 1000)),
    }),
  ];
}

function setup() {
  const { first, second } = typescript('setup.ts');
  const calls = r => `${r.aws} AWS (${r.awsWrites} write), ${r.hcp} HCP Terraform (${r.hcpWrites} write)`;
  return [
    row(`First setup of a workspace: ${calls(first)}`, ms(first.milliseconds)),
    row(`Again, nothing to do: ${calls(second)}`, ms(second.milliseconds), {
      beside: 'the first',
      ratio: times(second.milliseconds / first.milliseconds),
    }),
  ];
}

function migrate() {
  const { whole, killed } = typescript('migrate.ts');
  const limit = (whole.requests / 30) * 1000;
  return [
    row(
      `Migration of ${whole.workspaces} workspaces in ${whole.accounts} accounts, ${whole.requests} requests to HCP Terraform`,
      ms(whole.milliseconds),
      {
        beside: `HCP Terraform’s limit of 30 requests a second, ${ms(limit)}`,
        ratio: times(whole.milliseconds / limit),
        budget: '1.3×',
      },
    ),
    row('… memory at most', `${Math.round(whole.memory / 1024)} MB`, { budget: '300 MB' }),
    row(
      `… killed at ${killed.kills} random moments and gone on with (${killed.workspaces} workspaces in ${killed.accounts} accounts)`,
      killed.same && killed.left === 0 ? 'the same end' : 'ANOTHER END',
      { beside: 'a run that nobody killed' },
    ),
  ];
}

const parts = { sizes, activation, keystrokes, scan, board, peers, audit, setup, migrate };
const named = process.argv.slice(2).filter(arg => !arg.startsWith('--'));
const results = path.join(root, 'bench/results.json');
/** By part: its rows, and when and beside what they were measured. */
const before = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).parts : {};
await build({ production: true });
const measured = { ...before };
for (const [name, part] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.error(`# ${name} …`);
  const loadAverage = loadavg()[0].toFixed(1);
  measured[name] = { date: new Date().toISOString().slice(0, 10), loadAverage, rows: await part() };
}
await build();

const machine = {
  processor: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`,
  memory: `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
  system: `${platform()} ${release()}`,
  node: process.version,
};
const rows = Object.keys(parts).flatMap(name => measured[name]?.rows ?? []);
const table = markdown(['Measure', 'Figure', 'Beside', 'Ratio', 'Budget'], rows);
console.log(table);
mkdirSync(path.dirname(results), { recursive: true });
writeFileSync(results, `${JSON.stringify({ machine, parts: measured }, undefined, 2)}\n`);
const when = Object.keys(parts).flatMap(name =>
  measured[name] === undefined ? [] : [`${name} ${measured[name].date} (${measured[name].loadAverage})`],
);
const page = path.join(root, 'docs/bench.md');
const head = `Machine: ${machine.processor}, ${machine.memory}, ${machine.system}, Node ${machine.node}. Measured, with the load average then: ${when.join(', ')}.`;
writeFileSync(
  page,
  readFileSync(page, 'utf8').replace(
    /(<!-- bench -->\n)[\s\S]*(<!-- \/bench -->)/,
    (_, open, close) => `${open}\n${head}\n\n${table}\n\n${close}`,
  ),
);

function markdown(head, lines) {
  const cells = lines.map(l => [l.what, l.figure, l.beside, l.ratio, l.budget]);
  return [head, head.map(() => '---'), ...cells].map(line => `| ${line.join(' | ')} |`).join('\n');
}
