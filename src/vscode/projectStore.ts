import * as vscode from 'vscode';
import type { Environment } from '../core/host';
import { LineIndex } from '../core/text';
import type { Finding } from '../lint/finding';
import type { Analysis, AnalysisOptions, LintedRoot } from '../lint/analysis';
import { fileKind } from '../terraform/fileKinds';
import type { Root, SourceFile } from '../terraform/model';
import type { WorkspaceFiles } from './fileReader';
import { loadEngine } from './loadEngine';
import type { ExtensionLog } from './log';
import { diagnosticSource } from './contract';
import type * as Engine from './engine';
import { readSettings, type Settings } from './settings';

/** A root with its findings, as every surface shows it. */
export interface AnalysedRoot {
  readonly folder: vscode.WorkspaceFolder;
  readonly root: Root;
  readonly findings: readonly Finding[];
  readonly speaksAs?: readonly string[];
}

const debounceMilliseconds = 200;

/** The one store of roots and findings: diagnostics, tree, status bar and code actions render it, so that they can't disagree. */
export class ProjectStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[] = [this.changed];
  private analyses: readonly { readonly folder: vscode.WorkspaceFolder; readonly analysis: Analysis }[] = [];
  /** Each linted root has one object here, so that surfaces can tell what is as it was. */
  private readonly analysed = new WeakMap<LintedRoot, AnalysedRoot>();
  private roots: readonly AnalysedRoot[] = [];
  private findings: ReadonlyMap<string, readonly Finding[]> = new Map();
  private readonly indexes = new Map<string, { readonly text: string; readonly index: LineIndex }>();
  /** Files that were edited since the last reading, or that everything must be read again. */
  private edited = new Set<string>();
  private everything = true;
  private timer: NodeJS.Timeout | undefined;
  private generation = 0;
  /** tfc-oidc.json and the baselines that are in use, and what each folder's said when it could be read last. */
  private readonly deciding = new Set<string>();
  private readonly lastOptions = new Map<string, AnalysisOptions>();
  /** What is wrong with the file of a folder. */
  private readonly settingsProblems: vscode.DiagnosticCollection;
  private running: Promise<void> = Promise.resolve();
  private done = false;

  constructor(
    readonly reader: WorkspaceFiles,
    private readonly env: Environment,
    private readonly log: ExtensionLog,
  ) {
    this.settingsProblems = vscode.languages.createDiagnosticCollection('tfc-oidc-settings');
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{tf,tofu,tfvars,tfbackend,json,hcl}');
    const isOurs = (uri: vscode.Uri): boolean => fileKind(nameOf(uri)) !== undefined;
    const edited = (uri: vscode.Uri): void => {
      if (this.decides(uri)) return cameOrWent(uri);
      if (!isOurs(uri)) return;
      this.reader.forget(uri);
      this.edited.add(uri.toString());
      this.schedule();
    };
    const cameOrWent = (uri: vscode.Uri): void => {
      if (!isOurs(uri) && !this.decides(uri)) return;
      this.reader.forget(uri);
      this.scheduleAll();
    };
    this.disposables.push(
      this.settingsProblems,
      watcher,
      watcher.onDidChange(edited),
      watcher.onDidCreate(cameOrWent),
      watcher.onDidDelete(cameOrWent),
      vscode.workspace.onDidChangeTextDocument(e => {
        if (e.contentChanges.length === 0 || !isOurs(e.document.uri)) return;
        this.edited.add(e.document.uri.toString());
        this.schedule();
      }),
      vscode.workspace.onDidCloseTextDocument(d => {
        if (isOurs(d.uri)) edited(d.uri);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.scheduleAll()),
      vscode.workspace.onDidChangeConfiguration(e => {
        if (e.affectsConfiguration('tfcOidc')) this.scheduleAll();
      }),
    );
  }

  /** Is it a file that says how all others are judged? */
  private decides(uri: vscode.Uri): boolean {
    return nameOf(uri) === 'tfc-oidc.json' || this.deciding.has(uri.toString());
  }

  all(): readonly AnalysedRoot[] {
    return this.roots;
  }

  /** Has a first reading ended? */
  get ready(): boolean {
    return this.done;
  }

  file(path: string): SourceFile | undefined {
    for (const { analysis } of this.analyses) {
      const file = analysis.files.get(path);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** Files that have findings. */
  paths(): Iterable<string> {
    return this.findings.keys();
  }

  /** Findings of one file, each once though several roots may share it. */
  findingsOf(path: string): readonly Finding[] {
    return this.findings.get(path) ?? [];
  }

  range(finding: {
    readonly file: string;
    readonly span: { readonly start: number; readonly end: number };
  }): vscode.Range {
    const text = this.file(finding.file)?.text ?? '';
    let known = this.indexes.get(finding.file);
    if (known?.text !== text) this.indexes.set(finding.file, (known = { text, index: new LineIndex(text) }));
    const { start, end } = known.index.range(finding.span);
    return new vscode.Range(start.line, start.character, end.line, end.character);
  }

  schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), debounceMilliseconds);
  }

  private scheduleAll(): void {
    this.everything = true;
    this.schedule();
  }

  /** Reads everything again, whatever seems to have changed. */
  refreshAll(): Promise<void> {
    this.everything = true;
    return this.refresh();
  }

  /** Reads again what was edited, and the file at `path` where it is one of ours; resolves when the newest reading has ended. */
  async refresh(path?: string): Promise<void> {
    clearTimeout(this.timer);
    if (path !== undefined && this.file(path) !== undefined) this.edited.add(path);
    const generation = ++this.generation;
    this.running = this.running.then(() => this.read(generation));
    // A later call puts its reading behind this one: whoever waits wants what that one finds.
    for (let current: Promise<void> | undefined; current !== this.running;) {
      current = this.running;
      await current;
    }
  }

  private async read(generation: number): Promise<void> {
    if (generation !== this.generation) return;
    const engine = await loadEngine();
    const { everything, edited } = this;
    this.everything = false;
    this.edited = new Set();
    if (everything) {
      await this.readAll(engine);
    } else {
      for (const { folder, analysis } of this.analyses) {
        const own = new Set([...edited].filter(path => path.startsWith(`${pathOf(folder)}/`)));
        if (own.size > 0) await this.guarded(folder, () => analysis.readChanged(own));
      }
    }
    // An edit came meanwhile: the reading of it stands behind this one, and knows what this one has read.
    if (generation !== this.generation) return;
    this.done = true;
    this.publish();
  }

  /** A new analysis for each folder: settings and names may be others. The former ones are shown until the new ones are whole. */
  private async readAll(engine: Pick<typeof Engine, 'Analysis' | 'folderSettings'>): Promise<void> {
    const next: { readonly folder: vscode.WorkspaceFolder; readonly analysis: Analysis }[] = [];
    if (!this.done) this.analyses = next;
    this.deciding.clear();
    this.settingsProblems.clear();
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const settings = readSettings(folder.uri);
      if (!settings.enabled) continue;
      const options = await this.optionsOf(folder, settings, engine);
      const analysis = new engine.Analysis(this.reader, this.env, pathOf(folder), options);
      next.push({ folder, analysis });
      await this.guarded(folder, () =>
        analysis.readAll(roots => {
          // What is found first is shown at once. The rest is shown whole: surfaces that are drawn anew for each root take longer than
          // the reading itself.
          const first = this.findings.size === 0 && roots.at(-1)?.findings.length !== 0;
          if (!this.done && first) this.publish();
        }),
      );
    }
    this.analyses = next;
  }

  /** The settings and tfc-oidc.json of a folder. While that file can't be read, what it said before goes on. */
  private async optionsOf(
    folder: vscode.WorkspaceFolder,
    settings: Settings,
    engine: Pick<typeof Engine, 'folderSettings'>,
  ): Promise<AnalysisOptions> {
    const path = pathOf(folder);
    const read = await engine.folderSettings(this.reader, path, settings, vscode.workspace.isTrusted);
    for (const file of read.files) this.deciding.add(file);
    const { problem } = read;
    if (problem === undefined) {
      this.lastOptions.set(path, read.options);
      return read.options;
    }
    this.log.warn(`${problem.message} ${problem.nextStep}`);
    const { line, character } = problem.at;
    const range = new vscode.Range(line, character, line, character + 1);
    const diagnostic = new vscode.Diagnostic(range, problem.message, vscode.DiagnosticSeverity.Error);
    diagnostic.source = diagnosticSource;
    this.settingsProblems.set(vscode.Uri.parse(problem.file, true), [diagnostic]);
    return this.lastOptions.get(path) ?? read.options;
  }

  private async guarded(folder: vscode.WorkspaceFolder, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.log.error(
        `reading ${folder.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }

  private publish(): void {
    this.roots = this.analyses.flatMap(({ folder, analysis }) =>
      analysis.roots.map(linted => {
        const known = this.analysed.get(linted);
        if (known?.folder === folder) return known;
        const made: AnalysedRoot = { folder, root: linted.root, findings: linted.findings, speaksAs: linted.speaksAs };
        this.analysed.set(linted, made);
        return made;
      }),
    );
    this.findings = byFile(this.roots);
    this.changed.fire();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.generation++;
    for (const disposable of this.disposables.reverse()) disposable.dispose();
  }
}

const nameOf = (uri: vscode.Uri): string => uri.path.split('/').pop() ?? '';

const pathOf = (folder: vscode.WorkspaceFolder): string => folder.uri.toString().replace(/(?<!\/)\/+$/, '');

/** Findings by file, each once though several roots may share the file. */
function byFile(roots: readonly AnalysedRoot[]): ReadonlyMap<string, readonly Finding[]> {
  const files = new Map<string, Map<string, Finding>>();
  for (const { findings } of roots) {
    for (const finding of findings) {
      const { file, span } = finding.location;
      let own = files.get(file);
      if (own === undefined) files.set(file, (own = new Map()));
      const key = `${finding.code}:${span.start}:${span.end}`;
      if (!own.has(key)) own.set(key, finding);
    }
  }
  return new Map([...files].map(([file, own]) => [file, [...own.values()]]));
}
