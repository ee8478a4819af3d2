import { attributeOf, type ModuleCall, type ResourceBlock, type Root } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import {
  deepMarks,
  evaluate,
  type Frame,
  instancesOf as allInstances,
  isNotNull,
  isShowable,
  marksIn,
  originOf,
  type RootValues,
  rootValues,
  text,
  textOf,
  unknown,
  type Value,
} from '../../terraform/values';
import type { Place, Scope } from './scope';
import { nameArguments, templates } from './tables/arns';

/** What is known of a text: all of it, or (`open`) only how it begins, or, where that is not known, how it ends. */
export interface KnownText {
  readonly text: string;
  readonly open: boolean;
  /** Only where `text` is empty: both might be of the same characters. */
  readonly ends?: string;
}

/** A name as a pattern in an ARN. */
export const namePattern = ({ text, open, ends = '' }: KnownText): string => (open ? `${text}*${ends}` : text);

/** Shorter ends are those of too many names. */
const shortestEnd = 4;

/** More instances than this are treated as not known. */
const maximumInstances = 50;

/** The values of a root whose resources are in a place. */
export function valuesIn(
  root: Root,
  place: Place,
  workspace: string | undefined,
  variables: ReadonlyMap<string, Value> = new Map(),
): RootValues {
  return rootValues(root, {
    workspace,
    variables,
    attribute: (block, name, read) => attributeIn(block, name, read, place),
  });
}

/** What is known of an attribute that no argument of the block writes. */
function attributeIn(
  { mode, type, body }: ResourceBlock,
  name: string,
  read: (expression: Expression) => Value,
  place: Place,
): Value | undefined {
  const around = mode === 'data' ? surroundings(type, name, place) : undefined;
  if (around !== undefined) return text(around);
  const named = nameArguments[type] ?? 'name';
  // The id of a queue is its name, the id of a zone is not.
  if (name !== named && !(name === 'id' && Object.hasOwn(templates, type))) return undefined;
  for (const argument of [name, named]) {
    const written = attributeOf(body, argument);
    const value = written && read(written.value);
    if (value !== undefined && value.kind !== 'null') return value;
  }
  const prefix = attributeOf(body, `${named}_prefix`);
  const start = prefix && textOf(read(prefix.value));
  return start && unknown('AWS adds to the name.', { type: 'string', notNull: true, starts: start.starts });
}

/** `data.aws_caller_identity.x.account_id` and the like: the place that was given. */
function surroundings(type: string, attribute: string, place: Place): string | undefined {
  if (type === 'aws_caller_identity' && (attribute === 'account_id' || attribute === 'id')) return place.account;
  if (type === 'aws_region' && ['name', 'id', 'region'].includes(attribute)) return place.region;
  return type === 'aws_partition' && (attribute === 'partition' || attribute === 'id') ? place.partition : undefined;
}

/** The root module with its values. */
export function rootScope(values: RootValues, place: Place): Omit<Scope, 'providers'> {
  return { module: values.scope.module, prefix: '', place, assumed: new Set(), values: values.scope };
}

/** One use of a child module, in the scope of one instance of the call. `undefined`: the module could not be read. */
export function childScope(call: ModuleCall, scope: Scope): Omit<Scope, 'providers'> | undefined {
  const values = scope.values.child(call, scope.instance ?? { key: undefined, frame: scope.values.frame });
  if (values === undefined) return undefined;
  return { module: values.module, prefix: values.prefix, place: scope.place, assumed: scope.assumed, values };
}

const frameOf = (scope: Scope): Frame => scope.instance?.frame ?? scope.values.frame;

/** The value of an expression. Defaults of the root's variables that it depends on are noted. */
function valueOf(expression: Expression, scope: Scope): Value {
  const value = evaluate(expression, frameOf(scope));
  for (const name of defaultsIn(value)) scope.assumed.add(name);
  return value;
}

function defaultsIn(value: Value): readonly string[] {
  return marksIn(deepMarks(value)).flatMap(m => (m.kind === 'variable' && m.from === 'default' ? [m.name] : []));
}

/** What is known of an expression's text; `undefined`: nothing. */
export function knownText(expression: Expression, scope: Scope): KnownText | undefined {
  return known(valueOf(expression, scope));
}

function known(value: Value): KnownText | undefined {
  const found = textOf(value);
  // What came out of a file or is sensitive stands in no policy.
  if (found === undefined || !isShowable(value) || (!found.whole && (found.starts === '' || !isNotNull(value))))
    return undefined;
  return { text: found.starts, open: !found.whole };
}

/** A name of which perhaps only the end is known: `"${random_pet.x.id}-worker"`. */
export function knownName(expression: Expression, scope: Scope): KnownText | undefined {
  const value = valueOf(expression, scope);
  const name = known(value);
  if (name !== undefined) return name;
  const ends = isNotNull(value) ? (textOf(value)?.ends ?? '') : '';
  return ends.length < shortestEnd ? undefined : { text: '', open: true, ends };
}

/** Is an expression null for sure, which is as if the argument were not there? */
export function isNull(expression: Expression, scope: Scope): boolean {
  return valueOf(expression, scope).kind === 'null';
}

/** Is there a value for sure, whatever it is? */
export function isNeverNull(expression: Expression, scope: Scope): boolean {
  return isNotNull(valueOf(expression, scope));
}

/** The scopes of a block's instances where the code tells which there are; else one that stands for each. */
export function instancesOf(body: Body, scope: Scope): readonly Scope[] {
  const found = allInstances(scope.values.root.evaluator, body, scope.values.frame);
  if (found.state === 'unknown') return [{ ...scope, instance: found.any }];
  for (const name of defaultsIn(unknown('', { marks: found.marks }))) scope.assumed.add(name);
  const [first] = found.all;
  if (first === undefined || (found.all.length === 1 && first.key === undefined)) return [scope];
  return found.all.length > maximumInstances ? [scope] : found.all.map(instance => ({ ...scope, instance }));
}

/**
 * Does the code itself say that there is no instance: `count = 0`, an empty `for_each`? Not where a variable of the root decides,
 * which the workspace may set.
 */
export function isOff(body: Body, scope: Scope): boolean {
  const found = allInstances(scope.values.root.evaluator, body, scope.values.frame);
  if (found.state === 'unknown' || found.all.length > 0) return false;
  return defaultsIn(unknown('', { marks: found.marks })).length === 0;
}

/** A resource or data source of this configuration with the scope of its module. */
export interface ResourceBehind {
  readonly resource: ResourceBlock;
  readonly scope: Scope;
  /** Which attribute of it was asked for. */
  readonly attribute: string | undefined;
}

/** The resource that an expression is about, behind variables, locals, outputs, and conditions that the code decides. */
export function resourceBehind(expression: Expression, scope: Scope): ResourceBehind | undefined {
  const found = originOf(valueOf(expression, scope));
  if (found === undefined) return undefined;
  const { scope: values } = found.of;
  // The instance is one of who asks, not of what is asked for.
  const { instance: _, ...outside } = scope;
  const module = { module: values.module, prefix: values.prefix, values };
  return { resource: found.block, scope: { ...outside, ...module }, attribute: found.attribute };
}

/** The name of the resource that a reference like `aws_sqs_queue.jobs.url` is about, whatever attribute it asks for. */
export function referencedName(expression: Expression, scope: Scope): KnownText | undefined {
  const found = originOf(valueOf(expression, scope));
  if (found === undefined) return undefined;
  const { frame } = found.of.instance;
  const value = attributeIn(found.block, 'id', e => evaluate(e, frame), scope.place);
  for (const name of value === undefined ? [] : defaultsIn(value)) scope.assumed.add(name);
  return value && known(value);
}
