import { convert } from '../convert';
import { joinMarks } from '../marks';
import { oneOf, type Outcome, unknownOf } from '../operators';
import { isCollection, sameType, type Type } from '../type';
import { isList, isMap, listOf, mapOf, nothing, text, typeOf, type Value } from '../value';
import { type Definition, itsParts, stringList, strings } from './definition';

function keys(value: Value): Outcome {
  if (!isMap(value)) return '"keys" needs a map';
  const names = [...value.entries.keys()].map(key => text(key));
  return value.kind === 'map' ? listOf('list', names, 'string') : listOf('tuple', names);
}

function values(value: Value): Outcome {
  if (!isMap(value)) return '"values" needs a map';
  return listOf(value.kind === 'map' ? 'list' : 'tuple', [...value.entries.values()], value.of);
}

function lookup([map, key, fallback]: readonly Value[]): Outcome {
  if (map === undefined || key === undefined || !isMap(map)) return '"lookup" needs a map';
  if (key.kind !== 'string')
    return oneOf(
      [...map.entries.values(), ...(fallback === undefined ? [] : [fallback])].slice(0, 50),
      unknownOf([key], {}),
    );
  const found = map.entries.get(key.value);
  if (found !== undefined) return found;
  if (fallback === undefined) return 'The map has no such key';
  return (
    (map.kind === 'map' && map.of !== undefined ? convert(fallback, map.of) : fallback) ??
    'The default does not fit the map'
  );
}

function merge(args: readonly Value[]): Outcome {
  const given = args.filter(value => value.kind !== 'null');
  const maps = given.flatMap(value => (isMap(value) ? [value] : []));
  if (maps.length < given.length) return '"merge" needs maps';
  const entries = new Map<string, Value>();
  let marks;
  for (const map of maps) {
    marks = joinMarks(marks, map.marks);
    for (const [key, item] of map.entries) entries.set(key, item);
  }
  const all = args.map(typeOf);
  const [first] = all;
  const isOneType = first !== undefined && all.every(type => sameType(type, first));
  if (isOneType && isCollection(first)) return mapOf('map', entries, entries.size === 0 ? first.of : undefined, marks);
  return mapOf('object', entries, undefined, marks);
}

function zipmap([names, items]: readonly Value[]): Outcome {
  if (names === undefined || items === undefined || !isList(names) || !isList(items)) return '"zipmap" needs two lists';
  if (names.items.length !== items.items.length) return '"zipmap" needs as many keys as values';
  const entries = names.items.map((name, i): [string, Value] => [
    name.kind === 'string' ? name.value : '',
    items.items[i] ?? nothing(),
  ]);
  return items.kind === 'tuple' ? mapOf('object', entries) : mapOf('map', entries, items.of);
}

const listsOfText: Type = { kind: 'map', of: stringList };

function transpose([map]: readonly Value[]): Outcome {
  if (map === undefined || !isMap(map)) return '"transpose" needs a map of lists';
  const out = new Map<string, Value[]>();
  for (const [key, list] of map.entries)
    for (const item of isList(list) ? list.items : []) {
      if (item.kind !== 'string') return '"transpose" needs texts';
      const group = out.get(item.value);
      if (group === undefined) out.set(item.value, [text(key)]);
      else group.push(text(key));
    }
  return mapOf(
    'map',
    [...out].map(([key, items]) => [key, listOf('list', items, 'string')]),
    stringList,
  );
}

export const maps: Readonly<Record<string, Definition>> = {
  keys: { takes: [itsParts], gives: stringList, apply: ([map]) => keys(map ?? nothing()) },
  values: { takes: [itsParts], gives: 'dynamic', keeps: true, apply: ([map]) => values(map ?? nothing()) },
  lookup: {
    takes: [itsParts, { type: 'string', accepts: 'any' }],
    more: { type: 'dynamic', accepts: 'any', nullable: true },
    gives: 'dynamic',
    mayBeNull: true,
    keeps: true,
    apply: (args, { reader }) => {
      if (args[1]?.kind === 'unknown' && args.length < 3) reader.doubt();
      return lookup(args);
    },
  },
  merge: {
    takes: [],
    more: { type: 'dynamic', accepts: 'parts', nullable: true },
    gives: 'dynamic',
    keeps: true,
    apply: merge,
  },
  zipmap: { takes: [strings, itsParts], gives: 'dynamic', keeps: true, apply: zipmap },
  transpose: { takes: [{ type: listsOfText }], gives: listsOfText, apply: transpose },
};
