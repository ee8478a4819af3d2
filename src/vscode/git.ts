import * as vscode from 'vscode';

/**
 * What is used of VS Code's own Git extension, version 1 of its API
 * (https://github.com/microsoft/vscode/blob/main/extensions/git/src/api/git.d.ts).
 */
export interface GitApi {
  getRepository(uri: vscode.Uri): GitRepository | null;
  /** Where the text of a file as of a commit is read. */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}

interface GitChange {
  readonly uri: vscode.Uri;
}

export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly name?: string; readonly ahead?: number; readonly upstream?: object } | undefined;
    readonly remotes: readonly { readonly name: string; readonly isReadOnly: boolean }[];
    readonly indexChanges: readonly GitChange[];
    readonly workingTreeChanges: readonly GitChange[];
    /** Absent in older versions, where new files are among the changes of the working tree. */
    readonly untrackedChanges?: readonly GitChange[];
  };
  status(): Promise<void>;
  createBranch(name: string, checkout: boolean): Promise<void>;
  add(paths: readonly string[]): Promise<void>;
  commit(message: string): Promise<void>;
  push(remote: string, branch: string, setUpstream: boolean): Promise<void>;
}

/** `undefined`: the extension is off or not there (a browser without one, `git.enabled` false). */
export async function gitApi(): Promise<GitApi | undefined> {
  const extension = vscode.extensions.getExtension<{ readonly enabled: boolean; getAPI(version: 1): GitApi }>(
    'vscode.git',
  );
  if (extension === undefined) return undefined;
  const git = await extension.activate();
  return git.enabled ? git.getAPI(1) : undefined;
}
