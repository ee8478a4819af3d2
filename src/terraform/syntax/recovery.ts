import { TemplateParser } from './templates';
import { isBlank, Token } from './tokens';

const maxBracketDepth = 400;
export const lineItem = /[\p{ID_Start}_][\p{ID_Continue}-]*[ \t]*(?:=(?![=>])|(?:"[^"\n]*"[ \t]*)*\{)/uy;
const closerOf: Record<number, Token> = {
  [Token.LeftBrace]: Token.RightBrace,
  [Token.LeftBracket]: Token.RightBracket,
  [Token.LeftParen]: Token.RightParen,
};
const openerText: Record<number, string> = {
  [Token.RightBrace]: '{',
  [Token.RightBracket]: '[',
  [Token.RightParen]: '(',
};

/** Finding the way back after an error: to the end of the line, to the closer of a bracket, to the next item. */
export abstract class RecoveringParser extends TemplateParser {
  /** Nesting under way; the call stack is not ours to use up. */
  protected expressionDepth = 0;
  protected closedAt = 0;

  /** Go to the end of the line at bracket depth 0 (or stop before the "}" that ends the body). */
  skipLine(): void {
    this.newlines = true;
    for (;;) {
      switch (this.token) {
        case Token.End:
        case Token.RightBrace:
          return;
        case Token.Newline:
          this.advance();
          return;
        case Token.LeftBrace:
        case Token.LeftBracket:
        case Token.LeftParen:
          this.skipBrackets();
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
  skipBrackets(): void {
    if (this.expressionDepth >= maxBracketDepth) {
      this.advance();
      return;
    }
    this.expressionDepth++;
    this.skipPair();
    this.expressionDepth--;
  }
  skipPair(): void {
    const c = closerOf[this.token] ?? Token.RightBrace,
      at = this.tokenStart,
      outer = this.newlines,
      ind = this.lineIndent(at);
    this.newlines = c === Token.RightBrace;
    this.advance();
    this.toCloser(c, outer, at, ind);
  }
  /** After an error inside brackets: find their closer, and go past it. */
  toCloser(c: Token, outer: boolean, open: number, indent: number): boolean {
    for (;;) {
      if (this.is(c) && (c !== Token.RightBrace || this.closes(indent))) {
        this.newlines = outer;
        this.advance();
        return true;
      }
      if (this.is(Token.End) || this.is(Token.RightBrace) || this.is(Token.RightBracket) || this.is(Token.RightParen))
        break;
      if (this.is(Token.LeftBrace) || this.is(Token.LeftBracket) || this.is(Token.LeftParen)) {
        this.skipBrackets();
        continue;
      }
      if (this.is(Token.Quote) || this.is(Token.Heredoc)) {
        this.failed = true;
        this.template(this.is(Token.Heredoc));
        continue;
      }
      // "name =" or a block header at the start of a line cannot be inside [ ] or ( )
      if (
        c !== Token.RightBrace &&
        this.is(Token.Identifier) &&
        this.firstOnLine(this.tokenStart) &&
        ((lineItem.lastIndex = this.tokenStart), lineItem.test(this.text))
      )
        break;
      this.advance();
    }
    this.unbalanced = true;
    this.report('unclosed-bracket', open, open + 1, `Unclosed "${openerText[c]}"`);
    this.failed = true;
    this.newlines = outer;
    if (!this.is(Token.End) && !this.is(Token.RightBrace)) {
      this.offset = this.tokenStart;
      if (outer) this.backToNewline();
      this.advance();
    }
    return false;
  }
  /** Newlines count again: step back over the blank text before the token, so that the line's end is seen. */
  backToNewline(): void {
    let p = this.tokenStart;
    const q = p - 256;
    while (p > 0 && p > q && isBlank(this.text.charCodeAt(p - 1))) p--;
    if (p > 0 && this.text.charCodeAt(p - 1) === 10) this.offset = p - 1;
    this.tokenEnd = this.prevEnd;
  }
}
