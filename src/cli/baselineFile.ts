import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError, unwrap } from '../core/problem';
import { type BaselineEntry, parseBaseline } from '../lint/baseline';
import type { ProjectSettings } from '../lint/projectFile';
import type { CliContext } from './command';
import { nodeFiles } from './files';

/** A file of known findings, and how files are named in it. */
export interface BaselineFile {
  readonly file: string;
  readonly entries: readonly BaselineEntry[];
  /** From the baseline's folder on. */
  readonly name: (file: string) => string;
}

/** The name that `--write-baseline` writes to where nothing names another one. */
export const usualBaseline = 'tfc-oidc-baseline.json';

/** The file that an option or tfc-oidc.json names. */
export function baselinePath(
  context: CliContext,
  option: string | undefined,
  settings: ProjectSettings | undefined,
): string | undefined {
  if (option !== undefined) return path.resolve(context.cwd, option);
  return settings?.baseline === undefined ? undefined : path.join(settings.dir, settings.baseline);
}

const namesFrom =
  (file: string) =>
  (other: string): string =>
    nodeFiles.relative(path.dirname(file), other);

/** Reads it. Where it is not there: `undefined` for who writes one, a problem for who counts on it. */
export async function readBaseline(context: CliContext, file: string, writing: true): Promise<BaselineFile | undefined>;
export async function readBaseline(context: CliContext, file: string): Promise<BaselineFile>;
export async function readBaseline(
  context: CliContext,
  file: string,
  writing = false,
): Promise<BaselineFile | undefined> {
  const shown = nodeFiles.relative(context.cwd, file);
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && writing) return undefined;
    throw new ProblemError({
      code: 'baseline-file',
      message: `The baseline ${shown} cannot be read: ${missing ? 'there is no such file' : error instanceof Error ? error.message : String(error)}.`,
      nextStep: 'Write it with "tfc-oidc check --write-baseline", or name another one.',
    });
  }
  return { file, entries: unwrap(parseBaseline(text, shown)), name: namesFrom(file) };
}

export const newBaseline = (file: string): BaselineFile => ({ file, entries: [], name: namesFrom(file) });
