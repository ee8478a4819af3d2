import type { Span } from '../../core/text';
import { attributeOf, type ResourceBlock, type SourceFile } from '../../terraform/model';
import { buildModule } from '../../terraform/module';
import type { Attribute, Block, Expression, ParsedFile } from '../../terraform/syntax/ast';
import { visitExpressions } from '../../terraform/syntax/walk';
import { evaluate, type Frame, moduleValues, type ModuleScope, type Value } from '../../terraform/values';
import { entry, openKey, type PolicyNode, readPolicyText } from '../policy/node';
import { placed, readDocument, type ReadDocument } from './document';
import { type Marker, patternMarker } from './marker';
import { PolicyNodes } from './nodes';
import { marked, readFilled } from './template';

/** What a policy is attached to, which decides how long it may be. */
export type PolicyUse = 'managed' | 'role' | 'user' | 'group' | 'other';

/** A policy that stands in Terraform code. Spans are offsets into the file. */
export interface PolicyInCode extends Span {
  /** `data.aws_iam_policy_document.deploy` or `aws_iam_role_policy.deploy`. */
  readonly address: string;
  readonly root: PolicyNode;
  /** How strings are written: JSON inside of a heredoc, HCL, or HCL where `&{` begins a policy variable. */
  readonly form: 'json' | 'expression' | 'document';
  readonly use: PolicyUse | undefined;
  /** The role, user or group that it is for, as written. */
  readonly owner: string | undefined;
  /** Places inside of the policy are those of the file; otherwise the whole string is the place. */
  readonly exact: boolean;
  /** Statements may be added when Terraform runs. */
  readonly incomplete: boolean;
}

const uses: Readonly<Record<string, readonly [PolicyUse, string]>> = {
  aws_iam_policy: ['managed', ''],
  aws_iam_role_policy: ['role', 'role'],
  aws_iam_role: ['role', 'name'],
  aws_iam_user_policy: ['user', 'user'],
  aws_iam_group_policy: ['group', 'group'],
  aws_organizations_policy: ['other', ''],
  aws_ssoadmin_permission_set_inline_policy: ['other', ''],
  aws_vpc_endpoint: ['other', ''],
  aws_vpc_endpoint_policy: ['other', ''],
};

/** Clouds whose policies look like AWS's and have another grammar. */
const otherClouds = /^(?:alicloud|tencentcloud|huaweicloud|volcengine|ksyun|ibm|oci|google|azurerm)_/;

type Read = Pick<PolicyInCode, 'root' | 'form' | 'exact' | 'incomplete'>;

/**
 * The policies in one file, trust policies and permission policies alike: `aws_iam_policy_document`, `jsonencode({ Statement = … })`,
 * and JSON in strings and heredocs. Values are asked of the evaluator, with the other files of the module. What only Terraform knows
 * is written as `marker` says: patterns for permissions by default.
 */
export function policiesInCode(
  file: ParsedFile,
  source: string,
  siblings: readonly ParsedFile[] = [],
  marker: Marker = patternMarker,
): readonly PolicyInCode[] {
  const reader = new CodeReader(file, source, siblings, marker);
  const found: PolicyInCode[] = [];
  for (const block of file.body.blocks) {
    if (block.type === 'data' && block.labels[0]?.value === 'aws_iam_policy_document')
      found.push(reader.document(block));
  }
  visitExpressions(file.body, (expression, within) => {
    const policy = reader.expression(expression, within);
    if (policy !== undefined) found.push(policy);
  });
  return found.sort((a, b) => a.start - b.start);
}

const at = ({ start, end }: Span): Span => ({ start, end });

const sourceFile = (parsed: ParsedFile, path: string, text: string): SourceFile => ({
  path,
  role: 'config',
  syntax: 'hcl',
  override: false,
  text,
  parsed,
});

/**
 * AWS gives the URL of an OIDC provider back without its scheme (GetOpenIDConnectProvider), and the provider takes both for the same: that
 * is what `url` holds once the resource is made.
 */
function asMade(block: ResourceBlock, name: string, read: (expression: Expression) => Value): Value | undefined {
  if (block.type !== 'aws_iam_openid_connect_provider' || name !== 'url') return undefined;
  const written = attributeOf(block.body, name)?.value;
  const value = written === undefined ? undefined : read(written);
  return value?.kind === 'string' ? { ...value, value: value.value.replace(/^https:\/\//, '') } : undefined;
}

/** Deeper chains of documents that take up each other are cut. */
const maximumDocuments = 10;

export class CodeReader {
  private readonly scope: ModuleScope;
  private readonly nodes: PolicyNodes;
  private readonly locals: ReadonlyMap<string, Expression>;
  private readonly documents = new Map<string, { readonly block: Block; readonly own: boolean }>();
  private readonly open = new Set<string>();

  constructor(
    file: ParsedFile,
    private readonly source: string,
    siblings: readonly ParsedFile[],
    private readonly marker: Marker,
  ) {
    const files = [sourceFile(file, 'this', source), ...siblings.map((s, i) => sourceFile(s, `file ${i}`, ''))];
    this.scope = moduleValues(buildModule('', files), { attribute: asMade }).scope;
    this.locals = localsOf(file);
    for (const [i, { parsed }] of files.entries())
      for (const block of parsed.body.blocks)
        if (block.type === 'data' && block.labels[0]?.value === 'aws_iam_policy_document')
          this.documents.set(block.labels[1]?.value ?? '', { block, own: i === 0 });
    this.nodes = new PolicyNodes(source, marker, (path, depth) => this.located(path, depth));
  }

  /** A local of this file is read where it stands, so that its places are real. */
  private located(path: string, depth: number): PolicyNode | undefined {
    const value = this.locals.get(path);
    return value === undefined || depth > 15 ? undefined : this.nodes.node(value, this.scope.frame, depth + 1);
  }

  document(block: Block): PolicyInCode {
    const read = this.readDocument(block);
    return {
      address: `data.aws_iam_policy_document.${block.labels[1]?.value ?? ''}`,
      root: read.root,
      form: 'document',
      use: undefined,
      owner: undefined,
      exact: true,
      incomplete: read.incomplete,
      ...at(block),
    };
  }

  private readDocument(block: Block): ReadDocument {
    const read = readDocument(block, this.frameOf([block]), this.nodes, (name, place) => this.named(name, place));
    return this.marker === patternMarker ? { ...read, root: withoutOpen(read.root) } : read;
  }

  private named(name: string, place: Span): ReadDocument | undefined {
    const found = this.documents.get(name);
    if (found === undefined || this.open.has(name) || this.open.size > maximumDocuments) return undefined;
    this.open.add(name);
    try {
      if (found.own) return this.readDocument(found.block);
      // Places in another file say nothing here: there the reference is the place.
      const nodes = new PolicyNodes('', this.marker, () => undefined);
      const read = readDocument(found.block, this.scope.frame, nodes, (other, span) => this.named(other, span));
      return { ...read, root: placed(read.root, () => at(place)) };
    } finally {
      this.open.delete(name);
    }
  }

  /** Where the expressions of a block stand: in its one instance, or where `each` is not known. */
  private frameOf(within: readonly Block[]): Frame {
    const [outer] = within;
    const [type, name] = outer?.labels.map(label => label.value) ?? [];
    const block = this.scope.module.resources.find(r => r.type === type && r.name === name && r.block === outer);
    const instances = block === undefined ? undefined : this.scope.instances(block);
    const [one] = instances?.state === 'known' && instances.all.length === 1 ? instances.all : [];
    return one?.frame ?? (instances?.state === 'unknown' ? instances.any.frame : this.scope.frame);
  }

  /** A policy as one expression: `jsonencode` with statements, or a text that is JSON with statements. */
  expression(expression: Expression, within: readonly Block[]): PolicyInCode | undefined {
    const read = this.policyOf(expression, within);
    if (read === undefined) return undefined;
    const block = within[0];
    const type = block?.labels[0]?.value ?? '';
    if (otherClouds.test(type)) return undefined;
    const use = block?.type === 'resource' && Object.hasOwn(uses, type) ? uses[type] : undefined;
    const name = block?.labels.map(l => l.value).join('.') ?? '';
    const prefix = block === undefined || block.type === 'resource' ? '' : `${block.type}${name === '' ? '' : '.'}`;
    const owner = block?.body.attributes.find(a => a.name === use?.[1])?.value;
    return {
      ...read,
      address: `${prefix}${name}`,
      use: use?.[0],
      owner: use?.[0] === 'managed' || owner === undefined ? undefined : this.source.slice(owner.start, owner.end),
      ...at(expression),
    };
  }

  /** The expression itself, or the one that a local of this file is. */
  behind(expression: Expression): Expression {
    let found = expression;
    for (let i = 0; i < 15; i++) {
      const next =
        found.kind === 'parentheses'
          ? found.inner
          : found.kind === 'reference'
            ? this.locals.get(found.path)
            : undefined;
      if (next === undefined) return found;
      found = next;
    }
    return found;
  }

  /** The policy that a whole argument is worth, whatever it is written like; `undefined`: none that can be read. */
  worth(attribute: Attribute, within: readonly Block[]): Read | undefined {
    const value = evaluate(attribute.value, this.frameOf(within));
    return this.decoded(value, attribute.value);
  }

  private decoded(value: Value, expression: Expression): Read | undefined {
    const span = at(expression);
    const found =
      value.kind === 'string'
        ? readPolicyText(value.value)
        : value.kind === 'unknown' && value.encoded !== undefined
          ? { root: this.nodes.value(value.encoded, span), syntax: [] }
          : undefined;
    if (found?.root === undefined || found.syntax.length > 0) return undefined;
    if (entry(found.root, 'Statement') === undefined) return undefined;
    return { root: placed(found.root, () => span), form: 'json', exact: false, incomplete: false };
  }

  private policyOf(expression: Expression, within: readonly Block[]): Read | undefined {
    if (expression.kind === 'call')
      return expression.name === 'jsonencode' ? this.encoded(expression.args[0], within) : undefined;
    if (expression.kind !== 'string' && expression.kind !== 'template') return undefined;
    const written = this.source.slice(expression.start, expression.end);
    if (!/Statement\\?"/.test(written)) return undefined;
    if (expression.heredoc) {
      const root = this.heredoc(expression, written, this.frameOf(within));
      return root === undefined ? undefined : { root, form: 'json', exact: true, incomplete: false };
    }
    const text = expression.kind === 'string' ? expression.value : this.templateText(expression, within);
    if (text === undefined) return undefined;
    const { root, syntax } = readPolicyText(text);
    if (root === undefined || syntax.length > 0 || entry(root, 'Statement') === undefined) return undefined;
    return {
      root: marked(
        placed(root, () => at(expression)),
        this.marker,
      ),
      form: 'json',
      exact: false,
      incomplete: false,
    };
  }

  private encoded(argument: Expression | undefined, within: readonly Block[]): Read | undefined {
    if (argument === undefined) return undefined;
    const root = this.nodes.node(argument, this.frameOf(within));
    const statement = entry(root, 'Statement')?.value;
    if (statement === undefined || statement.kind === 'unknown') return undefined;
    const incomplete = statement.kind === 'array' && statement.items.some(i => i.kind !== 'object');
    return { root: onlyObjects(root), form: 'expression', exact: true, incomplete };
  }

  private templateText(expression: Expression, within: readonly Block[]): string | undefined {
    const node = this.nodes.node(expression, this.frameOf(within));
    return node.kind === 'string' ? node.value : node.kind === 'unknown' ? node.shape : undefined;
  }

  /** JSON in a heredoc as it stands in the file; what Terraform fills in is a run of private characters meanwhile. */
  private heredoc(
    expression: Extract<Expression, { kind: 'string' | 'template' }>,
    written: string,
    frame: Frame,
  ): PolicyNode | undefined {
    const first = written.indexOf('\n') + 1;
    const last = written.trimEnd().lastIndexOf('\n');
    if (first === 0 || last < first) return undefined;
    const base = expression.start + first;
    const holes =
      expression.kind === 'template'
        ? expression.parts.flatMap(part =>
            part.kind === 'text' ? [] : [{ ...at(part), value: this.filled(part, frame) }],
          )
        : [];
    const text = this.source.slice(base, expression.start + last + 1);
    const inText = holes.map(hole => ({ ...hole, start: hole.start - base, end: hole.end - base }));
    const { root, syntax } = readFilled(text, inText, this.marker);
    if (root === undefined || syntax.length > 0 || entry(root, 'Statement') === undefined) return undefined;
    return placed(root, s => ({ start: s.start + base, end: s.end + base }));
  }

  private filled(part: Extract<Expression, { kind: 'template' }>['parts'][number], frame: Frame): string {
    if (part.kind !== 'interpolation') return this.marker.mark(undefined, '…');
    const node = this.nodes.node(part.expression, frame);
    if (node.kind === 'string') return node.value;
    if (node.kind === 'unknown' && node.shape !== undefined) return node.shape;
    return this.marker.mark(part.expression, this.source.slice(part.expression.start, part.expression.end));
  }
}

/** Locals of the same file. */
function localsOf(file: ParsedFile): ReadonlyMap<string, Expression> {
  const values = new Map<string, Expression>();
  for (const block of file.body.blocks)
    if (block.type === 'locals') for (const a of block.body.attributes) values.set(`local.${a.name}`, a.value);
  return values;
}

/** Statements of which not even the shape is known are not in the tree; the policy is incomplete then. */
function onlyObjects(root: PolicyNode): PolicyNode {
  if (root.kind !== 'object') return root;
  return {
    ...root,
    entries: root.entries.map(e =>
      e.key === 'Statement' && e.value.kind === 'array'
        ? { ...e, value: { ...e.value, items: e.value.items.filter(i => i.kind !== 'unknown') } }
        : e,
    ),
  };
}

/** Conditions of which nothing is known say nothing to the rules for permissions. */
function withoutOpen(node: PolicyNode): PolicyNode {
  if (node.kind === 'array') return { ...node, items: node.items.map(withoutOpen) };
  if (node.kind !== 'object') return node;
  const entries = node.entries.filter(e => e.key !== openKey);
  if (entries.length === 0 && node.entries.length > 0) return { kind: 'unknown', text: '', ...at(node) };
  return { ...node, entries: entries.map(e => ({ ...e, value: withoutOpen(e.value) })) };
}
