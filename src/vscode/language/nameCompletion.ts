import * as vscode from 'vscode';
import type { WantedName } from '../../oidc/nameAt';
import type { BindingStore } from '../board/bindingStore';
import { documentSelector } from '../contract';
import { loadEngine } from '../loadEngine';
import type { ProjectStore } from '../projectStore';

/** Names of HCP Terraform where they are typed: those that were read already. Nothing is asked for a completion. */
export class NameCompletion implements vscode.CompletionItemProvider, vscode.Disposable {
  private readonly registration = vscode.languages.registerCompletionItemProvider(
    [...documentSelector],
    this,
    '"',
    '_',
  );

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[] | undefined> {
    const engine = await loadEngine();
    const at = engine.nameAt(document.getText(new vscode.Range(new vscode.Position(0, 0), position)));
    if (at === undefined) return undefined;
    const range = new vscode.Range(position.translate(0, -at.typed.length), position);
    return this.namesOf(at.wanted, engine.dynamicVariables).map(name => {
      const kind = at.wanted === 'variable' ? vscode.CompletionItemKind.Variable : vscode.CompletionItemKind.Value;
      const item = new vscode.CompletionItem(name, kind);
      item.range = range;
      item.detail = details[at.wanted];
      return item;
    });
  }

  private namesOf(wanted: WantedName, variables: readonly string[]): readonly string[] {
    if (wanted === 'variable') return variables;
    const names = this.store.all().flatMap(({ root: { cloud } }, i, all): readonly string[] => {
      const root = all[i];
      const status = root === undefined ? undefined : this.bindings.of(root);
      const workspaces = status?.workspaces ?? [];
      switch (wanted) {
        case 'organization':
          return [
            ...(cloud.organization.state === 'known' ? [cloud.organization.value] : []),
            ...workspaces.map(w => w.organization),
          ];
        case 'workspace':
          return [...(status?.names ?? []), ...workspaces.map(w => w.workspace)];
        case 'project':
          return workspaces.flatMap(({ facts }) =>
            facts.workspace.state === 'known' ? [facts.workspace.value.project.name] : [],
          );
      }
    });
    return [...new Set(names)].sort();
  }

  dispose(): void {
    this.registration.dispose();
  }
}

const details: Readonly<Record<WantedName, string>> = {
  organization: 'Organization in HCP Terraform',
  workspace: 'Workspace that was read',
  project: 'Project that was read',
  variable: 'Dynamic AWS credentials; a tag may follow',
};
