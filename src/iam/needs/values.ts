import { attributeOf, type ResourceBlock } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import { absent, chosenBy, type Entry, literal, loop, type Reading, tooDeep, truth } from './choices';
import { childScope, pathOf } from './modulePaths';
import { defaultOf, type Instance, type Located, type Place, resourceOf, type Scope } from './scope';
import { nameArguments, templates } from './tables/arns';
import { called, closed, joined, type KnownText } from './textFunctions';

/** More instances than this are treated as not known. */
const maximumInstances = 50;

/** The scopes of a resource's instances, where `for_each` or `count` is written out; else the scope as it is. */
export function instancesOf(body: Body, scope: Scope, depth = 0): readonly Scope[] {
  const count = attributeOf(body, 'count')?.value;
  if (count !== undefined) {
    const known = Number(knownText(count, scope, depth + 1)?.text);
    if (!Number.isInteger(known) || known < 1 || known > maximumInstances) return [scope];
    return Array.from({ length: known }, (_, i) => ({ ...scope, instance: { key: String(i), value: undefined } }));
  }
  const each = attributeOf(body, 'for_each')?.value;
  const found = each === undefined ? undefined : eachOf(each, scope, depth + 1);
  if (found === undefined || found.length === 0 || found.length > maximumInstances) return [scope];
  return found.map(instance => ({ ...scope, instance }));
}

/**
 * Does the code itself say that there is no instance: `count = 0`, an empty `for_each`? Not where a variable of the root decides,
 * which the workspace may set.
 */
export function isOff(body: Body, scope: Scope): boolean {
  const own = { ...scope, assumed: new Set<string>() };
  const count = attributeOf(body, 'count')?.value;
  const each = attributeOf(body, 'for_each')?.value;
  const known = count === undefined ? undefined : knownText(count, own);
  const off =
    count !== undefined
      ? known?.open === false && known.text === '0'
      : each !== undefined && eachOf(each, own, 0)?.length === 0;
  return off && own.assumed.size === 0;
}

function eachOf(value: Expression, scope: Scope, depth: number): readonly Instance[] | undefined {
  const pairs = entries(value, scope, depth);
  if (pairs !== undefined) return pairs.map(({ key, at }) => ({ key, value: at }));
  const list = items(value, scope, depth);
  if (list === undefined) return undefined;
  const texts = list.map(at => ({ at, known: knownText(at.value, at.scope, depth + 1) }));
  if (texts.some(t => t.known === undefined || t.known.open)) return undefined;
  return texts.map(({ at, known }) => ({ key: known?.text ?? '', value: at }));
}

/** The pairs of a map that the code writes out, by variables, locals, `merge` and `for` too. */
function entries(value: Expression, scope: Scope, depth: number): readonly Entry[] | undefined {
  if (tooDeep(depth)) return undefined;
  const at = follow(value, scope, depth + 1);
  const { value: found } = at;
  switch (found.kind) {
    case 'object': {
      const pairs = found.items.map(item => ({
        key: item.keyText ?? textOf(item.key, at.scope, depth + 1),
        at: { value: item.value, scope: at.scope },
      }));
      return pairs.every((pair): pair is Entry => pair.key !== undefined) ? pairs : undefined;
    }
    case 'for':
      return found.isObject ? loop(reading, found, at.scope, depth + 1) : undefined;
    case 'call': {
      if (found.name === 'tomap' && found.args[0] !== undefined) return entries(found.args[0], at.scope, depth + 1);
      if (found.name !== 'merge' || found.expand) return undefined;
      const merged = new Map<string, Entry>();
      for (const argument of found.args) {
        const more = entries(argument, at.scope, depth + 1);
        if (more === undefined) return undefined;
        for (const entry of more) merged.set(entry.key, entry);
      }
      return [...merged.values()];
    }
    default: {
      // for_each = aws_lambda_function.main: one for each of its instances.
      const path = found.kind === 'reference' ? found.path.split('.') : [];
      const [type, name, ...more] = path;
      const resource =
        more.length === 0 && type !== undefined ? resourceOf(at.scope.module, 'resource', type, name) : undefined;
      if (resource === undefined || attributeOf(resource.body, 'for_each') === undefined) return undefined;
      const { instance: _, ...outside } = at.scope;
      const keys = instancesOf(resource.body, outside, depth + 1).map(s => s.instance?.key);
      return keys.every((key): key is string => key !== undefined)
        ? keys.map(key => ({
            key,
            at: { value: { kind: 'index', on: found, key: literal(key), start: 0, end: 0 }, scope: at.scope },
          }))
        : undefined;
    }
  }
}

/** The members of a list or set that the code writes out. */
function items(value: Expression, scope: Scope, depth: number): readonly Located[] | undefined {
  if (tooDeep(depth)) return undefined;
  const at = follow(value, scope, depth + 1);
  const { value: found } = at;
  if (found.kind === 'tuple') return found.items.map(item => ({ value: item, scope: at.scope }));
  if (found.kind === 'for')
    return found.isObject ? undefined : loop(reading, found, at.scope, depth + 1)?.map(entry => entry.at);
  if (found.kind !== 'call' || found.expand) return undefined;
  const [first] = found.args;
  if (first === undefined) return found.name === 'concat' ? [] : undefined;
  switch (found.name) {
    case 'toset':
    case 'tolist':
    case 'distinct':
    case 'sort':
      return items(first, at.scope, depth + 1);
    case 'concat': {
      const lists = found.args.map(argument => items(argument, at.scope, depth + 1));
      return lists.every((list): list is readonly Located[] => list !== undefined) ? lists.flat() : undefined;
    }
    case 'keys':
      return entries(first, at.scope, depth + 1)?.map(({ key }) => ({ value: literal(key), scope: at.scope }));
    case 'values':
      return entries(first, at.scope, depth + 1)?.map(entry => entry.at);
    default:
      return undefined;
  }
}

const reading: Reading = { follow, textOf, entries, items };

function textOf(value: Expression, scope: Scope, depth: number): string | undefined {
  const known = knownText(value, scope, depth);
  return known?.open === false ? known.text : undefined;
}

/**
 * The expression behind variables, locals, outputs, members of what is written out, and conditions that the code decides; where nothing
 * tells, the expression as it is.
 */
export function follow(value: Expression, scope: Scope, depth = 0): Located {
  const here = { value, scope };
  if (tooDeep(depth)) return here;
  const on = (next: Located | undefined): Located =>
    next === undefined ? here : follow(next.value, next.scope, depth + 1);
  switch (value.kind) {
    case 'parentheses':
      return follow(value.inner, scope, depth + 1);
    case 'conditional': {
      const chosen = truth(reading, value.condition, scope, depth + 1);
      return chosen === undefined ? here : follow(chosen ? value.whenTrue : value.whenFalse, scope, depth + 1);
    }
    case 'reference': {
      const [first = '', second = '', ...more] = value.path.split('.');
      const base = baseOf(first, second, scope);
      if (base === undefined) return here;
      const members = base.both ? more : second === '' ? more : [second, ...more];
      return on(membersOf(base.at, members, depth + 1));
    }
    case 'attribute':
    case 'index': {
      const key = value.kind === 'attribute' ? value.name : textOf(value.key, scope, depth + 1);
      const outer = follow(value.on, scope, depth + 1);
      const open = outer.value === value.on && /^(?:reference|attribute|index|splat)$/.test(value.on.kind);
      return key === undefined || open ? here : on(membersOf(outer, [key], depth + 1));
    }
    case 'call':
      return on(chosenBy(reading, value.name, value.args, scope, depth + 1));
    default:
      return here;
  }
}

/** What a reference begins with; `both`: its second word is part of it. */
function baseOf(first: string, second: string, scope: Scope): { at: Located; both: boolean } | undefined {
  const bound = scope.bound?.get(first);
  if (bound !== undefined) return { at: bound, both: false };
  const found = (value: Expression | undefined, at: Scope): { at: Located; both: boolean } | undefined =>
    value && { at: { value, scope: at }, both: true };
  switch (first) {
    case 'var': {
      const given = scope.variables.get(second);
      return found(given?.value ?? defaultOf(second, scope), given?.scope ?? outsideOf(scope));
    }
    case 'local':
      return found(scope.module.locals.get(second)?.attribute.value, outsideOf(scope));
    case 'each': {
      const { instance } = scope;
      if (instance === undefined) return undefined;
      return second === 'key'
        ? found(literal(instance.key), scope)
        : instance.value && { at: instance.value, both: true };
    }
    case 'module':
      return found(undefined, scope) ?? outputOf(second, scope);
    default:
      return undefined;
  }
}

/** Locals and defaults stand outside of any resource. */
function outsideOf(scope: Scope): Scope {
  const { instance: _, bound: __, ...outside } = scope;
  return outside;
}

/** The outputs of a module as one object. */
function outputOf(name: string, scope: Scope): { at: Located; both: boolean } | undefined {
  const call = scope.module.calls.find(c => c.name === name);
  const child = call && childScope(call, outsideOf(scope));
  if (child === undefined) return undefined;
  const outputs = child.module.files
    .flatMap(file => file.parsed.body.blocks)
    .filter(block => block.type === 'output')
    .flatMap(block => {
      const keyText = block.labels[0]?.value;
      const value = attributeOf(block.body, 'value')?.value;
      return keyText === undefined || value === undefined
        ? []
        : [{ key: literal(keyText), keyText, value, start: 0, end: 0 }];
    });
  const value: Expression = { kind: 'object', items: outputs, start: 0, end: 0 };
  return { at: { value, scope: { ...child, providers: new Map() } }, both: true };
}

/** A member of a map or list that is written out, of an instance of a resource; `null` where the map has no such key. */
function membersOf(at: Located, path: readonly string[], depth: number): Located | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return at;
  const base = follow(at.value, at.scope, depth + 1);
  const pairs = entries(base.value, base.scope, depth + 1);
  if (pairs !== undefined && !isResource(base)) {
    const found = pairs.find(entry => entry.key === key);
    return membersOf(found?.at ?? { value: absent, scope: at.scope }, rest, depth + 1);
  }
  const list = /^\d+$/.test(key) ? items(base.value, base.scope, depth + 1)?.[Number(key)] : undefined;
  if (list !== undefined) return membersOf(list, rest, depth + 1);
  // each.value.arn, where each.value is a resource
  if (!isResource(base)) return undefined;
  const value = path.reduce<Expression>(
    (on, name) => ({ kind: 'attribute', on, name, nameSpan: on, start: on.start, end: on.end }),
    base.value,
  );
  return { value, scope: base.scope };
}

function isResource({ value, scope }: Located): boolean {
  const [type, name] = pathOf(value) ?? [];
  return resourceOf(scope.module, 'resource', type, name) !== undefined;
}

/**
 * The text of an expression, as far as literals, variables with a default or a value, locals, simple functions, the account and
 * region, and the names of other resources tell. `undefined`: nothing is known. What depends on the state is open from there on.
 */
export function knownText(expression: Expression, scope: Scope, depth = 0): KnownText | undefined {
  if (tooDeep(depth)) return undefined;
  const inner = (e: Expression): KnownText | undefined => knownText(e, scope, depth + 1);
  switch (expression.kind) {
    case 'string':
      return closed(expression.value);
    case 'number':
    case 'bool':
      return closed(expression.text);
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
    default: {
      const behind = follow(expression, scope, depth + 1);
      if (behind.value !== expression) return knownText(behind.value, behind.scope, depth + 1);
      if (expression.kind === 'call')
        return called(expression.name, expression.args, inner, e =>
          items(e, scope, depth + 1)?.map(at => knownText(at.value, at.scope, depth + 1)),
        );
      const path = pathIn(expression, scope, depth);
      return path && referenced(path, scope, depth);
    }
  }
}

/** The words of a path, with the keys in brackets that are known: `aws_sqs_queue.jobs[each.key].name`. */
function pathIn(expression: Expression, scope: Scope, depth: number): readonly string[] | undefined {
  if (expression.kind === 'attribute') {
    const on = pathIn(expression.on, scope, depth);
    return on && [...on, expression.name];
  }
  if (expression.kind !== 'index') return pathOf(expression);
  const on = pathIn(expression.on, scope, depth);
  const key = textOf(expression.key, scope, depth + 1);
  return on === undefined || key === undefined || expression.key.kind === 'number' ? on : [...on, key];
}

function referenced(path: readonly string[], scope: Scope, depth: number): KnownText | undefined {
  const [first = '', second = '', , ...more] = path;
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
  const outside = outsideOf(scope);
  const own =
    (key === undefined ? undefined : instancesOf(body, outside, depth + 1).find(s => s.instance?.key === key)) ??
    outside;
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
