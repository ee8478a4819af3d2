import type * as FileSystem from 'node:fs/promises';
import { fail, ok, type Result } from '../core/problem';
import { unusable } from './journalFolder';

type Files = Pick<typeof FileSystem, 'mkdir' | 'open' | 'readFile' | 'rm'>;

/** Who holds a lock, and how to know whether it still runs. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Does a process of this machine still run? */
  readonly alive: (pid: number) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A lock of another machine (a shared home folder) counts for as long: its process can't be asked. */
const foreignLife = 60 * 60_000;

/**
 * Runs `work` while no other process changes the same binding: a file in the journal's folder names the process that does. A lock
 * whose process is gone is taken over. `subject` is the journal's.
 */
export async function withLock<T>(
  fs: Files,
  folder: string,
  join: (...parts: string[]) => string,
  subject: string,
  holder: LockHolder,
  work: () => Promise<T>,
): Promise<Result<T>> {
  const file = join(folder, `${lockName(subject)}.lock`);
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, error);
  }
  const mine = JSON.stringify({ pid: holder.pid, host: holder.host, at: holder.now(), subject });
  for (let attempt = 0; !(await create(fs, file, mine)); attempt++) {
    const other = await readLock(fs, file);
    if (other === 'gone') continue;
    if (attempt < 3 && isStale(other, holder)) {
      await fs.rm(file, { force: true });
      continue;
    }
    return fail({
      code: 'binding-locked',
      message: `Another run${other === undefined ? '' : ` (process ${other.pid} on ${other.host}, since ${new Date(other.at).toISOString()})`} is changing ${subject}.`,
      nextStep: `Wait until it has ended. If there is no such process, remove ${file}.`,
    });
  }
  try {
    return ok(await work());
  } finally {
    // Only one's own: somebody may have taken over what looked left behind.
    if ((await fs.readFile(file, 'utf8').catch(() => '')) === mine) await fs.rm(file, { force: true });
  }
}

/** Fits any file system; two subjects that look alike after the replacement only wait for each other. */
const lockName = (subject: string): string =>
  subject
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(-150);

async function create(fs: Files, file: string, text: string): Promise<boolean> {
  let handle: FileSystem.FileHandle;
  try {
    handle = await fs.open(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unusable(file, error);
  }
  try {
    await handle.writeFile(text, 'utf8');
  } finally {
    await handle.close();
  }
  return true;
}

interface Lock {
  readonly pid: number;
  readonly host: string;
  readonly at: number;
}

/** `undefined`: there is a lock that says nothing (yet). */
async function readLock(fs: Files, file: string): Promise<Lock | 'gone' | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<Lock> | null;
    const { pid, host, at } = value ?? {};
    return typeof pid === 'number' && typeof host === 'string' && typeof at === 'number'
      ? { pid, host, at }
      : undefined;
  } catch {
    return undefined;
  }
}

function isStale(lock: Lock | undefined, holder: LockHolder): boolean {
  if (lock === undefined) return false;
  if (lock.host === holder.host) return lock.pid !== holder.pid && !holder.alive(lock.pid);
  return holder.now() - lock.at > foreignLife;
}
