import type { Expression } from '../../terraform/syntax/ast';

/** `aws_x.y[0].id` and `local.names["queue"]` as the words of a path; a number in brackets is left out. */
export function pathOf(expression: Expression): readonly string[] | undefined {
  switch (expression.kind) {
    case 'reference':
      return expression.path.split('.');
    case 'attribute': {
      const on = pathOf(expression.on);
      return on && [...on, expression.name];
    }
    case 'index': {
      const on = pathOf(expression.on);
      if (on === undefined) return undefined;
      if (expression.key.kind === 'string') return [...on, expression.key.value];
      return on;
    }
    case 'splat':
      return pathOf(expression.on);
    case 'parentheses':
      return pathOf(expression.inner);
    default:
      return undefined;
  }
}
