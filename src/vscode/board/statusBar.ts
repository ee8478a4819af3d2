import * as vscode from 'vscode';
import { type CommandId, viewId } from '../contract';
import { appendForeign } from '../foreignText';
import type { BindingStore } from './bindingStore';
import type { ProjectStore } from '../projectStore';

/** One item, in Terraform projects only: how many things are wrong. It opens the sidebar. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('tfcOidc.status', vscode.StatusBarAlignment.Left, 0);
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
  ) {
    this.item.name = 'TFC OIDC';
    this.item.command = `${viewId}.focus`;
    this.subscriptions = [store.onDidChange(() => this.update()), bindings.onDidChange(() => this.update())];
    this.update();
  }

  private update(): void {
    const roots = this.store.all();
    if (roots.length === 0) {
      this.item.hide();
      return;
    }
    // The same roots that the badge of the sidebar counts.
    const wrong = roots.filter(
      r => r.findings.some(f => f.severity === 'error') || this.bindings.checksOf(r).some(c => c.state === 'wrong'),
    ).length;
    const unchecked = roots.filter(r => r.root.cloud.kind !== 'none' && this.bindings.of(r) === undefined).length;
    this.item.text = wrong === 0 ? '$(shield) OIDC' : `$(shield) OIDC: ${wrong}`;
    const text = [
      wrong === 0
        ? 'TFC OIDC: nothing to put right in what was read'
        : wrong === 1
          ? 'TFC OIDC: 1 root to put right'
          : `TFC OIDC: ${wrong} roots to put right`,
      ...(unchecked === 0 ? [] : [unchecked === 1 ? '1 not checked' : `${unchecked} not checked`]),
    ].join(', ');
    this.item.tooltip = wrong === 0 ? text : withRemedy(text);
    this.item.accessibilityInformation = { label: text };
    this.item.show();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.item.dispose();
  }
}

/** The way to what puts something right. It opens a page, and writes nothing. */
function withRemedy(text: string): vscode.MarkdownString {
  const command: CommandId = 'tfcOidc.fixCheck';
  const out = new vscode.MarkdownString();
  out.isTrusted = { enabledCommands: [command] };
  appendForeign(out, `${text}.`);
  out.appendMarkdown(` [Put This Right…](command:${command})`);
  return out;
}
