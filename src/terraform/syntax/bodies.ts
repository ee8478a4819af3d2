import type { Attribute, Block, Expression, Label } from './ast';
import type { Span } from '../../core/text';
import { CollectionParser } from './collections';
import { skipHeredoc, skipString } from './skip';
import { Token } from './tokens';

const maxDepth = 200;

/** Bodies and blocks while they are read; the tree is handed out read-only. */
interface OpenBody extends Building<Span> {
  attributes: Attribute[];
  blocks: Block[];
}
type Building<T> = { -readonly [K in keyof T]: T[K] };
type OpenBlock = Building<Omit<Block, 'body' | 'labels'>> & { body: OpenBody; labels: Label[] };

/** Bodies: arguments and blocks. */
export class BodyParser extends CollectionParser {
  private blockDepth = 0;
  file(): OpenBody {
    if (this.text.charCodeAt(0) === 0xfeff) this.offset = 1;
    this.advance();
    const body: OpenBody = { start: this.tokenStart, end: 0, attributes: [], blocks: [] };
    this.items(body, false, -1);
    body.end = this.text.length;
    return body;
  }
  items(body: OpenBody, nested: boolean, openIndent: number): void {
    for (;;) {
      switch (this.token) {
        case Token.Newline:
          this.advance();
          continue;
        case Token.End:
          if (!nested && this.limit < this.text.length) {
            this.limit = this.text.length;
            this.advance();
            continue;
          }
          return;
        case Token.RightBrace:
          if (nested) return;
          this.report('stray-brace', this.tokenStart, this.tokenEnd, 'Unexpected "}"');
          this.unbalanced = true;
          this.advance();
          continue;
        case Token.Identifier:
          if (
            nested &&
            this.recovering &&
            this.limit === this.text.length &&
            this.lineIndent(this.tokenStart) === 0 &&
            this.firstOnLine(this.tokenStart) &&
            this.stopHere(this.tokenStart)
          ) {
            this.limit = this.tokenStart;
            this.offset = this.tokenStart;
            this.advance();
            return;
          }
          this.item(body, openIndent);
          continue;
        default:
          this.report('bad-item', this.tokenStart, this.tokenEnd, 'Argument or block definition required');
          this.skipLine();
      }
    }
  }
  item(body: OpenBody, _openIndent: number): void {
    const ns = this.tokenStart,
      ne = this.tokenEnd,
      name = this.text.slice(ns, ne);
    this.advance();
    if (this.is(Token.Equals)) {
      const eq = this.tokenEnd;
      this.advance();
      this.failed = false;
      let expr: Expression;
      if (this.is(Token.Newline) || this.is(Token.End) || this.is(Token.RightBrace)) {
        expr = { kind: 'missing', start: eq, end: eq };
        this.report('missing-value', ns, eq, `Missing value for "${name}"`);
      } else expr = this.expression();
      if (this.isDuplicate(body, name)) this.report('duplicate', ns, ne, `"${name}" is set twice`);
      body.attributes.push({ name, nameSpan: { start: ns, end: ne }, value: expr, start: ns, end: expr.end });
      this.endItem('Missing newline after argument');
      return;
    }
    if (this.is(Token.LeftBrace) || this.is(Token.Quote) || this.is(Token.Identifier)) {
      this.block(body, ns, ne, name);
      return;
    }
    this.report('bad-item', ns, ne, `"${name}": an argument needs "=", a block needs "{"`);
    this.skipLine();
  }
  oneLine = false; // is the body under way on the line of its "{"?
  names = new Map<OpenBody, Set<string>>(); // only for bodies of many attributes
  isDuplicate(body: OpenBody, name: string): boolean {
    if (body.attributes.length < 24) {
      for (const a of body.attributes) if (a.name === name) return true;
      return false;
    }
    let set = this.names.get(body);
    if (!set) this.names.set(body, (set = new Set(body.attributes.map(a => a.name))));
    if (set.has(name)) return true;
    set.add(name);
    return false;
  }
  endItem(msg: string): void {
    if (this.is(Token.Newline)) {
      this.advance();
      return;
    }
    if (this.is(Token.End)) return;
    if (this.is(Token.RightBrace)) {
      if (!this.oneLine && this.blockDepth > 0 && !this.failed)
        this.report('missing-newline', this.tokenStart, this.tokenEnd, msg);
      return;
    }
    if (!this.failed) this.report('missing-newline', this.tokenStart, this.tokenEnd, msg);
    this.skipLine();
  }
  block(body: OpenBody, ns: number, ne: number, type: string): void {
    const b: OpenBlock = {
      type,
      typeSpan: { start: ns, end: ne },
      labels: [],
      start: ns,
      end: ne,
      body: { start: ne, end: ne, attributes: [], blocks: [] },
    };
    body.blocks.push(b);
    this.failed = false;
    for (;;) {
      if (this.is(Token.Identifier)) {
        b.labels.push({
          value: this.text.slice(this.tokenStart, this.tokenEnd),
          quoted: false,
          start: this.tokenStart,
          end: this.tokenEnd,
        });
        b.end = this.tokenEnd;
        this.advance();
        continue;
      }
      if (this.is(Token.Quote)) {
        const e = this.template(false);
        if (e.kind === 'template') this.report('bad-label', e.start, e.end, 'A block label must be a plain string');
        b.labels.push({
          value: e.kind === 'string' ? e.value : this.text.slice(e.start + 1, e.end - 1),
          quoted: true,
          start: e.start,
          end: e.end,
        });
        b.end = e.end;
        continue;
      }
      break;
    }
    if (this.is(Token.Newline)) {
      // "{" on the next line: an error in HCL, but its meaning is plain
      const save = [this.offset, this.tokenStart, this.tokenEnd, this.prevEnd] as const;
      while (this.is(Token.Newline)) this.advance();
      if (!this.is(Token.LeftBrace)) {
        this.token = Token.Newline;
        [this.offset, this.tokenStart, this.tokenEnd, this.prevEnd] = save;
      }
      this.report('no-brace', ns, b.end, 'A block needs "{" on the same line');
    }
    if (!this.is(Token.LeftBrace)) {
      if (!this.is(Token.Newline)) this.report('no-brace', this.tokenStart, this.tokenEnd, 'Expected "{"');
      b.body.start = b.body.end = b.end;
      this.skipLine();
      return;
    }
    b.open = { start: this.tokenStart, end: this.tokenEnd };
    b.body.start = this.tokenEnd;
    b.end = this.tokenEnd;
    const indent = this.lineIndent(ns);
    if (
      this.blockDepth >= maxDepth ||
      (this.blockDepth === 0 && !this.recovering && this.options.want && !this.options.want(type, b.labels))
    ) {
      if (this.blockDepth) this.report('too-deep', ns, ne, 'Nested too deeply');
      this.skipBody(b);
      return;
    }
    this.blockDepth++;
    this.advance();
    const outerOne = this.oneLine,
      oneLine = (this.oneLine = !this.is(Token.Newline) && !this.is(Token.End));
    const nd = this.problems.length;
    this.items(b.body, true, indent);
    this.oneLine = outerOne;
    this.blockDepth--;
    if (oneLine && this.is(Token.RightBrace) && this.problems.length === nd) {
      const a = b.body.attributes[0];
      if (
        b.body.attributes.length + b.body.blocks.length > 1 ||
        b.body.blocks.length ||
        (a && this.text.slice(a.end, this.tokenStart).includes('\n'))
      )
        this.report('one-line', b.open.start, this.tokenEnd, 'A one-line block takes one argument');
    }
    if (this.is(Token.RightBrace) && this.closes(indent)) {
      b.close = { start: this.tokenStart, end: this.tokenEnd };
      b.body.end = this.tokenStart;
      b.end = this.tokenEnd;
      this.failed = false;
      this.advance();
      if (this.is(Token.Newline)) this.advance();
      else if (!this.is(Token.End) && !(this.is(Token.RightBrace) && this.blockDepth > 0)) {
        this.report('missing-newline', this.tokenStart, this.tokenEnd, 'Missing newline after block');
        this.skipLine();
      } else if (this.is(Token.RightBrace))
        this.report('missing-newline', this.tokenStart, this.tokenEnd, 'Missing newline after block');
      return;
    }
    const last = Math.max(b.open.end, b.body.attributes.at(-1)?.end ?? 0, b.body.blocks.at(-1)?.end ?? 0);
    b.body.end = b.end = last;
    this.unbalanced = true;
    this.report('unclosed-block', b.open.start, b.open.end, 'Unclosed block');
  }
  /** Go to the end of the line at bracket depth 0 (or stop before the "}" that ends the body). */
  skipBody(b: OpenBlock): void {
    // brace matching only: strings, heredocs and comments are respected, nothing is allocated
    const s = this.text;
    const lim = this.limit;
    let i = this.tokenEnd,
      d = 1;
    for (;;) {
      if (i >= lim) break;
      const c = s.charCodeAt(i);
      if (c === 123) d++;
      else if (c === 125) {
        if (--d === 0) break;
      } else if (c === 34) {
        i = skipString(s, i + 1, lim);
        continue;
      } else if (c === 35 || (c === 47 && s.charCodeAt(i + 1) === 47)) {
        i = s.indexOf('\n', i);
        if (i < 0) i = lim;
        continue;
      } else if (c === 47 && s.charCodeAt(i + 1) === 42) {
        i = s.indexOf('*/', i + 2);
        i = i < 0 ? lim : i + 2;
        continue;
      } else if (c === 60 && s.charCodeAt(i + 1) === 60) {
        i = skipHeredoc(this.text, i, lim);
        continue;
      } else if (this.recovering && c === 10 && this.stopHere(i + 1)) {
        i++;
        break;
      }
      i++;
    }
    if (i < lim && s.charCodeAt(i) === 125) {
      b.close = { start: i, end: i + 1 };
      b.body.end = i;
      b.end = this.offset = this.tokenEnd = i + 1;
      this.advance();
      if (this.is(Token.Newline)) this.advance();
      else if (!this.is(Token.End)) {
        this.report('missing-newline', this.tokenStart, this.tokenEnd, 'Missing newline after block');
        this.skipLine();
      }
    } else {
      const open = b.open ?? b.typeSpan;
      b.body.end = b.end = open.end;
      this.report('unclosed-block', open.start, open.end, 'Unclosed block');
      this.unbalanced = true;
      this.offset = i;
      this.tokenEnd = i;
      this.advance();
    }
  }
}
