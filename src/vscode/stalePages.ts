import * as vscode from 'vscode';
import { pageType } from './contract';

/** Closes pages that tell of a setup, a run or a workspace as it was before the last change: "Proven" would be untrue now. */
export async function closeStalePages(): Promise<void> {
  const stale = vscode.window.tabGroups.all
    .flatMap(group => group.tabs)
    .filter(
      ({ input, label }) =>
        input instanceof vscode.TabInputWebview &&
        (input.viewType.endsWith(pageType) ||
          (input.viewType.includes('markdown.preview') && label.endsWith('.md') && /\bRun /.test(label))),
    );
  if (stale.length > 0) await vscode.window.tabGroups.close(stale);
}
