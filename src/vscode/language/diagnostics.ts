import * as vscode from 'vscode';
import { documentationPage, type Finding, type Severity } from '../../lint/finding';
import { inEditor } from '../../core/editorText';
import { diagnosticSource, pages } from '../contract';
import type { ProjectStore } from '../projectStore';

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Shows the store's findings as diagnostics. What the store no longer has, vanishes. */
export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('tfc-oidc');
  private readonly subscription: vscode.Disposable;
  private shown = new Map<string, readonly Finding[]>();

  constructor(private readonly store: ProjectStore) {
    this.subscription = store.onDidChange(() => this.show());
    this.show();
  }

  private show(): void {
    const paths = new Map([...this.store.paths()].map(path => [path, this.store.findingsOf(path)]));
    for (const old of this.shown.keys()) if (!paths.has(old)) this.collection.delete(vscode.Uri.parse(old, true));
    for (const [path, findings] of paths) {
      // The same objects: the roots that hold the file were not read again.
      const before = this.shown.get(path);
      if (before?.length === findings.length && before.every((f, i) => f === findings[i])) continue;
      this.collection.set(
        vscode.Uri.parse(path, true),
        findings.map(f => toDiagnostic(this.store, f)),
      );
    }
    this.shown = paths;
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }
}

function toDiagnostic(store: ProjectStore, finding: Finding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    store.range(finding.location),
    inEditor(finding.message),
    severities[finding.severity],
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = { value: finding.code, target: vscode.Uri.parse(pages + documentationPage(finding.code)) };
  if (finding.tags.includes('unnecessary')) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  if (finding.related.length > 0) {
    diagnostic.relatedInformation = finding.related.map(
      r =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(vscode.Uri.parse(r.location.file, true), store.range(r.location)),
          r.message,
        ),
    );
  }
  return diagnostic;
}
