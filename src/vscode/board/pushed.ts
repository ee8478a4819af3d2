import * as vscode from 'vscode';
import type { AnalysedRoot } from '../projectStore';

/** The part of VS Code's own Git extension that is used here (extensions/git/src/api/git.d.ts, version 1). */
interface GitApi {
  getRepository(uri: vscode.Uri): Repository | null;
}
interface Change {
  readonly uri: vscode.Uri;
}
interface Repository {
  readonly state: {
    readonly HEAD: { readonly ahead?: number; readonly upstream?: object } | undefined;
    readonly workingTreeChanges: readonly Change[];
    readonly indexChanges: readonly Change[];
    readonly onDidChange: vscode.Event<void>;
  };
}

/**
 * Are the files of a root as the remote repository has them? Only what VS Code's Git extension has read already is looked at: no process
 * is started, nobody is asked. Without it, or without a remote branch, nothing is known, and that counts as "not pushed".
 */
export function isPushed({ root }: AnalysedRoot): boolean {
  const state = repositoryOf(vscode.Uri.parse(root.dir, true))?.state;
  if (state?.HEAD?.upstream === undefined || (state.HEAD.ahead ?? 0) > 0) return false;
  const inRoot = ({ uri }: Change): boolean => uri.toString().startsWith(`${root.dir}/`);
  return ![...state.workingTreeChanges, ...state.indexChanges].some(inRoot);
}

function repositoryOf(uri: vscode.Uri): Repository | undefined {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  if (extension?.isActive !== true) return undefined;
  try {
    return extension.exports.getAPI(1).getRepository(uri) ?? undefined;
  } catch {
    // Git is off in the settings.
    return undefined;
  }
}
