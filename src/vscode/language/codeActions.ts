import * as vscode from 'vscode';
import { LineIndex, type TextEdit } from '../../core/text';
import type { Finding } from '../../lint/finding';
import { diagnosticSource, documentSelector } from '../contract';
import type * as Engine from '../engine';
import { loadEngine } from '../loadEngine';
import type { ProjectStore } from '../projectStore';

const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('tfcOidc');
/** Findings that the whole move to OIDC makes go away. */
const movable: ReadonlySet<string> = new Set([
  'static-credentials',
  'provider-profile',
  'shared-files',
  'web-identity',
  'assume-role',
]);

/** Quick fixes of findings, fix all, and the way into "Configure TFC OIDC". */
export class CodeActions implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly registration: vscode.Disposable;

  constructor(private readonly store: ProjectStore) {
    this.registration = vscode.languages.registerCodeActionsProvider([...documentSelector], this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, fixAllKind],
    });
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const path = document.uri.toString();
    // Edits are made for the text that was analysed: bring the analysis up to date first.
    if (this.store.file(path)?.text !== document.getText()) await this.store.refresh(path);
    if (token.isCancellationRequested || this.store.file(path)?.text !== document.getText()) return [];
    const engine = await loadEngine();
    const wants = (kind: vscode.CodeActionKind): boolean => context.only === undefined || context.only.contains(kind);
    const findings = this.store.findingsOf(path);
    const here = findings.filter(f => this.store.range(f.location).intersection(range) !== undefined);
    const actions: vscode.CodeAction[] = [];
    if (wants(vscode.CodeActionKind.QuickFix)) {
      for (const finding of here) actions.push(...this.fixesOf(finding, document, context));
      const takes = here.some(f => f.fixes.some(fix => fix.takesCredentials));
      if (here.some(f => movable.has(f.code))) actions.push(move(document.uri, takes, context));
      const all = this.fixAll(engine, document, findings, vscode.CodeActionKind.QuickFix);
      if (all !== undefined && here.length > 0 && findings.filter(f => engine.harmlessFix(f)).length > 1)
        actions.push(all);
    }
    if (context.only !== undefined && wants(fixAllKind)) {
      const all = this.fixAll(engine, document, findings, fixAllKind);
      if (all !== undefined) actions.push(all);
    }
    return actions;
  }

  private fixesOf(
    finding: Finding,
    document: vscode.TextDocument,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const range = this.store.range(finding.location);
    const diagnostics = context.diagnostics.filter(
      d =>
        d.source === diagnosticSource &&
        d.range.isEqual(range) &&
        typeof d.code === 'object' &&
        d.code.value === finding.code,
    );
    return finding.fixes.map(fix => {
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = workspaceEdit(fix.edits, document);
      action.diagnostics = diagnostics;
      // A run may still live from what it takes away: the whole move comes first.
      action.isPreferred = fix.preferred && fix.takesCredentials !== true;
      return action;
    });
  }

  private fixAll(
    { harmlessFix, fixAllEdits }: typeof Engine,
    document: vscode.TextDocument,
    findings: readonly Finding[],
    kind: vscode.CodeActionKind,
  ): vscode.CodeAction | undefined {
    const file = this.store.file(document.uri.toString());
    const fixes = findings
      .flatMap(f => harmlessFix(f) ?? [])
      .filter(f => f.edits.every(e => e.file === document.uri.toString()));
    if (file === undefined || fixes.length === 0) return undefined;
    const action = new vscode.CodeAction('Fix all TFC OIDC findings in this file', kind);
    action.edit = workspaceEdit(fixAllEdits([file], fixes), document);
    return action;
  }

  dispose(): void {
    this.registration.dispose();
  }
}

function move(uri: vscode.Uri, isPreferred: boolean, context: vscode.CodeActionContext): vscode.CodeAction {
  const title = 'Move to TFC OIDC…';
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.isPreferred = isPreferred;
  if (isPreferred)
    action.diagnostics = context.diagnostics.filter(
      d => d.source === diagnosticSource && typeof d.code === 'object' && movable.has(String(d.code.value)),
    );
  action.command = { command: 'tfcOidc.configure', title, arguments: [{ uri: uri.toString() }] };
  return action;
}

/** Edits as the editor applies them; spans count in the texts that were analysed. */
export function workspaceEdit(
  edits: readonly TextEdit[],
  document: { readonly uri: vscode.Uri; getText(): string },
): vscode.WorkspaceEdit {
  const out = new vscode.WorkspaceEdit();
  const index = new LineIndex(document.getText());
  for (const edit of edits) {
    const { start, end } = index.range(edit.span);
    out.replace(
      vscode.Uri.parse(edit.file, true),
      new vscode.Range(start.line, start.character, end.line, end.character),
      edit.newText,
    );
  }
  return out;
}
