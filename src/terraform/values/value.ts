import type { Location } from '../../core/text';
import { joinMarks, type Marks } from './marks';
import { sameType, type Type } from './type';

/** What an expression is worth. A list or map whose members are unknown in part still knows its length and keys. */
export type Value = StringValue | NumberValue | BoolValue | NullValue | ListValue | MapValue | Unknown;

interface Marked {
  readonly marks?: Marks | undefined;
  /** The attribute of a block that the value is, however it got here. */
  readonly origin?: Origin | undefined;
}

/** `aws_iam_role.ci.arn`: of which block, and which attribute. */
export interface Origin {
  readonly of: object;
  readonly attribute: string;
}

export interface StringValue extends Marked {
  readonly kind: 'string';
  readonly value: string;
}

export interface NumberValue extends Marked {
  readonly kind: 'number';
  readonly value: number;
  /** Terraform counts with 512 bits: a number that JavaScript had to round is good for comparing, not for writing out. */
  readonly exact: boolean;
}

export interface BoolValue extends Marked {
  readonly kind: 'bool';
  readonly value: boolean;
}

export interface NullValue extends Marked {
  readonly kind: 'null';
  readonly type: Type;
}

interface Sized extends Marked {
  /** Marks of the value and of everything in it. */
  readonly deep: Marks | undefined;
  /** Values in it, however deep. */
  readonly size: number;
  readonly depth: number;
  /** Is everything in it known? */
  readonly whole: boolean;
}

/** A set holds each member once, in Terraform's order. */
export interface ListValue extends Sized {
  readonly kind: 'list' | 'set' | 'tuple';
  readonly items: readonly Value[];
  /** The type of the members of a list or set. */
  readonly of: Type | undefined;
}

/** Keys in the order of their code points, as Terraform goes through them. */
export interface MapValue extends Sized {
  readonly kind: 'map' | 'object';
  readonly entries: ReadonlyMap<string, Value>;
  readonly of: Type | undefined;
}

export interface Unknown extends Marked {
  readonly kind: 'unknown';
  /** 'dynamic' where not even the type is known. */
  readonly type: Type;
  /** A sentence for people. */
  readonly why: string;
  readonly location?: Location | undefined;
  readonly notNull: boolean;
  /** How a text certainly begins and ends. Both may be of the same characters. */
  readonly starts?: string | undefined;
  readonly ends?: string | undefined;
  /** All that is known of a text that was put together: texts, and what stands between them. */
  readonly pieces?: readonly (string | Unknown)[] | undefined;
  /** What each member of a list is like whose length is not known. */
  readonly member?: Value | undefined;
  /** Of a JSON text: the value that it was made of. */
  readonly encoded?: Value | undefined;
  /** Whatever member is asked for is there, though not known: what a run is given. */
  readonly everyMember?: true | undefined;
  /** A block of a resource or data source, or all of them where not even their number is known. */
  readonly block?: BlockReference | undefined;
}

/** One or all instances of a block, to ask for its attributes later; its content is the evaluator's own. */
export interface BlockReference {
  readonly of: object;
  readonly one: boolean;
}

const maximumSize = 200_000;
const maximumDepth = 100;
export const maximumText = 1_000_000;

export const text = (value: string, marks?: Marks): Value =>
  value.length > maximumText
    ? unknown('The text is too long.', { type: 'string', notNull: true, marks })
    : { kind: 'string', value, marks };

export const bool = (value: boolean, marks?: Marks): BoolValue => ({ kind: 'bool', value, marks });

export const nothing = (type: Type = 'dynamic', marks?: Marks): NullValue => ({ kind: 'null', type, marks });

export function number(value: number, marks?: Marks, exact = true): Value {
  if (!Number.isFinite(value)) return unknown('The number is too large.', { type: 'number', notNull: true, marks });
  return {
    kind: 'number',
    value: value === 0 ? 0 : value,
    exact: exact && (!Number.isInteger(value) || Number.isSafeInteger(value)),
    marks,
  };
}

export function unknown(why: string, more: Partial<Omit<Unknown, 'kind' | 'why'>> = {}): Unknown {
  const { starts, ends, ...rest } = more;
  return {
    kind: 'unknown',
    type: 'dynamic',
    notNull: false,
    why,
    ...rest,
    ...(starts !== undefined && starts !== '' && { starts }),
    ...(ends !== undefined && ends !== '' && { ends }),
  };
}

export function listOf(
  kind: ListValue['kind'],
  items: readonly Value[],
  of?: Type,
  marks?: Marks,
): ListValue | Unknown {
  const measured = measure(items, marks);
  return measured === undefined
    ? unknown('The list is too large.', { notNull: true, marks })
    : { kind, items, of: kind === 'tuple' ? undefined : (of ?? typeOfMember(items)), marks, ...measured };
}

/** `entries` in any order. */
export function mapOf(
  kind: MapValue['kind'],
  entries: Iterable<readonly [string, Value]>,
  of?: Type,
  marks?: Marks,
): MapValue | Unknown {
  const all = new Map(entries);
  const sorted = inOrder([...all.keys()]) ? all : new Map([...all].sort(([a], [b]) => compareText(a, b)));
  const members = [...sorted.values()];
  const measured = measure(members, marks);
  return measured === undefined
    ? unknown('The map is too large.', { notNull: true, marks })
    : {
        kind,
        entries: sorted,
        of: kind === 'object' ? undefined : (of ?? typeOfMember(members)),
        marks,
        ...measured,
      };
}

function inOrder(keys: readonly string[]): boolean {
  return keys.every((key, i) => i === 0 || compareText(keys[i - 1] ?? '', key) < 0);
}

function measure(members: readonly Value[], marks: Marks | undefined): Omit<Sized, 'marks'> | undefined {
  let size = 1;
  let depth = 1;
  let whole = true;
  let deep = marks;
  for (const member of members) {
    if (isSized(member)) {
      size += member.size;
      depth = Math.max(depth, member.depth + 1);
    } else size++;
    whole &&= isWhole(member);
    deep = joinMarks(deep, deepMarks(member));
  }
  return size > maximumSize || depth > maximumDepth ? undefined : { size, depth, whole, deep };
}

const isSized = (value: Value): value is ListValue | MapValue => 'size' in value;

export const isList = (value: Value): value is ListValue => 'items' in value;

export const isMap = (value: Value): value is MapValue => 'entries' in value;

/** Is everything of it known? */
export function isWhole(value: Value): boolean {
  return isSized(value) ? value.whole : value.kind !== 'unknown';
}

/** Marks of the value and of everything in it. */
export function deepMarks(value: Value): Marks | undefined {
  return isSized(value) ? value.deep : value.marks;
}

export function withMarks<T extends Value>(value: T, marks: Marks | undefined): T {
  const joined = joinMarks(value.marks, marks);
  if (joined === value.marks) return value;
  return isSized(value) ? { ...value, marks: joined, deep: joinMarks(value.deep, marks) } : { ...value, marks: joined };
}

const types = new WeakMap<object, Type>();

export function typeOf(value: Value): Type {
  switch (value.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return value.kind;
    case 'null':
    case 'unknown':
      return value.type;
    case 'list':
    case 'set':
    case 'map':
      return { kind: value.kind, of: value.of ?? 'dynamic' };
    case 'tuple':
    case 'object': {
      let type = types.get(value);
      if (type === undefined) {
        type = isList(value)
          ? { kind: 'tuple', of: value.items.map(typeOf) }
          : { kind: 'object', of: new Map([...value.entries].map(([key, member]) => [key, typeOf(member)])) };
        types.set(value, type);
      }
      return type;
    }
  }
}

/** The type that all members of a list have; 'dynamic' where there are none, or of several types. */
function typeOfMember(members: readonly Value[]): Type {
  const [first, ...rest] = members;
  if (first === undefined) return 'dynamic';
  const type = typeOf(first);
  return rest.every(member => sameType(typeOf(member), type)) ? type : 'dynamic';
}

/** By code points, as Terraform compares the bytes of UTF-8. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // Halves of surrogate pairs stand for code points above all others.
    const isHalf = (c: number): boolean => c >= 0xd800 && c <= 0xdfff;
    return isHalf(x) === isHalf(y) ? x - y : isHalf(x) ? 1 : -1;
  }
  return a.length - b.length;
}
