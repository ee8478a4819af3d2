import * as vscode from 'vscode';
import { agentAnswer, type AgentBindings, type AgentRoot, type AgentSources } from '../../binding/agents/answers';
import type { PermissionKnowledge } from '../../binding/agents/policyAnswers';
import type { AgentToolId } from '../../binding/agents/toolIds';
import type { Location } from '../../core/text';
import type { BindingStore } from '../board/bindingStore';
import { rootLabel } from '../board/describe';
import { loadPermissionLanguage } from '../loadPermissionLanguage';
import { problemText } from '../problemText';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** The answer of a tool in this window; an input that can't be used is an error, which the model reads. */
export async function answered(
  id: AgentToolId,
  input: unknown,
  store: ProjectStore,
  bindings: BindingStore,
  token: vscode.CancellationToken,
): Promise<string> {
  const answer = await agentAnswer(id, input, new WindowSources(store, bindings, token));
  if (!answer.ok) throw new Error(problemText(answer.problem));
  return answer.value;
}

/** What the window has read and knows. */
class WindowSources implements AgentSources {
  private readonly analysed = new Map<AgentRoot, AnalysedRoot>();

  constructor(
    private readonly store: ProjectStore,
    private readonly known: BindingStore,
    private readonly token: vscode.CancellationToken,
  ) {}

  async roots(): Promise<readonly AgentRoot[]> {
    if (!this.store.ready) await this.store.refresh();
    return this.store.all().map(analysed => {
      const { root, folder, findings } = analysed;
      const made = { label: rootLabel(root, folder), root, findings };
      this.analysed.set(made, analysed);
      return made;
    });
  }

  place(location: Location): string {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(location.file, true), false);
    return `${file}:${this.store.range(location).start.line + 1}`;
  }

  async bindings(roots: readonly AgentRoot[]): Promise<readonly AgentBindings[]> {
    const all = roots.flatMap(r => this.analysed.get(r) ?? []);
    const unread = all.filter(r => this.known.of(r) === undefined);
    if (unread.length > 0 && vscode.workspace.isTrusted && !this.token.isCancellationRequested)
      await this.known.check(unread);
    return all.map(analysed => {
      const label = rootLabel(analysed.root, analysed.folder);
      const status = this.known.of(analysed);
      if (status === undefined)
        return {
          label,
          workspaces: [],
          unread: 'Not checked. The user can run "TFC OIDC: Check Bindings"; in Restricted Mode nothing is asked.',
        };
      const { problem, workspaces } = status;
      return { label, workspaces, ...(problem !== undefined && { unread: problemText(problem) }) };
    });
  }

  async knowledge(): Promise<PermissionKnowledge> {
    return (await loadPermissionLanguage()).permissionKnowledge();
  }
}
