import { constants } from 'node:fs';
import { access, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry, FileReader } from '../core/host';

/** Node's file system as the domain folders see it. Paths are absolute. */
export const nodeFiles: FileReader = {
  async read(file, maxBytes) {
    let info;
    try {
      info = await stat(file);
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
    return readFile(file, 'utf8');
  },
  async list(dir) {
    let entries;
    try {
      entries = await readdir(dir, { withFileTypes: true });
    } catch {
      return undefined;
    }
    return Promise.all(
      entries.map(async (entry): Promise<FileEntry> => {
        if (entry.isFile()) return { name: entry.name, kind: 'file' };
        if (entry.isDirectory()) return { name: entry.name, kind: 'directory' };
        if (!entry.isSymbolicLink()) return { name: entry.name, kind: 'other' };
        try {
          const target = await stat(path.join(dir, entry.name));
          return { name: entry.name, kind: target.isFile() ? 'file' : target.isDirectory() ? 'directory' : 'other' };
        } catch {
          return { name: entry.name, kind: 'other' };
        }
      }),
    );
  },
  async canonical(file) {
    try {
      return await realpath(file);
    } catch {
      return file;
    }
  },
  join: (base, ...parts) => path.resolve(base, ...parts),
  dirname: file => path.dirname(file),
  basename: file => path.basename(file),
  relative: (from, to) => path.relative(from, to).split(path.sep).join('/'),
};

/** The repository that holds a folder: the nearest one above with a `.git`, else the folder itself. */
export async function repositoryOf(folder: string): Promise<string> {
  for (let dir = folder; ; dir = path.dirname(dir)) {
    try {
      await access(path.join(dir, '.git'), constants.F_OK);
      return dir;
    } catch {
      if (dir === path.dirname(dir)) return folder;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
