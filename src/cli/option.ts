import type { ParseArgsConfig } from 'node:util';
import { asciiHost } from '../core/hostName';

/** A command line that can't be run as typed: printed with a pointer to `--help`, exit 2. */
export class UsageError extends Error {}

/** What `util.parseArgs` found of one option. */
type Given = string | boolean | readonly (string | boolean)[] | undefined;

/** What an option says of itself: help, completions, man page and docs/cli.md are made of these. */
export interface OptionText {
  /** One or two sentences, lower case at the start, without a full stop at the end. */
  readonly about: string;
  /** Heading of the help under which it stands; none: "Options". */
  readonly section?: string;
  /** An old spelling that is still taken, and shown nowhere. */
  readonly hidden?: true;
}

/** One option of a command. `V` is the type of what the command gets of it. */
export interface Option<V> extends OptionText {
  readonly type: 'string' | 'boolean';
  readonly multiple: boolean;
  /** What stands for its value in the help: `ORG`, `text|json`; empty for a flag. */
  readonly value: string;
  /** Words that a shell can complete; empty where any text is taken. */
  readonly choices: readonly string[];
  /** Is the value a file or a folder? Shells complete it so. */
  readonly file: boolean;
  /** The value for the command; throws UsageError where it is not one that the option takes. */
  readonly parse: (given: Given, name: string) => V;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What a command gets of its options, each with the type that the option has. */
export type Values<T extends OptionTable> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

const plain = { type: 'string', multiple: false, choices: [], file: false } as const;
const one = (given: Given): string | undefined => (typeof given === 'string' ? given : undefined);

/** Given or not. */
export const flag = (about: string): Option<boolean> => ({
  ...plain,
  type: 'boolean',
  value: '',
  about,
  parse: given => given === true,
});

/** A text, or `undefined` where it is not given. `value` names it in the help. */
export const text = (value: string, about: string): Option<string | undefined> => ({
  ...plain,
  value,
  about,
  parse: one,
});

/** The name of a host, in letters of ASCII whatever it was typed in. */
export const host = (value: string, about: string): Option<string | undefined> => ({
  ...text(value, about),
  parse: given => {
    const name = one(given);
    return name === undefined ? undefined : asciiHost(name);
  },
});

/** A text without which the command can't run. */
export const needed = (value: string, about: string): Option<string> => ({
  ...plain,
  value,
  about,
  parse: (given, name) => {
    const found = one(given);
    if (found === undefined || found === '') throw new UsageError(`--${name} is needed`);
    return found;
  },
});

/** The name of a file or folder. */
export const file = (value: string, about: string): Option<string | undefined> => ({
  ...text(value, about),
  file: true,
});

/** Texts: the option may be given several times. */
export const list = (value: string, about: string): Option<readonly string[]> => ({
  ...plain,
  multiple: true,
  value,
  about,
  parse: given =>
    Array.isArray(given)
      ? given.filter((v): v is string => typeof v === 'string')
      : typeof given === 'string'
        ? [given]
        : [],
});

export const files = (value: string, about: string): Option<readonly string[]> => ({
  ...list(value, about),
  file: true,
});

/** One of `choices`, or `undefined` where it is not given. */
export const optionalChoice = <const T extends string>(
  choices: readonly T[],
  about: string,
): Option<T | undefined> => ({
  ...plain,
  choices,
  value: choices.join('|'),
  about,
  parse: (given, name) => {
    const found = one(given);
    if (found === undefined) return undefined;
    const known = choices.find(c => c === found);
    if (known === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}; it was "${found}"`);
    return known;
  },
});

/** One of `choices`; `fallback` where it is not given. */
export const choice = <const T extends string>(
  choices: readonly T[],
  fallback: NoInfer<T>,
  about: string,
): Option<T> => {
  const option = optionalChoice(choices, about === '' ? `default ${fallback}` : `${about} (default ${fallback})`);
  return { ...option, parse: (given, name) => option.parse(given, name) ?? fallback };
};

/** A whole number, or `undefined` where it is not given. */
export const wholeNumber = (value: string, about: string): Option<number | undefined> => ({
  ...plain,
  value,
  about,
  parse: (given, name) => {
    const found = one(given);
    if (found === undefined) return undefined;
    if (!/^\d{1,6}$/.test(found)) throw new UsageError(`--${name} takes a whole number; it was "${found}"`);
    return Number(found);
  },
});

/** An old spelling of an option: taken, and shown nowhere. */
export const hidden = <V>(option: Option<V>): Option<V> => ({ ...option, hidden: true });

/** Options under a heading of their own. */
export function section<T extends OptionTable>(heading: string, options: T): T {
  const out: Record<string, Option<unknown>> = {};
  for (const [name, option] of Object.entries(options)) out[name] = { ...option, section: heading };
  return out as T;
}

/** The options as `util.parseArgs` takes them. */
export function parseArgsOptions(options: OptionTable): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple }]) => [
      name,
      { type, multiple, ...(name === 'help' && { short: 'h' }) },
    ]),
  );
}

/** The values of a command line, typed and checked; throws UsageError at the first that an option does not take. */
export function valuesOf<T extends OptionTable>(options: T, given: Readonly<Record<string, Given>>): Values<T> {
  const out: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) out[name] = option.parse(given[name], name);
  return out as Values<T>;
}

/** For commands that may leave something open. */
export const strictOption = flag('exit 2 where anything is unknown or left open');

/** The format of most reports. */
export const textOrJson = choice(['text', 'json'], 'text', 'how to report');
