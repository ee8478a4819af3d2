import * as vscode from 'vscode';
import { bringCode } from '../binding/bringCode';
import { addCloudBlock, type WorkspaceChoice } from '../../binding/code/cloudBlock';
import { remoteToCloud } from '../../binding/code/remoteToCloud';
import { mapProviders } from '../../binding/code/providerMapping';
import type { NewText } from '../../binding/code/draft';
import { lineEdits } from '../../core/diff';
import { codeChange } from '../../binding/plan/code';
import { type TaggedConfigurations, taggedConfigurations, workspacesOf } from '../../binding/gather/workspacesOf';
import { ProblemError, type Result, unwrap } from '../../core/problem';
import { listWorkspaces } from '../../hcp/workspace/read';
import { hostname, organizationName, workspaceName } from '../../oidc/names';
import { namesWorkspaces, type Root } from '../../terraform/model';
import { withProgress } from '../progress';
import { writeEdits } from './codeFixes';
import { rootLabel } from '../board/describe';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { ask, type Choice, pick, runSteps } from '../steps';

type Target = { readonly analysed?: AnalysedRoot } | undefined;

interface CloudAnswers {
  organization?: string;
  workspace?: string;
}

/** Commands that write code: the difference is shown first, and nothing is in a file before a yes. */
export class CodeCommands {
  constructor(
    private readonly store: ProjectStore,
    private readonly connections: HcpConnections,
    private readonly previews: Previews,
  ) {}

  /** Brings what was changed here to where runs take their code from. */
  bring(target: Target): Promise<void> {
    return bringCode(this.store, target);
  }

  /** A `cloud` block for a root without one, or made of its `backend "remote"`. */
  async writeCloud(target: Target): Promise<void> {
    const analysed = await this.root(target, r => r.root.cloud.kind === 'none' || r.root.cloud.kind === 'remote');
    if (analysed === undefined) return;
    const { root } = analysed;
    if (root.cloud.kind === 'remote') {
      const made = remoteToCloud(root);
      const code = made.ok ? undefined : made.problem.code;
      if (code !== 'prefix-needs-tags') {
        const title = 'Turn backend "remote" into a cloud block';
        return this.write(analysed, { title, texts: [unwrap(made)] });
      }
    }
    const { hostname: named } = root.cloud;
    const host = root.cloud.kind === 'remote' && named.state === 'known' ? named.value : 'app.terraform.io';
    const answers: CloudAnswers = {};
    if (root.cloud.organization.state === 'known') answers.organization = root.cloud.organization.value;
    const title = 'Cloud block';
    const done = await runSteps(answers, [
      async (state, position) => {
        if (root.cloud.organization.state === 'known') return 'skipped';
        state.organization = await ask(
          {
            title,
            prompt: 'Organization in HCP Terraform',
            placeholder: 'as its address shows it',
            value: state.organization,
            check: value => message(organizationName(value)),
          },
          position,
        );
        return 'asked';
      },
      async (state, position) => {
        const names = await this.workspaces(host, root, state.organization ?? '');
        if (names.length === 0) {
          state.workspace = await ask(
            {
              title,
              prompt: 'Workspace',
              placeholder: 'the name, letter by letter',
              value: state.workspace,
              check: value => message(workspaceName(value)),
            },
            position,
          );
          return 'asked';
        }
        const items = names.map((value): Choice<string> => ({ value, label: value }));
        const placeholder = 'Which workspace?';
        state.workspace = await pick({ title, placeholder, items, current: state.workspace }, position);
        return 'asked';
      },
    ]);
    const { organization, workspace } = answers;
    if (!done || organization === undefined || workspace === undefined) return;
    const workspaces: WorkspaceChoice = { by: 'name', name: workspace };
    const made =
      root.cloud.kind === 'remote'
        ? remoteToCloud(root, { workspaces, organization })
        : addCloudBlock(root, { hostname: unwrap(hostname(host)), organization, workspaces });
    await this.write(analysed, { title: 'Write a cloud block', texts: [unwrap(made)] });
  }

  /** Every provider block names the configuration that it uses, as soon as the workspace has a tagged one. */
  async mapProviders(target: Target): Promise<void> {
    const analysed = await this.root(target, r => namesWorkspaces(r.root));
    if (analysed === undefined) return;
    const { tags, off } = await this.tags(analysed);
    if (tags.length === 0) {
      void vscode.window.showInformationMessage(
        off.length === 0
          ? 'No workspace of this root has a tagged configuration: there is nothing to map.'
          : `No tagged configuration is switched on: ${off.map(tag => `TFC_AWS_PROVIDER_AUTH_${tag}`).join(', ')} must be true. There is nothing to map yet.`,
      );
      return;
    }
    const first = unwrap(mapProviders(analysed.root, { tags }));
    const aliases = await configurationsOf(first.open, tags);
    if (aliases === undefined) return;
    const { texts } = first.open.length === 0 ? first : unwrap(mapProviders(analysed.root, { tags, aliases }));
    if (texts.length === 0) {
      void vscode.window.showInformationMessage('Every provider block names its configuration already.');
      return;
    }
    await this.write(analysed, { title: 'Map providers to configurations', texts });
  }

  /** Shows the difference of each file in the diff editor, and writes after a yes that is asked beside it. */
  private async write(analysed: AnalysedRoot, { title, texts }: Written): Promise<void> {
    const changes = texts.map(({ file, text }) =>
      codeChange(file, lineEdits(file.path, file.text, text), title, analysed.findings),
    );
    await this.previews.showChanges(title, changes);
    const yes = {
      label: `$(check) Write ${texts.map(t => nameOf(t.file.path)).join(', ')}`,
      yes: true,
    };
    const no = { label: '$(close) Change Nothing', yes: false };
    const placeHolder = 'Look at the difference; nothing has been changed yet';
    const answer = await vscode.window.showQuickPick([yes, no], { title, placeHolder, ignoreFocusOut: true });
    if (answer?.yes !== true) return;
    await writeEdits(
      texts.map(({ file, text }) => ({ file, edits: lineEdits(file.path, file.text, text) })),
      'Run the command again.',
    );
    for (const { file } of texts) await vscode.window.showTextDocument(vscode.Uri.parse(file.path, true));
  }

  private async root(target: Target, fits: (root: AnalysedRoot) => boolean): Promise<AnalysedRoot | undefined> {
    await this.store.refresh();
    const dir = target?.analysed?.root.dir;
    const roots = this.store.all().filter(r => (dir === undefined ? fits(r) : r.root.dir === dir));
    const [only, ...more] = roots;
    if (only === undefined) {
      throw new ProblemError({
        code: 'no-root',
        message: 'No Terraform root of this window fits.',
        nextStep: 'The command is for a root of another kind: see the sidebar for what each has.',
      });
    }
    if (more.length === 0) return only;
    const items = roots.map(value => ({ label: rootLabel(value.root, value.folder), value }));
    const placeHolder = 'Which Terraform root?';
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.value;
  }

  /** Names to choose from; none where there is no token, or the organization can't be listed. */
  private workspaces(host: string, root: Root, organization: string): Promise<readonly string[]> {
    return withProgress(`Listing the workspaces of ${organization}`, async signal => {
      const client = await this.connections.find(host, root.cloud, signal);
      if ('missing' in client) return [];
      const found = await listWorkspaces(client, organization, {}, signal);
      return found.ok ? found.value.map(w => w.name) : [];
    });
  }

  /** The tags of the root's workspace, or of all workspaces that its tags or prefix name. */
  private tags({ root }: AnalysedRoot): Promise<TaggedConfigurations> {
    const { cloud } = root;
    const { hostname, organization, which } = unwrap(workspacesOf(cloud));
    return withProgress(`Reading the variables of ${organization}`, async signal => {
      const client = unwrap(await this.connections.open(hostname, cloud, signal));
      return unwrap(await taggedConfigurations(client, organization, which, signal));
    });
  }
}

interface Written {
  readonly title: string;
  readonly texts: readonly NewText[];
}

const nameOf = (path: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);

const message = (result: Result<unknown>): string | undefined => (result.ok ? undefined : result.problem.message);

/** Which configuration the blocks use whose alias fits no tag; undefined: the person left. */
async function configurationsOf(
  open: readonly string[],
  tags: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const out: Record<string, string> = {};
  for (const alias of open) {
    const keep = { label: 'The default configuration', description: 'the account that it uses today', tag: 'default' };
    const items = [...tags.map(tag => ({ label: `Tag ${tag}`, description: '', tag })), keep];
    const title = `Which configuration does provider "aws" (alias ${alias}) use?`;
    const chosen = await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
    if (chosen === undefined) return undefined;
    out[alias] = chosen.tag;
  }
  return out;
}
