import * as vscode from 'vscode';
import type { CodeChange } from '../../binding/change';
import { type CodePlan, planFixes } from '../../binding/plan/code';
import { ProblemError } from '../../core/problem';
import type { TextEdit } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import { workspaceEdit } from './codeActions';
import { rootLabel } from '../board/describe';
import type { Previews } from '../preview';
import type { AnalysedRoot } from '../projectStore';
import { configureTitle, pick } from '../steps';

const nameOf = (path: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(path, true), false);

const filesOf = ({ root }: AnalysedRoot): readonly SourceFile[] => [
  ...root.modules.flatMap(m => m.files),
  ...root.otherFiles,
];

/** The fixes of a root that are right in every case: what the preview shows, and what is offered after it. */
export const fixesOf = (analysed: AnalysedRoot): CodePlan =>
  planFixes(filesOf(analysed), analysed.findings, analysed.findings, file => nameOf(file.path));

/**
 * Offers the fixes of a root whose roles are proven, and applies them only after a yes that says how many, and only to the text that was
 * analysed. The question is beside what it is about: a modal dialog would cover the differences.
 */
export async function offerFixes(analysed: AnalysedRoot, previews: Previews): Promise<void> {
  const { changes, fixed } = fixesOf(analysed);
  if (fixed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The code needs no fix.'));
    return;
  }
  const label = rootLabel(analysed.root, analysed.folder);
  for (;;) {
    const answer = await agreed(label, changes, fixed.length);
    if (answer === 'leave') return;
    if (answer === 'apply') break;
    await previews.showChanges(vscode.l10n.t('Fixes of "{0}"', label), changes);
  }
  const files = new Map(filesOf(analysed).map(f => [f.path, f]));
  await writeEdits(
    changes.flatMap(({ file: path, edits }) => {
      const file = files.get(path);
      return file === undefined ? [] : [{ file, edits }];
    }),
    vscode.l10n.t('Run "Configure TFC OIDC" again.'),
  );
}

async function agreed(
  label: string,
  changes: readonly CodeChange[],
  count: number,
): Promise<'apply' | 'differences' | 'leave'> {
  try {
    return await pick<'apply' | 'differences' | 'leave'>(
      {
        title: configureTitle(),
        placeholder: vscode.l10n.t('The roles are proven. Fix the code of "{0}" too?', label),
        items: [
          {
            value: 'apply',
            label:
              count === 1 ? vscode.l10n.t('$(check) Apply 1 Fix') : vscode.l10n.t('$(check) Apply {0} Fixes', count),
            detail: vscode.l10n.t('Changes and saves {0}.', changes.map(c => nameOf(c.file)).join(', ')),
          },
          {
            value: 'differences',
            label: vscode.l10n.t('$(diff) Show Differences'),
            detail: vscode.l10n.t('Each change in the diff editor, what is there beside what will be.'),
          },
          {
            value: 'leave',
            label: vscode.l10n.t('$(close) Leave the Code as It Is'),
            detail: vscode.l10n.t('The findings stay, each with its quick fix.'),
          },
        ],
        current: undefined,
      },
      { step: undefined, canGoBack: false },
    );
  } catch (error) {
    if (error instanceof vscode.CancellationError) return 'leave';
    throw error;
  }
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
