import type { Expression } from '../syntax/ast';
import { follow, stepsOf } from './access';
import { call } from './calls';
import type { Cell } from './cell';
import { convert, unify } from './convert';
import { boundName, type Frame, type Reader, type Trouble } from './frame';
import { loop } from './loops';
import { joinMarks } from './marks';
import { parseNumber } from './numbers';
import { binary, isNotNull, isRefused, logical, oneOf, type Outcome, unary, unknownOf } from './operators';
import { template } from './templates';
import type { Type } from './type';

import { bool, listOf, mapOf, nothing, text, typeOf, unknown, withMarks, type Unknown, type Value } from './value';

/** Expressions nested deeper than this were written by no person. */
const maximumDepth = 500;
/** Deeper than this, what a name stands for is not evaluated inside of what asks for it, but before it. */
const deepCells = 120;
/** Members gone through and expressions looked at, for all of a root together. */
const maximumWork = 5_000_000;

const tooDeep = unknown('The expression is nested too deeply.');
const tooMuch = unknown('There is too much to evaluate.');
const waiting = unknown('The value is still being evaluated.');

/**
 * Evaluates expressions as Terraform does. What a name stands for (a cell) is evaluated once. A chain of 100,000 locals is no deeper
 * on the call stack than one of a hundred: from some depth on a cell is put off, and what asked for it is evaluated again.
 */
export class Evaluator implements Reader {
  private depth = 0;
  private done = 0;
  private trouble: Trouble = 'none';
  private wanted: Cell[] = [];
  /** Ends when what was put off is looked at. */
  private round = 0;
  /** How often something was put off. */
  private waits = 0;

  /** The value of an expression; never throws. */
  evaluate(expression: Expression, frame: Frame): Value {
    return this.settled(() => this.value(expression, frame));
  }

  /** As `evaluate`, with how sure it is that Terraform does not refuse the expression. */
  judge(expression: Expression, frame: Frame): { readonly value: Value; readonly trouble: Trouble } {
    let trouble: Trouble = 'none';
    const value = this.settled(() => {
      const tried = this.attempt(expression, frame);
      trouble = tried.trouble;
      return tried.value;
    });
    return { value, trouble };
  }

  /** Runs `read` again until every cell that it asks for is evaluated. */
  settled<T>(read: () => T): T {
    if (this.depth > 0) return read();
    for (;;) {
      this.trouble = 'none';
      const result = read();
      if (this.wanted.length === 0) return result;
      this.fill(this.takeWanted());
    }
  }

  /** Evaluates cells, and before them those that they turn out to need. */
  private fill(cells: readonly Cell[]): void {
    const stack = [...cells];
    for (let cell = stack.at(-1); cell !== undefined; cell = stack.at(-1)) {
      if (cell.state === 'done') {
        stack.pop();
        continue;
      }
      cell.state = 'new';
      this.demand(cell);
      const wanted = this.takeWanted();
      if (wanted.length === 0) {
        stack.pop();
        continue;
      }
      cell.state = 'waiting';
      stack.push(...wanted);
    }
  }

  private takeWanted(): readonly Cell[] {
    const wanted = this.wanted;
    this.wanted = [];
    this.round++;
    return wanted;
  }

  /** The value of a cell. */
  demand(cell: Cell): Value {
    if (cell.state === 'done') return cell.value;
    if (cell.state === 'open' || cell.state === 'waiting') return cell.circular;
    if (cell.putOff === this.round) return this.wait(cell);
    if (this.depth > deepCells) {
      this.wanted.push(cell);
      return this.wait(cell);
    }
    const { trouble } = this;
    const before = this.waits;
    cell.state = 'open';
    this.depth++;
    const value = cell.compute();
    this.depth--;
    this.trouble = trouble;
    if (this.waits > before) {
      cell.state = 'new';
      return this.wait(cell);
    }
    cell.state = 'done';
    cell.value = value;
    return value;
  }

  private wait(cell: Cell): Value {
    cell.putOff = this.round;
    this.waits++;
    return waiting;
  }

  work(steps: number): boolean {
    this.done += steps;
    return this.done <= maximumWork;
  }

  doubt(): void {
    if (this.trouble === 'none') this.trouble = 'possible';
  }

  refuse(why: string): Unknown {
    this.trouble = 'certain';
    return unknown(`Terraform refuses it: ${why}.`);
  }

  attempt(expression: Expression, frame: Frame): { readonly value: Value; readonly trouble: Trouble } {
    const outer = this.trouble;
    this.trouble = 'none';
    const value = this.value(expression, frame);
    const { trouble } = this;
    this.trouble = outer;
    return { value, trouble };
  }

  value(expression: Expression, frame: Frame): Value {
    if (this.depth > maximumDepth) return tooDeep;
    if (!this.work(1)) return tooMuch;
    this.depth++;
    const value = this.unnested(expression, frame);
    this.depth--;
    return value;
  }

  private unnested(expression: Expression, frame: Frame): Value {
    switch (expression.kind) {
      case 'parentheses':
        return this.value(expression.inner, frame);
      case 'template':
        return template(this, expression, frame);
      case 'tuple':
        return listOf('tuple', this.all(expression.items, frame));
      case 'object':
        return this.object(expression, frame);
      case 'for':
        return loop(this, expression, frame);
      case 'conditional':
        return this.conditional(expression, frame);
      case 'unary':
        return this.outcome(unary(expression.operator, this.value(expression.operand, frame)));
      case 'binary':
        return this.operation(expression, frame);
      case 'call':
        return call(this, expression, frame);
      case 'reference':
      case 'attribute':
      case 'index':
      case 'splat':
        return this.traversal(expression, frame);
      default:
        return this.constant(expression);
    }
  }

  private constant(
    expression: Extract<Expression, { kind: 'string' | 'number' | 'bool' | 'null' | 'missing' }>,
  ): Value {
    switch (expression.kind) {
      case 'string':
        return text(expression.value.normalize());
      case 'number':
        return parseNumber(expression.text) ?? this.refuse('That is not a number');
      case 'bool':
        return bool(expression.text === 'true');
      case 'null':
        return nothing();
      case 'missing':
        return unknown('The value is not written yet.');
    }
  }

  private all(expressions: readonly Expression[], frame: Frame): readonly Value[] {
    return expressions.map(expression => this.value(expression, frame));
  }

  private outcome(outcome: Outcome): Value {
    return isRefused(outcome) ? this.refuse(outcome) : outcome;
  }

  private object({ items }: Extract<Expression, { kind: 'object' }>, frame: Frame): Value {
    const entries = new Map<string, Value>();
    let marks;
    for (const item of items) {
      const key =
        item.keyText === undefined ? convert(this.value(item.key, frame), 'string') : text(item.keyText.normalize());
      const value = this.value(item.value, frame);
      if (key === undefined || key.kind === 'null') return this.refuse('The key of an object must be a text');
      if (key.kind !== 'string') return unknownOf([key], { notNull: true });
      marks = joinMarks(marks, key.marks);
      entries.set(key.value, value);
    }
    return mapOf('object', entries, undefined, marks);
  }

  private traversal(expression: Expression, frame: Frame): Value {
    const { base, steps } = stepsOf(expression);
    if (base.kind !== 'reference') return follow(this, this.value(base, frame), steps, frame);
    const words = base.path.split('.');
    const bound = boundName(frame.names, words[0] ?? '');
    const start = bound === undefined ? frame.scope.base(words, frame) : { value: bound, taken: 1 };
    const names = words.slice(start.taken).map(name => ({ kind: 'attribute' as const, name }));
    return follow(this, start.value, [...names, ...steps], frame);
  }

  /** `a && b && c`, however long: from the innermost operation outwards. */
  private operation(expression: Extract<Expression, { kind: 'binary' }>, frame: Frame): Value {
    const chain = [expression];
    let innermost = expression.left;
    while (innermost.kind === 'binary') {
      chain.push(innermost);
      innermost = innermost.left;
    }
    let left = this.value(innermost, frame);
    for (const { operator, right } of chain.reverse()) {
      if (operator === '&&' || operator === '||')
        left = this.outcome(logical(operator, left, () => this.value(right, frame)));
      else left = this.outcome(binary(operator, left, this.value(right, frame)));
    }
    return left;
  }

  /** `a ? b : c ? d : e`, however long. */
  private conditional(expression: Extract<Expression, { kind: 'conditional' }>, frame: Frame): Value {
    const rungs: { readonly condition: Value; readonly chosen: Value }[] = [];
    let rest: Expression = expression;
    while (rest.kind === 'conditional') {
      const condition = this.value(rest.condition, frame);
      rungs.push({ condition, chosen: this.branch(condition, true, rest.whenTrue, frame) });
      rest = rest.whenFalse;
    }
    const lastCondition = rungs.at(-1)?.condition ?? nothing();
    const last = this.branch(lastCondition, false, rest, frame);
    return rungs.reduceRight((whenFalse, { condition, chosen }) => this.choose(condition, chosen, whenFalse), last);
  }

  /** A branch that is not taken is asked for its type only: what goes wrong in it does not count. */
  private branch(condition: Value, taken: boolean, expression: Expression, frame: Frame): Value {
    const known = convert(condition, 'bool');
    if (known?.kind === 'bool' && known.value === taken) return this.value(expression, frame);
    const { value, trouble } = this.attempt(expression, frame);
    if (known?.kind !== 'bool' && trouble !== 'none') this.doubt();
    return value;
  }

  private choose(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    const type = typeOfBoth(whenTrue, whenFalse);
    if (type === undefined) return this.refuse('Both sides of a condition must have one type');
    const decided = convert(condition, 'bool');
    if (decided === undefined || decided.kind === 'null') return this.refuse('A condition must be true or false');
    const values = [whenTrue, whenFalse].map(value => convert(value, type) ?? value);
    const [first = whenTrue, second = whenFalse] = values;
    if (decided.kind === 'bool') return withMarks(decided.value ? first : second, decided.marks);
    const why = unknownOf([decided], { type, notNull: isNotNull(first) && isNotNull(second) });
    return oneOf([first, second], why);
  }
}

/** The type that a condition has; `undefined`: its sides have none in common. */
function typeOfBoth(a: Value, b: Value): Type | undefined {
  const [typeA, typeB] = [typeOf(a), typeOf(b)];
  if (a.kind === 'null' && typeA === 'dynamic') return typeB;
  if (b.kind === 'null' && typeB === 'dynamic') return typeA;
  return typeA === 'dynamic' || typeB === 'dynamic' ? 'dynamic' : unify([typeA, typeB]);
}
