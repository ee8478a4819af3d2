import { parse } from '@cdktf/hcl2json';
import type { Block, Body, Expression, ParsedFile, TemplatePart } from '../../../src/terraform/syntax/ast';
import { visitExpressions } from '../../../src/terraform/syntax/walk';

/** HashiCorp's own parser, compiled to wasm: what it makes of `text`, or undefined where it reports an error. */
export async function askOracle(text: string): Promise<unknown> {
  try {
    return await parse('main.tf', text);
  } catch {
    return undefined;
  }
}

/** What hcl2json does not tell apart (directives, conditions in templates): anything goes. */
export const anything = Symbol('anything');

/** The tree in the shape of hcl2json: literals as values, other expressions as the text `${…}`. */
export function oracleShape(file: ParsedFile, text: string): unknown {
  try {
    return bodyShape(file.body, text);
  } catch (error) {
    if (error instanceof Unmergeable) return anything;
    throw error;
  }
}

type Shape = Record<string, unknown>;

function bodyShape(body: Body, text: string): Shape {
  const shape: Shape = {};
  for (const attribute of body.attributes) shape[attribute.name] = expressionShape(attribute.value, text);
  for (const block of body.blocks) addBlock(shape, block, text);
  return shape;
}

function addBlock(shape: Shape, block: Block, text: string): void {
  let holder = shape;
  const path = [block.type, ...block.labels.map(label => label.value)];
  const last = path.pop() ?? '';
  for (const step of path) {
    const next = (holder[step] ??= {});
    if (!isRecord(next)) throw new Unmergeable();
    holder = next;
  }
  const list = (holder[last] ??= []);
  if (!Array.isArray(list)) throw new Unmergeable();
  list.push(bodyShape(block.body, text));
}

/** hcl2json has no room for a block with labels besides one of the same type with fewer, or an argument of that name. */
class Unmergeable extends Error {}

function raw(expression: Expression, text: string): string {
  return '${' + text.slice(expression.start, expression.end) + '}';
}

function expressionShape(expression: Expression, text: string): unknown {
  switch (expression.kind) {
    case 'string':
      return expression.value;
    case 'number':
      return Number(expression.text);
    case 'bool':
      return expression.text === 'true';
    case 'null':
      return null;
    case 'unary': {
      const operand = expression.operand;
      if (expression.operator === '-' && operand.kind === 'number') return -Number(operand.text);
      if (expression.operator === '!' && operand.kind === 'bool') return operand.text !== 'true';
      return raw(expression, text);
    }
    case 'tuple':
      return expression.items.map(item => expressionShape(item, text));
    case 'object':
      return Object.fromEntries(
        expression.items.map(item => [keyShape(item.key, item.keyText, text), expressionShape(item.value, text)]),
      );
    case 'template': {
      const parts = expression.parts.map(part => partShape(part, text));
      return parts.includes(anything) ? anything : parts.join('');
    }
    default:
      return raw(expression, text);
  }
}

function keyShape(key: Expression, keyText: string | undefined, text: string): string {
  if (keyText !== undefined) return keyText;
  const shape = key.kind === 'reference' ? undefined : expressionShape(key, text);
  return typeof shape === 'string' ? shape : '?';
}

function partShape(part: TemplatePart, text: string): unknown {
  if (part.kind === 'text') return part.value;
  if (part.kind === 'directive') return anything;
  const inner = part.expression;
  const isTrimmed = text.startsWith('${~', part.start) || text.startsWith('~}', part.end - 2);
  if (isTrimmed || !['reference', 'attribute', 'index', 'call', 'splat'].includes(inner.kind)) return anything;
  return raw(inner, text);
}

/** hcl2json evaluates `!` and `-` before a literal: `!1` and `-true` are errors of type, not of syntax. */
export function hasTypeError(body: Body): boolean {
  let found = false;
  visitExpressions(body, expression => {
    if (expression.kind !== 'unary') return;
    const expected = expression.operator === '-' ? 'number' : 'bool';
    if (['number', 'bool', 'null'].includes(expression.operand.kind) && expression.operand.kind !== expected)
      found = true;
  });
  return found;
}

/** Where the two shapes differ, as a path with both values; undefined where they agree. */
export function difference(mine: unknown, theirs: unknown, path = ''): string | undefined {
  if (mine === anything) return undefined;
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    if (mine.length !== theirs.length) return `${path}: ${mine.length} items instead of ${theirs.length}`;
    return firstDefined(mine.map((item, i) => difference(item, theirs[i], `${path}[${i}]`)));
  }
  if (isRecord(mine) && isRecord(theirs)) {
    const expected = Object.fromEntries(Object.entries(theirs).map(([key, value]) => [plainKey(key), value]));
    const keys = Object.keys(mine).map(plainKey).sort().join();
    const expectedKeys = Object.keys(expected).sort().join();
    if (Object.keys(mine).includes('?')) return undefined;
    if (keys !== expectedKeys) return `${path}: {${keys}} instead of {${expectedKeys}}`;
    return firstDefined(Object.keys(mine).map(key => difference(mine[key], expected[plainKey(key)], `${path}.${key}`)));
  }
  const same = typeof mine === 'string' && typeof theirs === 'string' ? sameText(mine, theirs) : mine === theirs;
  return same ? undefined : `${path}: ${JSON.stringify(mine)} instead of ${JSON.stringify(theirs)}`;
}

/** hcl2json writes `$${` for text that looks like a sequence. */
function sameText(mine: string, theirs: string): boolean {
  const expected = theirs.normalize('NFC');
  const actual = mine.normalize('NFC');
  return actual === expected || actual === plain(expected) || plain(actual) === plain(expected);
}

function plain(text: string): string {
  return text.replace(/([$%])\1*\{/g, '$1{');
}

function plainKey(key: string): string {
  return plain(key.normalize('NFC'));
}

function isRecord(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstDefined(values: readonly (string | undefined)[]): string | undefined {
  return values.find(value => value !== undefined);
}
