import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Location } from '../core/text';
import { ProblemError } from '../core/problem';
import { fileKind } from '../terraform/fileKinds';
import type { ProjectSettings } from '../lint/projectFile';
import type { Project, ProjectProblem, Root, SourceFile } from '../terraform/model';
import { mapRoots, readProject } from '../terraform/read';
import { filesAround } from './files';
import { FilePlaces, type Places } from './output/places';
import type { CliContext } from './command';
import { ignoredBelow, isFileIgnored, projectSettings } from './projectSettings';
import { isBelow } from '../node/within';
import { UsageError } from './option';

/** A folder given on the command line, read, with what commands need to speak about its files. */
export interface TerraformFolder extends Places {
  readonly folder: string;
  /** Set where PATH is one file: only its findings count. */
  readonly only: string | undefined;
  readonly project: Project;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What tfc-oidc.json says. */
  readonly settings: ProjectSettings | undefined;
}

export async function readTerraformFolder(
  context: CliContext,
  positionals: readonly string[],
): Promise<TerraformFolder> {
  const { folder, only } = await folderOf(context, positionals);
  const { host, boundary } = await filesAround(folder, context.env);
  const settings = await projectSettings(context, folder);
  const project = await readProject(host, context.env, folder, boundary, readOptions(context, settings, folder));
  const files = new Map<string, SourceFile>();
  for (const root of project.roots) for (const file of filesOf(root)) files.set(file.path, file);
  const places = new FilePlaces(context.cwd);
  for (const file of files.values()) places.learn(file);
  return {
    folder,
    only,
    project,
    files,
    settings,
    name: file => places.name(file),
    range: location => places.range(location),
  };
}

const readOptions = (context: CliContext, settings: ProjectSettings | undefined, folder: string) => ({
  signal: context.signal,
  ignore: ignoredBelow(settings, folder),
  ...(settings !== undefined && { defaults: settings.defaults }),
});

/** What a command keeps of a root when the root itself is let go. */
export interface Kept<T> {
  readonly value: T;
  /** Places that the report will name. */
  readonly locations: readonly Location[];
}

/** A folder that is read, with what its tfc-oidc.json says. */
export interface ScannedFolder {
  readonly folder: string;
  readonly only: Only;
  readonly settings: ProjectSettings | undefined;
}

/** The roots of folders one after the other, for trees that are too big to be held. Of files only their own findings count. */
export async function scanTerraformFolders<T>(
  context: CliContext,
  positionals: readonly string[],
  problem: (problem: ProjectProblem) => void,
  keep: (root: Root, scanned: ScannedFolder) => Kept<T> | undefined,
): Promise<{
  readonly places: Places;
  readonly folders: readonly ScannedFolder[];
  readonly roots: AsyncGenerator<T, void>;
}> {
  const places = new FilePlaces(context.cwd);
  const folders: ScannedFolder[] = [];
  for (const { folder, only } of await foldersOf(context, positionals)) {
    const settings = await projectSettings(context, folder);
    // Hooks give every file that changed; one in a folder that is not read is none of theirs.
    const read = only === undefined ? undefined : new Set([...only].filter(file => !isFileIgnored(settings, file)));
    if (read?.size !== 0) folders.push({ folder, only: read, settings });
  }
  async function* scan(): AsyncGenerator<T, void> {
    for (const scanned of folders) {
      const { folder, only, settings } = scanned;
      const { host, boundary } = await filesAround(folder, context.env);
      const options = { ...readOptions(context, settings, folder), problem };
      const roots = mapRoots(host, context.env, folder, boundary, options, root => {
        const files = filesOf(root);
        if (only !== undefined && !files.some(file => only.has(file.path))) return undefined;
        const kept = keep(root, scanned);
        if (kept === undefined) return undefined;
        const named = new Set(kept.locations.map(location => location.file));
        for (const file of files) if (named.has(file.path)) places.learn(file);
        return { value: kept.value };
      });
      for await (const one of roots) if (one !== undefined) yield one.value;
    }
  }
  return { places, folders, roots: scan() };
}

/** The files that were given; undefined: a whole folder was. */
export type Only = ReadonlySet<string> | undefined;

/** Folders that are read, each once: a folder below another one that was given as a whole is part of that. */
async function foldersOf(
  context: CliContext,
  positionals: readonly string[],
): Promise<readonly { readonly folder: string; readonly only: Only }[]> {
  const folders = new Map<string, Set<string> | undefined>();
  for (const given of positionals.length === 0 ? ['.'] : positionals) {
    const { folder, only } = await folderOf(context, [given]);
    const known = folders.get(folder);
    if (only === undefined) folders.set(folder, undefined);
    else if (known !== undefined) known.add(only);
    else if (!folders.has(folder)) folders.set(folder, new Set([only]));
  }
  const whole = [...folders].filter(([, only]) => only === undefined).map(([folder]) => folder);
  return [...folders]
    .filter(([folder]) => !whole.some(outer => outer !== folder && isBelow(folder, outer)))
    .map(([folder, only]) => ({ folder, only }));
}

function filesOf(root: Root): readonly SourceFile[] {
  return [...root.modules.flatMap(module => module.files), ...root.otherFiles];
}

async function folderOf(
  context: CliContext,
  positionals: readonly string[],
): Promise<{ readonly folder: string; readonly only: string | undefined }> {
  if (positionals.length > 1) throw new UsageError(`one PATH is taken; there were ${positionals.length}`);
  const given = path.resolve(context.cwd, positionals[0] ?? '.');
  const kind = await stat(given).then(
    info => (info.isDirectory() ? 'folder' : info.isFile() ? 'file' : 'other'),
    () => 'missing' as const,
  );
  if (kind === 'missing' || kind === 'other') {
    throw new ProblemError({
      code: 'path-missing',
      message: `There is no folder ${positionals[0] ?? '.'}${kind === 'missing' ? ' (or it cannot be read)' : ': it is neither a folder nor a file'}.`,
      nextStep: 'Give the folder of a Terraform configuration, or a folder that has some below it.',
    });
  }
  if (kind === 'file' && fileKind(path.basename(given)) === undefined) {
    throw new ProblemError({
      code: 'no-terraform-file',
      message: `${positionals[0] ?? '.'} is not a file that Terraform reads as configuration or as values of variables.`,
      nextStep: 'Give a .tf, .tf.json, .tfvars or Stack file, or a folder.',
    });
  }
  const folder = kind === 'file' ? path.dirname(given) : given;
  return { folder, only: kind === 'file' ? given : undefined };
}
