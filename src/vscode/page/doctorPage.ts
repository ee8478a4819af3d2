import * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import { trustJudge } from '../../binding/checks/judge';
import { runChecks } from '../../binding/checks/table';
import { consult } from '../../binding/doctor/consult';
import type { BindingFacts } from '../../binding/facts';
import { permissionSources } from '../../binding/gather/permissionSources';
import { tellsOfRefusal, withRefusals } from '../../binding/gather/permissions';
import { trailFacts } from '../../binding/gather/trail';
import { type DoctorReport, doctorReport } from '../../binding/report';
import { doctorAction, doctorPage, type DoctorState } from '../../board/page/doctor';
import type { FromPage } from '../../board/page/messages';
import { isAbort, ProblemError } from '../../core/problem';
import { permissionFile } from '../../node/permissionFiles';
import type { ChosenAccount } from '../aws';
import type { CheckedWorkspace } from '../board/bindingStore';
import { problemText } from '../problemText';
import type { PagePanel } from '../page/panel';

/** What the doctor's page can do beside asking. */
export interface DoctorServices {
  readonly account: () => ChosenAccount | undefined;
  /** Reads the workspace again. */
  readonly again: () => Promise<CheckedWorkspace>;
  readonly putRight: (check: Check) => Promise<void>;
  readonly chooseProfile: () => Promise<void>;
}

/**
 * The doctor for one workspace, on a page: it says at once what it knows, and looks further where the person wants it. CloudTrail is
 * asked after a click only.
 */
export class DoctorPage {
  private pasted = '';
  private trail: BindingFacts['trail'];
  private busy: string | undefined;
  private readonly ended = new AbortController();

  constructor(
    private readonly panel: PagePanel,
    private checked: CheckedWorkspace,
    private readonly root: string,
    private readonly services: DoctorServices,
  ) {
    panel.onDidReceive(message => void this.answer(message));
    panel.onDidDispose(() => this.ended.abort());
  }

  private get facts(): BindingFacts {
    return {
      ...this.checked.facts,
      ...(this.pasted.trim() !== '' && { pastedError: this.pasted }),
      ...(this.trail !== undefined && { trail: this.trail }),
    };
  }

  private report(facts = this.facts): DoctorReport {
    const { organization, workspace } = this.checked;
    return { subject: `${organization}/${workspace}`, ...consult(facts, runChecks(facts, trustJudge)) };
  }

  private state(): DoctorState {
    return {
      report: this.report(),
      pasted: this.pasted,
      accountId: this.services.account()?.caller.accountId,
      trailAsked: this.trail !== undefined,
      ...(this.busy !== undefined && { busy: this.busy }),
    };
  }

  draw(): void {
    if (this.ended.signal.aborted) return;
    const { workspace } = this.checked;
    this.panel.show(doctorPage(this.state()), { kind: 'doctor', root: this.root, workspace });
  }

  private async answer(message: FromPage): Promise<void> {
    if (message.type === 'field' && message.id === 'error') {
      this.pasted = message.value;
      await this.work('Reading the text', () => this.readRefusal());
      return;
    }
    if (message.type !== 'action' || this.busy !== undefined) return;
    const action = doctorAction(message.id, this.state());
    switch (action?.kind) {
      case 'fix':
        await this.services.putRight(action.check);
        return;
      case 'trail':
        await this.work('Asking CloudTrail; events take up to 15 minutes to appear', () => this.askTrail());
        return;
      case 'profile':
        await this.services.chooseProfile();
        await this.work('Reading the account', () => this.readAgain());
        return;
      case 'again':
        await this.work('Reading everything again', () => this.readAgain());
        return;
      case 'copy':
      case 'copyMasked':
        await vscode.env.clipboard.writeText(
          doctorReport({ ...this.report(), redact: action.kind === 'copyMasked' }, 'markdown'),
        );
        void vscode.window.setStatusBarMessage('The report is in the clipboard.', 4000);
        return;
      case undefined:
        return;
    }
  }

  /** Something that takes a while, with its name on the page. What goes wrong is said there, and the page stays usable. */
  private async work(name: string, task: () => Promise<void>): Promise<void> {
    this.busy = name;
    this.draw();
    try {
      await task();
    } catch (error) {
      if (!isAbort(error) && !(error instanceof vscode.CancellationError)) {
        if (!(error instanceof ProblemError)) throw error;
        void vscode.window.showErrorMessage(problemText(error.problem));
      }
    } finally {
      this.busy = undefined;
      this.draw();
    }
  }

  private async readAgain(): Promise<void> {
    this.checked = await this.services.again();
    await this.readRefusal();
  }

  /** A refused call: the policies of the roles say which statement lacks what. */
  private async readRefusal(): Promise<void> {
    const account = this.services.account();
    if (account === undefined || !tellsOfRefusal(this.facts)) return;
    const facts = await withRefusals(this.facts, account.account, permissionSources(permissionFile), this.ended.signal);
    this.checked = { ...this.checked, facts: { ...facts, pastedError: this.checked.facts.pastedError } };
  }

  private async askTrail(): Promise<void> {
    const account = this.services.account();
    if (account !== undefined) this.trail = await trailFacts(account, this.facts, this.ended.signal);
  }
}
