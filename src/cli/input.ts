import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from '../core/problem';
import type { CliContext } from './command';
import { UsageError } from './option';

const mebibyte = 1024 * 1024;
/** Policies are far smaller. */
const usual = 5;
/** Run logs, of which only the end is looked at. */
export const logMebibytes = 64;

/** The text of the one file that a command takes, or of standard input for `-`. */
export async function readInput(
  context: CliContext,
  positionals: readonly string[],
  what: string,
  mebibytes = usual,
): Promise<{ readonly name: string; readonly text: string }> {
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new UsageError(`one ${what} is needed ("-" reads standard input)`);
  if (name === '-') {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of process.stdin) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > mebibytes * mebibyte) throw new ProblemError(tooLarge(what, mebibytes));
      chunks.push(bytes);
    }
    return { name: 'standard input', text: textOf(Buffer.concat(chunks)) };
  }
  const file = path.resolve(context.cwd, name);
  try {
    const info = await stat(file);
    if (!info.isFile()) throw new Error('it is not a file');
    if (info.size > mebibytes * mebibyte) throw new ProblemError(tooLarge(what, mebibytes));
    return { name, text: textOf(await readFile(file)) };
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'there is no such file'
        : error instanceof Error
          ? error.message
          : String(error);
    throw new ProblemError({
      code: 'unreadable-file',
      message: `${name} cannot be read: ${reason}.`,
      nextStep: `Name a ${what} that exists and can be read.`,
    });
  }
}

/** PowerShell's `>` writes UTF-16. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8');
}

function tooLarge(what: string, mebibytes: number): { code: string; message: string; nextStep: string } {
  return {
    code: 'file-too-large',
    message: `The ${what} has more than ${mebibytes} MiB.`,
    nextStep: mebibytes === usual ? 'IAM allows far less; is this the right file?' : 'Give the end of it.',
  };
}
