import * as vscode from 'vscode';
import { codeOwners } from '../../binding/gather/code';
import { prepareBinding } from '../../binding/plan/prepare';
import {
  isWorkspace,
  planSetup,
  planView,
  type SetupPlan,
  type SetupResult,
  setUp,
  type UseCaseServices,
} from '../../binding/setup';
import type { FromPage } from '../../board/page/messages';
import { takenBack } from '../../board/page/run';
import { setupPage, type SetupState } from '../../board/page/setup';
import { isAbort, type Problem, ProblemError, unwrap } from '../../core/problem';
import type { Location } from '../../core/text';
import { rootLabel } from '../board/describe';
import type { BindingStore } from '../board/bindingStore';
import { showExport } from '../binding/exportCode';
import { thisMachine } from '../../node/thisMachine';
import { takeBackRun } from '../binding/undoCommand';
import { modal } from '../configure/editorUi';
import { checkOthers } from '../configure/checkOthers';
import { type Choices, otherAccountsInUse, withoutProject } from '../configure/choices';
import { nameOf, setupServices } from '../configure/services';
import { SetupSession, type SessionServices } from '../configure/session';
import { neededBy, shownTargets, shownWithoutAccount } from '../configure/shown';
import { choicesOf, groupOf } from '../configure/targets';
import type { CommandId } from '../contract';
import { fixesOf } from '../language/codeFixes';
import type { ExtensionLog } from '../log';
import type { Previews } from '../preview';
import { inEditor } from '../problemText';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { PageDialogue } from './dialogue';
import { WorkingPage } from './workingPage';
import type { PagePanel } from './panel';

/** What the setup's page works with. */
export interface SetupPageServices extends SessionServices {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly previews: Previews;
  readonly log: ExtensionLog;
}

/**
 * *Configure TFC OIDC* on a page: everything inferred, each answer a field, the plan behind them; then one yes, each change as it is made,
 * the proof that was read back, and what is left. Every button is drawn from a plan or a run of this page, never from a former window.
 */
export class SetupPage extends WorkingPage {
  private readonly session: SetupSession;
  private readonly dialogue: PageDialogue;
  private plan: SetupPlan | undefined;
  /** Only the latest planning draws: answers may change while it reads. */
  private planning: AbortController | undefined;

  constructor(
    private readonly panel: PagePanel,
    private readonly choices: Choices & { analysed: AnalysedRoot },
    private readonly services: SetupPageServices,
    /** Asks for the workspaces again, where the code does not name one. */
    private readonly chooseWorkspaces: (() => Promise<boolean>) | undefined,
  ) {
    super();
    this.session = new SetupSession(choices, services);
    this.dialogue = new PageDialogue(
      { modal, differences: (title, changes) => services.previews.showChanges(title, changes) },
      () => this.draw(),
      event => {
        if (event.id === 'written')
          services.log.info(`${event.stage} ${event.journal}: ${event.state}, ${event.done} of ${event.total}`);
      },
    );
    panel.onDidReceive(message => void this.receive(message));
    panel.onDidDispose(() => {
      this.closed = true;
      this.planning?.abort();
      this.dialogue.end();
    });
  }

  protected draw(): void {
    if (this.closed) return;
    this.panel.show(setupPage(this.state()), { kind: 'setup', root: this.choices.analysed.root.dir });
  }

  private state(): SetupState {
    const { choices, plan, session, dialogue } = this;
    const { analysed, opened } = choices;
    const { run, question, ticked, strangers, busy, writing } = dialogue;
    return {
      label: rootLabel(analysed.root, analysed.folder),
      busy,
      writing,
      fields: session.fields,
      more: session.more,
      targets: plan === undefined ? this.withoutAccount() : shownTargets(plan),
      account: opened && { id: opened.caller.accountId, alias: opened.alias, root: opened.caller.root },
      plan: plan === undefined ? undefined : planView(plan),
      needs: plan === undefined ? new Map() : neededBy(plan, session, location => this.place(location)),
      strangers,
      findings: analysed.findings.map(finding => ({ finding, place: this.place(finding.location) })),
      notes: this.notes(),
      problem: this.problem ?? session.problem,
      canSignIn: choices.hcpWayOut?.kind === 'sign-in',
      canShowNames: choices.hcpWayOut?.kind === 'names',
      canChooseWorkspaces: this.chooseWorkspaces !== undefined,
      run,
      question,
      ticked,
    };
  }

  private withoutAccount(): ReturnType<typeof shownTargets> {
    const { choices } = this;
    const { profile, account, project } = choices;
    const open = withoutProject(choices).length > 0 && !project;
    if (profile !== 'none' || !/^\d{12}$/.test(account ?? '') || open) return [];
    return (choices.workspaces ?? []).map(name => shownWithoutAccount(choicesOf(choices, choices.analysed, name)));
  }

  private notes(): readonly string[] {
    const { choices, plan } = this;
    const groups = plan?.groups ?? [];
    const unread = (choices.workspaces ?? []).filter(name => !choices.hcp?.some(h => h.workspace.name === name));
    const typed = choices.project === undefined ? [] : withoutProject(choices);
    return [
      ...new Set([
        ...(choices.hcpProblem === undefined || choices.hcpProblem === ''
          ? []
          : [
              `Variables of ${unread.join(', ')} were not read, so nothing can be proven of ${unread.length === 1 ? 'it' : 'them'}: ${choices.hcpProblem}`,
            ]),
        ...(typed.length === 0
          ? []
          : [
              `The project of ${typed.join(', ')} was not read from HCP Terraform: nothing here proves that it is the right one.`,
            ]),
        ...(choices.hcp ?? []).flatMap(h => h.reading.gaps),
        ...groups.flatMap(g => [...g.notes, ...g.prepared.plan.notes].map(inEditor)),
        ...groups.flatMap(g => g.prepared.plan.drift.map(d => `${d.on}: ${d.detail}`)),
        ...(unread.length > 0 && fixesOf(choices.analysed).fixed.length > 0
          ? ['Credentials in the code stay until the role is proven.']
          : []),
      ]),
    ];
  }

  private place(location: Location): string {
    return `${nameOf(location.file)}:${this.services.store.range(location).start.line + 1}`;
  }

  /**
   * Reads what is not known, infers the rest, and works out the plan. A later call ends an earlier one. Where nothing is written there is
   * nothing to say yes to: what is there is read back and proven at once (`prove`).
   */
  async planAnew(prove = true): Promise<void> {
    this.planning?.abort();
    const planning = new AbortController();
    this.planning = planning;
    this.plan = undefined;
    this.problem = undefined;
    this.dialogue.begin();
    const isCurrent = (): boolean => this.planning === planning && !this.closed;
    let plan: SetupPlan | undefined;
    let problem: Problem | undefined;
    try {
      plan = await this.dialogue.busyWith('Reading HCP Terraform and AWS', async stop => {
        stop.addEventListener('abort', () => planning.abort());
        return (await this.session.infer(planning.signal)) ? this.work(planning.signal) : undefined;
      });
    } catch (error) {
      if (!isAbort(error) && !(error instanceof vscode.CancellationError)) {
        if (!(error instanceof ProblemError)) throw error;
        problem = error.problem;
      } else problem = notRead;
    }
    if (!isCurrent()) return;
    this.planning = undefined;
    this.plan = plan;
    this.problem = problem;
    this.draw();
    // It goes on as long as the page has questions: nobody waits for it.
    if (prove && plan !== undefined && isProof(plan)) void this.guarded(() => this.make(plan));
  }

  private async work(signal: AbortSignal): Promise<SetupPlan | undefined> {
    const { choices, services, session, dialogue } = this;
    const { analysed, opened } = choices;
    if (opened === undefined || session.opened === undefined) return undefined;
    const machine = await thisMachine(services.env);
    const groups = (choices.workspaces ?? []).map(name =>
      groupOf(choices, analysed, name, services.store.all(), nameOf, machine),
    );
    const wishes = { removeStaticKeys: true, fixVariables: true, fixCode: true, proveByRun: true };
    const plan = await planSetup(groups, opened, wishes, this.setupServices(), dialogue.surface, signal);
    return { ...plan, opened: session.opened, read: opened };
  }

  private setupServices(opened = this.session.opened): ReturnType<typeof setupServices> {
    const during: UseCaseServices['during'] = (stage, workspaces, work) =>
      this.dialogue.during(stage, workspaces, work);
    return setupServices(this.services, during, this.choices.analysed, opened);
  }

  private receive(message: FromPage): Promise<void> {
    return this.guarded(async () => {
      if (message.type === 'tick') await this.tick(message.id, message.ticked);
      else if (message.type === 'field') await this.answer(message.id, message.value);
      else if (message.type === 'action' && !(await this.dialogue.press(message.id))) await this.act(message.id);
    });
  }

  private async tick(id: string, on: boolean): Promise<void> {
    this.dialogue.tick(id, on);
    // Taking a role over makes another plan.
    if (id.startsWith('take-over:') && this.dialogue.run === undefined) await this.planAnew();
  }

  private async answer(id: string, value: string): Promise<void> {
    if (this.dialogue.run !== undefined) return;
    if (await this.session.take(id, value, new AbortController().signal)) await this.planAnew();
  }

  private async act(id: string): Promise<void> {
    const { plan, dialogue } = this;
    switch (id) {
      case 'stop':
        dialogue.stop();
        return;
      case 'make':
        if (plan !== undefined && dialogue.busy === undefined) await this.make(plan);
        return;
      case 'go-on':
        this.session.forget();
        await this.planAnew();
        // One without changes was proven at once.
        if (this.plan !== undefined && this.plan.problems.length === 0 && !isProof(this.plan))
          await this.make(this.plan);
        return;
      case 'again':
        this.session.forget();
        await this.planAnew();
        return;
      case 'differences':
        if (plan !== undefined)
          await this.services.previews.showChanges(
            `OIDC for ${(this.choices.workspaces ?? []).join(', ')}`,
            plan.groups.flatMap(g => g.changes),
          );
        return;
      default:
        await this.leadOn(id);
    }
  }

  /** Buttons that lead elsewhere, and back. */
  private async leadOn(id: string): Promise<void> {
    const { choices } = this;
    const { analysed } = choices;
    if (id === 'export') await this.exportCode();
    else if (id === 'undo') await this.undo();
    else if (id === 'sign-in') {
      const [name] = choices.workspaces ?? [];
      const host = analysed.root.cloud.hostname;
      if (name === undefined) return;
      if (!(await this.services.connections.signIn(host.state === 'known' ? host.value : 'app.terraform.io'))) return;
      this.session.forget();
      await this.planAnew();
    } else if (id === 'names') {
      await this.leadOut(id, analysed);
    } else if (id === 'workspaces') {
      if ((await this.chooseWorkspaces?.()) !== true) return;
      this.session.forget();
      await this.planAnew();
    } else if (id === 'doctor') {
      const command: CommandId = 'tfcOidc.doctor';
      const checked = this.services.bindings
        .of(analysed)
        ?.workspaces.find(w => choices.workspaces?.includes(w.workspace) === true);
      await vscode.commands.executeCommand(command, { analysed, checked });
    } else if (id === 'keys') {
      await vscode.commands.executeCommand('tfcOidc.showKeys' satisfies CommandId);
    } else if (id.startsWith('open-')) {
      const run = this.dialogue.run?.runs.find(r => `open-${r.proof.runId}` === id);
      if (run !== undefined) await vscode.env.openExternal(vscode.Uri.parse(run.proof.url));
    }
  }

  /** Everything from the yes on: what is written, read back and offered after it. */
  private async make(plan: SetupPlan): Promise<void> {
    const { dialogue, choices } = this;
    const account = choices.opened?.caller.accountId ?? '';
    const others = otherAccountsInUse(choices, account);
    dialogue.warnings = [
      ...(others.length === 0
        ? []
        : [`The workspace uses roles of AWS account ${others.join(', ')} today; this setup is in account ${account}.`]),
      ...(plan.opened.account.origin.differs
        ? [
            `aws and terraform take different credentials here: ${plan.opened.caller.arn}, ${plan.opened.account.origin.text}.`,
          ]
        : []),
    ];
    const result = await this.carryOut(plan);
    if (result.state === 'declined' || result.state === 'refused') {
      dialogue.run = undefined;
      this.draw();
      return;
    }
    await this.after(result);
  }

  private async carryOut(plan: SetupPlan): Promise<SetupResult> {
    const { dialogue, session, services } = this;
    try {
      return await setUp(plan, this.setupServices(), dialogue.surface, new AbortController().signal);
    } finally {
      // What was kept of the account for the proof is of that moment.
      services.bindings.useAccount(session.opened);
    }
  }

  private async after(result: SetupResult): Promise<void> {
    const { services, choices } = this;
    if (result.state === 'declined' || result.state === 'refused') return;
    await services.bindings.useCode(services.store.all());
    for (const outcome of result.outcomes.values())
      for (const run of outcome.runs)
        if (run.proof.state === 'proven')
          for (const checked of outcome.checked)
            if (isWorkspace(checked)) await services.bindings.noteProven(checked.place);
    if (result.state !== 'stopped') await checkOthers(services, choices.analysed);
    if (this.closed) this.tellEnd(result.state);
  }

  /** The page was closed while it was written. */
  private tellEnd(state: 'stopped' | 'nothing' | 'done'): void {
    const names = (this.choices.workspaces ?? []).join(', ');
    void vscode.window.showInformationMessage(
      state === 'stopped'
        ? `The setup of ${names} stopped before its end. "TFC OIDC: Undo" takes back what was done.`
        : `The setup of ${names} came to its end. Open Configure TFC OIDC to see what is left.`,
    );
  }

  /** Takes back what this page wrote last, or the run that stopped before it was opened. */
  private async undo(): Promise<void> {
    const { dialogue, plan, services, session } = this;
    const name = dialogue.run?.journals.at(-1) ?? plan?.groups.find(g => g.stopped !== undefined)?.stopped?.run.name;
    if (name === undefined) return;
    const undone = await takeBackRun(name, session.opened, services.journals, this.setupServices(), dialogue.surface);
    if (undone === undefined) return;
    if (undone.problem !== undefined) throw new ProblemError(undone.problem);
    const run = dialogue.run;
    if (run !== undefined) dialogue.run = takenBack(run, name);
    session.forget();
    this.draw();
    await checkOthers(services, this.choices.analysed);
  }

  /** The same setup as code, in an editor of its own. Nothing is written anywhere. */
  async exportCode(): Promise<void> {
    const { choices, plan } = this;
    const [name] = choices.workspaces ?? [];
    const prepared = plan?.groups[0]?.prepared;
    if (name === undefined) return;
    const { lacking } = this.session;
    if (lacking.length > 0)
      throw new ProblemError({
        code: 'answers-missing',
        message: `The code cannot be written yet: the page lacks ${lacking.join(' and ')}.`,
        nextStep: 'Answer that on the page, then export again.',
      });
    const wanted = choicesOf(choices, choices.analysed, name);
    const { opened } = choices;
    if (prepared !== undefined || opened === undefined) return showExport(prepared?.choices ?? wanted, prepared);
    const roots = this.services.store.all();
    const options = { adopt: false, ownedByCode: roots.flatMap(r => codeOwners(r.root, nameOf)) };
    const fresh = unwrap(await prepareBinding(opened, wanted, options, new AbortController().signal));
    return showExport(fresh.choices, fresh);
  }
}

/** Nothing is in the way, and nothing is written before the proof. */
const isProof = (plan: SetupPlan): boolean =>
  plan.problems.length === 0 &&
  plan.declined.length === 0 &&
  plan.groups.every(g => g.changes.length === 0 && !g.members.some(m => 'notAsked' in m.hcp));

const notRead: Problem = {
  code: 'stopped',
  message: 'The reading was stopped.',
  nextStep: 'Read again to make a plan.',
};
