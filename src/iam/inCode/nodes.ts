import type { Span } from '../../core/text';
import type { Expression } from '../../terraform/syntax/ast';
import {
  assumedVariables,
  convert,
  evaluate,
  type Frame,
  isList,
  isMap,
  isShowable,
  type Unknown,
  type Value,
} from '../../terraform/values';
import type { PolicyEntry, PolicyNode } from '../policy/node';
import type { Marker } from './marker';

const at = ({ start, end }: Span): Span => ({ start, end });

/** Where an expression that a policy names stands: its node, or `undefined` where its value is to be asked for. */
export type Located = (path: string, depth: number) => PolicyNode | undefined;

/** Functions that make one list of lists. */
const lists: ReadonlySet<string> = new Set([
  'concat',
  'distinct',
  'compact',
  'flatten',
  'sort',
  'tolist',
  'toset',
  'setunion',
]);

/**
 * Expressions of Terraform code as trees of policies. What is written out keeps its places; what is worked out (functions, loops,
 * variables, locals of other files) is asked of the evaluator, and stands where the expression stands.
 */
export class PolicyNodes {
  constructor(
    private readonly source: string,
    private readonly marker: Marker,
    private readonly located: Located,
  ) {}

  written(span: Span): string {
    return this.source.slice(span.start, span.end);
  }

  node(expression: Expression, frame: Frame, depth = 0): PolicyNode {
    const span = at(expression);
    if (depth > 20) return this.unknown(span);
    switch (expression.kind) {
      case 'parentheses':
        return this.node(expression.inner, frame, depth + 1);
      case 'null':
        return { kind: 'literal', value: null, ...span };
      case 'string':
        return { kind: 'string', value: expression.value, ...span };
      case 'tuple':
        return { kind: 'array', items: expression.items.flatMap(item => this.items(item, frame, depth + 1)), ...span };
      case 'object':
        return this.object(expression, frame, depth);
      case 'template':
        return this.template(expression, frame);
      case 'conditional':
        return this.conditional(expression, frame, depth);
      case 'call':
        return this.call(expression, frame, depth);
      case 'reference':
        return this.located(expression.path, depth) ?? this.valueOf(expression, frame);
      default:
        return this.valueOf(expression, frame);
    }
  }

  /** What an item of a list adds to it: a condition that is not decided may add either of its texts, or nothing that counts. */
  private items(item: Expression, frame: Frame, depth: number): readonly PolicyNode[] {
    const node = this.node(item, frame, depth);
    if (inner(item).kind === 'conditional' && node.kind === 'array') return node.items;
    // Before Terraform 0.12 a list of a variable was written `["${var.names}"]`.
    if (item.kind === 'template' && node.kind === 'array') return node.items;
    // A null that was worked out is one that some caller, or some default, would not give.
    return [node.kind === 'literal' && node.value === null && item.kind !== 'null' ? this.unknown(at(item)) : node];
  }

  /** A value as a node of a place; what is not known in it is written with marks. */
  value(value: Value, span: Span, expression?: Expression): PolicyNode {
    const written = this.written(span);
    if (!isShowable(value)) return this.unknown(span);
    if (value.kind === 'null') {
      // A variable whose default is null may be given a value.
      if (assumedVariables(value).length > 0) return this.partly(expression, written, span);
      return { kind: 'literal', value: null, ...span };
    }
    if (isList(value)) {
      const items = value.items.map(item => (item.kind === 'null' ? this.unknown(span) : this.value(item, span)));
      // A variable may be given another value than its default; a list that comes out empty stands for what nobody has given yet.
      const isOpen = assumedVariables(value).length > 0 || items.length === 0;
      const open = isOpen ? [this.unknown(span)] : [];
      return { kind: 'array', items: [...items, ...open], ...span };
    }
    if (isMap(value)) {
      const entries = [...value.entries].map(([key, item]): PolicyEntry => ({
        key,
        keySpan: span,
        value: this.value(item, span),
      }));
      return { kind: 'object', entries, ...span };
    }
    if (value.kind === 'unknown') return this.unknownValue(value, span, expression, written);
    const text = convert(value, 'string');
    // An empty text that was worked out stands for what is not made, or not given.
    if (text?.kind !== 'string' || text.value === '') return this.partly(expression, written, span);
    if (endsInEmpty(text.value, value))
      return this.marker.node(`${text.value}${this.marker.mark(undefined, written)}`, written, span);
    return { kind: 'string', value: text.value, ...span };
  }

  private unknown(span: Span): PolicyNode {
    return { kind: 'unknown', text: this.written(span), ...span };
  }

  private unknownValue(value: Unknown, span: Span, expression: Expression | undefined, written: string): PolicyNode {
    if (value.member !== undefined) return { kind: 'array', items: [this.value(value.member, span)], ...span };
    if (value.pieces !== undefined) {
      const text = this.textOf(value, undefined, written);
      const more = endsInEmpty(text, value) ? this.marker.mark(undefined, written) : '';
      return this.marker.node(`${text}${more}`, written, span);
    }
    if (value.type !== 'string' && value.type !== 'dynamic') return this.unknown(span);
    return this.partly(expression, written, span, value);
  }

  /** One text of which nothing is known but what its name tells, and how it begins and ends. */
  private partly(expression: Expression | undefined, written: string, span: Span, value?: Unknown): PolicyNode {
    const { starts, ends } = value ?? {};
    if (starts !== undefined || ends !== undefined)
      return this.marker.node(
        `${starts ?? ''}${this.marker.mark(expression, written)}${starts === undefined ? (ends ?? '') : ''}`,
        written,
        span,
      );
    const whole =
      expression === undefined || value?.type === 'dynamic' ? undefined : this.marker.whole(expression, written);
    const named = whole ?? (expression === undefined ? undefined : this.namedText(expression, written));
    return named === undefined ? this.unknown(span) : this.marker.node(named, written, span);
  }

  /** `aws_s3_bucket.x.arn` is one text, whatever the evaluator knows of the block; `var.names` may be a list. */
  private namedText(expression: Expression, written: string): string | undefined {
    return expression.kind === 'reference' && /\.(?:arn|id|name|json)$/.test(written)
      ? this.marker.whole(expression, written)
      : undefined;
  }

  /** The text of a value with marks; `fallback` is what a piece is called that has no expression of its own. */
  private textOf(value: Value, expression: Expression | undefined, fallback: string): string {
    if (value.kind !== 'unknown') {
      const text = convert(value, 'string');
      const isKnown =
        text?.kind === 'string' && isShowable(value) && !(text.value === '' && assumedVariables(value).length > 0);
      return isKnown ? text.value : this.marker.mark(expression, fallback);
    }
    if (value.pieces === undefined) return this.marker.mark(expression, fallback);
    let unnamed = 0;
    return value.pieces
      .map(piece => (typeof piece === 'string' ? piece : this.marker.mark(undefined, pieceName(piece, unnamed++))))
      .join('');
  }

  private template(expression: Extract<Expression, { kind: 'template' }>, frame: Frame): PolicyNode {
    const span = at(expression);
    const written = this.written(span);
    if (expression.parts.some(part => part.kind === 'directive'))
      return this.value(evaluate(expression, frame), span, expression);
    const [only] = expression.parts;
    if (expression.parts.length === 1 && only?.kind === 'interpolation') return this.node(only.expression, frame);
    const text = expression.parts
      .map(part => {
        if (part.kind === 'text') return part.value;
        if (part.kind === 'directive') return '';
        return this.textOf(evaluate(part.expression, frame), part.expression, this.written(part.expression));
      })
      .join('');
    return /[\uE000-\uE002]/.test(text)
      ? this.marker.node(text, written, span)
      : { kind: 'string', value: text, ...span };
  }

  private object(expression: Extract<Expression, { kind: 'object' }>, frame: Frame, depth: number): PolicyNode {
    const entries = new Map<string, PolicyEntry>();
    for (const item of expression.items) {
      const key = item.keyText ?? this.keyOf(item.key, frame);
      if (key === undefined) continue;
      // Of two items with one key Terraform takes the last.
      entries.delete(key);
      entries.set(key, { key, keySpan: at(item.key), value: this.node(item.value, frame, depth + 1) });
    }
    return { kind: 'object', entries: [...entries.values()], ...at(expression) };
  }

  private keyOf(key: Expression, frame: Frame): string | undefined {
    const node = this.node(key, frame);
    return node.kind === 'string' ? node.value : node.kind === 'unknown' ? node.shape : undefined;
  }

  /** Decided by the code: one branch. Else both, and what else there may be. */
  private conditional(
    expression: Extract<Expression, { kind: 'conditional' }>,
    frame: Frame,
    depth: number,
  ): PolicyNode {
    const condition = convert(evaluate(expression.condition, frame), 'bool');
    const decided = condition?.kind === 'bool' && assumedVariables(condition).length === 0;
    if (decided) return this.node(condition.value ? expression.whenTrue : expression.whenFalse, frame, depth + 1);
    const branches = [expression.whenTrue, expression.whenFalse].map(e => this.node(e, frame, depth + 1));
    const span = at(expression);
    const items = branches.flatMap(n => (n.kind === 'array' ? n.items : isNothing(n) ? [] : [n]));
    return { kind: 'array', items: [...items, this.unknown(span)], ...span };
  }

  private call(expression: Extract<Expression, { kind: 'call' }>, frame: Frame, depth: number): PolicyNode {
    const span = at(expression);
    if (expression.name === 'merge') return this.merged(expression, frame, depth);
    if (!lists.has(expression.name)) return this.valueOf(expression, frame);
    const items = expression.args.flatMap(arg => flat(this.node(arg, frame, depth + 1), expression.name === 'flatten'));
    const kept = expression.name === 'compact' ? items.filter(n => !(n.kind === 'string' && n.value === '')) : items;
    return { kind: 'array', items: kept, ...span };
  }

  /** `merge` of objects that are known: a later one wins. */
  private merged(expression: Extract<Expression, { kind: 'call' }>, frame: Frame, depth: number): PolicyNode {
    const entries = new Map<string, PolicyEntry>();
    for (const arg of expression.args) {
      const node = this.node(arg, frame, depth + 1);
      if (node.kind !== 'object') return this.unknown(at(expression));
      for (const e of node.entries) entries.set(e.key, e);
    }
    return { kind: 'object', entries: [...entries.values()], ...at(expression) };
  }

  private valueOf(expression: Expression, frame: Frame): PolicyNode {
    return this.value(evaluate(expression, frame), at(expression), expression);
  }
}

/** `table/`, where a variable with an empty default comes last: a caller gives the name. */
const endsInEmpty = (text: string, value: Value): boolean => /[:/]$/.test(text) && assumedVariables(value).length > 0;

/** Of two branches the one that stands for nothing. */
const isNothing = (n: PolicyNode): boolean =>
  (n.kind === 'literal' && n.value === null) || (n.kind === 'string' && n.value === '');

const inner = (expression: Expression): Expression =>
  expression.kind === 'parentheses' ? inner(expression.inner) : expression;

function flat(node: PolicyNode, deep: boolean): readonly PolicyNode[] {
  if (node.kind !== 'array') return [node];
  return deep ? node.items.flatMap(item => flat(item, true)) : node.items;
}

const pieceName = (piece: Unknown, index: number): string =>
  /^(?:(?:var|local|data|module|each)\.)?[\w.[\]"-]+/.exec(piece.why)?.[0] ?? `…${index}`;
