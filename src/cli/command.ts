import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Clock, Environment } from '../core/host';
import { closest } from '../core/editDistance';
import type { Wait } from '../hcp/client/limiter';
import type { ExitCode } from './exitCode';
import { file, flag, type OptionTable, parseArgsOptions, UsageError, type Values, valuesOf } from './option';
import { projectSettings } from './projectSettings';
import { writeOutput } from './replaceFile';

/** What a command gets of the outside. `signal` aborts on Ctrl+C. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Output that must reach the reader byte for byte (commands for GitHub Actions): it is made harmless by who writes it. */
  raw(text: string): void;
  /** Says what is going on, on standard error; `--quiet` leaves it out. */
  progress(text: string): void;
  /** Is standard error a terminal (progress lines may be redrawn)? */
  readonly interactive: boolean;
  /** `--no-config`: tfc-oidc.json does not count. */
  readonly noConfig?: true;
  /** What pauses between two tries and request limits go by; the machine's own where it is not given. */
  readonly time?: { readonly now: Clock; readonly wait: Wait };
}

/** The headings of `tfc-oidc --help`, in its order. */
export const groups = ['Set up', 'Code', 'Policies', 'State', 'This program'] as const;

/** Options that every command takes. */
export const commonOptions = {
  output: file('FILE', 'write the report to this file instead of to standard output'),
  'no-config': flag('leave tfc-oidc.json aside'),
  quiet: flag('say nothing of what is going on; problems are still named'),
  help: flag('print this text'),
} as const satisfies OptionTable;

interface CommandText {
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** One line for the list of commands: a verb first, lower case, no full stop. */
  readonly summary: string;
  /** What it takes beside options, as in `[PATH]`; empty where it takes options alone. */
  readonly operands: string;
  /** Paragraphs between the usage line and the options. */
  readonly about: string;
  /** What the JSON report holds, and other remarks behind the options. */
  readonly report?: string;
  readonly examples?: readonly string[];
  /** What each exit code means for this command, where it says more than the table of all. */
  readonly exits: Partial<Readonly<Record<ExitCode, string>>>;
}

interface CommandDefinition<T extends OptionTable> extends CommandText {
  readonly options: T;
  /** Without operands that name code: `--organization` and `--hostname` come from tfc-oidc.json where they are not given. */
  readonly namesFromConfig?: true;
  /** Resolves with the exit code. A thrown ProblemError is printed and exits 2; any other error is a bug. */
  run(
    context: CliContext,
    args: { readonly values: Values<T>; readonly positionals: readonly string[] },
  ): Promise<ExitCode>;
}

export interface Command extends CommandText {
  readonly options: OptionTable;
  /** Runs it with the words that stand behind its name; throws UsageError where they can't be understood. */
  call(context: CliContext, words: readonly string[]): Promise<ExitCode>;
}

/** Makes a command of its row: `values` of `run` have the types that its options give them. */
export function command<const T extends OptionTable>(definition: CommandDefinition<T>): Command {
  const { options, operands, run, namesFromConfig = false } = definition;
  return {
    ...definition,
    async call(context, words) {
      const { values, positionals } = parseWords({ ...options, ...commonOptions }, words);
      // A word too many is more likely a forgotten option than meant for nothing.
      if (operands === '' && positionals[0] !== undefined)
        throw new UsageError(`only options are taken; there was "${positionals[0]}"`);
      const { output, quiet, 'no-config': noConfig } = valuesOf(commonOptions, values);
      const told: CliContext = {
        ...context,
        ...(quiet && { progress: () => undefined }),
        ...(noConfig && { noConfig: true }),
      };
      const given = namesFromConfig ? { ...(await namesOfConfig(told)), ...values } : values;
      const args = { values: valuesOf(options, given), positionals };
      if (output === undefined) return run(told, args);
      const parts: string[] = [];
      const keep = (text: string): void => void parts.push(text);
      const code = await run({ ...told, out: keep, raw: keep }, args);
      await writeOutput(path.resolve(context.cwd, output), parts.join(''));
      return code;
    },
  };
}

/** The names that the repository's file has for commands that are told them by options. */
async function namesOfConfig(context: CliContext): Promise<Readonly<Record<string, string>>> {
  const { organization, hostname } = (await projectSettings(context, context.cwd))?.defaults ?? {};
  return { ...(organization !== undefined && { organization }), ...(hostname !== undefined && { hostname }) };
}

type Words = ReturnType<typeof parseArgs<{ options: ReturnType<typeof parseArgsOptions>; allowPositionals: true }>>;

/** The words by options; an option that is not there is named with the one that was probably meant. */
function parseWords(options: OptionTable, words: readonly string[]): Words {
  try {
    return parseArgs({ args: [...words], options: parseArgsOptions(options), allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    const unknown = /^Unknown option '(--?[^']+)'/.exec(error.message)?.[1];
    if (unknown === undefined) throw new UsageError(error.message.replace(/\.$/, ''));
    const shown = Object.keys(options).filter(name => options[name]?.hidden !== true);
    const near = closest(unknown.replace(/^-+/, ''), shown);
    throw new UsageError(`there is no option ${unknown}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
}
