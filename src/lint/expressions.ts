import type { Span } from '../core/text';
import type { Attribute, Body, Expression } from '../terraform/syntax/ast';
import { childrenOf } from '../terraform/syntax/walk';

/** The dotted name that an expression reads, its indexes as `[...]`: `var.tfc_aws_dynamic_credentials.aliases["X"].shared_config_file`. */
export interface Path {
  readonly steps: readonly (string | { readonly key: Expression })[];
  readonly span: Span;
}

/** A reference with its attributes and indexes, or nothing for any other expression. */
export function pathOf(expression: Expression): Path | undefined {
  const span = { start: expression.start, end: expression.end };
  switch (expression.kind) {
    case 'reference':
      return { steps: expression.path.split('.'), span };
    case 'attribute': {
      const on = pathOf(expression.on);
      return on && { steps: [...on.steps, expression.name], span };
    }
    case 'index': {
      const on = pathOf(expression.on);
      return on && { steps: [...on.steps, { key: expression.key }], span };
    }
    case 'parentheses':
      return pathOf(expression.inner);
    default:
      return undefined;
  }
}

/** The outermost references of an expression, in order. */
export function pathsIn(expression: Expression): readonly Path[] {
  const path = pathOf(expression);
  if (path !== undefined) {
    return [path, ...path.steps.flatMap(step => (typeof step === 'string' ? [] : pathsIn(step.key)))];
  }
  return childrenOf(expression).flatMap(pathsIn);
}

/** `null` and the empty string leave an argument unset, as the AWS provider reads it. */
export function isUnset(expression: Expression): boolean {
  if (expression.kind === 'parentheses') return isUnset(expression.inner);
  return (
    expression.kind === 'null' ||
    (expression.kind === 'string' && expression.value.trim() === '') ||
    ((expression.kind === 'tuple' || expression.kind === 'object') && expression.items.length === 0)
  );
}

export function isFalse(expression: Expression): boolean {
  if (expression.kind === 'parentheses') return isFalse(expression.inner);
  return (
    (expression.kind === 'bool' && expression.text === 'false') ||
    (expression.kind === 'string' && expression.value === 'false')
  );
}

export function literalText(expression: Expression): string | undefined {
  return expression.kind === 'string' ? expression.value : undefined;
}

/** Every argument of a body and of the blocks in it. */
export function attributesIn(body: Body): readonly Attribute[] {
  return [...body.attributes, ...body.blocks.flatMap(block => attributesIn(block.body))];
}
