import type { Expression, TemplatePart } from './ast';
import { Scanner } from './scanner';
import { dedent } from './skip';
import { isBlank, Token } from './tokens';

/** Quoted strings and heredocs, with their `${}` and `%{}` sequences. */
export abstract class TemplateParser extends Scanner {
  private heredocAtEof = false;
  private brokenAt = 0;

  protected abstract expression(): Expression;
  protected abstract isWord(word: string): boolean;

  template(heredoc: boolean): Expression {
    const s = this.text,
      start = this.tokenStart,
      outer = this.newlines,
      n = this.limit;
    const parts: TemplatePart[] = [];
    const dirs: string[] = [];
    let i = this.tokenEnd,
      lit = i,
      text = '',
      plain = true,
      end = -1,
      bol = heredoc;
    let marker = '',
      dash = false;
    if (heredoc) {
      dash = s.charCodeAt(start + 2) === 45;
      const m = start + (dash ? 3 : 2);
      marker = s.slice(m, this.tokenEnd).trim();
    }
    const flush = (to: number) => {
      if (to > lit) {
        parts.push({ kind: 'text', value: text + s.slice(from, to), start: lit, end: to });
      }
      text = '';
    };
    let from = i; // start of the raw text not yet copied into `text`
    for (;;) {
      if (heredoc && bol) {
        bol = false;
        if (i >= n) break;
        let e = s.indexOf('\n', i);
        const eof = e < 0 || e >= n;
        if (eof) e = n;
        let a = i;
        while (a < e && isBlank(s.charCodeAt(a))) a++;
        if (s.startsWith(marker, a) && s.slice(a, e).trim() === marker) {
          flush(i);
          end = a + marker.length;
          while (end < e && isBlank(s.charCodeAt(end))) end++;
          lit = -1;
          if (eof) this.heredocAtEof = true;
          break;
        }
        if (this.recovering && i > 0 && this.stopHere(i)) {
          break;
        }
      }
      if (i >= n) break;
      const c = s.charCodeAt(i);
      if (c === 10) {
        if (!heredoc) break;
        i++;
        bol = true;
        continue;
      }
      if (!heredoc && c === 13 && s.charCodeAt(i + 1) === 10) break;
      if (!heredoc && c === 34) {
        flush(i);
        end = i + 1;
        break;
      }
      if (!heredoc && c === 92) {
        const d = s.charCodeAt(i + 1);
        let u = '',
          len = 2;
        switch (d) {
          case 110:
            u = '\n';
            break;
          case 114:
            u = '\r';
            break;
          case 116:
            u = '\t';
            break;
          case 34:
            u = '"';
            break;
          case 92:
            u = '\\';
            break;
          case 117:
          case 85: {
            const w = d === 117 ? 4 : 8,
              h = s.slice(i + 2, i + 2 + w);
            if (h.length === w && /^[0-9a-fA-F]+$/.test(h) && parseInt(h, 16) <= 0x10ffff) {
              u = String.fromCodePoint(parseInt(h, 16));
              len = 2 + w;
            } else {
              this.report('escape', i, i + 2, 'Invalid escape sequence');
            }
            break;
          }
          default:
            if (d !== 10 && d !== 13 && i + 1 < n) this.report('escape', i, i + 2, 'Invalid escape sequence');
            else len = 1;
        }
        text += s.slice(from, i) + u;
        i += len;
        from = i;
        continue;
      }
      if ((c === 36 || c === 37) && s.charCodeAt(i + 1) === c && s.charCodeAt(i + 2) === 123) {
        text += s.slice(from, i + 1);
        i += 3;
        from = i - 1;
        continue;
      }
      if ((c === 36 || c === 37) && s.charCodeAt(i + 1) === 123) {
        flush(i);
        plain = false;
        const at = i;
        this.offset = i + 2;
        if (s.charCodeAt(this.offset) === 126) this.offset++;
        this.tokenEnd = this.offset;
        this.newlines = false;
        this.advance();
        const r = c === 36 ? this.interp(at) : this.directive(at, dirs);
        if (!r) {
          this.newlines = outer;
          return { kind: 'template', parts, start, end: this.prevEnd, heredoc };
        }
        parts.push(r);
        i = from = lit = r.end;
        continue;
      }
      i++;
    }
    this.newlines = outer;
    if (end < 0) {
      flush(i);
      if (!this.failed)
        this.report(
          heredoc ? 'unclosed-heredoc' : 'unclosed-string',
          start,
          heredoc ? this.tokenEnd : i,
          heredoc ? 'Unterminated heredoc' : 'Unterminated string',
        );
      if (heredoc) this.unbalanced = true;
      this.failed = true;
      end = i;
      if (heredoc && i < n) {
        this.limit = i;
      }
    } else if (heredoc && this.heredocAtEof && !this.failed) {
      this.report('heredoc-eof', start, end, 'A newline is needed after the heredoc marker');
      this.heredocAtEof = false;
    }
    if (dirs.length && !this.failed) this.report('directive', start, end, `Unclosed %{ ${dirs[dirs.length - 1]} }`);
    this.offset = this.tokenEnd = end;
    this.advance();
    if (plain) {
      let v = parts.length ? (parts[0] as { value: string }).value : '';
      if (dash) v = dedent(v);
      return { kind: 'string', value: v, start, end, heredoc };
    }
    return { kind: 'template', parts, start, end, heredoc };
  }
  seqEnd(open: number): number {
    // expects "}" or "~}"; answers where it ends, or -1
    if (this.is(Token.Tilde) && this.text.charCodeAt(this.tokenEnd) === 125) this.advance();
    if (this.is(Token.RightBrace)) return this.tokenEnd;
    this.fail('interp', 'Expected "}" of the template sequence');
    // give up at the end of the line or at the closer, whichever is first
    let p = this.tokenStart;
    const nlp = this.text.indexOf('\n', Math.min(open, p));
    const stop = nlp < 0 ? this.limit : Math.min(nlp, this.limit);
    const line = this.text.slice(open, stop),
      rb = line.indexOf('}'),
      q = line.indexOf('"', 2);
    if (rb >= 0 && (q < 0 || rb < q || line.indexOf('"', rb) >= 0)) return open + rb + 1;
    p = q >= 0 ? open + q : Math.max(stop, open + 2);
    this.brokenAt = p;
    return -2;
  }
  interp(at: number): (TemplatePart & { kind: 'interpolation' }) | undefined {
    const e = this.expression();
    const end = this.seqEnd(at);
    if (end < 0) return { kind: 'interpolation', expression: e, start: at, end: this.brokenAt };
    return { kind: 'interpolation', expression: e, start: at, end };
  }
  directive(at: number, dirs: string[]): (TemplatePart & { kind: 'directive' }) | undefined {
    const word = this.is(Token.Identifier) ? this.text.slice(this.tokenStart, this.tokenEnd) : '';
    const parts: Expression[] = [];
    if (word) this.advance();
    switch (word) {
      case 'if':
        parts.push(this.expression());
        dirs.push('if');
        break;
      case 'else':
        if (dirs.at(-1) !== 'if') this.fail('directive', '"else" without "if"');
        else dirs[dirs.length - 1] = 'else';
        break;
      case 'endif': {
        const d = dirs.pop();
        if (d !== 'if' && d !== 'else') this.fail('directive', '"endif" without "if"');
        break;
      }
      case 'for':
        if (this.is(Token.Identifier)) this.advance();
        else this.fail('directive', 'Expected a name');
        if (this.is(Token.Comma)) {
          this.advance();
          if (this.is(Token.Identifier)) this.advance();
          else this.fail('directive', 'Expected a name');
        }
        if (this.isWord('in')) {
          this.advance();
          parts.push(this.expression());
        } else this.fail('directive', 'Expected "in"');
        dirs.push('for');
        break;
      case 'endfor':
        if (dirs.pop() !== 'for') this.fail('directive', '"endfor" without "for"');
        break;
      default:
        this.fail('directive', 'Unknown template directive');
    }
    const end = this.seqEnd(at);
    return { kind: 'directive', word, parts, start: at, end: end < 0 ? this.brokenAt : end };
  }
}
