import * as vscode from 'vscode';
import { type JournalRun, type JournalStore, readJournals } from '../../binding/journal/journal';
import { type OpenedAccount, planUndo, type Surface, takeBack, type UseCaseServices } from '../../binding/setup';
import { undoable, type UndoResult } from '../../binding/undo';
import { ProblemError } from '../../core/problem';
import { openProfile, profileChoices } from '../aws';
import { VscodeUi } from '../configure/editorUi';
import { belowNotification, useCaseServices } from '../configure/services';
import { editorSurface } from '../configure/surface';
import type { HcpConnections } from '../hcp';
import { closeStalePages } from '../stalePages';
import { pick, runSteps } from '../steps';

/** Takes one run back, by the name of its journal. `undefined`: there was no yes. */
export async function takeBackRun(
  name: string,
  opened: OpenedAccount | undefined,
  journals: JournalStore,
  services: UseCaseServices,
  surface: Surface,
): Promise<UndoResult | undefined> {
  const all = await readJournals(journals);
  const run = all.find(r => r.name === name);
  return run === undefined ? undefined : takeBack(planUndo(run, all), opened, services, surface);
}

/** The undo command: choose a run, see what would be taken back, say yes, take it back. */
export class UndoCommand {
  constructor(
    private readonly journals: JournalStore,
    private readonly env: NodeJS.ProcessEnv,
    private readonly connections: HcpConnections,
  ) {}

  async run(): Promise<void> {
    const all = await readJournals(this.journals);
    const runs = undoable(all);
    if (runs.length === 0) {
      void vscode.window.showInformationMessage(
        'There is nothing to undo: no run of this extension has written anything.',
      );
      return;
    }
    const chosen = await this.choose(runs, all);
    if (chosen === undefined) return;
    const plan = planUndo(chosen.run, all);
    const opened = chosen.profile === undefined ? undefined : await openProfile(chosen.profile, this.env);
    const ui = new VscodeUi();
    const services = useCaseServices(
      { journals: this.journals, connections: this.connections, env: this.env },
      belowNotification(ui),
    );
    const surface = editorSurface(ui, { accountConfirmed: false }, () => undefined);
    const result = await takeBack(plan, opened, services, surface);
    if (result !== undefined) await closeStalePages();
    if (result !== undefined) await report(result, plan.changes.length);
  }

  /** The run, and a profile of its account where anything of AWS is to be taken back. */
  private async choose(
    runs: readonly JournalRun[],
    all: readonly JournalRun[],
  ): Promise<
    { readonly run: JournalRun; readonly profile: { readonly name: string | undefined } | undefined } | undefined
  > {
    const state: { run?: JournalRun; profile?: { readonly name: string | undefined } } = {};
    const accountOf = (run: JournalRun | undefined): string | undefined => run && planUndo(run, all).accountId;
    const done = await runSteps(state, [
      async (s, position) => {
        const items = runs.map(run => ({
          value: run,
          label: run.title,
          description: new Date(run.at).toLocaleString(),
          detail: run.subject,
        }));
        s.run = await pick({ title: 'Undo', placeholder: 'Which run?', items, current: s.run }, position);
        return 'asked';
      },
      async (s, position) => {
        const account = accountOf(s.run);
        delete s.profile;
        if (account === undefined) return 'skipped';
        s.profile = await pick(
          {
            title: 'Undo',
            placeholder: `AWS profile of account ${account}`,
            items: await profileChoices(this.env),
            current: undefined,
          },
          position,
        );
        return 'asked';
      },
    ]);
    return done && state.run !== undefined ? { run: state.run, profile: state.profile } : undefined;
  }
}

async function report(result: UndoResult, total: number): Promise<void> {
  if (result.problem !== undefined) throw new ProblemError(result.problem);
  const kept = result.steps.filter(s => s.state === 'kept');
  const done = result.steps.length - kept.length;
  const reasons = kept.map(s => `${s.change.title}${s.why === undefined ? '' : ` (${s.why})`}`).join('; ');
  const text =
    result.state === 'cancelled'
      ? `Stopped after ${result.steps.length} of ${total} changes. Run "TFC OIDC: Undo" again to take back the rest.`
      : kept.length > 0
        ? `${done} of ${total} changes were taken back. The rest was kept: ${reasons}`
        : done === 1
          ? 'Undone: 1 change was taken back.'
          : `Undone: ${done} changes were taken back.`;
  await vscode.window.showInformationMessage(text);
}
