import * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import { type ChangingRemedy, isChanging, type Remedy } from '../../binding/remedy';
import type { JournalStore } from '../../binding/journal/journal';
import { type HostAnswer, whoamiText } from '../../binding/gather/whoami';
import { capitalised } from '../../board/words';
import { ProblemError } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { CloudSettings } from '../../terraform/model';
import { openProfile, profileChoices, whoIs } from '../aws';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import { rootLabel } from '../board/describe';
import { noProfiles } from '../configure/likelyProfile';
import type { HcpConnections } from '../hcp';
import type { Pages } from '../page/pages';
import { inEditor } from '../problemText';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { pickRoot, pickWorkspace, type FoundWorkspace, type RowTarget } from '../pickers';
import { withProgress } from '../progress';
import { proveOnDemand } from './runProof';

/** The commands around what is true of bindings: check, doctor, profile, sign-in. */
export class BindingCommands {
  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
    private readonly connections: HcpConnections,
    private readonly previews: Previews,
    private readonly env: NodeJS.ProcessEnv,
    private readonly journals: JournalStore,
    private readonly pages: Pages,
  ) {}

  /** Checks every root of the window, whatever is selected. */
  async check(): Promise<void> {
    if (!this.store.ready) await this.store.refresh();
    const roots = this.store.all();
    if (roots.length === 0)
      throw new ProblemError({
        code: 'no-terraform',
        message: 'There is no Terraform configuration in this window, so there is nothing to check.',
        nextStep: 'Open a folder that holds one, then run the command again.',
      });
    if (roots.every(r => r.root.cloud.kind === 'none' && this.bindings.of(r) === undefined))
      throw new ProblemError({
        code: 'no-cloud-block',
        message: 'No Terraform root of this window has a cloud block or backend "remote".',
        nextStep: 'Run "TFC OIDC: Write a Cloud Block", or "Configure TFC OIDC" to choose a workspace.',
      });
    await this.useEnvironment();
    await this.bindings.check(roots);
  }

  /** Where nobody chose a profile and the environment names one, that is the one that every AWS tool would take here. */
  private async useEnvironment(): Promise<void> {
    const name = this.env['AWS_PROFILE'] ?? this.env['AWS_DEFAULT_PROFILE'];
    if (this.bindings.chosenAccount !== undefined || name === undefined || name === '') return;
    try {
      this.bindings.useAccount(await openProfile({ name }, this.env));
    } catch (error) {
      // The checks of the account are unknown then, and lead to the choice of a profile.
      if (!(error instanceof ProblemError) && !(error instanceof vscode.CancellationError)) throw error;
    }
  }

  /** Checks one root; asked for where none is given. */
  async checkRoot(target: RowTarget): Promise<void> {
    const analysed = target?.analysed ?? (await pickRoot(this.store, 'Which binding should be checked?'));
    if (analysed === undefined) return;
    if (analysed.root.cloud.kind === 'none' && this.bindings.of(analysed) === undefined) {
      await vscode.commands.executeCommand('tfcOidc.configure', { analysed });
      return;
    }
    await this.bindings.check([analysed]);
  }

  async chooseProfile(): Promise<void> {
    const profiles = await profileChoices(this.env);
    if (profiles.length === 0) throw new ProblemError(noProfiles);
    const choice = await vscode.window.showQuickPick(profiles, {
      title: 'AWS profile for the checks',
      placeHolder: 'The account is read, never written, by checks',
    });
    if (choice === undefined) return;
    this.bindings.useAccount(await openProfile(choice.value, this.env));
    await this.checkAfterAnswer();
  }

  /** What was unknown for want of an answer is asked again; what nobody has asked for stays unasked. */
  private async checkAfterAnswer(): Promise<void> {
    const asked = this.store.all().filter(r => this.bindings.of(r) !== undefined);
    await this.bindings.check(asked.length > 0 ? asked : this.store.all());
  }

  /** The doctor's page for one workspace: what is known first, and then what it could be told. */
  async doctor(target: RowTarget): Promise<void> {
    const found = await this.workspaceOf(target, 'Doctor');
    if (found === undefined) return;
    this.pages.doctor(found.analysed, found.checked, this);
  }

  /** A plan-only run as the real proof of one workspace. */
  async proveRun(target: RowTarget): Promise<void> {
    const found = await this.workspaceOf(target, 'Proof by a run');
    if (found === undefined) return;
    const { bindings, connections, previews, journals, env } = this;
    await proveOnDemand({ bindings, connections, previews, journals, env }, found.analysed, found.checked);
  }

  /** The workspace that a row is about; without one all are checked, and one of them is asked for. */
  private async workspaceOf(target: RowTarget, title: string): Promise<FoundWorkspace | undefined> {
    if (target?.checked !== undefined && target.analysed !== undefined)
      return { analysed: target.analysed, checked: target.checked };
    if (target?.analysed === undefined) await this.check();
    else await this.checkRoot(target);
    const dir = target?.analysed?.root.dir;
    const roots = this.store.all().filter(r => dir === undefined || r.root.dir === dir);
    return pickWorkspace(
      roots.flatMap(analysed => (this.bindings.of(analysed)?.workspaces ?? []).map(checked => ({ analysed, checked }))),
      title,
    );
  }

  async signIn(): Promise<void> {
    const host = await this.pickHost();
    if (host !== undefined && (await this.connections.signIn(host))) await this.checkAfterAnswer();
  }

  async signOut(): Promise<void> {
    const host = await this.pickHost();
    if (host === undefined) return;
    await this.connections.signOut(host);
    void vscode.window.showInformationMessage(
      `The token for ${host} was forgotten. Tokens of Terraform itself are not touched.`,
    );
  }

  /** Whose account and whose tokens are used here, and why these. */
  async whoami(): Promise<void> {
    const clouds = new Map(this.store.all().flatMap(r => this.hostOf(r)));
    if (clouds.size === 0) clouds.set('app.terraform.io', undefined);
    const chosen = this.bindings.chosenAccount?.account.profile;
    const text = await withProgress('Asking AWS and HCP Terraform who you are', async signal => {
      const aws = await whoIs({ name: chosen }, this.env, signal);
      const hosts: HostAnswer[] = [];
      for (const [host, cloud] of clouds) hosts.push(await this.connections.answer(host, cloud, signal));
      return inEditor(whoamiText(aws, hosts));
    });
    await this.previews.showMarkdown(
      `${'Accounts and Tokens'}.md`,
      `# ${'Accounts and tokens'}\n\n${text.replaceAll(/^(?=.)/gm, '    ')}`,
    );
  }

  private hostOf({ root: { cloud } }: AnalysedRoot): readonly (readonly [string, CloudSettings | undefined])[] {
    return cloud.kind !== 'none' && cloud.hostname.state === 'known' ? [[cloud.hostname.value, cloud]] : [];
  }

  /** Does what puts a check right: through the command that shows it before anything is changed. */
  async fixCheck(target: RowTarget): Promise<void> {
    const row = target?.check === undefined ? await this.pickCheck(target) : target;
    const { analysed, check } = row ?? {};
    const remedy = check?.remedy;
    if (analysed === undefined || check === undefined || remedy === undefined) return;
    if (isChanging(remedy)) await this.pages.remedy(analysed, this.workspaceWith(analysed, check, row?.checked), check);
    else await this.carryOut(remedy, analysed);
  }

  private async carryOut(remedy: Exclude<Remedy, ChangingRemedy>, analysed: AnalysedRoot): Promise<void> {
    switch (remedy.kind) {
      case 'configure':
        await vscode.commands.executeCommand('tfcOidc.configure', { analysed });
        return;
      case 'fix-code':
        await vscode.commands.executeCommand('tfcOidc.fixRoot', { analysed });
        return;
      case 'map-providers':
        // Which tags there are, only HCP Terraform knows.
        await vscode.commands.executeCommand('tfcOidc.mapProviders', { analysed });
        return;
      case 'open-file':
        await vscode.commands.executeCommand('tfcOidc.openLocation', remedy.location);
        return;
      case 'open-page':
        await vscode.env.openExternal(vscode.Uri.parse(remedy.url));
        return;
      case 'sign-in':
        await vscode.commands.executeCommand('tfcOidc.signIn');
        return;
      case 'choose-profile':
        await vscode.commands.executeCommand('tfcOidc.chooseProfile');
    }
  }

  /** The workspace that a check was made for. */
  private workspaceWith(analysed: AnalysedRoot, check: Check, given: CheckedWorkspace | undefined): CheckedWorkspace {
    const all = this.bindings.of(analysed)?.workspaces ?? [];
    const found = given ?? all.find(w => w.checks.includes(check)) ?? all[0];
    if (found !== undefined) return found;
    throw new ProblemError({
      code: 'no-workspace',
      message: 'The workspace of this check is not known any more.',
      nextStep: 'Check the binding again.',
    });
  }

  /** One of the checks that do not hold and have a remedy, of one root or of all. */
  private async pickCheck(target: RowTarget): Promise<RowTarget> {
    const dir = target?.analysed?.root.dir;
    const roots = this.store.all().filter(r => dir === undefined || r.root.dir === dir);
    const items = roots.flatMap(analysed =>
      this.bindings.checksOf(analysed).flatMap(check =>
        check.state === 'ok' || check.remedy === undefined
          ? []
          : [
              {
                label: capitalised(check.reason ?? check.title),
                description: rootLabel(analysed.root, analysed.folder),
                detail: check.evidence[0] ?? '',
                value: { analysed, check },
              },
            ],
      ),
    );
    if (items.length === 0)
      throw new ProblemError({
        code: 'nothing-to-fix',
        message: roots.some(r => this.bindings.of(r) !== undefined)
          ? 'No check that was made has something to put right.'
          : 'Nothing has been checked yet.',
        nextStep: 'Run "TFC OIDC: Check Bindings", or "Configure TFC OIDC".',
      });
    const placeHolder = 'What should be put right?';
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.value;
  }

  async openInBrowser(target: RowTarget): Promise<void> {
    if (target?.url !== undefined) {
      await vscode.env.openExternal(vscode.Uri.parse(target.url));
      return;
    }
    const found = await this.workspaceOf(target, 'Open in Browser');
    const facts = found?.checked.facts.workspace;
    if (facts?.state === 'known') await vscode.env.openExternal(vscode.Uri.parse(facts.value.url));
    else if (found !== undefined) {
      const { hostname, organization, workspace } = found.checked;
      const path = ['app', organization, 'workspaces', workspace].map(uriPart).join('/');
      await vscode.env.openExternal(vscode.Uri.parse(`https://${hostname}/${path}`));
    }
  }

  private async pickHost(): Promise<string | undefined> {
    const hosts = [...new Map(this.store.all().flatMap(r => this.hostOf(r))).keys()];
    if (hosts.length <= 1) return hosts[0] ?? 'app.terraform.io';
    return vscode.window.showQuickPick(hosts, { placeHolder: 'Which host?' });
  }
}
