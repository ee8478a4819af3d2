import { type Dirent, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry, FileReader } from '../core/host';

/** Milliseconds after which whoever waits for the event loop (Ctrl+C, a timer) gets a turn. */
const turnMilliseconds = 20;
let lastTurn = performance.now();

/** Reading is done in the thread that asks, so it has to let others in by itself. */
async function takeTurns(): Promise<void> {
  if (performance.now() - lastTurn < turnMilliseconds) return;
  await new Promise<void>(resolve => setImmediate(resolve));
  lastTurn = performance.now();
}

/**
 * Node's file system as the domain folders see it. Paths are absolute. The calls underneath are the synchronous ones: for
 * thousands of small files they take a sixth of the time, which the asynchronous ones spend on going to a thread and back.
 */
export const nodeFiles: FileReader = {
  async read(file, maxBytes) {
    await takeTurns();
    let info;
    try {
      info = statSync(file);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    if (!info.isFile()) return undefined;
    if (maxBytes !== undefined && info.size > maxBytes) {
      throw new Error(
        `it has ${(info.size / 1024 / 1024).toFixed(1)} MiB, more than the ${(maxBytes / 1024 / 1024).toFixed(0)} MiB that are read`,
      );
    }
    return readFileSync(file, 'utf8');
  },
  async list(dir) {
    await takeTurns();
    try {
      return readdirSync(dir, { withFileTypes: true }).map((entry): FileEntry => ({
        name: entry.name,
        kind: kindOf(dir, entry),
        ...(entry.isSymbolicLink() && { linked: true as const }),
      }));
    } catch {
      return undefined;
    }
  },
  canonical(file) {
    try {
      return Promise.resolve(realpathSync.native(file));
    } catch {
      return Promise.resolve(file);
    }
  },
  join: (base, ...parts) => path.resolve(base, ...parts),
  dirname: file => path.dirname(file),
  basename: file => path.basename(file),
  relative: (from, to) => path.relative(from, to).split(path.sep).join('/'),
};

function kindOf(dir: string, entry: Dirent): FileEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (!entry.isSymbolicLink()) return 'other';
  try {
    const target = statSync(path.join(dir, entry.name));
    return target.isFile() ? 'file' : target.isDirectory() ? 'directory' : 'other';
  } catch {
    return 'other';
  }
}

/** The repository that holds a folder: the nearest one above with a `.git`. Without one, nothing says where a project ends. */
export async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let dir = folder; ; dir = path.dirname(dir)) {
    try {
      await access(path.join(dir, '.git'), constants.F_OK);
      return dir;
    } catch {
      if (dir === path.dirname(dir)) return undefined;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
