import * as vscode from 'vscode';
import type { ApplyResult } from '../binding/apply';
import type { BindingChoices } from '../binding/desire';
import { codeOwners } from '../binding/gather/code';
import { prepareBinding, type PreparedBinding } from '../binding/prepare';
import { ProblemError, type Result } from '../core/problem';
import { chosenFix } from '../lint/fixAll';
import { defaultAudience, hostname, organizationName, projectName, workspaceName } from '../oidc/names';
import { accountId, partitionName } from '../oidc/partition';
import type { WorkspaceIdentity } from '../oidc/subject';
import type { Location } from '../core/text';
import { abortOn, type ChosenAccount, openProfile, type ProfileChoice } from './aws';
import type { BindingRuns } from './bindingRun';
import { offerFixes } from './codeFixes';
import { bindingPreview, resultPreview } from './configurePreview';
import { type Choices, configureSteps, takeRoot } from './configureSteps';
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

interface Asked {
  readonly analysed: AnalysedRoot;
  readonly binding: BindingChoices;
  readonly opened: ChosenAccount | undefined;
  readonly prepared: PreparedBinding | undefined;
}

/**
 * "Configure TFC OIDC": works out the setup of one workspace, shows it whole, and after a yes that names the account makes exactly
 * the changes that were shown. IAM comes first; the code fixes are offered last, since until the role works the keys are needed.
 */
export class ConfigureCommand {
  constructor(
    private readonly store: ProjectStore,
    private readonly previews: Previews,
    private readonly runs: BindingRuns,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  async run(target: ConfigureTarget | undefined): Promise<void> {
    const asked = await this.ask(target);
    if (asked === undefined) return;
    const { analysed, binding, opened, prepared } = asked;
    await this.show(analysed, binding, opened, prepared);
    if (prepared !== undefined && !(await this.applyAfterYes(prepared, binding))) return;
    await offerFixes(this.store, analysed);
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
    if (!(await runSteps(choices, configureSteps(this.store, this.env, only === undefined)))) return undefined;
    const { analysed } = choices;
    if (analysed === undefined) return undefined;
    const opened =
      choices.profile === undefined || choices.profile === 'none'
        ? undefined
        : await openProfile(choices.profile as ProfileChoice, this.env);
    const binding = bindingChoices(choices, analysed, opened);
    return {
      analysed,
      binding,
      opened,
      prepared: opened === undefined ? undefined : await this.prepare(opened, binding),
    };
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

  private async show(
    analysed: AnalysedRoot,
    binding: BindingChoices,
    opened: ChosenAccount | undefined,
    prepared: PreparedBinding | undefined,
  ): Promise<void> {
    const text = bindingPreview({
      label: rootLabel(analysed.root, analysed.folder),
      binding,
      opened,
      prepared,
      findings: analysed.findings.map(f => ({ finding: f, place: this.place(f.location) })),
      fixable: analysed.findings.filter(f => chosenFix(f, false) !== undefined).length,
    });
    await this.previews.showMarkdown(`Configure ${binding.workspaces[0]?.workspace ?? ''}.md`, text);
  }

  /** True where the account is as it should be in the end. */
  private async applyAfterYes(prepared: PreparedBinding, binding: BindingChoices): Promise<boolean> {
    const { plan, caller } = prepared;
    const [problem] = plan.problems;
    if (problem !== undefined) throw new ProblemError(problem);
    const workspace = binding.workspaces[0]?.workspace ?? '';
    const stopped = await this.runs.stopped(prepared);
    if (plan.changes.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing to do in AWS account {0}: provider and roles are as they should be.', caller.accountId),
      );
      return true;
    }
    const yes =
      plan.changes.length === 1
        ? vscode.l10n.t('Make 1 Change')
        : vscode.l10n.t('Make {0} Changes', plan.changes.length);
    const goOn = vscode.l10n.t('Go On Where It Stopped');
    const detail = [
      ...(stopped === undefined ? [] : [stopped.where]),
      ...plan.changes.map((c, i) => `${i + 1}. ${c.title}`),
      '',
      vscode.l10n.t('The preview shows each of them. "TFC OIDC: Undo" takes them back.'),
      ...(caller.root ? [vscode.l10n.t('You are the root user of this account: use a role or a user instead.')] : []),
    ].join('\n');
    const diffs = vscode.l10n.t('Show Differences');
    const question = vscode.l10n.t('Set up OIDC for workspace "{0}" in AWS account {1}?', workspace, caller.accountId);
    const answers = stopped === undefined ? [yes] : [goOn, yes];
    let answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...answers, diffs);
    if (answer === diffs) {
      await this.previews.showChanges(question, plan.changes);
      // The editor has to be readable while one decides, so the question is asked again beside it.
      answer = await vscode.window.showWarningMessage(question, ...answers);
    }
    if (answer !== yes && answer !== goOn) return false;
    const title = vscode.l10n.t('Set up OIDC for {0}', `${binding.workspaces[0]?.organization ?? ''}/${workspace}`);
    const { result, lines } =
      answer === goOn && stopped !== undefined
        ? await this.runs.resume(stopped.run, prepared)
        : await this.runs.apply(prepared, title);
    await this.previews.showMarkdown(`Result ${workspace}.md`, resultPreview(prepared, result, lines));
    return report(result);
  }

  private place(location: Location): string {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(location.file, true), false);
    return `${file}:${this.store.range(location).start.line + 1}`;
  }
}

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
