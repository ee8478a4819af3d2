import type { Outcome } from '../operators';
import { text, unknown, type Unknown } from '../value';

/** Go writes these classes in another way than JavaScript. */
const classes: Readonly<Record<string, string>> = {
  '[:alpha:]': 'A-Za-z',
  '[:digit:]': '0-9',
  '[:alnum:]': '0-9A-Za-z',
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:space:]': '\\t\\n\\v\\f\\r ',
  '[:xdigit:]': '0-9A-Fa-f',
  '[:word:]': '0-9A-Za-z_',
  '[:punct:]': '!-\\/:-@\\[-`{-~',
};

/** Steps that a match may take: JavaScript tries in turn what Go's automaton follows at once. */
const maximumSteps = 10_000_000;

/**
 * Go's pattern (RE2) as one of JavaScript's; a sentence: Terraform refuses it; unknown: it means something else here, or matching
 * it against a text of this length could take too long.
 */
export function compile(pattern: string, length: number): RegExp | string | Unknown {
  const open = unknown('The pattern is evaluated only by Terraform.', { notNull: true });
  const flags = /^\(\?([imsU]+)\)/.exec(pattern)?.[1] ?? '';
  if (flags.includes('U')) return open;
  const source = pattern
    .slice(flags === '' ? 0 : flags.length + 3)
    .replace(/\[:\^?[a-z]+:\]/g, name => classes[name] ?? name)
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$');
  if (/\(\?(?![:<])|\(\?<[=!]|\\[QECG]|\[:|\\[1-9]/.test(source)) return open;
  if (stepsOf(source, length) > maximumSteps) return open;
  try {
    // Go's "." is a whole character.
    return new RegExp(source, `u${flags}`);
  } catch {
    return open;
  }
}

/** At most so many ways to match: each repetition without an end may stop anywhere, one inside of another doubles with each character. */
function stepsOf(source: string, length: number): number {
  const repeated = source.replace(/\\./gs, 'x').replace(/\[[^\]]{0,100}\]/g, 'x');
  const endless = repeated.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const nested = /\)(?:[*+]|\{\d+(?:,\d*)?\})/.test(repeated);
  const depth = nested ? (repeated.match(/\)(?:[*+]|\{)/g)?.length ?? 0) : 0;
  return Math.max(1, length) ** Math.min(endless, 8) * (nested ? 2 ** (Math.min(length, 60) * depth) : 1);
}

/** `replace(value, "/pattern/", to)`; `$1` and `${name}` stand for groups. */
export function replaceMatches(value: string, pattern: string, to: string): Outcome {
  const compiled = compile(pattern, value.length);
  if (!(compiled instanceof RegExp)) return compiled;
  return text(
    value.replace(new RegExp(compiled, `${compiled.flags}g`), (...found: unknown[]) => {
      const names = found.at(-1);
      const groups = typeof names === 'object' && names !== null ? (names as Record<string, unknown>) : {};
      return to.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (_, a?: string, b?: string) => {
        const name = a ?? b;
        if (name === undefined) return '$';
        const group = /^\d+$/.test(name) ? found[Number(name)] : groups[name];
        return typeof group === 'string' ? group : '';
      });
    }),
  );
}
