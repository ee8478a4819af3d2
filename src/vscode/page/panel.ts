import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageDocument } from '../../board/page/document';
import { type FromPage, fromPage, type PageState, type ToPage } from '../../board/page/messages';
import type { Page } from '../../board/page/model';
import { renderPage } from '../../board/page/render';
import { pageType } from '../contract';

/**
 * A page beside the editors. It shows what it is given, keeps only names for the next window, and hands on what a person does. Its
 * script and its colours are files of our own; nothing else is loaded.
 */
export class PagePanel implements vscode.Disposable {
  private readonly done = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.done.event;
  private readonly said = new vscode.EventEmitter<FromPage>();
  readonly onDidReceive = this.said.event;
  /** Answers to fields that came from the page as it is shown now. */
  private taken = 0;
  private shown: { readonly page: Page; readonly state: PageState } | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
  ) {
    const { webview } = panel;
    const files = vscode.Uri.joinPath(extension, 'dist');
    const media = vscode.Uri.joinPath(extension, 'media');
    webview.options = { enableScripts: true, localResourceRoots: [files, media], enableForms: false };
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'page-light.svg'),
      dark: vscode.Uri.joinPath(media, 'page-dark.svg'),
    };
    webview.onDidReceiveMessage((message: unknown) => {
      const read = fromPage(message);
      if (read === undefined) return;
      // A page that is shown again counts anew.
      if (read.type === 'ready') this.taken = 0;
      if (read.type === 'field') this.taken++;
      if (read.type === 'ready') this.send();
      else this.said.fire(read);
    });
    panel.onDidDispose(() => {
      this.done.fire();
      this.said.dispose();
      this.done.dispose();
    });
    webview.html = pageDocument({
      script: webview.asWebviewUri(vscode.Uri.joinPath(files, 'page.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(media, 'page.css')).toString(),
      source: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      title: panel.title,
    });
  }

  static open(extension: vscode.Uri, title: string): PagePanel {
    const panel = vscode.window.createWebviewPanel(pageType, title, vscode.ViewColumn.Active, {
      enableScripts: true,
      retainContextWhenHidden: false,
    });
    return new PagePanel(panel, extension);
  }

  show(page: Page, state: PageState): void {
    this.shown = { page, state };
    this.panel.title = page.title;
    this.send();
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** A page that is hidden and shown again asks for what it showed. */
  private send(): void {
    if (this.shown === undefined) return;
    const message: ToPage = {
      type: 'draw',
      html: renderPage(this.shown.page),
      taken: this.taken,
      state: this.shown.state,
    };
    void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    this.panel.dispose();
  }
}
