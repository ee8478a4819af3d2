import type { Module, Root } from '../model';
import type { Expression } from '../syntax/ast';
import { convert } from './convert';
import type { Frame } from './frame';
import { marksIn } from './marks';
import { edges } from './operators';
import { RootValues, type ValueOptions } from './root';
import type { ModuleScope } from './scope';
import { deepMarks, type Value } from './value';

export function rootValues(
  root: Pick<Root, 'dir' | 'module' | 'modules' | 'tfvars' | 'texts'>,
  options: ValueOptions = {},
): RootValues {
  return new RootValues(root, options);
}

/** The values of one folder by itself: what its callers give to its variables is not known, defaults are. */
export function moduleValues(module: Module, options: ValueOptions = {}): RootValues {
  return new RootValues({ dir: module.dir, module, modules: [module], tfvars: [] }, options);
}

/** What an expression is worth in a frame: that of a module (`scope.frame`), or of an instance of one of its blocks. */
export function evaluate(expression: Expression, frame: Frame): Value {
  // Every frame is made by a scope of a root.
  return (frame.scope as ModuleScope).root.evaluator.evaluate(expression, frame);
}

/** The text that a value has as a string; `undefined` where it is not known, or none. */
export function stringOf(value: Value): string | undefined {
  const converted = convert(value, 'string');
  return converted?.kind === 'string' ? converted.value : undefined;
}

/** What is known of a text: all of it, or how it begins and ends. */
export interface KnownText {
  readonly starts: string;
  readonly ends: string;
  /** Known from end to end: `starts` is all of it. */
  readonly whole: boolean;
}

/** The value as a text; `undefined`: it is null or can be none. */
export function textOf(value: Value): KnownText | undefined {
  const converted = convert(value, 'string');
  const sides = converted === undefined ? undefined : edges(converted);
  return sides && { ...sides, whole: converted?.kind === 'string' };
}

/** Variables of the root that the value depends on and that a workspace may set otherwise: their default or tfvars value was taken. */
export function assumedVariables(value: Value): readonly string[] {
  const names = marksIn(deepMarks(value)).flatMap(mark =>
    mark.kind === 'variable' && mark.from !== 'given' ? [mark.name] : [],
  );
  return [...new Set(names)].sort();
}

/** May the value be shown? Not what is sensitive or came out of a file. */
export function isShowable(value: Value): boolean {
  return !marksIn(deepMarks(value)).some(mark => mark.kind === 'sensitive' || mark.kind === 'file');
}
