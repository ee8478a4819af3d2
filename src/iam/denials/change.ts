import type { Span } from '../../core/text';
import { entry, listOf, type PolicyNode } from '../policy/node';
import type { Denial } from './message';
import { partOf, type StatementResult } from '../policy/evaluate';
import { type NamedPolicy, type PermissionAnswer, readNamed } from '../policy/permissions';
import type { PolicyEdit } from '../lint/finding';
import { listText, quoted } from '../lint/permissions/permissionFinding';
import { plainDocument } from '../policy/plainDocument';
import type { ResourceReference } from '../reference/reference';

/** The smallest change to one policy after which the request is allowed by it. */
export interface DenialChange {
  readonly policy: string;
  readonly title: string;
  /** The statement as it will be. */
  readonly statement: unknown;
  readonly edits: readonly PolicyEdit[];
}

/** How a statement is called in sentences. */
export const statementTitle = (s: StatementResult): string =>
  `${s.policy}, statement ${s.index + 1}${s.sid === undefined || s.sid === '' ? '' : ` (${s.sid})`}`;

/** The smallest change to one of the policies after which it allows the action on the resource; nothing else is granted. */
export function smallestChange(
  policies: readonly NamedPolicy[],
  verdict: PermissionAnswer,
  denial: Denial,
  action: string,
  reference: ResourceReference,
): DenialChange | undefined {
  const name = reference.actions.find(action)?.name ?? action;
  const scoped = reference.actions.find(action)?.scoped ?? true;
  const resource = scoped ? denial.resource : '*';
  const readable = policies.filter(p => p.fixed !== true && !verdict.unreadable.includes(p.name));
  if (readable.length === 0 || resource === undefined) return undefined;
  for (const s of verdict.statements) {
    if (s.effect !== 'Allow' || partOf(s, 'condition') !== 'yes') continue;
    const found = statementOf(readable, s);
    if (found === undefined) continue;
    const { node, policy } = found;
    const [action, resourceFits] = [partOf(s, 'action'), partOf(s, 'resource')];
    // The statement has just this resource: one more action for it grants nothing else.
    if (action === 'no' && resourceFits === 'yes' && only(node, 'Resource', resource)) {
      const change = added(policy, node, 'Action', name);
      if (change !== undefined) return { ...change, title: `Add ${name} to ${statementTitle(s)}` };
    }
    // The statement has just this action: one more resource for it grants nothing else.
    if (action === 'yes' && resourceFits === 'no' && only(node, 'Action', name)) {
      const change = added(policy, node, 'Resource', resource);
      if (change !== undefined) return { ...change, title: `Add ${resource} to ${statementTitle(s)}` };
    }
  }
  const [target] = readable;
  return target === undefined ? undefined : appended(target, name, resource);
}

function statementOf(
  policies: readonly NamedPolicy[],
  s: StatementResult,
): { node: PolicyNode; policy: NamedPolicy } | undefined {
  const policy = policies.find(p => p.name === s.policy);
  const root = policy === undefined ? undefined : readNamed(policy).root;
  const node = root === undefined ? undefined : listOf(entry(root, 'Statement')?.value)[s.index];
  return policy === undefined || node === undefined ? undefined : { node, policy };
}

/** Is the value the one thing that the element has? */
function only(statement: PolicyNode, key: string, value: string): boolean {
  const items = listOf(entry(statement, key)?.value);
  const same = (text: string): boolean =>
    key === 'Action' ? text.toLowerCase() === value.toLowerCase() : text === value;
  return items.length > 0 && items.every(i => i.kind === 'string' && same(i.value));
}

function added(
  policy: NamedPolicy,
  statement: PolicyNode,
  key: 'Action' | 'Resource',
  value: string,
): Omit<DenialChange, 'title'> | undefined {
  const { text } = readNamed(policy);
  const list = entry(statement, key)?.value;
  if (list === undefined || !isWrittenHere(policy, statement) || !within(list, statement)) return undefined;
  if (list.kind !== 'string' && text.charAt(list.start) !== '[') return undefined;
  const items = listOf(list).map(i => text.slice(i.start, i.end));
  const wanted = [...items, quoted(value, policy.code?.form ?? 'json')];
  const newText = list.kind === 'array' ? listText(wanted, list, text) : `[${wanted.join(', ')}]`;
  const edits = [{ span: { start: list.start, end: list.end }, newText }];
  const before = plainDocument(statement);
  const all = listOf(list).map(plainDocument);
  const after = { ...(typeof before === 'object' ? before : {}), [key]: [...all, value] };
  return { policy: policy.name, statement: after, edits };
}

const within = (inner: PolicyNode, outer: PolicyNode): boolean => inner.start >= outer.start && inner.end <= outer.end;

/** Do the places of the tree lead to the very text, so that it can be edited? */
function isWrittenHere(policy: NamedPolicy, node: PolicyNode): boolean {
  const { text } = readNamed(policy);
  if (policy.code?.exact === false) return false;
  return (
    text.charAt(node.start) === '{' || (policy.code?.form === 'document' && text.startsWith('statement', node.start))
  );
}

function appended(policy: NamedPolicy, action: string, resource: string): DenialChange | undefined {
  const { root, text } = readNamed(policy);
  const list = root === undefined ? undefined : entry(root, 'Statement')?.value;
  if (root === undefined || list === undefined) return undefined;
  const sids = new Set(
    listOf(list).flatMap(s => {
      const sid = entry(s, 'Sid')?.value;
      return sid?.kind === 'string' ? [sid.value] : [];
    }),
  );
  const base = action
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  let Sid = base;
  for (let n = 2; sids.has(Sid); n++) Sid = `${base}${n}`;
  const statement = { Sid, Effect: 'Allow', Action: action, Resource: resource };
  const edit =
    policy.code?.form === 'document'
      ? blockEdit(policy.code, text, statement)
      : isWrittenHere(policy, root) && within(list, root)
        ? itemEdit(list, text, statement, policy.code?.form === 'expression')
        : undefined;
  if (edit === undefined) return undefined;
  return {
    policy: policy.name,
    title: `Add a statement for ${action} on ${resource} to ${policy.name}`,
    statement,
    edits: [edit],
  };
}

interface AllowStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: string;
}

/** One more `statement` block at the end of an `aws_iam_policy_document`. */
function blockEdit(code: Span, text: string, statement: AllowStatement): PolicyEdit | undefined {
  if (!text.startsWith('data', code.start) || text.charAt(code.end - 1) !== '}') return undefined;
  const indent = indentOf(text, code.start);
  const end = text.slice(0, code.end - 1).trimEnd().length;
  const lines = [
    'statement {',
    `  sid       = ${quoted(statement.Sid, 'document')}`,
    `  effect    = "Allow"`,
    `  actions   = [${quoted(statement.Action, 'document')}]`,
    `  resources = [${quoted(statement.Resource, 'document')}]`,
    '}',
  ];
  const gap = text.charAt(end - 1) === '{' ? '\n' : '\n\n';
  const newText = `${gap}${lines.map(line => `${indent}  ${line}`).join('\n')}\n${indent}`;
  return { span: { start: end, end: code.end - 1 }, newText };
}

/** One more item of `Statement`, in JSON or as an object of HCL. */
function itemEdit(list: PolicyNode, text: string, statement: AllowStatement, hcl: boolean): PolicyEdit | undefined {
  const entries: readonly (readonly [string, string])[] = Object.entries(statement);
  const line = hcl
    ? `{ ${entries.map(([key, value]) => `${key} = ${quoted(value, 'expression')}`).join(', ')} }`
    : JSON.stringify(statement);
  const lines = (indent: string): string =>
    hcl
      ? `{\n${entries.map(([key, value]) => `${indent}  ${key.padEnd(8)} = ${quoted(value, 'expression')}`).join('\n')}\n${indent}}`
      : JSON.stringify(statement, null, 2).replace(/\n/g, `\n${indent}`);
  const items = listOf(list);
  const last = items.at(-1);
  if (list.kind !== 'array') {
    const old = text.slice(list.start, list.end);
    return { span: { start: list.start, end: list.end }, newText: `[${old}, ${line}]` };
  }
  if (text.charAt(list.start) !== '[') return undefined;
  if (last === undefined) return { span: { start: list.start, end: list.end }, newText: `[${line}]` };
  if (!within(last, list)) return undefined;
  const indent = indentOf(text, last.start);
  const multi = text.slice(list.start, list.end).includes('\n');
  return {
    span: { start: last.end, end: last.end },
    newText: multi ? `,\n${indent}${lines(indent)}` : `,${line}`,
  };
}

function indentOf(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, offset))?.[0] ?? '';
}
