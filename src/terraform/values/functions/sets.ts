import { convert, keyOf, setOf, unify } from '../convert';
import type { Outcome } from '../operators';
import type { Type } from '../type';
import { isList, listOf, type ListValue, typeOf, unknown, type Value } from '../value';
import { anyValue, type Definition } from './definition';

/** All arguments as sets of one type. */
function setsOf(args: readonly Value[]): readonly ListValue[] | string {
  const sets = args.map(value => (isList(value) ? convert(value, { kind: 'set', of: 'dynamic' }) : undefined));
  const of = unify(
    sets.flatMap(set => (set !== undefined && isList(set) && set.items.length > 0 ? [set.of ?? 'dynamic'] : [])),
  );
  if (of === undefined) return 'The sets must have members of one type';
  const same = sets.map(set => set && convert(set, { kind: 'set', of }));
  const lists = same.flatMap(set => (set !== undefined && isList(set) ? [set] : []));
  return lists.length === args.length ? lists : 'It needs sets';
}

function combined(keep: (counts: number, sets: number, inFirst: boolean) => boolean): Definition['apply'] {
  return args => {
    const sets = setsOf(args);
    if (typeof sets === 'string') return sets;
    const found = new Map<string, { readonly item: Value; count: number; readonly inFirst: boolean }>();
    for (const [i, set] of sets.entries())
      for (const item of set.items) {
        const key = keyOf(item);
        const known = found.get(key);
        if (known === undefined) found.set(key, { item, count: 1, inFirst: i === 0 });
        else known.count++;
      }
    const kept = [...found.values()].filter(f => keep(f.count, sets.length, f.inFirst)).map(f => f.item);
    return setOf(kept, sets.find(set => set.items.length > 0)?.of, {});
  };
}

/** Every combination of one member of each. */
function product(args: readonly Value[]): Outcome {
  const lists = args.flatMap(value => (isList(value) ? [value] : []));
  if (lists.length < args.length || lists.length < 2) return '"setproduct" needs at least two lists or sets';
  const members: Type[] = [];
  const columns: (readonly Value[])[] = [];
  let total = 1;
  for (const list of lists) {
    const of = list.kind === 'tuple' ? unify(list.items.map(typeOf)) : (list.of ?? 'dynamic');
    if (of === undefined) return 'The members of each list must have one type';
    members.push(of);
    columns.push(list.items.map(item => convert(item, of) ?? item));
    total *= list.items.length;
  }
  if (total > 50_000) return unknown('There is too much to evaluate.');
  let rows: (readonly Value[])[] = [[]];
  for (const column of columns) rows = rows.flatMap(row => column.map(item => [...row, item]));
  const tuples = total === 0 ? [] : rows.map(row => listOf('tuple', row));
  const type: Type = { kind: 'tuple', of: members };
  return lists.some(list => list.kind === 'set') ? setOf(tuples, type, {}) : listOf('list', tuples, type);
}

const set: Type = { kind: 'set', of: 'dynamic' };

export const sets: Readonly<Record<string, Definition>> = {
  setunion: { takes: [anyValue], more: anyValue, gives: set, apply: combined(() => true) },
  setintersection: { takes: [anyValue], more: anyValue, gives: set, apply: combined((count, all) => count === all) },
  setsubtract: {
    takes: [anyValue, anyValue],
    gives: set,
    apply: combined((count, _, inFirst) => inFirst && count === 1),
  },
  setproduct: { takes: [anyValue], more: anyValue, gives: 'dynamic', apply: product },
};
