import type { Span } from '../../core/text';
import type { Attribute, Block, Expression, Label } from './ast';
import { CollectionParser } from './collections';
import { quotedName } from './quoted';
import { maxDepth } from './recovery';
import { matchingBrace } from './skip';
import { Code, normalized, Token } from './tokens';

const manyAttributes = 24;

/** What stands behind the name of an argument or a block. */
const itemStart = /[ \t]*(?:=(?![=>])|\{|")/y;

type Building<T> = { -readonly [K in keyof T]: T[K] };

/** Bodies and blocks while they are read; the tree is handed out read-only. */
interface OpenBody extends Building<Span> {
  readonly attributes: Attribute[];
  readonly blocks: Block[];
}
type OpenBlock = Building<Omit<Block, 'body' | 'labels'>> & { readonly body: OpenBody; readonly labels: Label[] };

/** Bodies: arguments and blocks. */
export class BodyParser extends CollectionParser {
  /** Is the body under way on the line of its "{"? */
  private onOneLine = false;
  private blockDepth = 0;
  /** Names of the arguments of bodies that have many. */
  private readonly names = new Map<OpenBody, Set<string>>();

  /** The whole text as one body. */
  file(): OpenBody {
    const start = this.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.moveTo(start);
    const body = emptyBody(start);
    for (;;) {
      this.items(body);
      if (this.is(Token.RightBrace)) {
        this.report('stray-brace', this.tokenStart, this.tokenEnd, 'This "}" closes nothing');
        this.loseBalance();
        this.advance();
      } else if (this.limit < this.text.length) {
        // A header stopped what was open above it.
        this.limit = this.text.length;
        this.moveTo(this.tokenEnd);
      } else break;
    }
    body.end = this.text.length;
    return body;
  }

  /** Items up to the end, a "}", or (second pass) the first item that can't be inside of `block`. */
  private items(body: OpenBody, block?: OpenBlock): void {
    while (!this.is(Token.End) && !this.is(Token.RightBrace)) {
      if (this.is(Token.Newline)) this.advance();
      else if (!this.is(Token.Identifier)) {
        this.report('item', this.tokenStart, this.tokenEnd, 'An argument or a block is needed here');
        this.skipLine();
      } else {
        if (block && this.endsBlock(block)) return;
        if (this.layout && this.blockDepth === 0) this.layout.topIndent = this.layout.indentAt(this.tokenStart);
        this.item(body);
      }
    }
  }

  private endsBlock(block: OpenBlock): boolean {
    if (this.layout === undefined || !this.layout.isFirstOnLine(this.tokenStart)) return false;
    const line = this.tokenStart - this.layout.indentAt(this.tokenStart);
    if (this.layout.isHeaderLine(line)) {
      this.limit = line;
      this.moveTo(line);
      return true;
    }
    return !this.onOneLine && this.layout.endsBefore(block.open?.start ?? block.start, this.tokenStart);
  }

  private item(body: OpenBody): void {
    const nameSpan = { start: this.tokenStart, end: this.tokenEnd };
    const name = normalized(this.text.slice(nameSpan.start, nameSpan.end));
    this.failed = false;
    this.advance();
    if (this.is(Token.Equals)) this.attribute(body, name, nameSpan);
    else if (this.is(Token.LeftBrace) || this.is(Token.Quote) || this.is(Token.Identifier) || this.isBraceBelow())
      this.block(body, name, nameSpan);
    else {
      this.report(
        'item',
        nameSpan.start,
        nameSpan.end,
        `${quotedName(name, 'This name')} needs "=" (an argument) or "{" (a block)`,
      );
      this.skipLine();
    }
  }

  private isBraceBelow(): boolean {
    let next = this.tokenStart;
    while (this.text[next] === '\n' || this.text[next] === '\r') next++;
    return this.is(Token.Newline) && this.text.charCodeAt(next) === Code.LeftBrace;
  }

  private attribute(body: OpenBody, name: string, nameSpan: Span): void {
    const equalsEnd = this.tokenEnd;
    this.advance();
    let value: Expression;
    if (this.is(Token.Newline) || this.is(Token.End) || this.is(Token.RightBrace)) {
      value = { kind: 'missing', start: equalsEnd, end: equalsEnd };
      this.report('missing-value', nameSpan.start, equalsEnd, `${quotedName(name, 'This argument')} has no value`);
    } else value = this.expression();
    if (this.isTaken(body, name))
      this.report('duplicate', nameSpan.start, nameSpan.end, `${quotedName(name, 'This argument')} is set twice`);
    const end = Math.max(equalsEnd, value.end);
    body.attributes.push({ name, nameSpan, value, start: nameSpan.start, end });
    this.endAttribute();
  }

  private isTaken(body: OpenBody, name: string): boolean {
    if (body.attributes.length < manyAttributes) return body.attributes.some(attribute => attribute.name === name);
    let names = this.names.get(body);
    if (names === undefined) this.names.set(body, (names = new Set(body.attributes.map(attribute => attribute.name))));
    const isTaken = names.has(name);
    names.add(name);
    return isTaken;
  }

  private endAttribute(): void {
    if (this.is(Token.Newline)) this.advance();
    else if (!this.is(Token.End) && !(this.is(Token.RightBrace) && (this.onOneLine || this.blockDepth === 0))) {
      const { failed } = this;
      if (!failed) this.report('missing-newline', this.tokenStart, this.tokenEnd, 'A new line is needed here');
      if (failed || !this.isItemHere()) this.skipLine();
    }
  }

  /** `{ region = "x", profile = "y" }`: HCL wants a line for each argument, but what the next one says is plain. */
  private isItemHere(): boolean {
    if (this.is(Token.Comma)) this.advance();
    itemStart.lastIndex = this.tokenEnd;
    return this.is(Token.Identifier) && itemStart.test(this.text);
  }

  private block(body: OpenBody, type: string, typeSpan: Span): void {
    const block: OpenBlock = { type, typeSpan, labels: [], ...typeSpan, body: emptyBody(typeSpan.end) };
    body.blocks.push(block);
    this.labels(block);
    block.body.start = block.body.end = block.end;
    if (!this.openBrace(block)) return;
    const isUnwanted = this.blockDepth === 0 && !this.layout && this.options.want?.(type, block.labels) === false;
    if (isUnwanted || this.depth >= maxDepth) this.passOver(block, isUnwanted);
    else {
      this.blockBody(block);
      this.closeBlock(block);
    }
  }

  private labels(block: OpenBlock): void {
    for (;;) {
      const { tokenStart: start, tokenEnd: end } = this;
      if (this.is(Token.Identifier)) {
        block.labels.push({ value: normalized(this.text.slice(start, end)), quoted: false, start, end });
        this.advance();
      } else if (this.is(Token.Quote)) {
        const label = this.template();
        if (label.kind === 'template') this.report('label', label.start, label.end, 'A label must be a plain string');
        const value = label.kind === 'string' ? label.value : this.text.slice(start + 1, Math.max(end, label.end - 1));
        block.labels.push({ value, quoted: true, start, end: label.end });
      } else return;
      block.end = block.labels.at(-1)?.end ?? block.end;
    }
  }

  /** Step to the "{". On the next line it is an error, but its meaning is plain. */
  private openBrace(block: OpenBlock): boolean {
    const isNewline = this.is(Token.Newline);
    if (isNewline) {
      if (!this.failed) this.report('brace', block.start, block.end, 'A block needs "{" on the same line');
      const { tokenStart, previousEnd } = this;
      while (this.is(Token.Newline)) this.advance();
      if (!this.is(Token.LeftBrace)) {
        this.offset = tokenStart;
        this.tokenEnd = previousEnd;
        this.advance();
      }
    }
    if (this.is(Token.LeftBrace)) {
      block.open = { start: this.tokenStart, end: this.tokenEnd };
      block.body.start = block.body.end = block.end = this.tokenEnd;
      return true;
    }
    if (!isNewline && !this.failed) this.report('brace', this.tokenStart, this.tokenEnd, 'A block needs "{" here');
    this.skipLine();
    return false;
  }

  private blockBody(block: OpenBlock): void {
    const outer = this.onOneLine;
    const problems = this.problems.length;
    this.depth++;
    this.blockDepth++;
    this.advance();
    this.onOneLine = !this.is(Token.Newline) && !this.is(Token.End);
    this.items(block.body, block);
    if (this.onOneLine && this.is(Token.RightBrace) && this.problems.length === problems) this.checkOneLine(block);
    this.onOneLine = outer;
    this.blockDepth--;
    this.depth--;
  }

  private checkOneLine({ open, body }: OpenBlock): void {
    const [attribute] = body.attributes;
    const isSplit = attribute !== undefined && this.text.slice(attribute.end, this.tokenStart).includes('\n');
    if (body.attributes.length > 1 || body.blocks.length > 0 || isSplit)
      this.report('one-line', open?.start ?? body.start, this.tokenEnd, 'A block on one line takes one argument');
  }

  private closeBlock(block: OpenBlock): void {
    const open = block.open ?? block.typeSpan;
    const isOwn = this.is(Token.RightBrace) && (this.layout?.mayClose(open.start, this.tokenStart) ?? true);
    if (isOwn) {
      block.close = { start: this.tokenStart, end: this.tokenEnd };
      block.body.end = this.tokenStart;
      block.end = this.tokenEnd;
      this.advance();
      this.endBlock();
      return;
    }
    const last = Math.max(open.end, block.body.attributes.at(-1)?.end ?? 0, block.body.blocks.at(-1)?.end ?? 0);
    block.body.end = block.end = last;
    this.report(
      'unclosed-block',
      open.start,
      open.end,
      `This "{" of ${quotedName(block.type, 'a block')} is never closed`,
    );
    this.loseBalance();
  }

  private endBlock(): void {
    this.failed = false;
    if (this.is(Token.Newline)) this.advance();
    else if (!this.is(Token.End) && !(this.is(Token.RightBrace) && this.onOneLine)) {
      this.report('missing-newline', this.tokenStart, this.tokenEnd, 'A new line is needed after a block');
      if (!this.isItemHere()) this.skipLine();
    }
  }

  /** A block that nobody wants, or that is nested too deeply: only its braces are matched. */
  private passOver(block: OpenBlock, isUnwanted: boolean): void {
    const open = block.open ?? block.typeSpan;
    if (!isUnwanted) this.sayTooDeep(block.typeSpan.start, block.typeSpan.end);
    const brace = matchingBrace(this.text, this.tokenEnd, this.limit);
    if (brace >= 0 && this.text.charCodeAt(brace) === Code.RightBrace) {
      this.moveTo(brace);
      this.closeBlock(block);
      return;
    }
    this.report(
      'unclosed-block',
      open.start,
      open.end,
      `This "{" of ${quotedName(block.type, 'a block')} is never closed`,
    );
    this.loseBalance();
    this.moveTo(this.limit);
  }
}

function emptyBody(start: number): OpenBody {
  return { start, end: start, attributes: [], blocks: [] };
}
