import type { Label, SyntaxProblem } from './ast';
import type { Span } from '../../core/text';
import { charClass, identifierEnd, isBlank, Token } from './tokens';

export interface ParseOptions {
  /** Top-level blocks for which this returns false get an empty body (their text is only brace-matched). For scans, never for lint. */
  readonly want?: (type: string, labels: readonly Label[]) => boolean;
}

/** Terraform's top-level block types: in the recovery pass, such a header at column 0 closes all that is open. */
const topLevelHeader =
  /(?:terraform|provider|resource|data|module|variable|output|locals|moved|import|removed|check|ephemeral|action|list|run|mock_provider|test|component|deployment|deployment_group|identity_token|publish_output|upstream_input|store|stack|required_providers)(?=[ \t"{])[ \t]*(?:"[^"\n]*"[ \t]*|[\w-]+[ \t]*){0,2}\{/y;

/**
 * Turns text into tokens, one at a time. Newlines are tokens in bodies and blanks inside ( ) and [ ], as HCL has it.
 * In the recovery pass (something never closed) it also knows the layout: indents, and headers that end what is open.
 */
export class Scanner {
  protected offset = 0;
  protected token: Token = Token.End;
  protected tokenStart = 0;
  protected tokenEnd = 0;
  protected prevEnd = 0;
  /** Are newlines tokens now? */
  protected newlines = true;
  /** An error was reported in the expression under way: its followers are not worth a report. */
  protected failed = false;
  /** The token under way follows a ".": `0.1.2` is a run of indexes. */
  protected dotted = false;
  unbalanced = false;
  readonly problems: SyntaxProblem[] = [];
  readonly comments: Span[] = [];
  /** The text ends here, or (recovery pass) at the next top-level header. */
  protected limit: number;
  private lineStarts: number[] | undefined;

  constructor(
    protected readonly text: string,
    protected readonly recovering: boolean,
    protected readonly options: ParseOptions,
  ) {
    this.limit = text.length;
  }

  protected is(t: Token): boolean {
    return this.token === t;
  }

  protected report(code: string, start: number, end: number, message: string): void {
    this.problems.push({ code, start, end, message });
  }

  protected fail(code: string, message: string): void {
    if (!this.failed) this.report(code, this.tokenStart, Math.max(this.tokenEnd, this.tokenStart), message);
    this.failed = true;
  }

  protected identifierEnd(start: number): number {
    return identifierEnd(this.text, start, this.limit);
  }
  protected advance(): void {
    const s = this.text,
      n = this.limit;
    let i = this.offset;
    this.prevEnd = this.tokenEnd;
    for (;;) {
      if (i >= n) {
        this.token = Token.End;
        this.tokenStart = this.tokenEnd = this.offset = n;
        return;
      }
      const c = s.charCodeAt(i);
      if (c < 128 && isBlank(c)) {
        i++;
        continue;
      }
      if (c === 10 || (c === 13 && s.charCodeAt(i + 1) === 10)) {
        const e = c === 10 ? i + 1 : i + 2;
        if (this.newlines) {
          this.token = Token.Newline;
          this.tokenStart = i;
          this.tokenEnd = this.offset = e;
          return;
        }
        i = e;
        if (this.recovering && this.stopHere(i)) {
          this.limit = i;
        }
        continue;
      }
      if (c === 35 || (c === 47 && s.charCodeAt(i + 1) === 47)) {
        // # or //
        let e = s.indexOf('\n', i);
        if (e < 0 || e > n) e = n;
        else if (s.charCodeAt(e - 1) === 13) e--;
        this.comments.push({ start: i, end: e });
        i = e;
        continue;
      }
      if (c === 47 && s.charCodeAt(i + 1) === 42) {
        let e = s.indexOf('*/', i + 2);
        if (e < 0 || e + 2 > n) {
          this.report('unclosed-comment', i, i + 2, 'Unterminated comment');
          this.unbalanced = true;
          e = n;
        } else e += 2;
        this.comments.push({ start: i, end: e });
        i = e;
        continue;
      }
      this.tokenStart = i;
      let t: Token = Token.Bad,
        e = i + 1;
      if (c >= 128 || charClass(c) & 1) {
        e = this.identifierEnd(i);
        if (e > i) t = Token.Identifier;
        else e = i + (c >= 0xd800 && c < 0xdc00 ? 2 : 1);
      } else if (charClass(c) & 4) {
        while (charClass(s.charCodeAt(e)) & 4) e++;
        if (s.charCodeAt(e) === 46 && charClass(s.charCodeAt(e + 1)) & 4) {
          e += 2;
          while (charClass(s.charCodeAt(e)) & 4) e++;
        }
        const x = s.charCodeAt(e) | 32;
        if (x === 101) {
          let f = e + 1;
          const g = s.charCodeAt(f);
          if (g === 43 || g === 45) f++;
          if (charClass(s.charCodeAt(f)) & 4) {
            while (charClass(s.charCodeAt(f)) & 4) f++;
            e = f;
          }
        }
        t = Token.Number;
        if (s.charCodeAt(e) === 46 && charClass(s.charCodeAt(e + 1)) & 4 && !this.dotted) {
          while (s.charCodeAt(e) === 46 && charClass(s.charCodeAt(e + 1)) & 4) {
            e++;
            while (charClass(s.charCodeAt(e)) & 4) e++;
          }
          this.report('number', i, e, 'Invalid number');
        }
      } else {
        const d = s.charCodeAt(e);
        switch (c) {
          case 34:
            t = Token.Quote;
            break;
          case 123:
            t = Token.LeftBrace;
            break;
          case 125:
            t = Token.RightBrace;
            break;
          case 91:
            t = Token.LeftBracket;
            break;
          case 93:
            t = Token.RightBracket;
            break;
          case 40:
            t = Token.LeftParen;
            break;
          case 41:
            t = Token.RightParen;
            break;
          case 44:
            t = Token.Comma;
            break;
          case 61:
            if (d === 61) {
              t = Token.EqualEqual;
              e++;
            } else if (d === 62) {
              t = Token.Arrow;
              e++;
            } else t = Token.Equals;
            break;
          case 33:
            if (d === 61) {
              t = Token.NotEqual;
              e++;
            } else t = Token.Not;
            break;
          case 62:
            if (d === 61) {
              t = Token.GreaterEqual;
              e++;
            } else t = Token.Greater;
            break;
          case 60:
            if (d === 61) {
              t = Token.LessEqual;
              e++;
            } else if (d === 60) {
              let f = e + 1;
              if (s.charCodeAt(f) === 45) f++;
              const g = this.identifierEnd(f);
              const h = s.charCodeAt(g) === 13 ? g + 1 : g;
              if (g > f && s.charCodeAt(h) === 10) {
                t = Token.Heredoc;
                e = h + 1;
              } else t = Token.Less;
            } else t = Token.Less;
            break;
          case 38:
            if (d === 38) {
              t = Token.And;
              e++;
            }
            break;
          case 124:
            if (d === 124) {
              t = Token.Or;
              e++;
            }
            break;
          case 43:
            t = Token.Plus;
            break;
          case 45:
            t = Token.Minus;
            break;
          case 42:
            t = Token.Star;
            break;
          case 47:
            t = Token.Slash;
            break;
          case 37:
            t = Token.Percent;
            break;
          case 63:
            t = Token.Question;
            break;
          case 58:
            if (d === 58) {
              t = Token.ColonColon;
              e++;
            } else t = Token.Colon;
            break;
          case 46:
            if (d === 46 && s.charCodeAt(e + 1) === 46) {
              t = Token.Ellipsis;
              e += 2;
            } else t = Token.Dot;
            break;
          case 126:
            t = Token.Tilde;
            break;
        }
      }
      this.token = t;
      this.tokenEnd = this.offset = e;
      return;
    }
  }
  // ---- recovery pass: layout rules -------------------------------------------------------------
  /** At line start `i`, with something open: does a top-level header start here? */
  protected stopHere(i: number): boolean {
    topLevelHeader.lastIndex = i;
    return topLevelHeader.test(this.text) && topLevelHeader.lastIndex <= this.limit;
  }
  protected lineIndent(p: number): number {
    if (!this.recovering) return 0;
    let lines = this.lineStarts;
    if (!lines) {
      lines = this.lineStarts = [0];
      for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) lines.push(i + 1);
    }
    let lo = 0,
      hi = lines.length - 1;
    while (lo < hi) {
      const m = (lo + hi + 1) >> 1;
      if ((lines[m] ?? 0) <= p) lo = m;
      else hi = m - 1;
    }
    const a = lines[lo] ?? 0;
    let b = a;
    while (b < p && b - a < 256 && isBlank(this.text.charCodeAt(b))) b++;
    return b - a;
  }
  protected firstOnLine(p: number): boolean {
    const q = p - 256;
    while (p > 0 && p > q && isBlank(this.text.charCodeAt(p - 1))) p--;
    return p === 0 || this.text.charCodeAt(p - 1) === 10;
  }
  /** Is the closer under the cursor ours, or (recovery pass) does its indent say that ours was never typed? */
  protected closes(openIndent: number): boolean {
    return !this.recovering || !this.firstOnLine(this.tokenStart) || this.lineIndent(this.tokenStart) >= openIndent;
  }
}
