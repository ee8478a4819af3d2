import type { Span } from '../../core/text';
import type { Attribute, Block, Expression, ParsedFile } from '../../terraform/syntax/ast';
import { visitExpressions } from '../../terraform/syntax/walk';
import { entry, type PolicyEntry, type PolicyNode, readPolicyText } from '../policy/node';
import { type Lookup, patternOf } from './codeValues';
import { anyName, anyText } from '../policy/patterns/resourcePattern';

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

/**
 * The policies in one file: `aws_iam_policy_document`, `jsonencode({ Statement = … })`, and JSON in strings and heredocs. Locals and
 * defaults of variables are looked up in the file and in the other files of its module.
 */
export function policiesInCode(
  file: ParsedFile,
  source: string,
  siblings: readonly ParsedFile[] = [],
): readonly PolicyInCode[] {
  const own = lookupIn(file);
  const others = siblings.map(lookupIn);
  const elsewhere: Lookup = path => others.map(lookup => lookup(path)).find(value => value !== undefined);
  const reader = new Reader(source, own, elsewhere);
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

/** Locals, and defaults of variables, of the same file. */
function lookupIn(file: ParsedFile): Lookup {
  const values = new Map<string, Expression>();
  for (const block of file.body.blocks) {
    if (block.type === 'locals') for (const a of block.body.attributes) values.set(`local.${a.name}`, a.value);
    const [label] = block.labels;
    const fallback = block.body.attributes.find(a => a.name === 'default')?.value;
    if (block.type === 'variable' && label !== undefined && fallback !== undefined && fallback.kind !== 'null')
      values.set(`var.${label.value}`, fallback);
  }
  return path => values.get(path);
}

const at = ({ start, end }: Span): Span => ({ start, end });

class Reader {
  /** A value wherever it stands. */
  private readonly lookup: Lookup;

  constructor(
    private readonly source: string,
    private readonly own: Lookup,
    elsewhere: Lookup,
  ) {
    this.lookup = path => own(path) ?? elsewhere(path);
  }

  document(block: Block): PolicyInCode {
    let incomplete = block.body.attributes.some(a => /^(?:source|override)_/.test(a.name));
    const statements: PolicyNode[] = [];
    for (const inner of block.body.blocks) {
      if (inner.type === 'statement') statements.push(this.statement(inner, inner.body.attributes, inner.body.blocks));
      else if (inner.type === 'dynamic') {
        incomplete = true;
        const content = inner.body.blocks.find(b => b.type === 'content');
        if (inner.labels[0]?.value === 'statement' && content !== undefined)
          statements.push(this.statement(content, content.body.attributes, content.body.blocks));
      }
    }
    // Terraform's JSON syntax has no blocks here.
    const written = block.body.attributes.find(a => a.name === 'statement')?.value;
    for (const item of written?.kind === 'tuple' ? written.items : written === undefined ? [] : [written]) {
      if (item.kind === 'object') statements.push(this.statement(item, attributesOf(item), []));
      else incomplete = true;
    }
    const version = block.body.attributes.find(a => a.name === 'version')?.value;
    const head = block.labels.at(-1) ?? block.typeSpan;
    const root: PolicyNode = {
      kind: 'object',
      entries: [
        {
          key: 'Version',
          keySpan: at(version ?? head),
          value: version === undefined ? { kind: 'string', value: '2012-10-17', ...at(head) } : this.node(version, 0),
        },
        { key: 'Statement', keySpan: at(head), value: { kind: 'array', items: statements, ...at(head) } },
      ],
      ...at(head),
    };
    return {
      address: `data.aws_iam_policy_document.${block.labels[1]?.value ?? ''}`,
      root,
      form: 'document',
      use: undefined,
      owner: undefined,
      exact: true,
      incomplete,
      ...at(block),
    };
  }

  private statement(place: Span, attributes: readonly Attribute[], blocks: readonly Block[]): PolicyNode {
    const entries: PolicyEntry[] = [];
    for (const a of attributes) {
      const key = Object.hasOwn(arguments_, a.name) ? arguments_[a.name] : undefined;
      if (key === undefined) continue;
      if (key === 'Condition' || key === 'Principal' || key === 'NotPrincipal') {
        entries.push({ key, keySpan: at(a.nameSpan), value: { kind: 'unknown', text: '', ...at(a.value) } });
        continue;
      }
      entries.push({ key, keySpan: at(a.nameSpan), value: variables(this.node(a.value, 0)) });
    }
    if (!entries.some(e => e.key === 'Effect')) {
      const value: PolicyNode = { kind: 'string', value: 'Allow', ...at(place) };
      entries.push({ key: 'Effect', keySpan: at(place), value });
    }
    for (const b of blocks) {
      const key = { principals: 'Principal', not_principals: 'NotPrincipal', condition: 'Condition' }[
        b.type === 'dynamic' ? (b.labels[0]?.value ?? '') : b.type
      ];
      if (key === undefined) continue;
      entries.push({ key, keySpan: at(b.typeSpan), value: key === 'Condition' ? this.condition(b) : unknownAt(b) });
    }
    return { kind: 'object', entries: joinConditions(entries), ...at(place) };
  }

  private condition(block: Block): PolicyNode {
    const get = (name: string): Expression | undefined => block.body.attributes.find(a => a.name === name)?.value;
    const test = get('test');
    const variable = get('variable');
    const values = get('values');
    if (test?.kind !== 'string' || variable?.kind !== 'string' || values === undefined) return unknownAt(block);
    const inner: PolicyNode = {
      kind: 'object',
      entries: [{ key: variable.value, keySpan: at(variable), value: this.node(values, 0) }],
      ...at(block),
    };
    return { kind: 'object', entries: [{ key: test.value, keySpan: at(test), value: inner }], ...at(block) };
  }

  /** A policy as one expression: `jsonencode` with statements, or a text that is JSON with statements. */
  expression(expression: Expression, within: readonly Block[]): PolicyInCode | undefined {
    const read = this.policyOf(expression);
    if (read === undefined) return undefined;
    const block = within[0];
    const type = block?.labels[0]?.value ?? '';
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

  private policyOf(expression: Expression): Pick<PolicyInCode, 'root' | 'form' | 'exact' | 'incomplete'> | undefined {
    if (expression.kind === 'call') {
      const [argument] = expression.args;
      if (expression.name !== 'jsonencode' || argument === undefined) return undefined;
      const root = this.node(argument, 0);
      const statement = entry(root, 'Statement')?.value;
      if (statement === undefined || statement.kind === 'unknown') return undefined;
      const incomplete = statement.kind === 'array' && statement.items.some(i => i.kind !== 'object');
      return { root, form: 'expression', exact: true, incomplete };
    }
    if (expression.kind !== 'string' && expression.kind !== 'template') return undefined;
    const written = this.source.slice(expression.start, expression.end);
    if (!/Statement\\?"/.test(written)) return undefined;
    if (expression.heredoc) {
      const root = this.heredoc(expression, written);
      return root === undefined ? undefined : { root, form: 'json', exact: true, incomplete: false };
    }
    if (expression.kind === 'template') return undefined;
    const { root, syntax } = readPolicyText(expression.value);
    if (root === undefined || syntax.length > 0) return undefined;
    return { root: placed(root, () => at(expression)), form: 'json', exact: false, incomplete: false };
  }

  /** JSON in a heredoc as it stands in the file; what Terraform fills in is a run of private characters meanwhile. */
  private heredoc(
    expression: Extract<Expression, { kind: 'string' | 'template' }>,
    written: string,
  ): PolicyNode | undefined {
    const first = written.indexOf('\n') + 1;
    const last = written.trimEnd().lastIndexOf('\n');
    if (first === 0 || last < first) return undefined;
    const base = expression.start + first;
    const holes =
      expression.kind === 'template'
        ? expression.parts.flatMap(part =>
            part.kind === 'text'
              ? []
              : [
                  {
                    ...at(part),
                    value: part.kind === 'interpolation' ? patternOf(part.expression, this.lookup) : undefined,
                  },
                ],
          )
        : [];
    let text = '';
    let place = base;
    for (const hole of holes) {
      text += this.source.slice(place, hole.start) + anyText.repeat(hole.end - hole.start);
      place = hole.end;
    }
    text += this.source.slice(place, expression.start + last + 1);
    const { root, syntax } = readPolicyText(text);
    if (root === undefined || syntax.length > 0 || entry(root, 'Statement') === undefined) return undefined;
    return placed(
      root,
      s => ({ start: s.start + base, end: s.end + base }),
      (value, span) => {
        const inside = holes.filter(h => h.start > span.start && h.end < span.end);
        if (inside.length === 0) return value;
        let i = 0;
        return value.replace(new RegExp(`${anyText}+`, 'g'), () => inside[i++]?.value ?? anyText);
      },
    );
  }

  node(expression: Expression, depth: number): PolicyNode {
    const span = at(expression);
    const unknown: PolicyNode = { kind: 'unknown', text: this.source.slice(span.start, span.end), ...span };
    if (depth > 20) return unknown;
    switch (expression.kind) {
      case 'null':
        return { kind: 'literal', value: null, ...span };
      case 'tuple':
        return { kind: 'array', items: expression.items.flatMap(item => this.spread(item, depth)), ...span };
      case 'object':
        return {
          kind: 'object',
          entries: attributesOf(expression).map(a => ({
            key: a.name,
            keySpan: at(a.nameSpan),
            value: this.node(a.value, depth + 1),
          })),
          ...span,
        };
      case 'parentheses':
        return this.node(expression.inner, depth + 1);
      case 'call':
        if (expression.name === 'merge') return this.merged(expression.args, span, depth, unknown);
        if (['concat', 'distinct', 'compact', 'flatten', 'sort', 'tolist', 'toset'].includes(expression.name))
          return { kind: 'array', items: expression.args.flatMap(a => this.spread(a, depth, true)), ...span };
        break;
      case 'conditional':
        return {
          kind: 'array',
          items: [expression.whenTrue, expression.whenFalse].flatMap(e => this.spread(e, depth, true)).concat(unknown),
          ...span,
        };
      case 'reference': {
        const value = this.lookup(expression.path);
        if (value !== undefined && ['tuple', 'object', 'string', 'call'].includes(value.kind)) {
          const known = this.referenced(expression.path, value, span, depth);
          // A variable may be given another value than its default.
          if (expression.path.startsWith('var.') && known.kind === 'array')
            return { ...known, items: [...known.items, unknown] };
          if (known.kind !== 'unknown' && !(known.kind === 'string' && known.value === '')) return known;
        }
        break;
      }
      default:
        break;
    }
    const pattern = patternOf(expression, this.lookup);
    return pattern === undefined || pattern === anyText || pattern === anyName
      ? unknown
      : { kind: 'string', value: pattern, ...span };
  }

  /** Places in another file say nothing here: there the reference is the place. */
  private referenced(path: string, value: Expression, span: Span, depth: number): PolicyNode {
    if (this.own(path) !== undefined) return this.node(value, depth + 1);
    const other = new Reader('', this.lookup, () => undefined);
    return placed(other.node(value, depth + 1), () => span);
  }

  /** `merge` of objects that are known: a later one wins. */
  private merged(args: readonly Expression[], span: Span, depth: number, unknown: PolicyNode): PolicyNode {
    const entries = new Map<string, PolicyEntry>();
    for (const arg of args) {
      const node = this.node(arg, depth + 1);
      if (node.kind !== 'object') return unknown;
      for (const e of node.entries) entries.set(e.key, e);
    }
    return { kind: 'object', entries: [...entries.values()], ...span };
  }

  /** What functions such as concat make of lists: their items; an item that is no list stays one. */
  private spread(expression: Expression, depth: number, flatten = false): readonly PolicyNode[] {
    const node = this.node(expression, depth + 1);
    return flatten && node.kind === 'array' ? node.items : [node];
  }
}

const arguments_: Readonly<Record<string, string>> = {
  sid: 'Sid',
  effect: 'Effect',
  actions: 'Action',
  not_actions: 'NotAction',
  resources: 'Resource',
  not_resources: 'NotResource',
  principals: 'Principal',
  not_principals: 'NotPrincipal',
  condition: 'Condition',
};

const unknownAt = (span: Span): PolicyNode => ({ kind: 'unknown', text: '', ...at(span) });

/** `aws_iam_policy_document` writes policy variables as `&{aws:username}`. */
function variables(node: PolicyNode): PolicyNode {
  if (node.kind === 'string') return { ...node, value: node.value.replace(/&\{/g, '${') };
  return node.kind === 'array' ? { ...node, items: node.items.map(variables) } : node;
}

/** Several `condition` blocks are one element. */
function joinConditions(entries: readonly PolicyEntry[]): readonly PolicyEntry[] {
  const conditions = entries.filter(e => e.key === 'Condition');
  const [first] = conditions;
  if (first === undefined || conditions.length === 1) return entries;
  const inner = conditions.flatMap(c => (c.value.kind === 'object' ? c.value.entries : []));
  return [
    ...entries.filter(e => e.key !== 'Condition'),
    { ...first, value: { kind: 'object', entries: inner, ...at(first.value) } },
  ];
}

function attributesOf(object: Extract<Expression, { kind: 'object' }>): readonly Attribute[] {
  return object.items.flatMap(item =>
    item.keyText === undefined ? [] : [{ name: item.keyText, nameSpan: at(item.key), value: item.value, ...at(item) }],
  );
}

/** The tree with other places, and other texts. */
function placed(
  node: PolicyNode,
  move: (span: Span) => Span,
  text: (value: string, span: Span) => string = value => value,
): PolicyNode {
  const span = move(at(node));
  switch (node.kind) {
    case 'string':
      return { kind: 'string', value: text(node.value, span), ...span };
    case 'array':
      return { kind: 'array', items: node.items.map(i => placed(i, move, text)), ...span };
    case 'object':
      return {
        kind: 'object',
        entries: node.entries.map(e => ({ key: e.key, keySpan: move(e.keySpan), value: placed(e.value, move, text) })),
        ...span,
      };
    default:
      return { ...node, ...span };
  }
}
