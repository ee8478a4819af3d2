import * as vscode from 'vscode';
import { prepareBinding } from '../../binding/plan/prepare';
import {
  type CheckedMember,
  type GroupOutcome,
  planSetup,
  type PlannedGroup,
  type SetupEvent,
  type SetupPlan,
  type SetupResult,
  setUp,
} from '../../binding/setup';
import type { JournalStore } from '../../binding/journal/journal';
import { type Problem, ProblemError, unwrap } from '../../core/problem';
import type { Location } from '../../core/text';
import type { ChosenAccount } from '../aws';
import { machineOf } from '../binding/machine';
import type { BindingStore } from '../board/bindingStore';
import { rootLabel } from '../board/describe';
import type { CommandId } from '../contract';
import { fixesOf } from '../language/codeFixes';
import type { ExtensionLog } from '../log';
import { inEditor, problemText } from '../problemText';
import { showExport } from '../binding/exportCode';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import { withProgress } from '../progress';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { runSteps, type Step } from '../steps';
import { checkOthers } from './checkOthers';
import { type Choices, otherAccountsInUse, takeRoot } from './choices';
import { VscodeUi } from './editorUi';
import type { PolicyPlaces } from './permissions';
import { bindingPreview, type DoneLine, provenPreview, resultPreview } from './preview';
import { runPreview } from './runPreview';
import { setupServices } from './services';
import { configureSteps } from './steps';
import { editorSurface, QuestionLeft } from './surface';
import { choicesOf, groupOf, isProvable, type Target, targetOf, titleOf } from './targets';

/** Where the command was called from: a provider block's file, a row of the tree, or nothing. */
export interface ConfigureTarget {
  readonly uri?: string;
  readonly analysed?: AnalysedRoot;
}

/** What the command works with. */
export interface ConfigureServices {
  readonly store: ProjectStore;
  readonly previews: Previews;
  readonly journals: JournalStore;
  readonly connections: HcpConnections;
  readonly bindings: BindingStore;
  readonly env: NodeJS.ProcessEnv;
  readonly places: PolicyPlaces;
  readonly log: ExtensionLog;
}

/** The questions, the answers so far, and the way that was taken through them. */
interface Wizard {
  readonly choices: Choices;
  readonly steps: readonly Step<Choices>[];
  readonly asked: number[];
}

interface Asked {
  readonly choices: Choices;
  readonly analysed: AnalysedRoot;
  readonly opened: ChosenAccount | undefined;
  /** The workspaces that were chosen. */
  readonly names: readonly string[];
}

/** What is wanted, where no account is asked: policies to show, and nothing to write. */
const withoutAccount = (choices: Choices, analysed: AnalysedRoot, name: string): Target => ({
  binding: choicesOf(choices, analysed, name),
  prepared: undefined,
  hcp: choices.hcp?.find(h => h.workspace.name === name),
  variables: undefined,
});

async function offerExport(problem: Problem, { prepared }: PlannedGroup): Promise<void> {
  const exportIt = 'Export as Code';
  const answer = await vscode.window.showWarningMessage(
    problem.message,
    { modal: true, detail: inEditor(problem.nextStep) },
    exportIt,
  );
  if (answer === exportIt) await showExport(prepared.choices, prepared);
}

/** The documents of a setup beside its questions: what was written, what was read back, how a run ended. */
class SetupPages {
  plan: SetupPlan | undefined;
  private lines: DoneLine[] = [];
  private credentials: readonly string[] = [];
  private written: Extract<SetupEvent, { id: 'written' }> | undefined;
  private readonly proofs = new Map<string, Extract<SetupEvent, { id: 'proof' }>>();

  constructor(
    private readonly previews: Previews,
    private readonly log: ExtensionLog,
  ) {}

  async take(event: SetupEvent): Promise<void> {
    switch (event.id) {
      case 'stage':
        this.lines = [];
        break;
      case 'change': {
        const { state, change, milliseconds } = event.progress;
        if (state !== 'started') this.lines.push({ title: change.title, state, milliseconds });
        break;
      }
      case 'written':
        this.written = event;
        this.log.info(`${event.stage} ${event.journal}: ${event.state}, ${event.done} of ${event.total}`);
        if (event.state === 'complete') await this.showResult();
        break;
      case 'stopped':
        this.credentials = event.standing.credentials;
        await this.showResult();
        break;
      case 'proof':
        this.proofs.set(event.place.workspace, event);
        await this.showProof();
        break;
      case 'run-ended':
        await this.previews.showMarkdown(`${`Run ${event.place.workspace}`}.md`, runPreview(event));
        break;
      default:
        break;
    }
  }

  private async showResult(): Promise<void> {
    const { written } = this;
    const group = this.plan?.groups.find(g =>
      g.members.some(m => written?.workspaces.includes(`${m.place.organization}/${m.place.workspace}`)),
    );
    if (written === undefined || group === undefined || written.stage === 'code') return;
    const workspace = group.members.map(m => m.place.workspace).join(', ');
    const whole = group.members.every(m => !('notAsked' in m.hcp));
    await this.previews.showMarkdown(
      `${`Result ${workspace}`}.md`,
      resultPreview(group.prepared, written, this.lines, whole, this.credentials),
    );
  }

  private async showProof(): Promise<void> {
    const all = [...this.proofs.values()];
    await this.previews.showMarkdown(`${`Proof ${all.map(p => p.place.workspace).join(', ')}`}.md`, provenPreview(all));
  }
}

/**
 * "Configure TFC OIDC": works out the setup of one workspace or of several, shows it whole, and after a yes that names account, roles
 * and workspaces makes exactly the changes that were shown. IAM comes first, then variables, then the proof; static keys and the code
 * are last, since until the role works the keys are needed.
 */
export class ConfigureCommand {
  /** The answers of questions that were not gone through to the end. They last as long as the window. */
  private left: Choices | undefined;

  constructor(private readonly services: ConfigureServices) {}

  private get store(): ProjectStore {
    return this.services.store;
  }

  async run(target: ConfigureTarget | undefined): Promise<void> {
    const wizard = await this.wizard(target);
    while ((await this.once(wizard)) === 'again');
  }

  /** The questions, the plan and what comes of it. `again`: the person wants to answer a question anew. */
  private async once(wizard: Wizard): Promise<'again' | 'end'> {
    const asked = await this.ask(wizard);
    if (asked === undefined) return 'end';
    const { opened, analysed } = asked;
    if (opened === undefined) {
      await this.show(
        asked,
        asked.names.map(name => withoutAccount(asked.choices, analysed, name)),
      );
      await this.leaveUnproven(asked, 'policies only');
      return 'end';
    }
    try {
      return await this.setUp(wizard, asked, opened);
    } catch (error) {
      if (!(error instanceof QuestionLeft)) throw error;
      return error.how === 'back' ? 'again' : 'end';
    }
  }

  private async setUp(wizard: Wizard, asked: Asked, opened: ChosenAccount): Promise<'again' | 'end'> {
    const { analysed, choices } = asked;
    const { bindings, store } = this.services;
    const ui = new VscodeUi(this.services.previews);
    const services = setupServices(this.services, ui, analysed, opened);
    const shown = new SetupPages(this.services.previews, this.services.log);
    // Whose account is meant was asked when the profile was chosen.
    const surface = editorSurface(ui, { accountConfirmed: true }, event => shown.take(event));
    const machine = await machineOf(this.services.env);
    const groups = asked.names.map(name =>
      groupOf(choices, analysed, name, store.all(), file => this.nameOf(file), machine),
    );
    const wishes = { removeStaticKeys: true, fixVariables: true, fixCode: true, proveByRun: true };
    const plan = await withProgress(`Reading AWS account ${opened.caller.accountId}`, signal =>
      planSetup(groups, opened, wishes, services, surface, signal),
    );
    if (plan.declined.length > 0) return 'again';
    shown.plan = plan;
    const targets = plan.groups.map(g => targetOf(choices, g));
    await this.show(asked, targets);
    const result = await setUp(plan, services, surface, new AbortController().signal);
    if (result.state === 'refused') return this.tellRefused(plan);
    if (result.state === 'declined') return 'end';
    if (result.state === 'stopped') return this.tellStopped(result);
    // From here on a second run finds its answers in what was set up.
    this.left = undefined;
    if (!isProvable(targets)) {
      if (!(await this.leaveUnproven(asked, result.state === 'nothing' ? 'nothing' : 'done'))) return 'end';
      // With a token everything is read anew: the answers are filled in.
      wizard.asked.length = 0;
      return 'again';
    }
    await this.tellEnd(analysed, opened, targets, result);
    await bindings.useCode(store.all());
    await checkOthers(this.services, analysed);
    return 'end';
  }

  /** Code owns a role: it is not written to behind its back, but the setup can join that code. Else another answer may be needed. */
  private async tellRefused({ problems, groups }: SetupPlan): Promise<'again' | 'end'> {
    const [problem] = problems;
    const owned = problems.find(p => p.code.startsWith('managed-by-'));
    const group = groups.find(g => owned !== undefined && g.prepared.plan.problems.includes(owned));
    if (owned === undefined || group === undefined || owned !== problem) {
      if (problem !== undefined) void vscode.window.showErrorMessage(problemText(problem));
      return 'again';
    }
    await offerExport(owned, group);
    return 'end';
  }

  private tellStopped({ outcomes, fixed }: SetupResult): 'end' {
    const last = [fixed, ...[...outcomes.values()].flatMap(o => [o.removed, o.applied])].find(
      r => r !== undefined && r.state !== 'complete',
    );
    if (last?.problem !== undefined) throw new ProblemError(last.problem);
    void vscode.window.showInformationMessage(
      `Stopped after ${last?.done ?? 0} of ${last?.total ?? 0} changes. Run "Configure TFC OIDC" again to go on, or "TFC OIDC: Undo" to take them back.`,
    );
    return 'end';
  }

  /** Where the proof does not hold, the doctor is one click away. */
  private async tellEnd(
    analysed: AnalysedRoot,
    opened: ChosenAccount,
    targets: readonly Target[],
    { state, outcomes }: SetupResult,
  ): Promise<void> {
    if (state === 'nothing' || [...outcomes.values()].every(o => o.applied === undefined))
      this.sayNothingToDo(opened, targets);
    const all = [...outcomes.values()];
    const open = all.find(o => o.proof === 'not proven');
    if (open !== undefined) {
      await this.tellNotProven(analysed, open.checked, open.gap);
      return;
    }
    if (all.some(o => o.proof === 'this configuration'))
      void vscode.window.showInformationMessage(
        'Credentials stay where they are: other configurations of the workspace could not be proven.',
      );
  }

  private async tellNotProven(
    analysed: AnalysedRoot,
    members: readonly CheckedMember[],
    gap: GroupOutcome['gap'],
  ): Promise<void> {
    const names = members.map(m => m.place.workspace);
    const wrong = gap?.wrong.map(c => c.title) ?? [];
    const because = wrong.length > 0 ? wrong : (gap?.unread.map(c => `${c.title}: ${c.why}`) ?? []);
    const problem = {
      code: 'not-proven',
      message: `The setup of ${names.join(', ')} is not proven: ${because.join(', ').replace(/\.$/, '') || 'the role could not be read back'}. The static keys were left in place.`,
      nextStep: 'Look at the checks in the sidebar.',
    };
    const doctor = 'Ask the Doctor';
    if ((await vscode.window.showErrorMessage(problemText(problem), doctor)) !== doctor) return;
    const checked = this.services.bindings
      .of(analysed)
      ?.workspaces.find(w => names.includes(w.workspace) && w.checks.some(c => c.state === 'wrong'));
    const command: CommandId = 'tfcOidc.doctor';
    await vscode.commands.executeCommand(command, { analysed, checked });
  }

  /** Says only of what was read that it is as it should be. The checks that follow show each of them. */
  private sayNothingToDo({ caller }: ChosenAccount, targets: readonly Target[]): void {
    const [gap] = targets.flatMap(t => t.hcp?.reading.gaps ?? []);
    void vscode.window.showInformationMessage(
      gap === undefined
        ? `Nothing to do in AWS account ${caller.accountId}: provider, roles and variables are as they should be.`
        : `Nothing to do in AWS account ${caller.accountId}: provider, roles and the variables that could be read are as they should be. ${gap}`,
    );
  }

  /**
   * Without proof nothing that works is taken away: neither keys in variables nor those in the code. Says what could not be read. True
   * where the person has signed in to HCP Terraform, so that it can be.
   */
  private async leaveUnproven(
    { analysed, opened, names, choices }: Asked,
    what: 'policies only' | 'nothing' | 'done',
  ): Promise<boolean> {
    const { hcpProblem, noToken } = choices;
    const account = opened?.caller.accountId ?? '';
    const why =
      hcpProblem === undefined || hcpProblem === '' ? 'HCP Terraform gave no answer about the workspace.' : hcpProblem;
    const texts = [
      what === 'policies only'
        ? 'Nothing was changed.'
        : what === 'nothing'
          ? `Nothing to do in AWS account ${account}: provider and roles are as they should be. Variables were not read, so nothing is proven: ${why}`
          : `AWS account ${account} is set up. Variables were not read, so nothing is proven: ${why} The preview says what to set.`,
    ];
    if (fixesOf(analysed).fixed.length > 0) texts.push('Credentials in the code stay until the role is proven.');
    const text = texts.join(' ');
    const [host] = names.map(name => choicesOf(choices, analysed, name).hostname);
    if (what === 'policies only' || noToken !== true || host === undefined) {
      void vscode.window.showInformationMessage(text);
      return false;
    }
    const signIn = 'Sign In to HCP Terraform';
    if ((await vscode.window.showInformationMessage(text, signIn)) !== signIn) return false;
    return this.services.connections.signIn(host);
  }

  /** The same setup as code, in an editor of its own. Nothing is written anywhere. */
  async exportCode(target: ConfigureTarget | undefined): Promise<void> {
    const asked = await this.ask(await this.wizard(target));
    const [name] = asked?.names ?? [];
    if (asked === undefined || name === undefined) return;
    const { choices, analysed, opened } = asked;
    const wanted = choicesOf(choices, analysed, name);
    const options = { adopt: false, ownedByCode: [] };
    const prepared =
      opened === undefined
        ? undefined
        : await withProgress(`Reading AWS account ${opened.caller.accountId}`, async signal =>
            unwrap(await prepareBinding(opened, wanted, options, signal)),
          );
    await showExport(prepared?.choices ?? wanted, prepared);
  }

  /** The questions, with what the code and the place of the call say already. */
  private async wizard(target: ConfigureTarget | undefined): Promise<Wizard> {
    if (!this.store.ready) await this.store.refresh();
    const roots = this.store.all();
    if (roots.length === 0) {
      throw new ProblemError({
        code: 'no-terraform',
        message: 'There is no Terraform configuration in this window.',
        nextStep: 'Open a folder that holds one, then run the command again.',
      });
    }
    // Escape ended the last run of the questions: its answers are still highlighted or filled in.
    const choices = (this.left ??= {});
    const named =
      roots.find(r => r.root.dir === target?.analysed?.root.dir) ??
      roots.find(r => target?.uri !== undefined && r.root.modules.some(m => m.files.some(f => f.path === target.uri)));
    const only = roots.length === 1 ? roots[0] : named;
    if (only !== undefined) takeRoot(choices, only);
    const { connections, env, places, journals } = this.services;
    const steps = configureSteps(this.store, connections, env, places, only === undefined, journals);
    return { choices, steps, asked: [] };
  }

  private async ask({ choices, steps, asked }: Wizard): Promise<Asked | undefined> {
    if (!(await runSteps(choices, steps, asked))) return undefined;
    const { analysed, opened } = choices;
    return analysed && { choices, analysed, opened, names: choices.workspaces ?? [] };
  }

  private async show({ choices, analysed, opened }: Asked, targets: readonly Target[]): Promise<void> {
    const code = fixesOf(analysed);
    const account = targets[0]?.binding.accountId;
    const otherAccounts = account === undefined ? [] : otherAccountsInUse(choices, account);
    const texts = targets.map(({ binding, prepared, variables, hcp }) =>
      bindingPreview({
        label: rootLabel(analysed.root, analysed.folder),
        binding,
        opened,
        otherAccounts,
        prepared,
        variables,
        staticVariables: hcp?.staticCredentials ?? [],
        gaps: hcp?.reading.gaps ?? [],
        hcpProblem: choices.hcpProblem,
        findings: analysed.findings.map(f => ({ finding: f, place: this.place(f.location) })),
        code,
      }),
    );
    await this.services.previews.showMarkdown(`${`Configure ${titleOf(targets)}`}.md`, texts.join('\n\n---\n\n'));
  }

  private place(location: Location): string {
    return `${this.nameOf(location.file)}:${this.store.range(location).start.line + 1}`;
  }

  private nameOf(path: string): string {
    return vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);
  }
}
