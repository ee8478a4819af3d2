import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, ProblemError, type Result } from '../core/problem';

/** A file as it is now, ready to be replaced; its text is still the one that was read before. */
export interface Replaceable {
  readonly target: string;
  readonly mode: number;
}

/**
 * Makes sure that a file may be replaced: it lies in `folder` (symbolic links followed), still holds `text`, and is UTF-8.
 */
export async function replaceable(folder: string, file: string, text: string): Promise<Result<Replaceable>> {
  const name = path.relative(folder, file);
  const [base, target] = await Promise.all([realpath(folder), realpath(file)]);
  const inside = path.relative(base, target);
  if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) {
    return fail({
      code: 'outside-of-path',
      message: `${name} is outside of ${folder}, or a symbolic link to a place outside of it, so it was not changed.`,
      nextStep: 'Run "tfc-oidc fix" in the folder that holds the file.',
    });
  }
  const bytes = await readFile(target);
  if (!bytes.equals(Buffer.from(text, 'utf8'))) {
    const utf8 = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
    return fail({
      code: utf8 ? 'file-changed' : 'not-utf8',
      message: utf8
        ? `${name} was changed by something else in the meantime, so it was not written.`
        : `${name} is not UTF-8 text, so it was not changed.`,
      nextStep: utf8 ? 'Run the command again.' : 'Save the file as UTF-8, which Terraform asks for.',
    });
  }
  return ok({ target, mode: (await stat(target)).mode & 0o7777 });
}

/** Writes beside the file and renames, so that no reader ever sees half of it. Keeps the mode. */
export async function replaceFile({ target, mode }: Replaceable, text: string): Promise<void> {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    // `open` applies the umask; the file keeps the mode that it had.
    await chmod(temporary, mode);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a report to a file that may or may not be there, beside it first: no reader ever sees half of one. */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    // A link stays a link, and a device (/dev/stdout) can't be replaced.
    const existing = await stat(file).catch(() => undefined);
    if (existing !== undefined && !existing.isFile()) return await writeFile(file, text, 'utf8');
    const target = existing === undefined ? file : await realpath(file);
    await replaceFile(
      { target, mode: existing === undefined ? 0o666 & ~process.umask() : existing.mode & 0o7777 },
      text,
    );
  } catch (error) {
    throw new ProblemError({
      code: 'unwritable-file',
      message: `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      nextStep: 'Name a file in a folder that exists and that you may write to.',
    });
  }
}
