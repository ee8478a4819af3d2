import * as vscode from 'vscode';
import { problemText } from './problemText';
import { isAbort, ProblemError } from '../core/problem';
import type { CommandId } from './contract';
import type { ExtensionLog } from './log';

/** What leads out of a problem, by its code: a message that only tells would be a dead end. */
const exits = (): Readonly<Record<string, { readonly label: string; readonly command?: string }>> => {
  const signIn = { label: 'Sign In…', command: 'tfcOidc.signIn' };
  const profile = { label: 'Choose a Profile…', command: 'tfcOidc.chooseProfile' };
  const again = { label: 'Try Again' };
  return {
    untrusted: { label: 'Manage Workspace Trust', command: 'workbench.trust.manage' },
    'hcp-no-token': signIn,
    'hcp-unauthorized': signIn,
    'hcp-forbidden': { label: 'Sign In as Somebody Else…', command: 'tfcOidc.signIn' },
    'hcp-network': again,
    'hcp-timeout': again,
    'hcp-server': again,
    'hcp-rate-limit': again,
    network: again,
    'credentials-in-the-code-that-runs': { label: 'Commit and Push…', command: 'tfcOidc.bringCode' },
    'no-such-profile': profile,
    'no-credentials': profile,
    ExpiredToken: profile,
    InvalidClientTokenId: profile,
  };
};

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
    const showLog = 'Show Log';
    const way = error instanceof ProblemError ? exits()[error.problem.code] : undefined;
    const text =
      error instanceof ProblemError
        ? problemText(error.problem)
        : 'The command stopped because of a bug in this extension. The log has the details; please report it.';
    this.log.error(
      `${id}: ${error instanceof ProblemError ? `${error.problem.code}: ${error.problem.message}` : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    const chosen = await vscode.window.showErrorMessage(text, ...(way === undefined ? [] : [way.label]), showLog);
    if (chosen === showLog) this.log.show();
    else if (chosen !== undefined) await vscode.commands.executeCommand(way?.command ?? id);
  }

  dispose(): void {
    for (const disposable of this.registered.values()) disposable.dispose();
    this.registered.clear();
  }
}
