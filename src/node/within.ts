import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Environment, FileReader } from '../core/host';
import { nodeFiles, repositoryOf } from './files';

/**
 * The files of some folders and of nothing else: a link whose real target lies elsewhere is no file and no folder, so that a
 * repository can't have a key of its reader read. `folders` are asked at each reading: an editor's may change.
 */
export function filesWithin(folders: () => readonly string[], around?: string): FileReader {
  const reals = new Map<string, string>();
  const baseOf = (folder: string): string => {
    let base = reals.get(folder);
    if (base === undefined) reals.set(folder, (base = realOf(folder) ?? folder));
    return base;
  };
  const inside = (real: string): boolean => folders().some(folder => isBelow(real, baseOf(folder)));
  // Beside the folder by its plain name, as `../modules` in code names it: no link on the way.
  const beside = (file: string, real: string): boolean =>
    around !== undefined &&
    !isBelow(file, around) &&
    real === path.resolve(baseOf(around), path.relative(around, file));
  return {
    ...nodeFiles,
    read(file, maxBytes) {
      const real = realOf(file);
      if (real === undefined) return nodeFiles.read(file, maxBytes);
      if (!inside(real) && !beside(file, real))
        return Promise.reject(new Error('it is reached by a link that leads out of the repository'));
      // By its real name: a link that is put there meanwhile leads nowhere.
      return nodeFiles.read(real, maxBytes);
    },
    async list(dir) {
      const real = realOf(dir);
      if (real !== undefined && !inside(real) && !beside(dir, real)) return undefined;
      const entries = await nodeFiles.list(dir);
      return entries?.map(entry => {
        if (entry.linked !== true) return entry;
        const target = realOf(path.join(dir, entry.name));
        return target === undefined || inside(target) ? entry : { ...entry, kind: 'other' };
      });
    },
  };
}

/**
 * How Terraform code in a folder is read: its files, those of its repository, and what TF_DATA_DIR names. Without a repository, folders
 * beside it too where code names them (`../modules`), but nothing outside of it through a link.
 */
export async function filesAround(
  folder: string,
  env: Environment,
): Promise<{ readonly host: FileReader; readonly boundary: string }> {
  const repository = await repositoryOf(folder);
  const ofReal = await repositoryOf(realOf(folder) ?? folder);
  const data = env['TF_DATA_DIR'];
  const folders = [folder, repository, ofReal, data ? path.resolve(folder, data) : undefined].filter(
    f => f !== undefined,
  );
  return {
    host: filesWithin(() => folders, repository === undefined ? folder : undefined),
    boundary: repository ?? path.parse(folder).root,
  };
}

/** The name of a file or folder without a link in it; nothing where there is none. */
export function realOf(file: string): string | undefined {
  try {
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}

/** Is a file or folder the other one, or below it? Both are absolute paths. */
export function isBelow(file: string, folder: string): boolean {
  const name = path.relative(folder, file);
  return name !== '..' && !name.startsWith(`..${path.sep}`) && !path.isAbsolute(name);
}
