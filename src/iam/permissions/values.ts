import { attributeOf, type ResourceBlock } from '../../terraform/model';
import { follow, pathOf } from './follow';
import { defaultOf, type Instance, type Place, resourceOf, type Scope } from './scope';
import { nameArguments, templates } from './tablesArns';
import { called, closed, joined, type KnownText } from './textFunctions';
import type { Body, Expression, ObjectItem } from '../../terraform/syntax/ast';

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
  const resource = resourceOf(scope.module, mode, type, name);
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
