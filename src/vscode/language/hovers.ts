import * as vscode from 'vscode';
import { uriPart } from '../../core/text';
import type { BindingStore } from '../board/bindingStore';
import { documentSelector, pages } from '../contract';
import { appendForeign } from '../foreignText';
import { loadEngine } from '../loadEngine';
import type { ProjectStore } from '../projectStore';

/** Where a Terraform variable gets its value in runs of one workspace. */
interface SetVariable {
  readonly workspace: string;
  readonly origin: string;
  readonly url: string;
}

/** Explains role ARNs, providers, subjects and variables of dynamic credentials where they stand. */
export class Hovers implements vscode.HoverProvider, vscode.Disposable {
  private readonly registration = vscode.languages.registerHoverProvider(
    [...documentSelector, { pattern: '**/*.{json,jsonc,yaml,yml}' }],
    this,
  );

  constructor(
    private readonly store: Pick<ProjectStore, 'all'>,
    private readonly bindings: BindingStore,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const line = document.lineAt(position.line).text;
    const engine = await loadEngine();
    const found = engine.explainAt(line, position.character);
    if (found === undefined) return this.variableAt(document, position);
    const text = new vscode.MarkdownString();
    text.appendMarkdown('**').appendText(found.title).appendMarkdown('**\n\n');
    appendForeign(text, found.text);
    const compared =
      found.isSubject === true
        ? engine.comparedWithRuns(line.slice(found.start, found.end), this.checkedWorkspaces())
        : [];
    if (compared.length > 0) text.appendCodeblock(compared.join('\n'), 'text');
    text.appendMarkdown(`\n\n[${'Read more'}](${pages}${found.page})`);
    return new vscode.Hover(text, new vscode.Range(position.line, found.start, position.line, found.end));
  }

  /** `var.x`: the workspaces that were read and set it, each with its page. What the value is, is nobody's business here. */
  private variableAt(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const range = document.getWordRangeAtPosition(position, /\bvar\.[A-Za-z_][\w-]*/);
    if (range === undefined) return undefined;
    const name = document.getText(range).slice('var.'.length);
    const set = this.setBy(document.uri.toString(), name);
    if (set.length === 0) return undefined;
    const text = new vscode.MarkdownString();
    for (const { workspace, origin, url } of set) {
      appendForeign(text, `Set for ${workspace} by the ${origin}.`);
      text.appendMarkdown(` [Open its variables](${url})\n\n`);
    }
    return new vscode.Hover(text, range);
  }

  /** The workspaces that were read, by the names that their tokens carry. */
  private checkedWorkspaces(): readonly { organization: string; project: string; workspace: string }[] {
    return this.store.all().flatMap(root =>
      (this.bindings.of(root)?.workspaces ?? []).flatMap(({ facts: { workspace } }) =>
        workspace.state === 'known'
          ? [
              {
                organization: workspace.value.organization,
                project: workspace.value.project.name,
                workspace: workspace.value.name,
              },
            ]
          : [],
      ),
    );
  }

  private setBy(path: string, name: string): readonly SetVariable[] {
    const roots = this.store.all().filter(r => r.root.modules[0]?.files.some(f => f.path === path) === true);
    return roots.flatMap(root =>
      (this.bindings.of(root)?.workspaces ?? []).flatMap(({ organization, workspace, hostname, source }) =>
        (source?.reading.effective ?? [])
          .filter(v => v.category === 'terraform' && v.key === name)
          .map(({ origin }): SetVariable => {
            const where = origin.from === 'varset' ? `variable set "${origin.name}"` : 'workspace';
            const parts = ['app', organization, 'workspaces', workspace, 'variables'].map(uriPart).join('/');
            return { workspace: `${organization}/${workspace}`, origin: where, url: `https://${hostname}/${parts}` };
          }),
      ),
    );
  }

  dispose(): void {
    this.registration.dispose();
  }
}
