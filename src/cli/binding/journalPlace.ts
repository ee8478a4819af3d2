import path from 'node:path';
import { stateFolder } from '../../binding/journal/folder';
import { ProblemError } from '../../core/problem';
import type { CliContext } from '../command';

/** Where what is written is noted; a ProblemError `no-home` where there is no such place. */
export function journalDir(context: CliContext, values: { readonly journal: string | undefined }): string {
  const given = values.journal;
  if (given !== undefined) return path.resolve(context.cwd, given);
  return stateFolder(context.env, context.env['HOME'] ?? '', path);
}

/** Where earlier runs are read; `undefined` where there is no home folder, and so nothing was ever noted. */
export function journalToRead(
  context: CliContext,
  values: { readonly journal: string | undefined },
): string | undefined {
  try {
    return journalDir(context, values);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'no-home') return undefined;
    throw error;
  }
}
