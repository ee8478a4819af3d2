import type { Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Span } from '../../core/text';
import type { PolicyEntry, PolicyNode } from '../policy/node';
import type { Marker } from './marker';
import type * as YamlModule from './yaml';

/** A policy that stands in a CloudFormation template. Spans are offsets into the file. */
export interface TemplatePolicy {
  /** The resource's logical name and type: `DeployRole (AWS::IAM::Role)`. */
  readonly address: string;
  readonly root: PolicyNode;
}

/** It is loaded by whoever meets a template. */
export type Yaml = typeof YamlModule;

/** Is it a template of CloudFormation, in YAML or JSON, also one that CDK has made? */
export function isCloudFormation(text: string): boolean {
  return /^[ \t]*"?AWSTemplateFormatVersion"?\s*:/m.test(text) || /["']?Type["']?\s*:\s*["']?AWS::IAM::/.test(text);
}

/** The trust policies of the template's resources. `undefined`: the text is not YAML that can be read. */
export function trustPoliciesInTemplate(
  text: string,
  yaml: Yaml,
  marker: Marker,
): readonly TemplatePolicy[] | undefined {
  const tags = [
    'Ref',
    'Sub',
    'GetAtt',
    'Join',
    'If',
    'ImportValue',
    'Select',
    'FindInMap',
    'Split',
    'Base64',
    'Condition',
  ];
  const customTags = tags.flatMap(name => [
    { tag: `!${name}`, resolve: (value: string) => value },
    { tag: `!${name}`, collection: 'seq' as const },
    { tag: `!${name}`, collection: 'map' as const },
  ]);
  const document: Document = yaml.parseDocument(text, { customTags, logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  const reader = new TemplateReader(yaml, text, marker);
  const resources = reader.get(document.contents, 'Resources');
  if (!yaml.isMap(resources)) return [];
  return resources.items.flatMap((pair): readonly TemplatePolicy[] => {
    const name = reader.text(pair.key as Node | null) ?? '';
    const type = reader.text(reader.get(pair.value as Node | null, 'Type')) ?? '';
    const policy = reader.get(reader.get(pair.value as Node | null, 'Properties'), 'AssumeRolePolicyDocument');
    return policy === undefined ? [] : [{ address: `${name} (${type})`, root: reader.node(policy) }];
  });
}

/** Nodes of YAML as a policy. Functions of CloudFormation are marks; `Fn::Sub` and `Fn::Join` keep the text around them. */
class TemplateReader {
  constructor(
    private readonly yaml: Yaml,
    private readonly source: string,
    private readonly marker: Marker,
  ) {}

  get(on: Node | null | undefined, key: string): Node | undefined {
    if (!this.yaml.isMap(on)) return undefined;
    return (on.items.find(pair => this.text(pair.key as Node | null) === key)?.value as Node | null) ?? undefined;
  }

  text(node: Node | null | undefined): string | undefined {
    return this.yaml.isScalar(node) &&
      (typeof node.value === 'string' || typeof node.value === 'number' || node.value instanceof Date)
      ? this.plain(node)
      : undefined;
  }

  /** Dates are texts here: `Version: 2012-10-17`. */
  private plain(node: Scalar): string {
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  node(node: Node): PolicyNode {
    const span = spanOf(node);
    const made = this.called(node, span);
    if (made !== undefined) return made;
    if (this.yaml.isSeq(node)) return this.list(node, span);
    if (this.yaml.isMap(node)) return this.object(node, span);
    const text = this.text(node);
    if (text !== undefined) return { kind: 'string', value: text, ...span };
    return this.yaml.isScalar(node) && typeof node.value === 'boolean'
      ? { kind: 'literal', value: node.value, ...span }
      : this.unknown(span);
  }

  private list(node: YAMLSeq, span: Span): PolicyNode {
    return { kind: 'array', items: node.items.map(item => this.node(item as Node)), ...span };
  }

  private object(node: YAMLMap, span: Span): PolicyNode {
    const entries = node.items.flatMap((pair: Pair): readonly PolicyEntry[] => {
      const key = this.text(pair.key as Node | null);
      if (key === undefined || pair.value === null) return [];
      return [{ key, keySpan: spanOf(pair.key as Node), value: this.node(pair.value as Node) }];
    });
    return { kind: 'object', entries, ...span };
  }

  /** A function: by its tag (`!Sub`), or as an object of one key (`{ "Fn::Sub": … }`). `undefined`: it is none. */
  private called(node: Node, span: Span): PolicyNode | undefined {
    const tag = (node as { readonly tag?: string }).tag;
    const short = tag?.startsWith('!') === true && !tag.startsWith('!!') ? tag.slice(1) : undefined;
    if (short !== undefined) return this.function(short, node, span);
    if (!this.yaml.isMap(node) || node.items.length !== 1) return undefined;
    const key = this.text(node.items[0]?.key as Node | null);
    const argument = node.items[0]?.value as Node | null | undefined;
    const name = key === 'Ref' ? 'Ref' : /^Fn::(\w+)$/.exec(key ?? '')?.[1];
    return name === undefined || argument === null || argument === undefined
      ? undefined
      : this.function(name, argument, span);
  }

  private function(name: string, argument: Node, span: Span): PolicyNode {
    const written = this.source.slice(span.start, span.end);
    if (name === 'Sub') {
      const text = this.yaml.isSeq(argument) ? this.text(argument.items[0] as Node) : this.text(argument);
      if (text !== undefined)
        return this.partly(
          text.replace(/\$\{(?!!)([^{}]*)\}/g, (_, inner: string) => this.marker.mark(undefined, inner)),
          written,
          span,
        );
    }
    if (name === 'Join' && this.yaml.isSeq(argument) && this.yaml.isSeq(argument.items[1])) {
      const separator = this.text(argument.items[0] as Node) ?? '';
      const pieces = argument.items[1].items.map(item => {
        const piece = this.node(item as Node);
        return piece.kind === 'string'
          ? piece.value
          : piece.kind === 'unknown'
            ? (piece.shape ?? this.marker.mark(undefined, piece.text))
            : this.marker.mark(undefined, '…');
      });
      return this.partly(pieces.join(separator), written, span);
    }
    return this.partly(this.marker.mark(undefined, this.text(argument) ?? name), written, span);
  }

  private partly(text: string, written: string, span: Span): PolicyNode {
    return /[\uE000-\uE002]/.test(text)
      ? this.marker.node(text, written, span)
      : { kind: 'string', value: text, ...span };
  }

  private unknown(span: Span): PolicyNode {
    return { kind: 'unknown', text: this.source.slice(span.start, span.end), ...span };
  }
}

function spanOf(node: Node): Span {
  const [start = 0, end = start + 1] = node.range ?? [];
  return { start, end };
}
