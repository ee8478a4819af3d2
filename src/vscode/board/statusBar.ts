import * as vscode from 'vscode';
import { viewId } from '../contract';
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
    // The same things that the badge of the sidebar counts.
    const errors =
      roots.flatMap(r => r.findings).filter(f => f.severity === 'error').length +
      this.bindings.all().filter(c => c.state === 'wrong').length;
    this.item.text = errors === 0 ? '$(shield) OIDC' : `$(shield) OIDC: ${errors}`;
    const text =
      errors === 0
        ? vscode.l10n.t('TFC OIDC: nothing to put right')
        : vscode.l10n.t('TFC OIDC: {0} things to put right', errors);
    this.item.tooltip = text;
    this.item.accessibilityInformation = { label: text };
    this.item.show();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.item.dispose();
  }
}
