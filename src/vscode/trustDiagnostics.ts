import * as vscode from 'vscode';
import { LineIndex } from '../core/text';
import type { TrustFinding } from '../iam/policy/trustFinding';
import { diagnosticSource, pages } from './contract';
import { loadEngine } from './loadEngine';
import type { ExtensionLog } from './log';
import type { ProjectStore } from './projectStore';
import { workspaceEdit } from './codeActions';

const maximumLength = 200_000;
const severities: Readonly<Record<TrustFinding['weight'], vscode.DiagnosticSeverity>> = {
  broken: vscode.DiagnosticSeverity.Error,
  'too-broad': vscode.DiagnosticSeverity.Warning,
  note: vscode.DiagnosticSeverity.Information,
};

/** Trust policies in open documents: JSON and JSONC files that look like one, and roles in Terraform code. */
export class TrustDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('tfc-oidc-trust');
  private readonly disposables: vscode.Disposable[];
  private readonly found = new Map<string, { readonly version: number; readonly findings: readonly TrustFinding[] }>();

  constructor(
    private readonly store: ProjectStore,
    private readonly log: ExtensionLog,
  ) {
    this.disposables = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(d => this.check(d)),
      vscode.workspace.onDidChangeTextDocument(e => this.check(e.document)),
      vscode.workspace.onDidCloseTextDocument(d => {
        this.collection.delete(d.uri);
        this.found.delete(d.uri.toString());
      }),
      store.onDidChange(() => vscode.workspace.textDocuments.forEach(d => this.check(d))),
      vscode.languages.registerCodeActionsProvider([{ pattern: '**/*.{json,jsonc,tf,tofu}' }], this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  private check(document: vscode.TextDocument): void {
    this.show(document).catch((error: unknown) => this.log.error(`trust policy: ${String(error)}`));
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const file = this.store.file(document.uri.toString());
    // While the store reads the newer text, what was found stays where VS Code has moved it; the store calls again.
    if (file !== undefined && file.text !== document.getText()) return;
    const findings = await this.findingsOf(document);
    // A newer text has its own turn.
    if (document.isClosed || document.version !== version) return;
    if (findings === undefined) {
      if (this.found.delete(document.uri.toString())) this.collection.delete(document.uri);
      return;
    }
    this.found.set(document.uri.toString(), { version, findings });
    const index = new LineIndex(document.getText());
    this.collection.set(
      document.uri,
      findings.map(f => {
        const diagnostic = new vscode.Diagnostic(rangeOf(index, f), f.message, severities[f.weight]);
        diagnostic.source = diagnosticSource;
        diagnostic.code = { value: f.code, target: vscode.Uri.parse(`${pages}docs/trust.md`) };
        return diagnostic;
      }),
    );
  }

  private async findingsOf(document: vscode.TextDocument): Promise<readonly TrustFinding[] | undefined> {
    if (document.uri.scheme === 'tfc-oidc-preview') return undefined;
    const text = document.getText();
    if (text.length > maximumLength) return undefined;
    if (/\.(?:json|jsonc)$/.test(document.uri.path) && !/\.(?:tf|tofu|tfvars)\.json$/.test(document.uri.path)) {
      const isTrust =
        /AssumeRoleWithWebIdentity/.test(text) &&
        /organization:|terraform\.io:(?:sub|aud)|oidc-provider\/app\.(?:eu\.)?terraform\.io/.test(text);
      return isTrust ? (await loadEngine()).lintTrustText(text, {}).findings : undefined;
    }
    const file = this.store.file(document.uri.toString());
    if (file === undefined || file.text !== text || !/assume_role_policy|aws_iam_policy_document/.test(text))
      return undefined;
    const { lintTrustInCode } = await loadEngine();
    return lintTrustInCode(file.parsed, text, {}).flatMap(t => t.findings);
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const known = this.found.get(document.uri.toString());
    if (
      known?.version !== document.version ||
      (context.only !== undefined && !context.only.contains(vscode.CodeActionKind.QuickFix))
    )
      return [];
    const index = new LineIndex(document.getText());
    return known.findings.flatMap(f => {
      if (f.fix === undefined || rangeOf(index, f).intersection(range) === undefined) return [];
      const action = new vscode.CodeAction(f.fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = workspaceEdit(
        f.fix.edits.map(e => ({ ...e, file: document.uri.toString() })),
        document,
      );
      action.isPreferred = true;
      action.diagnostics = context.diagnostics.filter(
        d => d.source === diagnosticSource && typeof d.code === 'object' && d.code.value === f.code,
      );
      return [action];
    });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

function rangeOf(index: LineIndex, f: TrustFinding): vscode.Range {
  const { start, end } = index.range(f);
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
