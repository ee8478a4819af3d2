import type { Module, Root } from '../terraform/model';
import type { Expression } from '../terraform/syntax/ast';
import { evaluate, isList, isMap, type RootValues, rootValues, unknown, type Value } from '../terraform/values';
import { isUnset } from './expressions';
import { injectedVariables } from './injected';

const known = new WeakMap<Module, RootValues>();

/** What HCP Terraform gives a run: a configuration for each tag that the code asks for. */
const given = new Map(
  Object.keys(injectedVariables).map((name): [string, Value] => [
    name,
    unknown(`HCP Terraform sets var.${name} in a run.`, { notNull: true, everyMember: true }),
  ]),
);

/** The values of a root as a run in HCP Terraform sees them, before any variable of a workspace. */
export function valuesInRun(root: Root): RootValues {
  let values = known.get(root.module);
  if (values === undefined) known.set(root.module, (values = rootValues(root, { variables: given })));
  return values;
}

/** What an expression of a module is worth, in each use of the module. */
export function valuesOf(root: Root, module: Module, expression: Expression): readonly Value[] {
  return valuesInRun(root)
    .uses(module)
    .map(scope => evaluate(expression, scope.frame));
}

/** Does an argument leave its setting as it is in a run? As the AWS provider reads it, null and empty values do. */
export function isUnsetInRun(root: Root, module: Module, expression: Expression): boolean {
  if (isUnset(expression)) return true;
  if (['string', 'number', 'bool', 'missing'].includes(expression.kind)) return false;
  return valuesOf(root, module, expression).every(isEmpty);
}

function isEmpty(value: Value): boolean {
  if (value.kind === 'string') return value.value.trim() === '';
  if (isList(value)) return value.items.length === 0;
  return isMap(value) ? value.entries.size === 0 : value.kind === 'null';
}
