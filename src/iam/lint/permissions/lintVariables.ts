import { entry, listOf, type PolicyNode } from '../../policy/node';
import { type PermissionFinding, place, type PolicyContext } from './permissionFinding';

/**
 * Policy variables that no request fills in: their names are those of condition keys. Where one has no value the statement fits
 * nothing (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 */
export function lintVariables(statement: PolicyNode, context: PolicyContext): readonly PermissionFinding[] {
  if (!context.variables) return [];
  const { conditionKeys } = context.reference;
  return valuesOf(statement).flatMap(node =>
    [...node.value.matchAll(/\$\{([\w-]{1,60}:[\w/.-]{1,120})(?:,[^}]{0,200})?\}/g)].flatMap(
      ([, name = '']): readonly PermissionFinding[] => {
        if (conditionKeys.find(name) !== undefined) return [];
        const near = conditionKeys.nearest(name);
        const misspelt = near?.startsWith('aws:') === true && /^(?:aw|was|asw)/i.test(name);
        if (!conditionKeys.judges(name) && !misspelt) return [];
        const hint = near === undefined || near.endsWith('/') ? '' : ` The nearest is "\${${near}}".`;
        return [
          {
            code: 'unknown-condition-key',
            severity: 'warning',
            message: `IAM has no policy variable "\${${name}}": no request fills it in, so the statement fits nothing.${hint}`,
            ...place(node),
          },
        ];
      },
    ),
  );
}

type Text = Extract<PolicyNode, { readonly kind: 'string' }>;

/** The texts in which IAM looks for variables: resources and the values of conditions. */
function valuesOf(statement: PolicyNode): readonly Text[] {
  const resources = ['Resource', 'NotResource'].flatMap(key => listOf(entry(statement, key)?.value));
  const condition = entry(statement, 'Condition')?.value;
  const operators = condition?.kind === 'object' ? condition.entries.map(e => e.value) : [];
  const values = operators.flatMap(o => (o.kind === 'object' ? o.entries.flatMap(e => listOf(e.value)) : []));
  return [...resources, ...values].flatMap(node => (node.kind === 'string' ? [node] : []));
}
