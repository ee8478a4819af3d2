import * as vscode from 'vscode';
import type { PermissionFinding } from '../../iam/lint/permissions/permissionFinding';
import { policySelector } from '../contract';
import { loadPermissionLanguage } from '../loadPermissionLanguage';
import type { ExtensionLog } from '../log';
import { isJson, PolicyDiagnostics } from './policyDiagnostics';
import type { ProjectStore } from '../projectStore';
import { readSettings } from '../settings';

const maximumLength = 500_000;

/** Permission policies in open documents, JSON and Terraform code. */
export const permissionDiagnostics = (store: ProjectStore, log: ExtensionLog): PolicyDiagnostics<PermissionFinding> =>
  new PolicyDiagnostics(
    {
      name: 'permissions',
      selector: policySelector,
      page: 'docs/permissions.md#lint',
      severity: f => (f.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning),
      find: document => find(store, document),
    },
    store,
    log,
  );

async function find(
  store: ProjectStore,
  document: vscode.TextDocument,
): Promise<readonly PermissionFinding[] | 'later' | undefined> {
  if (vscode.languages.match([...policySelector], document) === 0) return undefined;
  const text = document.getText();
  if (text.length > maximumLength || !/\bStatement\b|aws_iam_policy_document/.test(text)) return undefined;
  if (!readSettings(document.uri).enabled) return undefined;
  if (isJson(document)) {
    if (!/"Statement"/.test(text) || !/"(?:Effect|(?:Not)?Actions?)"/i.test(text)) return undefined;
    return (await loadPermissionLanguage()).lintJson(text);
  }
  const file = store.file(document.uri.toString());
  if (file === undefined) return undefined;
  if (file.text !== text) return 'later';
  return (await loadPermissionLanguage()).lintCode(file);
}
