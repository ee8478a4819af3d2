import * as vscode from 'vscode';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import type { CommandId } from '../contract';
import { problemText } from '../problemText';
import type { AnalysedRoot } from '../projectStore';

/** A page on which something is done, and that says what went wrong with it. */
export abstract class WorkingPage {
  protected problem: Problem | undefined;
  protected closed = false;

  protected abstract draw(): void;

  /** Buttons beside what is in the way: says whether it was one, and nothing is in the way of another try. */
  protected async leadOut(id: string, analysed?: AnalysedRoot): Promise<boolean> {
    if (id === 'sign-in') await vscode.commands.executeCommand('tfcOidc.signIn' satisfies CommandId);
    else if (id === 'names')
      await vscode.commands.executeCommand('tfcOidc.likeNames' satisfies CommandId, { analysed });
    return id === 'sign-in';
  }

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
