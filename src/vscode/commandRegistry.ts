import * as vscode from 'vscode';
import { problemText } from './problemText';
import { isAbort, ProblemError } from '../core/problem';
import type { CommandId } from './contract';
import type { ExtensionLog } from './log';

/** The one place that registers commands: each handler's errors become a message with a next step, or a log entry with a stack. */
export class CommandRegistry implements vscode.Disposable {
  private readonly registered = new Map<CommandId, vscode.Disposable>();

  constructor(private readonly log: ExtensionLog) {}

  register<A extends readonly unknown[]>(id: CommandId, run: (...args: A) => Promise<void> | void): void {
    if (this.registered.has(id)) throw new Error(`the command ${id} is registered twice`);
    const handler = async (...args: unknown[]): Promise<void> => {
      try {
        await run(...(args as unknown as A));
      } catch (error) {
        await this.report(id, error);
      }
    };
    this.registered.set(id, vscode.commands.registerCommand(id, handler));
  }

  ids(): readonly CommandId[] {
    return [...this.registered.keys()];
  }

  private async report(id: CommandId, error: unknown): Promise<void> {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    const showLog = vscode.l10n.t('Show Log');
    const text =
      error instanceof ProblemError
        ? problemText(error.problem)
        : vscode.l10n.t(
            'The command stopped because of a bug in this extension. The log has the details; please report it.',
          );
    this.log.error(
      `${id}: ${error instanceof ProblemError ? `${error.problem.code}: ${error.problem.message}` : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) this.log.show();
  }

  dispose(): void {
    for (const disposable of this.registered.values()) disposable.dispose();
    this.registered.clear();
  }
}
