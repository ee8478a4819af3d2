import * as vscode from 'vscode';
import { inEditor } from '../../core/editorText';
import { LineIndex, type Span } from '../../core/text';
import type { PolicyFinding } from '../../iam/lint/finding';
import { workspaceEdit } from './codeActions';
import { diagnosticSource, pages, previewScheme } from '../contract';
import type { ExtensionLog } from '../log';
import type { ProjectStore } from '../projectStore';

/** One kind of policies: where they are looked for, how they are judged, and how a finding looks. */
export interface PolicyKind<F extends PolicyFinding<string>> {
  readonly name: string;
  readonly selector: readonly vscode.DocumentFilter[];
  /** A page of docs/. */
  readonly page: string;
  severity(finding: F): vscode.DiagnosticSeverity;
  /** `undefined`: the document holds none. `later`: the store has not read this text yet; what is shown stays until it has. */
  find(document: vscode.TextDocument): Promise<readonly F[] | 'later' | undefined>;
}

/** Findings of one kind of policies in open documents, with their quick fixes. */
export class PolicyDiagnostics<F extends PolicyFinding<string>>
  implements vscode.CodeActionProvider, vscode.Disposable
{
  private readonly collection: vscode.DiagnosticCollection;
  private readonly disposables: readonly vscode.Disposable[];
  private readonly found = new Map<string, { readonly version: number; readonly findings: readonly F[] }>();

  constructor(
    private readonly kind: PolicyKind<F>,
    store: ProjectStore,
    private readonly log: ExtensionLog,
  ) {
    this.collection = vscode.languages.createDiagnosticCollection(`tfc-oidc-${kind.name}`);
    this.disposables = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(d => this.check(d)),
      vscode.workspace.onDidChangeTextDocument(e => this.check(e.document)),
      vscode.workspace.onDidCloseTextDocument(d => this.forget(d)),
      store.onDidChange(() => vscode.workspace.textDocuments.forEach(d => this.check(d))),
      vscode.languages.registerCodeActionsProvider([...kind.selector], this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  private check(document: vscode.TextDocument): void {
    if (document.uri.scheme === previewScheme) return;
    if (this.found.get(document.uri.toString())?.version === document.version) return;
    this.show(document).catch((error: unknown) => this.log.error(`${this.kind.name}: ${String(error)}`));
  }

  private forget(document: vscode.TextDocument): void {
    if (this.found.delete(document.uri.toString())) this.collection.delete(document.uri);
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const findings = await this.kind.find(document);
    // A newer text has its own turn.
    if (findings === 'later' || document.isClosed || document.version !== version) return;
    if (findings === undefined) {
      this.forget(document);
      return;
    }
    this.found.set(document.uri.toString(), { version, findings });
    const index = new LineIndex(document.getText());
    this.collection.set(
      document.uri,
      findings.map(f => {
        const diagnostic = new vscode.Diagnostic(rangeOf(index, f), inEditor(f.message), this.kind.severity(f));
        diagnostic.source = diagnosticSource;
        diagnostic.code = { value: f.code, target: vscode.Uri.parse(`${pages}${this.kind.page}`) };
        return diagnostic;
      }),
    );
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

/** A JSON document that is no Terraform code. */
export const isJson = (document: vscode.TextDocument): boolean =>
  /\.jsonc?$/.test(document.uri.path) && !/\.(?:tf|tofu|tfvars)\.json$/.test(document.uri.path);

function rangeOf(index: LineIndex, span: Span): vscode.Range {
  const { start, end } = index.range(span);
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
