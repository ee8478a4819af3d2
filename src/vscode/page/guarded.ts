import * as vscode from 'vscode';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import { problemText } from '../problemText';

/** Does what a page was asked for. What goes wrong is said on the page; in a message, where that was closed. A cancellation is no error. */
export async function guarded(
  work: () => Promise<void>,
  page: { show(problem: Problem): void; isClosed(): boolean },
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    if (!(error instanceof ProblemError)) throw error;
    page.show(error.problem);
    if (page.isClosed()) void vscode.window.showErrorMessage(problemText(error.problem));
  }
}
