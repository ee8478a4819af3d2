import type { Check } from '../../binding/check';
import type { PlanView } from '../../binding/setup';
import type { Problem } from '../../core/problem';
import { capitalised, changesOf } from '../words';
import type { BoardState } from '../model';
import { isComparison } from '../../binding/report';
import { changeLine } from './changes';
import { comparisonSection } from './doctor';
import type { CheckLine, Page, PageAction, Section } from './model';
import { inTheWay } from './problems';
import { notDone, type RunSoFar } from './run';
import { type PageQuestion, runSections, stopAction, type Writing } from './runView';

export interface RemedyState {
  readonly organization: string;
  readonly workspace: string;
  /** What is put right, as it was seen last. */
  readonly check: Check;
  readonly busy: string | undefined;
  readonly writing: Writing;
  readonly plan: PlanView | undefined;
  readonly problem: Problem | undefined;
  readonly run: RunSoFar | undefined;
  readonly question: PageQuestion | undefined;
}

/**
 * One check that does not hold, and the smallest changes that put it right. The button under them is the yes: the page names account,
 * roles and workspace above it.
 */
export function remedyPage(state: RemedyState): Page {
  const { organization, workspace, check, busy, plan, run, question } = state;
  const changes = plan?.bindings.flatMap(b => b.changes) ?? [];
  return {
    title: `Put right: ${capitalised(check.reason ?? check.title)}`,
    state: run?.ended === undefined ? check.state : endState(run),
    lead: [
      run?.ended === undefined ? `Workspace ${organization}/${workspace}. Nothing has been changed yet.` : endText(run),
    ],
    sections: run === undefined ? planned(state) : runSections({ run, planned: changes, question, ticked: new Set() }),
    actions: actionsOf(state),
    ...(busy !== undefined && { busy }),
  };
}

const allHold = ({ proofs }: RunSoFar): boolean => proofs.every(p => p.checks.every(c => c.state === 'ok'));

function endState(run: RunSoFar): BoardState {
  if (run.takenBack) return 'unchecked';
  if (run.ended !== 'done') return 'wrong';
  return allHold(run) ? 'ok' : 'warning';
}

const endText = (run: RunSoFar): string =>
  notDone(run) ??
  (allHold(run)
    ? 'Put right, and read back: everything holds.'
    : 'Put right, and read back. What else does not hold is below.');

function planned({ check, plan, problem }: RemedyState): readonly Section[] {
  const changes = plan?.bindings.flatMap(b => b.changes) ?? [];
  const problems = [...(problem === undefined ? [] : [problem]), ...(plan?.problems ?? [])];
  const wrong: CheckLine = {
    state: check.state,
    title: check.title,
    details: [...check.evidence.filter(e => !isComparison(e)), check.why],
  };
  const notes = plan?.bindings.flatMap(b => b.notes) ?? [];
  return [
    { kind: 'checks', heading: 'What was seen', rows: [wrong] },
    ...comparisonSection(check.evidence),
    ...inTheWay(problems),
    ...(plan !== undefined && changes.length === 0 && problems.length === 0
      ? [{ kind: 'text' as const, heading: 'Nothing to change', lines: ['It is as it should be by now.'] }]
      : []),
    ...(changes.length === 0 || plan === undefined
      ? []
      : [
          {
            kind: 'changes' as const,
            heading: `${capitalised(changesOf(changes.length))} ${whereOf(plan)}`,
            rows: changes.map(c => changeLine(c)),
          },
        ]),
    ...(notes.length === 0 ? [] : [{ kind: 'text' as const, heading: 'Worth knowing', lines: notes }]),
  ];
}

/** Account and workspace, as far as they are changed. */
function whereOf({ bindings, account }: PlanView): string {
  const changes = bindings.flatMap(b => b.changes);
  const names = bindings.flatMap(b => b.workspaces.map(w => w.name)).join(', ');
  return changes.some(c => c.kind === 'iam')
    ? `in AWS account ${account.id}, for workspace ${names}`
    : `in workspace ${names}`;
}

function actionsOf({ plan, problem, busy, writing, run }: RemedyState): readonly PageAction[] {
  if (busy !== undefined) return [stopAction(writing)];
  const again: PageAction = { id: 'again', label: 'Check Again' };
  if (run !== undefined) return [again, ...(run.journals.length === 0 ? [] : [{ id: 'undo', label: 'Undo…' }])];
  const changes = plan?.bindings.flatMap(b => b.changes) ?? [];
  const may = plan !== undefined && problem === undefined && plan.problems.length === 0 && changes.length > 0;
  const where = changes.some(c => c.kind === 'iam') ? ` in Account ${plan?.account.id ?? ''}` : '';
  const stopped = plan?.bindings.some(b => b.stopped !== undefined) === true;
  return [
    ...(may ? [{ id: 'make', label: `Make ${capitalisedChanges(changes.length)}${where}` }] : []),
    ...(may ? [{ id: 'differences', label: 'Show Differences' }] : []),
    again,
    ...(stopped ? [{ id: 'undo', label: 'Undo…' }] : []),
  ];
}

const capitalisedChanges = (count: number): string => (count === 1 ? '1 Change' : `${count} Changes`);
