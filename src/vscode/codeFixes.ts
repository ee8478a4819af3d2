import * as vscode from 'vscode';
import { ProblemError } from '../core/problem';
import { chosenFix, fixAllEdits } from '../lint/fixAll';
import { rootLabel } from './describe';
import type { AnalysedRoot, ProjectStore } from './projectStore';

/** Offers the fixes of a root, and applies them only after a yes that says how many, and only to the text that was analysed. */
export async function offerFixes(store: ProjectStore, analysed: AnalysedRoot): Promise<void> {
  const fixes = analysed.findings.flatMap(f => chosenFix(f, false) ?? []);
  if (fixes.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The code needs no fix. The preview shows what remains to be set up.'),
    );
    return;
  }
  const edits = fixAllEdits([...analysed.root.modules.flatMap(m => m.files), ...analysed.root.tfvarsFiles], fixes);
  const apply = fixes.length === 1 ? vscode.l10n.t('Apply 1 Fix') : vscode.l10n.t('Apply {0} Fixes', fixes.length);
  const files = [...new Set(edits.map(e => e.file))];
  const names = files.map(f => vscode.workspace.asRelativePath(vscode.Uri.parse(f, true), false)).join(', ');
  const yes = await vscode.window.showInformationMessage(
    vscode.l10n.t('Apply the code fixes to "{0}"?', rootLabel(analysed.root, analysed.folder)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The preview lists them. They change {0}. Keep the static credentials until the role is proven: a run without either has no credentials.',
        names,
      ),
    },
    apply,
  );
  if (yes !== apply) return;
  const whole = new vscode.WorkspaceEdit();
  for (const file of files) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true));
    if (document.getText() !== store.file(file)?.text) {
      throw new ProblemError({
        code: 'changed-meanwhile',
        message: vscode.l10n.t(
          '{0} was changed after the preview was made. Nothing was applied.',
          vscode.workspace.asRelativePath(document.uri),
        ),
        nextStep: vscode.l10n.t('Run "Configure TFC OIDC" again.'),
      });
    }
    for (const edit of edits.filter(e => e.file === file)) {
      whole.replace(
        document.uri,
        new vscode.Range(document.positionAt(edit.span.start), document.positionAt(edit.span.end)),
        edit.newText,
      );
    }
  }
  if (!(await vscode.workspace.applyEdit(whole, { isRefactoring: true }))) {
    throw new ProblemError({
      code: 'edit-refused',
      message: vscode.l10n.t('The editor did not take the edits. Nothing was applied.'),
      nextStep: vscode.l10n.t('Close dialogs that are open, then run the command again.'),
    });
  }
  for (const file of files) await (await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true))).save();
}
