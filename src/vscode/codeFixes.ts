import * as vscode from 'vscode';
import { type CodePlan, planFixes } from '../binding/planCode';
import { ProblemError } from '../core/problem';
import type { TextEdit } from '../core/text';
import type { SourceFile } from '../terraform/model';
import { workspaceEdit } from './codeActions';
import { rootLabel } from './describe';
import type { AnalysedRoot } from './projectStore';

const nameOf = (path: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);

const filesOf = ({ root }: AnalysedRoot): readonly SourceFile[] => [
  ...root.modules.flatMap(m => m.files),
  ...root.tfvarsFiles,
];

/** The fixes of a root that are right in every case: what the preview shows, and what is offered after it. */
export const fixesOf = (analysed: AnalysedRoot): CodePlan =>
  planFixes(filesOf(analysed), analysed.findings, analysed.findings, file => nameOf(file.path));

/** Offers the fixes of a root, and applies them only after a yes that says how many, and only to the text that was analysed. */
export async function offerFixes(analysed: AnalysedRoot): Promise<void> {
  const { changes, fixed } = fixesOf(analysed);
  if (fixed.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The code needs no fix. The preview shows what remains to be set up.'),
    );
    return;
  }
  const apply = fixed.length === 1 ? vscode.l10n.t('Apply 1 Fix') : vscode.l10n.t('Apply {0} Fixes', fixed.length);
  const yes = await vscode.window.showInformationMessage(
    vscode.l10n.t('Apply the code fixes to "{0}"?', rootLabel(analysed.root, analysed.folder)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The preview lists them. They change {0}. Keep the static credentials until the role is proven: a run without either has no credentials.',
        changes.map(c => nameOf(c.file)).join(', '),
      ),
    },
    apply,
  );
  if (yes !== apply) return;
  const files = new Map(filesOf(analysed).map(f => [f.path, f]));
  await writeEdits(
    changes.flatMap(({ file: path, edits }) => {
      const file = files.get(path);
      return file === undefined ? [] : [{ file, edits }];
    }),
    vscode.l10n.t('Run "Configure TFC OIDC" again.'),
  );
}

/** Edits files and saves them, all or none, and only while each still holds the text that the edits were made for. */
export async function writeEdits(
  changes: readonly { readonly file: SourceFile; readonly edits: readonly TextEdit[] }[],
  nextStep: string,
): Promise<void> {
  const whole = new vscode.WorkspaceEdit();
  const documents: vscode.TextDocument[] = [];
  for (const { file, edits } of changes) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file.path, true));
    if (document.getText() !== file.text) {
      throw new ProblemError({
        code: 'changed-meanwhile',
        message: vscode.l10n.t('{0} was changed meanwhile. Nothing was written.', nameOf(file.path)),
        nextStep,
      });
    }
    for (const [uri, own] of workspaceEdit(edits, document).entries()) whole.set(uri, own);
    documents.push(document);
  }
  if (!(await vscode.workspace.applyEdit(whole, { isRefactoring: true }))) {
    throw new ProblemError({
      code: 'edit-refused',
      message: vscode.l10n.t('The editor did not take the edits. Nothing was written.'),
      nextStep: vscode.l10n.t('Close dialogs that are open, then run the command again.'),
    });
  }
  for (const document of documents) await document.save();
}
