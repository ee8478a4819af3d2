import * as fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { apply, type ApplyResult, type Progress, resume, type Surroundings } from '../../binding/apply/apply';
import { iamExecutor } from '../../binding/apply/iam';
import { variableExecutor } from '../../binding/apply/variable';
import type { Change } from '../../binding/change';
import {
  Journal,
  journalName,
  type JournalRun,
  type JournalStore,
  readJournals,
  unfinished,
  whereItStopped,
} from '../../binding/journal/journal';
import { withLock } from '../../binding/journal/lock';
import { type PreparedBinding, subjectOf } from '../../binding/plan/prepare';
import { lostCredentials, toUndo, undo, undoable, type UndoResult } from '../../binding/undo';
import { ProblemError, unwrap } from '../../core/problem';
import { thisProcess } from '../../node/thisProcess';
import { type ChosenAccount, openProfile, profileChoices } from '../aws';
import { withProgress } from '../progress';
import { sharedFolder } from './journals';
import type { HcpConnections } from '../hcp';
import type { ExtensionLog } from '../log';
import { pick, runSteps } from '../steps';

/** One line of what was done, for the result document. */
export interface DoneLine {
  readonly title: string;
  readonly state: string;
  readonly milliseconds: number;
}

type Opened = Pick<ChosenAccount, 'account' | 'caller'>;

/** Applies and undoes with progress in a notification, and journals in VS Code's global storage. */
export class BindingRuns {
  constructor(
    private readonly store: JournalStore,
    private readonly env: NodeJS.ProcessEnv,
    private readonly log: ExtensionLog,
    private readonly connections: HcpConnections,
  ) {}

  /** A run for the same binding that stopped in the middle, with the sentence that says where. */
  async stopped(prepared: PreparedBinding): Promise<{ readonly run: JournalRun; readonly where: string } | undefined> {
    const run = unfinished(await readJournals(this.store), subjectOf(prepared.choices));
    return run === undefined ? undefined : { run, where: whereItStopped(run) };
  }

  /** One run at a time for each binding, in the windows of the editor and on the command line. */
  private async locked<T>(subject: string, work: () => Promise<T>): Promise<T> {
    return unwrap(await withLock(fs, sharedFolder(this.env), path.join, subject, thisProcess(), work));
  }

  async apply(
    prepared: PreparedBinding,
    changes: readonly Change[],
    title: string,
  ): Promise<{ readonly result: ApplyResult; readonly lines: readonly DoneLine[] }> {
    const subject = subjectOf(prepared.choices);
    const name = journalName(Date.now(), subject);
    const lines: DoneLine[] = [];
    const result = await this.locked(subject, () =>
      this.run(
        vscode.l10n.t('Setting up OIDC in AWS account {0}', prepared.caller.accountId),
        prepared,
        name,
        lines,
        at => apply({ title, subject, changes }, at),
      ),
    );
    this.log.info(`apply ${name}: ${result.state}, ${result.done} of ${result.total}`);
    return { result, lines };
  }

  async resume(
    run: JournalRun,
    prepared: PreparedBinding,
  ): Promise<{ readonly result: ApplyResult; readonly lines: readonly DoneLine[] }> {
    const lines: DoneLine[] = [];
    const title = vscode.l10n.t('Going on in AWS account {0}', prepared.caller.accountId);
    return { result: await this.goOn(title, prepared, run, lines, resume), lines };
  }

  /** The undo command: choose a run, see what would be taken back, say yes, take it back. */
  async undo(): Promise<void> {
    const all = await readJournals(this.store);
    const runs = undoable(all);
    if (runs.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is nothing to undo: no run of this extension has written anything.'),
      );
      return;
    }
    const profiles = await profileChoices(this.env);
    const state: { run?: JournalRun; profile?: { readonly name: string | undefined } } = {};
    const chosen = await runSteps(state, [
      async (s, position) => {
        const items = runs.map(run => ({
          value: run,
          label: run.title,
          description: new Date(run.at).toLocaleString(),
          detail: run.subject,
        }));
        s.run = await pick(
          { title: vscode.l10n.t('Undo'), placeholder: vscode.l10n.t('Which run?'), items, current: s.run },
          position,
        );
        return 'asked';
      },
      async (s, position) => {
        s.profile = await pick(
          {
            title: vscode.l10n.t('Undo'),
            placeholder: vscode.l10n.t('AWS profile of the account'),
            items: profiles,
            current: s.profile,
          },
          position,
        );
        return 'asked';
      },
    ]);
    if (!chosen || state.run === undefined || state.profile === undefined) return;
    const { run } = state;
    const account = await openProfile(state.profile, this.env);
    const steps = toUndo(run);
    const lost = lostCredentials(run, all);
    const yes = steps.length === 1 ? vscode.l10n.t('Undo 1 Change') : vscode.l10n.t('Undo {0} Changes', steps.length);
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Undo "{0}" in AWS account {1}?', run.title, account.caller.accountId),
      {
        modal: true,
        detail: `${lost === undefined ? '' : `${lost}\n\n`}${steps.map((s, i) => `${i + 1}. ${vscode.l10n.t('Take back')}: ${s.change.title}`).join('\n')}\n\n${vscode.l10n.t('Only what is unchanged since is taken back; the rest is kept, and named.')}`,
      },
      yes,
    );
    if (answer !== yes) return;
    const title = vscode.l10n.t('Undoing in AWS account {0}', account.caller.accountId);
    await reportUndo(await this.goOn(title, account, run, [], undo), steps.length);
  }

  /** Works on a run that is there, as its journal tells it now: another window may have gone on with it, or back. */
  private goOn<T>(
    title: string,
    opened: Opened,
    run: JournalRun,
    lines: DoneLine[],
    work: (run: JournalRun, at: Surroundings) => Promise<T>,
  ): Promise<T> {
    return this.locked(run.subject, async () => {
      const now = (await readJournals(this.store)).find(r => r.name === run.name) ?? run;
      return this.run(title, opened, run.name, lines, at => work(now, at));
    });
  }

  /** Runs `work` below a notification; `lines` gets what it has done. */
  private run<T>(
    title: string,
    { account, caller: { accountId, partition } }: Opened,
    journal: string,
    lines: DoneLine[],
    work: (at: Surroundings) => Promise<T>,
  ): Promise<T> {
    const now = (): number => Date.now();
    return withProgress(title, (signal, tell) =>
      work({
        executors: {
          iam: iamExecutor({ account, accountId, partition }),
          variable: variableExecutor({
            client: (hostname, inner) => this.connections.open(hostname, undefined, inner),
          }),
        },
        journal: new Journal(this.store, journal, now),
        now,
        signal,
        progress: (p: Progress) => {
          if (p.state === 'started')
            tell(vscode.l10n.t('({0}/{1}) {2}', p.index + 1, p.total, p.change.title), 100 / p.total);
          else lines.push({ title: p.change.title, state: p.state, milliseconds: p.milliseconds });
        },
      }),
    );
  }
}

async function reportUndo(result: UndoResult, total: number): Promise<void> {
  if (result.problem !== undefined) throw new ProblemError(result.problem);
  const kept = result.steps.filter(s => s.state === 'kept');
  const done = result.steps.length - kept.length;
  const reasons = kept.map(s => `${s.change.title}${s.why === undefined ? '' : ` (${s.why})`}`).join('; ');
  const text =
    result.state === 'cancelled'
      ? vscode.l10n.t(
          'Stopped after {0} of {1} changes. Run "TFC OIDC: Undo" again to take back the rest.',
          result.steps.length,
          total,
        )
      : kept.length > 0
        ? vscode.l10n.t('{0} of {1} changes were taken back. The rest was kept: {2}', done, total, reasons)
        : done === 1
          ? vscode.l10n.t('Undone: 1 change was taken back.')
          : vscode.l10n.t('Undone: {0} changes were taken back.', done);
  await vscode.window.showInformationMessage(text);
}
