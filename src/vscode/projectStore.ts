import * as vscode from 'vscode';
import type { Environment } from '../core/host';
import { LineIndex } from '../core/text';
import type { Finding } from '../lint/finding';
import { fileKind } from '../terraform/fileKinds';
import type { Root, SourceFile } from '../terraform/model';
import type { ParseCache } from '../terraform/folders';
import type { ParsedFile } from '../terraform/syntax/ast';
import type { WorkspaceFiles } from './fileReader';
import { loadEngine } from './loadEngine';
import type { ExtensionLog } from './log';
import { readSettings } from './settings';

/** A root with its findings, as every surface shows it. */
export interface AnalysedRoot {
  readonly folder: vscode.WorkspaceFolder;
  readonly root: Root;
  readonly findings: readonly Finding[];
}

/** Keeps one tree for each file: the one of its latest text. */
class LatestParse implements ParseCache {
  private readonly entries = new Map<string, { text: string; parsed: ParsedFile }>();

  get(path: string, text: string): ParsedFile | undefined {
    const entry = this.entries.get(path);
    return entry?.text === text ? entry.parsed : undefined;
  }

  set(path: string, text: string, parsed: ParsedFile): void {
    this.entries.set(path, { text, parsed });
  }
}

const debounceMilliseconds = 200;

/** The one store of roots and findings: diagnostics, tree, status bar and code actions render it, so that they can't disagree. */
export class ProjectStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly cache = new LatestParse();
  private readonly disposables: vscode.Disposable[] = [this.changed];
  private roots: readonly AnalysedRoot[] = [];
  private files = new Map<string, SourceFile>();
  private timer: NodeJS.Timeout | undefined;
  private generation = 0;
  private running: Promise<void> = Promise.resolve();
  private done = false;

  constructor(
    private readonly reader: WorkspaceFiles,
    private readonly env: Environment,
    private readonly log: ExtensionLog,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{tf,tofu,tfvars,json,hcl}');
    const touched = (uri: vscode.Uri): void => {
      if (fileKind(uri.path.split('/').pop() ?? '') === undefined) return;
      this.reader.forget(uri);
      this.schedule();
    };
    this.disposables.push(
      watcher,
      watcher.onDidChange(touched),
      watcher.onDidCreate(touched),
      watcher.onDidDelete(touched),
      vscode.workspace.onDidChangeTextDocument(e => {
        if (e.contentChanges.length > 0 && fileKind(e.document.uri.path.split('/').pop() ?? '') !== undefined)
          this.schedule();
      }),
      vscode.workspace.onDidCloseTextDocument(d => touched(d.uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.schedule()),
      vscode.workspace.onDidChangeConfiguration(e => {
        if (e.affectsConfiguration('tfcOidc')) this.schedule();
      }),
    );
  }

  all(): readonly AnalysedRoot[] {
    return this.roots;
  }

  /** Has a first reading ended? */
  get ready(): boolean {
    return this.done;
  }

  file(path: string): SourceFile | undefined {
    return this.files.get(path);
  }

  /** Findings of one file, each once though several roots may share it. */
  findingsOf(path: string): readonly Finding[] {
    const seen = new Set<string>();
    return this.roots
      .flatMap(r => r.findings)
      .filter(f => {
        const key = `${f.code}:${f.location.span.start}:${f.location.span.end}`;
        if (f.location.file !== path || seen.has(key)) return false;
        seen.add(key);
        return true;
      });
  }

  range(finding: {
    readonly file: string;
    readonly span: { readonly start: number; readonly end: number };
  }): vscode.Range {
    const index = new LineIndex(this.files.get(finding.file)?.text ?? '');
    const { start, end } = index.range(finding.span);
    return new vscode.Range(start.line, start.character, end.line, end.character);
  }

  schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), debounceMilliseconds);
  }

  /** Reads again what has changed; resolves when the newest reading has ended. One that was overtaken is dropped. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
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
    const { readProject, lintRoot } = await loadEngine();
    const found: AnalysedRoot[] = [];
    const files = new Map<string, SourceFile>();
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const settings = readSettings(folder.uri);
      if (!settings.enabled) continue;
      const path = folder.uri.toString().replace(/\/+$/, '');
      try {
        const ignore = (dir: string): boolean =>
          settings.ignoredFolders.some(f => dir === f || dir.startsWith(`${f.replace(/\/+$/, '')}/`));
        const project = await readProject(this.reader, this.env, path, path, { cache: this.cache, ignore });
        for (const root of project.roots) {
          found.push({
            folder,
            root,
            findings: lintRoot(root, { environment: this.env, severities: settings.severities }),
          });
          for (const file of [...root.modules.flatMap(m => m.files), ...root.tfvarsFiles]) files.set(file.path, file);
        }
      } catch (error) {
        this.log.error(
          `reading ${folder.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
    }
    if (generation !== this.generation) return;
    this.roots = found;
    this.files = files;
    this.done = true;
    this.changed.fire();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.generation++;
    for (const disposable of this.disposables.reverse()) disposable.dispose();
  }
}
