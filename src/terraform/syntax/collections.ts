import type { Expression, ObjectItem } from './ast';
import { ExpressionParser } from './expressions';
import { Token } from './tokens';

/** An item while it is read. */
type Building<T> = { -readonly [K in keyof T]: T[K] };

/** Tuples, objects, and `for` in either kind of bracket. */
export abstract class CollectionParser extends ExpressionParser {
  tuple(): Expression {
    const start = this.tokenStart,
      outer = this.newlines,
      ind = this.recovering ? this.lineIndent(start) : 0;
    this.newlines = false;
    this.advance();
    if (this.isWord('for')) return this.forExpr(start, outer, Token.RightBracket, ind);
    const items: Expression[] = [];
    while (!this.is(Token.RightBracket) && !this.is(Token.End)) {
      const e = this.expression();
      if (this.isLostItem(e, Token.RightBracket, items.at(-1)?.end ?? start + 1)) break;
      items.push(e);
      if (this.failed || !this.is(Token.Comma)) break;
      this.advance();
    }
    this.close(Token.RightBracket, outer, start, ind);
    return { kind: 'tuple', items, start, end: this.closedAt };
  }
  isWord(w: string): boolean {
    return (
      this.is(Token.Identifier) &&
      this.tokenEnd - this.tokenStart === w.length &&
      this.text.startsWith(w, this.tokenStart)
    );
  }
  object(): Expression {
    const start = this.tokenStart,
      outer = this.newlines,
      ind = this.lineIndent(start);
    this.newlines = false;
    this.advance(); // "for" may stand on the next line
    if (this.isWord('for')) return this.forExpr(start, outer, Token.RightBrace, ind);
    this.newlines = true;
    const items: ObjectItem[] = [];
    for (;;) {
      while (this.is(Token.Newline)) this.advance();
      if (this.is(Token.RightBrace) || this.is(Token.End)) break;
      const key = this.expression();
      const item: Building<ObjectItem> = {
        key,
        value: { kind: 'missing', start: key.end, end: key.end },
        start: key.start,
        end: key.end,
      };
      if (key.kind === 'reference' && !key.path.includes('.')) item.keyText = key.path;
      else if (key.kind === 'string') item.keyText = key.value;
      else if (key.kind === 'bool' || key.kind === 'null' || key.kind === 'number') item.keyText = key.text;
      items.push(item);
      if (!this.failed) {
        if (this.is(Token.Equals) || this.is(Token.Colon)) {
          const eq = this.tokenEnd;
          this.advance();
          if (this.is(Token.Newline) || this.is(Token.RightBrace) || this.is(Token.Comma)) {
            item.value = { kind: 'missing', start: eq, end: eq };
            item.end = eq;
            this.report('missing-value', key.start, eq, 'Missing value');
          } else {
            item.value = this.expression();
            item.end = item.value.end;
          }
        } else this.fail('object-item', 'Expected "=" or ":"');
      }
      if (this.failed) {
        this.itemRecover();
        if (this.is(Token.End)) break;
        continue;
      }
      if (this.is(Token.Comma) || this.is(Token.Newline)) {
        this.advance();
        continue;
      }
      if (this.is(Token.RightBrace)) break;
      this.fail('object-item', 'Expected a newline or "," between items');
      this.itemRecover();
    }
    this.close(Token.RightBrace, outer, start, ind);
    return { kind: 'object', items, start, end: this.closedAt };
  }
  /** After an error in an object item: go on at the next item. */
  itemRecover(): void {
    for (;;) {
      switch (this.token) {
        case Token.End:
        case Token.RightBrace:
          this.failed = false;
          return;
        case Token.Newline:
        case Token.Comma:
          this.failed = false;
          this.advance();
          return;
        case Token.LeftBrace:
        case Token.LeftBracket:
        case Token.LeftParen:
          this.skipBrackets();
          this.newlines = true;
          continue;
        case Token.Quote:
        case Token.Heredoc:
          this.failed = true;
          this.template(this.is(Token.Heredoc));
          continue;
        default:
          this.advance();
      }
    }
  }
  forExpr(start: number, outer: boolean, closer: Token, ind: number): Expression {
    const parts: Expression[] = [];
    this.advance();
    const ok = (() => {
      if (!this.is(Token.Identifier)) return (this.fail('for', 'Expected a name after "for"'), false);
      this.advance();
      if (this.is(Token.Comma)) {
        this.advance();
        if (!this.is(Token.Identifier)) return (this.fail('for', 'Expected a name'), false);
        this.advance();
      }
      if (!this.isWord('in')) return (this.fail('for', 'Expected "in"'), false);
      this.advance();
      parts.push(this.expression());
      if (this.failed) return false;
      if (!this.is(Token.Colon)) return (this.fail('for', 'Expected ":"'), false);
      this.advance();
      parts.push(this.expression());
      if (this.failed) return false;
      if (this.is(Token.Arrow)) {
        if (closer === Token.RightBracket) return (this.fail('for', '"=>" needs { }'), false);
        this.advance();
        parts.push(this.expression());
        if (this.failed) return false;
        if (this.is(Token.Ellipsis)) this.advance();
      } else if (closer === Token.RightBrace) return (this.fail('for', 'Expected "=>"'), false);
      if (this.isWord('if')) {
        this.advance();
        parts.push(this.expression());
      }
      return !this.failed;
    })();
    void ok;
    this.close(closer, outer, start, ind);
    return { kind: 'for', parts, start, end: this.closedAt };
  }
}
