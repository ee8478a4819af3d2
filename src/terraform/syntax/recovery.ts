import type { Expression } from './ast';
import { skipHeredoc, skipString, trimmedEnd } from './skip';
import { TemplateParser } from './templates';
import { Code, isBlank, Token } from './tokens';

/** How deep brackets and blocks may be nested before their content is passed over; the call stack is not ours to use up. */
export const maxDepth = 250;

/** An open bracket. */
export interface Opened {
  readonly start: number;
  readonly closer: Token;
  /** Did newlines count around the bracket? */
  readonly outerNewlines: boolean;
}

const closerOf = new Map<Token, Token>([
  [Token.LeftBrace, Token.RightBrace],
  [Token.LeftBracket, Token.RightBracket],
  [Token.LeftParen, Token.RightParen],
]);

/** Brackets, and the way back after an error: to the closer of a bracket, to the next item, to the end of the line. */
export abstract class RecoveringParser extends TemplateParser {
  /** Brackets, blocks and sequences that are open. */
  protected depth = 0;
  private saidTooDeep = false;

  /** At an opening bracket: step inside. */
  protected open(newlinesInside: boolean): Opened {
    const opened = {
      start: this.tokenStart,
      closer: closerOf.get(this.token) ?? Token.RightBrace,
      outerNewlines: this.newlines,
    };
    this.newlines = newlinesInside;
    this.advance();
    return opened;
  }

  /** Step behind the closer; on anything else report, and look for it. Answers where the bracketed text ends. */
  protected close(opened: Opened): number {
    if (this.isCloserOf(opened)) {
      const end = this.tokenEnd;
      this.newlines = opened.outerNewlines;
      this.advance();
      return end;
    }
    if (!this.isCloser() && !this.is(Token.End) && !this.endsByLayout(opened))
      this.fail('expected', `"${this.closerText(opened)}" or "," is needed here`);
    return this.closeAll([opened]);
  }

  /** At an opening bracket, after an error: step behind its closer, or to where the layout says that it ends. */
  protected skipBrackets(): void {
    this.closeAll([this.open(this.is(Token.LeftBrace))]);
  }

  /** Passes over everything up to the closers of the open brackets (innermost last), without recursion; answers where they end. */
  private closeAll(stack: Opened[]): number {
    let end = this.previousEnd;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (this.isCloserOf(top)) {
        stack.pop();
        end = this.tokenEnd;
        this.newlines = top.outerNewlines;
        this.advance();
      } else if (this.is(Token.End) || this.isCloser() || this.endsByLayout(top)) {
        stack.pop();
        end = trimmedEnd(this.text, top.start + 1, this.previousEnd);
        this.leaveUnclosed(top);
      } else if (closerOf.has(this.token)) stack.push(this.open(this.is(Token.LeftBrace)));
      else if (this.is(Token.Quote) || this.is(Token.Heredoc)) this.skipTemplate();
      else this.advance();
    }
    return end;
  }

  private leaveUnclosed(opened: Opened): void {
    const bracket = this.text[opened.start] ?? '';
    if (!this.failed || this.layout !== undefined)
      this.report('unclosed-bracket', opened.start, opened.start + 1, `This "${bracket}" is never closed`);
    this.failed = true;
    this.newlines = opened.outerNewlines;
    this.loseBalance();
    if (!this.is(Token.End) && !this.is(Token.RightBrace)) this.readAgain();
  }

  /** The token again, now that newlines count as they did outside: with the line's end before it, where they do. */
  private readAgain(): void {
    let start = this.tokenStart;
    if (this.newlines) {
      while (start > 0 && isBlank(this.text.charCodeAt(start - 1))) start--;
      if (this.text.charCodeAt(start - 1) === Code.LineFeed) start--;
      else start = this.tokenStart;
    }
    this.tokenEnd = Math.min(this.previousEnd, start);
    this.offset = start;
    this.advance();
  }

  /** Go back to `offset`, the start of an item that was read as part of an unclosed bracket which ended at `previous`. */
  protected stepBack(offset: number, previous: number): void {
    this.failed = false;
    this.offset = offset;
    this.tokenEnd = previous;
    this.advance();
  }

  private isCloser(): boolean {
    return this.is(Token.RightBrace) || this.is(Token.RightBracket) || this.is(Token.RightParen);
  }

  private closerText({ closer }: Opened): string {
    if (closer === Token.RightBrace) return '}';
    return closer === Token.RightBracket ? ']' : ')';
  }

  protected isCloserOf({ closer, start }: Opened): boolean {
    if (!this.is(closer)) return false;
    return this.layout === undefined || closer !== Token.RightBrace || this.layout.mayClose(start, this.tokenStart);
  }

  /** In the second pass: is the token the start of an item that can't be inside of the bracket? */
  protected endsByLayout({ closer, start }: Opened): boolean {
    if (!this.is(Token.Identifier) || this.layout === undefined) return false;
    if (closer === Token.RightBrace) return this.layout.endsBefore(start, this.tokenStart);
    return this.layout.isItemLine(this.tokenStart);
  }

  /** A string or heredoc in text that is passed over. */
  private skipTemplate(): void {
    if (this.depth < maxDepth) {
      const failed = this.failed;
      this.failed = true;
      this.template();
      this.failed = failed;
    } else if (this.is(Token.Quote)) this.moveTo(skipString(this.text, this.tokenEnd, this.limit));
    else this.moveTo(skipHeredoc(this.text, this.tokenStart, this.limit));
  }

  /** Go behind the end of the line, with brackets in one piece; stop before the "}" that ends the body. */
  protected skipLine(): void {
    this.newlines = true;
    this.failed = true;
    while (!this.is(Token.End) && !this.is(Token.RightBrace)) {
      if (this.is(Token.Newline)) {
        this.advance();
        return;
      }
      this.skipOne();
    }
  }

  /** After an error in an object's item: go to the next one. */
  protected skipObjectItem(): void {
    this.newlines = true;
    while (!this.is(Token.End) && !this.is(Token.RightBrace)) {
      if (this.is(Token.Newline) || this.is(Token.Comma)) {
        this.advance();
        break;
      }
      this.skipOne();
    }
    this.failed = false;
  }

  private skipOne(): void {
    if (closerOf.has(this.token)) this.skipBrackets();
    else if (this.is(Token.Quote) || this.is(Token.Heredoc)) this.skipTemplate();
    else this.advance();
  }

  /** Nested too deeply: pass over one expression, so that the rest of the file is still read. */
  protected skipExpression(): Expression {
    this.sayTooDeep(this.tokenStart, this.tokenEnd);
    const start = this.tokenStart;
    let questions = 0;
    while (!this.endsExpression(questions)) {
      if (this.is(Token.Question)) questions++;
      else if (this.is(Token.Colon)) questions--;
      this.skipOne();
    }
    if (this.previousEnd <= start) return this.missing();
    return { kind: 'missing', start, end: trimmedEnd(this.text, start, this.previousEnd) };
  }

  /** An expression that isn't there, behind the token before. */
  protected missing(): Expression {
    const end = trimmedEnd(this.text, 0, this.previousEnd);
    return { kind: 'missing', start: end, end };
  }

  private endsExpression(questions: number): boolean {
    if (this.is(Token.Colon)) return questions === 0;
    return (
      this.isCloser() ||
      this.is(Token.End) ||
      this.is(Token.Newline) ||
      this.is(Token.Comma) ||
      this.is(Token.Equals) ||
      this.is(Token.Arrow) ||
      this.is(Token.Ellipsis) ||
      this.is(Token.Tilde)
    );
  }

  protected sayTooDeep(start: number, end: number): void {
    if (!this.saidTooDeep) this.report('too-deep', start, end, 'Nested too deeply: the text inside is not read');
    this.saidTooDeep = true;
  }
}
