import type { Expression } from '../../terraform/syntax/ast';
import type { Located, Scope } from './scope';

export interface Entry {
  readonly key: string;
  readonly at: Located;
}

/** How expressions are read; each gives undefined (`follow`: the expression as it is) where only Terraform knows. */
export interface Reading {
  follow(value: Expression, scope: Scope, depth: number): Located;
  textOf(value: Expression, scope: Scope, depth: number): string | undefined;
  /** The pairs of a map. */
  entries(value: Expression, scope: Scope, depth: number): readonly Entry[] | undefined;
  /** The members of a list or set. */
  items(value: Expression, scope: Scope, depth: number): readonly Located[] | undefined;
}

const maximumDepth = 30;
/** Locals that name each other in a circle would be followed in all ways. */
const maximumSteps = 20_000;
let steps = 0;

/** Is an expression too deep, or has reading one (from depth 0 on) taken too long? */
export function tooDeep(depth: number): boolean {
  steps = depth === 0 ? 0 : steps + 1;
  return depth > maximumDepth || steps > maximumSteps;
}

/** A member that a map does not have: `null`, unless the variable's type has a default for it (`optional(bool, true)`). */
export const absent: Expression = { kind: 'null', text: 'null', start: 0, end: 0 };

/** A text that no file holds. */
export function literal(text: string): Expression {
  return { kind: 'string', value: text, heredoc: false, start: 0, end: 0 };
}

/** What a `for` makes: of a list, the keys are the places. */
export function loop(
  read: Reading,
  { names, parts, isObject }: Extract<Expression, { kind: 'for' }>,
  scope: Scope,
  depth: number,
): readonly Entry[] | undefined {
  const [collection, ...rest] = parts;
  const [first, second] = isObject ? [rest[0], rest[1]] : [undefined, rest[0]];
  const condition = rest[isObject ? 2 : 1];
  if (collection === undefined || second === undefined) return undefined;
  const source =
    read.entries(collection, scope, depth) ??
    read.items(collection, scope, depth)?.map((at, i): Entry => ({ key: String(i), at }));
  if (source === undefined) return undefined;
  const out: Entry[] = [];
  for (const { key, at } of source) {
    const [one = '', two] = names;
    const bound = new Map(scope.bound);
    bound.set(two ?? one, at);
    if (two !== undefined) bound.set(one, { value: literal(key), scope });
    const inside = { ...scope, bound };
    const kept = condition === undefined ? true : truth(read, condition, inside, depth + 1);
    if (kept === undefined) return undefined;
    const made = first === undefined ? String(out.length) : read.textOf(first, inside, depth + 1);
    if (made === undefined) return undefined;
    if (kept) out.push({ key: made, at: { value: second, scope: inside } });
  }
  return out;
}

/** Is a condition true? Undefined: only Terraform knows. */
export function truth(read: Reading, value: Expression, scope: Scope, depth: number): boolean | undefined {
  if (tooDeep(depth)) return undefined;
  const inner = (e: Expression): boolean | undefined => truth(read, e, scope, depth + 1);
  if (value.kind === 'unary' && value.operator === '!') {
    const operand = inner(value.operand);
    return operand === undefined ? undefined : !operand;
  }
  if (value.kind === 'binary') {
    const { operator, left, right } = value;
    if (operator === '&&' || operator === '||') {
      const decides = operator === '||';
      const [a, b] = [inner(left), inner(right)];
      return a === decides || b === decides ? decides : a === undefined || b === undefined ? undefined : !decides;
    }
    if (operator !== '==' && operator !== '!=') return undefined;
    const [a, b] = [left, right].map(e => {
      const at = read.follow(e, scope, depth + 1);
      if (at.value === absent) return undefined;
      return at.value.kind === 'null' ? null : read.textOf(at.value, at.scope, depth + 1);
    });
    return a === undefined || b === undefined ? undefined : (a === b) === (operator === '==');
  }
  const text = read.textOf(value, scope, depth + 1);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The argument that a function chooses. */
export function chosenBy(
  read: Reading,
  name: string,
  args: readonly Expression[],
  scope: Scope,
  depth: number,
): Located | undefined {
  const [first, second, third] = args;
  if (first === undefined) return undefined;
  switch (name) {
    case 'nonsensitive':
    case 'sensitive':
    case 'one':
      return name === 'one' ? read.items(first, scope, depth)?.[0] : { value: first, scope };
    case 'try':
    case 'coalesce': {
      let last: Located | undefined;
      for (const argument of args) {
        const at = read.follow(argument, scope, depth + 1);
        last = at;
        if (at.value.kind === 'null') continue;
        const text = read.textOf(at.value, at.scope, depth + 1);
        if (name === 'coalesce' && text === '') continue;
        return text === undefined && at.value === argument ? undefined : at;
      }
      // A member that is not there is null here, whatever it is to Terraform.
      return name === 'try' ? last : undefined;
    }
    case 'lookup': {
      const key = second === undefined ? undefined : read.textOf(second, scope, depth + 1);
      const pairs = read.entries(first, scope, depth + 1);
      if (key === undefined || pairs === undefined) return undefined;
      return pairs.find(entry => entry.key === key)?.at ?? (third && { value: third, scope });
    }
    case 'element': {
      const place = second === undefined ? NaN : Number(read.textOf(second, scope, depth + 1));
      const list = read.items(first, scope, depth + 1);
      return list === undefined || list.length === 0 || !Number.isInteger(place)
        ? undefined
        : list[place % list.length];
    }
    default:
      return undefined;
  }
}
