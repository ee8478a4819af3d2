import * as vscode from 'vscode';
import type { FileEntry, FileReader } from '../core/host';

/**
 * Files as the editor sees them: unsaved text comes before the disk, and what was read once is kept until it changes. Paths are
 * URI strings, so that virtual file systems work too.
 */
export class WorkspaceFiles implements FileReader, vscode.Disposable {
  private readonly texts = new Map<string, Promise<string | undefined>>();
  private readonly folders = new Map<string, Promise<readonly FileEntry[] | undefined>>();
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * `disk` reads files of this computer, by path: a file system of the editor is asked over a channel, one call after the other, and a
   * thousand small files take ten times as long that way. A browser has none.
   */
  constructor(private readonly disk?: Pick<FileReader, 'read' | 'list'>) {}

  /** A reader of the same files that knows nothing yet. */
  afresh(): WorkspaceFiles {
    return new WorkspaceFiles(this.disk);
  }

  /** Forgets what is known of a path: its text, and its folder's entries. */
  forget(uri: vscode.Uri): void {
    this.texts.delete(uri.toString());
    this.folders.delete(uri.toString());
    this.folders.delete(vscode.Uri.joinPath(uri, '..').toString());
  }

  forgetAll(): void {
    this.texts.clear();
    this.folders.clear();
  }

  read(path: string, maxBytes?: number): Promise<string | undefined> {
    const open = vscode.workspace.textDocuments.find(d => d.uri.toString() === path && !d.isClosed);
    if (open !== undefined) return Promise.resolve(open.getText());
    const known = this.texts.get(path);
    if (known !== undefined) return known;
    const reading = this.readFile(vscode.Uri.parse(path, true), maxBytes);
    this.texts.set(path, reading);
    reading.catch(() => this.texts.delete(path));
    return reading;
  }

  private async readFile(uri: vscode.Uri, maxBytes: number | undefined): Promise<string | undefined> {
    if (this.disk !== undefined && uri.scheme === 'file')
      return (await this.disk.read(uri.fsPath, maxBytes))?.replace(/^\uFEFF/, '');
    try {
      const info = await vscode.workspace.fs.stat(uri);
      if ((info.type & vscode.FileType.File) === 0) return undefined;
      if (maxBytes !== undefined && info.size > maxBytes)
        throw new Error(`it has more than ${Math.floor(maxBytes / 1024 / 1024)} MiB`);
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
      throw error;
    }
    return this.decoder.decode(await vscode.workspace.fs.readFile(uri)).replace(/^\uFEFF/, '');
  }

  list(path: string): Promise<readonly FileEntry[] | undefined> {
    const known = this.folders.get(path);
    if (known !== undefined) return known;
    const listing = this.listFolder(vscode.Uri.parse(path, true));
    this.folders.set(path, listing);
    return listing;
  }

  private async listFolder(uri: vscode.Uri): Promise<readonly FileEntry[] | undefined> {
    if (this.disk !== undefined && uri.scheme === 'file')
      return (await this.disk.list(uri.fsPath))?.map(entry =>
        // A linked folder is not entered: it may lead back to where we are.
        ({ name: entry.name, kind: entry.linked === true && entry.kind === 'directory' ? 'other' : entry.kind }),
      );
    try {
      const entries = await vscode.workspace.fs.readDirectory(uri);
      return entries.map(([name, type]) => ({
        name,
        // A linked folder is not entered: it may lead back to where we are.
        kind:
          type & vscode.FileType.Directory
            ? type & vscode.FileType.SymbolicLink
              ? 'other'
              : 'directory'
            : type & vscode.FileType.File
              ? 'file'
              : 'other',
      }));
    } catch {
      return undefined;
    }
  }

  canonical(path: string): Promise<string> {
    return Promise.resolve(path);
  }

  join(base: string, ...parts: string[]): string {
    const uri = vscode.Uri.parse(base, true);
    const [first = '', ...rest] = parts;
    if (first.startsWith('/')) return uri.with({ path: [first, ...rest].join('/') }).toString();
    return vscode.Uri.joinPath(withPath(uri), ...parts.map(part => part.replaceAll('\\', '/')))
      .toString()
      .replace(/(?<!\/)\/+$/, '');
  }

  dirname(path: string): string {
    return vscode.Uri.joinPath(withPath(vscode.Uri.parse(path, true)), '..')
      .toString()
      .replace(/(?<!\/)\/+$/, '');
  }

  basename(path: string): string {
    return (
      vscode.Uri.parse(path, true)
        .path.replace(/(?<!\/)\/+$/, '')
        .split('/')
        .pop() ?? path
    );
  }

  relative(from: string, to: string): string {
    const a = vscode.Uri.parse(from, true)
      .path.split('/')
      .filter(part => part !== '');
    const b = vscode.Uri.parse(to, true)
      .path.split('/')
      .filter(part => part !== '');
    let shared = 0;
    while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
    return [...a.slice(shared).map(() => '..'), ...b.slice(shared)].join('/');
  }

  dispose(): void {
    this.forgetAll();
  }
}

/** The top of a host (`vscode-remote://HOST`) has a path too, or VS Code refuses to join anything to it. */
const withPath = (uri: vscode.Uri): vscode.Uri => (uri.path === '' ? uri.with({ path: '/' }) : uri);
