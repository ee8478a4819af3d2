import * as vscode from 'vscode';
import type { BoardState } from '../../board/model';
import { workspaceSummary } from '../../board/summary';
import type { BindingStore } from '../board/bindingStore';
import { documentSelector, viewId } from '../contract';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** After an icon: the editor swallows a plain space there. */
const space = '\u00a0';

const icons: Readonly<Record<BoardState, string>> = {
  ok: '$(pass)',
  warning: '$(warning)',
  wrong: '$(error)',
  unknown: '$(question)',
  unchecked: '$(circle-outline)',
  aside: '$(circle-slash)',
};

/** Over each `cloud` block: what is true of its workspaces, or the way to find out, and the way to set them up. */
export class CloudLens implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
  ) {
    this.disposables = [
      this.changed,
      store.onDidChange(() => this.changed.fire()),
      bindings.onDidChange(() => this.changed.fire()),
      vscode.languages.registerCodeLensProvider([...documentSelector], this),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const path = document.uri.toString();
    // An older analysis would put the line in the wrong place.
    if (this.store.file(path)?.text !== document.getText()) return [];
    return this.store.all().flatMap(analysed => {
      const { cloud } = analysed.root;
      if ((cloud.kind !== 'cloud' && cloud.kind !== 'remote') || cloud.location?.file !== path) return [];
      const range = this.store.range(cloud.location);
      const lens = (command: vscode.Command): vscode.CodeLens => new vscode.CodeLens(range, command);
      return [lens(this.state(analysed)), ...(vscode.workspace.isTrusted ? [lens(configure(analysed))] : [])];
    });
  }

  private state(analysed: AnalysedRoot): vscode.Command {
    const status = this.bindings.of(analysed);
    if (status === undefined || status.workspaces.length === 0) {
      return {
        command: 'tfcOidc.checkRoot',
        title: `$(circle-outline)${space}OIDC: check the binding`,
        tooltip: 'Asks HCP Terraform, with the token that Terraform would use.',
        arguments: [{ analysed }],
      };
    }
    const parts = status.workspaces.slice(0, 3).map(w => {
      const { state, reason } = workspaceSummary(w.checks, w.facts, this.bindings.provenAt(w), Date.now());
      return `${icons[state]}${space}${w.workspace}: ${reason}`;
    });
    const more = status.workspaces.length - parts.length;
    return {
      command: `${viewId}.focus`,
      title: `OIDC  ${parts.join('  ')}${more > 0 ? `  ${`and ${more} more`}` : ''}`,
      tooltip: 'Shows the checks in the sidebar.',
    };
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

const configure = (analysed: AnalysedRoot): vscode.Command => ({
  command: 'tfcOidc.configure',
  title: `$(key)${space}Configure TFC OIDC`,
  arguments: [{ analysed }],
});
