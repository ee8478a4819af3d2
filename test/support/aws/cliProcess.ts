import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { holdToSchema, isJson } from '../reportSchema';

const root = path.join(__dirname, '..', '..', '..');
const folder = path.join(root, '.cache', 'test-cli', String(process.pid));

/** Bundles the CLI as scripts/build.mjs does, into a folder of this process: children start in a tenth of the time that the sources take. */
export async function bundleCli(): Promise<string> {
  mkdirSync(folder, { recursive: true });
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
  await build({ ...common, entryPoints: ['src/iam/account/index.ts'], outfile: path.join(folder, 'aws.js') });
  await build({ ...common, entryPoints: ['src/cli.ts'], outfile: path.join(folder, 'cli.js') });
  cpSync(path.join(root, 'src/iam/data'), path.join(folder, 'data'), { recursive: true });
  return path.join(folder, 'cli.js');
}

export const bundleFolder = folder;

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
