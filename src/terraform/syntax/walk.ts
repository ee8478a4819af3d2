import type { Block, Body, Expression, TemplatePart } from './ast';

/** The expressions right inside of `expression`, in the order of the text. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'template':
      return expression.parts.flatMap(partExpressions);
    case 'attribute':
    case 'splat':
      return [expression.on];
    case 'index':
      return [expression.on, expression.key];
    case 'call':
      return expression.args;
    case 'tuple':
      return expression.items;
    case 'object':
      return expression.items.flatMap(item => [item.key, item.value]);
    case 'for':
      return expression.parts;
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
      return [expression.operand];
    case 'parentheses':
      return [expression.inner];
    default:
      return [];
  }
}

function partExpressions(part: TemplatePart): readonly Expression[] {
  if (part.kind === 'text') return [];
  return part.kind === 'interpolation' ? [part.expression] : part.parts;
}

/** Calls `visit` for `expression` and each expression inside of it, outer ones first, in the order of the text. */
function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  const pending: Expression[] = [expression];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next);
    const children = childrenOf(next);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child !== undefined) pending.push(child);
    }
  }
}

/**
 * Calls `visit` for each expression of `body` and of the blocks inside of it, with the blocks that hold it, outermost first.
 * Object keys are visited too: `{ region = 1 }` has a reference `region` as its key.
 */
export function visitExpressions(
  body: Body,
  visit: (expression: Expression, within: readonly Block[]) => void,
  within: readonly Block[] = [],
): void {
  for (const attribute of body.attributes) visitExpression(attribute.value, expression => visit(expression, within));
  for (const block of body.blocks) visitExpressions(block.body, visit, [...within, block]);
}

/** Calls `visit` for the value of each argument of `body` and of the blocks inside of it, with its name and start. */
export function visitBody(body: Body, visit: (value: Expression, name: string, start: number) => void): void {
  for (const attribute of body.attributes) visit(attribute.value, attribute.name, attribute.start);
  for (const block of body.blocks) visitBody(block.body, visit);
}

/** Every name that an expression refers to, without what stands behind an index: `var.x`, `local.y.z`. */
export function referencesIn(expression: Expression): readonly string[] {
  const paths: string[] = [];
  visitExpression(expression, inner => {
    if (inner.kind === 'reference') paths.push(inner.path);
  });
  return paths;
}

/** Calls `visit` for each block of `body`, outer ones first, with the blocks around it, outermost first. */
export function visitBlocks(
  body: Body,
  visit: (block: Block, within: readonly Block[]) => void,
  within: readonly Block[] = [],
): void {
  for (const block of body.blocks) {
    visit(block, within);
    visitBlocks(block.body, visit, [...within, block]);
  }
}
