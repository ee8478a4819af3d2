import * as vscode from 'vscode';
import { LineIndex } from '../core/text';
import type { PermissionFinding } from '../iam/permissions/permissionFinding';
import { workspaceEdit } from './codeActions';
import { diagnosticSource, pages, policySelector, previewScheme } from './contract';
import { loadPermissionLanguage } from './loadEngine';
import type { ExtensionLog } from './log';
import type { ProjectStore } from './projectStore';
import { readSettings } from './settings';

const maximumLength = 500_000;

/** Permission policies in open documents, JSON and Terraform code: findings with their quick fixes. */
export class PermissionDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('tfc-oidc-permissions');
  private readonly disposables: vscode.Disposable[];
  private readonly found = new Map<
    string,
    { readonly version: number; readonly findings: readonly PermissionFinding[] }
  >();

  constructor(
    private readonly store: ProjectStore,
    private readonly log: ExtensionLog,
  ) {
    this.disposables = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(d => this.check(d)),
      vscode.workspace.onDidChangeTextDocument(e => this.check(e.document)),
      vscode.workspace.onDidCloseTextDocument(d => this.forget(d)),
      store.onDidChange(() => vscode.workspace.textDocuments.forEach(d => this.check(d))),
      vscode.languages.registerCodeActionsProvider([...policySelector], this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  private check(document: vscode.TextDocument): void {
    if (this.found.get(document.uri.toString())?.version === document.version) return;
    this.show(document).catch((error: unknown) => this.log.error(`permission policy: ${String(error)}`));
  }

  private forget(document: vscode.TextDocument): void {
    this.collection.delete(document.uri);
    this.found.delete(document.uri.toString());
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const findings = await this.findingsOf(document);
    // A newer text has its own turn.
    if (findings === 'later' || document.isClosed || document.version !== version) return;
    if (findings === undefined) {
      if (this.found.has(document.uri.toString())) this.forget(document);
      return;
    }
    this.found.set(document.uri.toString(), { version, findings });
    const index = new LineIndex(document.getText());
    this.collection.set(
      document.uri,
      findings.map(f => {
        const severity = f.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
        const diagnostic = new vscode.Diagnostic(rangeOf(index, f), f.message, severity);
        diagnostic.source = diagnosticSource;
        diagnostic.code = { value: f.code, target: vscode.Uri.parse(`${pages}docs/permissions.md#lint`) };
        return diagnostic;
      }),
    );
  }

  /** `later`: the store has not read this text yet; what is shown stays until it has. */
  private async findingsOf(document: vscode.TextDocument): Promise<readonly PermissionFinding[] | 'later' | undefined> {
    if (document.uri.scheme === previewScheme || vscode.languages.match([...policySelector], document) === 0)
      return undefined;
    const text = document.getText();
    if (text.length > maximumLength || !/\bStatement\b|aws_iam_policy_document/.test(text)) return undefined;
    if (!readSettings(document.uri).enabled) return undefined;
    if (!isCode(document)) {
      if (!/"Statement"/.test(text) || !/"(?:Effect|(?:Not)?Actions?)"/i.test(text)) return undefined;
      return (await loadPermissionLanguage()).lintJson(text);
    }
    const file = this.store.file(document.uri.toString());
    if (file === undefined) return undefined;
    if (file.text !== text) return 'later';
    return (await loadPermissionLanguage()).lintCode(file);
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

function isCode(document: vscode.TextDocument): boolean {
  return /\.(?:tf|tofu)(?:\.json)?$/.test(document.uri.path);
}

function rangeOf(index: LineIndex, f: PermissionFinding): vscode.Range {
  const { start, end } = index.range(f);
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
