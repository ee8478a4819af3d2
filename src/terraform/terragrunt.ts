import type { Module, SourceFile } from './model';
import type { Attribute, Block, Body, Expression, LiteralString, ParsedFile, Template } from './syntax/ast';
import { parseHcl } from './syntax/hcl';
import { ownName } from './terragruntNames';

/**
 * Terragrunt's own files (https://terragrunt.gruntwork.io/docs/reference/hcl): `generate` blocks write Terraform code, which stands in them
 * as a text. That code is read where it stands: each of its nodes has its place in Terragrunt's file.
 */

/** Files of any name are Terragrunt's where they say what it alone says. */
export function isTerragrunt(name: string, text: string): boolean {
  return ownName.test(name) || /^[ \t]*(?:generate[ \t]+"|generate[ \t]*=|remote_state[ \t]*[{=])/m.test(text);
}

/** A file's blocks of Terraform code: in Terragrunt's files, those that it generates. */
export function codeBlocks(file: Pick<SourceFile, 'role' | 'parsed'>): readonly Block[] {
  const { blocks } = file.parsed.body;
  return file.role === 'terragrunt' ? blocks.filter(b => b.type === 'generate').flatMap(b => b.body.blocks) : blocks;
}

/** Parses a file of Terragrunt's. What a `generate` block writes are the blocks in it, in place of its `contents`. */
export function parseTerragrunt(text: string): ParsedFile {
  const parsed = parseHcl(text);
  const reading = new Generated(text, parsed);
  const body: Body = {
    ...parsed.body,
    attributes: parsed.body.attributes.filter(a => !reading.isMap(a)),
    blocks: [
      ...parsed.body.blocks.map(block => (block.type === 'generate' ? reading.block(block) : block)),
      ...parsed.body.attributes.flatMap(a => reading.fromMap(a)),
    ],
  };
  return { ...parsed, body, comments: [...parsed.comments, ...reading.comments].sort((a, b) => a.start - b.start) };
}

/** The names of a file of Terragrunt's as a module of its own. */
export function terragruntModule(file: SourceFile): Module {
  const locals = file.parsed.body.blocks.filter(b => b.type === 'locals').flatMap(b => b.body.attributes);
  return {
    dir: file.path,
    files: [file],
    providers: [],
    resources: [],
    variables: new Map(),
    locals: new Map(locals.map(attribute => [attribute.name, { file, attribute }])),
    calls: [],
    terraformBlocks: [],
  };
}

class Generated {
  readonly comments: { start: number; end: number }[] = [];
  private readonly locals: ReadonlyMap<string, Expression>;

  constructor(
    private readonly text: string,
    { body }: ParsedFile,
  ) {
    const own = body.blocks.filter(b => b.type === 'locals').flatMap(b => b.body.attributes);
    this.locals = new Map(own.map(a => [`local.${a.name}`, a.value]));
  }

  /** `generate "NAME" { contents = … }` */
  block(block: Block): Block {
    const contents = block.body.attributes.find(a => a.name === 'contents');
    const blocks = contents && this.read(contents.value);
    if (blocks === undefined) return block;
    // Of a local the code stands elsewhere: it is no part of this block's text.
    const attributes = block.body.attributes.filter(a => a !== contents);
    return { ...block, body: { ...block.body, attributes, blocks: [...block.body.blocks, ...blocks] } };
  }

  /** `generate = { NAME = { contents = … } }` */
  isMap({ name, value }: Attribute): boolean {
    return name === 'generate' && value.kind === 'object';
  }

  fromMap(attribute: Attribute): readonly Block[] {
    const { value } = attribute;
    if (!this.isMap(attribute) || value.kind !== 'object') return [];
    return value.items.map(item => {
      const inner = item.value.kind === 'object' ? item.value.items : [];
      const body: Body = {
        start: item.value.start,
        end: item.value.end,
        attributes: inner.flatMap(i =>
          i.keyText === undefined
            ? []
            : [{ name: i.keyText, nameSpan: i.key, value: i.value, start: i.start, end: i.end }],
        ),
        blocks: [],
      };
      const { start, end } = item;
      return this.block({ type: 'generate', typeSpan: item.key, labels: [], body, start, end });
    });
  }

  /** The blocks of generated code; `undefined`: it is made by a function, or of other files. */
  private read(value: Expression, depth = 0): readonly Block[] | undefined {
    if (value.kind === 'parentheses') return this.read(value.inner, depth);
    if (value.kind === 'reference') {
      const local = this.locals.get(value.path);
      return local === undefined || depth > 10 ? undefined : this.read(local, depth + 1);
    }
    if (value.kind !== 'string' && value.kind !== 'template') return undefined;
    const code = value.heredoc ? fromHeredoc(this.text, value) : fromQuoted(this.text, value);
    const { body, comments } = parseHcl(code);
    this.comments.push(...comments);
    return body.blocks;
  }
}

/** Blanks but for the line breaks. */
const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** The code of a heredoc as a text in which it stands at its offsets, and nothing else. */
function fromHeredoc(text: string, value: LiteralString | Template): string {
  const first = text.indexOf('\n', value.start) + 1;
  const last = text.lastIndexOf('\n', value.end - 1) + 1;
  const code = new Masked(' '.repeat(first));
  if (value.kind === 'string') code.text(text.slice(first, last));
  else
    for (const part of value.parts) {
      const raw = text.slice(part.start, Math.min(part.end, last));
      if (part.kind === 'text') code.text(raw);
      else if (part.kind === 'directive') code.out += blank(raw);
      else code.interpolation(raw);
    }
  return code.out;
}

/** Of a text in quotes: its line breaks and quotes are escapes of two characters. */
function fromQuoted(text: string, value: LiteralString | Template): string {
  const code = new Masked(' '.repeat(value.start + 1));
  const parts = value.kind === 'template' ? value.parts : [];
  let at = value.start + 1;
  for (const part of parts) {
    if (part.kind === 'text') continue;
    code.text(unescaped(text.slice(at, part.start), code));
    const raw = text.slice(part.start, part.end);
    if (part.kind === 'directive') code.out += blank(raw);
    else code.interpolation(raw);
    at = part.end;
  }
  code.text(unescaped(text.slice(at, value.end - 1), code));
  return code.out;
}

function unescaped(raw: string, { quoted }: Masked): string {
  let open = quoted;
  return raw.replace(/\\(.)/g, (_, letter: string) => {
    if (letter === 'n') return ' \n';
    if (letter === 't') return '  ';
    if (letter !== '"') return `_${letter}`;
    open = !open;
    // The blank stands outside of the text that the quotes hold.
    return open ? ' "' : '" ';
  });
}

class Masked {
  /** Inside of a string of the generated code. */
  quoted = false;

  constructor(public out: string) {}

  text(raw: string): void {
    // `$${x}` of Terragrunt is `${x}` of Terraform.
    const code = raw.replace(/\$\$\{/g, '${ ').replace(/%%\{/g, '%{ ');
    for (let i = 0; i < code.length; i++) {
      if (code[i] === '\\') i++;
      else if (code[i] === '"') this.quoted = !this.quoted;
      else if (code[i] === '\n') this.quoted = false;
    }
    this.out += code;
  }

  /** What Terragrunt writes there is a value that is not known; whole lines of code are left out. */
  interpolation(raw: string): void {
    if (this.quoted) this.out += `\${${nameFor(raw.slice(2, -1))}}`;
    else if (/(?:^|\n)[ \t]*$/.test(this.out)) this.out += blank(raw);
    else this.out += nameFor(raw);
  }
}

/** A name of the same length, another one for another value. */
const nameFor = (raw: string): string => raw.replace(/[^\w-]/g, '_').replace(/^[^a-zA-Z]/, 'x');
