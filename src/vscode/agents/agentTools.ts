import * as vscode from 'vscode';
import type * as Reports from './agentReports';
import type { BindingStore } from '../board/bindingStore';
import { type AgentTool, agentTools } from '../contract';
import type { ProjectStore } from '../projectStore';

const loadReports = (): Promise<typeof Reports> => import('./agentReports');

interface RootInput {
  /** A folder as the sidebar shows it; all roots where it is left out. */
  readonly root?: string;
}

/**
 * Tools for language models: they read and explain, and none of them writes. What they answer holds names, places and states, never
 * the value of a credential.
 */
export class AgentTools implements vscode.Disposable {
  private readonly disposables: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
  ) {
    this.disposables = agentTools.map(name =>
      vscode.lm.registerTool<RootInput>(name, {
        prepareInvocation: () => this.prepare(name),
        invoke: async ({ input }, token) => {
          const text = await this.answer(name, input.root, token);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
        },
      }),
    );
  }

  private prepare(name: AgentTool): vscode.PreparedToolInvocation {
    if (name !== 'tfcOidc_explainBinding') return { invocationMessage: 'Reading the Terraform configuration' };
    return {
      invocationMessage: 'Reading the state of the OIDC bindings',
      // Only this one leaves the machine, so only this one asks.
      confirmationMessages: {
        title: 'Check OIDC bindings',
        message: new vscode.MarkdownString(
          'HCP Terraform is asked with your token, and AWS with the profile that you chose. Nothing is changed.',
        ),
      },
    };
  }

  private async answer(name: AgentTool, wanted: string | undefined, token: vscode.CancellationToken): Promise<string> {
    const reports = await loadReports();
    if (!this.store.ready) await this.store.refresh();
    const roots = reports.chosen(this.store.all(), wanted);
    if (roots.length === 0) return reports.noRoot(this.store.all(), wanted);
    switch (name) {
      case 'tfcOidc_inspectProject':
        return reports.inspection(roots);
      case 'tfcOidc_lint':
        return reports.findings(this.store, roots);
      case 'tfcOidc_explainBinding': {
        const unread = roots.filter(r => this.bindings.of(r) === undefined);
        if (unread.length > 0 && vscode.workspace.isTrusted && !token.isCancellationRequested)
          await this.bindings.check(unread);
        return reports.states(this.bindings, roots);
      }
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
