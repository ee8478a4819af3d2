import type { Expression, TemplatePart } from './ast';
import { dedentParts } from './dedent';
import { Scanner } from './scanner';
import { isEscapedSequence, isSequenceStart, markerEnd, skipSequence, trimmedEnd } from './skip';
import { Code, heredocStart, normalized, Token } from './tokens';

/** How far a sequence in a quoted string is looked for on later lines when the text is broken somewhere. */
const sequenceWindow = 8192;
const shortWindow = 256;
const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A template while it is read. */
interface Reading {
  readonly start: number;
  readonly heredoc: boolean;
  readonly parts: TemplatePart[];
  /** The `%{ if }` and `%{ for }` that are open. */
  readonly directives: string[];
  /** Where the text part under way starts; `text` holds what of it is decoded, the rest starts at `raw`. */
  textStart: number;
  text: string;
  raw: number;
  /** The sequence before ended with "~}": the blanks that follow are gone. */
  trims: boolean;
}

/** Quoted strings and heredocs, with their `${}` and `%{}` sequences. */
export abstract class TemplateParser extends Scanner {
  /** Where the lookup of sequence ends in broken text has been: what opens before this offset has no end on a later line. */
  private singleLineUntil = 0;
  /** On the line that ends here a sequence had no end: further looks on it are short, or a long line takes its length squared. */
  private brokenLineEnd = 0;

  protected abstract expression(): Expression;

  /** At a Quote or Heredoc token. */
  protected template(): Expression {
    return this.is(Token.Heredoc) ? this.heredoc() : this.quoted();
  }

  private quoted(): Expression {
    const { text } = this;
    const reading = startReading(this.tokenStart, this.tokenEnd, false);
    const outer = this.newlines;
    let i = this.tokenEnd;
    let closed = false;
    while (i < this.limit) {
      const code = text.charCodeAt(i);
      if (code === Code.LineFeed || (code === Code.CarriageReturn && text.charCodeAt(i + 1) === Code.LineFeed)) break;
      if (code === Code.Quote) {
        closed = true;
        break;
      }
      if (code === Code.Backslash) i = this.escape(reading, i);
      else i = this.templateStep(reading, i, true);
    }
    if (!closed) i = unclosedEnd(text, reading, i);
    this.flush(reading, i);
    this.newlines = outer;
    if (!closed) {
      if (!this.failed) this.report('unclosed-string', reading.start, i, 'This string has no closing quote');
      this.failed = true;
    }
    return this.finish(reading, closed ? i + 1 : i, false);
  }

  private heredoc(): Expression {
    const { text } = this;
    const start = this.tokenStart;
    const opening = heredocStart(text, start, this.limit);
    const content = this.tokenEnd;
    const marker = opening?.marker ?? '';
    const reading = startReading(start, content, true);
    const outer = this.newlines;
    const guess = this.layout?.openHeredocEnd(start, content, marker);
    const limit = guess === undefined ? this.limit : Math.min(guess, this.limit);
    let i = content;
    let end = -1;
    let atLineStart = true;
    while (i < limit) {
      if (atLineStart && guess === undefined) {
        end = markerEnd(text, i, limit, marker);
        if (end >= 0) break;
      }
      atLineStart = text.charCodeAt(i) === Code.LineFeed;
      if (text.charCodeAt(i) === Code.CarriageReturn && text.charCodeAt(i + 1) !== Code.LineFeed)
        this.report('carriage-return', i, i + 1, 'A carriage return must be followed by a line feed');
      i = this.templateStep(reading, i, false);
    }
    if (end < 0) i = unclosedEnd(text, reading, i);
    this.flush(reading, i);
    this.newlines = outer;
    if (end < 0) {
      this.report(
        'unclosed-heredoc',
        start,
        content,
        'This heredoc has no line with its marker alone, which would end it',
      );
      this.failed = true;
      this.loseBalance();
      end = i;
    } else if (text.indexOf('\n', end) < 0 && !this.failed)
      this.report('heredoc-eof', start, end, 'A newline is needed after the heredoc marker');
    if (opening?.dedents) dedentParts(reading.parts);
    return this.finish(reading, end, true);
  }

  /** One character, escape or sequence of a template; the offset behind it. */
  private templateStep(reading: Reading, i: number, quoted: boolean): number {
    const code = this.text.charCodeAt(i);
    if (code !== Code.Dollar && code !== Code.Percent) return i + 1;
    if (isEscapedSequence(this.text, i)) {
      reading.text += this.text.slice(reading.raw, i) + this.text.slice(i + 1, i + 3);
      reading.raw = i + 3;
      return i + 3;
    }
    return isSequenceStart(this.text, i) ? this.sequence(reading, i, quoted) : i + 1;
  }

  private escape(reading: Reading, i: number): number {
    const letter = this.text[i + 1];
    let decoded = letter === undefined ? undefined : simpleEscapes[letter];
    let length = 2;
    if (letter === 'u' || letter === 'U') {
      const digits = this.text.slice(i + 2, i + (letter === 'u' ? 6 : 10));
      const isComplete = digits.length === (letter === 'u' ? 4 : 8) && /^[0-9a-fA-F]+$/.test(digits);
      if (isComplete && parseInt(digits, 16) <= 0x10ffff) {
        decoded = String.fromCodePoint(parseInt(digits, 16));
        length = 2 + digits.length;
      }
    }
    if (decoded === undefined) {
      const atLineEnd = letter === undefined || letter === '\n' || letter === '\r';
      if (!atLineEnd) this.report('escape', i, i + 2, 'This escape sequence does not exist');
      length = atLineEnd ? 1 : 2;
      decoded = '';
    }
    reading.text += this.text.slice(reading.raw, i) + decoded;
    reading.raw = i + length;
    return i + length;
  }

  private flush(reading: Reading, end: number, trimsEnd = false): void {
    if (end > reading.textStart) {
      let value = normalized(reading.text + this.text.slice(reading.raw, end));
      if (reading.trims) value = withoutFirstBlanks(value, reading.heredoc);
      if (trimsEnd) value = withoutLastBlanks(value, reading.heredoc);
      reading.parts.push({ kind: 'text', value, start: reading.textStart, end });
    }
    reading.text = '';
    reading.trims = false;
  }

  private finish(reading: Reading, end: number, heredoc: boolean): Expression {
    const { start, parts, directives } = reading;
    if (directives.length > 0 && !this.failed)
      this.report('directive', start, end, `"%{ ${directives.at(-1) ?? ''} }" is never ended`);
    this.moveTo(end);
    const [first, second] = parts;
    if (first === undefined) return { kind: 'string', value: '', start, end, heredoc };
    if (first.kind === 'text' && second === undefined)
      return { kind: 'string', value: first.value, start, end, heredoc };
    return { kind: 'template', parts, start, end, heredoc };
  }

  /** A `${}` or `%{}` at `start`; the offset behind it. */
  private sequence(reading: Reading, start: number, quoted: boolean): number {
    this.flush(reading, start, this.text.charCodeAt(start + 2) === Code.Tilde);
    const outerLimit = this.limit;
    const known = this.layout === undefined ? undefined : this.sequenceEnd(start, quoted);
    if (known !== undefined) this.limit = Math.min(known, outerLimit);
    this.newlines = false;
    let content = start + 2;
    if (this.text.charCodeAt(content) === Code.Tilde && content < this.limit) content++;
    this.moveTo(content);
    const part =
      this.text.charCodeAt(start) === Code.Dollar ? this.interpolation(start) : this.directive(start, reading);
    const end = this.endSequence(known);
    this.limit = outerLimit;
    reading.parts.push({ ...part, end });
    reading.trims = this.text.charCodeAt(end - 2) === Code.Tilde && end - 2 > start + 2;
    reading.textStart = reading.raw = end;
    return end;
  }

  /** Where the sequence ends in broken text: at its `}`, or with its line where the `}` isn't there. */
  private sequenceEnd(start: number, quoted: boolean): number {
    const line = this.layout?.lineEnd(start) ?? start;
    const reach = start < this.brokenLineEnd ? Math.min(line, start + shortWindow) : line;
    const onLine = skipSequence(this.text, start + 2, reach);
    if (onLine >= 0) return onLine;
    this.brokenLineEnd = line;
    if (start >= this.singleLineUntil) {
      const window = Math.min(start + sequenceWindow, this.limit);
      const later = skipSequence(this.text, start + 2, window);
      if (later >= 0 && !this.hasItemLine(line, later)) return later;
      this.singleLineUntil = window;
    }
    let quote = start + 2;
    while (quoted && quote < line && this.text.charCodeAt(quote) !== Code.Quote) quote++;
    return quoted && quote < line ? quote : trimmedEnd(this.text, start + 2, line);
  }

  private hasItemLine(from: number, to: number): boolean {
    for (let line = this.text.indexOf('\n', from); line >= 0 && line < to; line = this.text.indexOf('\n', line + 1)) {
      let first = line + 1;
      while (this.text[first] === ' ' || this.text[first] === '\t') first++;
      if (this.layout?.isItemLine(first)) return true;
    }
    return false;
  }

  private endSequence(known: number | undefined): number {
    if (this.is(Token.Tilde) && this.text.charCodeAt(this.tokenEnd) === Code.RightBrace) this.advance();
    if (this.is(Token.RightBrace) && (known === undefined || this.tokenEnd === known)) return this.tokenEnd;
    this.fail('sequence', 'A "}" is needed at the end of this sequence');
    if (known !== undefined) return known;
    this.loseBalance();
    return this.limit;
  }

  private interpolation(start: number): TemplatePart {
    return { kind: 'interpolation', expression: this.expression(), start, end: start };
  }

  private directive(start: number, { directives }: Reading): TemplatePart {
    const word = this.is(Token.Identifier) ? this.text.slice(this.tokenStart, this.tokenEnd) : '';
    const parts: Expression[] = [];
    const names: string[] = [];
    if (word) this.advance();
    const open = directives.at(-1);
    if (word === 'if') {
      parts.push(this.expression());
      directives.push('if');
    } else if (word === 'else') {
      if (open === 'if') directives[directives.length - 1] = 'else';
      else this.fail('directive', '"else" without "if"');
    } else if (word === 'endif') {
      if (open === 'if' || open === 'else') directives.pop();
      else this.fail('directive', '"endif" without "if"');
    } else if (word === 'for') {
      this.name(names);
      if (this.is(Token.Comma)) {
        this.advance();
        this.name(names);
      }
      if (this.isWord('in')) {
        this.advance();
        parts.push(this.expression());
      } else this.fail('directive', '"in" is needed here');
      directives.push('for');
    } else if (word === 'endfor') {
      if (open === 'for') directives.pop();
      else this.fail('directive', '"endfor" without "for"');
    } else this.fail('directive', 'A directive starts with if, else, endif, for or endfor');
    return { kind: 'directive', word, parts, ...(word === 'for' && { names }), start, end: start };
  }

  private name(names: string[]): void {
    if (this.is(Token.Identifier)) {
      names.push(normalized(this.text.slice(this.tokenStart, this.tokenEnd)));
      this.advance();
    } else this.fail('directive', 'A name is needed here');
  }
}

function startReading(start: number, content: number, heredoc: boolean): Reading {
  return { start, heredoc, parts: [], directives: [], textStart: content, text: '', raw: content, trims: false };
}

/** A template that is never closed ends before the white space at its end. */
function unclosedEnd(text: string, { start, parts }: Reading, end: number): number {
  return trimmedEnd(text, parts.at(-1)?.end ?? start + 1, end);
}

/** HashiCorp's parser reads a heredoc line by line, and a "~" reaches no further than the line's text. */
function withoutFirstBlanks(value: string, heredoc: boolean): string {
  if (!heredoc) return value.trimStart();
  const line = value.indexOf('\n') + 1;
  return line === 0 ? value.trimStart() : value.slice(0, line).trimStart() + value.slice(line);
}

function withoutLastBlanks(value: string, heredoc: boolean): string {
  if (!heredoc) return value.trimEnd();
  const line = value.lastIndexOf('\n', value.length - 2) + 1;
  return value.slice(0, line) + value.slice(line).trimEnd();
}
