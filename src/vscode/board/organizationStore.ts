import * as vscode from 'vscode';
import type { OrganizationView } from '../../board/organization';

/** The organization that the board shows, if somebody asked for one. What reads it is loaded with that question. */
export class OrganizationStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private shown: OrganizationView | undefined;

  get view(): OrganizationView | undefined {
    return this.shown;
  }

  show(view: OrganizationView | undefined): void {
    this.shown = view;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
