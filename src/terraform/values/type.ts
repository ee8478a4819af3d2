import type { Expression } from '../syntax/ast';

/** Terraform's types (https://developer.hashicorp.com/terraform/language/expressions/type-constraints). 'dynamic': `any`, or not known yet. */
export type Type = Primitive | 'dynamic' | CollectionType | TupleType | ObjectType;

export type Primitive = 'string' | 'number' | 'bool';

export interface CollectionType {
  readonly kind: 'list' | 'set' | 'map';
  readonly of: Type;
}

export interface TupleType {
  readonly kind: 'tuple';
  readonly of: readonly Type[];
}

export interface ObjectType {
  readonly kind: 'object';
  readonly of: ReadonlyMap<string, Type>;
  /** Attributes that may be left out, with their default. */
  readonly optional?: ReadonlyMap<string, Expression | undefined>;
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string' || a.kind !== b.kind) return false;
  if (a.kind === 'tuple' && b.kind === 'tuple')
    return a.of.length === b.of.length && a.of.every((type, i) => sameType(type, b.of[i] ?? 'dynamic'));
  if (a.kind === 'object' && b.kind === 'object') {
    if (a.of.size !== b.of.size) return false;
    for (const [name, type] of a.of) {
      const other = b.of.get(name);
      if (other === undefined || !sameType(type, other)) return false;
    }
    return true;
  }
  return isCollection(a) && isCollection(b) && sameType(a.of, b.of);
}

export function isCollection(type: Type): type is CollectionType {
  return typeof type !== 'string' && (type.kind === 'list' || type.kind === 'set' || type.kind === 'map');
}

/** Does any part of it wait for a value to decide? */
export function isOpen(type: Type): boolean {
  if (typeof type === 'string') return type === 'dynamic';
  if (type.kind === 'tuple') return type.of.some(isOpen);
  return type.kind === 'object' ? [...type.of.values()].some(isOpen) : isOpen(type.of);
}

/** A type as it is written: `map(object({ name = string, size = optional(number, 1) }))`. 'dynamic' for what is not understood. */
export function parseType(written: Expression | undefined, depth = 0): Type {
  if (written === undefined || depth > 50) return 'dynamic';
  switch (written.kind) {
    case 'reference':
      return namedType(written.path);
    case 'string':
      // Before 0.12 types were quoted.
      return namedType(written.value);
    case 'parentheses':
      return parseType(written.inner, depth + 1);
    case 'call': {
      const [of] = written.args;
      if (written.name === 'list' || written.name === 'set' || written.name === 'map')
        return { kind: written.name, of: parseType(of, depth + 1) };
      if (written.name === 'tuple' && of?.kind === 'tuple')
        return { kind: 'tuple', of: of.items.map(item => parseType(item, depth + 1)) };
      return written.name === 'object' && of?.kind === 'object' ? objectType(of, depth) : 'dynamic';
    }
    default:
      return 'dynamic';
  }
}

function objectType(written: Extract<Expression, { kind: 'object' }>, depth: number): Type {
  const of = new Map<string, Type>();
  const optional = new Map<string, Expression | undefined>();
  for (const { keyText, value } of written.items) {
    if (keyText === undefined) return 'dynamic';
    if (value.kind === 'call' && value.name === 'optional') {
      of.set(keyText, parseType(value.args[0], depth + 1));
      optional.set(keyText, value.args[1]);
    } else of.set(keyText, parseType(value, depth + 1));
  }
  return { kind: 'object', of, optional };
}

function namedType(name: string): Type {
  if (name === 'string' || name === 'number' || name === 'bool') return name;
  return name === 'list' || name === 'map' || name === 'set' ? { kind: name, of: 'dynamic' } : 'dynamic';
}
