import * as vscode from 'vscode';
import type { Check } from '../binding/check';
import type { KeyReport } from '../binding/keys';
import type { Finding } from '../lint/finding';
import { ProblemError } from '../core/problem';
import type { CheckedWorkspace } from './board/bindingStore';
import { rootLabel } from './board/describe';
import type { AnalysedRoot, ProjectStore } from './projectStore';

/** What a command is called for: a row of the board, or nothing from the palette. */
export type RowTarget =
  | {
      readonly analysed?: AnalysedRoot;
      readonly checked?: CheckedWorkspace;
      readonly check?: Check;
      readonly finding?: Finding;
      /** A workspace of the organization: its page in the browser. */
      readonly url?: string;
      readonly key?: KeyReport['keys'][number];
      /** What the row says, for the clipboard. */
      readonly hover?: readonly string[];
    }
  | undefined;

export interface FoundWorkspace {
  readonly analysed: AnalysedRoot;
  readonly checked: CheckedWorkspace;
}

/** One of the window's roots; the only one is not asked for. */
export async function pickRoot(store: ProjectStore, placeHolder: string): Promise<AnalysedRoot | undefined> {
  if (!store.ready) await store.refresh();
  const roots = store.all();
  if (roots.length === 0)
    throw new ProblemError({
      code: 'no-terraform',
      message: 'There is no Terraform configuration in this window.',
      nextStep: 'Open a folder that holds one, then run the command again.',
    });
  if (roots.length === 1) return roots[0];
  const items = roots.map(value => ({ label: rootLabel(value.root, value.folder), value }));
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.value;
}

/** One of the workspaces that were checked; the only one is not asked for. */
export async function pickWorkspace(
  all: readonly FoundWorkspace[],
  title: string,
): Promise<FoundWorkspace | undefined> {
  if (all.length === 0)
    throw new ProblemError({
      code: 'no-workspace',
      message: 'No workspace could be checked.',
      nextStep: 'Look at the sidebar: each root says why.',
    });
  if (all.length === 1) return all[0];
  const items = all.map(value => ({
    label: value.checked.workspace,
    description: value.checked.organization,
    value,
  }));
  const placeHolder = 'Which workspace?';
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.value;
}
