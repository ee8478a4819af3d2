import { numberText, parseNumber } from './numbers';
import { type CollectionType, isCollection, isOpen, type ObjectType, sameType, type Type } from './type';
import {
  bool,
  compareText,
  isList,
  isMap,
  isWhole,
  listOf,
  mapOf,
  nothing,
  text,
  typeOf,
  unknown,
  type ListValue,
  type MapValue,
  type Unknown,
  type Value,
} from './value';

/** A conversion that Terraform refuses is `undefined`; one that only the value itself can decide is unknown. */
export type Converted = Value | undefined;

/** The value as a value of the type (Terraform's conversions: hashicorp's go-cty, cty/convert). */
export function convert(value: Value, type: Type): Converted {
  if (type === 'dynamic') return value;
  if (value.kind === 'null') return { ...value, type: value.type === 'dynamic' ? withoutOpen(type) : type };
  if (value.kind === 'unknown') return convertUnknown(value, type);
  if (typeof type === 'string') return convertPrimitive(value, type);
  switch (type.kind) {
    case 'list':
    case 'set':
      return isList(value) ? toCollection(value, type.kind, type.of) : undefined;
    case 'map':
      return isMap(value) ? toMap(value, type.of) : undefined;
    case 'tuple':
      return toTuple(value, type.of);
    case 'object':
      return isMap(value) ? toObject(value, type) : undefined;
  }
}

function toTuple(value: Value, of: readonly Type[]): Converted {
  if (value.kind !== 'tuple' || value.items.length !== of.length) return undefined;
  const items = value.items.map((item, i) => convert(item, of[i] ?? 'dynamic'));
  return items.every(isConverted) ? listOf('tuple', items, undefined, value.marks) : undefined;
}

const isConverted = (value: Converted): value is Value => value !== undefined;

const withoutOpen = (type: Type): Type => type;

function convertUnknown(value: Unknown, type: Type): Converted {
  if (value.type !== 'dynamic' && !isConvertible(value.type, type)) return undefined;
  const isText = type === 'string' && (value.type === 'string' || value.type === 'dynamic');
  const { starts: _, ends: __, block: ___, pieces: ____, ...rest } = value;
  return isText ? { ...value, type } : { ...rest, type: typeof type !== 'string' && isOpen(type) ? 'dynamic' : type };
}

function convertPrimitive(value: Value, type: 'string' | 'number' | 'bool'): Converted {
  if (value.kind === type) return value;
  if (type === 'string') {
    if (value.kind === 'bool') return text(String(value.value), value.marks);
    if (value.kind !== 'number') return undefined;
    const written = numberText(value);
    return written === undefined
      ? unknown('The number cannot be written out exactly.', { type: 'string', notNull: true, marks: value.marks })
      : text(written, value.marks);
  }
  if (value.kind !== 'string') return undefined;
  if (type === 'number') return parseNumber(value.value, value.marks);
  return value.value === 'true' || value.value === '1'
    ? bool(true, value.marks)
    : value.value === 'false' || value.value === '0'
      ? bool(false, value.marks)
      : undefined;
}

function toCollection(value: ListValue, kind: 'list' | 'set', of: Type): Converted {
  const own = value.kind === 'tuple' ? unify(value.items.map(typeOf)) : value.of;
  const member = of === 'dynamic' ? own : of;
  if (member === undefined) return undefined;
  const items = value.items.map(item => convert(item, member));
  if (!items.every(isConverted)) return undefined;
  const type = isOpen(member) && items[0] !== undefined ? undefined : member;
  return kind === 'list' ? listOf('list', items, type, value.marks) : setOf(items, type, value);
}

/** A set of these members; unknown where only Terraform can tell which of them are the same. */
export function setOf(items: readonly Value[], of: Type | undefined, from: { readonly marks?: Value['marks'] }): Value {
  const { marks } = from;
  if (items.length > 1 && !items.every(isWhole))
    return unknown('The set has members that are not known.', {
      type: { kind: 'set', of: of ?? 'dynamic' },
      notNull: true,
      marks: listOf('list', items, of, marks).marks,
    });
  const distinct = new Map<string, Value>();
  for (const item of items) {
    const key = keyOf(item);
    if (!distinct.has(key)) distinct.set(key, item);
  }
  return listOf('set', [...distinct.values()].sort(compareMembers), of, marks);
}

/** Terraform's order of a set: texts, numbers and booleans by themselves; others in an order that only it knows. */
function compareMembers(a: Value, b: Value): number {
  if (a.kind === 'string' && b.kind === 'string') return compareText(a.value, b.value);
  if (a.kind === 'number' && b.kind === 'number') return a.value - b.value;
  if (a.kind === 'bool' && b.kind === 'bool') return Number(a.value) - Number(b.value);
  return 0;
}

/** A text that two whole values of one type share if they are the same. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value);
    case 'number':
    case 'bool':
      return String(value.value);
    case 'null':
      return 'null';
    case 'unknown':
      return '?';
    case 'list':
    case 'set':
    case 'tuple':
      return `[${value.items.map(keyOf).join()}]`;
    case 'map':
    case 'object':
      return `{${[...value.entries].map(([key, member]) => `${JSON.stringify(key)}:${keyOf(member)}`).join()}}`;
  }
}

function toMap(value: MapValue, of: Type): Converted {
  const own = value.kind === 'object' ? unify([...value.entries.values()].map(typeOf)) : value.of;
  const member = of === 'dynamic' ? own : of;
  if (member === undefined) return undefined;
  const entries: [string, Value][] = [];
  for (const [key, item] of value.entries) {
    const converted = convert(item, member);
    if (converted === undefined) return undefined;
    entries.push([key, converted]);
  }
  return mapOf('map', entries, isOpen(member) && entries.length > 0 ? undefined : member, value.marks);
}

function toObject(value: MapValue, type: ObjectType): Converted {
  const entries: [string, Value][] = [];
  for (const [name, of] of type.of) {
    const item = value.entries.get(name);
    if (item === undefined) {
      if (!type.optional?.has(name)) return undefined;
      entries.push([name, nothing(of)]);
      continue;
    }
    const converted = convert(item, of);
    if (converted === undefined) return undefined;
    entries.push([name, converted]);
  }
  return mapOf('object', entries, undefined, value.marks);
}

/** May a value of the one type be a value of the other? `safe`: without looking at the value. */
function isConvertible(from: Type, to: Type, safe = false): boolean {
  if (to === 'dynamic' || sameType(from, to)) return true;
  if (from === 'dynamic') return !safe;
  if (typeof to === 'string') {
    if (typeof from !== 'string') return false;
    return to === 'string' || (!safe && from === 'string');
  }
  if (typeof from === 'string') return false;
  switch (to.kind) {
    case 'object':
      return isConvertibleToObject(from, to, safe);
    case 'tuple':
      return (
        from.kind === 'tuple' &&
        from.of.length === to.of.length &&
        from.of.every((t, i) => isConvertible(t, to.of[i] ?? 'dynamic', safe))
      );
    case 'map':
      if (from.kind === 'map') return isConvertible(from.of, to.of, safe);
      return from.kind === 'object' && membersConvertible([...from.of.values()], to.of, safe);
    default:
      return isConvertibleToList(from, to, safe);
  }
}

type Structure = Exclude<Type, string>;

function isConvertibleToObject(from: Structure, to: ObjectType, safe: boolean): boolean {
  if (from.kind === 'map') return !safe && [...to.of.values()].every(t => isConvertible(from.of, t));
  if (from.kind !== 'object') return false;
  return [...to.of].every(([name, t]) => {
    const own = from.of.get(name);
    return own === undefined ? to.optional?.has(name) === true : isConvertible(own, t, safe);
  });
}

function isConvertibleToList(from: Structure, to: CollectionType, safe: boolean): boolean {
  if (from.kind === 'tuple') return membersConvertible(from.of, to.of, safe);
  if (from.kind !== 'list' && from.kind !== 'set') return false;
  return !(safe && from.kind === 'list' && to.kind === 'set') && isConvertible(from.of, to.of, safe);
}

function membersConvertible(members: readonly Type[], to: Type, safe: boolean): boolean {
  return to === 'dynamic' ? unify(members) !== undefined : members.every(t => isConvertible(t, to, safe));
}

/** The type that values of all these types can have together; `undefined`: there is none (go-cty, cty/convert/unify.go). */
export function unify(types: readonly Type[]): Type | undefined {
  const [first] = types;
  if (first === undefined) return 'dynamic';
  if (types.every(type => sameType(type, first))) return first;
  const closed = types.filter(type => type !== 'dynamic');
  const kinds = new Set(closed.map(type => (typeof type === 'string' ? type : type.kind)));
  const isOnly = (...wanted: readonly string[]): boolean => [...kinds].every(kind => wanted.includes(kind));
  const [kind] = kinds;
  if (kinds.size === 1 && kind !== undefined) {
    if (closed.length < types.length && !isPrimitiveKind(kind)) return 'dynamic';
    if (isCollectionKind(kind)) return unifyCollections(kind, types);
  }
  if (isOnly('object')) return unifyObjects(types.flatMap(type => (isObject(type) ? [type] : [])));
  if (isOnly('tuple')) return unifyTuples(types.flatMap(type => (isTuple(type) ? [type.of] : [])));
  if (isOnly('map', 'object') || isOnly('list', 'tuple')) {
    const collected = types.map(asCollection);
    const one = collected.every(type => type !== undefined) ? unify(collected) : undefined;
    if (one !== undefined) return one;
  }
  if (kinds.has('object') && kinds.has('tuple')) return undefined;
  const order = [...types].sort((a, b) => rank(a) - rank(b));
  return order.find(wanted => types.every(type => isConvertible(type, wanted)));
}

function unifyCollections(kind: 'list' | 'set' | 'map', types: readonly Type[]): Type | undefined {
  const of = unify(types.flatMap(type => (isCollection(type) ? [type.of] : [])));
  return of && { kind, of };
}

const isCollectionKind = (kind: string): kind is 'list' | 'set' | 'map' =>
  kind === 'list' || kind === 'set' || kind === 'map';
const isPrimitiveKind = (kind: string): boolean => kind === 'string' || kind === 'number' || kind === 'bool';
const isObject = (type: Type): type is ObjectType => typeof type !== 'string' && type.kind === 'object';
const isTuple = (type: Type): type is Extract<Type, { kind: 'tuple' }> =>
  typeof type !== 'string' && type.kind === 'tuple';

/** Texts take anything; what is not known yet is taken last. */
const rank = (type: Type): number => (type === 'string' ? 0 : type === 'dynamic' ? 2 : 1);

/** A tuple as the list, an object as the map that it can be. */
function asCollection(type: Type): Type | undefined {
  if (isTuple(type)) {
    const of = unify(type.of);
    return of && { kind: 'list', of };
  }
  if (!isObject(type)) return type;
  const of = unify([...type.of.values()]);
  return of && { kind: 'map', of };
}

function unifyObjects(types: readonly ObjectType[]): Type | undefined {
  const [first, ...rest] = types;
  if (first === undefined) return undefined;
  const names = [...first.of.keys()];
  if (rest.some(type => type.of.size !== names.length || !names.every(name => type.of.has(name)))) {
    const of = unify(types.flatMap(type => [...type.of.values()]));
    return of && { kind: 'map', of };
  }
  const of = new Map<string, Type>();
  for (const name of names) {
    const one = unify(types.map(type => type.of.get(name) ?? 'dynamic'));
    if (one === undefined) return undefined;
    of.set(name, one);
  }
  return { kind: 'object', of };
}

function unifyTuples(types: readonly (readonly Type[])[]): Type | undefined {
  const [first, ...rest] = types;
  if (first === undefined) return undefined;
  if (rest.some(type => type.length !== first.length)) {
    const of = unify(types.flat());
    return of && { kind: 'list', of };
  }
  const of: Type[] = [];
  for (const i of first.keys()) {
    const one = unify(types.map(type => type[i] ?? 'dynamic'));
    if (one === undefined) return undefined;
    of.push(one);
  }
  return { kind: 'tuple', of };
}
