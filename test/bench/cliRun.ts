import { spawn } from 'node:child_process';
import path from 'node:path';

export interface MeasuredRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly figures: { readonly milliseconds: number };
}

/** Runs the built CLI as a process, beside the test servers of this one. */
export function measured(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<MeasuredRun> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [path.join(__dirname, '../../dist/cli.js'), ...args], {
      cwd,
      env: { ...env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', chunk => (out += String(chunk)));
    child.stderr.on('data', chunk => (err += String(chunk)));
    child.on('error', reject);
    child.on('close', code =>
      resolve({ code: code ?? -1, out, err, figures: { milliseconds: performance.now() - start } }),
    );
  });
}
