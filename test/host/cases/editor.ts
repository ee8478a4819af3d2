import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';

/** The folder of the company, as it is in this run. */
export function workspaceFolder(): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'the test needs a workspace folder');
  return folder.uri;
}

export const fileUri = (...parts: string[]): vscode.Uri => vscode.Uri.joinPath(workspaceFolder(), ...parts);

const own = (uri: vscode.Uri): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(d => d.source === 'TFC OIDC');

export function codesOf(uri: vscode.Uri): string[] {
  return own(uri).map(d => (typeof d.code === 'object' ? String(d.code.value) : String(d.code)));
}

/** Waits until the diagnostics of a file are as wanted: on the event, and once at the start. */
export function diagnosticsOf(
  uri: vscode.Uri,
  wanted: (diagnostics: vscode.Diagnostic[]) => boolean,
): Promise<vscode.Diagnostic[]> {
  return new Promise((resolve, reject) => {
    const finish = (): boolean => {
      const now = own(uri);
      if (!wanted(now)) return false;
      subscription.dispose();
      clearTimeout(deadline);
      resolve(now);
      return true;
    };
    const subscription = vscode.languages.onDidChangeDiagnostics(() => void finish());
    const deadline = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`diagnostics of ${path.basename(uri.path)} are ${JSON.stringify(codesOf(uri))}`));
    }, 20_000);
    finish();
  });
}

/** The extension, activated. */
export async function activated(): Promise<vscode.Extension<unknown>> {
  const extension = vscode.extensions.getExtension('tfc-oidc.configure-tfc-oidc');
  assert.ok(extension, 'the extension is not installed');
  await extension.activate();
  return extension;
}

/**
 * Code actions at a place. Right after the start the editor may not know the provider yet, and an edit that is still on its way
 * cancels the request: both are asked again.
 */
export async function actionsAt(
  document: vscode.TextDocument,
  range: vscode.Range,
  kind?: string,
): Promise<vscode.CodeAction[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        range,
        kind,
      );
      if (actions.length > 0 || attempt >= 40) return actions;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('Canceled')) || attempt >= 40) throw error;
    }
    await new Promise<void>(resolve => setTimeout(resolve, 100));
  }
}
