import { stat } from 'node:fs/promises';
import path from 'node:path';
import { LineIndex, type Location, type Range } from '../core/text';
import { ProblemError } from '../core/problem';
import type { Project, SourceFile } from '../terraform/model';
import { readProject } from '../terraform/read';
import { type CliContext, UsageError } from './command';
import { nodeFiles, repositoryOf } from './files';

/** A folder given on the command line, read, with what commands need to speak about its files. */
export interface TerraformFolder {
  readonly folder: string;
  /** Set where PATH is one file: only its findings count. */
  readonly only: string | undefined;
  readonly project: Project;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Relative to PATH, with forward slashes. */
  name(file: string): string;
  /** 0-based lines and UTF-16 characters. A byte order mark is no character. */
  range(location: Location): Range;
}

export async function readTerraformFolder(
  context: CliContext,
  positionals: readonly string[],
): Promise<TerraformFolder> {
  if (positionals.length > 1) throw new UsageError(`one PATH is taken; there were ${positionals.length}`);
  const given = path.resolve(context.cwd, positionals[0] ?? '.');
  const kind = await stat(given).then(
    info => (info.isDirectory() ? 'folder' : info.isFile() ? 'file' : 'other'),
    () => 'missing' as const,
  );
  if (kind === 'missing' || kind === 'other') {
    throw new ProblemError({
      code: 'path-missing',
      message: `There is no folder ${positionals[0] ?? '.'}${kind === 'missing' ? ' (or it can not be read)' : ': it is neither a folder nor a file'}.`,
      nextStep: 'Give the folder of a Terraform configuration, or a folder that has some below it.',
    });
  }
  const folder = kind === 'file' ? path.dirname(given) : given;
  const project = await readProject(nodeFiles, context.env, folder, await repositoryOf(folder), {
    signal: context.signal,
  });
  const files = new Map<string, SourceFile>();
  for (const root of project.roots) {
    for (const module of root.modules) for (const file of module.files) files.set(file.path, file);
    for (const file of root.tfvarsFiles) files.set(file.path, file);
  }
  const indexes = new Map<string, { readonly index: LineIndex; readonly mark: number }>();
  const places = (file: string): { readonly index: LineIndex; readonly mark: number } => {
    const known = indexes.get(file);
    if (known !== undefined) return known;
    const text = files.get(file)?.text ?? '';
    const made = { index: new LineIndex(text), mark: text.charCodeAt(0) === 0xfeff ? 1 : 0 };
    indexes.set(file, made);
    return made;
  };
  return {
    folder,
    only: kind === 'file' ? given : undefined,
    project,
    files,
    name: file => nodeFiles.relative(folder, file) || '.',
    range: ({ file, span }) => {
      const { index, mark } = places(file);
      const position = (offset: number): Range['start'] => {
        const { line, character } = index.position(offset);
        return { line, character: line === 0 ? Math.max(0, character - mark) : character };
      };
      return { start: position(span.start), end: position(span.end) };
    },
  };
}
