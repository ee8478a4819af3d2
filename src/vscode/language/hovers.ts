import * as vscode from 'vscode';
import { documentSelector, pages } from '../contract';
import { loadEngine } from '../loadEngine';

/** Explains role ARNs, providers, subjects and variables of dynamic credentials where they stand. */
export class Hovers implements vscode.HoverProvider, vscode.Disposable {
  private readonly registration = vscode.languages.registerHoverProvider(
    [...documentSelector, { pattern: '**/*.{json,jsonc,yaml,yml}' }],
    this,
  );

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const line = document.lineAt(position.line).text;
    const found = (await loadEngine()).explainAt(line, position.character);
    if (found === undefined) return undefined;
    const text = new vscode.MarkdownString();
    text.appendMarkdown('**').appendText(found.title).appendMarkdown('**\n\n');
    text.appendText(found.text).appendMarkdown(`\n\n[${'Read more'}](${pages}${found.page})`);
    return new vscode.Hover(text, new vscode.Range(position.line, found.start, position.line, found.end));
  }

  dispose(): void {
    this.registration.dispose();
  }
}
