import { convert, keyOf, unify } from '../convert';
import { equal, oneOf, type Outcome, unknownOf } from '../operators';
import { isCollection, type Type } from '../type';
import {
  bool,
  isList,
  isMap,
  isWhole,
  listOf,
  type ListValue,
  nothing,
  number,
  typeOf,
  unknown,
  type Value,
} from '../value';
import {
  aNumber,
  anyValue,
  type Definition,
  itsParts,
  numberAt,
  type Parameter,
  stringList,
  strings,
} from './definition';
import { characters } from './characters';

const booleans: Parameter = { type: { kind: 'list', of: 'bool' }, accepts: 'parts' };

/** The list in an argument; `undefined`: it is none. */
const listAt = (args: readonly Value[], i: number): ListValue | undefined => {
  const value = args[i];
  return value !== undefined && isList(value) ? value : undefined;
};

/** The members' type of what a list or tuple becomes as a list. */
function asList(value: ListValue): Value | undefined {
  return convert(value, { kind: 'list', of: 'dynamic' });
}

const typeOfFirst = (args: readonly Value[]): Type => (args[0] === undefined ? 'dynamic' : typeOf(args[0]));
/** Of a list that is not known: a list too, whatever it was written as. */
const likeFirst = (args: readonly Value[]): Type => {
  const type = typeOfFirst(args);
  return isCollection(type) && type.kind === 'list' ? type : 'dynamic';
};

function decided(decisive: boolean): Definition {
  return {
    takes: [booleans],
    gives: 'bool',
    total: true,
    apply: ([list]) => {
      if (list === undefined || !isList(list)) return 'It needs a list';
      const isDecided = (item: Value): boolean =>
        item.kind === 'bool' ? item.value === decisive : item.kind === 'null' && !decisive;
      if (list.items.some(isDecided)) return bool(decisive);
      const open = list.items.find(item => item.kind === 'unknown');
      return open === undefined ? bool(!decisive) : unknownOf([open], { type: 'bool', notNull: true });
    },
  };
}

function contains(list: Value | undefined, wanted: Value | undefined): Outcome {
  if (list === undefined || wanted === undefined || !isList(list)) return '"contains" needs a list';
  let open: Value | undefined;
  for (const item of list.items) {
    const same = equal(wanted, item);
    if (same === true) return bool(true);
    if (same === undefined) open ??= isWhole(item) ? wanted : item;
  }
  return open === undefined ? bool(false) : unknownOf([open], { type: 'bool', notNull: true });
}

function concat(args: readonly Value[]): Outcome {
  const lists = args.flatMap(value => (isList(value) && value.kind !== 'set' ? [value] : []));
  if (lists.length < args.length) return '"concat" needs lists';
  const items = lists.flatMap(list => list.items);
  if (!lists.every(list => list.kind === 'list')) return listOf('tuple', items);
  const of = unify(lists.map(list => list.of ?? 'dynamic'));
  if (of === undefined) return listOf('tuple', items);
  return listOf(
    'list',
    items.map(item => convert(item, of) ?? item),
    of,
  );
}

function flatten(value: Value): Outcome {
  if (!isList(value)) return '"flatten" needs a list';
  const items: Value[] = [];
  const pending: Value[] = [...value.items].reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isList(next)) for (let i = next.items.length - 1; i >= 0; i--) pending.push(next.items[i] ?? nothing());
    else {
      const { type } = next.kind === 'unknown' ? next : { type: typeOf(next) };
      const mayBeList =
        next.kind === 'unknown' &&
        next.block?.one !== true &&
        (typeof type === 'string' ? type === 'dynamic' : type.kind !== 'map' && type.kind !== 'object');
      if (mayBeList) return unknownOf([next], { notNull: true });
      items.push(next);
    }
    if (items.length + pending.length > 200_000) return unknown('The list is too large.');
  }
  return listOf('tuple', items);
}

function distinct(value: Value): Outcome {
  const list = isList(value) ? asList(value) : undefined;
  if (list === undefined || !isList(list)) return '"distinct" needs a list';
  const seen = new Set<string>();
  const isNew = (item: Value): boolean => {
    const key = keyOf(item);
    return !seen.has(key) && seen.add(key) === seen;
  };
  return listOf('list', list.items.filter(isNew), list.of);
}

/** Without texts that are null or empty. */
function compact(value: Value): Outcome {
  if (!isList(value)) return '"compact" needs a list of texts';
  const open = value.items.find(
    item => item.kind === 'unknown' && !(item.notNull && (item.starts ?? item.ends) !== undefined),
  );
  if (open !== undefined) return unknownOf([open], { type: stringList, notNull: true });
  return listOf(
    'list',
    value.items.filter(item => item.kind !== 'null' && !(item.kind === 'string' && item.value === '')),
    'string',
  );
}

function element(list: Value, index: number): Outcome {
  if (!isList(list) || list.kind === 'set') return '"element" needs a list';
  if (list.items.length === 0) return '"element" cannot be used with an empty list';
  if (!Number.isInteger(index)) return 'The index must be a whole number';
  if (index < 0) return unknown('Versions of Terraform differ in what a negative index is to "element".');
  return list.items[index % list.items.length] ?? nothing();
}

function length(value: Value): Outcome {
  if (isList(value)) return number(value.items.length);
  if (isMap(value)) return number(value.entries.size);
  if (value.kind === 'string') return number(characters(value.value).length);
  if (value.kind !== 'unknown') return '"length" needs a list, a map or a text';
  const { type } = value;
  if (typeof type !== 'string' && type.kind === 'tuple') return number(type.of.length);
  if (typeof type !== 'string' && type.kind === 'object' && value.block === undefined) return number(type.of.size);
  return unknownOf([value], { type: 'number', notNull: true });
}

function one(value: Value): Outcome {
  if (value.kind === 'unknown')
    return value.member === undefined
      ? unknownOf([value], {})
      : oneOf([value.member, nothing()], unknownOf([value], {}));
  if (!isList(value)) return '"one" needs a list';
  if (value.items.length > 1) return '"one" needs a list of at most one member';
  return value.items[0] ?? nothing(value.of ?? 'dynamic');
}

function range(args: readonly Value[]): Outcome {
  const [a = 0, b, c] = args.map((_, i) => numberAt(args, i));
  const [start, end] = b === undefined ? [0, a] : [a, b];
  const step = c ?? (end < start ? -1 : 1);
  if (step === 0) return 'The step must not be zero';
  if (step > 0 ? end < start : end > start) return 'The limit cannot be reached with this step';
  const items: Value[] = [];
  for (let n = start; step > 0 ? n < end : n > end; n += step) {
    if (items.length === 1024) return 'More than 1024 values would be made';
    items.push(number(n));
  }
  return listOf('list', items, 'number');
}

function reverse(value: Value): Outcome {
  if (!isList(value)) return '"reverse" needs a list';
  return listOf(value.kind === 'tuple' ? 'tuple' : 'list', [...value.items].reverse(), value.of);
}

function slice(args: readonly Value[]): Outcome {
  const list = listAt(args, 0);
  if (list === undefined || list.kind === 'set') return '"slice" needs a list';
  const [from, to] = [numberAt(args, 1), numberAt(args, 2)];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > list.items.length || from > to)
    return 'The places to slice at are not inside of the list';
  return listOf(list.kind, list.items.slice(from, to), list.of);
}

function chunklist(args: readonly Value[]): Outcome {
  const list = args[0] !== undefined && isList(args[0]) ? asList(args[0]) : undefined;
  const size = numberAt(args, 1);
  if (list === undefined || !isList(list)) return '"chunklist" needs a list';
  if (!Number.isInteger(size) || size < 0) return 'The size must be a whole number';
  const type: Type = { kind: 'list', of: list.of ?? 'dynamic' };
  if (list.items.length === 0) return listOf('list', [], type);
  const step = size === 0 ? list.items.length : size;
  const chunks: Value[] = [];
  for (let i = 0; i < list.items.length; i += step) chunks.push(listOf('list', list.items.slice(i, i + step), list.of));
  return listOf('list', chunks, type);
}

function sum(value: Value): Outcome {
  if (!isList(value) || value.items.length === 0) return '"sum" needs numbers';
  const numbers = value.items.map(item => convert(item, 'number'));
  let total = 0;
  let exact = true;
  for (const item of numbers) {
    if (item?.kind !== 'number') return '"sum" needs numbers';
    total += item.value;
    exact &&= item.exact && Number.isInteger(item.value);
  }
  return number(Number.isInteger(total) ? total : Number(total.toPrecision(14)), undefined, exact);
}

function indexOf(list: Value | undefined, wanted: Value | undefined): Outcome {
  if (list === undefined || wanted === undefined || !isList(list) || list.kind === 'set') return '"index" needs a list';
  const at = list.items.findIndex(item => equal(item, wanted) === true);
  return at === -1 ? 'The list has no such member' : number(at);
}

function coalescelist(args: readonly Value[]): Outcome {
  for (const value of args) {
    if (value.kind === 'null') continue;
    if (value.kind === 'unknown') return unknownOf([value], {});
    if (!isList(value) && !isMap(value)) return '"coalescelist" needs lists';
    if (isMap(value) ? value.entries.size > 0 : value.items.length > 0) return value;
  }
  return 'No list has members';
}

function matchkeys(args: readonly Value[]): Outcome {
  const [values, keys, wanted] = args.map(value => (isList(value) ? asList(value) : undefined));
  if (
    values === undefined ||
    keys === undefined ||
    wanted === undefined ||
    !isList(values) ||
    !isList(keys) ||
    !isList(wanted)
  )
    return '"matchkeys" needs lists';
  if (values.items.length !== keys.items.length) return 'There must be as many keys as values';
  const found = values.items.filter((_, i) => wanted.items.some(w => equal(w, keys.items[i] ?? nothing()) === true));
  return listOf('list', found, values.of);
}

export const collections: Readonly<Record<string, Definition>> = {
  alltrue: decided(false),
  anytrue: decided(true),
  chunklist: { takes: [itsParts, aNumber], gives: 'dynamic', keeps: true, apply: chunklist },
  coalescelist: {
    takes: [],
    more: { type: 'dynamic', accepts: 'any', nullable: true },
    gives: 'dynamic',
    keeps: true,
    apply: coalescelist,
  },
  compact: {
    takes: [{ type: stringList, accepts: 'parts' }],
    gives: stringList,
    total: true,
    apply: ([list]) => compact(list ?? nothing()),
  },
  concat: { takes: [], more: itsParts, gives: likeFirst, keeps: true, apply: concat },
  contains: {
    takes: [itsParts, { type: 'dynamic', accepts: 'any', nullable: true }],
    gives: 'bool',
    apply: ([list, wanted]) => contains(list, wanted),
  },
  distinct: { takes: [anyValue], gives: 'dynamic', apply: ([list]) => distinct(list ?? nothing()) },
  element: {
    takes: [itsParts, aNumber],
    gives: 'dynamic',
    mayBeNull: true,
    keeps: true,
    apply: args => element(args[0] ?? nothing(), numberAt(args, 1)),
  },
  flatten: { takes: [itsParts], gives: 'dynamic', keeps: true, apply: ([list]) => flatten(list ?? nothing()) },
  index: { takes: [anyValue, anyValue], gives: 'number', apply: ([list, wanted]) => indexOf(list, wanted) },
  length: {
    takes: [{ type: 'dynamic', accepts: 'any' }],
    gives: 'number',
    keeps: true,
    apply: ([value]) => length(value ?? nothing()),
  },
  matchkeys: { takes: [itsParts, anyValue, anyValue], gives: 'dynamic', apply: matchkeys },
  one: {
    takes: [{ type: 'dynamic', accepts: 'any' }],
    gives: 'dynamic',
    mayBeNull: true,
    keeps: true,
    apply: ([value]) => one(value ?? nothing()),
  },
  range: { takes: [aNumber], more: aNumber, gives: { kind: 'list', of: 'number' }, apply: range },
  reverse: { takes: [itsParts], gives: likeFirst, keeps: true, apply: ([list]) => reverse(list ?? nothing()) },
  slice: { takes: [itsParts, aNumber, aNumber], gives: likeFirst, keeps: true, apply: slice },
  sort: {
    takes: [strings],
    gives: stringList,
    total: true,
    apply: ([list]) => {
      const sorted = list === undefined ? undefined : convert(list, { kind: 'set', of: 'string' });
      return list !== undefined && isList(list) && sorted !== undefined && isList(sorted)
        ? listOf(
            'list',
            sorted.items.flatMap(item => list.items.filter(one => equal(one, item) === true)),
            'string',
          )
        : '"sort" needs texts';
    },
  },
  sum: { takes: [anyValue], gives: 'number', apply: ([list]) => sum(list ?? nothing()) },
};
