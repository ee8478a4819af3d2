import { type Outcome, unknownOf } from '../operators';
import { joinTexts } from '../templates';
import { bool, isList, isWhole, listOf, type ListValue, mapOf, nothing, text, type Value } from '../value';
import { characters } from './characters';
import { aNumber, aString, type Definition, numberAt, type Parameter, stringList, textAt } from './definition';
import { format } from './format';
import { compile, replaceMatches } from './patterns';

/** A text of which only the beginning or end may be known. */
const openString: Parameter = { type: 'string', accepts: 'any' };

const plain = (change: (value: string) => string): Definition => ({
  takes: [aString],
  gives: 'string',
  total: true,
  apply: args => text(change(textAt(args, 0))),
});

/** A function that changes each character by itself also changes what is known of a text. */
const each = (change: (value: string) => string): Definition => ({
  takes: [openString],
  gives: 'string',
  total: true,
  apply: ([value]) => {
    if (value?.kind === 'string') return text(change(value.value));
    if (value?.kind !== 'unknown') return 'It needs a text';
    const { starts, ends } = value;
    return unknownOf([value], {
      type: 'string',
      notNull: true,
      ...(starts !== undefined && { starts: change(starts) }),
      ...(ends !== undefined && { ends: change(ends) }),
    });
  },
});

/** Go changes code point by code point: "ß" has no upper case there. */
const byCodePoint =
  (change: (c: string) => string): ((value: string) => string) =>
  value =>
    /^[\x00-\x7f]*$/.test(value)
      ? change(value)
      : [...value].map(c => ([...change(c)].length === 1 ? change(c) : c)).join('');

function affix(side: 'starts' | 'ends', args: readonly Value[]): Outcome {
  const [value, wanted] = args;
  if (value === undefined || wanted === undefined) return 'It needs two texts';
  if (wanted.kind !== 'string') return unknownOf([wanted], { type: 'bool', notNull: true });
  const matches = (known: string): boolean =>
    side === 'starts' ? known.startsWith(wanted.value) : known.endsWith(wanted.value);
  if (value.kind === 'string') return bool(matches(value.value));
  const known = value.kind === 'unknown' ? (value[side] ?? '') : '';
  if (matches(known)) return bool(true);
  const shared = side === 'starts' ? wanted.value.startsWith(known) : wanted.value.endsWith(known);
  return shared ? unknownOf([value], { type: 'bool', notNull: true }) : bool(false);
}

function join(args: readonly Value[]): Outcome {
  const [separator, ...lists] = args;
  if (separator === undefined || lists.length === 0) return '"join" needs a separator and a list';
  const items: Value[] = [];
  for (const list of lists) {
    if (list.kind === 'unknown') return unknownOf([list], { type: 'string', notNull: true });
    if (isList(list)) items.push(...list.items);
  }
  if (items.some(item => item.kind === 'null')) return 'Null cannot be joined';
  if (separator.kind !== 'string' && items.length > 1)
    return joinTexts([items[0] ?? nothing(), unknownOf([separator], { type: 'string' })]);
  return joinTexts(items.flatMap((item, i) => (i === 0 ? [item] : [separator, item])));
}

function formatlist(args: readonly Value[]): Outcome {
  const [spec, ...rest] = args;
  if (spec === undefined) return '"formatlist" needs a format';
  const lists = rest.filter((value): value is ListValue => isList(value));
  const length = lists[0]?.items.length ?? 1;
  if (lists.some(list => list.items.length !== length)) return 'The lists must be of one length';
  const items: Value[] = [];
  for (let i = 0; i < length; i++) {
    const made = format(
      spec,
      rest.map(value => (isList(value) ? (value.items[i] ?? nothing()) : value)),
    );
    if (typeof made === 'string') return made;
    items.push(made);
  }
  return listOf('list', items, 'string');
}

function substr(args: readonly Value[]): Outcome {
  const all = characters(textAt(args, 0));
  const [offset, length] = [numberAt(args, 1), numberAt(args, 2)];
  if (!Number.isInteger(offset) || !Number.isInteger(length)) return 'Offset and length must be whole numbers';
  const from = offset < 0 ? Math.max(0, offset + all.length) : offset;
  return text(all.slice(from, length < 0 ? all.length : from + length).join(''));
}

/** The beginning of a text that is not known to its end, as long as what is cut out lies in what is known. */
function substrOfOpen([value, offset, length]: readonly Value[]): Outcome | undefined {
  if (value?.kind !== 'unknown' || offset?.kind !== 'number' || length?.kind !== 'number') return undefined;
  const known = characters(value.starts ?? '').slice(0, -1);
  if (offset.value < 0 || offset.value > known.length) return undefined;
  const end = length.value < 0 ? Infinity : offset.value + length.value;
  const part = known.slice(offset.value, end).join('');
  return end <= known.length ? text(part) : unknownOf([value], { type: 'string', notNull: true, starts: part });
}

function replace(args: readonly Value[]): Outcome {
  const [value, from, to] = [textAt(args, 0), textAt(args, 1), textAt(args, 2)];
  const pattern = /^\/(.*)\/$/s.exec(from)?.[1];
  if (pattern !== undefined && from.length > 1) return replaceMatches(value, pattern, to);
  if (from === '') return text([...value].map(c => to + c).join('') + to);
  return text(value.split(from).join(to));
}

function regex([pattern, value]: readonly Value[], all: boolean): Outcome {
  if (pattern?.kind !== 'string' || value?.kind !== 'string') return 'It needs two texts';
  const compiled = compile(pattern.value, value.value.length);
  if (typeof compiled === 'string') return compiled;
  if (!(compiled instanceof RegExp)) return compiled;
  const matches = [...value.value.matchAll(new RegExp(compiled, `${compiled.flags}g`))];
  const results = matches.map(match => captured(match));
  if (all) return listOf('list', results, results.length === 0 ? 'string' : undefined);
  return results[0] ?? 'The text does not match';
}

/** What a pattern finds: the text, a list of its groups, or an object of its named ones. */
function captured(match: RegExpMatchArray): Value {
  const part = (group: string | undefined): Value => (group === undefined ? nothing('string') : text(group));
  if (match.groups !== undefined) return mapOfGroups(match.groups, part);
  const groups = match.slice(1) as readonly (string | undefined)[];
  return groups.length === 0 ? text(match[0]) : listOf('tuple', groups.map(part));
}

function mapOfGroups(
  groups: Readonly<Record<string, string | undefined>>,
  part: (g: string | undefined) => Value,
): Value {
  return mapOf(
    'object',
    Object.entries(groups).map(([name, group]) => [name, part(group)]),
  );
}

function split(separator: string, value: string): Value {
  const parts = separator === '' ? [...value] : value.split(separator);
  return listOf(
    'list',
    parts.map(part => text(part)),
    'string',
  );
}

/** Characters that stand at the ends of a text and are of a set. */
function trimmed(value: string, set: string): string {
  const cut = new Set(set);
  const all = [...value];
  let [start, end] = [0, all.length];
  while (start < end && cut.has(all[start] ?? '')) start++;
  while (end > start && cut.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

/** By hand: each \r\n is also a \r and a \n, and an expression that takes all three tries every way to read a row of them. */
function chomped(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === '\n' || value[end - 1] === '\r')) end--;
  return value.slice(0, end);
}

const two = (apply: (a: string, b: string) => Outcome): Definition => ({
  takes: [aString, aString],
  gives: 'string',
  total: true,
  apply: args => apply(textAt(args, 0), textAt(args, 1)),
});

export const texts: Readonly<Record<string, Definition>> = {
  chomp: plain(chomped),
  endswith: { takes: [openString, openString], gives: 'bool', total: true, apply: args => affix('ends', args) },
  startswith: { takes: [openString, openString], gives: 'bool', total: true, apply: args => affix('starts', args) },
  format: {
    takes: [openString],
    more: { type: 'dynamic', accepts: 'any', nullable: true },
    gives: 'string',
    apply: ([spec, ...values], { reader }) => {
      if (!values.every(isWhole)) reader.doubt();
      return format(spec ?? nothing(), values);
    },
  },
  formatlist: {
    takes: [openString],
    more: { type: 'dynamic', accepts: 'parts', nullable: true },
    gives: stringList,
    apply: formatlist,
  },
  indent: {
    takes: [aNumber, aString],
    gives: 'string',
    apply: args =>
      text(textAt(args, 1).replace(/\n/g, `\n${' '.repeat(Math.min(1000, Math.max(0, numberAt(args, 0))))}`)),
  },
  join: {
    takes: [openString],
    more: { type: stringList, accepts: 'any' },
    gives: 'string',
    total: true,
    apply: join,
  },
  lower: each(byCodePoint(c => c.toLowerCase())),
  upper: each(byCodePoint(c => c.toUpperCase())),
  regex: { takes: [aString, aString], gives: 'dynamic', apply: args => regex(args, false) },
  regexall: { takes: [aString, aString], gives: 'dynamic', total: true, apply: args => regex(args, true) },
  replace: { takes: [aString, aString, aString], gives: 'string', apply: replace },
  split: {
    takes: [aString, aString],
    gives: stringList,
    total: true,
    apply: args => split(textAt(args, 0), textAt(args, 1)),
  },
  strcontains: { ...two((a, b) => bool(a.includes(b))), gives: 'bool' },
  strrev: plain(value => [...characters(value)].reverse().join('')),
  substr: {
    takes: [openString, aNumber, aNumber],
    gives: 'string',
    total: true,
    apply: args =>
      args[0]?.kind === 'string'
        ? substr(args)
        : (substrOfOpen(args) ?? unknownOf(args, { type: 'string', notNull: true })),
  },
  title: plain(value =>
    value.replace(/(^|[^\p{L}\p{N}_'])(\p{Ll})/gu, (_, before: string, c: string) => before + c.toUpperCase()),
  ),
  trim: two((value, set) => text(trimmed(value, set))),
  trimprefix: two((value, prefix) => text(value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimsuffix: two((value, suffix) =>
    text(suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value),
  ),
  trimspace: plain(value => value.trim()),
};
