import { attributeOf, type ModuleCall } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import type { Scope } from './scope';

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

/** One use of a child module, with its arguments (in the scope of one instance of the call). `undefined`: the module could not be read. */
export function childScope(call: ModuleCall, scope: Scope): Omit<Scope, 'providers'> | undefined {
  const module = scope.modules.find(m => m.dir === call.dir);
  if (module === undefined) return undefined;
  // A Stack's component has its arguments in `inputs`.
  const inputs = attributeOf(call.body, 'inputs')?.value;
  const given: readonly (readonly [string | undefined, Expression])[] =
    call.block.type === 'component' && inputs?.kind === 'object'
      ? inputs.items.map(item => [item.keyText, item.value])
      : call.body.attributes.map(a => [a.name, a.value]);
  const variables = new Map(given.flatMap(([name, value]) => (name === undefined ? [] : [[name, { value, scope }]])));
  const { place, modules, prefix, workspace, assumed, instance } = scope;
  const key =
    instance === undefined
      ? ''
      : attributeOf(call.body, 'count') === undefined
        ? `["${instance.key}"]`
        : `[${instance.key}]`;
  return {
    module,
    variables,
    prefix: `${prefix}${call.block.type}.${call.name}${key}.`,
    place,
    modules,
    workspace,
    assumed,
  };
}
