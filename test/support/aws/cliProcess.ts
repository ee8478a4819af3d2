import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { holdToSchema, isJson } from '../reportSchema';

const root = path.join(__dirname, '..', '..', '..');
const bundles = path.join(root, '.cache', 'test-cli');

/**
 * The CLI, bundled as scripts/build.mjs does: children start in a tenth of the time that the sources take. Whoever comes first makes it,
 * in a folder that is named by what it is made of; all others, in this process or another, find it there.
 */
export async function bundleCli(): Promise<string> {
  const folder = path.join(bundles, digestOf(['src', 'package.json', 'package-lock.json']));
  const cli = path.join(folder, 'cli.js');
  if (existsSync(cli)) return cli;
  mkdirSync(bundles, { recursive: true });
  const making = mkdtempSync(path.join(bundles, 'making-'));
  const common: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['vscode', './aws.js'],
    logLevel: 'warning',
  };
  await build({ ...common, entryPoints: ['src/iam/account/index.ts'], outfile: path.join(making, 'aws.js') });
  await build({ ...common, entryPoints: ['src/cli.ts'], outfile: path.join(making, 'cli.js') });
  cpSync(path.join(root, 'src/iam/data'), path.join(making, 'data'), { recursive: true });
  try {
    renameSync(making, folder);
  } catch (error) {
    // Another process was faster, and has made the same.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(cli)) throw error;
  }
  forgetOld();
  return cli;
}

/** What was made of sources of another day is nobody's any more. */
function forgetOld(): void {
  for (const name of readdirSync(bundles)) {
    const folder = path.join(bundles, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > 86_400_000) rmSync(folder, { recursive: true, force: true });
  }
}

/** One word for what stands in these files and folders of the project. */
function digestOf(names: readonly string[]): string {
  const digest = createHash('sha256');
  const files = names.flatMap(name =>
    statSync(path.join(root, name)).isFile()
      ? [name]
      : readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' }).map(file => path.join(name, file)),
  );
  for (const name of files.sort()) {
    const file = path.join(root, name);
    const found = statSync(file);
    if (!found.isFile()) continue;
    digest.update(`${name}\0${found.size}\0`).update(readFileSync(file));
  }
  return digest.digest('hex').slice(0, 16);
}

export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the CLI in an environment that holds nothing of the machine's own but the path. */
export function startCli(
  cli: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): { readonly child: ChildProcess; readonly ended: Promise<CliRun> } {
  if (!existsSync(cli)) throw new Error('bundleCli() comes first');
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<CliRun>(resolve =>
    child.once('close', (code, signal) => resolve({ code, signal, out, err })),
  ).then(run => {
    if (isJson(args)) holdToSchema(args[0] ?? '', run.out);
    return run;
  });
  return { child, ended };
}
