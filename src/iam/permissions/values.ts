import { attributeOf, type Module, type ModuleCall, type ResourceBlock } from '../../terraform/model';
import { templates } from './tablesArns';
import type { Body, Expression, ObjectItem } from '../../terraform/syntax/ast';

/** Where the resources will be. What is not given is `*` in an ARN: another account's resources are still not in reach of a role. */
export interface Place {
  readonly partition: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

/** What a provider block decides for the resources that use it. */
export interface ProviderSettings {
  /** As written in the code; undefined: the environment decides. */
  readonly region: string | undefined;
  /** Is the region a literal, which nothing outside of the code can change? */
  readonly fixed: boolean;
  readonly defaultTags: boolean;
  /** The default tags that are written out, by key. */
  readonly literalTags: ReadonlyMap<string, string>;
}

/** One use of a module: its code, and what its variables are set to (with the scope that the value was written in). */
export interface Scope {
  readonly module: Module;
  readonly variables: ReadonlyMap<string, { readonly value: Expression; readonly scope: Scope | undefined }>;
  /** `module.network.`, or nothing for the root. */
  readonly prefix: string;
  readonly place: Place;
  /** By the name in this module: `aws`, `aws.east`. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** All modules of the root that could be read. */
  readonly modules: readonly Module[];
  /** What `terraform.workspace` is, where the code names one workspace of HCP Terraform. */
  readonly workspace: string | undefined;
  /** Variables of the root whose default was taken; the workspace may set others. Grows while values are looked up. */
  readonly assumed: Set<string>;
  /** Inside of one instance of a resource: what `each` and `count.index` are. */
  readonly instance?: Instance;
}

interface Instance {
  readonly key: string;
  readonly value: Expression | undefined;
}

/** More instances than this are treated as not known. */
const maximumInstances = 50;

/** The scopes of a resource's instances, where `for_each` or `count` is written out; else the scope as it is. */
export function instancesOf(body: Body, scope: Scope): readonly Scope[] {
  const count = attributeOf(body, 'count')?.value;
  if (count !== undefined) {
    const known = Number(knownText(count, scope)?.text);
    // `count = var.on ? 1 : 0` and the like: nothing is known of the index then.
    if (!Number.isInteger(known) || known < 1 || known > maximumInstances) return [scope];
    return Array.from({ length: known }, (_, i) => ({ ...scope, instance: { key: String(i), value: undefined } }));
  }
  const each = attributeOf(body, 'for_each')?.value;
  const items = each === undefined ? undefined : itemsOf(each, scope, 0);
  if (items === undefined || items.length === 0 || items.length > maximumInstances) return [scope];
  return items.map(instance => ({ ...scope, instance }));
}

/** `toset(["a", "b"])`, a map that is written out, or a variable or local with one of these. */
function itemsOf(value: Expression, scope: Scope, depth: number): readonly Instance[] | undefined {
  if (depth > 20) return undefined;
  switch (value.kind) {
    case 'parentheses':
      return itemsOf(value.inner, scope, depth + 1);
    case 'call':
      return value.name === 'toset' && value.args[0] !== undefined
        ? itemsOf(value.args[0], scope, depth + 1)
        : undefined;
    case 'tuple': {
      const texts = value.items.map(item => ({ item, known: knownText(item, scope, depth + 1) }));
      if (texts.some(t => t.known === undefined || t.known.open)) return undefined;
      return texts.map(({ item, known }) => ({ key: known?.text ?? '', value: item }));
    }
    case 'object': {
      if (value.items.some(item => item.keyText === undefined)) return undefined;
      return value.items.map(item => ({ key: item.keyText ?? '', value: item.value }));
    }
    case 'reference': {
      const [first, name = '', ...more] = value.path.split('.');
      if (more.length > 0) return undefined;
      if (first === 'local') {
        const local = scope.module.locals.get(name)?.attribute.value;
        return local && itemsOf(local, scope, depth + 1);
      }
      if (first !== 'var') return undefined;
      const given = scope.variables.get(name);
      const set = given?.value ?? defaultOf(name, scope);
      return set && itemsOf(set, given?.scope ?? scope, depth + 1);
    }
    default:
      return undefined;
  }
}

/** What is known of a text: all of it, or (`open`) only how it begins. */
export interface KnownText {
  readonly text: string;
  readonly open: boolean;
}

/** The argument that a resource is named by, where other resources refer to it by `id`, `name` or the like. */
export const nameArguments: Readonly<Record<string, string>> = {
  aws_s3_bucket: 'bucket',
  aws_lambda_function: 'function_name',
  aws_db_instance: 'identifier',
  aws_rds_cluster: 'cluster_identifier',
  aws_rds_cluster_instance: 'identifier',
  aws_docdb_cluster: 'cluster_identifier',
  aws_neptune_cluster: 'cluster_identifier',
  aws_redshift_cluster: 'cluster_identifier',
  aws_elasticache_cluster: 'cluster_id',
  aws_elasticache_replication_group: 'replication_group_id',
  aws_ses_domain_identity: 'domain',
  aws_ses_email_identity: 'email',
  aws_sesv2_email_identity: 'email_identity',
  aws_sesv2_configuration_set: 'configuration_set_name',
  aws_ecs_task_definition: 'family',
  aws_eks_node_group: 'node_group_name',
  aws_eks_addon: 'addon_name',
  aws_eks_fargate_profile: 'fargate_profile_name',
  aws_cloudwatch_metric_alarm: 'alarm_name',
  aws_cloudwatch_composite_alarm: 'alarm_name',
  aws_cloudwatch_dashboard: 'dashboard_name',
  aws_key_pair: 'key_name',
  aws_opensearch_domain: 'domain_name',
  aws_elasticsearch_domain: 'domain_name',
  aws_dms_replication_instance: 'replication_instance_id',
  aws_msk_cluster: 'cluster_name',
  aws_codecommit_repository: 'repository_name',
  aws_codeartifact_domain: 'domain',
};

/**
 * The text of an expression, as far as literals, variables with a default or a value, locals, simple functions, the account and
 * region, and the names of other resources tell. `undefined`: nothing is known. What depends on `count`, `each` or the state is
 * open from there on.
 */
export function knownText(expression: Expression, scope: Scope, depth = 0): KnownText | undefined {
  if (depth > 20) return undefined;
  const inner = (e: Expression): KnownText | undefined => knownText(e, scope, depth + 1);
  switch (expression.kind) {
    case 'string':
      return closed(expression.value);
    case 'number':
    case 'bool':
      return closed(expression.text);
    case 'parentheses':
      return inner(expression.inner);
    case 'template':
      return joined(
        expression.parts.map(part =>
          part.kind === 'text'
            ? closed(part.value)
            : part.kind === 'interpolation'
              ? inner(part.expression)
              : undefined,
        ),
      );
    case 'call':
      return called(expression.name, expression.args, inner);
    case 'reference':
    // aws_s3_bucket.logs[0].id
    case 'attribute':
    case 'index': {
      const path = pathOf(expression);
      if (path?.[0] !== 'module') return path === undefined ? undefined : referenced(path, scope, depth);
      const behind = follow(expression, scope);
      return behind.value === expression ? undefined : knownText(behind.value, behind.scope, depth + 1);
    }
    default:
      return undefined;
  }
}

function defaultOf(name: string, scope: Scope): Expression | undefined {
  const value = scope.module.variables.get(name)?.default;
  if (value !== undefined && scope.prefix === '') scope.assumed.add(name);
  return value;
}

function closed(text: string): KnownText {
  return { text, open: false };
}

/** Parts one after the other, up to the first that is not known. */
function joined(parts: readonly (KnownText | undefined)[]): KnownText | undefined {
  let text = '';
  for (const part of parts) {
    text += part?.text ?? '';
    if (part === undefined || part.open) return text === '' ? undefined : { text, open: true };
  }
  return closed(text);
}

function called(
  name: string,
  args: readonly Expression[],
  inner: (e: Expression) => KnownText | undefined,
): KnownText | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  const value = inner(first);
  switch (name) {
    case 'lower':
      return value && { ...value, text: value.text.toLowerCase() };
    case 'upper':
      return value && { ...value, text: value.text.toUpperCase() };
    case 'tostring':
    case 'trimspace':
    case 'nonsensitive':
      return value;
    case 'join': {
      if (value === undefined || value.open || second?.kind !== 'tuple') return undefined;
      return joined(second.items.flatMap((item, i) => (i === 0 ? [inner(item)] : [value, inner(item)])));
    }
    case 'format': {
      if (value === undefined || value.open) return undefined;
      // Only %s and %d without flags: others change the text.
      const pieces = value.text.split(/(%[sd])/);
      if (pieces.some((piece, i) => i % 2 === 0 && piece.includes('%'))) return undefined;
      let next = 1;
      return joined(
        pieces.map((piece, i) => {
          if (i % 2 === 0) return closed(piece);
          const argument = args[next++];
          return argument === undefined ? undefined : inner(argument);
        }),
      );
    }
    default:
      return undefined;
  }
}

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

/** The expression behind a variable, local or output, with the scope that it was written in. */
export function follow(
  value: Expression,
  scope: Scope,
  depth = 0,
): { readonly value: Expression; readonly scope: Scope } {
  const [first, name = '', third, ...more] = pathOf(value) ?? [];
  const here = { value, scope };
  if (depth > 20 || first === undefined) return here;
  if (first === 'var' && third === undefined) {
    const given = scope.variables.get(name);
    const set = given?.value ?? defaultOf(name, scope);
    return set === undefined ? here : follow(set, given?.scope ?? scope, depth + 1);
  }
  if (first === 'local' && third === undefined) {
    const set = scope.module.locals.get(name)?.attribute.value;
    return set === undefined ? here : follow(set, scope, depth + 1);
  }
  if (first !== 'module' || third === undefined || more.length > 0) return here;
  const call = scope.module.calls.find(c => c.name === name);
  const { instance: _, ...outside } = scope;
  const child = call && childScope(call, outside);
  const output = child?.module.files
    .flatMap(file => file.parsed.body.blocks)
    .find(block => block.type === 'output' && block.labels[0]?.value === third);
  const set = output && attributeOf(output.body, 'value')?.value;
  return child === undefined || set === undefined ? here : follow(set, { ...child, providers: new Map() }, depth + 1);
}

function referenced(path: readonly string[], scope: Scope, depth: number): KnownText | undefined {
  const [first = '', second = '', , ...more] = path;
  if (first === 'var') {
    const given = scope.variables.get(second);
    const value = given?.value ?? defaultOf(second, scope);
    if (value === undefined) return undefined;
    return member(value, path.slice(2), given?.scope ?? scope, depth + 1);
  }
  if (first === 'local') {
    const value = scope.module.locals.get(second)?.attribute.value;
    return value === undefined ? undefined : member(value, path.slice(2), scope, depth + 1);
  }
  if (first === 'each' && scope.instance !== undefined) {
    if (second === 'key') return closed(scope.instance.key);
    const { value } = scope.instance;
    return value && second === 'value' ? member(value, path.slice(2), scope, depth + 1) : undefined;
  }
  if (first === 'terraform') return scope.workspace === undefined ? undefined : closed(scope.workspace);
  if (first === 'count') return second === 'index' && scope.instance ? closed(scope.instance.key) : undefined;
  if (first === 'data') {
    const around = surroundings(second, more[0] ?? '', scope.place);
    if (around !== undefined) return around;
  }
  const resource = resourceAt(path, scope);
  return resource === undefined ? undefined : nameFrom(resource, scope, depth);
}

interface Reference {
  readonly resource: ResourceBlock;
  /** The instance's key, where one is named: `aws_sqs_queue.jobs["mail"].name`. */
  readonly key: string | undefined;
  readonly attribute: string;
}

/** The resource or data source of this module that a path is about. */
function resourceAt(path: readonly string[], scope: Scope): Reference | undefined {
  const mode = path[0] === 'data' ? 'data' : 'resource';
  const [type = '', name = '', ...rest] = mode === 'data' ? path.slice(1) : path;
  if (!type.startsWith('aws_') || rest.length < 1 || rest.length > 2) return undefined;
  const [key, attribute = ''] = rest.length === 2 ? rest : [undefined, rest[0]];
  const resource = scope.module.resources.find(r => r.mode === mode && r.type === type && r.name === name);
  return resource && { resource, key, attribute };
}

/** The text of an argument, or the name where an attribute has it: the id of a queue is its name, the id of a zone is not. */
function nameFrom({ resource, key, attribute }: Reference, scope: Scope, depth: number): KnownText | undefined {
  const { type, body } = resource;
  const named = nameArguments[type] ?? 'name';
  const isName = attribute === named || (attribute === 'id' && Object.hasOwn(templates, type));
  const { instance: _, ...outside } = scope;
  const own =
    (key === undefined ? undefined : instancesOf(body, outside).find(s => s.instance?.key === key)) ?? outside;
  const direct = attributeOf(body, attribute) ?? (isName ? attributeOf(body, named) : undefined);
  if (direct !== undefined) return knownText(direct.value, own, depth + 1);
  const prefix = isName ? attributeOf(body, `${named}_prefix`) : undefined;
  const start = prefix && knownText(prefix.value, own, depth + 1);
  return start && { text: start.text, open: true };
}

/** The name of the resource that a reference like `aws_sqs_queue.jobs.url` is about, whatever attribute it asks for. */
export function referencedName(path: readonly string[], scope: Scope): KnownText | undefined {
  const found = resourceAt(path, scope);
  return found && nameFrom({ ...found, attribute: 'id' }, scope, 0);
}

/** `data.aws_caller_identity.x.account_id` and the like: the place that was given. */
function surroundings(type: string, attribute: string, place: Place): KnownText | undefined {
  const value =
    type === 'aws_caller_identity' && (attribute === 'account_id' || attribute === 'id')
      ? place.account
      : type === 'aws_region' && ['name', 'id', 'region'].includes(attribute)
        ? place.region
        : type === 'aws_partition' && (attribute === 'partition' || attribute === 'id')
          ? place.partition
          : undefined;
  return value === undefined ? undefined : closed(value);
}

/** A value inside of objects that are written out: `local.names.queue`. */
function member(value: Expression, path: readonly string[], scope: Scope, depth: number): KnownText | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return knownText(value, scope, depth);
  if (value.kind !== 'object') return undefined;
  const item: ObjectItem | undefined = value.items.find(i => i.keyText === key);
  return item === undefined ? undefined : member(item.value, rest, scope, depth + 1);
}
