import type { Span } from '../../../core/text';
import type { PolicyNode } from '../../policy/node';
import type { PolicyInCode } from '../../inCode/policiesInCode';
import type { ResourceReference } from '../../reference/reference';
import type { PolicyFinding } from '../finding';
import type { PermissionCode } from './permissionRules';

export interface PermissionFinding extends PolicyFinding<PermissionCode> {
  /** `error`: IAM refuses the policy, or a part of it does nothing. */
  readonly severity: 'error' | 'warning';
}

/** One policy on its way through the rules. */
export interface PolicyContext {
  readonly reference: ResourceReference;
  readonly form: PolicyInCode['form'];
  /** The text that spans count in. */
  readonly text: string;
  /** Are spans those of the very strings, so that they can be replaced? */
  readonly exact: boolean;
  readonly incomplete: boolean;
  /** `${aws:username}` is a variable: version 2012-10-17. */
  readonly variables: boolean;
  /** Who may use it stands in the policy itself: a bucket's, a key's or a role's trust policy. */
  readonly resourceBased: boolean;
  /** A policy that only limits, such as a service control policy: broad on purpose. */
  readonly limitOnly: boolean;
}

export function place({ start, end }: Span): Span {
  return { start, end };
}

/** A text as it is written in the policy. */
export function quoted(text: string, form: PolicyContext['form']): string {
  const json = JSON.stringify(text);
  if (form === 'json') return json;
  return form === 'document' ? json.replace(/\$\{/g, '&{') : json.replace(/\$\{/g, '$$${');
}

/** Is the node written out here as one string, so that a fix may replace it? */
export function isWritten(node: PolicyNode, context: PolicyContext): boolean {
  return context.exact && node.kind === 'string' && context.text.charAt(node.start) === '"';
}

/** A list of texts in the layout of the list that it replaces. */
export function listText(items: readonly string[], old: PolicyNode, text: string): string {
  const [first] = old.kind === 'array' ? old.items : [];
  const head = first === undefined ? '' : text.slice(old.start, first.start);
  if (items.length === 1 && old.kind === 'string') return items[0] ?? '';
  if (!head.includes('\n') || items.length === 0) return `[${items.join(', ')}]`;
  const indent = head.slice(head.lastIndexOf('\n') + 1);
  const tail = /\n([ \t]*)\]$/.exec(text.slice(old.start, old.end))?.[1] ?? '';
  const comma = /,\s*\]$/.test(text.slice(old.start, old.end)) ? ',' : '';
  return `[\n${items.map(i => indent + i).join(',\n')}${comma}\n${tail}]`;
}

/** May a list be written anew? Not where comments or expressions in it would be lost. */
export function isPlainList(node: PolicyNode, context: PolicyContext): boolean {
  if (node.kind === 'string') return isWritten(node, context);
  if (!context.exact || node.kind !== 'array' || context.text.charAt(node.start) !== '[') return false;
  const slice = context.text.slice(node.start, node.end);
  const bare = slice.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return !/#|\/\/|\/\*/.test(bare) && node.items.every(i => i.start >= node.start && i.end <= node.end);
}
