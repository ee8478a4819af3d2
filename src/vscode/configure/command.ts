import * as vscode from 'vscode';
import { ProblemError } from '../../core/problem';
import type { Location } from '../../core/text';
import type { ChosenAccount } from '../aws';
import type { CommandId } from '../contract';
import type { BindingRuns } from '../binding/bindingRun';
import type { BindingStore } from '../board/bindingStore';
import { fixesOf, offerFixes } from '../language/codeFixes';
import { rootLabel } from '../board/describe';
import { problemText } from '../problemText';
import { showExport } from '../binding/exportCode';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { offerRun } from '../binding/runProof';
import { runSteps, type Step } from '../steps';
import { applyAfterYes } from './apply';
import { type Choices, otherAccountsInUse, takeRoot } from './choices';
import type { PolicyPlaces } from './permissions';
import { bindingPreview } from './preview';
import { checkOthers, type Proven, proveAndRemove } from './proof';
import { configureSteps } from './steps';
import { isProvable, type PreparedTarget, type Target, titleOf, workOut } from './targets';

/** Where the command was called from: a provider block's file, a row of the tree, or nothing. */
export interface ConfigureTarget {
  readonly uri?: string;
  readonly analysed?: AnalysedRoot;
}

/** What the command works with. */
export interface ConfigureServices {
  readonly store: ProjectStore;
  readonly previews: Previews;
  readonly runs: BindingRuns;
  readonly connections: HcpConnections;
  readonly bindings: BindingStore;
  readonly env: NodeJS.ProcessEnv;
  readonly places: PolicyPlaces;
}

/** The questions, the answers so far, and the way that was taken through them. */
interface Wizard {
  readonly choices: Choices;
  readonly steps: readonly Step<Choices>[];
  readonly asked: number[];
}

interface Asked {
  /** Accounts whose roles the workspace uses today, where the chosen one is not among them. */
  readonly otherAccounts: readonly string[];
  readonly analysed: AnalysedRoot;
  readonly opened: ChosenAccount | undefined;
  readonly hcpProblem: string | undefined;
  readonly noToken: boolean;
  readonly targets: readonly Target[];
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
    for (;;) {
      const asked = await this.ask(wizard);
      if (asked === undefined) return;
      if (asked === 'back') continue;
      await this.show(asked);
      const { opened } = asked;
      const prepared = asked.targets.flatMap(t => (t.prepared === undefined ? [] : [{ ...t, prepared: t.prepared }]));
      if (opened === undefined) {
        await this.leaveUnproven(asked, 'policies only');
        return;
      }
      const applied = await applyAfterYes(this.services, opened, prepared);
      if (applied === 'back') continue;
      if (applied === 'stopped') return;
      // From here on a second run finds its answers in what was set up.
      this.left = undefined;
      if (!isProvable(asked.targets)) {
        if (!(await this.leaveUnproven(asked, applied))) return;
        // With a token everything is read anew: the answers are filled in.
        wizard.asked.length = 0;
        continue;
      }
      if (applied === 'nothing') this.sayNothingToDo(opened, prepared);
      const proven = await this.prove(asked.analysed, opened, prepared);
      if (proven === 'stopped') return;
      await this.finish(asked.analysed, prepared, proven === 'everything');
      await checkOthers(this.services, asked.analysed);
      return;
    }
  }

  /** Says only of what was read that it is as it should be. The checks that follow show each of them. */
  private sayNothingToDo({ caller }: ChosenAccount, targets: readonly PreparedTarget[]): void {
    const [gap] = targets.flatMap(t => t.hcp?.reading.gaps ?? []);
    void vscode.window.showInformationMessage(
      gap === undefined
        ? vscode.l10n.t(
            'Nothing to do in AWS account {0}: provider, roles and variables are as they should be.',
            caller.accountId,
          )
        : vscode.l10n.t(
            'Nothing to do in AWS account {0}: provider, roles and the variables that could be read are as they should be. {1}',
            caller.accountId,
            gap,
          ),
    );
  }

  /** Where the proof does not hold, the doctor is one click away. */
  private async prove(
    analysed: AnalysedRoot,
    opened: ChosenAccount,
    prepared: readonly PreparedTarget[],
  ): Promise<Proven> {
    try {
      return await proveAndRemove(this.services, analysed, opened, prepared);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'not-proven') throw error;
      const doctor = vscode.l10n.t('Ask the Doctor');
      if ((await vscode.window.showErrorMessage(problemText(error.problem), doctor)) !== doctor) return 'stopped';
      const names = prepared.flatMap(t => t.hcp?.workspace.name ?? []);
      const checked = this.services.bindings
        .of(analysed)
        ?.workspaces.find(w => names.includes(w.workspace) && w.checks.some(c => c.state === 'wrong'));
      const command: CommandId = 'tfcOidc.doctor';
      await vscode.commands.executeCommand(command, { analysed, checked });
      return 'stopped';
    }
  }

  /** What comes last: the code, and the real proof. With keys in variables or code, a run would not need the role. */
  private async finish(
    analysed: AnalysedRoot,
    prepared: readonly PreparedTarget[],
    everything: boolean,
  ): Promise<void> {
    const tags = prepared.flatMap(t => t.binding.tag ?? []);
    if (tags.length > 0) {
      // As soon as there is a tag, each provider block has to name its configuration, that of the default one too.
      const command: CommandId = 'tfcOidc.mapProviders';
      await vscode.commands.executeCommand(command, { analysed });
    }
    if (everything) await offerFixes(await this.current(analysed), this.services.previews);
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Credentials stay where they are: other configurations of the workspace could not be proven.'),
      );
    // The checks follow the code that was just saved.
    const current = await this.current(analysed);
    await this.services.bindings.useCode(this.store.all());
    await offerRun(
      this.services,
      current,
      prepared.flatMap(t => t.hcp?.workspace.name ?? []),
    );
  }

  /** The root as its files are now: the mapping of providers may have been written meanwhile. */
  private async current(analysed: AnalysedRoot): Promise<AnalysedRoot> {
    await this.store.refresh();
    return this.store.all().find(r => r.root.dir === analysed.root.dir) ?? analysed;
  }

  /**
   * Without proof nothing that works is taken away: neither keys in variables nor those in the code. Says what could not be read. True
   * where the person has signed in to HCP Terraform, so that it can be.
   */
  private async leaveUnproven(
    { analysed, opened, hcpProblem, noToken, targets }: Asked,
    what: 'policies only' | 'nothing' | 'done',
  ): Promise<boolean> {
    const account = opened?.caller.accountId ?? '';
    const why =
      hcpProblem === undefined || hcpProblem === ''
        ? vscode.l10n.t('HCP Terraform gave no answer about the workspace.')
        : hcpProblem;
    const texts = [
      what === 'policies only'
        ? vscode.l10n.t('Nothing was changed.')
        : what === 'nothing'
          ? vscode.l10n.t(
              'Nothing to do in AWS account {0}: provider and roles are as they should be. Variables were not read, so nothing is proven: {1}',
              account,
              why,
            )
          : vscode.l10n.t(
              'AWS account {0} is set up. Variables were not read, so nothing is proven: {1} The preview says what to set.',
              account,
              why,
            ),
    ];
    if (fixesOf(analysed).fixed.length > 0)
      texts.push(vscode.l10n.t('Credentials in the code stay until the role is proven.'));
    const text = texts.join(' ');
    const [host] = targets.map(t => t.binding.hostname);
    if (what === 'policies only' || !noToken || host === undefined) {
      void vscode.window.showInformationMessage(text);
      return false;
    }
    const signIn = vscode.l10n.t('Sign In to HCP Terraform');
    if ((await vscode.window.showInformationMessage(text, signIn)) !== signIn) return false;
    return this.services.connections.signIn(host);
  }

  /** The same setup as code, in an editor of its own. Nothing is written anywhere. */
  async exportCode(target: ConfigureTarget | undefined): Promise<void> {
    const wizard = await this.wizard(target);
    for (;;) {
      const asked = await this.ask(wizard);
      if (asked === 'back') continue;
      const [first] = asked?.targets ?? [];
      if (first !== undefined) await showExport(first.binding, first.prepared);
      return;
    }
  }

  /** The questions, with what the code and the place of the call say already. */
  private async wizard(target: ConfigureTarget | undefined): Promise<Wizard> {
    if (!this.store.ready) await this.store.refresh();
    const roots = this.store.all();
    if (roots.length === 0) {
      throw new ProblemError({
        code: 'no-terraform',
        message: vscode.l10n.t('There is no Terraform configuration in this window.'),
        nextStep: vscode.l10n.t('Open a folder that holds one, then run the command again.'),
      });
    }
    // Escape ended the last run of the questions: its answers are still highlighted or filled in.
    const choices = (this.left ??= {});
    const named =
      roots.find(r => r.root.dir === target?.analysed?.root.dir) ??
      roots.find(r => target?.uri !== undefined && r.root.modules.some(m => m.files.some(f => f.path === target.uri)));
    const only = roots.length === 1 ? roots[0] : named;
    if (only !== undefined) takeRoot(choices, only);
    const { connections, env, places } = this.services;
    const steps = configureSteps(this.store, connections, env, places, only === undefined);
    return { choices, steps, asked: [] };
  }

  private async ask({ choices, steps, asked }: Wizard): Promise<Asked | 'back' | undefined> {
    if (!(await runSteps(choices, steps, asked))) return undefined;
    const { analysed, opened, hcpProblem } = choices;
    if (analysed === undefined) return undefined;
    const targets: Target[] = [];
    for (const workspace of choices.workspaces ?? []) {
      const made = await workOut(this.services, choices, analysed, workspace);
      if (made === undefined) return 'back';
      targets.push(made);
    }
    const account = targets[0]?.binding.accountId;
    const otherAccounts = account === undefined ? [] : otherAccountsInUse(choices, account);
    return { analysed, opened, hcpProblem, noToken: choices.noToken === true, targets, otherAccounts };
  }

  private async show({ analysed, opened, hcpProblem, targets, otherAccounts }: Asked): Promise<void> {
    const code = fixesOf(analysed);
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
        hcpProblem,
        findings: analysed.findings.map(f => ({ finding: f, place: this.place(f.location) })),
        code,
      }),
    );
    await this.services.previews.showMarkdown(
      `${vscode.l10n.t('Configure {0}', titleOf(targets))}.md`,
      texts.join('\n\n---\n\n'),
    );
  }

  private place(location: Location): string {
    return `${this.nameOf(location.file)}:${this.store.range(location).start.line + 1}`;
  }

  private nameOf(path: string): string {
    return vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);
  }
}
