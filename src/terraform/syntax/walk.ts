import type { Body, Expression } from './ast';

/** Calls `visit` for an expression and everything inside of it, outermost first. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  const stack: Expression[] = [expression];
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    visit(current);
    const inner = childrenOf(current);
    for (let i = inner.length - 1; i >= 0; i--) {
      const child = inner[i];
      if (child !== undefined) stack.push(child);
    }
  }
}

/** Calls `visit` for every argument of a body and of the blocks inside of it. */
export function visitBody(body: Body, visit: (expression: Expression, name: string, start: number) => void): void {
  for (const attribute of body.attributes) visit(attribute.value, attribute.name, attribute.start);
  for (const block of body.blocks) visitBody(block.body, visit);
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'string':
    case 'number':
    case 'bool':
    case 'null':
    case 'reference':
    case 'missing':
      return [];
    case 'template':
      return expression.parts.flatMap(part =>
        part.kind === 'text' ? [] : part.kind === 'interpolation' ? [part.expression] : part.parts,
      );
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
  }
}

/** Every name that an expression refers to, without what stands behind an index: `var.x`, `local.y.z`. */
export function referencesIn(expression: Expression): readonly string[] {
  const out: string[] = [];
  visitExpression(expression, e => {
    if (e.kind === 'reference') out.push(e.path);
  });
  return out;
}
