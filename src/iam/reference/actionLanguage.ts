import type { Span } from '../../core/text';
import type { ActionFact } from './actions';
import type { ActionDescriptions, ResourceReference } from './reference';

/** What the editor knows of IAM's actions. */
export interface ActionKnowledge {
  readonly reference: ResourceReference;
  readonly descriptions: ActionDescriptions;
}

export interface ActionProposal {
  /** `s3:GetObject`, or `s3:` for a service. */
  readonly text: string;
  readonly kind: 'service' | 'action' | 'pattern';
  /** Access level, or the service's name. */
  readonly detail: string;
  readonly documentation: string;
}

/** How far back a list of actions is looked for. */
const reach = 20_000;

/** A key that holds actions, in JSON, in jsonencode and in aws_iam_policy_document. */
const actionKey = /"(?:Not)?Action"\s*[:=]|\b(?:not_)?actions\s*=|\b(?:Not)?Action\s*[=:]/g;

/** What a list of actions may hold, up to the string that is open or the end of the list. */
const listSoFar = /(?:[\s,[]|"[^"\n]*"|#[^\n]*\n|\/\/[^\n]*\n)*/y;

/** The string of a list of actions that is open at the end of a text. No list is read again from a key that stands within it. */
function openString(text: string): string | undefined {
  let end = 0;
  for (const key of text.matchAll(actionKey)) {
    if (key.index < end) continue;
    listSoFar.lastIndex = key.index + key[0].length;
    listSoFar.exec(text);
    end = listSoFar.lastIndex;
    const typed = /^"([^"\n]*)$/.exec(text.slice(end))?.[1];
    if (typed !== undefined) return typed;
  }
  return undefined;
}

/** The string of a list of actions that an offset stands in: what was typed before it, and the place of all of it. */
export function actionAt(text: string, offset: number): (Span & { readonly typed: string }) | undefined {
  const before = text.slice(Math.max(0, offset - reach), offset);
  const typed = openString(before);
  if (typed === undefined) return undefined;
  const rest = /^[^"\n,\]\s]*/.exec(text.slice(offset, offset + 200))?.[0] ?? '';
  return { typed, start: offset - typed.length, end: offset + rest.length };
}

/** Services until there is a colon, then the actions of the service and the usual patterns. */
export function proposals(typed: string, { reference, descriptions }: ActionKnowledge): readonly ActionProposal[] {
  const [service = '', ...more] = typed.split(':');
  if (more.length === 0) {
    return descriptions.names().map(([prefix, name]) => ({
      text: `${prefix}:`,
      kind: 'service',
      detail: name,
      documentation: name,
    }));
  }
  const facts = reference.actions.completions(`${service}:`);
  const actions = facts.map((fact): ActionProposal => ({
    text: fact.name,
    kind: 'action',
    detail: fact.level,
    documentation: actionText(fact, { reference, descriptions }),
  }));
  const patterns = ['Get', 'List', 'Describe', ''].flatMap((start): readonly ActionProposal[] => {
    const found = facts.filter(f => f.name.slice(f.name.indexOf(':') + 1).startsWith(start));
    if (found.length < 2) return [];
    const text = `${found[0]?.name.split(':')[0] ?? service}:${start}*`;
    return [{ text, kind: 'pattern', detail: `${found.length} actions`, documentation: patternText(text, found) }];
  });
  return [...actions, ...patterns];
}

/** An action or a pattern of actions as Markdown; undefined where there is no such action. */
export function describeAction(name: string, knowledge: ActionKnowledge): string | undefined {
  const { actions } = knowledge.reference;
  if (/[*?]/.test(name)) {
    const found = actions.matching(name);
    return found.length === 0 ? undefined : patternText(name, found);
  }
  const fact = actions.find(name);
  return fact === undefined ? undefined : actionText(fact, knowledge);
}

/** The name of an action around an offset, inside of quotes. */
export function actionNameAt(text: string, offset: number): (Span & { readonly name: string }) | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  for (const match of line.slice(0, 5000).matchAll(/"([\w-]+:[\w*?-]+)"/g)) {
    const start = lineStart + match.index + 1;
    const name = match[1] ?? '';
    if (offset >= start && offset <= start + name.length) return { name, start, end: start + name.length };
  }
  return undefined;
}

function actionText(fact: ActionFact, { reference, descriptions }: ActionKnowledge): string {
  const service = fact.name.slice(0, fact.name.indexOf(':'));
  const found = descriptions.find(fact);
  const types = reference.typesOf(fact);
  const lines = [
    `**${fact.name}** · ${fact.level} · ${descriptions.nameOf(service) ?? service}`,
    '',
    `Allows to ${found?.text ?? 'do what its name says'}.`,
    '',
  ];
  if (types.length === 0) lines.push('Takes no resource: only `"*"` allows it.');
  else {
    lines.push('Resources:', '', ...types.slice(0, shown).map(t => `- ${t.name}: \`${t.format}\``));
    if (types.length > shown) lines.push(`- … and ${types.length - shown} more`);
  }
  const keys = found?.conditionKeys ?? [];
  if (keys.length > 0) {
    const some = keys.slice(0, 2 * shown).map(k => `\`${k}\``);
    lines.push('', `Condition keys: ${some.join(', ')}${keys.length > 2 * shown ? ', …' : ''}`);
  }
  return lines.join('\n');
}

/** Resources, or actions, that are named one by one. */
const shown = 8;

function patternText(pattern: string, found: readonly ActionFact[]): string {
  const levels = new Map<string, number>();
  for (const fact of found) levels.set(fact.level, (levels.get(fact.level) ?? 0) + 1);
  const counts = [...levels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([level, n]) => `${n} ${level}`);
  const names = found.slice(0, shown).map(f => `- \`${f.name}\``);
  const more = found.length > shown ? [`- … and ${found.length - shown} more`] : [];
  return [
    `**${pattern}** matches ${found.length} ${found.length === 1 ? 'action' : 'actions'}: ${counts.join(', ')}`,
    '',
    ...names,
    ...more,
  ].join('\n');
}
