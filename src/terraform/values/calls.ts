import type { Expression } from '../syntax/ast';
import { convert, unify } from './convert';
import type { Frame, Reader } from './frame';
import { definitionOf } from './functions';
import type { Accepts, Context, Definition, Parameter } from './functions/definition';
import { joinMarks } from './marks';
import { isRefused, oneOf, unknownOf } from './operators';
import { bool, deepMarks, isList, isWhole, typeOf, unknown, withMarks, type Value } from './value';

type Call = Extract<Expression, { kind: 'call' }>;

export function call(reader: Reader, expression: Call, frame: Frame): Value {
  const { args } = expression;
  const name = expression.name.replace(/^core::/, '');
  switch (name) {
    case 'try':
      return tried(reader, args, frame);
    case 'can':
      return can(reader, args[0], frame);
    default: {
      const given = argumentsOf(reader, expression, frame);
      if (!Array.isArray(given)) return given as Value;
      return name === 'coalesce' ? coalesce(reader, given) : applied(reader, name, given, frame);
    }
  }
}

/** The arguments, with a list before `...` spread out; a value where their number is not known. */
function argumentsOf(reader: Reader, { args, expand }: Call, frame: Frame): readonly Value[] | Value {
  const values = args.map(argument => reader.value(argument, frame));
  const last = values.at(-1);
  if (!expand || last === undefined) return values;
  if (isList(last)) return [...values.slice(0, -1), ...last.items.map(item => withMarks(item, last.marks))];
  if (last.kind !== 'unknown') return reader.refuse('Only a list can be spread out as arguments');
  reader.doubt();
  return unknownOf([last], {});
}

/** The first argument that Terraform does not refuse. */
function tried(reader: Reader, args: readonly Expression[], frame: Frame): Value {
  for (const [i, argument] of args.entries()) {
    const { value, trouble } = reader.attempt(argument, frame);
    if (trouble === 'certain') continue;
    if (trouble === 'none') return value;
    const others = args
      .slice(i + 1)
      .map(other => reader.attempt(other, frame))
      .filter(o => o.trouble !== 'certain');
    if (others.every(o => o.trouble !== 'none')) reader.doubt();
    return oneOf([value, ...others.map(o => o.value)], unknownOf([value], {}));
  }
  return reader.refuse('No argument of "try" can be evaluated');
}

function can(reader: Reader, argument: Expression | undefined, frame: Frame): Value {
  if (argument === undefined) return reader.refuse('"can" takes one argument');
  const { value, trouble } = reader.attempt(argument, frame);
  const marks = deepMarks(value);
  if (trouble !== 'possible') return bool(trouble === 'none', marks);
  return unknownOf(
    [value.kind === 'unknown' ? value : unknown('What is not known decides whether it can be evaluated.')],
    { type: 'bool', notNull: true, marks },
  );
}

/** The first argument that is neither null nor an empty text. */
function coalesce(reader: Reader, args: readonly Value[]): Value {
  const type = unify(args.map(typeOf));
  if (type === undefined) return reader.refuse('The arguments of "coalesce" must have one type');
  const possible: Value[] = [];
  let marks;
  for (const argument of args) {
    const value = convert(argument, type) ?? argument;
    marks = joinMarks(marks, value.marks);
    if (value.kind === 'null' || (value.kind === 'string' && value.value === '')) continue;
    possible.push(value.kind === 'unknown' ? { ...value, notNull: true } : value);
    const isSure =
      value.kind !== 'unknown' ||
      (value.notNull && (type !== 'string' ? type !== 'dynamic' : (value.starts ?? value.ends) !== undefined));
    if (!isSure) continue;
    return possible.length === 1
      ? withMarks(possible[0] ?? value, marks)
      : oneOf(possible, unknownOf(possible, { type, notNull: true, marks }));
  }
  if (possible.length === 0) return reader.refuse('All arguments of "coalesce" are null or empty');
  reader.doubt();
  return oneOf(possible, unknownOf(possible, { type, notNull: true, marks }));
}

function applied(reader: Reader, name: string, given: readonly Value[], frame: Frame): Value {
  const definition = definitionOf(name);
  if (definition === undefined) {
    reader.doubt();
    return unknown(`The function ${name.slice(0, 60)} is evaluated only by Terraform.`);
  }
  const { takes, more } = definition;
  if (given.length < takes.length - (definition.optional ?? 0) || (more === undefined && given.length > takes.length))
    return reader.refuse(`The function ${name} has a wrong number of arguments`);
  const args: Value[] = [];
  let open = false;
  for (const [i, value] of given.entries()) {
    const parameter = takes[i] ?? more;
    if (parameter === undefined) continue;
    const accepted = accept(parameter, value);
    if (accepted === undefined) return reader.refuse(`An argument of the function ${name} does not fit`);
    args.push(accepted);
    open ||= isTooOpen(accepted, parameter.accepts);
  }
  if (open) {
    if (definition.total !== true) reader.doubt();
    const type = typeof definition.gives === 'function' ? definition.gives(args) : definition.gives;
    return unknownOf(
      args.filter(value => !isWhole(value)),
      { type, notNull: definition.mayBeNull !== true, marks: marksFor(definition, args) },
    );
  }
  const context: Context = { reader, frame };
  const outcome = definition.apply(args, context);
  return isRefused(outcome) ? reader.refuse(outcome) : withMarks(outcome, marksFor(definition, args));
}

function accept({ type, nullable }: Parameter, value: Value): Value | undefined {
  if (value.kind === 'null' && nullable !== true) return undefined;
  return convert(value, type);
}

function isTooOpen(value: Value, accepts: Accepts | undefined): boolean {
  return accepts === 'any' ? false : accepts === 'parts' ? value.kind === 'unknown' : !isWhole(value);
}

function marksFor({ keeps }: Definition, args: readonly Value[]): ReturnType<typeof deepMarks> {
  let marks;
  for (const value of args) marks = joinMarks(marks, keeps === true ? value.marks : deepMarks(value));
  return marks;
}
