import * as vscode from 'vscode';
import { LineIndex, type TextEdit } from '../../core/text';
import type { Finding, Fix } from '../../lint/finding';
import type { SourceFile } from '../../terraform/model';
import { type CommandId, diagnosticSource, documentSelector } from '../contract';
import type * as Engine from '../engine';
import { loadEngine } from '../loadEngine';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

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

  constructor(
    private readonly store: ProjectStore,
    /** Is the root's binding proven? Until then nobody knows whether a run can do without the credentials in the code. */
    private readonly isProven: (root: AnalysedRoot) => boolean,
  ) {
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
      const unlocked = this.unlocked(path);
      for (const finding of here) actions.push(...this.fixesOf(engine, finding, document, context, unlocked));
      const takes = here.some(f => f.fixes.some(fix => fix.takesCredentials));
      if (here.some(f => movable.has(f.code))) actions.push(move(document.uri, takes && !unlocked, context));
      const all = this.fixAll(engine, document, findings, vscode.CodeActionKind.QuickFix, unlocked);
      if (all !== undefined && here.length > 0) actions.push(all);
      // What a fix does is better than leaving it: both come last.
      for (const finding of here) actions.push(...this.ignore(finding), learnMore(finding));
    }
    if (context.only !== undefined && wants(fixAllKind)) {
      const all = this.fixAll(engine, document, findings, fixAllKind, false);
      if (all !== undefined) actions.push(all);
    }
    return actions;
  }

  /** Every root that holds the file is proven. */
  private unlocked(path: string): boolean {
    const roots = this.rootsOf(path);
    return roots.length > 0 && roots.every(this.isProven);
  }

  private rootsOf(path: string): readonly AnalysedRoot[] {
    return this.store.all().filter(r => r.root.modules.some(m => m.files.some(f => f.path === path)));
  }

  private fixesOf(
    engine: typeof Engine,
    finding: Finding,
    document: vscode.TextDocument,
    context: vscode.CodeActionContext,
    unlocked: boolean,
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
      const takes = fix.takesCredentials === true;
      action.edit = takes && unlocked ? this.whole(engine, [fix], document) : workspaceEdit(fix.edits, document);
      action.diagnostics = diagnostics;
      // A run may still live from what it takes away: the whole move comes first.
      action.isPreferred = fix.preferred && (!takes || unlocked);
      return action;
    });
  }

  /** The fixes with what they leave without a use, of all files: the editor shows the difference before it writes another one. */
  private whole(
    { leftovers, fixAllEdits }: typeof Engine,
    fixes: readonly Fix[],
    document: vscode.TextDocument,
  ): vscode.WorkspaceEdit {
    const roots = this.store.all().map(r => r.root);
    const isSound = ({ parsed }: SourceFile): boolean => parsed.problems.length === 0 && !parsed.recovered;
    const left = leftovers(roots, fixes, { mayChange: isSound, callersKnown: this.store.ready });
    const all = [...fixes, ...left.fixes];
    const paths = new Set(all.flatMap(fix => fix.edits.map(e => e.file)));
    const files = [...paths].flatMap(path => this.store.file(path) ?? []);
    return editOfFiles(files, fixAllEdits(files, all), document);
  }

  /** Only where a comment silences it: JSON has none. */
  private ignore(finding: Finding): vscode.CodeAction[] {
    const file = this.store.file(finding.location.file);
    if (file === undefined || file.syntax === 'json') return [];
    const action = new vscode.CodeAction('Ignore with a reason…', vscode.CodeActionKind.QuickFix);
    const { code, location } = finding;
    const command: CommandId = 'tfcOidc.ignoreFinding';
    action.command = { command, title: action.title, arguments: [{ code, location }] };
    return [action];
  }

  private fixAll(
    engine: typeof Engine,
    document: vscode.TextDocument,
    findings: readonly Finding[],
    kind: vscode.CodeActionKind,
    unlocked: boolean,
  ): vscode.CodeAction | undefined {
    const file = this.store.file(document.uri.toString());
    const fixes = findings
      .flatMap(f => (unlocked ? engine.chosenFix(f, false) : engine.harmlessFix(f)) ?? [])
      .filter(f => f.edits.every(e => e.file === document.uri.toString()));
    if (file === undefined || fixes.length < (kind === fixAllKind ? 1 : 2)) return undefined;
    const action = new vscode.CodeAction('Fix all TFC OIDC findings in this file', kind);
    action.edit = unlocked
      ? this.whole(engine, fixes, document)
      : workspaceEdit(engine.fixAllEdits([file], fixes), document);
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

/** The page of the rule, from the package: what goes wrong, and what is right instead. */
function learnMore({ code }: Finding): vscode.CodeAction {
  const action = new vscode.CodeAction(`Learn more about ${code}`, vscode.CodeActionKind.QuickFix);
  action.command = { command: 'tfcOidc.explainRule', title: action.title, arguments: [code] };
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

/** Edits of several files. Where there is another one than the document at hand, the editor shows all of them and asks. */
function editOfFiles(
  files: readonly SourceFile[],
  edits: readonly TextEdit[],
  document: { readonly uri: vscode.Uri },
): vscode.WorkspaceEdit {
  const out = new vscode.WorkspaceEdit();
  const asks = files.some(file => file.path !== document.uri.toString());
  const metadata = asks ? { needsConfirmation: true, label: 'Remove what nothing uses any more' } : undefined;
  for (const file of files) {
    const index = new LineIndex(file.text);
    for (const edit of edits) {
      if (edit.file !== file.path) continue;
      const { start, end } = index.range(edit.span);
      const range = new vscode.Range(start.line, start.character, end.line, end.character);
      out.replace(vscode.Uri.parse(file.path, true), range, edit.newText, metadata);
    }
  }
  return out;
}
