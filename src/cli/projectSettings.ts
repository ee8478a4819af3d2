import path from 'node:path';
import type { Environment } from '../core/host';
import { unwrap } from '../core/problem';
import { isIgnored, type ProjectSettings, readProjectSettings } from '../lint/projectFile';
import { filesAround, nodeFiles } from './files';
import { filesWithin, isBelow } from '../node/within';

/** Where a command runs. */
interface Place {
  readonly cwd: string;
  readonly env: Environment;
  readonly noConfig?: true;
}

/**
 * What `tfc-oidc.json` says for a folder: the nearest one from there up to the repository, or up to the working folder where there is
 * no repository. `undefined` where there is none, and with `--no-config`; a broken one is thrown as a problem.
 */
export async function projectSettings(context: Place, folder: string): Promise<ProjectSettings | undefined> {
  if (context.noConfig === true) return undefined;
  const { boundary } = await filesAround(folder, context.env);
  const repository = (await nodeFiles.list(boundary))?.some(entry => entry.name === '.git') === true;
  const top = !repository && isBelow(folder, context.cwd) ? context.cwd : boundary;
  const name = (file: string): string => nodeFiles.relative(context.cwd, file);
  return unwrap(
    await readProjectSettings(
      filesWithin(() => [top]),
      folder,
      top,
      name,
    ),
  );
}

/**
 * Which folders below `folder` are not read, by their names from there on. A folder that was asked for by name is read: what is
 * above it, or itself, counts no more.
 */
export function ignoredBelow(settings: ProjectSettings | undefined, folder: string): (relativeDir: string) => boolean {
  if (settings === undefined || settings.ignoredFolders.length === 0) return () => false;
  const prefix = nodeFiles.relative(settings.dir, folder);
  const inside = settings.ignoredFolders.filter(f => prefix !== f && !prefix.startsWith(`${f}/`));
  return dir => isIgnored({ ignoredFolders: inside }, prefix === '' ? dir : `${prefix}/${dir}`);
}

/** Is a file in a folder that is not read? */
export const isFileIgnored = (settings: ProjectSettings | undefined, file: string): boolean =>
  settings !== undefined && isIgnored(settings, nodeFiles.relative(settings.dir, path.dirname(file)));
