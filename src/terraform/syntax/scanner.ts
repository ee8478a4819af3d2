import type { Span } from '../../core/text';
import type { Label, SyntaxProblem } from './ast';
import { Layout } from './layout';
import {
  Code,
  doubleMark,
  heredocStart,
  identifierEnd,
  isBlank,
  isDigit,
  mayStartIdentifier,
  numberEnd,
  singleMark,
  Token,
} from './tokens';

const validNumber = /^\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

export interface ParseOptions {
  /** Top-level blocks for which this returns false get an empty body (their text is only brace-matched). For scans, never for lint. */
  readonly want?: (type: string, labels: readonly Label[]) => boolean;
}

/**
 * Turns text into tokens, one at a time. Newlines are tokens in bodies and blanks inside ( ) and [ ], as HCL has it.
 *
 * There are two passes. The first reads text as HashiCorp's parser does and gives up (`unbalanced`) when something never
 * closes. The second (`layout` is set) then trusts the layout to say where open things end.
 */
export class Scanner {
  protected offset = 0;
  protected token: Token = Token.End;
  protected tokenStart = 0;
  protected tokenEnd = 0;
  /** Where the token before this one ended. */
  protected previousEnd = 0;
  /** Are newlines tokens now? */
  protected newlines = true;
  /** An error was reported in the expression under way: its followers are not worth a report. */
  protected failed = false;
  /** The text ends here; in the second pass perhaps at the next top-level header, in a sequence at its end. */
  protected limit: number;
  protected readonly layout: Layout | undefined;
  unbalanced = false;
  readonly problems: SyntaxProblem[] = [];
  readonly comments: Span[] = [];
  private readonly lastCommentEnd: number;

  constructor(
    protected readonly text: string,
    recovering: boolean,
    protected readonly options: ParseOptions,
  ) {
    this.limit = text.length;
    this.layout = recovering ? new Layout(text) : undefined;
    this.lastCommentEnd = text.lastIndexOf('*/');
  }

  protected is(token: Token): boolean {
    return this.token === token;
  }

  protected isWord(word: string): boolean {
    return (
      this.token === Token.Identifier &&
      this.tokenEnd - this.tokenStart === word.length &&
      this.text.startsWith(word, this.tokenStart)
    );
  }

  protected report(code: string, start: number, end: number, message: string): void {
    this.problems.push({ code, start, end, message });
  }

  /** Reports at the token, once per expression. */
  protected fail(code: string, message: string): void {
    if (!this.failed) this.report(code, this.tokenStart, this.tokenEnd, message);
    this.failed = true;
  }

  /** Something never closes. The first pass ends here; the second has the layout to go on. */
  protected loseBalance(): void {
    this.unbalanced = true;
    if (this.layout !== undefined) return;
    this.limit = this.text.length;
    this.offset = this.text.length;
    this.advance();
  }

  /** Continue reading at `offset`, with the token there. */
  protected moveTo(offset: number): void {
    this.offset = this.tokenEnd = offset;
    this.advance();
  }

  protected advance(): void {
    this.previousEnd = this.tokenEnd;
    const start = this.skipBlanks();
    this.tokenStart = start;
    if (start >= this.limit) {
      this.set(Token.End, this.limit);
      this.tokenStart = this.limit;
      return;
    }
    const code = this.text.charCodeAt(start);
    if (code === Code.LineFeed) this.set(Token.Newline, start + 1);
    else if (code === Code.CarriageReturn && this.text.charCodeAt(start + 1) === Code.LineFeed)
      this.set(Token.Newline, start + 2);
    else if (mayStartIdentifier(code)) this.identifier(start, code);
    else if (isDigit(code)) this.number(start);
    else this.mark(start, code);
  }

  private set(token: Token, end: number): void {
    this.token = token;
    this.tokenEnd = this.offset = end;
  }

  private identifier(start: number, code: number): void {
    const end = identifierEnd(this.text, start, this.limit);
    if (end > start) {
      this.set(Token.Identifier, end);
      return;
    }
    const isPair = code >= 0xd800 && code < 0xdc00 && start + 1 < this.limit;
    this.set(Token.Bad, start + (isPair ? 2 : 1));
  }

  private number(start: number): void {
    const end = numberEnd(this.text, start, this.limit);
    const afterDot = start > 0 && this.text.charCodeAt(start - 1) === Code.Dot;
    if (!afterDot && !validNumber.test(this.text.slice(start, end)))
      this.report('number', start, end, 'This is not a number');
    this.set(Token.Number, end);
  }

  private mark(start: number, code: number): void {
    const next = start + 1 < this.limit ? this.text.charCodeAt(start + 1) : 0;
    if (code === Code.Less && next === Code.Less) {
      const heredoc = heredocStart(this.text, start, this.limit);
      if (heredoc !== undefined) {
        this.set(Token.Heredoc, heredoc.contentStart);
        return;
      }
    }
    if (
      code === Code.Dot &&
      next === Code.Dot &&
      this.text.charCodeAt(start + 2) === Code.Dot &&
      start + 2 < this.limit
    ) {
      this.set(Token.Ellipsis, start + 3);
      return;
    }
    const double = doubleMark(code, next);
    if (double !== undefined) this.set(double, start + 2);
    else this.set(singleMark(code), start + 1);
  }

  /** The next offset that holds a token: blanks and comments are passed over, and newlines where they don't count. */
  private skipBlanks(): number {
    const { text, limit } = this;
    let i = this.offset;
    while (i < this.limit) {
      const code = text.charCodeAt(i);
      if (isBlank(code)) {
        i++;
        continue;
      }
      const next = text.charCodeAt(i + 1);
      if (code === Code.LineFeed || (code === Code.CarriageReturn && next === Code.LineFeed)) {
        if (this.newlines) return i;
        i += code === Code.LineFeed ? 1 : 2;
        if (this.layout?.isHeaderLine(i)) this.limit = Math.min(i, limit);
      } else if (code === Code.Hash || (code === Code.Slash && next === Code.Slash)) i = this.lineComment(i);
      else if (code === Code.Slash && next === Code.Star) i = this.blockComment(i);
      else return i;
    }
    return i;
  }

  private lineComment(start: number): number {
    let end = this.text.indexOf('\n', start);
    if (end < 0 || end > this.limit) end = this.limit;
    else if (this.text.charCodeAt(end - 1) === Code.CarriageReturn) end--;
    this.addComment(start, end);
    return end;
  }

  private blockComment(start: number): number {
    const { text, limit } = this;
    const close = start + 2 <= this.lastCommentEnd ? text.indexOf('*/', start + 2) : -1;
    if (close >= 0 && close + 2 <= limit) {
      this.addComment(start, close + 2);
      return close + 2;
    }
    this.report('unclosed-comment', start, Math.min(start + 2, limit), 'This comment has no "*/"');
    this.unbalanced = true;
    if (this.layout === undefined) return limit;
    return this.lineComment(start);
  }

  /** Text that is read again after a wrong guess has its comments once. */
  private addComment(start: number, end: number): void {
    const last = this.comments.at(-1);
    if (last === undefined || last.start < start) this.comments.push({ start, end });
  }
}
