import type { Expression } from '../syntax/ast';
import { convert } from './convert';
import type { Frame, Reader } from './frame';
import { joinMarks } from './marks';
import { oneOf, unknownOf } from './operators';
import { isCollection, type Type } from './type';
import {
  isList,
  isMap,
  listOf,
  text,
  typeOf,
  unknown,
  withMarks,
  type ListValue,
  type Unknown,
  type Value,
} from './value';

/** What stands behind a value: `.name`, `[key]`, `[*]`, `.*`. */
export type Step =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'index'; readonly key: Expression }
  | { readonly kind: 'splat'; readonly full: boolean };

/** More members than this are not compared to tell what an unknown key may pick. */
const maximumChoices = 32;

/** The steps of `a.b[0].c`, and the expression that they start from. Chains may be long, so this is a loop. */
export function stepsOf(expression: Expression): { readonly base: Expression; readonly steps: readonly Step[] } {
  const steps: Step[] = [];
  let base = expression;
  for (;;) {
    if (base.kind === 'attribute') steps.push({ kind: 'attribute', name: base.name });
    else if (base.kind === 'index') steps.push({ kind: 'index', key: base.key });
    else if (base.kind === 'splat') steps.push({ kind: 'splat', full: base.full });
    else return { base, steps: steps.reverse() };
    base = base.on;
  }
}

export function follow(reader: Reader, start: Value, steps: readonly Step[], frame: Frame): Value {
  let value = start;
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'attribute') value = attributeOf(reader, value, step.name, frame);
    else if (step.kind === 'index') value = memberOf(reader, value, reader.value(step.key, frame), frame);
    else {
      // `[*]` goes through all that follows, `.*` through the names right behind it.
      const rest = steps.slice(i + 1);
      const end = step.full ? rest.length : lengthOfNames(rest);
      const inner = rest.slice(0, end);
      const spread = splat(reader, value, item => follow(reader, item, inner, frame), frame);
      return follow(reader, spread, rest.slice(end), frame);
    }
  }
  return value;
}

function lengthOfNames(steps: readonly Step[]): number {
  const end = steps.findIndex(step => step.kind !== 'attribute');
  return end === -1 ? steps.length : end;
}

function attributeOf(reader: Reader, on: Value, name: string, frame: Frame): Value {
  if (on.kind === 'unknown' && on.block?.one === true) return frame.scope.attribute(on, name);
  if (isList(on)) return reader.refuse('A list has no attributes');
  return memberOf(reader, on, text(name), frame);
}

function memberOf(reader: Reader, on: Value, key: Value, frame: Frame): Value {
  if (on.kind === 'unknown') return memberOfUnknown(reader, on, key, frame);
  if (on.kind === 'null' || key.kind === 'null')
    return reader.refuse(on.kind === 'null' ? 'The value is null and has no members' : 'The key is null');
  if (isList(on)) return memberOfList(reader, on, key);
  if (!isMap(on)) return reader.refuse('Only lists, maps and objects have members');
  const name = convert(key, 'string');
  if (name === undefined) return reader.refuse('The key is not a text');
  const marks = joinMarks(on.marks, key.marks);
  if (name.kind !== 'string') return anyOf(reader, [...on.entries.values()], [on, name]);
  const found = on.entries.get(name.value);
  return found === undefined ? reader.refuse('There is no such key') : withMarks(found, marks);
}

function memberOfList(reader: Reader, on: ListValue, key: Value): Value {
  if (on.kind === 'set') return reader.refuse('The members of a set have no index');
  const index = convert(key, 'number');
  if (index === undefined) return reader.refuse('The index is not a number');
  if (index.kind !== 'number') return anyOf(reader, on.items, [on, index]);
  const found = Number.isInteger(index.value) ? on.items[index.value] : undefined;
  return found === undefined
    ? reader.refuse('There is no such index')
    : withMarks(found, joinMarks(on.marks, key.marks));
}

function anyOf(reader: Reader, members: readonly Value[], from: readonly Value[]): Value {
  reader.doubt();
  const why = unknownOf(from, {});
  return members.length > maximumChoices ? why : oneOf(members, why);
}

function memberOfUnknown(reader: Reader, on: Unknown, key: Value, frame: Frame): Value {
  if (on.block !== undefined) {
    if (on.block.one) return key.kind === 'string' ? frame.scope.attribute(on, key.value) : unknownOf([key, on], {});
    reader.doubt();
    return withMarks(frame.scope.instance(on, key), key.marks);
  }
  const { type } = on;
  const known = key.kind === 'string' ? attributeType(type, key.value) : undefined;
  if (known === undefined && on.everyMember === undefined) reader.doubt();
  const of =
    known ??
    (isCollection(type)
      ? type.of
      : typeof type !== 'string' && type.kind === 'tuple' && key.kind === 'number'
        ? type.of[key.value]
        : undefined);
  return unknown(on.why, {
    type: of ?? 'dynamic',
    location: on.location,
    marks: joinMarks(on.marks, key.marks),
    ...(on.everyMember && { everyMember: true, notNull: true }),
  });
}

function attributeType(type: Type, name: string): Type | undefined {
  return typeof type !== 'string' && type.kind === 'object' ? type.of.get(name) : undefined;
}

/** `value[*]`: one member for each of a list; a value that is no list is a list of one, null a list of none. */
function splat(reader: Reader, on: Value, each: (item: Value) => Value, frame: Frame): Value {
  if (isList(on)) {
    if (!reader.work(on.items.length)) return unknown('There is too much to evaluate.');
    const items = on.items.map(each);
    if (on.kind === 'tuple') return listOf('tuple', items, undefined, on.marks);
    return listOf('list', items, items.length === 0 ? 'dynamic' : undefined, on.marks);
  }
  if (on.kind === 'null') {
    if (typeof on.type !== 'string' && ['list', 'set', 'tuple'].includes(on.type.kind))
      return reader.refuse('The list is null');
    return listOf('tuple', [], undefined, on.marks);
  }
  if (on.kind !== 'unknown') return listOf('tuple', [each(on)]);
  if (on.block?.one === true) return listOf('tuple', [each(on)]);
  const isKnownToBeOne =
    on.notNull && (typeof on.type === 'string' ? on.type !== 'dynamic' : ['map', 'object'].includes(on.type.kind));
  if (isKnownToBeOne && on.block === undefined) return listOf('tuple', [each(on)]);
  const member = each(
    on.block !== undefined
      ? frame.scope.instance(on, undefined)
      : unknown(on.why, { location: on.location, marks: on.marks, ...(isCollection(on.type) && { type: on.type.of }) }),
  );
  return unknown(on.why, {
    type: { kind: 'list', of: typeOf(member) },
    notNull: true,
    location: on.location,
    marks: on.marks,
    member,
  });
}
