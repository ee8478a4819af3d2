import { lossesOf } from '../../binding/change';
import type { MigrationPlan, MigrationResult, UnitResult } from '../../binding/migrate';
import type { Question } from '../../binding/setup';
import { inEditor, problemText } from '../../core/editorText';
import type { Problem } from '../../core/problem';
import type { BoardState } from '../model';
import { changesOf } from '../words';
import { changeLine } from './changes';
import type { CheckLine, Field, Page, PageAction, Section } from './model';
import { inTheWay } from './problems';

type Account = MigrationPlan['accounts'][number];
type Unit = Account['units'][number];

/** What the page of a migration is drawn from. */
export interface MigrationState {
  readonly organization: string;
  readonly fields: readonly Field[];
  readonly removeKeys: boolean;
  readonly plan: MigrationPlan | undefined;
  /** Workspaces that are to move and are not part of this plan. */
  readonly later: number;
  /** Those that ended so far, with their wave. */
  readonly ended: readonly { readonly unit: UnitResult; readonly wave: number }[];
  readonly result: MigrationResult | undefined;
  readonly busy: string | undefined;
  /** A stop waits for the change that was sent. */
  readonly writing: boolean;
  readonly problem: Problem | undefined;
}

/** Set Up the Next Ten: the plan of each workspace, one yes for each account, and how each of them ended. */
export function migrationPage(state: MigrationState): Page {
  const { organization, busy, result, plan, problem } = state;
  return {
    title: `Set up ${organization}`,
    lead: leadOf(state),
    ...(result !== undefined
      ? { state: resultState(result) }
      : problem !== undefined || plan?.accounts.some(a => a.problem !== undefined) === true
        ? { state: 'wrong' as const }
        : {}),
    sections: [
      ...inTheWay(problem === undefined ? [] : [problem]),
      ...endedSections(state),
      ...(state.ended.length > 0 || result !== undefined ? [] : plannedSections(state)),
    ],
    actions: actionsOf(state),
    ...(busy !== undefined && { busy }),
  };
}

const unitsOf = (plan: MigrationPlan | undefined): readonly Unit[] =>
  plan?.accounts.filter(a => a.problem === undefined).flatMap(a => a.units) ?? [];
const workspaces = (n: number): string => (n === 1 ? '1 workspace' : `${n} workspaces`);

function leadOf({ plan, later, result, ended, busy, problem }: MigrationState): readonly string[] {
  if (result !== undefined) return [resultText(result)];
  if (ended.length > 0) return ['In progress. Two failures in one wave make it the last one.'];
  if (plan === undefined)
    return busy === undefined && problem === undefined ? ['Nothing was read yet. Planning changes nothing.'] : [];
  const count = unitsOf(plan).length;
  const accounts = plan.accounts.filter(a => a.problem === undefined && a.units.length > 0).length;
  const where = accounts === 1 ? '1 AWS account' : `${accounts} AWS accounts`;
  const rest =
    later === 0
      ? ''
      : ` ${workspaces(later)} more ${later === 1 ? 'comes' : 'come'} after ${count === 1 ? 'it' : 'them'}.`;
  return [
    count === 0
      ? 'No workspace can be set up now.'
      : `${workspaces(count)} in ${where}, each with everything that Configure TFC OIDC does.${rest}`,
    'Nothing has been changed yet. Each account has a yes of its own.',
  ];
}

function resultText({ state, why, units, waves }: MigrationResult): string {
  const count = (s: UnitResult['state']): number => units.filter(u => u.state === s).length;
  const proven = count('done') + count('kept keys');
  const said = `${workspaces(proven)} of ${units.length} ${proven === 1 ? 'is' : 'are'} proven${waves > 1 ? `, in ${waves} waves` : ''}.`;
  switch (state) {
    case 'declined':
      return 'Nothing was written.';
    case 'cancelled':
      return `It was stopped. ${said} What was not reached can be planned anew.`;
    case 'stopped':
      return `It stopped itself: ${why ?? ''} ${said}`;
    case 'done':
      return said;
  }
}

function resultState({ state, units }: MigrationResult): BoardState {
  if (state === 'declined') return 'unchecked';
  if (units.some(u => u.state === 'failed')) return 'wrong';
  return state === 'done' && units.every(u => u.state === 'done') ? 'ok' : 'warning';
}

const states: Readonly<Record<UnitResult['state'], BoardState>> = {
  done: 'ok',
  'kept keys': 'warning',
  failed: 'wrong',
  'not reached': 'unchecked',
  declined: 'unchecked',
};

/** How each workspace ended: while it goes on by wave, and in the end all of them, failures first. */
function endedSections({ ended, result }: MigrationState): readonly Section[] {
  if (result?.state === 'declined') return [];
  const units = result === undefined ? ended.map(e => e.unit) : result.units;
  if (units.length === 0) return [];
  const order: readonly UnitResult['state'][] = ['failed', 'kept keys', 'not reached', 'declined', 'done'];
  const sorted = [...units].sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1),
  );
  const wave = new Map(ended.map(e => [e.unit.name, e.wave]));
  const line = ({ name, accountId, state, why }: UnitResult): CheckLine => {
    const at = wave.get(name);
    return {
      state: states[state],
      title: `${name}: ${state === 'done' ? 'proven' : state}`,
      details: [...(state === 'done' ? [] : [why]), `Account ${accountId}${at === undefined ? '' : `, wave ${at}`}`],
    };
  };
  return [{ kind: 'checks', heading: 'Workspaces', rows: sorted.map(line) }];
}

function plannedSections({ plan, fields, removeKeys }: MigrationState): readonly Section[] {
  return [
    ...(fields.length === 0 ? [] : [{ kind: 'fields' as const, heading: 'Which, and how', fields }]),
    {
      kind: 'ticks',
      heading: 'After the proof of each workspace',
      rows: [
        {
          id: 'remove-keys',
          label: 'Remove its own static AWS variables',
          note: 'Their values are not kept, so this cannot be taken back. Keys of variable sets stay: other workspaces have them too.',
          ticked: removeKeys,
        },
      ],
    },
    ...(plan?.accounts ?? []).flatMap(accountSections),
    ...leftSection(plan),
  ];
}

function accountSections({ accountId, problem, units, unplanned, roles, providers }: Account): readonly Section[] {
  const all = units.flatMap(u => u.plan.groups.flatMap(g => g.changes));
  const summary: CheckLine =
    problem !== undefined
      ? { state: 'wrong', title: problemText(problem), details: [] }
      : {
          state: 'unchecked',
          title: `${workspaces(units.length)}, ${changesOf(all.length)}`,
          details: [
            roles === undefined
              ? 'Its roles could not be counted.'
              : `${roles.now === 1 ? '1 role' : `${roles.now} roles`} today, ${roles.made} more`,
            ...(providers === undefined
              ? []
              : [providers.made > 0 ? 'A new OIDC provider, shared by all' : 'The OIDC provider is there']),
          ],
        };
  return [
    { kind: 'checks', heading: `Account ${accountId}`, rows: [summary, ...unplanned.map(unplannedLine)] },
    ...(problem === undefined ? units.flatMap(unitSections) : []),
  ];
}

const unplannedLine = ({ unit, problem }: Account['unplanned'][number]): CheckLine => ({
  state: 'wrong',
  title: `${unit.name} could not be planned: ${problem.message}`,
  details: [],
  next: inEditor(problem.nextStep),
});

/** Each plan is folded behind its line, which says how much it is. */
function unitSections({ unit, plan }: Unit): readonly Section[] {
  const changes = plan.groups.flatMap(g => g.changes);
  const removals = plan.groups.flatMap(g => g.removals);
  const notes = [...new Set(plan.groups.flatMap(g => g.notes))].map(inEditor);
  const where = [unit.row.workspace.project.name, ...(unit.repository === undefined ? [] : [unit.repository])].join(
    ', ',
  );
  const more = removals.length === 0 ? '' : `, ${removals.length} after the proof`;
  const rows = [...changes, ...removals].map(c => changeLine(c));
  return [
    ...(plan.problems.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            rows: plan.problems.map((p): CheckLine => ({
              state: 'wrong',
              title: `${unit.name}: ${problemText(p)}`,
              details: [],
            })),
            heading: `${unit.name} cannot be set up`,
          },
        ]),
    {
      kind: 'changes',
      folded: `${unit.name} (${where}): ${changesOf(changes.length)}${more}`,
      ...(notes.length > 0 && { lead: notes.join(' ') }),
      rows,
    },
  ];
}

/** So many of those that stay as they are have a line each. */
const mostLeft = 20;

function leftSection(plan: MigrationPlan | undefined): readonly Section[] {
  const left = plan?.left.filter(l => !l.done) ?? [];
  if (left.length === 0) return [];
  const lines = left.slice(0, mostLeft).map(l => `${l.name}: ${inEditor(l.why)}`);
  const rest = left.length - lines.length;
  return [
    {
      kind: 'text',
      heading: 'Left as they are',
      lines: [...lines, ...(rest === 0 ? [] : [`and ${workspaces(rest)} more`])],
    },
  ];
}

function actionsOf({ busy, writing, plan, result, later }: MigrationState): readonly PageAction[] {
  if (busy !== undefined) return [{ id: 'stop', label: writing ? 'Stop After These Changes' : 'Stop' }];
  if (result !== undefined) {
    const goesOn = result.state === 'done' && later > 0;
    return [
      { id: 'again', label: goesOn ? 'Plan the Next Ones' : 'Plan Anew' },
      ...(result.state === 'declined' ? [] : [{ id: 'keys', label: 'Show Old Keys…' }]),
    ];
  }
  const count = unitsOf(plan).length;
  return [
    ...(count === 0
      ? []
      : [{ id: 'make', label: count === 1 ? 'Set Up 1 Workspace…' : `Set Up ${count} Workspaces…` }]),
    { id: 'again', label: plan === undefined ? 'Plan' : 'Plan Again' },
  ];
}

/** The yes for one account: every workspace, every change, and what cannot be taken back. */
export function accountYes({ accountId, root, workspaces: names, changes }: Question<'migrate-account'>): {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
} {
  return {
    message: `Set up OIDC for ${names.length === 1 ? `workspace "${names.join('')}"` : workspaces(names.length)} in AWS account ${accountId}?`,
    detail: [
      `Workspaces: ${names.join(', ')}`,
      '',
      ...changes.map((c, i) => `${i + 1}. ${c.title}`),
      '',
      ...lossesOf(changes),
      'The page shows each of them. Each workspace has a run of its own, and "Undo" takes it back.',
      ...(root ? ['You are the root user of this account: use a role or a user instead.'] : []),
    ].join('\n'),
    button: changes.length === 1 ? 'Make 1 Change' : `Make ${changes.length} Changes`,
  };
}
