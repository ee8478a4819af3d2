/**
 * HCL 1, the syntax of the CLI configuration (https://github.com/hashicorp/hcl/tree/v1.0.1/hcl): keys may be quoted, a block and
 * an object are one thing, several keys nest. Gives plain data; keys that stand there twice become a list.
 */
export type Plain = string | readonly Plain[] | PlainObject;
export interface PlainObject {
  readonly [key: string]: Plain;
}

export interface Hcl1 {
  readonly value: PlainObject;
  /** False where something was no HCL: what came before it counts. */
  readonly whole: boolean;
}

export function parseHcl1(text: string): Hcl1 {
  const reader = new Reader(text);
  const out: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
  try {
    reader.items(out, '', 0);
    return { value: out, whole: true };
  } catch (error) {
    if (error instanceof NotHcl) return { value: out, whole: false };
    throw error;
  }
}

class NotHcl extends Error {}

const maximumDepth = 50;

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Items up to `end` (`}`, or nothing for the end of the text), added to `out` as they come. */
  items(out: Record<string, Plain>, end: '}' | '', depth: number): void {
    if (depth > maximumDepth) throw new NotHcl();
    for (;;) {
      this.skip();
      if (this.text[this.at] === ',') {
        this.at += 1;
        continue;
      }
      if (this.at >= this.text.length) {
        if (end === '') return;
        throw new NotHcl();
      }
      if (end !== '' && this.text[this.at] === end) {
        this.at += 1;
        return;
      }
      this.item(out, depth);
    }
  }

  private item(out: Record<string, Plain>, depth: number): void {
    const keys = [this.key()];
    for (;;) {
      this.skip();
      const next = this.text[this.at];
      if (next === '=' || next === ':' || next === '{') break;
      keys.push(this.key());
    }
    let inner = out;
    // `a "b" {}` is `a = { b = {} }`; objects that are written in pieces are kept as a list of pieces.
    for (const key of keys.slice(0, -1)) {
      const made: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
      add(inner, key, made);
      inner = made;
    }
    const key = keys.at(-1) ?? '';
    if (this.text[this.at] !== '{') this.at += 1;
    this.skip();
    if (this.text[this.at] === '{') {
      this.at += 1;
      const object: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
      add(inner, key, object);
      this.items(object, '}', depth + 1);
    } else {
      add(inner, key, this.value(depth));
    }
  }

  private key(): string {
    if (this.text[this.at] === '"') return this.string();
    const word = /[\p{L}_][\p{L}\p{N}_.-]*/uy;
    return this.match(word);
  }

  private value(depth: number): Plain {
    if (depth > maximumDepth) throw new NotHcl();
    const next = this.text[this.at];
    if (next === '"') return this.string();
    if (next === '[') return this.list(depth);
    if (next === '{') {
      this.at += 1;
      const object: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
      this.items(object, '}', depth + 1);
      return object;
    }
    if (this.text.startsWith('<<', this.at)) return this.heredoc();
    return this.match(/[\w.+-]+/y);
  }

  private list(depth: number): Plain {
    this.at += 1;
    const out: Plain[] = [];
    for (;;) {
      this.skip();
      const next = this.text[this.at];
      if (next === undefined) throw new NotHcl();
      if (next === ',') this.at += 1;
      else if (next === ']') {
        this.at += 1;
        return out;
      } else out.push(this.value(depth + 1));
    }
  }

  private string(): string {
    let out = '';
    for (this.at += 1; ;) {
      const next = this.text[this.at];
      if (next === undefined || next === '\n') throw new NotHcl();
      if (next === '"') {
        this.at += 1;
        return out;
      }
      if (next === '\\') {
        const escaped = /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|([\s\S]))/y;
        escaped.lastIndex = this.at;
        const match = escaped.exec(this.text);
        if (match === null) throw new NotHcl();
        const hex = match[1] ?? match[2] ?? match[3];
        const code = hex === undefined ? undefined : parseInt(hex, 16);
        if (code !== undefined && code > 0x10ffff) throw new NotHcl();
        const letter = match[4] ?? '';
        out += code !== undefined ? String.fromCodePoint(code) : ({ n: '\n', t: '\t', r: '\r' }[letter] ?? letter);
        this.at = escaped.lastIndex;
      } else {
        out += next;
        this.at += 1;
      }
    }
  }

  private heredoc(): string {
    const header = /<<(-?)(\w+)[ \t]*\r?\n/y;
    header.lastIndex = this.at;
    const match = header.exec(this.text);
    if (match === null) throw new NotHcl();
    const end = new RegExp(`^[ \\t]*${match[2] ?? ''}[ \\t]*\\r?$`, 'm');
    const rest = this.text.slice(header.lastIndex);
    const found = end.exec(rest);
    if (found === null) throw new NotHcl();
    this.at = header.lastIndex + found.index + found[0].length;
    const body = rest.slice(0, found.index);
    return match[1] === '-' ? body.replace(/^[ \t]+/gm, '') : body;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) throw new NotHcl();
    this.at = pattern.lastIndex;
    return match[0];
  }

  /** White space and comments. */
  private skip(): void {
    const blank = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.at;
    blank.exec(this.text);
    this.at = blank.lastIndex;
  }
}

function add(out: Record<string, Plain>, key: string, value: Plain): void {
  const before = out[key];
  if (before === undefined) out[key] = value;
  // A list is this reader's own: it grows in place, so that thousands of blocks are not copied for each one more.
  else if (Array.isArray(before)) (before as Plain[]).push(value);
  else out[key] = [before, value];
}
