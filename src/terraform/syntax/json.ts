import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Span } from '../../core/text';
import type {
  Attribute,
  Block,
  Body,
  Expression,
  Label,
  ObjectItem,
  ParsedFile,
  SyntaxProblem,
  TemplatePart,
} from './ast';
import { parseHcl } from './hcl';

/**
 * Terraform's JSON syntax as the tree of its native syntax (https://developer.hashicorp.com/terraform/language/syntax/json).
 * JSON does not tell blocks from objects, so the names of block types decide; everything else is an argument.
 */
interface Schema {
  readonly labels: number;
  readonly blocks?: Readonly<Record<string, Schema>>;
}

const plain: Schema = { labels: 0 };
const provider: Schema = {
  labels: 1,
  blocks: {
    assume_role: plain,
    assume_role_with_web_identity: plain,
    default_tags: plain,
    ignore_tags: plain,
    endpoints: plain,
  },
};
const configuration: Readonly<Record<string, Schema>> = {
  terraform: {
    labels: 0,
    blocks: {
      cloud: { labels: 0, blocks: { workspaces: plain } },
      backend: { labels: 1, blocks: { workspaces: plain, assume_role: plain } },
      required_providers: plain,
      provider_meta: { labels: 1 },
    },
  },
  provider,
  resource: { labels: 2 },
  data: { labels: 2 },
  ephemeral: { labels: 2 },
  module: { labels: 1 },
  variable: { labels: 1 },
  output: { labels: 1 },
  locals: plain,
  moved: plain,
  import: plain,
  removed: plain,
  check: { labels: 1, blocks: { data: { labels: 2 } } },
  action: { labels: 2 },
  list: { labels: 2 },
};
const stack: Readonly<Record<string, Schema>> = {
  provider: { labels: 2, blocks: { config: { labels: 0, ...(provider.blocks && { blocks: provider.blocks }) } } },
  component: { labels: 1 },
  deployment: { labels: 1 },
  identity_token: { labels: 1 },
  variable: { labels: 1 },
  output: { labels: 1 },
  locals: plain,
  required_providers: plain,
};

type Building = { attributes: Attribute[]; blocks: Block[] };

/** Parses a `.tf.json`, `.tfvars.json` or Stack JSON file. Never throws; broken JSON yields what can be read. */
export function parseTerraformJson(text: string, kind: 'config' | 'tfvars' | 'stack'): ParsedFile {
  const errors: ParseError[] = [];
  const offset = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const root = tooDeep(text) ? undefined : parseTree(text.slice(offset), errors, { disallowComments: true });
  const problems: SyntaxProblem[] = errors.map(error => ({
    code: `json-${printParseErrorCode(error.error)}`,
    message: jsonMessage(printParseErrorCode(error.error)),
    start: error.offset + offset,
    end: error.offset + error.length + offset,
  }));
  if (tooDeep(text)) problems.push({ code: 'too-deep', message: 'Nested too deeply', start: 0, end: 1 });
  if (root !== undefined && !isBody(root))
    problems.push({
      code: 'json-root',
      message: 'Expected an object at the top; Terraform refuses any other value',
      start: root.offset + offset,
      end: root.offset + root.length + offset,
    });
  const reader = new JsonReader(offset);
  const body: Body = {
    start: 0,
    end: text.length,
    ...reader.body(root, kind === 'tfvars' ? {} : kind === 'stack' ? stack : configuration),
  };
  return { body, problems, recovered: false, comments: [] };
}

/** Terraform takes an array of objects for one, too. */
const isBody = ({ type, children }: Node): boolean =>
  type === 'object' || (type === 'array' && (children ?? []).every(child => child.type === 'object'));

class JsonReader {
  constructor(private readonly shift: number) {}

  private span(node: Node): Span {
    return { start: node.offset + this.shift, end: node.offset + node.length + this.shift };
  }

  /** The properties of an object, or of all objects of an array, sorted into arguments and blocks. */
  body(node: Node | undefined, schemas: Readonly<Record<string, Schema>>): Building {
    const out: Building = { attributes: [], blocks: [] };
    for (const object of objects(node)) {
      for (const { key, value, property } of properties(object)) {
        const name = String(key.value);
        // "//" is the comment of JSON syntax.
        if (name === '//') continue;
        const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
        if (schema !== undefined && (value.type === 'object' || value.type === 'array')) {
          this.blocks(name, key, value, schema, [], out);
          continue;
        }
        const span = this.span(property);
        out.attributes.push({
          name,
          nameSpan: this.inside(key),
          value: this.expression(value),
          start: span.start,
          end: this.span(value).end,
        });
      }
    }
    return out;
  }

  private inside(key: Node): Span {
    const { start, end } = this.span(key);
    return { start: start + 1, end: Math.max(start + 1, end - 1) };
  }

  private blocks(type: string, key: Node, value: Node, schema: Schema, labels: readonly Label[], out: Building): void {
    if (labels.length < schema.labels) {
      for (const object of objects(value)) {
        for (const { key: label, value: inner } of properties(object)) {
          if (label.value === '//') continue;
          const span = this.span(label);
          this.blocks(
            type,
            key,
            inner,
            schema,
            [...labels, { value: String(label.value), quoted: true, ...span }],
            out,
          );
        }
      }
      return;
    }
    for (const object of objects(value)) {
      const span = this.span(object);
      const body = this.body(object, schema.blocks ?? {});
      out.blocks.push({
        type,
        typeSpan: this.inside(key),
        labels,
        open: { start: span.start, end: span.start + 1 },
        close: { start: span.end - 1, end: span.end },
        start: labels.length > 0 || value.type === 'array' ? span.start : this.span(key).start,
        end: span.end,
        body: { start: span.start + 1, end: span.end - 1, ...body },
      });
    }
  }

  expression(node: Node): Expression {
    const span = this.span(node);
    switch (node.type) {
      case 'string':
        return this.template(node, String(node.value));
      case 'number':
        return { kind: 'number', text: String(node.value), ...span };
      case 'boolean':
        return { kind: 'bool', text: String(node.value), ...span };
      case 'null':
        return { kind: 'null', text: 'null', ...span };
      case 'array':
        return { kind: 'tuple', items: (node.children ?? []).map(child => this.expression(child)), ...span };
      case 'object': {
        const items: ObjectItem[] = properties(node).map(({ key, value, property }) => ({
          key: this.expression(key),
          keyText: String(key.value),
          value: this.expression(value),
          ...this.span(property),
        }));
        return { kind: 'object', items, ...span };
      }
      default:
        return { kind: 'missing', ...span };
    }
  }

  /** A string is a template. `"${x}"` alone is the expression itself. */
  private template(node: Node, value: string): Expression {
    const span = this.span(node);
    if (!/[$%]\{/.test(value)) return { kind: 'string', value, heredoc: false, ...span };
    const marker = 'END_OF_JSON_STRING';
    const prefix = `v=<<${marker}\n`;
    const parsed = parseHcl(`${prefix}${value}\n${marker}\n`);
    const inner = parsed.body.attributes[0]?.value;
    // Escapes make one character of several, so places inside of a string with escapes are those of the whole string.
    const exact = node.length === value.length + 2;
    const move = (s: Span): Span =>
      exact
        ? {
            start: span.start + 1 + s.start - prefix.length,
            end: Math.min(span.end - 1, span.start + 1 + s.end - prefix.length),
          }
        : span;
    if (inner?.kind === 'string')
      return { kind: 'string', value: inner.value.replace(/\n$/, ''), heredoc: false, ...span };
    if (inner?.kind !== 'template') return { kind: 'string', value, heredoc: false, ...span };
    const parts = inner.parts
      .map((part): TemplatePart => (part.kind === 'text' ? { ...part, value: part.value } : part))
      .filter((part, i, all) => !(i === all.length - 1 && part.kind === 'text' && part.value === '\n'))
      .map((part, i, all): TemplatePart =>
        i === all.length - 1 && part.kind === 'text' ? { ...part, value: part.value.replace(/\n$/, '') } : part,
      );
    const moved = parts.map(part => moveSpans(part, move));
    const [only] = moved;
    if (moved.length === 1 && only?.kind === 'interpolation') return only.expression;
    return { kind: 'template', parts: moved, heredoc: false, ...span };
  }
}

/** Every span of a piece of tree, moved. The tree is plain data, so it can be walked as such. */
function moveSpans<T>(value: T, move: (span: Span) => Span): T {
  if (Array.isArray(value)) return value.map((item: unknown) => moveSpans(item, move)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [key, moveSpans(item, move)] as const);
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  if (typeof copy['start'] === 'number' && typeof copy['end'] === 'number')
    Object.assign(copy, move({ start: copy['start'], end: copy['end'] }));
  return copy as T;
}

function objects(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if (node.type === 'object') return [node];
  return node.type === 'array' ? (node.children ?? []).flatMap(child => objects(child)) : [];
}

function properties(node: Node): readonly { readonly key: Node; readonly value: Node; readonly property: Node }[] {
  return (node.children ?? []).flatMap(property => {
    const [key, value] = property.children ?? [];
    return key !== undefined && value !== undefined ? [{ key, value, property }] : [];
  });
}

/** jsonc-parser recurses; a bound on nesting keeps the call stack ours. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34 || c === 10) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) deepest = Math.max(deepest, ++depth);
    else if (c === 125 || c === 93) depth--;
  }
  return deepest > 500;
}

function jsonMessage(code: string): string {
  const words = code
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
  return `JSON: ${words}`;
}
