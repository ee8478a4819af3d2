import type { ParseArgsConfig } from 'node:util';
import type { Clock, Environment } from '../core/host';
import type { Wait } from '../hcp/client/limiter';

/** Exit codes of every command: 0 clean or done, 1 findings at the asked level (or "deny"), 2 could not run. */
export type ExitCode = 0 | 1 | 2;

/** What a command gets of the outside. `signal` aborts on Ctrl+C. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Is standard error a terminal (progress lines may be redrawn)? */
  readonly interactive: boolean;
  /** What pauses between two tries and request limits go by; the machine's own where it is not given. */
  readonly time?: { readonly now: Clock; readonly wait: Wait };
}

type Options = NonNullable<ParseArgsConfig['options']>;
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole text of `tfc-oidc NAME --help`. */
  readonly help: string;
  readonly options: Options;
  /** Resolves with the exit code. A thrown ProblemError is printed and exits 2; any other error is a bug. */
  run(
    context: CliContext,
    args: { readonly values: OptionValues; readonly positionals: readonly string[] },
  ): Promise<ExitCode>;
}

/** A command line that can't be run as typed: printed with a pointer to `--help`, exit 2. */
export class UsageError extends Error {}

/** The value of a string option, or `fallback`. */
export function text(values: OptionValues, name: string, fallback: string): string;
export function text(values: OptionValues, name: string): string | undefined;
export function text(values: OptionValues, name: string, fallback?: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : fallback;
}

/** The value of a string option that must be one of `choices`; throws UsageError otherwise. */
export function choice<T extends string>(values: OptionValues, name: string, choices: readonly T[], fallback: T): T {
  const value = text(values, name, fallback);
  const found = choices.find(c => c === value);
  if (found === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}; it was "${value}"`);
  return found;
}

/** The value of a string option without which the command can't run. */
export function required(values: OptionValues, name: string): string {
  const value = text(values, name);
  if (value === undefined || value === '') throw new UsageError(`--${name} is needed`);
  return value;
}

/** All values of an option that may be given several times. */
export function many(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  if (Array.isArray(value)) return value.filter((v): v is string => typeof v === 'string');
  return typeof value === 'string' ? [value] : [];
}

/** For commands that take everything by options: a word too many is more likely a forgotten option than meant for nothing. */
export function noPositionals(positionals: readonly string[]): void {
  if (positionals[0] !== undefined) throw new UsageError(`only options are taken; there was "${positionals[0]}"`);
}
