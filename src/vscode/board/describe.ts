import * as vscode from 'vscode';
import type { Root } from '../../terraform/model';

/** The folder of a root, relative to its workspace folder. */
export function rootLabel(root: Root, folder: vscode.WorkspaceFolder): string {
  const base = folder.uri.path.replace(/(?<!\/)\/+$/, '');
  const path = vscode.Uri.parse(root.dir, true).path;
  return path === base ? folder.name : path.slice(base.length + 1);
}
