import * as vscode from 'vscode';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import { problemText } from '../problemText';

/** A page on which something is done, and that says what went wrong with it. */
export abstract class WorkingPage {
  protected problem: Problem | undefined;
  protected closed = false;

  protected abstract draw(): void;

  /** Does what the page was asked for. What goes wrong is said on it; in a message, where it was closed. A cancellation is no error. */
  protected async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isAbort(error) || error instanceof vscode.CancellationError) return;
      if (!(error instanceof ProblemError)) throw error;
      this.problem = error.problem;
      this.draw();
      if (this.closed) void vscode.window.showErrorMessage(problemText(error.problem));
    }
  }
}
