import { ageDays, type KeyReport, type KeyState, useText } from '../binding/keys';
import { inEditor } from '../core/editorText';
import type { BoardState, OrganizationRow } from './model';
import { sentences, wordOf } from './words';

type Listed = KeyReport['keys'][number];

/** What a key has come to, in at most five words, and how that looks. */
const words: Readonly<Record<KeyState, readonly [BoardState, string]>> = {
  'in-place': ['wrong', 'in use'],
  'not-proven': ['warning', 'role is not proven'],
  'no-run-yet': ['warning', 'no run with the role'],
  'still-used': ['warning', 'something else uses it'],
  'can-be-deactivated': ['warning', 'can be deactivated'],
  inactive: ['ok', 'inactive'],
  'can-be-deleted': ['warning', 'can be deleted'],
  deleted: ['ok', 'deleted'],
  root: ['wrong', 'key of the root user'],
  unknown: ['unknown', 'not everything is known'],
};

/** Age in days of the oldest key that stands where a workspace's runs take it from, by `ORG/NAME`. */
export function keyDays(report: KeyReport, now: number): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { facts } of report.keys) {
    const age = ageDays(facts, now);
    if (age === undefined) continue;
    for (const name of facts.places.flatMap(p => p.workspaces)) out.set(name, Math.max(out.get(name) ?? 0, age));
  }
  return out;
}

/** The static keys of an organization: one row each, shown by the last four characters of its id. */
export function keysRow(parent: string, report: KeyReport, now: number): OrganizationRow {
  const id = `${parent}#keys`;
  const rows = [
    ...report.keys.map(listed => keyRow(id, listed, now)),
    ...report.hidden.map(place => hiddenRow(id, place, report)),
  ];
  const open = rows.filter(r => r.state !== 'ok').length;
  const description =
    rows.length === 0 ? 'none was found' : open === 0 ? 'none is active' : open === 1 ? '1 to end' : `${open} to end`;
  const gaps = report.gaps.map(gap => `Not read: ${gap}`);
  const states = rows.map(r => r.state);
  return {
    id,
    kind: 'keys',
    label: 'Old keys',
    description,
    state: states.includes('wrong') ? 'wrong' : open > 0 ? 'warning' : gaps.length > 0 ? 'unknown' : 'ok',
    hover: [`Old keys: ${description}`, ...gaps],
    page: 'docs/keys.md',
    spoken: sentences([`Old keys: ${description}`, ...gaps]),
    open: rows.length === 0 ? 'leaf' : 'closed',
    rows,
  };
}

function keyRow(parent: string, listed: Listed, now: number): OrganizationRow {
  const { facts, decision, leftovers } = listed;
  const [state, reason] = words[decision.state];
  const { owner, account, lastUse } = facts;
  const user = owner.state === 'known' && owner.value.kind === 'user' ? owner.value.name : undefined;
  const age = ageDays(facts, now);
  const id = `${parent}:${facts.hash}`;
  const label = user === undefined ? facts.shown : `${facts.shown} of ${user}`;
  const details = [
    ...(account.state === 'known' ? [`Account ${account.value}`] : []),
    ...(lastUse.state === 'known' ? [`Last use: ${useText(lastUse.value)}`] : []),
    decision.why,
    ...(decision.nextStep === 'Nothing.' ? [] : [inEditor(decision.nextStep)]),
    ...(leftovers.length === 0 ? [] : [`The user keeps: ${leftovers.map(l => l.what).join(', ')}`]),
  ];
  const description = [reason, ...(age === undefined ? [] : [`${age} d old`])].join(' · ');
  const said = `Key ending in ${facts.shown.slice(-4)}${user === undefined ? '' : ` of ${user}`}: ${wordOf(state)}, ${description.replace(' · ', ', ')}`;
  return {
    id,
    kind: 'key',
    label,
    description,
    state,
    hover: [said, ...details],
    page: 'docs/keys.md',
    spoken: sentences([said, ...details]),
    open: facts.places.length === 0 ? 'leaf' : 'closed',
    ...(decision.offers.length > 0 && { best: 'changeKey' as const }),
    key: listed,
    rows: facts.places.map(({ where, workspaces }) => placeRow(id, where, workspaces)),
  };
}

function placeRow(parent: string, where: string, workspaces: readonly string[]): OrganizationRow {
  const reaches = workspaces.length > 1 ? `reaches ${workspaces.length} workspaces` : '';
  return {
    id: `${parent}#${where}`,
    kind: 'place',
    label: where,
    description: reaches,
    state: 'wrong',
    hover: [`Stands in ${where}`, ...workspaces],
    spoken: [`Stands in ${where}`, ...(reaches === '' ? [] : [reaches])].join(', '),
    open: 'leaf',
    rows: [],
  };
}

/** A key whose id nobody can read. Who may own it is a guess, and said as one. */
function hiddenRow(parent: string, place: KeyReport['hidden'][number], { likely }: KeyReport): OrganizationRow {
  const guesses =
    likely.state === 'unknown'
      ? [`Whose it is is not known: ${likely.why}`]
      : likely.value
          .filter(u => u.because.length > 0)
          .map(u => `May be of ${u.user}, which is a guess: ${u.because.join(' ')}`);
  const said = `${place.where}: its id cannot be read, since the variable is sensitive.`;
  return {
    id: `${parent}#hidden:${place.where}`,
    kind: 'place',
    label: place.where,
    description: 'id cannot be read',
    state: 'unknown',
    hover: [said, ...guesses],
    spoken: [said, ...guesses].join(' '),
    open: 'leaf',
    rows: [],
  };
}
