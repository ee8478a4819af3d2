import * as vscode from 'vscode';
import { problemText } from './problemText';
import { type WayOut, wayOutOf } from '../board/wayOut';
import { isAbort, type Problem, ProblemError } from '../core/problem';
import type { CommandId } from './contract';
import type { ExtensionLog } from './log';

/** A button that leads on; without a command the same one is run again. */
interface Exit {
  readonly label: string;
  readonly command?: string;
}

const ways: Readonly<Record<WayOut['kind'], Exit>> = {
  'sign-in': { label: 'Sign In…', command: 'tfcOidc.signIn' },
  'choose-profile': { label: 'Choose a Profile…', command: 'tfcOidc.chooseProfile' },
  permission: { label: 'Sign In as Somebody Else…', command: 'tfcOidc.signIn' },
  names: { label: 'Show What There Is…', command: 'tfcOidc.likeNames' },
  retry: { label: 'Try Again' },
};

/** Where not something that could not be read is in the way. */
const others: Readonly<Record<string, Exit>> = {
  untrusted: { label: 'Manage Workspace Trust', command: 'workbench.trust.manage' },
  'no-terraform': { label: 'Open Folder…', command: 'vscode.openFolder' },
  'no-cloud-block': { label: 'Configure TFC OIDC', command: 'tfcOidc.configure' },
  'no-profiles': { label: 'Open a Terminal', command: 'workbench.action.terminal.new' },
  'nothing-to-fix': { label: 'Check Bindings', command: 'tfcOidc.checkBindings' },
  'no-organization': { label: 'Show the Organization…', command: 'tfcOidc.showOrganization' },
  'keys-not-read': { label: 'Show Old Keys…', command: 'tfcOidc.showKeys' },
  'credentials-in-the-code-that-runs': { label: 'Commit and Push…', command: 'tfcOidc.bringCode' },
};

/** What leads out of a problem, by its code: a message that only tells would be a dead end. */
function exitOf(problem: Problem): Exit | undefined {
  const way = wayOutOf(problem);
  return way === undefined ? others[problem.code] : ways[way.kind];
}

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
    const way = error instanceof ProblemError ? exitOf(error.problem) : undefined;
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
