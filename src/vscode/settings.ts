import * as vscode from 'vscode';
import type { Severity } from '../lint/finding';

/** Settings, read where they are used: per folder, never global. */
export interface Settings {
  readonly enabled: boolean;
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Show what each resource needs of AWS above it. */
  readonly permissionLens: boolean;
  /** Folders, relative to the workspace folder, that are left out; `undefined` where nobody set them. */
  readonly ignoredFolders: readonly string[] | undefined;
}

const severities: readonly string[] = ['error', 'warning', 'information', 'off'];

export function readSettings(scope: vscode.Uri | undefined): Settings {
  const configuration = vscode.workspace.getConfiguration('tfcOidc', scope ?? null);
  const rules = configuration.get<Record<string, unknown>>('rules', {});
  return {
    enabled: configuration.get<boolean>('enable', true),
    severities: Object.fromEntries(
      Object.entries(rules).filter(
        (e): e is [string, Severity | 'off'] => typeof e[1] === 'string' && severities.includes(e[1]),
      ),
    ),
    permissionLens: configuration.get<boolean>('permissionLens', true),
    ignoredFolders: isSet(configuration, 'ignoredFolders')
      ? configuration.get<string[]>('ignoredFolders', []).filter(f => typeof f === 'string')
      : undefined,
  };
}

/** Is there a value other than the default? */
function isSet(configuration: vscode.WorkspaceConfiguration, name: string): boolean {
  const { globalValue, workspaceValue, workspaceFolderValue } = configuration.inspect(name) ?? {};
  return [globalValue, workspaceValue, workspaceFolderValue].some(value => value !== undefined);
}
