import type * as vscode from 'vscode';
import { ProblemError } from '../core/problem';
import { start } from './start';

/**
 * Activation in a browser (vscode.dev, github.dev): the entry of dist/web.js. Code is linted, put right and explained there; what
 * needs AWS profiles, tokens of this computer or its files says so.
 */
export function activate(context: vscode.ExtensionContext): void {
  start(context, {
    env: {},
    loadServices: () =>
      Promise.reject(
        new ProblemError({
          code: 'needs-computer',
          message: 'In a browser this extension lints and explains: AWS profiles and tokens can’t be read here.',
          nextStep: 'Open the folder in VS Code on a computer, or in a codespace, and run the command again.',
        }),
      ),
    more: () => [],
  });
}
