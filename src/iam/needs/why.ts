import type { Location } from '../../core/text';
import type { ActionList } from '../reference/actions';
import type { PermissionDocument } from '../policy/permissionDocument';
import type { Permissions } from './generate';
import type { Need, NeedSource } from './need';

/** What the code of one root needs, in both phases. */
export type RootNeeds = Readonly<
  Record<'plan' | 'apply', Pick<Permissions, 'needs' | 'unmapped' | 'unread' | 'notes' | 'provider'>>
>;

/** One block of code that needs actions. */
export interface NeedingBlock {
  readonly location: Location;
  /** More than one where its module is called several times. */
  readonly addresses: readonly string[];
  /** Distinct actions; those of applies hold those of plans. */
  readonly plan: number;
  readonly apply: number;
  /** Nothing is known of its type. */
  readonly unmapped: boolean;
}

/** The blocks of one file that need something, in the order of the text. */
export function needingBlocks(needs: RootNeeds, file: string): readonly NeedingBlock[] {
  const found = new Map<
    number,
    { location: Location; addresses: Set<string>; plan: Set<string>; apply: Set<string>; unmapped: boolean }
  >();
  const blockOf = (location: Location, address: string) => {
    const block = found.get(location.span.start) ?? {
      location,
      addresses: new Set<string>(),
      plan: new Set<string>(),
      apply: new Set<string>(),
      unmapped: false,
    };
    found.set(location.span.start, block);
    block.addresses.add(address);
    return block;
  };
  for (const phase of ['plan', 'apply'] as const)
    for (const need of needs[phase].needs)
      if (need.location.file === file) blockOf(need.location, need.address)[phase].add(need.action);
  for (const u of needs.apply.unmapped) if (u.location.file === file) blockOf(u.location, u.address).unmapped = true;
  return [...found.values()]
    .sort((a, b) => a.location.span.start - b.location.span.start)
    .map(b => ({
      location: b.location,
      addresses: [...b.addresses],
      plan: b.plan.size,
      apply: b.apply.size,
      unmapped: b.unmapped,
    }));
}

const sources: Readonly<Record<NeedSource, string>> = {
  'provider-call-graph': "the provider's own calls",
  hand: "this product's table",
  'same-name-resource': 'the resource of the same name (a guess)',
  backend: 'the state backend',
  'provider-block': 'the provider block',
  state: 'what the state holds',
};

/** A place as Markdown, such as a link to the line. */
type Link = (location: Location) => string;

/**
 * Each action with the lines that need it, as Markdown: of the given addresses, or of the whole root.
 * @param levels the list of actions, for their access levels
 * @param policies shown below, where given
 */
export function whyText(
  needs: RootNeeds,
  addresses: readonly string[] | undefined,
  levels: ActionList,
  link: Link,
  policies?: Readonly<Record<'plan' | 'apply', PermissionDocument>>,
): string {
  const lines = [
    `# ${addresses === undefined ? 'Permissions that the code needs' : `Permissions of ${addresses.join(', ')}`}`,
    '',
  ];
  lines.push(
    `A starting point for AWS provider ${needs.plan.provider}: what the code is known to need. "Plan" is the refresh; "apply" holds it too.`,
    '',
  );
  const wanted = (need: { readonly address: string }): boolean => addresses?.includes(need.address) ?? true;
  const planned = new Set(needs.plan.needs.filter(wanted).map(n => n.action));
  section(lines, 'Plan', needs.plan.needs.filter(wanted), needs.plan.needs, levels, link);
  const more = needs.apply.needs.filter(n => wanted(n) && !planned.has(n.action));
  section(lines, 'Apply, beside these', more, needs.apply.needs, levels, link);
  const unmapped = needs.apply.unmapped.filter(wanted);
  if (unmapped.length > 0) {
    lines.push('## Not known', '', 'Nothing is known of what these need; the policy leaves them out.', '');
    lines.push(...unmapped.map(u => `- ${code(u.address)} ${link(u.location)}`), '');
  }
  if (addresses === undefined && needs.apply.unread.length > 0) {
    lines.push('## Not read', '', 'What these need is missing.', '');
    lines.push(...needs.apply.unread.map(u => `- ${u.message} ${link(u.location)}`), '');
  }
  const notes = addresses === undefined ? [...new Set([...needs.plan.notes, ...needs.apply.notes])] : [];
  if (notes.length > 0) lines.push('## Notes', '', ...notes.map(n => `- ${n}`), '');
  if (policies !== undefined) {
    for (const phase of ['plan', 'apply'] as const)
      lines.push(`## Policy: ${phase}`, '', '```json', JSON.stringify(policies[phase], null, 2), '```', '');
  }
  return lines.join('\n');
}

function section(
  lines: string[],
  title: string,
  own: readonly Need[],
  all: readonly Need[],
  levels: ActionList,
  link: Link,
): void {
  const actions = [...new Set(own.map(n => n.action))].sort();
  lines.push(`## ${title}: ${actions.length} ${actions.length === 1 ? 'action' : 'actions'}`, '');
  if (actions.length === 0) return;
  lines.push('| action | level | on | needed by |', '| --- | --- | --- | --- |');
  for (const action of actions) {
    const of = own.filter(n => n.action === action);
    const resources = [...new Set(of.flatMap(n => n.resources))];
    const by = new Map(all.filter(n => n.action === action).map(n => [n.address, n]));
    const places = [...by.values()].map(n => `${code(n.address)} ${link(n.location)}`);
    const from = [...new Set(of.map(n => sources[n.source]))].join(', ');
    const sure = of.some(n => n.confidence === 'high') ? '' : ` (${of[0]?.confidence ?? 'low'} confidence)`;
    lines.push(
      `| ${code(action)} | ${levels.find(action)?.level ?? ''} | ${some(resources.map(code))} | ${some(places)}; ${from}${sure} |`,
    );
  }
  lines.push('');
}

const code = (text: string): string => `\`${text.replace(/[`|]/g, '')}\``;
const some = (texts: readonly string[]): string =>
  `${texts.slice(0, 6).join('<br>')}${texts.length > 6 ? `<br>and ${texts.length - 6} more` : ''}`;

/** The actions of one block as Markdown, for a hover. */
export function blockText(needs: RootNeeds, block: NeedingBlock, type: string, levels: ActionList): string {
  const actions = (phase: 'plan' | 'apply'): readonly string[] =>
    [...new Set(needs[phase].needs.filter(n => block.addresses.includes(n.address)).map(n => n.action))].sort();
  const plan = actions('plan');
  const apply = actions('apply').filter(a => !plan.includes(a));
  if (block.unmapped && plan.length + apply.length === 0)
    return `Nothing is known of the permissions that \`${type}\` needs. It is left out of the policy.`;
  const row = (list: readonly string[]): string =>
    list
      .slice(0, 30)
      .map(
        a =>
          `\`${a}\`${/^(?:Read|List)$/.test(levels.find(a)?.level ?? '') ? '' : ` (${levels.find(a)?.level ?? '?'})`}`,
      )
      .join(', ') + (list.length > 30 ? ` and ${list.length - 30} more` : '');
  return [
    `**Permissions of \`${block.addresses[0] ?? type}\`** (AWS provider ${needs.plan.provider})`,
    '',
    `Plan (${plan.length}): ${plan.length === 0 ? 'none' : row(plan)}`,
    '',
    `Apply, beside these (${apply.length}): ${apply.length === 0 ? 'none' : row(apply)}`,
  ].join('\n');
}
