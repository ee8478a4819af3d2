import { attributeOf, type Module } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';

/** One use of a module: its code, and what its variables are set to (with the scope that the value was written in). */
export interface Scope {
  readonly module: Module;
  readonly variables: ReadonlyMap<string, { readonly value: Expression; readonly scope: Scope | undefined }>;
  /** `module.network.`, or nothing for the root. */
  readonly prefix: string;
}

/** What is known of a text: all of it, or (`open`) only how it begins. */
export interface KnownText {
  readonly text: string;
  readonly open: boolean;
}

/** The argument that a resource is named by, where other resources refer to it by `id`, `name` or the like. */
const nameArguments: Readonly<Record<string, string>> = {
  aws_s3_bucket: 'bucket',
  aws_lambda_function: 'function_name',
  aws_db_instance: 'identifier',
  aws_rds_cluster: 'cluster_identifier',
  aws_ses_domain_identity: 'domain',
  aws_ecs_task_definition: 'family',
  aws_eks_node_group: 'node_group_name',
  aws_cloudwatch_metric_alarm: 'alarm_name',
};

const ownNames: ReadonlySet<string> = new Set([
  'id',
  'name',
  'bucket',
  'function_name',
  'identifier',
  'domain',
  'family',
]);

/**
 * The text of an expression, as far as literals, variables with a default or a value, locals and the names of other resources tell.
 * `undefined`: nothing is known. What depends on `count`, `each` or the state is open from there on.
 */
export function knownText(expression: Expression, scope: Scope, depth = 0): KnownText | undefined {
  if (depth > 20) return undefined;
  switch (expression.kind) {
    case 'string':
      return { text: expression.value, open: false };
    case 'number':
    case 'bool':
      return { text: expression.text, open: false };
    case 'parentheses':
      return knownText(expression.inner, scope, depth + 1);
    case 'template': {
      let text = '';
      for (const part of expression.parts) {
        const value =
          part.kind === 'text'
            ? { text: part.value, open: false }
            : part.kind === 'interpolation'
              ? knownText(part.expression, scope, depth + 1)
              : undefined;
        text += value?.text ?? '';
        if (value === undefined || value.open) return text === '' ? undefined : { text, open: true };
      }
      return { text, open: false };
    }
    case 'reference':
      return referenced(expression.path, scope, depth);
    // aws_s3_bucket.logs[0].id
    case 'attribute':
      if (expression.on.kind === 'index' && expression.on.on.kind === 'reference')
        return referenced(`${expression.on.on.path}.${expression.name}`, scope, depth);
      return undefined;
    default:
      return undefined;
  }
}

function referenced(path: string, scope: Scope, depth: number): KnownText | undefined {
  const [first = '', second = '', third = '', ...more] = path.split('.');
  if (first === 'var' && third === '') {
    const given = scope.variables.get(second);
    if (given !== undefined) return knownText(given.value, given.scope ?? scope, depth + 1);
    const fallback = scope.module.variables.get(second)?.default;
    return fallback === undefined ? undefined : knownText(fallback, scope, depth + 1);
  }
  if (first === 'local' && third === '') {
    const value = scope.module.locals.get(second)?.attribute.value;
    return value === undefined ? undefined : knownText(value, scope, depth + 1);
  }
  if (!first.startsWith('aws_') || more.length > 0 || !ownNames.has(third)) return undefined;
  const resource = scope.module.resources.find(r => r.mode === 'resource' && r.type === first && r.name === second);
  if (resource === undefined) return undefined;
  const argument = attributeOf(resource.body, nameArguments[first] ?? 'name');
  return argument === undefined ? undefined : knownText(argument.value, scope, depth + 1);
}
