import type * as FileSystem from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../core/problem';
import { unusable } from './folder';

type Files = Pick<typeof FileSystem, 'mkdir' | 'open' | 'readdir' | 'rm'>;

/** Who holds a lock, and how to know whether it still runs. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Does a process of this machine still run? */
  readonly alive: (pid: number) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds to pass before it is looked again whether another one that came at the same moment has stepped back. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** A lock of another machine (a shared home folder) counts for as long: its process can't be asked. */
const foreignLife = 60 * 60_000;
const looks = 8;
const pause = 25;

/** Names of the locks that this process holds: another one with its number was left by a process that is gone. */
const held = new Set<string>();

/**
 * Runs `work` while no other process changes the same binding. Each process puts up a file of its own, whose name says who it is, and
 * only then looks for others: of two that come at the same moment at least one sees the other. Nobody ever writes or removes a file
 * that a living process has put up, so there is no moment at which a lock that was left behind can be taken over by two. `subject` is
 * the journal's.
 */
export async function withLock<T>(
  fs: Files,
  folder: string,
  join: (...parts: string[]) => string,
  subject: string,
  holder: LockHolder,
  work: () => Promise<T>,
): Promise<Result<T>> {
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, error);
  }
  const mine = `${lockName(subject)}~${holder.pid}~${hostPart(holder.host)}~${holder.now()}~${randomBytes(6).toString('hex')}.lock`;
  held.add(mine);
  try {
    await create(fs, join(folder, mine));
    for (let look = 1; ; look++) {
      const other = await another(fs, folder, join, subject, mine, holder);
      if (other === undefined) return ok(await work());
      // The first in the alphabet stays a moment, since the other one steps back; else both would.
      if (look === looks || other.file < mine) return fail(locked(other, subject, join(folder, other.file)));
      await holder.wait(pause);
    }
  } finally {
    held.delete(mine);
    // What the work came to counts for more than a file that nobody minds any longer.
    await fs.rm(join(folder, mine), { force: true }).catch(() => undefined);
  }
}

const locked = ({ who }: Other, subject: string, file: string) => ({
  code: 'binding-locked',
  message: `Another run${who === undefined ? '' : ` (process ${who.pid} on ${who.host}, since ${new Date(who.at).toISOString()})`} is changing ${subject}.`,
  nextStep: `Wait until it has ended. If there is no such process, remove ${file}.`,
});

/** Fits any file system; two subjects that look alike after the replacement only wait for each other. Without the separator. */
const lockName = (subject: string): string =>
  subject
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(-120);

const hostPart = (host: string): string => host.replace(/[^\w.-]+/g, '-').slice(0, 60);

async function create(fs: Files, file: string): Promise<void> {
  try {
    await (await fs.open(file, 'wx', 0o600)).close();
  } catch (error) {
    throw unusable(file, error);
  }
}

interface Other {
  readonly file: string;
  /** `undefined`: the name does not say. */
  readonly who: { readonly pid: number; readonly host: string; readonly at: number } | undefined;
}

/** Somebody else's lock that counts. What was left behind is swept away: its name never comes again. */
async function another(
  fs: Files,
  folder: string,
  join: (...parts: string[]) => string,
  subject: string,
  mine: string,
  holder: LockHolder,
): Promise<Other | undefined> {
  const start = `${lockName(subject)}~`;
  let names: readonly string[];
  try {
    names = await fs.readdir(folder);
  } catch (error) {
    throw unusable(folder, error);
  }
  for (const file of [...names].sort()) {
    if (file === mine || !file.startsWith(start) || !file.endsWith('.lock')) continue;
    const who = /^(\d{1,15})~([\w.-]*)~(\d{1,15})~[0-9a-f]+\.lock$/.exec(file.slice(start.length));
    if (who === null) return { file, who: undefined };
    const other = { pid: Number(who[1]), host: who[2] ?? '', at: Number(who[3]) };
    if (counts(file, other, holder)) return { file, who: other };
    await fs.rm(join(folder, file), { force: true });
  }
  return undefined;
}

function counts(file: string, other: NonNullable<Other['who']>, holder: LockHolder): boolean {
  if (other.host !== hostPart(holder.host)) return holder.now() - other.at <= foreignLife;
  return other.pid === holder.pid ? held.has(file) : holder.alive(other.pid);
}
