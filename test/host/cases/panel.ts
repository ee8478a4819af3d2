import * as vscode from 'vscode';

/** A fake of a webview's panel: what it draws goes to `draw`, and it says what a person says in its page. */
export function fakePanel(
  title: string,
  draw: (html: string) => void,
): {
  readonly panel: vscode.WebviewPanel;
  readonly say: (message: unknown) => void;
  readonly isDisposed: () => boolean;
} {
  const said = new vscode.EventEmitter<unknown>();
  const gone = new vscode.EventEmitter<void>();
  let disposed = false;
  const panel = {
    title,
    webview: {
      options: {},
      html: '',
      cspSource: 'self',
      asWebviewUri: (uri: vscode.Uri) => uri,
      onDidReceiveMessage: said.event,
      postMessage: ({ html }: { readonly html: string }) => {
        draw(html);
        return Promise.resolve(true);
      },
    },
    onDidDispose: gone.event,
    reveal: () => undefined,
    dispose: () => {
      disposed = true;
      gone.fire();
    },
  };
  return {
    panel: panel as unknown as vscode.WebviewPanel,
    say: message => said.fire(message),
    isDisposed: () => disposed,
  };
}
