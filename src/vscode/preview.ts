import * as vscode from 'vscode';
import type { Change } from '../binding/change';
import { previewScheme } from './contract';

/** Read-only documents: what is shown is what was worked out, and nothing can be typed into it. */
export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(previewScheme, this);
  private readonly closing = vscode.workspace.onDidCloseTextDocument(d => this.texts.delete(d.uri.toString()));

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  /** Makes a document of this name, or gives an open one its new text. */
  put(name: string, text: string, side = ''): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: previewScheme, path: `/${name}`, query: side });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  /** Shows Markdown as it reads. */
  async showMarkdown(name: string, text: string): Promise<void> {
    const uri = this.put(name, text);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** All changes in VS Code's own diff editor, what is there on the left and what will be on the right. */
  async showChanges(title: string, changes: readonly Change[]): Promise<void> {
    const ending = { json: 'json', terraform: 'tf', plaintext: 'txt' } as const;
    const rows = changes.map((change, i) => {
      const { before, after } = change;
      const name = `${i + 1} ${change.title.replace(/[\\/:]+/g, ' ')}.${ending[change.language]}`;
      return [
        vscode.Uri.from({ scheme: previewScheme, path: `/${name}` }),
        // Both sides have one path: different ones would read as a renamed file. A secret has no text on either side.
        before === undefined && after !== undefined ? undefined : this.put(name, before ?? '', 'before'),
        after === undefined ? undefined : this.put(name, after, 'after'),
      ] as const;
    });
    await vscode.commands.executeCommand('vscode.changes', title, rows);
  }

  dispose(): void {
    this.closing.dispose();
    this.registration.dispose();
    this.changed.dispose();
  }
}
