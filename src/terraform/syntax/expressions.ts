import type { Expression } from './ast';
import { lineItem, RecoveringParser } from './recovery';
import { Token } from './tokens';

const maxDepth = 200;
const binaryPrecedence: Record<number, number> = {
  [Token.Or]: 1,
  [Token.And]: 2,
  [Token.EqualEqual]: 3,
  [Token.NotEqual]: 3,
  [Token.Less]: 4,
  [Token.LessEqual]: 4,
  [Token.Greater]: 4,
  [Token.GreaterEqual]: 4,
  [Token.Plus]: 5,
  [Token.Minus]: 5,
  [Token.Star]: 6,
  [Token.Slash]: 6,
  [Token.Percent]: 6,
};

/** Expressions: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions. */
export abstract class ExpressionParser extends RecoveringParser {
  protected abstract tuple(): Expression;
  protected abstract object(): Expression;

  expression(): Expression {
    if (this.expressionDepth >= maxDepth) {
      this.fail('too-deep', 'Nested too deeply');
      return this.missing();
    }
    this.expressionDepth++;
    const e = this.conditional();
    this.expressionDepth--;
    return e;
  }
  conditional(): Expression {
    const c = this.binary(1);
    if (!this.is(Token.Question)) return c;
    this.advance();
    const a = this.expression();
    if (!this.is(Token.Colon)) {
      this.fail('cond', 'Expected ":" of the conditional');
      return { kind: 'conditional', condition: c, whenTrue: a, whenFalse: this.missing(), start: c.start, end: a.end };
    }
    this.advance();
    const b = this.expression();
    return { kind: 'conditional', condition: c, whenTrue: a, whenFalse: b, start: c.start, end: b.end };
  }
  binary(min: number): Expression {
    let l = this.unary();
    for (;;) {
      const p = binaryPrecedence[this.token];
      if (p === undefined || p < min) return l;
      const op = this.text.slice(this.tokenStart, this.tokenEnd);
      this.advance();
      const r = this.binary(p + 1);
      l = { kind: 'binary', operator: op, left: l, right: r, start: l.start, end: r.end };
    }
  }
  unary(): Expression {
    if (this.is(Token.Minus) || this.is(Token.Not)) {
      const start = this.tokenStart,
        op = this.text.slice(start, this.tokenEnd);
      this.advance();
      if (this.expressionDepth >= maxDepth) {
        this.fail('too-deep', 'Nested too deeply');
        return this.missing();
      }
      this.expressionDepth++;
      const e = this.unary();
      this.expressionDepth--;
      return { kind: 'unary', operator: op, operand: e, start, end: e.end };
    }
    return this.postfix(this.term());
  }
  missing(): Expression {
    const p = this.prevEnd;
    return { kind: 'missing', start: p, end: p };
  }
  postfix(e: Expression): Expression {
    for (;;) {
      if (this.is(Token.Dot)) {
        const dot = this.tokenEnd;
        this.dotted = true;
        this.advance();
        this.dotted = false;
        if (this.is(Token.Identifier)) {
          const r = { start: this.tokenStart, end: this.tokenEnd },
            name = this.text.slice(r.start, r.end);
          e =
            e.kind === 'reference'
              ? { kind: 'reference', path: e.path + '.' + name, start: e.start, end: r.end }
              : { kind: 'attribute', on: e, name, nameSpan: r, start: e.start, end: r.end };
          this.advance();
        } else if (this.is(Token.Number)) {
          if (this.text.slice(this.tokenStart, this.tokenEnd).includes('.'))
            this.report('legacy-index', this.tokenStart, this.tokenEnd, 'Two indexes in a row need [ ]');
          e = {
            kind: 'index',
            on: e,
            key: {
              kind: 'number',
              text: this.text.slice(this.tokenStart, this.tokenEnd),
              start: this.tokenStart,
              end: this.tokenEnd,
            },
            start: e.start,
            end: this.tokenEnd,
          };
          this.advance();
        } else if (this.is(Token.Star)) {
          let x = e;
          while (x.kind === 'attribute') x = x.on;
          if (x.kind === 'splat' && !x.full)
            this.report('splat', this.tokenStart, this.tokenEnd, 'A splat inside a splat');
          e = { kind: 'splat', on: e, full: false, start: e.start, end: this.tokenEnd };
          this.advance();
        } else {
          this.fail('attr-name', 'A name is needed after "."');
          return { ...e, end: dot };
        }
      } else if (this.is(Token.LeftBracket)) {
        const outer = this.newlines,
          open = this.tokenStart,
          ind = this.recovering ? this.lineIndent(open) : 0;
        this.newlines = false;
        this.advance();
        if (this.is(Token.Star)) {
          const save = this.offset,
            end0 = this.tokenEnd;
          this.advance();
          if (this.is(Token.RightBracket)) {
            const end = this.tokenEnd;
            this.newlines = outer;
            this.advance();
            e = { kind: 'splat', on: e, full: true, start: e.start, end };
            continue;
          }
          this.offset = save;
          this.tokenEnd = end0;
          this.fail('splat', 'Expected "]"');
          this.advance();
          this.toCloser(Token.RightBracket, outer, open, ind);
          return { kind: 'splat', on: e, full: true, start: e.start, end: end0 };
        }
        const key = this.expression();
        const end = this.tokenEnd;
        if (!this.close(Token.RightBracket, outer, open, ind))
          return { kind: 'index', on: e, key, start: e.start, end: key.end };
        e = { kind: 'index', on: e, key, start: e.start, end: this.closedAt ?? end };
      } else return e;
    }
  }
  /** Expect the closer; on anything else report and look for it. */
  close(c: Token, outer: boolean, open: number, indent: number): boolean {
    if (this.is(c) && (c !== Token.RightBrace || this.closes(indent))) {
      this.closedAt = this.tokenEnd;
      this.newlines = outer;
      this.advance();
      return true;
    }
    if (!this.is(Token.End) && !this.is(Token.RightBrace))
      this.fail('expected', `Expected "${c === Token.RightBrace ? '}' : c === Token.RightBracket ? ']' : ')'}"`);
    const ok = this.toCloser(c, outer, open, indent);
    this.closedAt = this.prevEnd;
    return ok;
  }
  term(): Expression {
    const start = this.tokenStart;
    switch (this.token) {
      case Token.Identifier: {
        const end = this.tokenEnd,
          text = this.text.slice(start, end);
        this.advance();
        if (this.is(Token.LeftParen) || this.is(Token.ColonColon)) return this.call(start, end);
        if (text === 'true' || text === 'false') return { kind: 'bool', text, start, end };
        if (text === 'null') return { kind: 'null', text, start, end };
        return { kind: 'reference', path: text, start, end };
      }
      case Token.Number: {
        const e: Expression = {
          kind: 'number',
          text: this.text.slice(start, this.tokenEnd),
          start,
          end: this.tokenEnd,
        };
        this.advance();
        return e;
      }
      case Token.Quote:
        return this.template(false);
      case Token.Heredoc:
        return this.template(true);
      case Token.LeftParen: {
        const outer = this.newlines,
          ind = this.recovering ? this.lineIndent(start) : 0;
        this.newlines = false;
        this.advance();
        const e = this.expression();
        this.close(Token.RightParen, outer, start, ind);
        return { kind: 'parentheses', inner: e, start, end: this.closedAt };
      }
      case Token.LeftBracket:
        return this.tuple();
      case Token.LeftBrace:
        return this.object();
      default:
        break;
    }
    this.fail('expr', 'Expected an expression');
    return this.missing();
  }
  call(start: number, end: number): Expression {
    while (this.is(Token.ColonColon)) {
      this.advance();
      if (!this.is(Token.Identifier)) {
        this.fail('call', 'Expected a function name after "::"');
        return {
          kind: 'call',
          name: this.text.slice(start, end),
          nameSpan: { start, end },
          args: [],
          expand: false,
          start,
          end,
        };
      }
      end = this.tokenEnd;
      this.advance();
    }
    const name = this.text.slice(start, end),
      nameSpan = { start, end };
    const args: Expression[] = [];
    let expand = false;
    if (!this.is(Token.LeftParen)) {
      this.fail('call', 'Expected "("');
      return { kind: 'call', name, nameSpan, args, expand, start, end };
    }
    const outer = this.newlines,
      open = this.tokenStart,
      ind = this.recovering ? this.lineIndent(open) : 0;
    this.newlines = false;
    this.advance();
    while (!this.is(Token.RightParen) && !this.is(Token.End)) {
      const e = this.expression();
      if (this.isLostItem(e, Token.RightParen, args.at(-1)?.end ?? open + 1)) break;
      args.push(e);
      if (this.failed) break;
      if (this.is(Token.Comma)) {
        this.advance();
        continue;
      }
      if (this.is(Token.Ellipsis)) {
        expand = true;
        this.advance();
      }
      break;
    }
    this.close(Token.RightParen, outer, open, ind);
    return { kind: 'call', name, nameSpan, args, expand, start, end: this.closedAt };
  }
  /** In an unclosed [ or (: was `e` really the name of the next argument or block? Then go back before it. */
  isLostItem(e: Expression, closer: Token, prev: number): boolean {
    if (this.is(Token.Comma) || this.is(closer) || e.kind !== 'reference' || !this.firstOnLine(e.start)) return false;
    lineItem.lastIndex = e.start;
    if (!lineItem.test(this.text)) return false;
    this.failed = false;
    this.offset = e.start;
    this.tokenEnd = prev;
    this.advance();
    return true;
  }
}
