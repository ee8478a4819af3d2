import type { Expression, ObjectItem } from './ast';
import { ExpressionParser } from './expressions';
import type { Opened } from './recovery';
import { Token } from './tokens';

/** Tuples, objects, and `for` in either kind of bracket. */
export abstract class CollectionParser extends ExpressionParser {
  protected tuple(): Expression {
    const opened = this.open(false);
    if (this.isWord('for')) return this.forExpression(opened);
    const items = this.elements(Token.RightBracket, opened.start + 1);
    return { kind: 'tuple', items, start: opened.start, end: this.close(opened) };
  }

  protected object(): Expression {
    // Newlines separate items but may stand before "for".
    const opened = this.open(false);
    if (this.isWord('for')) return this.forExpression(opened);
    this.newlines = true;
    const items: ObjectItem[] = [];
    for (;;) {
      while (this.is(Token.Newline)) this.advance();
      if (this.is(Token.RightBrace) || this.is(Token.End) || this.endsByLayout(opened)) break;
      items.push(this.objectItem());
      if (!this.failed && !this.is(Token.Newline) && !this.is(Token.Comma) && !this.is(Token.RightBrace))
        this.fail('object-item', 'A newline or "," is needed between items');
      if (this.failed) this.skipObjectItem();
      else if (this.is(Token.Comma)) this.advance();
    }
    return { kind: 'object', items, start: opened.start, end: this.close(opened) };
  }

  private objectItem(): ObjectItem {
    const key = this.expression();
    const text = keyText(key);
    const named = text === undefined ? {} : { keyText: text };
    const lacking: ObjectItem = {
      key,
      ...named,
      value: { kind: 'missing', start: key.end, end: key.end },
      start: key.start,
      end: key.end,
    };
    if (this.failed) return lacking;
    if (!this.is(Token.Equals) && !this.is(Token.Colon)) {
      this.fail('object-item', '"=" or ":" is needed after the key');
      return lacking;
    }
    const end = this.tokenEnd;
    this.advance();
    if (this.is(Token.Newline) || this.is(Token.RightBrace) || this.is(Token.Comma)) {
      this.report('missing-value', key.start, end, 'A value is needed after the key');
      return { ...lacking, value: { kind: 'missing', start: end, end }, end };
    }
    const value = this.expression();
    return { ...lacking, value, end: Math.max(end, value.end) };
  }

  private forExpression(opened: Opened): Expression {
    const names: string[] = [];
    const parts: Expression[] = [];
    this.advance();
    const grouped = this.forContent(opened, names, parts);
    const isObject = opened.closer === Token.RightBrace;
    const start = opened.start;
    return { kind: 'for', names, parts, isObject, ...(grouped && { grouped }), start, end: this.close(opened) };
  }

  /** Behind `for`: `k, v in collection : key => value... if condition`. Leaves at the first thing that is wrong; true where values are grouped. */
  private forContent(opened: Opened, names: string[], parts: Expression[]): boolean {
    const isObject = opened.closer === Token.RightBrace;
    if (!this.forName(names)) return false;
    if (this.is(Token.Comma)) {
      this.advance();
      if (!this.forName(names)) return false;
    }
    if (!this.isWord('in')) {
      this.fail('for', '"in" is needed here');
      return false;
    }
    if (!this.forPart(parts)) return false;
    if (!this.is(Token.Colon)) {
      this.fail('for', '":" is needed here');
      return false;
    }
    if (!this.forPart(parts)) return false;
    if (this.is(Token.Arrow) !== isObject) {
      this.fail('for', isObject ? '"=>" is needed here' : '"=>" needs { } around the "for"');
      return false;
    }
    if (isObject) {
      if (!this.forPart(parts)) return false;
    }
    const grouped = isObject && this.is(Token.Ellipsis);
    if (grouped) this.advance();
    if (this.isWord('if')) this.forPart(parts);
    return grouped;
  }

  private forName(names: string[]): boolean {
    if (!this.is(Token.Identifier)) {
      this.fail('for', 'A name is needed here');
      return false;
    }
    names.push(this.text.slice(this.tokenStart, this.tokenEnd));
    this.advance();
    return true;
  }

  /** The expression behind the token. */
  private forPart(parts: Expression[]): boolean {
    this.advance();
    parts.push(this.expression());
    return !this.failed;
  }
}

function keyText(key: Expression): string | undefined {
  if (key.kind === 'reference') return key.path.includes('.') ? undefined : key.path;
  if (key.kind === 'string') return key.value;
  return key.kind === 'bool' || key.kind === 'null' || key.kind === 'number' ? key.text : undefined;
}
