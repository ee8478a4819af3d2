import type { Span } from '../../core/text';

/**
 * The syntax tree of one Terraform file, whether it was written in HCL's native syntax or in JSON
 * (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, https://developer.hashicorp.com/terraform/language/syntax/json).
 * Spans are UTF-16 offsets into the file's text.
 */
export type Expression =
  | LiteralString
  | Template
  | (Span & { readonly kind: 'number' | 'bool' | 'null'; readonly text: string })
  /** A dotted name: `var.x`, `each.key`, `data.aws_x.y.arn`. */
  | (Span & { readonly kind: 'reference'; readonly path: string })
  | (Span & { readonly kind: 'attribute'; readonly on: Expression; readonly name: string; readonly nameSpan: Span })
  | (Span & { readonly kind: 'index'; readonly on: Expression; readonly key: Expression })
  | (Span & { readonly kind: 'splat'; readonly on: Expression; readonly full: boolean })
  | (Span & {
      readonly kind: 'call';
      readonly name: string;
      readonly nameSpan: Span;
      readonly args: readonly Expression[];
      readonly expand: boolean;
    })
  | (Span & { readonly kind: 'tuple'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'object'; readonly items: readonly ObjectItem[] })
  /** `names` are known inside only; `parts` are the collection, then key and value (or value), then the condition. */
  | (Span & {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly parts: readonly Expression[];
      /** `{ for … }`; else a list. */
      readonly isObject: boolean;
      /** `=> value...`: values of one key make a list. */
      readonly grouped?: true;
    })
  | (Span & {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    })
  | (Span & {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression })
  | (Span & { readonly kind: 'parentheses'; readonly inner: Expression })
  /** `region =` with nothing behind it. */
  | (Span & { readonly kind: 'missing' });

/** A quoted string or heredoc without interpolation; `value` has its escapes resolved and its indent removed. */
export type LiteralString = Span & { readonly kind: 'string'; readonly value: string; readonly heredoc: boolean };

/** A quoted string or heredoc with `${}` or `%{}` sequences. Blanks that their `~` takes away are not in its texts. */
export type Template = Span & {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
  readonly heredoc: boolean;
};

export type TemplatePart =
  | (Span & { readonly kind: 'text'; readonly value: string })
  | (Span & { readonly kind: 'interpolation'; readonly expression: Expression })
  | (Span & {
      readonly kind: 'directive';
      readonly word: string;
      readonly parts: readonly Expression[];
      /** Of `for`: what it binds. */
      readonly names?: readonly string[];
    });

export interface ObjectItem extends Span {
  readonly key: Expression;
  /** The key's text where it is a plain name or string. */
  readonly keyText?: string;
  readonly value: Expression;
}

export interface Attribute extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
}

export interface Label extends Span {
  readonly value: string;
  readonly quoted: boolean;
}

export interface Block extends Span {
  readonly type: string;
  readonly typeSpan: Span;
  readonly labels: readonly Label[];
  /** The braces; absent while not typed yet. In JSON: the braces of the object. */
  readonly open?: Span;
  readonly close?: Span;
  readonly body: Body;
}

export interface Body extends Span {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

export interface SyntaxProblem extends Span {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface ParsedFile {
  readonly body: Body;
  readonly problems: readonly SyntaxProblem[];
  /** True when something never closed and the layout (indent, top-level headers) decided where it ends. */
  readonly recovered: boolean;
  readonly comments: readonly Span[];
}
