import { attributeOf, type VariableBlock } from '../model';
import type { Expression } from '../syntax/ast';
import { convert } from './convert';
import { isCollection, parseType, type Type } from './type';
import { isList, isMap, listOf, mapOf, unknown, type MapValue, type Value } from './value';

/** Evaluates an expression in which nothing can be named: a default. */
type Literal = (expression: Expression) => Value;

export interface VariableShape {
  readonly type: Type;
  /** False: null stands for the default. */
  readonly nullable: boolean;
  readonly sensitive: boolean;
}

const isWord = (expression: Expression | undefined, word: string): boolean =>
  expression?.kind === 'bool' && expression.text === word;

export function shapeOf({ body }: VariableBlock): VariableShape {
  const sensitive = attributeOf(body, 'sensitive')?.value;
  return {
    type: parseType(attributeOf(body, 'type')?.value),
    nullable: !isWord(attributeOf(body, 'nullable')?.value, 'false'),
    sensitive: sensitive !== undefined && !isWord(sensitive, 'false'),
  };
}

/** The value as the variable's type makes it; `undefined`: Terraform refuses it. */
export function asDeclared(value: Value, { type, nullable }: VariableShape, literal: Literal): Value | undefined {
  const converted = convert(withDefaults(value, type, literal), type);
  if (converted?.kind !== 'unknown' || nullable) return converted;
  return { ...converted, notNull: true };
}

/** `optional(string, "x")`: attributes that are left out or null get their default (hcl, ext/typeexpr/defaults.go). */
function withDefaults(value: Value, type: Type, literal: Literal): Value {
  if (!hasDefaults(type)) return value;
  if (isList(value)) {
    if (typeof type === 'string' || type.kind === 'object' || type.kind === 'map') return value;
    const items = value.items.map((item, i) =>
      withDefaults(item, type.kind === 'tuple' ? (type.of[i] ?? 'dynamic') : type.of, literal),
    );
    return listOf('tuple', items, undefined, value.marks);
  }
  if (!isMap(value) || typeof type === 'string') return value;
  return type.kind === 'object'
    ? objectDefaults(value, type, literal)
    : type.kind === 'map'
      ? mapDefaults(value, type.of, literal)
      : value;
}

function mapDefaults(value: MapValue, of: Type, literal: Literal): Value {
  const entries = [...value.entries].map(([key, item]) => [key, withDefaults(item, of, literal)] as const);
  return mapOf('object', entries, undefined, value.marks);
}

function objectDefaults(value: MapValue, type: Extract<Type, { kind: 'object' }>, literal: Literal): Value {
  const entries = new Map(
    [...value.entries].map(([key, item]) => [key, withDefaults(item, type.of.get(key) ?? 'dynamic', literal)]),
  );
  for (const [key, written] of type.optional ?? []) {
    const given = entries.get(key);
    if (written === undefined || (given !== undefined && given.kind !== 'null')) continue;
    const of = type.of.get(key) ?? 'dynamic';
    const fallback = convert(withDefaults(literal(written), of, literal), of);
    entries.set(key, fallback ?? unknown('The default does not fit its type.'));
  }
  return mapOf('object', entries, undefined, value.marks);
}

function hasDefaults(type: Type): boolean {
  if (typeof type === 'string') return false;
  if (type.kind === 'tuple') return type.of.some(hasDefaults);
  if (isCollection(type)) return hasDefaults(type.of);
  const { optional } = type;
  return [...(optional?.values() ?? [])].some(e => e !== undefined) || [...type.of.values()].some(hasDefaults);
}
