import type { Expression } from './ast';
import type { Span } from '../../core/text';
import { maxDepth, RecoveringParser } from './recovery';
import { normalized, Token } from './tokens';

/** How many operators, indexes or conditions may follow each other: trees stay shallow enough for those who walk them. */
const maxChain = 1000;

const precedences = new Map<Token, number>([
  [Token.Or, 1],
  [Token.And, 2],
  [Token.EqualEqual, 3],
  [Token.NotEqual, 3],
  [Token.Less, 4],
  [Token.LessEqual, 4],
  [Token.Greater, 4],
  [Token.GreaterEqual, 4],
  [Token.Plus, 5],
  [Token.Minus, 5],
  [Token.Star, 6],
  [Token.Slash, 6],
  [Token.Percent, 6],
]);

/** Expressions: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions. */
export abstract class ExpressionParser extends RecoveringParser {
  protected abstract tuple(): Expression;
  protected abstract object(): Expression;

  protected expression(): Expression {
    if (this.depth >= maxDepth) return this.skipExpression();
    this.depth++;
    const expression = this.conditional();
    this.depth--;
    return expression;
  }

  /** `a ? b : c ? d : e` is read as a ladder and folded from its end. */
  private conditional(): Expression {
    const rungs: { condition: Expression; whenTrue: Expression }[] = [];
    let last = this.binary(1);
    while (this.is(Token.Question)) {
      this.advance();
      const whenTrue = this.expression();
      const condition = last;
      if (this.is(Token.Colon)) {
        this.advance();
        last = this.binary(1);
      } else {
        this.fail('conditional', 'A conditional needs ":" here');
        last = this.missing();
      }
      if (rungs.length < maxChain) rungs.push({ condition, whenTrue });
      else this.sayTooDeep(condition.start, condition.end);
    }
    const end = Math.max(last.end, rungs.at(-1)?.whenTrue.end ?? 0);
    return rungs.reduceRight<Expression>(
      (whenFalse, rung) => ({ kind: 'conditional', ...rung, whenFalse, start: rung.condition.start, end }),
      last,
    );
  }

  /** Operators of at least this precedence; equal ones bind to the left. */
  private binary(least: number): Expression {
    let left = this.unary();
    for (let length = 0; ; length++) {
      const precedence = precedences.get(this.token);
      if (precedence === undefined || precedence < least) return left;
      const operator = this.text.slice(this.tokenStart, this.tokenEnd);
      this.advance();
      const right = this.binary(precedence + 1);
      const end = Math.max(left.end, right.end);
      if (length < maxChain) left = { kind: 'binary', operator, left, right, start: left.start, end };
      else {
        this.sayTooDeep(right.start, right.end);
        left = { ...left, end };
      }
    }
  }

  private unary(): Expression {
    const operators: { operator: string; start: number }[] = [];
    while (this.is(Token.Minus) || this.is(Token.Not)) {
      const { tokenStart: start, tokenEnd } = this;
      if (operators.length < maxChain) operators.push({ operator: this.text.slice(start, tokenEnd), start });
      else this.sayTooDeep(start, tokenEnd);
      this.advance();
    }
    const operand = this.postfix(this.term());
    return operators.reduceRight<Expression>(
      (inner, { operator, start }) => ({ kind: 'unary', operator, operand: inner, start, end: inner.end }),
      operand,
    );
  }

  private postfix(term: Expression): Expression {
    let on = term;
    let length = 0;
    while (this.is(Token.Dot) || this.is(Token.LeftBracket)) {
      const failed = this.failed;
      this.failed = false;
      const next: Expression = this.is(Token.Dot) ? this.dotted(on) : this.indexed(on);
      const isBroken = this.failed;
      this.failed ||= failed;
      if (next.kind === 'reference' || length++ < maxChain) on = next;
      else {
        this.sayTooDeep(next.start, next.start + 1);
        on = { ...on, end: next.end };
      }
      if (isBroken) return on;
    }
    return on;
  }

  private dotted(on: Expression): Expression {
    const dotEnd = this.tokenEnd;
    this.advance();
    const span: Span = { start: this.tokenStart, end: this.tokenEnd };
    const { start } = on;
    const { end } = span;
    const text = this.text.slice(span.start, span.end);
    if (this.is(Token.Identifier)) {
      this.advance();
      const name = normalized(text);
      if (on.kind === 'reference') return { kind: 'reference', path: `${on.path}.${name}`, start, end };
      return { kind: 'attribute', on, name, nameSpan: span, start, end };
    }
    if (this.is(Token.Number)) {
      if (text.includes('.')) this.report('legacy-index', span.start, end, 'Two indexes in a row need [ ]');
      this.advance();
      return { kind: 'index', on, key: { kind: 'number', text, ...span }, start, end };
    }
    if (this.is(Token.Star)) {
      if (endsInSplat(on)) this.report('splat', span.start, end, 'A ".*" inside of another ".*" is not possible');
      this.advance();
      return { kind: 'splat', on, full: false, start, end };
    }
    this.fail('attribute-name', 'A name is needed after "."');
    if (on.kind === 'reference') return { ...on, end: dotEnd };
    return { kind: 'attribute', on, name: '', nameSpan: { start: dotEnd, end: dotEnd }, start, end: dotEnd };
  }

  private indexed(on: Expression): Expression {
    const opened = this.open(false);
    if (this.is(Token.Star)) {
      this.advance();
      const end = this.close(opened);
      if (opened.outerNewlines && this.text.slice(opened.start, end).includes('\n'))
        this.report('splat', opened.start, end, '"[*]" must be on one line');
      return { kind: 'splat', on, full: true, start: on.start, end };
    }
    const key = this.expression();
    return { kind: 'index', on, key, start: on.start, end: this.close(opened) };
  }

  private term(): Expression {
    const { tokenStart: start, tokenEnd: end } = this;
    switch (this.token) {
      case Token.Identifier:
        return this.named();
      case Token.Number:
        this.advance();
        return { kind: 'number', text: this.text.slice(start, end), start, end };
      case Token.Quote:
      case Token.Heredoc:
        return this.template();
      case Token.LeftParen: {
        const opened = this.open(false);
        const inner = this.expression();
        return { kind: 'parentheses', inner, start, end: this.close(opened) };
      }
      case Token.LeftBracket:
        return this.tuple();
      case Token.LeftBrace:
        return this.object();
      default:
        this.fail('expression', 'A value is needed here');
        return this.missing();
    }
  }

  private named(): Expression {
    const { tokenStart: start, tokenEnd: end } = this;
    const text = this.text.slice(start, end);
    this.advance();
    if (this.is(Token.LeftParen) || this.is(Token.ColonColon)) return this.call(start, end);
    if (text === 'true' || text === 'false') return { kind: 'bool', text, start, end };
    if (text === 'null') return { kind: 'null', text, start, end };
    return { kind: 'reference', path: normalized(text), start, end };
  }

  /** `name(…)` and `provider::name::function(…)`, behind the first name. */
  private call(start: number, firstEnd: number): Expression {
    let nameEnd = firstEnd;
    while (this.is(Token.ColonColon)) {
      this.advance();
      if (!this.is(Token.Identifier)) {
        this.fail('call', 'A function name is needed after "::"');
        break;
      }
      nameEnd = this.tokenEnd;
      this.advance();
    }
    const nameSpan = { start, end: nameEnd };
    const name = this.text.slice(start, nameEnd).replace(/\s/g, '');
    if (!this.is(Token.LeftParen)) {
      this.fail('call', '"(" is needed after a function name');
      return { kind: 'call', name, nameSpan, args: [], expand: false, start, end: nameEnd };
    }
    const opened = this.open(false);
    const args = this.elements(Token.RightParen, opened.start + 1);
    const expand = this.is(Token.Ellipsis) && args.length > 0;
    if (expand) this.advance();
    return { kind: 'call', name, nameSpan, args, expand, start, end: this.close(opened) };
  }

  /** What stands between ( ) or [ ], with commas between. */
  protected elements(closer: Token, contentStart: number): Expression[] {
    const elements: Expression[] = [];
    while (!this.is(closer) && !this.is(Token.End)) {
      const element = this.expression();
      if (this.isLostItem(element, closer)) {
        this.stepBack(element.start, elements.at(-1)?.end ?? contentStart);
        break;
      }
      elements.push(element);
      if (this.failed || !this.is(Token.Comma)) break;
      this.advance();
    }
    return elements;
  }

  /** In an unclosed [ or (: was `element` really the name of the next argument or block? */
  private isLostItem(element: Expression, closer: Token): boolean {
    if (this.is(Token.Comma) || this.is(closer) || element.kind !== 'reference') return false;
    return this.layout?.isItemLine(element.start) ?? false;
  }
}

function endsInSplat(expression: Expression): boolean {
  let inner = expression;
  while (inner.kind === 'attribute') inner = inner.on;
  return inner.kind === 'splat' && !inner.full;
}
