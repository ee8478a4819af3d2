import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

/**
 * Runs inside the extension host, in a window of one root with the board open: roots are moved into the folder and read, and it is
 * written down how long that took until the workbench had the rows.
 */
export async function run(): Promise<{ readonly passes: number }> {
  const { tree, roots, out } = JSON.parse(process.env['TFC_OIDC_BENCH'] ?? '{}') as {
    readonly tree: string;
    readonly roots: number;
    readonly out: string;
  };
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error('the window has no folder');
  await vscode.extensions.getExtension('tfc-oidc.configure-tfc-oidc')?.activate();
  await vscode.commands.executeCommand('tfcOidc.bindings.focus');
  await vscode.commands.executeCommand('tfcOidc.refresh');
  renameSync(tree, path.join(folder.uri.fsPath, 'roots'));
  const start = performance.now();
  await vscode.commands.executeCommand('tfcOidc.refresh');
  // Its answer comes behind the rows, which the workbench has asked for by then.
  await vscode.commands.executeCommand('tfcOidc.bindings.focus');
  const milliseconds = performance.now() - start;
  await vscode.commands.executeCommand('tfcOidc.copyText');
  const shown = (await vscode.env.clipboard.readText()).split('\n\n').length;
  if (shown !== roots + 1) throw new Error(`the board has ${shown} roots`);
  writeFileSync(out, JSON.stringify({ milliseconds }));
  return { passes: 1 };
}
