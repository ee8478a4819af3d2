import * as vscode from 'vscode';
import { isAbort, ProblemError } from '../../core/problem';
import type { BindingStore } from '../board/bindingStore';
import { inEditor } from '../problemText';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

interface CheckedStores {
  readonly bindings: BindingStore;
  readonly store: ProjectStore;
}

/**
 * Other roots may use the same account: what was unknown of them can be known now. So may other workspaces of this root. What happens
 * there is not this setup's.
 */
export async function checkOthers({ bindings, store }: CheckedStores, analysed: AnalysedRoot): Promise<void> {
  const several = ({ root }: AnalysedRoot): boolean => ['tags', 'prefix'].includes(root.cloud.workspaces.by);
  const others = store
    .all()
    .filter(r => (r.root.dir === analysed.root.dir ? several(r) : bindings.of(r) !== undefined));
  if (others.length === 0) return;
  try {
    await bindings.check(others);
  } catch (error) {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    if (!(error instanceof ProblemError)) throw error;
    void vscode.window.showWarningMessage(
      `The setup is done. Other workspaces of this window could not be checked again: ${error.problem.message} ${inEditor(error.problem.nextStep)}`,
    );
  }
}
