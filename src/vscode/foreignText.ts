import type * as vscode from 'vscode';

/**
 * Appends a text that may hold names and words of others, as text: nothing in it is a link or a command. VS Code's own `appendText` makes
 * each space one that no line breaks at, so that a hover would break its lines within words: single spaces between words stay what they are.
 * Behind a digit, a full stop or a bracket they do not, since a line could begin a list there.
 */
export function appendForeign(to: Pick<vscode.MarkdownString, 'appendText' | 'appendMarkdown'>, text: string): void {
  for (const [i, part] of text.split(/(?<=[^\s\d.)]) (?=\S)/).entries()) {
    if (i > 0) to.appendMarkdown(' ');
    to.appendText(part);
  }
}
