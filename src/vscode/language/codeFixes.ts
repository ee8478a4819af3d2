import * as vscode from 'vscode';
import { type CodePlan, planFixes } from '../../binding/plan/code';
import { ProblemError } from '../../core/problem';
import type { TextEdit } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import { workspaceEdit } from './codeActions';
import type { AnalysedRoot } from '../projectStore';

const nameOf = (path: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);

const filesOf = ({ root }: AnalysedRoot): readonly SourceFile[] => [
  ...root.modules.flatMap(m => m.files),
  ...root.otherFiles,
];

/** The fixes of a root that are right in every case: what the preview shows, and what is offered after it. */
export const fixesOf = (analysed: AnalysedRoot): CodePlan =>
  planFixes(filesOf(analysed), analysed.findings, analysed.findings, file => nameOf(file.path), {
    roots: [analysed.root],
  });

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
        message: `${nameOf(file.path)} was changed meanwhile. Nothing was written.`,
        nextStep,
      });
    }
    for (const [uri, own] of workspaceEdit(edits, document).entries()) whole.set(uri, own);
    documents.push(document);
  }
  if (!(await vscode.workspace.applyEdit(whole, { isRefactoring: true }))) {
    throw new ProblemError({
      code: 'edit-refused',
      message: 'The editor did not take the edits. Nothing was written.',
      nextStep: 'Close dialogs that are open, then run the command again.',
    });
  }
  for (const document of documents) await document.save();
}
