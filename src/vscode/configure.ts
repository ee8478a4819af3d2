import * as vscode from 'vscode';
import type { ApplyResult } from '../binding/apply';
import type { BindingChoices } from '../binding/desire';
import { codeOwners } from '../binding/gather/code';
import { planRemovals, planVariables, type VariablePlan } from '../binding/planVariables';
import { prepareBinding, type PreparedBinding } from '../binding/prepare';
import { ProblemError, type Result } from '../core/problem';
import { chosenFix } from '../lint/fixAll';
import { defaultAudience, hostname, organizationName, projectName, workspaceName } from '../oidc/names';
import { accountId, partitionName } from '../oidc/partition';
import type { WorkspaceIdentity } from '../oidc/subject';
import type { Location } from '../core/text';
import { type ChosenAccount, openProfile, type ProfileChoice } from './aws';
import { abortOn } from './cancellation';
import type { BindingRuns } from './bindingRun';
import { offerFixes } from './codeFixes';
import { bindingPreview, resultPreview } from './configurePreview';
import type { BindingStore } from './bindingStore';
import { type Choices, configureSteps, type GatheredWorkspace, takeRoot } from './configureSteps';
import type { HcpConnections } from './hcp';
import { rootLabel } from './describe';
import { showExport } from './exportCode';
import type { Previews } from './preview';
import type { AnalysedRoot, ProjectStore } from './projectStore';
import { runSteps } from './steps';

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
}

interface Asked {
  readonly analysed: AnalysedRoot;
  readonly binding: BindingChoices;
  readonly opened: ChosenAccount | undefined;
  readonly prepared: PreparedBinding | undefined;
  readonly hcp: GatheredWorkspace | undefined;
  readonly hcpProblem: string | undefined;
  readonly variables: VariablePlan | undefined;
}

/**
 * "Configure TFC OIDC": works out the setup of one workspace, shows it whole, and after a yes that names the account makes exactly
 * the changes that were shown. IAM comes first; the code fixes are offered last, since until the role works the keys are needed.
 */
export class ConfigureCommand {
  constructor(private readonly services: ConfigureServices) {}

  private get store(): ProjectStore {
    return this.services.store;
  }

  async run(target: ConfigureTarget | undefined): Promise<void> {
    const asked = await this.ask(target);
    if (asked === undefined) return;
    await this.show(asked);
    if (asked.prepared !== undefined) {
      if (!(await this.applyAfterYes(asked, asked.prepared))) return;
      if (!(await this.proveAndRemove(asked, asked.prepared))) return;
    }
    await offerFixes(this.store, asked.analysed);
  }

  /** The same setup as code, in an editor of its own. Nothing is written anywhere. */
  async exportCode(target: ConfigureTarget | undefined): Promise<void> {
    const asked = await this.ask(target);
    if (asked === undefined) return;
    await showExport(asked.binding, asked.prepared);
  }

  private async ask(target: ConfigureTarget | undefined): Promise<Asked | undefined> {
    if (!this.store.ready) await this.store.refresh();
    const roots = this.store.all();
    if (roots.length === 0) {
      throw new ProblemError({
        code: 'no-terraform',
        message: vscode.l10n.t('There is no Terraform configuration in this window.'),
        nextStep: vscode.l10n.t('Open a folder that holds one, then run the command again.'),
      });
    }
    const choices: Choices = {};
    const named =
      roots.find(r => r.root.dir === target?.analysed?.root.dir) ??
      roots.find(r => target?.uri !== undefined && r.root.modules.some(m => m.files.some(f => f.path === target.uri)));
    const only = roots.length === 1 ? roots[0] : named;
    if (only !== undefined) takeRoot(choices, only);
    if (
      !(await runSteps(
        choices,
        configureSteps(this.store, this.services.connections, this.services.env, only === undefined),
      ))
    )
      return undefined;
    const { analysed } = choices;
    if (analysed === undefined) return undefined;
    const opened =
      choices.profile === undefined || choices.profile === 'none'
        ? undefined
        : await openProfile(choices.profile as ProfileChoice, this.services.env);
    const binding = bindingChoices(choices, analysed, opened);
    const prepared = opened === undefined ? undefined : await this.prepare(opened, binding);
    const { hcp } = choices;
    const variables =
      prepared === undefined || hcp === undefined
        ? undefined
        : planVariables(hcp.workspace, hcp.reading, prepared.desired.variables[0]?.variables ?? []);
    return { analysed, binding, opened, prepared, hcp, hcpProblem: choices.hcpProblem, variables };
  }

  private async prepare(opened: ChosenAccount, binding: BindingChoices): Promise<PreparedBinding> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Reading AWS account {0}', opened.caller.accountId),
        cancellable: true,
      },
      async (_progress, token) => {
        const prepared = await prepareBinding(
          opened,
          binding,
          {
            adopt: false,
            ownedByCode: this.store
              .all()
              .flatMap(r =>
                codeOwners(r.root, file => vscode.workspace.asRelativePath(vscode.Uri.parse(file, true), false)),
              ),
          },
          abortOn(token),
        );
        return valid(prepared);
      },
    );
  }

  private async show(asked: Asked): Promise<void> {
    const { analysed, binding, opened, prepared, variables, hcp, hcpProblem } = asked;
    const text = bindingPreview({
      label: rootLabel(analysed.root, analysed.folder),
      binding,
      opened,
      prepared,
      variables,
      staticVariables: hcp?.staticCredentials ?? [],
      hcpProblem,
      findings: analysed.findings.map(f => ({ finding: f, place: this.place(f.location) })),
      fixable: analysed.findings.filter(f => chosenFix(f, false) !== undefined).length,
    });
    await this.services.previews.showMarkdown(`Configure ${workspaceOfBinding(binding)}.md`, text);
  }

  /** True where account and workspace are as they should be in the end. */
  private async applyAfterYes(asked: Asked, prepared: PreparedBinding): Promise<boolean> {
    const { binding, variables } = asked;
    const { plan, caller } = prepared;
    const { runs, previews } = this.services;
    const [problem] = [...plan.problems, ...(variables?.problems ?? [])];
    if (problem?.code.startsWith('managed-by-') === true) {
      // Code owns the role: it is not written to behind its back, but the setup can join that code.
      const exportIt = vscode.l10n.t('Export as Code');
      const answer = await vscode.window.showWarningMessage(
        problem.message,
        { modal: true, detail: problem.nextStep },
        exportIt,
      );
      if (answer === exportIt) await showExport(binding, prepared);
      return false;
    }
    if (problem !== undefined) throw new ProblemError(problem);
    const changes = [...plan.changes, ...(variables?.changes ?? [])];
    const workspace = workspaceOfBinding(binding);
    const stopped = await runs.stopped(prepared);
    if (changes.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Nothing to do in AWS account {0}: provider, roles and variables are as they should be.',
          caller.accountId,
        ),
      );
      return true;
    }
    const yes =
      changes.length === 1 ? vscode.l10n.t('Make 1 Change') : vscode.l10n.t('Make {0} Changes', changes.length);
    const goOn = vscode.l10n.t('Go On Where It Stopped');
    const detail = [
      ...(stopped === undefined ? [] : [stopped.where]),
      ...changes.map((c, i) => `${i + 1}. ${c.title}`),
      '',
      vscode.l10n.t('The preview shows each of them. "TFC OIDC: Undo" takes them back.'),
      ...(caller.root ? [vscode.l10n.t('You are the root user of this account: use a role or a user instead.')] : []),
    ].join('\n');
    const diffs = vscode.l10n.t('Show Differences');
    const question = vscode.l10n.t('Set up OIDC for workspace "{0}" in AWS account {1}?', workspace, caller.accountId);
    const answers = stopped === undefined ? [yes] : [goOn, yes];
    let answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...answers, diffs);
    if (answer === diffs) {
      await previews.showChanges(question, changes);
      // The editor has to be readable while one decides, so the question is asked again beside it.
      answer = await vscode.window.showWarningMessage(question, ...answers);
    }
    if (answer !== yes && answer !== goOn) return false;
    const title = vscode.l10n.t('Set up OIDC for {0}', `${binding.workspaces[0]?.organization ?? ''}/${workspace}`);
    const { result, lines } =
      answer === goOn && stopped !== undefined
        ? await runs.resume(stopped.run, prepared)
        : await runs.apply(prepared, changes, title);
    await previews.showMarkdown(
      `Result ${workspace}.md`,
      resultPreview(prepared, result, lines, variables !== undefined),
    );
    return report(result);
  }

  /**
   * Reads everything back into the sidebar. Where the role is proven, the removal of each static key is offered, with a yes of its
   * own. False where the proof does not hold: then the code keeps its keys too.
   */
  private async proveAndRemove(asked: Asked, prepared: PreparedBinding): Promise<boolean> {
    const { bindings, runs, previews } = this.services;
    const { hcp, analysed, opened } = asked;
    if (hcp === undefined) return true;
    bindings.useAccount(opened);
    await bindings.check([analysed]);
    const checked = bindings.of(analysed)?.workspaces.find(w => w.workspace === hcp.workspace.name);
    const essential = checked?.checks.filter(c => c.id !== 'no-static-credentials' && c.id !== 'last-run') ?? [];
    const wrong = essential.filter(c => c.state === 'wrong');
    if (wrong.length > 0 || !essential.some(c => c.id === 'role-trusts-run' && c.state === 'ok')) {
      throw new ProblemError({
        code: 'not-proven',
        message: vscode.l10n.t(
          'The setup is not proven: {0}. The static keys were left in place.',
          wrong.map(c => c.title).join(', ') || vscode.l10n.t('the role could not be read back'),
        ),
        nextStep: vscode.l10n.t('Look at the checks in the sidebar.'),
      });
    }
    const source = checked?.source;
    const statics = checked?.facts.variables.state === 'known' ? checked.facts.variables.value.staticCredentials : [];
    if (source === undefined || statics.length === 0) return true;
    const removals = planRemovals(source.workspace, source.reading, statics);
    const items = removals.map(change => ({
      label: change.title,
      ...(change.undoNote !== undefined && { detail: change.undoNote }),
      picked: false,
      change,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      ignoreFocusOut: true,
      title: vscode.l10n.t('The role is proven. Which static keys should go?'),
      placeHolder: vscode.l10n.t('Each has its own tick; nothing is removed without it'),
    });
    if (chosen === undefined || chosen.length === 0) return true;
    const { result, lines } = await runs.apply(
      prepared,
      chosen.map(c => c.change),
      vscode.l10n.t('Remove static keys of {0}', hcp.workspace.name),
    );
    await previews.showMarkdown(`Result ${hcp.workspace.name}.md`, resultPreview(prepared, result, lines, true));
    await bindings.check([analysed]);
    return report(result);
  }

  private place(location: Location): string {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(location.file, true), false);
    return `${file}:${this.store.range(location).start.line + 1}`;
  }
}

const workspaceOfBinding = (binding: BindingChoices): string => binding.workspaces[0]?.workspace ?? '';

function report(result: ApplyResult): boolean {
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

function bindingChoices(choices: Choices, analysed: AnalysedRoot, opened: ChosenAccount | undefined): BindingChoices {
  const { cloud } = analysed.root;
  const identity: WorkspaceIdentity = {
    kind: 'workspace',
    organization: valid(organizationName(choices.organization ?? '')),
    project: valid(projectName(choices.project ?? '')),
    workspace: valid(workspaceName(choices.workspace ?? '')),
  };
  const permissions = (use: 'plan' | 'apply'): { attached: readonly string[] } => {
    const policy = choices.policies?.[use];
    return {
      attached:
        policy === undefined || policy === '' ? [] : [policy.replace('PARTITION', opened?.caller.partition ?? 'aws')],
    };
  };
  return {
    ...(choices.hcp !== undefined && { workspaceId: choices.hcp.workspace.id }),
    hostname: valid(hostname(cloud.hostname.state === 'known' ? cloud.hostname.value : 'app.terraform.io')),
    workspaces: [identity],
    accountId: opened?.caller.accountId ?? valid(accountId(choices.account ?? '')),
    partition: valid(partitionName(opened?.caller.partition ?? 'aws')),
    audience: defaultAudience,
    roles: choices.roles ?? 'separate',
    path: '/',
    names: {},
    policies: { run: permissions('apply'), plan: permissions('plan'), apply: permissions('apply') },
  };
}

function valid<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}
