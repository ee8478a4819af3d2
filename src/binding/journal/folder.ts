import type { Dirent } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import type { Environment } from '../../core/host';
import { ProblemError } from '../../core/problem';
import type { JournalStore } from './journal';

type Files = Pick<typeof FileSystem, 'mkdir' | 'open' | 'readdir' | 'readFile'>;

/**
 * Where journals and locks are kept unless the command line is told otherwise. One place for terminal and editor: both change the same
 * bindings.
 */
export function stateFolder(
  env: Environment,
  home: string,
  { join, isAbsolute }: { join(...parts: string[]): string; isAbsolute(path: string): boolean },
): string {
  // The XDG specification: a relative path is invalid and has to be ignored. A journal in a working folder would be found by nobody.
  const states = [env['XDG_STATE_HOME'], env['LOCALAPPDATA'], home === '' ? undefined : join(home, '.local', 'state')];
  const state = states.find(folder => folder !== undefined && folder !== '' && isAbsolute(folder));
  if (state === undefined) {
    throw new ProblemError({
      code: 'no-home',
      message:
        'There is no home folder (HOME is not set), so there is no place for the journal. Nothing is written without one.',
      nextStep: 'Set HOME or XDG_STATE_HOME, or name a folder (--journal).',
    });
  }
  return join(state, 'tfc-oidc', 'journal');
}

/** Keeps each journal in a file of its own in `folder`, readable by the user alone; each line is flushed to the disk. */
export function journalFolder(fs: Files, folder: string, join: (...parts: string[]) => string): JournalStore {
  const known = new Set<string>();
  return {
    async names() {
      let entries: Dirent[];
      try {
        entries = await fs.readdir(folder, { withFileTypes: true });
      } catch (error) {
        if (isMissing(error)) return [];
        throw unusable(folder, error);
      }
      // A journal is a plain file: to open a pipe would never end, and a link or a folder was not made here.
      return entries
        .filter(entry => entry.isFile() && entry.name.endsWith('.jsonl'))
        .map(entry => entry.name.slice(0, -'.jsonl'.length))
        .sort();
    },
    async read(name) {
      try {
        return await textOf(fs, join(folder, `${name}.jsonl`));
      } catch (error) {
        throw unusable(folder, error);
      }
    },
    async append(name, line) {
      try {
        await append(name, line);
      } catch (error) {
        throw unusable(folder, error);
      }
    },
  };

  async function append(name: string, line: string): Promise<void> {
    if (!known.has(name)) await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await fs.open(join(folder, `${name}.jsonl`), 'a', 0o600);
    try {
      // After a crash the file may end in half a line; it must not spoil the next one.
      const text = known.has(name) || (await endsWhole(fs, join(folder, `${name}.jsonl`))) ? line : `\n${line}`;
      await file.appendFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    if (!known.has(name)) await syncFolder(fs, folder);
    known.add(name);
  }
}

/** Journals of two folders as one: new ones go to `current`; what `former` has is read and added to there. */
export function bothFolders(current: JournalStore, former: JournalStore): JournalStore {
  const placeOf = async (name: string): Promise<JournalStore> =>
    (await current.names()).includes(name) || !(await former.names()).includes(name) ? current : former;
  return {
    names: async () => [...new Set([...(await current.names()), ...(await former.names())])].sort(),
    read: async name => (await placeOf(name)).read(name),
    append: async (name, line) => (await placeOf(name)).append(name, line),
  };
}

/** A full disk, a folder of somebody else, a file in the folder's place: without a journal nothing is written anywhere. */
export function unusable(folder: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new ProblemError({
    code: 'journal-unusable',
    message: `The journals in ${folder} cannot be used (${code}). Nothing is written without one.`,
    nextStep: 'Make room, or make the folder readable and writable for you, or name another one (--journal).',
  });
}

/** Bytes. A journal holds policies and some files of code; what is longer was not written here, and would fill the memory. */
const longestJournal = 64 * 1024 * 1024;

async function textOf(fs: Files, file: string): Promise<string> {
  const handle = await fs.open(file, 'r');
  try {
    const { size } = await handle.stat();
    return size > longestJournal ? '' : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function endsWhole(fs: Files, file: string): Promise<boolean> {
  const text = await fs.readFile(file, 'utf8');
  return text === '' || text.endsWith('\n');
}

/** A new file's name is on the disk only when its folder is. Windows can't open a folder and needs no sync of it. */
async function syncFolder(fs: Files, folder: string): Promise<void> {
  let handle: FileSystem.FileHandle;
  try {
    handle = await fs.open(folder, 'r');
  } catch {
    return;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'ENOTSUP'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  } finally {
    await handle.close();
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
