import type { FileText, Module, ResourceBlock, Root } from '../model';
import type { Expression } from '../syntax/ast';
import type { Evaluator } from './evaluate';
import type { Mark, Marks } from './marks';
import type { Value } from './value';

/** What the modules of one root share. */
export interface Surroundings {
  readonly root: Pick<Root, 'dir'>;
  readonly evaluator: Evaluator;
  moduleAt(dir: string): Module | undefined;
  /** What a variable of the root is set to, before its default. */
  given(
    name: string,
    literal: (expression: Expression) => Value,
  ): { readonly value: Value; readonly from: 'given' | 'tfvars' } | undefined;
  workspace(name: string): Value;
  readFile(path: string): FileText;
  /** One object a mark, so that sets of them join in no time. */
  mark(mark: Mark): Marks;
  /** What else is known of an attribute of a resource or data source. */
  attribute(block: ResourceBlock, name: string, read: (expression: Expression) => Value): Value | undefined;
}
