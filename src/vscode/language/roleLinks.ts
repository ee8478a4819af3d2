import * as vscode from 'vscode';
import { documentSelector } from '../contract';
import { loadEngine } from '../loadEngine';

/** Role ARNs lead to their role in the console. */
export class RoleLinks implements vscode.DocumentLinkProvider, vscode.Disposable {
  private readonly registration = vscode.languages.registerDocumentLinkProvider(
    [...documentSelector, { pattern: '**/*.{json,jsonc,yaml,yml}' }],
    this,
  );

  async provideDocumentLinks(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
    const { roleLinks } = await loadEngine();
    return roleLinks(document.getText()).map(({ start, end, url, title }) => {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      const link = new vscode.DocumentLink(range, vscode.Uri.parse(url, true));
      link.tooltip = title;
      return link;
    });
  }

  dispose(): void {
    this.registration.dispose();
  }
}
