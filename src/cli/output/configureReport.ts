import { type Change, undoNoteOf, type VariableChange } from '../../binding/change';
import { checkJson, checkText } from '../../binding/report';
import type { CodePlan } from '../../binding/plan/code';
import { fullName, kindOf } from '../../binding/place';
import type { GroupOutcome, PlannedGroup, SetupPlan, SetupResult } from '../../binding/setup';
import { changeJson, changeText, planJson, planText, undoNoteJson } from './planReport';
import { runProofJson, runProofText } from './runReport';

/** What `configure` prints: the plan before, the proof after, and both as JSON. */

const namesOf = (group: PlannedGroup): string => group.members.map(m => fullName(m.place)).join(', ');

/** The plan of each group of bindings, with what comes after the proof. */
export function setupText({ groups, code, wiring }: SetupPlan): string {
  const out: string[] = [];
  for (const { prepared, notes, variables, changes, removals, stopped } of groups) {
    out.push(planText(prepared, notes));
    if (variables.changes.length > 0)
      out.push(
        `\nVariables:\n${variables.changes.map(c => `  ${c.title}${c.value === undefined ? '' : `: ${c.value}`}${inParentheses(c)}\n`).join('')}`,
      );
    const tests = changes.filter(c => c.kind === 'tests');
    if (tests.length > 0) out.push(`\nTest configuration:\n\n${tests.map((c, i) => changeText(c, i + 1)).join('')}`);
    if (removals.length > 0)
      out.push(`\nAfter the proof:\n${removals.map(c => `  ${c.title}${inParentheses(c)}\n`).join('')}`);
    if (stopped !== undefined)
      out.push(
        `\n${stopped.where}\n${stopped.asPlanned ? 'Its rest is what is shown here: it is gone on with.' : 'Its rest is not what has to be done today: what is shown here is planned anew.'}\n`,
      );
    out.push('\n');
  }
  if (wiring !== undefined && wiring.changes.length > 0)
    out.push(
      `Code by which the deployments use ${groups.length === 1 ? 'the role' : 'the roles'}:\n\n${wiring.changes.map((c, i) => changeText(c, i + 1)).join('')}\n`,
    );
  if (code !== undefined && code.changes.length > 0)
    out.push(`Code, after the proof:\n\n${code.changes.map((c, i) => changeText(c, i + 1)).join('')}\n`);
  return out.join('');
}

/** What was read back of one group, and how its runs ended. */
export function outcomeText(group: PlannedGroup, { proof, checked, runs }: GroupOutcome): string {
  const names = namesOf(group);
  const checks = checked.flatMap(c => c.checks).map(checkText);
  return [
    `\nRead back (${names}): ${proofWords(group, proof)}\n${checks.join('')}`,
    ...runs.map(run => `\n${runProofText(names, run)}`),
  ].join('');
}

function proofWords({ members, choices, unproven }: PlannedGroup, proof: GroupOutcome['proof']): string {
  if (proof === 'proven') return 'proven';
  if (proof === 'this configuration' && unproven !== undefined) return `not proven: ${unproven}`;
  const inAccount = proof === 'this configuration' && members.every(m => kindOf(m.place) === 'stack');
  return inAccount ? `proven in account ${choices.accountId}; its roles in other accounts were not read` : 'not proven';
}

export function setupJson(plan: SetupPlan, { state, outcomes, wired, fixed }: SetupResult) {
  const { groups, code, wiring, problems } = plan;
  const refused = state === 'refused' || state === 'declined';
  const bindings = groups.map(group => bindingJson(group, refused ? undefined : outcomes.get(group)));
  const [only] = bindings;
  const body =
    bindings.length === 1 && only !== undefined ? { ...only, ...(problems.length > 0 && { problems }) } : { bindings };
  return {
    ...body,
    ...(wiring !== undefined && { wiring: wiring.changes.map(codeChangeJson), wired: wired ?? null }),
    ...(code !== undefined && { code: code.changes.map(codeChangeJson), fixed: fixed ?? null }),
  };
}

function bindingJson(group: PlannedGroup, outcome: GroupOutcome | undefined) {
  const [run] = outcome?.runs ?? [];
  const tests = group.changes.filter(c => c.kind === 'tests');
  return {
    ...planJson(group.prepared, group.notes),
    variables: group.variables.changes.map(variableChangeJson),
    removals: group.removals.map(variableChangeJson),
    ...(tests.length > 0 && { tests: tests.map(changeJson) }),
    problems: [...group.prepared.plan.problems, ...group.variables.problems],
    applied: outcome?.applied ?? null,
    ...(outcome !== undefined && { removed: outcome.removed ?? null, proven: outcome.proof === 'proven' }),
    checks: (outcome?.checked ?? []).flatMap(c => c.checks).map(checkJson),
    ...(run !== undefined && { run: runProofJson(run) }),
    ...(outcome?.notStarted !== undefined && { run: { state: 'not-started', problem: outcome.notStarted } }),
  };
}

/** What is lost for good, behind a title. */
const inParentheses = (change: Change): string => {
  const note = undoNoteOf(change);
  return note === undefined ? '' : ` (${note})`;
};

function codeChangeJson(change: CodePlan['changes'][number]) {
  const { id, kind, title, file, before, after, destructive, undoable } = change;
  return { id, kind, title, file, before, after, destructive, undoable, ...undoNoteJson(change) };
}

function variableChangeJson(change: VariableChange) {
  return {
    id: change.id,
    kind: change.kind,
    action: change.action,
    title: change.title,
    scope: change.scope,
    key: change.key,
    category: change.category,
    before: change.before ?? null,
    after: change.after ?? null,
    destructive: change.destructive,
    undoable: change.undoable,
    ...undoNoteJson(change),
  };
}
