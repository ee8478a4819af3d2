import type * as vscode from 'vscode';

/** A signal that follows the progress notification's cancel button. */
export function abortOn(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
