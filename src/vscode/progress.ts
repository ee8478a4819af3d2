import * as vscode from 'vscode';

/** A signal that follows the progress notification's cancel button. */
function abortOn(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/**
 * Runs what takes long below a notification: its title, what `tell` says last (and by how much of a hundred the bar grows), and a
 * button that ends it by the signal.
 */
export function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, tell: (message: string, increment?: number) => void) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, (progress, token) =>
      task(abortOn(token), (message, increment) =>
        progress.report({ message, ...(increment !== undefined && { increment }) }),
      ),
    ),
  );
}
