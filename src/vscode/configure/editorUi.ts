import * as vscode from 'vscode';
import type { Change } from '../../binding/change';
import type { Previews } from '../preview';
import { withProgress } from '../progress';
import { configureTitle, GoBack, pick } from '../steps';
import type { EditorUi, ListQuestion, ModalQuestion } from './surface';

/** The editor's windows as the surface of use cases needs them. */
export class VscodeUi implements EditorUi {
  private tellProgress: ((message: string, increment?: number) => void) | undefined;

  constructor(private readonly previews: Previews) {}

  async pick<T>({ title, placeholder, items, canGoBack }: ListQuestion<T>): Promise<T | 'back' | undefined> {
    const options = { title: title ?? configureTitle(), placeholder, items, current: undefined };
    try {
      return await pick(options, { step: undefined, canGoBack });
    } catch (error) {
      if (error instanceof GoBack) return 'back';
      if (error instanceof vscode.CancellationError) return undefined;
      throw error;
    }
  }

  async pickSome<T>({ title, placeholder, items }: ListQuestion<T>): Promise<readonly T[]> {
    const rows = items.map(item => ({ ...item, picked: false }));
    const options = { canPickMany: true, ignoreFocusOut: true, placeHolder: placeholder } as const;
    const chosen = await vscode.window.showQuickPick(rows, { ...options, ...(title !== undefined && { title }) });
    return (chosen ?? []).map(c => c.value);
  }

  async modal({ kind, message, detail, buttons }: ModalQuestion): Promise<string | undefined> {
    const show = kind === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    return show(message, { modal: true, detail }, ...buttons);
  }

  async differences(title: string, changes: readonly Change[]): Promise<void> {
    await this.previews.showChanges(title, changes);
  }

  nameOf(file: string): string {
    return vscode.workspace.asRelativePath(vscode.Uri.parse(file, true), false);
  }

  progress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withProgress(title, async (signal, tell) => {
      this.tellProgress = tell;
      try {
        return await work(signal);
      } finally {
        this.tellProgress = undefined;
      }
    });
  }

  report(message: string, increment?: number): void {
    this.tellProgress?.(message, increment);
  }
}
