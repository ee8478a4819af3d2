import type { ApplyResult, Progress } from '../../binding/apply/apply';
import { type Change, undoNoteOf } from '../../binding/change';
import type { UndoResult } from '../../binding/undo';
import type { PreparedBinding } from '../../binding/plan/prepare';
import { unifiedDiff } from '../../core/diff';
import { bindingKinds, fullName, placeOf } from '../../binding/place';
import type { Identity } from '../../oidc/subject';

/** What `plan` and `apply` print. */

export const undoNoteJson = (change: Change) => {
  const undoNote = undoNoteOf(change);
  return undoNote === undefined ? {} : { undoNote };
};

export const changeJson = (change: Change) => ({
  id: change.id,
  kind: change.kind,
  title: change.title,
  ...(change.kind === 'iam' ? { action: change.action, input: change.input, permission: `iam:${change.action}` } : {}),
  before: change.before ?? null,
  after: change.after ?? null,
  destructive: change.destructive,
  undoable: change.undoable,
  ...undoNoteJson(change),
});

export function planJson(planned: PreparedBinding, notes: readonly string[]) {
  const { caller, choices, plan, account } = planned;
  return {
    account: {
      id: caller.accountId,
      partition: caller.partition,
      caller: caller.arn,
      root: caller.root,
      profile: account.profile ?? null,
      region: account.region,
      differences: account.origin.differences,
    },
    workspaces: choices.identities.flatMap(i =>
      i.kind !== 'workspace'
        ? []
        : [
            {
              hostname: choices.hostname,
              organization: i.organization,
              project: i.project,
              name: i.workspace,
              id: choices.workspaceId ?? null,
            },
          ],
    ),
    ...named('deployments', deploymentsOf(choices.identities)),
    ...named('modules', modulesOf(choices.identities)),
    provider: plan.provider,
    roles: plan.roles.map(role => ({ ...role, tag: role.tag ?? null })),
    changes: plan.changes.map(changeJson),
    problems: plan.problems,
    drift: plan.drift,
    notes: allNotes(planned, notes),
    variables: planned.desired.variables.flatMap(set =>
      set.variables.map(({ key, value }) => ({ workspace: set.scope.name, key, value, category: 'env' })),
    ),
    ...(planned.desired.inputs.length > 0 && { inputs: planned.desired.inputs }),
    ...(planned.desired.testConfigurations.length > 0 && { testConfigurations: planned.desired.testConfigurations }),
  };
}

const named = <Name extends string, Item>(name: Name, items: readonly Item[]) =>
  (items.length === 0 ? {} : { [name]: items }) as { readonly [N in Name]?: readonly Item[] };

const deploymentsOf = (identities: readonly Identity[]) =>
  identities.flatMap(i => {
    if (i.kind !== 'stack') return [];
    const { organization, project, stack, deployment } = i;
    return [{ organization, project, stack, deployment }];
  });

const modulesOf = (identities: readonly Identity[]) =>
  identities.flatMap(i => (i.kind === 'module-test' ? [{ organization: i.organization, module: i.module }] : []));

/** A change in words, and as a diff. */
export function changeText(change: Change, number: number): string {
  const title = `${number}. ${change.title}${change.destructive ? '  (replaces what tfc-oidc did not make)' : ''}\n`;
  const before = change.before === undefined ? '' : `${change.before}\n`;
  const after = change.after === undefined ? '' : `${change.after}\n`;
  const diff = unifiedDiff('', before, after);
  const lines = diff.split('\n').slice(2, -1);
  const note = undoNoteOf(change);
  return `${title}${note === undefined ? '' : `   ${note}\n`}${lines.map(line => `     ${line}\n`).join('')}`;
}

export function planText(planned: PreparedBinding, notes: readonly string[]): string {
  const { caller, choices, plan } = planned;
  const out = [
    `Account    ${caller.accountId} (${caller.partition})`,
    `Caller     ${caller.arn}`,
    ...choices.identities.map(i => headingOf(i, choices.hostname)),
    '',
  ];
  if (plan.changes.length === 0) {
    if (plan.problems.length === 0) out.push('Nothing to do: the account is as it should be.', '');
  } else
    out.push(
      plan.changes.length === 1 ? '1 change to IAM:' : `${plan.changes.length} changes to IAM:`,
      '',
      ...plan.changes.map((change, i) => changeText(change, i + 1)),
    );
  for (const drift of plan.drift) out.push(`Drift on ${drift.on}: ${drift.detail}`);
  for (const note of allNotes(planned, notes)) out.push(`Note: ${note}`);
  for (const problem of plan.problems)
    out.push(`Not possible: ${problem.message} (${problem.code})`, `  ${problem.nextStep}`);
  const { variables, inputs, testConfigurations } = planned.desired;
  if (variables.length > 0) out.push('', 'Environment variables that the workspace needs:');
  for (const set of variables)
    for (const { key, value } of set.variables) out.push(`  ${set.scope.name}: ${key} = ${value}`);
  for (const { deployment, roleArn } of inputs)
    out.push('', `Deployment "${deployment}" assumes ${roleArn}, as an input of its code.`);
  for (const { module, roleArn, audience } of testConfigurations)
    out.push('', `The test configuration of module ${module} needs the role ${roleArn} and the audience ${audience}.`);
  return `${out.join('\n')}\n`;
}

function headingOf(identity: Identity, hostname: string): string {
  const place = placeOf(identity, hostname);
  const noun = bindingKinds[identity.kind].noun;
  const project = identity.kind === 'module-test' ? '' : `, project "${identity.project}"`;
  return `${(noun.charAt(0).toUpperCase() + noun.slice(1)).padEnd(10)} ${fullName(place)}${project}, ${hostname}`;
}

/** One line for each change, with its duration. */
export function progressText(progress: Progress): string {
  if (progress.state === 'started') return '';
  const seconds = (progress.milliseconds / 1000).toFixed(1);
  const words = {
    done: 'done',
    already: 'there already',
    stopped: 'stopped',
    undone: 'undone',
    nothing: 'was undone already',
    kept: 'kept',
  };
  const detail = progress.detail === undefined ? '' : `\n    ${progress.detail}`;
  return `[${progress.index + 1}/${progress.total}] ${progress.change.title}: ${words[progress.state]} (${seconds} s)${detail}\n`;
}

export function applyJson(result: ApplyResult, journal: string) {
  return {
    state: result.state,
    done: result.done,
    total: result.total,
    problem: result.problem ?? null,
    warning: result.warning ?? null,
    journal,
  };
}

export function applyText(result: ApplyResult): string {
  if (result.state === 'complete') {
    const warning = result.warning ? `Note: ${result.warning.message} ${result.warning.nextStep}\n` : '';
    return `Done: ${result.done} of ${result.total} changes. "tfc-oidc undo" takes them back.\n${warning}`;
  }
  const why = result.problem
    ? `${result.problem.message} (${result.problem.code}${result.problem.requestId ? `, request ${result.problem.requestId}` : ''})\n${result.problem.nextStep}\n`
    : 'Cancelled.\n';
  const back = result.unchanged === true ? '' : ', or go back with "tfc-oidc undo --yes"';
  return `Stopped after ${result.done} of ${result.total} changes. ${why}Go on with "tfc-oidc apply --resume --yes"${back}.\n`;
}

export function undoJson(result: UndoResult) {
  return {
    state: result.state,
    steps: result.steps.map(step => ({
      id: step.change.id,
      title: step.change.title,
      state: step.state,
      why: step.why ?? null,
    })),
    problem: result.problem ?? null,
  };
}

function allNotes({ caller, desired, plan }: PreparedBinding, notes: readonly string[]): readonly string[] {
  const bare = desired.account.roles.filter(r => r.inlinePolicies.length + r.attachedPolicyArns.length === 0);
  return [
    ...notes,
    ...(caller.root ? ["The caller is the account's root user. It works; a user or role of its own is safer."] : []),
    ...bare.map(
      r =>
        `Role ${r.name} gets no permissions here: --permissions code gives it what the code needs; or give a policy with --policy, --policy-arn or their plan- and apply- forms.`,
    ),
    ...plan.notes,
  ];
}
