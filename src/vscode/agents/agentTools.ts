import * as vscode from 'vscode';
import { agentToolIds, asksServices, editorName } from '../../binding/agents/toolIds';
import type { BindingStore } from '../board/bindingStore';
import type { ProjectStore } from '../projectStore';
import type * as Sources from './agentSources';

const loadSources = (): Promise<typeof Sources> => import('./agentSources');

/** Registers the tools for language models (src/binding/agents): they read and explain, and none of them writes. */
export class AgentTools implements vscode.Disposable {
  private readonly disposables: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
  ) {
    this.disposables = agentToolIds.map(id =>
      vscode.lm.registerTool<object>(editorName(id), {
        prepareInvocation: () => prepared(asksServices(id)),
        invoke: async ({ input }, token) => {
          const sources = await loadSources();
          const text = await sources.answered(id, input, this.store, this.bindings, token);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
        },
      }),
    );
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

function prepared(asks: boolean): vscode.PreparedToolInvocation {
  if (!asks) return { invocationMessage: 'Reading Terraform code and policies' };
  return {
    invocationMessage: 'Reading the state of the OIDC bindings',
    // Only what leaves the machine asks.
    confirmationMessages: {
      title: 'Check OIDC bindings',
      message: new vscode.MarkdownString(
        'HCP Terraform is asked with your token, and AWS with the profile that you chose. Nothing is changed.',
      ),
    },
  };
}
