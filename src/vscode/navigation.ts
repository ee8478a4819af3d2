import * as vscode from 'vscode';
import type { Location } from '../core/text';
import { workspaceEdit } from './language/codeActions';
import { loadEngine } from './loadEngine';
import type { AnalysedRoot, ProjectStore } from './projectStore';

/** Shows a place in its file. */
export async function openLocation(store: ProjectStore, location: Location): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(location.file, true));
  await vscode.window.showTextDocument(document, { selection: store.range(location) });
}

/** Every fix of a root that is right in every case, through VS Code's own refactoring preview, where each can be unticked. */
export async function fixRoot(
  store: ProjectStore,
  target: { readonly analysed?: AnalysedRoot } | undefined,
): Promise<void> {
  await store.refresh();
  const wanted = target?.analysed;
  const roots = wanted === undefined ? store.all() : store.all().filter(r => r.root.dir === wanted.root.dir);
  const { chosenFix, fixAllEdits } = await loadEngine();
  const fixes = roots.flatMap(r => r.findings.flatMap(f => chosenFix(f, false) ?? []));
  if (fixes.length === 0) {
    void vscode.window.showInformationMessage('No finding here has a fix that is right in every case.');
    return;
  }
  const files = new Map(
    roots.flatMap(r => [...r.root.modules.flatMap(m => m.files), ...r.root.otherFiles]).map(f => [f.path, f]),
  );
  const edits = fixAllEdits([...files.values()], fixes);
  const whole = new vscode.WorkspaceEdit();
  for (const path of new Set(edits.map(e => e.file))) {
    const file = files.get(path);
    if (file === undefined) continue;
    const one = workspaceEdit(
      edits.filter(e => e.file === path),
      { uri: vscode.Uri.parse(path, true), getText: () => file.text },
    );
    for (const [uri, textEdits] of one.entries()) {
      for (const edit of textEdits) {
        whole.replace(uri, edit.range, edit.newText, {
          needsConfirmation: true,
          label: 'TFC OIDC fixes',
        });
      }
    }
  }
  await vscode.workspace.applyEdit(whole, { isRefactoring: true });
}
