import type { Span } from '../../core/text';
import type { Attribute, Block, Expression } from '../../terraform/syntax/ast';
import { assumedVariables, contentsOf, evaluate, type Frame, type ModuleScope } from '../../terraform/values';
import { entry, listOf, openKey, type PolicyEntry, type PolicyNode, readPolicyText } from '../policy/node';
import type { PolicyNodes } from './nodes';

const at = ({ start, end }: Span): Span => ({ start, end });
const object = (span: Span, entries: readonly PolicyEntry[]): PolicyNode => ({ kind: 'object', entries, ...at(span) });

const elements: Readonly<Record<string, string>> = {
  sid: 'Sid',
  effect: 'Effect',
  actions: 'Action',
  not_actions: 'NotAction',
  resources: 'Resource',
  not_resources: 'NotResource',
};

/** A block, or an object in its place in Terraform's JSON syntax, with the frame that its expressions stand in. */
interface Part {
  readonly place: Span;
  readonly head: Span;
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
  readonly frame: Frame;
  /** Only Terraform knows whether it is written at all. */
  readonly open?: boolean;
}

/** Statements of another document of the module, by its name; `undefined`: there is none here. */
export type DocumentNamed = (name: string, at: Span) => ReadDocument | undefined;

export interface ReadDocument {
  readonly root: PolicyNode;
  /** Statements, or parts of them, may be added when Terraform runs. */
  readonly incomplete: boolean;
}

/** An `aws_iam_policy_document` as the policy that it makes. */
export function readDocument(block: Block, frame: Frame, nodes: PolicyNodes, named: DocumentNamed): ReadDocument {
  const reader = new DocumentReader(nodes, named);
  const root = reader.document(block, frame);
  return { root, incomplete: reader.incomplete };
}

class DocumentReader {
  incomplete = false;

  constructor(
    private readonly nodes: PolicyNodes,
    private readonly named: DocumentNamed,
  ) {}

  document(block: Block, frame: Frame): PolicyNode {
    const get = (name: string): Expression | undefined => block.body.attributes.find(a => a.name === name)?.value;
    const head = block.labels.at(-1) ?? block.typeSpan;
    const own = this.parts('statement', block.body, frame).map(part => this.statement(part));
    const statements = [...this.others(get('source_policy_documents') ?? get('source_json'), frame), ...own];
    this.incomplete ||= block.body.attributes.some(a => a.name.startsWith('override_'));
    const version = get('version');
    const value: PolicyNode =
      version === undefined ? { kind: 'string', value: '2012-10-17', ...at(head) } : this.nodes.node(version, frame);
    return object(head, [
      { key: 'Version', keySpan: at(version ?? head), value },
      { key: 'Statement', keySpan: at(head), value: { kind: 'array', items: statements, ...at(head) } },
    ]);
  }

  /** Blocks of a kind: written out, made by `dynamic`, or (Terraform's JSON syntax) objects in an argument. */
  private parts(
    type: string,
    body: { readonly attributes: readonly Attribute[]; readonly blocks: readonly Block[] },
    frame: Frame,
  ): readonly Part[] {
    const written = body.blocks.flatMap((block): readonly Part[] => {
      if (block.type === type) return [partOf(block, block, frame)];
      if (block.type !== 'dynamic' || block.labels[0]?.value !== type) return [];
      const content = block.body.blocks.find(b => b.type === 'content');
      if (content === undefined) return [];
      const made = contentsOf((frame.scope as ModuleScope).root.evaluator, block, frame);
      const each = block.body.attributes.find(a => a.name === 'for_each')?.value;
      // A caller may give another list than the default.
      const open = made === undefined || (each !== undefined && assumedVariables(evaluate(each, frame)).length > 0);
      this.incomplete ||= open;
      const frames =
        made === undefined || (open && made.length === 0) ? [frame] : made.slice(0, 50).map(instance => instance.frame);
      return frames.map(within => ({ ...partOf(content, block, within), open }));
    });
    const argument = body.attributes.find(a => a.name === type)?.value;
    const items = argument?.kind === 'tuple' ? argument.items : argument === undefined ? [] : [argument];
    return [
      ...written,
      ...items.flatMap((item): readonly Part[] => {
        if (item.kind === 'object')
          return [{ place: item, head: item, attributes: attributesOf(item), blocks: [], frame }];
        this.incomplete = true;
        return [];
      }),
    ];
  }

  private others(list: Expression | undefined, frame: Frame): readonly PolicyNode[] {
    if (list === undefined) return [];
    const node = this.nodes.node(list, frame);
    const items = list.kind === 'tuple' ? list.items : [];
    return listOf(node).flatMap((item, i): readonly PolicyNode[] => {
      const name = documentIn(this.nodes.written(items[i] ?? item));
      const other = name === undefined ? undefined : this.named(name, item);
      if (other !== undefined) {
        this.incomplete ||= other.incomplete;
        return listOf(entry(other.root, 'Statement')?.value);
      }
      const text = item.kind === 'string' ? readPolicyText(item.value).root : undefined;
      const statements = text === undefined ? undefined : entry(text, 'Statement')?.value;
      if (statements === undefined) this.incomplete = true;
      return listOf(statements).map(s => placed(s, () => at(item)));
    });
  }

  private statement(part: Part): PolicyNode {
    const entries: PolicyEntry[] = [];
    for (const a of part.attributes) {
      const key = Object.hasOwn(elements, a.name) ? elements[a.name] : undefined;
      if (key === undefined) continue;
      const value = variables(this.nodes.node(a.value, part.frame));
      if (!(value.kind === 'literal' && value.value === null)) entries.push({ key, keySpan: at(a.nameSpan), value });
    }
    if (!entries.some(e => e.key === 'Effect'))
      entries.push({
        key: 'Effect',
        keySpan: at(part.head),
        value: { kind: 'string', value: 'Allow', ...at(part.head) },
      });
    const either = exclusive(entries, part.place);
    const more = [...this.principals(part)];
    for (const p of this.parts('condition', part, part.frame))
      addTo(more, { key: 'Condition', keySpan: at(p.head), value: this.condition(p) });
    return object(part.place, [...either, ...more]);
  }

  /** Where each of `principals` and `not_principals` may be left out, only Terraform knows which of them the statement has. */
  private principals(part: Part): readonly PolicyEntry[] {
    const named = this.parts('principals', part, part.frame);
    const excluded = this.parts('not_principals', part, part.frame);
    const all = [...named, ...excluded];
    const [first] = all;
    if (first !== undefined && named.length > 0 && excluded.length > 0 && all.some(p => p.open)) {
      const value: PolicyNode = { kind: 'unknown', text: '', ...at(part.place) };
      return [{ key: 'Principal', keySpan: at(first.head), value }];
    }
    const entries: PolicyEntry[] = [];
    for (const p of named) addTo(entries, { key: 'Principal', keySpan: at(p.head), value: this.principal(p) });
    for (const p of excluded) addTo(entries, { key: 'NotPrincipal', keySpan: at(p.head), value: this.principal(p) });
    return entries;
  }

  private principal(part: Part): PolicyNode {
    const type = this.text(part, 'type');
    const identifiers = part.attributes.find(a => a.name === 'identifiers')?.value;
    if (type === undefined || identifiers === undefined) return { kind: 'unknown', text: '', ...at(part.place) };
    const value = this.nodes.node(identifiers, part.frame);
    // `type = "*"` with `identifiers = ["*"]` is how the provider writes everybody.
    if (type.value === '*') return { kind: 'string', value: '*', ...at(part.place) };
    return object(part.place, [{ key: type.value, keySpan: type.span, value }]);
  }

  private condition(part: Part): PolicyNode {
    const test = this.text(part, 'test');
    const variable = this.text(part, 'variable');
    const values = part.attributes.find(a => a.name === 'values')?.value;
    if (test === undefined || variable === undefined || values === undefined)
      return object(part.place, [
        { key: openKey, keySpan: at(part.place), value: { kind: 'unknown', text: '', ...at(part.place) } },
      ]);
    const one = { key: variable.value, keySpan: variable.span, value: variables(this.nodes.node(values, part.frame)) };
    return object(part.place, [{ key: test.value, keySpan: test.span, value: object(part.place, [one]) }]);
  }

  private text(part: Part, name: string): { readonly value: string; readonly span: Span } | undefined {
    const written = part.attributes.find(a => a.name === name)?.value;
    const node = written === undefined ? undefined : this.nodes.node(written, part.frame);
    const value = node?.kind === 'string' ? node.value : node?.kind === 'unknown' ? node.shape : undefined;
    return value === undefined || written === undefined ? undefined : { value, span: at(written) };
  }
}

const partOf = (content: Block, block: Block, frame: Frame): Part => ({
  place: content,
  head: at(block.typeSpan),
  attributes: content.body.attributes,
  blocks: content.body.blocks,
  frame,
});

/** The name in `data.aws_iam_policy_document.NAME.json`. */
function documentIn(written: string): string | undefined {
  return /^\s*data\.aws_iam_policy_document\.([\w-]+)(?:\[[^\]]*\])?\.(?:minified_)?json\s*$/.exec(written)?.[1];
}

/**
 * `actions` beside `not_actions` (and resources): where one of the two may be null, only Terraform knows which of them the statement
 * has, and neither can be judged.
 */
function exclusive(entries: readonly PolicyEntry[], place: Span): readonly PolicyEntry[] {
  let out = entries;
  for (const [one, other] of [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
  ] as const) {
    const both = out.filter(e => e.key === one || e.key === other);
    const open = both.some(
      e =>
        e.value.kind === 'unknown' ||
        (e.value.kind === 'array' && e.value.items.some(i => i.kind === 'unknown' && i.shape === undefined)),
    );
    const [first] = both;
    if (both.length < 2 || !open || first === undefined) continue;
    const unknown: PolicyEntry = {
      key: one,
      keySpan: first.keySpan,
      value: { kind: 'unknown', text: '', ...at(place) },
    };
    out = [...out.filter(e => e.key !== one && e.key !== other), unknown];
  }
  return out;
}

/** `aws_iam_policy_document` writes policy variables as `&{aws:username}`. */
function variables(node: PolicyNode): PolicyNode {
  if (node.kind === 'string') return { ...node, value: node.value.replace(/&\{/g, '${') };
  return node.kind === 'array' ? { ...node, items: node.items.map(variables) } : node;
}

/** The AWS provider writes blocks of one test and variable, or of one principal type, as one entry with all their values. */
function addTo(entries: PolicyEntry[], added: PolicyEntry): void {
  const i = entries.findIndex(e => e.key === added.key);
  const known = entries[i];
  if (known === undefined) entries.push(added);
  else entries[i] = { ...known, value: merged(known.value, added.value) };
}

function merged(a: PolicyNode, b: PolicyNode): PolicyNode {
  if (a.kind === 'object' && b.kind === 'object') {
    const entries = [...a.entries];
    for (const e of b.entries) addTo(entries, e);
    return { ...a, entries };
  }
  // Of two principals one is not known: what the other says is not all.
  if (a.kind === 'object' || b.kind === 'object') return { kind: 'unknown', text: '', ...at(a) };
  return { kind: 'array', items: [...listOf(a), ...listOf(b)], ...at(a) };
}

function attributesOf(object: Extract<Expression, { kind: 'object' }>): readonly Attribute[] {
  return object.items.flatMap(item =>
    item.keyText === undefined ? [] : [{ name: item.keyText, nameSpan: at(item.key), value: item.value, ...at(item) }],
  );
}

/** The tree with other places, and other texts. */
export function placed(
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
        entries: node.entries.map(e => ({
          key: text(e.key, move(e.keySpan)),
          keySpan: move(e.keySpan),
          value: placed(e.value, move, text),
        })),
        ...span,
      };
    default:
      return { ...node, ...span };
  }
}
