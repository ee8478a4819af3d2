import * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import { type HostAnswer, whoamiText } from '../../binding/gather/whoami';
import { ProblemError } from '../../core/problem';
import type { CloudSettings } from '../../terraform/model';
import { openProfile, profileChoices, whoIs } from '../aws';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import { consult } from './doctor';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
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
  ) {}

  async check(target: { readonly analysed?: AnalysedRoot } | undefined): Promise<void> {
    if (!this.store.ready) await this.store.refresh();
    const dir = target?.analysed?.root.dir;
    await this.bindings.check(this.store.all().filter(r => dir === undefined || r.root.dir === dir));
  }

  async chooseProfile(): Promise<void> {
    const choice = await vscode.window.showQuickPick(await profileChoices(this.env), {
      title: vscode.l10n.t('AWS profile for the checks'),
      placeHolder: vscode.l10n.t('The account is read, never written, by checks'),
    });
    if (choice === undefined) return;
    this.bindings.useAccount(await openProfile(choice.value, this.env));
    await this.check(undefined);
  }

  /** Runs the doctor for one workspace, with an error text if there is one, and shows the ranked causes. */
  async doctor(
    target: { readonly analysed?: AnalysedRoot; readonly checked?: CheckedWorkspace } | undefined,
  ): Promise<void> {
    if (target?.checked === undefined) await this.check(target);
    const all = this.store.all().flatMap(r => this.bindings.of(r)?.workspaces ?? []);
    const checked = target?.checked ?? (await this.pickWorkspace(all));
    if (checked === undefined) return;
    const analysed = this.store
      .all()
      .find(r => this.bindings.of(r)?.workspaces.includes(checked) === true || r === target?.analysed);
    await consult(checked, this.bindings.chosenAccount, this.previews, check =>
      analysed === undefined ? Promise.resolve() : this.fixCheck({ analysed, check }),
    );
  }

  /** A plan-only run as the real proof of one workspace. */
  async proveRun(
    target: { readonly analysed?: AnalysedRoot; readonly checked?: CheckedWorkspace } | undefined,
  ): Promise<void> {
    if (target?.checked === undefined) await this.check(target);
    const all = this.store.all().flatMap(r => this.bindings.of(r)?.workspaces ?? []);
    const checked = target?.checked ?? (await this.pickWorkspace(all));
    const analysed = this.store.all().find(r => this.bindings.of(r)?.workspaces.some(w => w === checked) === true);
    if (checked === undefined || analysed === undefined) return;
    const { store, bindings, connections, previews } = this;
    await proveOnDemand({ store, bindings, connections, previews }, analysed, checked);
  }

  private async pickWorkspace(all: readonly CheckedWorkspace[]): Promise<CheckedWorkspace | undefined> {
    if (all.length === 0) {
      throw new ProblemError({
        code: 'no-workspace',
        message: vscode.l10n.t('No workspace could be checked.'),
        nextStep: vscode.l10n.t('Look at the sidebar: each root says why.'),
      });
    }
    if (all.length === 1) return all[0];
    const items = all.map(value => ({ label: value.workspace, description: value.organization, value }));
    return (
      await vscode.window.showQuickPick(items, {
        title: vscode.l10n.t('Doctor'),
        placeHolder: vscode.l10n.t('Which workspace?'),
      })
    )?.value;
  }

  async signIn(): Promise<void> {
    const host = await this.pickHost();
    if (host !== undefined && (await this.connections.signIn(host))) await this.check(undefined);
  }

  async signOut(): Promise<void> {
    const host = await this.pickHost();
    if (host === undefined) return;
    await this.connections.signOut(host);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The token for {0} was forgotten. Tokens of Terraform itself are not touched.', host),
    );
  }

  /** Whose account and whose tokens are used here, and why these. */
  async whoami(): Promise<void> {
    const clouds = new Map(this.store.all().flatMap(r => this.hostOf(r)));
    if (clouds.size === 0) clouds.set('app.terraform.io', undefined);
    const chosen = this.bindings.chosenAccount?.account.profile;
    const text = await withProgress(vscode.l10n.t('Asking AWS and HCP Terraform who you are'), async signal => {
      const aws = await whoIs({ name: chosen }, this.env, signal);
      const hosts: HostAnswer[] = [];
      for (const [host, cloud] of clouds) hosts.push(await this.connections.answer(host, cloud, signal));
      return whoamiText(aws, hosts);
    });
    await this.previews.showMarkdown(
      `${vscode.l10n.t('Accounts and Tokens')}.md`,
      `# ${vscode.l10n.t('Accounts and tokens')}\n\n${text.replaceAll(/^(?=.)/gm, '    ')}`,
    );
  }

  private hostOf({ root: { cloud } }: AnalysedRoot): readonly (readonly [string, CloudSettings | undefined])[] {
    return cloud.kind !== 'none' && cloud.hostname.state === 'known' ? [[cloud.hostname.value, cloud]] : [];
  }

  /** Does what puts a check right: through the command that shows it before anything is changed. */
  async fixCheck(row: { readonly analysed: AnalysedRoot; readonly check: Check } | undefined): Promise<void> {
    const remedy = row?.check.remedy;
    if (row === undefined || remedy === undefined) return;
    switch (remedy.kind) {
      case 'configure':
      case 'set-variable':
      case 'create-provider':
      case 'add-audience':
      case 'update-trust':
      case 'update-permissions':
      case 'rewrite-variables':
      case 'remove-variables':
        await vscode.commands.executeCommand('tfcOidc.configure', { analysed: row.analysed });
        return;
      case 'fix-code':
        await vscode.commands.executeCommand('tfcOidc.fixRoot', { analysed: row.analysed });
        return;
      case 'map-providers':
        // Which tags there are, only HCP Terraform knows.
        await vscode.commands.executeCommand('tfcOidc.mapProviders', { analysed: row.analysed });
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

  async openInBrowser(row: { readonly checked: CheckedWorkspace } | undefined): Promise<void> {
    const facts = row?.checked.facts.workspace;
    if (facts?.state === 'known') await vscode.env.openExternal(vscode.Uri.parse(facts.value.url));
  }

  private async pickHost(): Promise<string | undefined> {
    const hosts = [...new Map(this.store.all().flatMap(r => this.hostOf(r))).keys()];
    if (hosts.length <= 1) return hosts[0] ?? 'app.terraform.io';
    return vscode.window.showQuickPick(hosts, { placeHolder: vscode.l10n.t('Which host?') });
  }
}
