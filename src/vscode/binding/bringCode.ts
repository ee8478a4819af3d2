import * as vscode from 'vscode';
import { ProblemError } from '../../core/problem';
import { rootLabel } from '../board/describe';
import { type GitApi, gitApi, type GitRepository } from '../git';
import { pickRoot, type RowTarget } from '../pickers';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

const title = 'Bring the Code to HCP Terraform';

/**
 * A fix of the files here helps runs once HCP Terraform has it: through a branch, a commit and a push of the editor's own Git, each
 * after a yes, and a pull request where an extension makes one. Where there is no repository, `terraform plan` uploads the files.
 */
export async function bringCode(
  store: ProjectStore,
  target: RowTarget,
  git: () => Promise<GitApi | undefined> = gitApi,
): Promise<void> {
  const analysed = target?.analysed ?? (await pickRoot(store, 'Which Terraform root?'));
  if (analysed === undefined) return;
  const api = await git();
  const folder = vscode.Uri.parse(analysed.root.dir, true);
  const repository = api?.getRepository(folder) ?? undefined;
  if (api === undefined || repository === undefined) return offerPlan(analysed, folder);
  await new Bringing(api, repository, analysed).run();
}

/** The command is typed, and not run: Enter is the yes. */
async function offerPlan(analysed: AnalysedRoot, cwd: vscode.Uri): Promise<void> {
  const open = 'Open a Terminal';
  const message = `The editor knows no Git repository for ${rootLabel(analysed.root, analysed.folder)}.`;
  const detail =
    'If the workspace takes its code from a repository, commit and push there. Otherwise "terraform plan" uploads the files as they are now and plans them with the role; it cannot be applied.';
  if ((await vscode.window.showInformationMessage(message, { modal: true, detail }, open)) !== open) return;
  const terminal = vscode.window.createTerminal({ name: 'terraform plan', cwd });
  terminal.show();
  terminal.sendText('terraform plan', false);
}

class Bringing {
  constructor(
    private readonly api: GitApi,
    private readonly repository: GitRepository,
    private readonly analysed: AnalysedRoot,
  ) {}

  async run(): Promise<void> {
    await this.done('read the state of the repository', () => this.repository.status());
    const changed = this.changed();
    const others = this.repository.state.indexChanges.filter(c => !changed.some(uri => same(uri, c.uri)));
    if (others.length > 0)
      throw new ProblemError({
        code: 'other-files-staged',
        message: `Other files are staged for a commit (${others.length}): they would go with it.`,
        nextStep: 'Commit or unstage them first, then run the command again.',
      });
    if (changed.length === 0) return this.pushOrNothing();
    const files = await this.choose(changed);
    if (files === undefined) return;
    const made = await this.branch();
    if (made === undefined) return;
    if (!(await this.commit(files))) return;
    await this.push(made);
  }

  /** Files of the root, of the modules that it calls too, that are not as in the last commit. */
  private changed(): readonly vscode.Uri[] {
    const { indexChanges, workingTreeChanges, untrackedChanges = [] } = this.repository.state;
    const own = this.analysed.root.modules.flatMap(m => m.files.map(f => vscode.Uri.parse(f.path, true)));
    const uris = [...indexChanges, ...workingTreeChanges, ...untrackedChanges].map(c => c.uri);
    return own.filter(file => uris.some(uri => same(uri, file)));
  }

  private async choose(changed: readonly vscode.Uri[]): Promise<readonly vscode.Uri[] | undefined> {
    await vscode.commands.executeCommand(
      'vscode.changes',
      title,
      changed.map(uri => [uri, this.api.toGitUri(uri, 'HEAD'), uri]),
    );
    const items = changed.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri, picked: true }));
    const placeHolder = 'Which files? Look at the differences; nothing has been staged yet';
    const options = { title, placeHolder, canPickMany: true, ignoreFocusOut: true } as const;
    const chosen = await vscode.window.showQuickPick(items, options);
    return chosen === undefined || chosen.length === 0 ? undefined : chosen.map(c => c.uri);
  }

  /** The branch that is committed to. `fresh`: it was made for this. */
  private async branch(): Promise<{ readonly fresh: boolean } | undefined> {
    const now = this.repository.state.HEAD?.name;
    const fresh = { label: 'A new branch…', detail: 'For a pull request', fresh: true };
    const here = now === undefined ? [] : [{ label: now, detail: 'The branch that is checked out', fresh: false }];
    const options = { title, placeHolder: 'On which branch?', ignoreFocusOut: true };
    const chosen = await vscode.window.showQuickPick([fresh, ...here], options);
    if (chosen === undefined) return undefined;
    if (!chosen.fresh) return { fresh: false };
    const name = await vscode.window.showInputBox({
      title,
      prompt: 'Name of the new branch; it is made and checked out',
      value: 'tfc-oidc',
      ignoreFocusOut: true,
      validateInput: value => (/^[\w][\w./-]*$/.test(value) ? undefined : 'Letters, digits, ".", "/", "-" and "_".'),
    });
    if (name === undefined) return undefined;
    await this.done(`make the branch ${name}`, () => this.repository.createBranch(name, true));
    return { fresh: true };
  }

  private async commit(files: readonly vscode.Uri[]): Promise<boolean> {
    const message = await vscode.window.showInputBox({
      title,
      prompt: `Message of the commit of ${count(files.length)}; Enter commits`,
      value: 'Use dynamic provider credentials for AWS',
      ignoreFocusOut: true,
      validateInput: value => (value.trim() === '' ? 'A commit needs a message.' : undefined),
    });
    if (message === undefined) return false;
    await this.done('stage the files', () => this.repository.add(files.map(uri => uri.fsPath)));
    await this.done('commit', () => this.repository.commit(message));
    return true;
  }

  private async push({ fresh }: { readonly fresh: boolean }): Promise<void> {
    const { HEAD, remotes } = this.repository.state;
    const branch = HEAD?.name;
    const [remote] = [...remotes.filter(r => r.name === 'origin'), ...remotes].filter(r => !r.isReadOnly);
    if (branch === undefined || remote === undefined)
      throw new ProblemError({
        code: 'nowhere-to-push',
        message: 'The commit is made, but this repository has no remote to push to.',
        nextStep: 'Add the remote of the repository that the workspace takes its code from, and push.',
      });
    const push = `Push to ${remote.name}`;
    const detail = 'HCP Terraform fetches what the workspace’s branch has by itself. Then prove the setup by a run.';
    const question = `Push ${branch} to ${remote.name}?`;
    if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, push)) !== push) return;
    await this.done('push', () => this.repository.push(remote.name, branch, HEAD?.upstream === undefined));
    await this.offerPullRequest(branch, fresh);
  }

  /** GitHub's extension makes pull requests; without it the branch is there, and the page of the repository offers one. */
  private async offerPullRequest(branch: string, fresh: boolean): Promise<void> {
    const make = 'Create a Pull Request…';
    const has = vscode.extensions.getExtension('GitHub.vscode-pull-request-github') !== undefined;
    const text = fresh
      ? `${branch} is pushed. Runs use it once it is merged into the branch of the workspace.`
      : `${branch} is pushed. Prove the setup once HCP Terraform has fetched it.`;
    const answer = await vscode.window.showInformationMessage(text, ...(fresh && has ? [make] : []));
    if (answer === make) await vscode.commands.executeCommand('pr.create');
  }

  private async pushOrNothing(): Promise<void> {
    const head = this.repository.state.HEAD;
    if ((head?.ahead ?? 0) > 0) return this.push({ fresh: false });
    void vscode.window.showInformationMessage(
      `There is nothing to commit: the files of this root are as in the last commit${head?.name === undefined ? '' : ` of ${head.name}`}. If runs of the workspace use another branch, merge it there.`,
    );
  }

  /** What Git prints may hold addresses with passwords: it stays in Git's own log. */
  private async done(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch {
      throw new ProblemError({
        code: 'git-failed',
        message: `Git did not ${what}.`,
        nextStep: 'Look at the output of Git in the editor (Output, Git), and try again there.',
      });
    }
  }
}

const same = (a: vscode.Uri, b: vscode.Uri): boolean => a.fsPath === b.fsPath;
const count = (files: number): string => (files === 1 ? '1 file' : `${files} files`);
