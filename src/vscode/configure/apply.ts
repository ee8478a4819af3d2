import * as vscode from 'vscode';
import { problemText, inEditor } from '../problemText';
import type { ApplyResult } from '../../binding/apply/apply';
import type { Change } from '../../binding/change';
import type { BindingChoices } from '../../binding/desired/choices';
import type { JournalRun } from '../../binding/journal/journal';
import type { PreparedBinding } from '../../binding/plan/prepare';
import { type Problem, ProblemError } from '../../core/problem';
import type { ChosenAccount } from '../aws';
import type { BindingRuns } from '../binding/bindingRun';
import { showExport } from '../binding/exportCode';
import type { Previews } from '../preview';
import { type Choice, configureTitle, GoBack, pick } from '../steps';
import { resultPreview } from './preview';
import { goesOnAsPlanned } from '../../binding/setup/goOn';
import { type PreparedTarget, titleOf } from './targets';

/** What applying works with. */
export interface ApplyServices {
  readonly previews: Previews;
  readonly runs: BindingRuns;
}

/**
 * `done`: account and workspaces are as they should be now. `nothing`: they were before. `stopped`: not all of it holds, or the person
 * wants nothing. `back`: the person wants to answer a question anew.
 */
type Applied = 'done' | 'nothing' | 'stopped' | 'back';

export async function applyAfterYes(
  services: ApplyServices,
  opened: ChosenAccount,
  targets: readonly PreparedTarget[],
): Promise<Applied> {
  const { previews } = services;
  const { caller } = opened;
  for (const { binding, prepared, variables } of targets) {
    const [problem] = [...prepared.plan.problems, ...(variables?.problems ?? [])];
    if (problem === undefined) continue;
    if (!problem.code.startsWith('managed-by-')) {
      // Another answer may be what is needed.
      void vscode.window.showErrorMessage(problemText(problem));
      return 'back';
    }
    // Code owns the role: it is not written to behind its back, but the setup can join that code.
    await offerExport(problem, binding, prepared);
    return 'stopped';
  }
  const jobs = jobsOf(targets);
  const changes = jobs.flatMap(j => j.changes);
  if (changes.length === 0) return 'nothing';
  const [only, ...more] = jobs;
  const stopped = only === undefined || more.length > 0 ? undefined : await services.runs.stopped(only.prepared);
  const resumable = stopped !== undefined && goesOnAsPlanned(stopped.run, changes) ? stopped.run : undefined;
  const yes = changes.length === 1 ? vscode.l10n.t('Make 1 Change') : vscode.l10n.t('Make {0} Changes', changes.length);
  const goOn = vscode.l10n.t('Go On Where It Stopped');
  const roles = targets.flatMap(t => t.prepared.desired.account.roles.map(r => r.name));
  const earlier =
    stopped === undefined
      ? []
      : [
          stopped.where,
          resumable === undefined
            ? vscode.l10n.t('Its rest is not what has to be done today, so only the new plan is offered.')
            : vscode.l10n.t('Its rest is what the preview shows. Going on keeps all of it in one run, for one undo.'),
          '',
        ];
  const detail = [
    vscode.l10n.t('Roles: {0}', roles.join(', ')),
    '',
    ...earlier,
    ...changes.map((c, i) => `${i + 1}. ${c.title}`),
    '',
    vscode.l10n.t('The preview shows each of them. "TFC OIDC: Undo" takes them back.'),
    ...(caller.root ? [vscode.l10n.t('You are the root user of this account: use a role or a user instead.')] : []),
  ].join('\n');
  const question =
    targets.length === 1
      ? vscode.l10n.t('Set up OIDC for workspace "{0}" in AWS account {1}?', titleOf(targets), caller.accountId)
      : vscode.l10n.t('Set up OIDC for workspaces {0} in AWS account {1}?', titleOf(targets), caller.accountId);
  const answers = resumable === undefined ? [yes] : [goOn, yes];
  for (;;) {
    const reviewed = await review(question, yes, changes, previews);
    if (reviewed !== 'go on') return reviewed;
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...answers);
    // A no to this question is one to read the preview again.
    if (answer !== yes && answer !== goOn) continue;
    for (const job of jobs) {
      if (!(await applyOne(services, job, answer === goOn ? resumable : undefined))) return 'stopped';
    }
    return 'done';
  }
}

/**
 * The last question of the wizard, asked beside the preview: a modal dialog would cover what has to be read. The yes that counts comes
 * after it.
 */
async function review(
  question: string,
  yes: string,
  changes: readonly Change[],
  previews: Previews,
): Promise<'go on' | 'back' | 'stopped'> {
  type Answer = 'go on' | 'differences' | 'stopped';
  const items: readonly Choice<Answer>[] = [
    {
      value: 'go on',
      label: `$(check) ${yes}…`,
      detail: vscode.l10n.t('Asks once more, with the names of account, roles and workspace.'),
    },
    {
      value: 'differences',
      label: vscode.l10n.t('$(diff) Show Differences'),
      detail: vscode.l10n.t('Each change in the diff editor, what is there beside what will be.'),
    },
    { value: 'stopped', label: vscode.l10n.t('$(close) Change Nothing') },
  ];
  for (;;) {
    try {
      const answer = await pick<Answer>(
        {
          title: configureTitle(),
          placeholder: vscode.l10n.t('Read the preview; nothing has been changed yet'),
          items,
          current: undefined,
        },
        { step: undefined, canGoBack: true },
      );
      if (answer !== 'differences') return answer;
      await previews.showChanges(question, changes);
    } catch (error) {
      if (error instanceof GoBack) return 'back';
      if (error instanceof vscode.CancellationError) return 'stopped';
      throw error;
    }
  }
}

async function applyOne(
  services: ApplyServices,
  { target, prepared, changes }: Job,
  resumed: JournalRun | undefined,
): Promise<boolean> {
  const { runs, previews } = services;
  const workspace = titleOf([target]);
  const title = vscode.l10n.t(
    'Set up OIDC for {0}',
    `${target.binding.workspaces[0]?.organization ?? ''}/${workspace}`,
  );
  const { result, lines } =
    resumed === undefined ? await runs.apply(prepared, changes, title) : await runs.resume(resumed, prepared);
  await previews.showMarkdown(
    `${vscode.l10n.t('Result {0}', workspace)}.md`,
    resultPreview(prepared, result, lines, target.variables !== undefined),
  );
  return report(result);
}

interface Job {
  readonly target: PreparedTarget;
  readonly prepared: PreparedBinding;
  readonly changes: readonly Change[];
}

/** What is to be done for each workspace. What two of them need, such as the provider, is done once, by the first. */
function jobsOf(targets: readonly PreparedTarget[]): readonly Job[] {
  const seen = new Set<string>();
  return targets.flatMap(target => {
    const changes = [...target.prepared.plan.changes, ...(target.variables?.changes ?? [])].filter(
      c => !seen.has(c.id),
    );
    for (const change of changes) seen.add(change.id);
    return changes.length === 0 ? [] : [{ target, prepared: target.prepared, changes }];
  });
}

async function offerExport(problem: Problem, binding: BindingChoices, prepared: PreparedBinding): Promise<void> {
  const exportIt = vscode.l10n.t('Export as Code');
  const answer = await vscode.window.showWarningMessage(
    problem.message,
    { modal: true, detail: inEditor(problem.nextStep) },
    exportIt,
  );
  if (answer === exportIt) await showExport(binding, prepared);
}

/** What a run came to: a problem is thrown, a wish to stop is confirmed, and `true` means that all of it holds. */
export function report(result: ApplyResult): boolean {
  if (result.problem !== undefined) throw new ProblemError(result.problem);
  if (result.state === 'cancelled') {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Stopped after {0} of {1} changes. Run "Configure TFC OIDC" again to go on, or "TFC OIDC: Undo" to take them back.',
        result.done,
        result.total,
      ),
    );
    return false;
  }
  return true;
}
