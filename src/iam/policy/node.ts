import { type Node, parse as parseJson, type ParseError, parseTree } from 'jsonc-parser';
import type { Span } from '../../core/text';

/**
 * A policy as a tree with places, whether it came from JSON or from HCL. `unknown` is what is known only when Terraform runs.
 */
export type PolicyNode =
  | (Span & { readonly kind: 'string'; readonly value: string })
  | (Span & { readonly kind: 'literal'; readonly value: number | boolean | null })
  | (Span & { readonly kind: 'array'; readonly items: readonly PolicyNode[] })
  | (Span & { readonly kind: 'object'; readonly entries: readonly PolicyEntry[] })
  /** `shape`: its text with marks for the parts that are not known (see `Holes`). */
  | (Span & { readonly kind: 'unknown'; readonly text: string; readonly shape?: string });

export interface PolicyEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: PolicyNode;
}

/** The key of an entry that stands for conditions of which nothing is known here, not even their operator. */
export const openKey = '\uE003';

interface SyntaxProblem extends Span {
  readonly message: string;
  /** A comma behind the last item: the span is that of the comma, which can go. */
  readonly comma: boolean;
}

export interface PolicyText {
  readonly root: PolicyNode | undefined;
  /** Where JSON breaks off, in words: the first such place, and each comma behind a last item. */
  readonly syntax: readonly SyntaxProblem[];
  readonly comments: readonly Span[];
  /** The text that spans count in: the decoded one, where the input was URL-encoded. */
  readonly text: string;
}

/** Reads JSON, JSON with comments, the URL-encoded form of GetRole, and the wrappers that the AWS CLI prints around a document. */
export function readPolicyText(input: string): PolicyText {
  const text = decoded(input);
  const errors: ParseError[] = [];
  const comments: Span[] = [];
  if (nesting(text) > 200)
    return {
      root: undefined,
      syntax: [{ start: 0, end: 1, message: 'The JSON is nested too deeply.', comma: false }],
      comments,
      text,
    };
  const tree = parseTree(text, errors, { allowTrailingComma: false, disallowComments: false });
  collectComments(text, comments);
  const root = tree === undefined ? undefined : unwrap(fromJson(tree));
  return {
    root,
    syntax: syntaxProblems(text, errors, comments),
    comments,
    text,
  };
}

/** Of what the parser finds behind the first mistake most is wrong only because of that one. */
function syntaxProblems(
  text: string,
  errors: readonly ParseError[],
  comments: readonly Span[],
): readonly SyntaxProblem[] {
  const bare = blank(text, comments);
  const out: SyntaxProblem[] = [];
  const commas = new Set<number>();
  let broken = false;
  for (const { offset, length } of errors) {
    let start = offset - 1;
    while (start >= 0 && /\s/.test(bare.charAt(start))) start--;
    if (bare.charAt(start) === ',' && /[\]}]/.test(text.charAt(offset))) {
      if (!commas.has(start))
        out.push({ start, end: start + 1, message: 'IAM refuses a comma behind the last item.', comma: true });
      commas.add(start);
    } else if (!broken) {
      broken = true;
      const message = `The JSON cannot be read from here on.${hint(text.slice(offset, offset + 20), text)}`;
      out.push({ start: offset, end: offset + Math.max(1, length), message, comma: false });
    }
  }
  return out;
}

function hint(here: string, text: string): string {
  if (/^[\u201c\u201d\u201e\u00ab\u00bb]/.test(here)) return ' Typographic quotes are none to JSON: write ".';
  if (here.startsWith("'")) return ' JSON takes double quotes only.';
  if (/^[ \t]*(?:Version|Statement|AWSTemplateFormatVersion)\s*:/m.test(text))
    return ' This looks like YAML; IAM takes JSON.';
  if (/^[A-Za-z]/.test(here) && /^\s*[[{]/.test(text)) return ' JSON takes names in double quotes.';
  return '';
}

/** The text with blanks for comments: places stay. */
export function blank(text: string, comments: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of comments) {
    parts.push(text.slice(at, start), ' '.repeat(end - start));
    at = end;
  }
  return parts.join('') + text.slice(at);
}

function decoded(input: string): string {
  const trimmed = unquoted(ofAnswer(input.replace(/^\uFEFF/, '')));
  if (!/^\s*(?:%7B|%0A|%20)/i.test(trimmed)) return trimmed;
  try {
    // A plus sign of the policy itself is %2B; what a request's body has in place of a blank is none.
    return decodeURIComponent(trimmed.trim().replace(/\+/g, ' '));
  } catch {
    return trimmed;
  }
}

/** What IAM's API answers is XML, with the document URL-encoded in it. */
const ofAnswer = (text: string): string =>
  /^\s*</.test(text)
    ? (/<(?:AssumeRolePolicyDocument|PolicyDocument|Document)>\s*(%7B[^<]{1,200000})</i.exec(text)?.[1] ?? text)
    : text;

/** A policy that was copied as a JSON text: `"{\\"Version\\": …}"`, as state files and APIs have it, or URL-encoded in quotes. */
function unquoted(text: string): string {
  if (!/^\s*"\s*(?:\\n\s*)?(?:\{|%7B)/i.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** `aws iam get-role` and `get-role-policy` print the document inside of these. */
const wrappers: readonly (readonly string[])[] = [
  ['Role', 'AssumeRolePolicyDocument'],
  ['AssumeRolePolicyDocument'],
  ['PolicyVersion', 'Document'],
  ['PolicyDocument'],
  ['Document'],
];

function unwrap(node: PolicyNode): PolicyNode {
  for (const path of wrappers) {
    let inner: PolicyNode | undefined = node;
    for (const key of path) inner = inner === undefined ? undefined : entry(inner, key)?.value;
    if (inner?.kind === 'object') return inner;
    if (inner?.kind === 'string') {
      const nested = readPolicyText(inner.value).root;
      if (nested !== undefined) return nested;
    }
  }
  return node;
}

function fromJson(node: Node): PolicyNode {
  const span = { start: node.offset, end: node.offset + node.length };
  switch (node.type) {
    case 'string':
      return { kind: 'string', value: String(node.value), ...span };
    case 'array':
      return { kind: 'array', items: (node.children ?? []).map(fromJson), ...span };
    case 'object':
      return {
        kind: 'object',
        entries: (node.children ?? []).flatMap(property => {
          const [key, value] = property.children ?? [];
          if (key === undefined || value === undefined) return [];
          return [
            {
              key: String(key.value),
              keySpan: { start: key.offset, end: key.offset + key.length },
              value: fromJson(value),
            },
          ];
        }),
        ...span,
      };
    case 'number':
      return { kind: 'literal', value: Number(node.value), ...span };
    case 'boolean':
      return { kind: 'literal', value: node.value === true, ...span };
    default:
      return { kind: 'literal', value: null, ...span };
  }
}

export function entry(node: PolicyNode, key: string): PolicyEntry | undefined {
  return node.kind === 'object' ? node.entries.find(e => e.key === key) : undefined;
}

/** A string or a list of strings, as IAM allows nearly everywhere. Unknown items are kept for the caller to see. */
export function listOf(node: PolicyNode | undefined): readonly PolicyNode[] {
  if (node === undefined) return [];
  return node.kind === 'array' ? node.items : [node];
}

function collectComments(text: string, out: Span[]): void {
  let i = 0;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === '"') {
      i++;
      while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
      i++;
    } else if (c === '/' && (text.charAt(i + 1) === '/' || text.charAt(i + 1) === '*')) {
      const line = text.charAt(i + 1) === '/';
      const end = text.indexOf(line ? '\n' : '*/', i + 2);
      const stop = end < 0 ? text.length : line ? end : end + 2;
      out.push({ start: i, end: stop });
      i = stop;
    } else i++;
  }
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 123 || c === 91) deepest = Math.max(deepest, ++depth);
    else if (c === 125 || c === 93) depth--;
  }
  return deepest;
}

/** A plain value of a document, for comparison by meaning. `undefined` where it is not JSON. */
export function plainJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJson(decoded(text), errors);
  return errors.length > 0 ? undefined : value;
}
