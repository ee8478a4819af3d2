import * as vscode from 'vscode';
import { ProblemError, type Result } from '../core/problem';
import { chosenFix, fixAllEdits } from '../lint/fixAll';
import { readPolicyText } from '../iam/policy/node';
import { pretty, type TrustDocument } from '../iam/policy/document';
import { prove, type ProofRow } from '../iam/policy/prove';
import { readPolicy } from '../iam/policy/statement';
import { trustPolicy } from '../iam/policy/trust';
import { defaultAudience, hostname, organizationName, projectName, workspaceName } from '../oidc/names';
import { accountId } from '../oidc/partition';
import type { Phase, WorkspaceIdentity } from '../oidc/subject';
import { subjectsOf } from '../oidc/subject';
import type { Location, TextEdit } from '../core/text';
import { rootLabel, workspaceOf, workspacesText, valueText } from './describe';
import { configurePreview } from './configurePreview';
import type { Previews } from './preview';
import type { AnalysedRoot, ProjectStore } from './projectStore';
import { ask, type Choice, pick, runSteps, type Step } from './steps';

/** Where the command was called from: a provider block's file, or nothing. */
export interface ConfigureTarget {
  readonly uri?: string;
}

interface Choices {
  analysed?: AnalysedRoot;
  organization?: string;
  workspace?: string;
  project?: string;
  account?: string;
  roles?: 'separate' | 'single';
}

const title = (): string => vscode.l10n.t('Configure TFC OIDC');

/** "Configure TFC OIDC": works out the setup of one workspace, shows it whole, and applies the code fixes after a yes. */
export class ConfigureCommand {
  constructor(
    private readonly store: ProjectStore,
    private readonly previews: Previews,
  ) {}

  async run(target: ConfigureTarget | undefined): Promise<void> {
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
    const only =
      roots.length === 1
        ? roots[0]
        : roots.find(
            r => target?.uri !== undefined && r.root.modules.some(m => m.files.some(f => f.path === target.uri)),
          );
    if (only !== undefined) this.take(choices, only);
    if (!(await runSteps(choices, this.steps(only === undefined)))) return;
    await this.show(choices);
  }

  private take(choices: Choices, analysed: AnalysedRoot): void {
    choices.analysed = analysed;
    const { cloud } = analysed.root;
    if (cloud.organization.state === 'known') choices.organization = cloud.organization.value;
    const workspace = workspaceOf(cloud);
    if (workspace !== undefined) choices.workspace = workspace;
    if (cloud.project.state === 'known') choices.project = cloud.project.value;
  }

  private steps(askRoot: boolean): readonly Step<Choices>[] {
    return [
      async (state, position) => {
        if (!askRoot) return 'skipped';
        const items = this.store.all().map((value): Choice<AnalysedRoot> => ({
          value,
          label: rootLabel(value.root, value.folder),
          description:
            value.root.cloud.kind === 'none'
              ? vscode.l10n.t('no cloud block')
              : `${valueText(value.root.cloud.organization)}/${workspacesText(value.root.cloud)}`,
        }));
        this.take(
          state,
          await pick(
            { title: title(), placeholder: vscode.l10n.t('Which Terraform root?'), items, current: state.analysed },
            position,
          ),
        );
        return 'asked';
      },
      name(
        'organization',
        vscode.l10n.t('Organization in HCP Terraform'),
        vscode.l10n.t('as its address shows it'),
        organizationName,
        state => this.known(state, 'organization'),
      ),
      name('workspace', vscode.l10n.t('Workspace'), vscode.l10n.t('the name, letter by letter'), workspaceName, state =>
        this.known(state, 'workspace'),
      ),
      // The block's project is a filter only: the subject holds the workspace's real one, so it is always shown for a yes.
      name(
        'project',
        vscode.l10n.t('Project of the workspace, as HCP Terraform shows it. It is part of the subject.'),
        vscode.l10n.t('Default Project'),
        projectName,
        () => false,
      ),
      name('account', vscode.l10n.t('AWS account of the roles, twelve digits'), '123456789012', accountId, () => false),
      async (state, position) => {
        const items: Choice<'separate' | 'single'>[] = [
          {
            value: 'separate',
            label: vscode.l10n.t('Separate plan and apply roles'),
            description: vscode.l10n.t('recommended'),
            detail: vscode.l10n.t('Plans run code of every pull request: give them a role that can only read.'),
          },
          {
            value: 'single',
            label: vscode.l10n.t('One role for both'),
            detail: vscode.l10n.t('Simpler. Every plan can do what an apply can.'),
          },
        ];
        state.roles = await pick(
          { title: title(), placeholder: vscode.l10n.t('How many roles?'), items, current: state.roles },
          position,
        );
        return 'asked';
      },
    ];
  }

  /** Was the name inferred from the code, so that it need not be asked? */
  private known(state: Choices, key: 'organization' | 'workspace'): boolean {
    const cloud = state.analysed?.root.cloud;
    if (cloud === undefined) return false;
    return key === 'organization' ? cloud.organization.state === 'known' : workspaceOf(cloud) !== undefined;
  }

  private async show(choices: Choices): Promise<void> {
    const { analysed, roles } = choices;
    if (analysed === undefined || roles === undefined) return;
    const { cloud } = analysed.root;
    const host = valid(hostname(cloud.hostname.state === 'known' ? cloud.hostname.value : 'app.terraform.io'));
    const identity: WorkspaceIdentity = {
      kind: 'workspace',
      organization: valid(organizationName(choices.organization ?? '')),
      project: valid(projectName(choices.project ?? '')),
      workspace: valid(workspaceName(choices.workspace ?? '')),
    };
    const account = valid(accountId(choices.account ?? ''));
    const uses: readonly { readonly use: string; readonly phases: readonly Phase[] }[] =
      roles === 'separate'
        ? [
            { use: 'plan', phases: ['plan'] },
            { use: 'apply', phases: ['apply'] },
          ]
        : [{ use: 'run', phases: ['plan', 'apply'] }];
    const policies = uses.map(({ use, phases }): { use: string; policy: TrustDocument; proof: readonly ProofRow[] } => {
      const policy = valid(
        trustPolicy({
          hostname: host,
          partition: 'aws',
          accountId: account,
          audience: defaultAudience,
          identities: [identity],
          phases,
        }),
      );
      // The proof reads the text that is shown, not the object that it was made from.
      const proof = prove(readPolicy(readPolicyText(pretty(policy)).root), {
        hostname: host,
        audience: defaultAudience,
        identity,
        phases,
      });
      return { use, policy, proof };
    });
    const fixes = analysed.findings.flatMap(f => chosenFix(f, false) ?? []);
    const text = configurePreview({
      label: rootLabel(analysed.root, analysed.folder),
      hostname: host,
      identity,
      account,
      subjects: valid(subjectsOf(identity, ['plan', 'apply'])),
      policies,
      findings: analysed.findings.map(f => ({ finding: f, place: this.place(f.location) })),
      fixable: fixes.length,
    });
    await this.previews.showMarkdown(`Configure ${identity.workspace}.md`, text);
    await this.offerFixes(
      analysed,
      fixes.flatMap(f => f.edits).length === 0 ? [] : this.edits(analysed, fixes),
      fixes.length,
    );
  }

  private edits(analysed: AnalysedRoot, fixes: Parameters<typeof fixAllEdits>[1]): readonly TextEdit[] {
    return fixAllEdits([...analysed.root.modules.flatMap(m => m.files), ...analysed.root.tfvarsFiles], fixes);
  }

  private place(location: Location): string {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(location.file, true), false);
    return `${file}:${this.store.range(location).start.line + 1}`;
  }

  /** Applies the fixes only after a yes that says how many, and only to the text that was shown. */
  private async offerFixes(analysed: AnalysedRoot, edits: readonly TextEdit[], count: number): Promise<void> {
    if (count === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The code needs no fix. The preview shows what remains to be set up.'),
      );
      return;
    }
    const label = rootLabel(analysed.root, analysed.folder);
    const apply = count === 1 ? vscode.l10n.t('Apply 1 Fix') : vscode.l10n.t('Apply {0} Fixes', count);
    const files = [...new Set(edits.map(e => e.file))];
    const yes = await vscode.window.showInformationMessage(
      vscode.l10n.t('Apply the code fixes to "{0}"?', label),
      {
        modal: true,
        detail: vscode.l10n.t(
          'The preview lists them. They change {0}. Keep the static credentials of the workspace until the role is proven: a run without either has no credentials.',
          files.map(f => vscode.workspace.asRelativePath(vscode.Uri.parse(f, true), false)).join(', '),
        ),
      },
      apply,
    );
    if (yes !== apply) return;
    const whole = new vscode.WorkspaceEdit();
    for (const file of files) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true));
      if (document.getText() !== this.store.file(file)?.text) {
        throw new ProblemError({
          code: 'changed-meanwhile',
          message: vscode.l10n.t(
            '{0} was changed after the preview was made. Nothing was applied.',
            vscode.workspace.asRelativePath(document.uri),
          ),
          nextStep: vscode.l10n.t('Run "Configure TFC OIDC" again.'),
        });
      }
      for (const edit of edits.filter(e => e.file === file)) {
        whole.replace(
          document.uri,
          new vscode.Range(document.positionAt(edit.span.start), document.positionAt(edit.span.end)),
          edit.newText,
        );
      }
    }
    if (!(await vscode.workspace.applyEdit(whole, { isRefactoring: true }))) {
      throw new ProblemError({
        code: 'edit-refused',
        message: vscode.l10n.t('The editor did not take the edits. Nothing was applied.'),
        nextStep: vscode.l10n.t('Close dialogs that are open, then run the command again.'),
      });
    }
    await vscode.workspace.saveAll(false);
  }
}

/** A step that asks for a name unless it is known. */
function name(
  key: 'organization' | 'workspace' | 'project' | 'account',
  prompt: string,
  placeholder: string,
  check: (value: string) => Result<unknown>,
  isKnown: (state: Choices) => boolean,
): Step<Choices> {
  return async (state, position) => {
    if (isKnown(state)) return 'skipped';
    state[key] = await ask(
      {
        title: title(),
        prompt,
        placeholder,
        value: state[key],
        check: value => {
          const result = check(value);
          return result.ok ? undefined : result.problem.message;
        },
      },
      position,
    );
    return 'asked';
  };
}

function valid<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}
