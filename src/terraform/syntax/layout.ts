import { lineOf } from '../../core/text';
import { Code, heredocStart, isBlank } from './tokens';

/** Terraform's top-level block types: a header of one ends all that is open above it. */
const topLevelHeader =
  /(?:terraform|provider|resource|data|module|variable|output|locals|moved|import|removed|check|ephemeral|action|list|run|mock_provider|test|component|deployment|deployment_group|identity_token|publish_output|upstream_input|store|stack|required_providers)(?=[ \t"{])[ \t]*(?:"[^"\n]*"[ \t]*|[\w-]+[ \t]*){0,2}\{/y;

/** `name =` or `name "label" {` at the start of a line: what stands in a body and never in ( ) or [ ]. */
const lineItem = /[\p{ID_Start}_][\p{ID_Continue}-]*[ \t]*(?:=(?![=>])|(?:"[^"\n]*"[ \t]*)*\{)/uy;

const heredocAtLineEnd = /<<-?[\p{ID_Start}_][\p{ID_Continue}-]*\r?$/u;
const markerLine = /^[ \t]*([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t]*\r?$/u;

/** How far an unclosed heredoc is read on in the hope that the braces in it close. */
const heredocLookAhead = 4096;

interface OpenLine {
  readonly line: number;
  readonly indent: number;
}

/** Where the lines of a text start, how far they are indented, and which line closes what another one opens. */
export class Layout {
  private readonly starts: number[] = [0];
  private readonly indents: number[] = [];
  /** By the line of an opener: the line of the closer with the same indent, absent where none was typed. */
  private readonly closers = new Map<number, number>();
  private readonly markers = new Map<string, number[]>();
  private readonly heredocs = new Map<string, number[]>();
  /** Openers whose next line is indented further, less those where it isn't. */
  private indentedOpeners = 0;
  /** The indent of the top-level block under way: some files are indented as a whole. */
  topIndent = 0;

  constructor(private readonly text: string) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.starts.push(i + 1);
    this.readLines();
    this.pairLines();
  }

  private lineText(line: number): string {
    return this.text.slice(this.starts[line], (this.starts[line + 1] ?? this.text.length + 1) - 1);
  }

  private readLines(): void {
    for (let line = 0; line < this.starts.length; line++) {
      const text = this.lineText(line);
      let indent = 0;
      while (isBlank(text.charCodeAt(indent))) indent++;
      this.indents.push(indent);
      const start = this.starts[line] ?? 0;
      if (text.length - indent < 128) {
        const marker = markerLine.exec(text)?.[1];
        if (marker !== undefined) addTo(this.markers, marker, start);
      }
      if (text.includes('<<')) {
        const found = heredocAtLineEnd.exec(text);
        const heredoc = found ? heredocStart(this.text, start + found.index, this.text.length) : undefined;
        if (heredoc !== undefined) addTo(this.heredocs, heredoc.marker, start + (found?.index ?? 0));
      }
    }
  }

  /** Pairs lines that end with an opener with the line of the same indent that starts with a closer. */
  private pairLines(): void {
    const open: OpenLine[] = [];
    let opener: OpenLine | undefined;
    for (let line = 0; line < this.starts.length; line++) {
      const text = this.lineText(line);
      const indent = this.indents[line] ?? 0;
      if (isBlankOrComment(text, indent)) continue;
      const first = text[indent];
      const closes = first === '}' || first === ']' || first === ')';
      if (opener !== undefined && !closes) this.indentedOpeners += indent > opener.indent ? 1 : -1;
      opener = undefined;
      while ((open.at(-1)?.indent ?? -1) > indent) open.pop();
      const last = open.at(-1);
      if (closes && last?.indent === indent) {
        this.closers.set(last.line, line);
        open.pop();
      }
      if (opensAtEnd(text)) {
        opener = { line, indent };
        open.push(opener);
      }
      const heredoc = text.includes('<<') ? heredocAtLineEnd.exec(text) : null;
      if (heredoc) line = this.heredocLastLine(line, heredoc.index);
    }
  }

  private heredocLastLine(line: number, index: number): number {
    const heredoc = heredocStart(this.text, (this.starts[line] ?? 0) + index, this.text.length);
    const end = heredoc && this.markerAfter(heredoc.marker, heredoc.contentStart);
    return end === undefined ? line : this.lineAt(end);
  }

  /** The line of an offset, 0-based. */
  lineAt(offset: number): number {
    return lineOf(this.starts, offset);
  }

  indentAt(offset: number): number {
    return this.indents[this.lineAt(offset)] ?? 0;
  }

  lineEnd(offset: number): number {
    const line = this.lineAt(offset);
    const end = (this.starts[line + 1] ?? this.text.length + 1) - 1;
    return end > 0 && this.text.charCodeAt(end - 1) === Code.CarriageReturn ? Math.max(offset, end - 1) : end;
  }

  isFirstOnLine(offset: number): boolean {
    const line = this.lineAt(offset);
    return (this.starts[line] ?? 0) + (this.indents[line] ?? 0) === offset;
  }

  /** Does a top-level block's header start on the line that starts at `lineStart`? */
  isHeaderLine(lineStart: number): boolean {
    const indent = this.indentAt(lineStart);
    if (indent > this.topIndent) return false;
    topLevelHeader.lastIndex = lineStart + indent;
    return topLevelHeader.test(this.text);
  }

  /** Does an argument or a block header start at `offset`, as the first thing on its line? */
  isItemLine(offset: number): boolean {
    if (!this.isFirstOnLine(offset)) return false;
    lineItem.lastIndex = offset;
    return lineItem.test(this.text);
  }

  /**
   * Does the layout say that what was opened at `opener` (first thing of its line's end) ended before the item at `offset`?
   * So when no line closes it and the item stands no deeper than the opener's line.
   */
  endsBefore(opener: number, offset: number): boolean {
    const line = this.lineAt(opener);
    const indent = this.indents[line] ?? 0;
    const at = this.lineAt(offset);
    if (at <= line || (this.indents[at] ?? 0) > indent || !this.isItemLine(offset)) return false;
    const closer = this.closers.get(line);
    if (closer !== undefined) return closer < at;
    // A body that starts indented ends where the indent does; otherwise the habit of the file decides.
    const next = this.nextFilledLine(line);
    return (next < at && (this.indents[next] ?? 0) > indent) || this.indentedOpeners >= 0;
  }

  private nextFilledLine(line: number): number {
    for (let next = line + 1; next < Math.min(this.starts.length, line + 50); next++) {
      const first = this.text.charCodeAt((this.starts[next] ?? 0) + (this.indents[next] ?? 0));
      if (first !== Code.LineFeed && first !== Code.CarriageReturn) return next;
    }
    return line + 1;
  }

  /** Is the closer at `offset` that of `opener`? One that stands less deep than the opener's line belongs to an outer one. */
  mayClose(opener: number, offset: number): boolean {
    return !this.isFirstOnLine(offset) || this.indentAt(offset) >= this.indentAt(opener);
  }

  /** The start of the first line after `from` that ends a heredoc of this marker. */
  private markerAfter(marker: string, from: number): number | undefined {
    return firstAtLeast(this.markers.get(marker), from);
  }

  /**
   * Where the heredoc that has no marker of its own ends, or undefined when it has one: a marker behind another heredoc of
   * the same name belongs to that.
   */
  openHeredocEnd(opener: number, contentStart: number, marker: string): number | undefined {
    const end = this.markerAfter(marker, contentStart);
    const rival = firstAtLeast(this.heredocs.get(marker), contentStart);
    if (end !== undefined && (rival === undefined || rival > end)) return undefined;
    return this.guessHeredocEnd(opener, contentStart);
  }

  /**
   * The next header, item at the indent of the opener's line, or closing brace further out. What stands in the braces of the
   * content (JSON) doesn't count, unless those braces aren't closed either.
   */
  private guessHeredocEnd(opener: number, contentStart: number): number {
    const indent = this.indentAt(opener);
    let depth = 0;
    let inBraces: number | undefined;
    for (let line = this.lineAt(contentStart); line < this.starts.length; line++) {
      const start = this.starts[line] ?? 0;
      if (start < contentStart) continue;
      if (this.isHeaderLine(start)) return inBraces ?? start;
      const own = this.indents[line] ?? 0;
      const text = this.lineText(line);
      const closesOuter = own < indent && text.trim() === '}';
      if (closesOuter || (own === indent && this.isItemLine(start + own))) {
        if (depth <= 0) return start;
        inBraces ??= start;
      }
      if (inBraces !== undefined && start - inBraces > heredocLookAhead) return inBraces;
      depth += bracesOpened(text);
    }
    return inBraces ?? this.text.length;
  }
}

function addTo(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function firstAtLeast(sorted: readonly number[] | undefined, value: number): number | undefined {
  if (sorted === undefined) return undefined;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) >= value) high = middle;
    else low = middle + 1;
  }
  return sorted[low];
}

function opensAtEnd(line: string): boolean {
  const code = line.length < 256 ? line.replace(/(?<![ \t])[ \t]+(?:#|\/\/)[^"]{0,256}$/, '') : line;
  const last = code.trimEnd().at(-1);
  return last === '{' || last === '[' || last === '(';
}

function bracesOpened(line: string): number {
  let depth = 0;
  for (const character of line) {
    if (character === '{') depth++;
    else if (character === '}') depth--;
  }
  return depth;
}

function isBlankOrComment(line: string, indent: number): boolean {
  const first = line[indent];
  return first === undefined || first === '\r' || first === '#' || line.startsWith('//', indent);
}
