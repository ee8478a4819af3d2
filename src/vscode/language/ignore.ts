import * as vscode from 'vscode';
import type { Finding } from '../../lint/finding';
import { loadEngine } from '../loadEngine';
import type { ProjectStore } from '../projectStore';
import { workspaceEdit } from './codeActions';

/** A finding by its rule and its place. */
export type IgnoredFinding = Pick<Finding, 'code' | 'location'>;

/** Writes the comment above a finding that silences it. The reason is part of the comment: without one it has no effect. */
export async function ignoreFinding(store: ProjectStore, at: IgnoredFinding | undefined): Promise<void> {
  if (at === undefined) return;
  const { code, location } = at;
  const reason = await vscode.window.showInputBox({
    title: `Ignore ${code} here`,
    prompt: 'Why is it right as it is? The comment tells the reason to whoever reads the code next.',
    placeHolder: 'the vendor gives no other way',
    ignoreFocusOut: true,
    validateInput: text => (/[\p{L}\p{N}]/u.test(text) ? undefined : 'Without a reason the comment has no effect.'),
  });
  if (reason === undefined) return;
  const { commentAbove } = await loadEngine();
  const uri = vscode.Uri.parse(location.file, true);
  const document = await vscode.workspace.openTextDocument(uri);
  // What was typed since is not where the finding was.
  if (store.file(location.file)?.text !== document.getText()) await store.refresh(location.file);
  const file = store.file(location.file);
  const still = store
    .findingsOf(location.file)
    .find(f => f.code === code && f.location.span.start === location.span.start);
  if (file === undefined || still === undefined) return;
  const line = reason.replace(/\s+/g, ' ').trim();
  // Above the line: what is found may stand in its middle.
  const text = document.getText();
  const { start, end } = still.location.span;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const first = lineStart + text.slice(lineStart).search(/\S/);
  const edits = commentAbove(file, { start: first, end }, `# tfc-oidc:ignore ${code} ${line}`);
  await vscode.workspace.applyEdit(workspaceEdit(edits, document));
}
