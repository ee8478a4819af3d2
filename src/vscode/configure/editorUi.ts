import * as vscode from 'vscode';
import { withProgress } from '../progress';
import type { EditorUi, ModalQuestion } from './surface';

/** A question that stands above everything until it is answered. */
export async function modal({ kind, message, detail, buttons }: ModalQuestion): Promise<string | undefined> {
  const show = kind === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  return show(message, { modal: true, detail }, ...buttons);
}

/** The editor's windows as use cases outside of a page need them. */
export class VscodeUi implements EditorUi {
  private tellProgress: ((message: string, increment?: number) => void) | undefined;

  readonly modal = modal;

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
