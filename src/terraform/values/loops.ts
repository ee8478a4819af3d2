import type { Expression } from '../syntax/ast';
import { convert } from './convert';
import type { Frame, Reader } from './frame';
import { joinMarks, type Marks } from './marks';
import { unknownOf } from './operators';
import { isList, isMap, listOf, mapOf, number, text, unknown, withMarks, type Unknown, type Value } from './value';

type For = Extract<Expression, { kind: 'for' }>;

const tooMuch = (): Value => unknown('There is too much to evaluate.');

/** One frame a member, with its names bound; `undefined` where the value has no members that are known. */
export function iterate(
  reader: Reader,
  collection: Value,
  names: readonly string[],
  frame: Frame,
): readonly Frame[] | undefined {
  const members: readonly (readonly [Value, Value])[] | undefined = isList(collection)
    ? collection.items.map((item, i) => [collection.kind === 'set' ? item : number(i), item])
    : isMap(collection)
      ? [...collection.entries].map(([key, item]) => [text(key), item])
      : undefined;
  if (members === undefined || !reader.work(members.length)) return undefined;
  const [one = '', two] = names;
  return members.map(([key, item]) => {
    const value = withMarks(item, collection.marks);
    const outer = two === undefined ? frame.names : { name: one, value: key, outer: frame.names };
    return { ...frame, names: { name: two ?? one, value, outer } };
  });
}

/** `[for … : …]` and `{ for … : … => … }`. */
export function loop(reader: Reader, expression: For, frame: Frame): Value {
  const { names, parts, isObject } = expression;
  const [collectionPart, ...rest] = parts;
  const [keyPart, valuePart, condition] = isObject ? rest : [undefined, rest[0], rest[1]];
  if (collectionPart === undefined || valuePart === undefined || (isObject && keyPart === undefined))
    return unknown('The expression is not complete.');
  const collection = reader.value(collectionPart, frame);
  if (collection.kind === 'unknown') return unknownLoop(reader, collection, expression, frame);
  const frames = iterate(reader, collection, names, frame);
  if (frames === undefined)
    return isList(collection) || isMap(collection)
      ? tooMuch()
      : reader.refuse('Only lists, maps and objects can be gone through');
  const kept = filtered(reader, frames, condition);
  if (kept.open !== undefined) return unknownOf([kept.open], { notNull: true });
  const marks = joinMarks(collection.marks, kept.marks);
  const made =
    keyPart === undefined
      ? tuple(reader, collection, kept.frames, valuePart)
      : object(reader, expression, kept.frames, keyPart, valuePart);
  return withMarks(made, marks);
}

/** Of a collection whose members are not known; each member of a list is as the one that stands for them. */
function unknownLoop(reader: Reader, collection: Unknown, { isObject, names, parts }: For, frame: Frame): Value {
  reader.doubt();
  const like =
    collection.block !== undefined && !collection.block.one
      ? frame.scope.instance(collection, undefined)
      : (collection.member ?? unknownOf([collection], {}));
  const valuePart = parts[1];
  if (isObject || valuePart === undefined) return unknownOf([collection], { notNull: true });
  const [one = '', two] = names;
  const key = unknown(collection.why, { location: collection.location, marks: collection.marks });
  const outer = two === undefined ? frame.names : { name: one, value: key, outer: frame.names };
  const { value } = reader.attempt(valuePart, { ...frame, names: { name: two ?? one, value: like, outer } });
  return unknownOf([collection], { notNull: true, member: value });
}

function filtered(
  reader: Reader,
  frames: readonly Frame[],
  condition: Expression | undefined,
): { readonly frames: readonly Frame[]; readonly marks: Marks | undefined; readonly open: Value | undefined } {
  if (condition === undefined) return { frames, marks: undefined, open: undefined };
  const kept: Frame[] = [];
  let marks: Marks | undefined;
  for (const inner of frames) {
    const include = convert(reader.value(condition, inner), 'bool');
    if (include === undefined || include.kind === 'null')
      return { frames, marks, open: reader.refuse('The condition of a "for" must be true or false') };
    marks = joinMarks(marks, include.marks);
    if (include.kind !== 'bool') return { frames, marks, open: include };
    if (include.value) kept.push(inner);
  }
  return { frames: kept, marks, open: undefined };
}

function tuple(reader: Reader, collection: Value, frames: readonly Frame[], valuePart: Expression): Value {
  const items: Value[] = [];
  for (const inner of frames) {
    if (!reader.work(1)) return tooMuch();
    items.push(reader.value(valuePart, inner));
  }
  // Sets of lists or objects are gone through in an order that only Terraform knows.
  const unordered =
    isList(collection) && collection.kind === 'set' && items.length > 1 && typeof collection.of !== 'string';
  if (!unordered) return listOf('tuple', items);
  return listOf(
    'tuple',
    items.map(() => unknown('Only Terraform knows the order of this set.')),
  );
}

function object(
  reader: Reader,
  { grouped }: For,
  frames: readonly Frame[],
  keyPart: Expression,
  valuePart: Expression,
): Value {
  const entries = new Map<string, Value>();
  const groups = new Map<string, Value[]>();
  let marks: Marks | undefined;
  let open: Value | undefined;
  for (const inner of frames) {
    if (!reader.work(1)) return tooMuch();
    const key = convert(reader.value(keyPart, inner), 'string');
    if (key === undefined || key.kind === 'null') return reader.refuse('The key of a "for" must be a text');
    marks = joinMarks(marks, key.marks);
    if (key.kind !== 'string') {
      open ??= key;
      continue;
    }
    const value = reader.value(valuePart, inner);
    if (grouped === true) {
      const group = groups.get(key.value);
      if (group === undefined) groups.set(key.value, [value]);
      else group.push(value);
    } else if (entries.has(key.value)) return reader.refuse('Two members of a "for" have the same key');
    else entries.set(key.value, value);
  }
  if (open !== undefined) return unknownOf([open], { notNull: true, marks });
  if (grouped === true) for (const [key, group] of groups) entries.set(key, listOf('tuple', group));
  return mapOf('object', entries, undefined, marks);
}
