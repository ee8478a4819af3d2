import * as vscode from 'vscode';
import { previewScheme } from '../../../src/vscode/contract';
import { fakePanel } from './panel';

/** What a question offers, as far as an answer goes by it. */
interface Question {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Answers a question by the label of one of its buttons or rows, or by a text; `undefined` goes by the default. */
export type Answer = (question: Question) => string | undefined;

interface Item {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/**
 * A person inside of the extension host: answers the questions that the extension asks through the API that both share, and keeps
 * every text that was shown on the way, virtual documents too. Pick lists go by what is highlighted, else by their first row.
 */
export class Person {
  readonly seen: { readonly what: string; readonly text: string }[] = [];
  answer: Answer = () => undefined;
  /** Nothing is taken of a refactoring, whose preview would wait for ever. */
  unticks = false;
  private readonly undo: (() => void)[] = [];
  private readonly drawn = new vscode.EventEmitter<string>();

  constructor() {
    const { window, commands } = vscode;
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const)
      this.replace(window, name, (message: string, ...rest: readonly unknown[]) => {
        const [options] = rest.filter(r => typeof r === 'object');
        const labels = rest.filter((r): r is string => typeof r === 'string');
        this.see(name, message, options, labels);
        const wanted = this.answer({ text: message, labels });
        return Promise.resolve(
          labels.find(l => l === wanted) ?? (name === 'showWarningMessage' ? labels[0] : undefined),
        );
      });
    this.replace(window, 'showInputBox', (options: vscode.InputBoxOptions) => {
      this.see('showInputBox', options);
      return Promise.resolve(this.answer({ text: options.prompt ?? '', labels: [] }) ?? options.value ?? '');
    });
    this.replace(
      window,
      'showQuickPick',
      async (given: Thenable<readonly Item[]> | readonly Item[], options?: vscode.QuickPickOptions) => {
        const items = await given;
        this.see('showQuickPick', options, items.map(shown));
        if (options?.canPickMany === true) return items;
        const wanted = this.answer({ text: `${options?.title} ${options?.placeHolder}`, labels: items.map(labelOf) });
        return items.find(i => labelOf(i) === wanted) ?? items[0];
      },
    );
    this.replace(window, 'createWebviewPanel', (_type: string, title: string) => this.webview(title));
    this.replace(window, 'createQuickPick', () => this.quickPick());
    this.replace(window, 'createInputBox', () => this.inputBox());
    const apply = vscode.workspace.applyEdit.bind(vscode.workspace);
    this.replace(vscode.workspace, 'applyEdit', (edit: vscode.WorkspaceEdit, how?: vscode.WorkspaceEditMetadata) =>
      this.unticks && how?.isRefactoring === true ? Promise.resolve(false) : apply(edit, how),
    );
    const run = commands.executeCommand.bind(commands) as (
      command: string,
      ...args: readonly unknown[]
    ) => Thenable<unknown>;
    this.replace(commands, 'executeCommand', async (command: string, ...args: readonly unknown[]) => {
      for (const uri of urisIn(args)) await this.open(uri);
      return run(command, ...args);
    });
  }

  private async open(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== previewScheme) return;
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    this.see(`preview ${uri.path}`, text);
  }

  /**
   * A fake of a webview, whose person ticks every box and presses the button that `answer` chooses, each time that the page is drawn and
   * nothing is in the works.
   */
  private webview(title: string): vscode.WebviewPanel {
    let last = '';
    const draw = (html: string): void => {
      this.see(`page ${title}`, html);
      this.drawn.fire(html);
      if (html === last) return;
      last = html;
      const box = /data-tick="([^"]*)"(?![^>]*checked)/.exec(html)?.[1];
      if (box !== undefined) {
        queueMicrotask(() => say({ type: 'tick', id: unescaped(box), ticked: true }));
        return;
      }
      const buttons = [...html.matchAll(/data-action="([^"]*)"[^>]*>([^<]*)</g)];
      const labels = buttons.map(([, , label]) => (label ?? '').trim());
      for (;;) {
        const wanted = this.answer({ text: `page ${title}`, labels });
        const id = buttons.find(([, , label]) => (label ?? '').trim() === wanted)?.[1];
        if (id === undefined) return;
        queueMicrotask(() => say({ type: 'action', id }));
        // Differences open beside the page, which stays as it is.
        if (wanted !== 'Show Differences') return;
      }
    };
    const { panel, say } = fakePanel(title, draw);
    // A webview says that it is there once its script runs.
    setTimeout(() => say({ type: 'ready' }));
    return panel;
  }

  /** Waits for a page that is drawn as wanted. */
  page(wanted: (html: string) => boolean): Promise<string> {
    return new Promise(resolve => {
      const subscription = this.drawn.event(html => {
        if (!wanted(html)) return;
        subscription.dispose();
        resolve(html);
      });
    });
  }

  /** A fake of the pick list: chosen as soon as it is shown. */
  private quickPick(): vscode.QuickPick<vscode.QuickPickItem> {
    const accepted = new vscode.EventEmitter<void>();
    const none = new vscode.EventEmitter<never>().event;
    const pick = {
      items: [] as readonly Item[],
      activeItems: [] as readonly Item[],
      selectedItems: [] as readonly Item[],
      placeholder: '',
      title: '',
      canSelectMany: false,
      onDidAccept: accepted.event,
      onDidTriggerButton: none,
      onDidHide: none,
      dispose: () => undefined,
      show: () => {
        this.see('pick', pick.title, pick.placeholder, pick.items.map(shown));
        const wanted = this.answer({ text: pick.placeholder, labels: pick.items.map(labelOf) });
        const chosen = pick.items.find(i => labelOf(i) === wanted) ?? pick.activeItems[0] ?? pick.items[0];
        if (!pick.canSelectMany || pick.selectedItems.length === 0)
          pick.selectedItems = chosen === undefined ? [] : [chosen];
        queueMicrotask(() => accepted.fire());
      },
    };
    return pick as unknown as vscode.QuickPick<vscode.QuickPickItem>;
  }

  private inputBox(): vscode.InputBox {
    const accepted = new vscode.EventEmitter<void>();
    const none = new vscode.EventEmitter<never>().event;
    const box = {
      value: '',
      prompt: '',
      placeholder: '',
      title: '',
      onDidAccept: accepted.event,
      onDidChangeValue: none,
      onDidTriggerButton: none,
      onDidHide: none,
      dispose: () => undefined,
      show: () => {
        this.see('input', box.title, box.prompt, box.placeholder, box.value);
        box.value = this.answer({ text: box.prompt, labels: [] }) ?? box.value;
        queueMicrotask(() => accepted.fire());
      },
    };
    return box as unknown as vscode.InputBox;
  }

  see(what: string, ...texts: readonly unknown[]): void {
    this.seen.push({ what, text: texts.map(t => (typeof t === 'string' ? t : JSON.stringify(t))).join('\n') });
  }

  /** The API as it was. */
  leave(): void {
    for (const undo of this.undo.splice(0)) undo();
  }

  private replace(owner: object, name: string, by: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value: by, configurable: true, writable: true });
    this.undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    });
  }
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const labelOf = (item: Item | string): string => (typeof item === 'string' ? item : item.label);
const shown = (item: Item | string): unknown =>
  typeof item === 'string' ? item : [item.label, item.description, item.detail];

function urisIn(value: unknown): readonly vscode.Uri[] {
  if (value instanceof vscode.Uri) return [value];
  return Array.isArray(value) ? value.flatMap(urisIn) : [];
}
