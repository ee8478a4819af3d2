/**
 * Asks Terraform and the evaluator the same: which instances random modules make, and what their expressions are worth.
 *
 *   node --import tsx scripts/terraform-oracle/ask.mts --terraform PATH [--modules 5000] [--seed 1] [--record FILE]
 *
 * Prints the table of docs/evaluation.md. Terraform runs offline, on terraform_data alone. `--record` writes a part of the questions with
 * Terraform's answers, for the unit tests.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodeFiles } from '../../src/node/files';
import { readRoot } from '../../src/terraform/read';
import { type Answers, answersOf } from '../../test/support/terraformAnswers';
import { moduleOf } from '../../test/support/terraformModules';

const { values } = parseArgs({
  options: {
    terraform: { type: 'string', default: 'terraform' },
    modules: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    record: { type: 'string' },
    fixtures: { type: 'string', default: path.join(import.meta.dirname, '../../test/fixtures/terraform/modules') },
  },
});
const perPlan = 250;

interface PlannedModule {
  readonly address?: string;
  readonly resources?: readonly { readonly address: string }[];
  readonly child_modules?: readonly PlannedModule[];
}

/** The same by the evaluator. */
async function ourAnswers(folder: string): Promise<Answers> {
  const root = await readRoot(nodeFiles, {}, folder, folder, {});
  if (root === undefined) throw new Error(`there is no root at ${folder}`);
  return answersOf(root);
}

/** What Terraform plans for a folder: addresses of instances, and the outputs. */
function planned(folder: string): Answers {
  const run = (...args: readonly string[]): string =>
    execFileSync(values.terraform, [`-chdir=${folder}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  run('init', '-input=false', '-backend=false');
  run('plan', '-refresh=false', '-input=false', '-out=plan.out');
  const plan = JSON.parse(run('show', '-json', 'plan.out')) as {
    planned_values: { root_module: PlannedModule; outputs?: Record<string, { value?: unknown }> };
  };
  const instances: string[] = [];
  const pending: PlannedModule[] = [plan.planned_values.root_module];
  for (let module = pending.pop(); module !== undefined; module = pending.pop()) {
    instances.push(...(module.resources ?? []).map(r => r.address));
    pending.push(...(module.child_modules ?? []));
  }
  const outputs = Object.entries(plan.planned_values.outputs ?? {}).map(([name, o]) => [name, o.value] as const);
  return { instances: instances.sort(), outputs: Object.fromEntries(outputs) };
}

interface Tally {
  asked: number;
  answered: number;
  equal: number;
}

const tallies = new Map<string, Tally>();
const differences: string[] = [];

function count(kind: string, answered: boolean, equal: boolean, what: () => string): void {
  const tally = tallies.get(kind) ?? { asked: 0, answered: 0, equal: 0 };
  tallies.set(kind, tally);
  tally.asked++;
  if (!answered) return;
  tally.answered++;
  if (equal) tally.equal++;
  else differences.push(what());
}

/** Compares block by block and output by output. */
function compare(label: string, theirs: Answers, ours: Answers, blocks: readonly string[]): void {
  const open = new Set(ours.open ?? []);
  for (const block of blocks) {
    const of = (answers: Answers): string =>
      answers.instances.filter(a => a === block || a.startsWith(`${block}[`)).join(' ');
    const isOpen = open.has(block);
    const kind = /\.(?:counted|switched)$/.test(block)
      ? '`count`, random'
      : /\.(?:set|map)$/.test(block)
        ? '`for_each`, random'
        : 'blocks of modules shaped like public ones';
    count(
      kind,
      !isOpen,
      of(theirs) === of(ours),
      () => `${label} ${block}: Terraform ${of(theirs)} | ours ${of(ours)}`,
    );
  }
  for (const [name, value] of Object.entries(theirs.outputs)) {
    const own = ours.outputs[name];
    const equal = JSON.stringify(own) === JSON.stringify(value);
    count(
      'expression',
      own !== undefined,
      equal,
      () => `${label} ${name}: Terraform ${JSON.stringify(value)} | ours ${JSON.stringify(own)}`,
    );
  }
}

const total = Number(values.modules);
const first = Number(values.seed);
const recorded: { seed: number; instances: readonly string[]; outputs: Record<string, unknown> }[] = [];
const root = mkdtempSync(path.join(tmpdir(), 'terraform-oracle-'));
/** Writes a root that calls the modules of some seeds. */
function write(folder: string, seeds: readonly number[]): void {
  const main: string[] = [];
  for (const seed of seeds) {
    const { text, call } = asked(seed);
    mkdirSync(path.join(folder, `m${seed}`), { recursive: true });
    writeFileSync(path.join(folder, `m${seed}`, 'main.tf'), text);
    main.push(`module "m${seed}" {\n  source = "./m${seed}"\n${call}\n}\n`);
    for (let i = 0; i < 4; i++) main.push(`output "m${seed}_e${i}" {\n  value = module.m${seed}.e${i}\n}\n`);
  }
  writeFileSync(path.join(folder, 'main.tf'), main.join('\n'));
}

/**
 * The module of a seed; for Terraform before 1.12, which asks for the second operand of && and || where the first one decides, without the
 * null that it refuses there.
 */
function asked(seed: number): ReturnType<typeof moduleOf> {
  const { text, call } = moduleOf(seed);
  return { text, call: isBefore112 ? call.replace(/^ {2}b = null$/m, '  b = true') : call };
}

const version = (
  JSON.parse(execFileSync(values.terraform, ['version', '-json'], { encoding: 'utf8' })) as {
    terraform_version: string;
  }
).terraform_version;
const isBefore112 = /^(?:0|1\.(?:\d|1[01]))\./.test(version);
process.stdout.write(`Terraform ${version}\n`);

let refused = 0;
for (let start = 0; start < total; start += perPlan) {
  const folder = path.join(root, String(start));
  let seeds = Array.from({ length: Math.min(perPlan, total - start) }, (_, i) => first + start + i);
  for (let tries = 0; tries < 5; tries++) {
    write(folder, seeds);
    let theirs: Answers;
    try {
      theirs = planned(folder);
    } catch (error) {
      const stderr = String((error as { stderr?: string }).stderr ?? error);
      const bad = new Set([...stderr.matchAll(/\bm(\d+)\/main\.tf/g)].map(m => Number(m[1])));
      if (bad.size === 0) throw error;
      // A module that Terraform refuses answers nothing; the others are asked again.
      refused += bad.size;
      seeds = seeds.filter(seed => !bad.has(seed));
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    const ours = await ourAnswers(folder);
    const blocks = seeds.flatMap(seed =>
      ['counted', 'switched', 'set', 'map'].map(name => `module.m${seed}.terraform_data.${name}`),
    );
    compare(`plan ${start}`, theirs, ours, blocks);
    if (!isBefore112 && recorded.length < 150)
      for (const seed of seeds.slice(0, 150 - recorded.length))
        recorded.push({
          seed,
          instances: theirs.instances.filter(a => a.startsWith(`module.m${seed}.`)),
          outputs: Object.fromEntries(Object.entries(theirs.outputs).filter(([name]) => name.startsWith(`m${seed}_`))),
        });
    break;
  }
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${refused} modules were refused by Terraform\n`);
rmSync(root, { recursive: true, force: true });
const shaped: Record<string, Answers> = {};
for (const name of readdirSync(values.fixtures)) {
  const copy = mkdtempSync(path.join(tmpdir(), 'terraform-oracle-'));
  execFileSync('cp', ['-r', `${path.join(values.fixtures, name)}/.`, copy]);
  const theirs = planned(copy);
  const ours = await ourAnswers(path.join(values.fixtures, name));
  const blocks = [
    ...new Set([...theirs.instances, ...ours.instances, ...(ours.open ?? [])].map(a => a.replace(/\[[^\]]*\]$/, ''))),
  ];
  compare(name, theirs, ours, blocks);
  shaped[name] = theirs;
  rmSync(copy, { recursive: true, force: true });
}
if (values.record !== undefined)
  writeFileSync(values.record, `${JSON.stringify({ random: recorded, shaped }, null, 1)}\n`);
process.stdout.write('| kind | asked | answered | equal |\n|---|---|---|---|\n');
for (const [kind, t] of tallies)
  process.stdout.write(
    `| ${kind} | ${t.asked} | ${t.answered} (${((100 * t.answered) / t.asked).toFixed(1)} %) | ${t.equal} |\n`,
  );
for (const difference of differences.slice(0, 40)) process.stdout.write(`${difference}\n`);
process.exitCode = differences.length === 0 ? 0 : 1;
