import * as vscode from 'vscode';
import type { TrustFinding } from '../../iam/lint/trust/trustFinding';
import { loadEngine } from '../loadEngine';
import type { ExtensionLog } from '../log';
import { isJson, PolicyDiagnostics } from './policyDiagnostics';
import type { ProjectStore } from '../projectStore';

const maximumLength = 200_000;
const severities: Readonly<Record<TrustFinding['weight'], vscode.DiagnosticSeverity>> = {
  broken: vscode.DiagnosticSeverity.Error,
  'too-broad': vscode.DiagnosticSeverity.Warning,
  'not-read': vscode.DiagnosticSeverity.Information,
  'not-judged': vscode.DiagnosticSeverity.Information,
  depends: vscode.DiagnosticSeverity.Information,
  note: vscode.DiagnosticSeverity.Information,
};

/** Trust policies in open documents: JSON and JSONC files that look like one, and roles in Terraform code. */
export const trustDiagnostics = (store: ProjectStore, log: ExtensionLog): PolicyDiagnostics<TrustFinding> =>
  new PolicyDiagnostics(
    {
      name: 'trust',
      selector: [{ pattern: '**/*.{json,jsonc,tf,tofu}' }],
      page: 'docs/trust.md',
      severity: f => severities[f.weight],
      find: document => find(store, document),
    },
    store,
    log,
  );

async function find(
  store: ProjectStore,
  document: vscode.TextDocument,
): Promise<readonly TrustFinding[] | 'later' | undefined> {
  const text = document.getText();
  if (text.length > maximumLength) return undefined;
  if (isJson(document)) {
    const isTrust =
      /AssumeRoleWithWebIdentity/.test(text) &&
      /organization:|terraform\.io:(?:sub|aud)|oidc-provider\/app\.(?:eu\.)?terraform\.io/.test(text);
    return isTrust ? (await loadEngine()).lintTrustText(text, {}).findings : undefined;
  }
  const file = store.file(document.uri.toString());
  if (file === undefined) return undefined;
  if (file.text !== text) return 'later';
  if (!/assume_role_policy|aws_iam_policy_document/.test(text)) return undefined;
  const { lintTrustInCode } = await loadEngine();
  return lintTrustInCode(file.parsed, text, {}).flatMap(t => t.findings);
}
