// Runs a program and says how long it took, when it said its first word, and how much memory it had at most.
import { spawn, spawnSync } from 'node:child_process';

const watch = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => { const u = process.resourceUsage(); process.stderr.write('\\nUSED ' + u.maxRSS + ' ' + (u.userCPUTime + u.systemCPUTime) + '\\n'); })`,
)}`;

/** @returns {Promise<{ code: number, milliseconds: number, first: number, megabytes: number | undefined, cpuMilliseconds: number | undefined, out: string }>} */
export function measure(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const node = command === process.execPath;
    const child = spawn(command, node ? ['--import', watch, ...args] : args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
      ...options,
    });
    let first = 0;
    let out = '';
    let err = '';
    child.stdout.on('data', chunk => {
      out += chunk;
      // The first line that names a finding, or the first word where the output is something else.
      if (first === 0 && (options.until ?? /./).test(out)) first = performance.now() - start;
    });
    child.stderr.on('data', chunk => (err += chunk));
    child.on('error', reject);
    child.on('close', code => {
      const [, rss, cpu] = /USED (\d+) (\d+)/.exec(err) ?? [];
      resolve({
        code: code ?? -1,
        milliseconds: performance.now() - start,
        first,
        megabytes: rss === undefined ? undefined : Number(rss) / 1024,
        cpuMilliseconds: cpu === undefined ? undefined : Number(cpu) / 1000,
        out,
        err,
      });
    });
  });
}

/** The run in the middle of so many. */
export async function median(count, run) {
  const runs = [];
  for (let i = 0; i < count; i++) runs.push(await run(i));
  return runs.sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(count / 2)];
}

/** Is the program there? Its version's first line. */
export function versionOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}

/** Asks Linux to forget what it has read from the disk; false where that isn't allowed. */
export function dropCaches() {
  return spawnSync('sh', ['-c', 'sync && echo 3 > /proc/sys/vm/drop_caches'], { stdio: 'ignore' }).status === 0;
}
