import * as vscode from 'vscode';
import { viewId } from './contract';
import type { ProjectStore } from './projectStore';

/** One item, in Terraform projects only: how many things are wrong. It opens the sidebar. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('tfcOidc.status', vscode.StatusBarAlignment.Left, 0);
  private readonly subscription: vscode.Disposable;

  constructor(private readonly store: ProjectStore) {
    this.item.name = 'TFC OIDC';
    this.item.command = `${viewId}.focus`;
    this.subscription = store.onDidChange(() => this.update());
    this.update();
  }

  private update(): void {
    const roots = this.store.all();
    if (roots.length === 0) {
      this.item.hide();
      return;
    }
    const errors = roots.flatMap(r => r.findings).filter(f => f.severity === 'error').length;
    this.item.text = errors === 0 ? '$(shield) OIDC' : `$(shield) OIDC: ${errors}`;
    const text =
      errors === 0
        ? vscode.l10n.t('TFC OIDC: the code is clean')
        : vscode.l10n.t('TFC OIDC: {0} findings to put right', errors);
    this.item.tooltip = text;
    this.item.accessibilityInformation = { label: text };
    this.item.show();
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }
}
