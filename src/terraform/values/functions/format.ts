import { convert } from '../convert';
import { isNotNull, type Outcome, unknownOf } from '../operators';
import { joinTexts } from '../templates';
import { isWhole, text, unknown, type Value } from '../value';
import { toJson } from './json';

const verb = /%(?:\[(\d+)\])?([-+# 0]*)([1-9]\d*)?(?:\.(\d+))?([a-zA-Z%])/g;

interface Verb {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** `format(spec, values...)` (go-cty, cty/function/stdlib/format.go); what is not known stays open in its place. */
export function format(spec: Value, values: readonly Value[]): Outcome {
  if (spec.kind !== 'string') return unknownOf([spec], { type: 'string', notNull: true });
  const pieces: Value[] = [];
  let from = 0;
  let next = 0;
  for (const found of spec.value.matchAll(verb)) {
    const between = spec.value.slice(from, found.index);
    if (between.includes('%')) return 'A "%" begins no verb of a format';
    pieces.push(text(between));
    from = found.index + found[0].length;
    const [, place, flags = '', width, precision, letter = ''] = found;
    if (letter === '%') {
      pieces.push(text('%'));
      continue;
    }
    const index = place === undefined ? next : Number(place) - 1;
    next = index + 1;
    const value = values[index];
    if (value === undefined) return 'The format needs more arguments';
    const made = written(value, { flags, width: numeric(width), precision: numeric(precision), letter });
    if (typeof made === 'string') return made;
    pieces.push(made);
  }
  const rest = spec.value.slice(from);
  if (rest.includes('%')) return 'A "%" begins no verb of a format';
  pieces.push(text(rest));
  return joinTexts(pieces);
}

const numeric = (digits: string | undefined): number | undefined => (digits === undefined ? undefined : Number(digits));

function written(value: Value, options: Verb): Outcome {
  const { letter, flags, width = 0 } = options;
  if (width > 1000) return unknown('The text is too wide.', { type: 'string', notNull: true });
  if (!isWhole(value)) {
    const plain = (letter === 's' || letter === 'v') && flags === '' && width === 0 && options.precision === undefined;
    const known = plain ? convert(value, 'string') : undefined;
    return known?.kind === 'unknown' && known.type === 'string' && isNotNull(known)
      ? known
      : unknownOf([value], { type: 'string', notNull: true });
  }
  const made = body(value, options);
  return made.value === undefined ? made.refused : text(padded(made.value, options));
}

type Made = { readonly value: string; readonly refused: '' } | { readonly value: undefined; readonly refused: string };
const good = (value: string): Made => ({ value, refused: '' });
const bad = (refused: string): Made => ({ value: undefined, refused });

function body(value: Value, { letter, flags, precision }: Verb): Made {
  switch (letter) {
    case 'v': {
      if (value.kind === 'string' && !flags.includes('#')) return good(cut(value.value, precision));
      const shown = value.kind === 'number' || value.kind === 'bool' ? convert(value, 'string') : undefined;
      const json = shown?.kind === 'string' ? shown.value : toJson(value);
      return json === undefined ? bad('The value cannot be written') : good(json);
    }
    case 's':
    case 'q': {
      const shown = convert(value, 'string');
      if (shown?.kind !== 'string') return bad('The value is not a text');
      return good(letter === 's' ? cut(shown.value, precision) : JSON.stringify(cut(shown.value, precision)));
    }
    case 't': {
      const shown = convert(value, 'bool');
      return shown?.kind === 'bool' ? good(String(shown.value)) : bad('The value is neither true nor false');
    }
    default: {
      const shown = convert(value, 'number');
      return shown?.kind === 'number'
        ? numberBody(shown.value, letter, flags, precision)
        : bad('The value is not a number');
    }
  }
}

const cut = (value: string, precision: number | undefined): string =>
  precision === undefined ? value : [...value].slice(0, precision).join('');

function numberBody(value: number, letter: string, flags: string, precision: number | undefined): Made {
  const sign = value >= 0 && flags.includes('+') ? '+' : value >= 0 && flags.includes(' ') ? ' ' : '';
  const bases: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, x: 16, X: 16 };
  const base = bases[letter];
  if (base !== undefined) {
    if (flags.includes('#') && base !== 10) return bad('The form of the number is not known here');
    const digits = Math.trunc(value).toString(base);
    return good(sign + (letter === 'X' ? digits.toUpperCase() : digits));
  }
  if (letter === 'f' || letter === 'F') return good(sign + value.toFixed(precision ?? 6));
  return bad('The form of the number is not known here');
}

function padded(value: string, { width = 0, flags, letter }: Verb): string {
  const missing = width - [...value].length;
  if (missing <= 0) return value;
  if (flags.includes('-')) return value + ' '.repeat(missing);
  if (!flags.includes('0')) return ' '.repeat(missing) + value;
  const sign = /^[+-]/.exec(value)?.[0] ?? '';
  return /[dfFboxX]/.test(letter) ? sign + '0'.repeat(missing) + value.slice(sign.length) : '0'.repeat(missing) + value;
}
