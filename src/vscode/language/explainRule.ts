import * as vscode from 'vscode';
import { loadEngine } from '../loadEngine';

/** Shows what docs/rules.md, which is in the package, says of a rule: without a network. Without a code it asks which. */
export async function explainRule(extension: vscode.Uri, given: unknown): Promise<void> {
  const { rules } = await loadEngine();
  const code = rules.find(rule => rule.code === given)?.code ?? (await chosen(rules));
  if (code === undefined) return;
  const page = vscode.Uri.joinPath(extension, 'docs/rules.md');
  try {
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment: code }));
  } catch {
    // The preview is an extension of VS Code's own, which may be off.
    await showSource(page, code);
  }
}

async function chosen(
  rules: readonly { readonly code: string; readonly title: string }[],
): Promise<string | undefined> {
  const items = rules.map(({ code, title }) => ({ label: code, description: title }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which rule?', matchOnDescription: true }))?.label;
}

async function showSource(page: vscode.Uri, code: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(page);
  const at = document.positionAt(Math.max(0, document.getText().indexOf(`\n## ${code}\n`) + 1));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at), preview: true });
}
