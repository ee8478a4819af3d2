import { convert } from './convert';
import { joinMarks, type Marks } from './marks';
import { isOpen, sameType, type Type } from './type';
import {
  bool,
  deepMarks,
  isList,
  isMap,
  isWhole,
  listOf,
  mapOf,
  nothing,
  number,
  typeOf,
  unknown,
  withMarks,
  type ListValue,
  type NumberValue,
  type Unknown,
  type Value,
} from './value';

/** What an operator or function makes of its operands; a text: why Terraform refuses them. */
export type Outcome = Value | string;

export const isRefused = (outcome: Outcome): outcome is string => typeof outcome === 'string';

function marksOf(...values: readonly Value[]): Marks | undefined {
  return values.reduce<Marks | undefined>((all, value) => joinMarks(all, deepMarks(value)), undefined);
}

/** An unknown that came of others: their reason and place. */
export function unknownOf(values: readonly Value[], more: Partial<Omit<Unknown, 'kind' | 'why'>>): Unknown {
  const source = values.map(firstUnknown).find(value => value !== undefined);
  return unknown(source?.why ?? 'Terraform knows it only when it runs.', {
    location: source?.location,
    marks: marksOf(...values),
    ...more,
  });
}

function firstUnknown(value: Value): Unknown | undefined {
  if (value.kind === 'unknown') return value;
  if (isWhole(value)) return undefined;
  const members = isList(value) ? value.items : isMap(value) ? [...value.entries.values()] : [];
  for (const member of members) {
    const found = firstUnknown(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function unary(operator: string, operand: Value): Outcome {
  const value = convert(operand, operator === '!' ? 'bool' : 'number');
  if (value === undefined || value.kind === 'null')
    return `"${operator}" needs ${operator === '!' ? 'true or false' : 'a number'}`;
  if (value.kind === 'bool') return bool(!value.value, value.marks);
  if (value.kind === 'number') return number(-value.value, value.marks, value.exact);
  return unknownOf([value], { type: operator === '!' ? 'bool' : 'number', notNull: true });
}

/** `&&` and `||`; the second operand is asked for only where the first does not decide. */
export function logical(operator: string, left: Value, right: () => Value): Outcome {
  const decisive = operator === '||';
  const a = convert(left, 'bool');
  if (a === undefined || a.kind === 'null') return `"${operator}" needs true or false`;
  if (a.kind === 'bool' && a.value === decisive) return a;
  const b = convert(right(), 'bool');
  if (b === undefined || b.kind === 'null') return `"${operator}" needs true or false`;
  const marks = marksOf(a, b);
  if (b.kind === 'bool' && b.value === decisive) return bool(decisive, marks);
  if (a.kind === 'bool' && b.kind === 'bool') return bool(!decisive, marks);
  return unknownOf([a, b], { type: 'bool', notNull: true });
}

export function binary(operator: string, left: Value, right: Value): Outcome {
  return operator === '==' || operator === '!='
    ? equality(operator === '==', left, right)
    : ofNumbers(operator, left, right);
}

function equality(wanted: boolean, left: Value, right: Value): Value {
  const same = equal(left, right);
  return same === undefined
    ? unknownOf([left, right], { type: 'bool', notNull: true })
    : bool(same === wanted, marksOf(left, right));
}

function ofNumbers(operator: string, left: Value, right: Value): Outcome {
  const a = convert(left, 'number');
  const b = convert(right, 'number');
  if (a === undefined || b === undefined || a.kind === 'null' || b.kind === 'null')
    return `"${operator}" needs two numbers`;
  const isComparison = /^[<>]/.test(operator);
  if (a.kind !== 'number' || b.kind !== 'number')
    return unknownOf([a, b], { type: isComparison ? 'bool' : 'number', notNull: true });
  const marks = marksOf(a, b);
  if (isComparison) return bool(compared(operator, a.value, b.value), marks);
  if (b.value === 0 && (operator === '/' || operator === '%')) return 'A number cannot be divided by zero';
  const result = calculated(operator, a.value, b.value);
  const whole = [a.value, b.value, result].every(n => Number.isSafeInteger(n));
  return number(result, marks, a.exact && b.exact && whole);
}

function compared(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

/** Without the last digits, which JavaScript makes up: 0.1 + 0.2 is 0.3 to Terraform. */
function calculated(operator: string, a: number, b: number): number {
  const result =
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  return Number.isInteger(result) || !Number.isFinite(result) ? result : Number(result.toPrecision(14));
}

/** Terraform's `==`; `undefined` where what is not known decides. */
export function equal(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'null' || b.kind === 'null') {
    const other = a.kind === 'null' ? b : a;
    if (other.kind === 'unknown') return other.notNull ? false : undefined;
    return other.kind === 'null';
  }
  if (a.kind === 'unknown' || b.kind === 'unknown') return differs(a, b) || differs(b, a) ? false : undefined;
  const [typeA, typeB] = [typeOf(a), typeOf(b)];
  if (isEmptyOfAny(a) || isEmptyOfAny(b)) return openEqual(a, b);
  if (!sameType(typeA, typeB)) return isOpen(typeA) || isOpen(typeB) ? openEqual(a, b) : false;
  return sameContent(a, b);
}

/** An empty list or map whose members may be of any type: of the same type as another one only by chance. */
function isEmptyOfAny(value: Value): boolean {
  if (value.kind === 'list' || value.kind === 'set') return value.items.length === 0 && isOpen(typeOf(value));
  return value.kind === 'map' && value.entries.size === 0 && isOpen(typeOf(value));
}

/** Types that nothing decides yet (an empty list): equal or not for sure only where sizes differ. */
function openEqual(a: Value, b: Value): boolean | undefined {
  if (isList(a) && isList(b)) return a.kind !== b.kind || a.items.length !== b.items.length ? false : undefined;
  if (isMap(a) && isMap(b)) return a.kind !== b.kind || a.entries.size !== b.entries.size ? false : undefined;
  return a.kind === b.kind ? undefined : false;
}

/** Does what is known of `a` rule out that it is `b`? */
function differs(a: Value, b: Value): boolean {
  if (a.kind !== 'unknown') return false;
  if (b.kind === 'string')
    return !b.value.startsWith(a.starts ?? '') || !b.value.endsWith(a.ends ?? '') || !mayBe(a, b);
  return b.kind !== 'unknown' && !mayBe(a, b);
}

const mayBe = (a: Unknown, b: Value): boolean =>
  isOpen(a.type) || isOpen(typeOf(b)) || (!a.notNull && b.kind === 'null') || sameType(a.type, typeOf(b));

function sameContent(a: Value, b: Value): boolean | undefined {
  if (isList(a) && isList(b)) return sameItems(a, b);
  if (isMap(a) && isMap(b)) {
    if (a.entries.size !== b.entries.size) return false;
    return every([...a.entries].map(([key, item]): readonly [Value, Value | undefined] => [item, b.entries.get(key)]));
  }
  if (a.kind === 'number' && b.kind === 'number') return sameNumber(a, b);
  return 'value' in a && 'value' in b && a.value === b.value;
}

function sameItems(a: ListValue, b: ListValue): boolean | undefined {
  if (a.kind === 'set' && !(a.whole && b.kind === 'set' && b.whole)) return undefined;
  if (a.items.length !== b.items.length) return false;
  return every(a.items.map((item, i): readonly [Value, Value | undefined] => [item, b.items[i]]));
}

/** Numbers that JavaScript cannot hold exactly differ for sure only beyond what it rounds. */
function sameNumber(a: NumberValue, b: NumberValue): boolean | undefined {
  if (a.exact && b.exact) return a.value === b.value;
  return Math.abs(a.value - b.value) > Math.abs(a.value) * 1e-12 ? false : undefined;
}

function every(pairs: readonly (readonly [Value, Value | undefined])[]): boolean | undefined {
  let all: boolean | undefined = true;
  for (const [a, b] of pairs) {
    const same = b === undefined ? false : equal(a, b);
    if (same === false) return false;
    all &&= same;
  }
  return all;
}

/** What is known of a value that is one of these. */
export function oneOf(values: readonly Value[], why: Unknown): Value {
  const [first, ...rest] = values;
  if (first === undefined) return why;
  return rest.reduce((a, b) => either(a, b, why), first);
}

function either(a: Value, b: Value, why: Unknown): Value {
  const marks = joinMarks(joinMarks(a.marks, b.marks), why.marks);
  if (a === b || (isWhole(a) && isWhole(b) && sameType(typeOf(a), typeOf(b)) && sameContent(a, b) === true))
    return withMarks(a, marks);
  const type = sameType(typeOf(a), typeOf(b)) ? typeOf(a) : 'dynamic';
  if (a.kind === 'null' && b.kind === 'null') return nothing(type, marks);
  return eachMember(a, b, why, marks) ?? inCommon(a, b, type, why);
}

/** Lists of one length and maps of the same keys: each member is one of two. */
function eachMember(a: Value, b: Value, why: Unknown, marks: Marks | undefined): Value | undefined {
  if (isList(a) && isList(b) && a.kind === b.kind && a.kind !== 'set' && a.items.length === b.items.length)
    return listOf(
      a.kind,
      a.items.map((item, i) => either(item, b.items[i] ?? why, why)),
      a.of,
      marks,
    );
  if (!isMap(a) || !isMap(b) || a.kind !== b.kind || a.entries.size !== b.entries.size) return undefined;
  const entries = [...a.entries].map(([key, item]): readonly [string, Value | undefined] => {
    const other = b.entries.get(key);
    return [key, other && either(item, other, why)];
  });
  return entries.every((pair): pair is [string, Value] => pair[1] !== undefined)
    ? mapOf(a.kind, entries, a.of, marks)
    : undefined;
}

/** An unknown value with what both have: a type, a beginning, an end. */
function inCommon(a: Value, b: Value, type: Type, why: Unknown): Value {
  const [x, y] = [edges(a), edges(b)];
  return unknown(why.why, {
    type,
    notNull: isNotNull(a) && isNotNull(b),
    location: why.location,
    marks: joinMarks(marksOf(a, b), why.marks),
    ...(x !== undefined &&
      y !== undefined && {
        starts: commonStart(x.starts, y.starts),
        ends: [...commonStart([...x.ends].reverse().join(''), [...y.ends].reverse().join(''))].reverse().join(''),
      }),
  });
}

export const isNotNull = (value: Value): boolean => (value.kind === 'unknown' ? value.notNull : value.kind !== 'null');

/** How a text begins and ends. */
export function edges(value: Value): { readonly starts: string; readonly ends: string } | undefined {
  if (value.kind === 'string') return { starts: value.value, ends: value.value };
  if (value.kind === 'unknown') return { starts: value.starts ?? '', ends: value.ends ?? '' };
  return undefined;
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
