import type { FileText } from '../model';
import type { Expression } from '../syntax/ast';
import type { Unknown, Value } from './value';

/** Where an expression stands: its module, and what `each`, `count`, and the names of a `for` are there. */
export interface Frame {
  readonly scope: Scope;
  readonly each?: { readonly key: Value; readonly value: Value } | undefined;
  readonly count?: Value | undefined;
  readonly names?: BoundName | undefined;
  /** The file, for places. */
  readonly file?: string | undefined;
}

/** The names of loops, innermost first. */
export interface BoundName {
  readonly name: string;
  readonly value: Value;
  readonly outer: BoundName | undefined;
}

/** One use of a module, as expressions see it. */
export interface Scope {
  /** What the words of a dotted name begin with, and how many of them that takes: `var.x.y` is `var.x`, and `y` is left. */
  base(words: readonly string[], frame: Frame): { readonly value: Value; readonly taken: number };
  /** An attribute of a block that `Unknown.block` tells of. */
  attribute(on: Unknown, name: string): Value;
  /** One instance of such a block, where only their number is not known. */
  instance(on: Unknown, key: Value | undefined): Value;
  /** A file as the functions of files name it: its text, or why it cannot be known. */
  readFile(path: string): FileText;
}

/** What the parts of the evaluator need of it. */
export interface Reader {
  value(expression: Expression, frame: Frame): Value;
  /** As `value`, with how sure it is that Terraform gets there too: the trouble stays inside. */
  attempt(expression: Expression, frame: Frame): { readonly value: Value; readonly trouble: Trouble };
  /** Terraform refuses this. */
  refuse(why: string): Unknown;
  /** Terraform may refuse this, as what is not known decides. */
  doubt(): void;
  /** Counts steps of a loop; false when the work of evaluating has become too much. */
  work(steps: number): boolean;
}

export type Trouble = 'none' | 'possible' | 'certain';

export function boundName(names: BoundName | undefined, name: string): Value | undefined {
  for (let bound = names; bound !== undefined; bound = bound.outer) if (bound.name === name) return bound.value;
  return undefined;
}
