import * as vscode from 'vscode';
import type { ContextKey } from './contract';

/** The one place that sets context keys; a value that is set already is not sent again. */
export class ContextKeys {
  private readonly values = new Map<ContextKey, string | boolean>();

  set(key: ContextKey, value: string | boolean): void {
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }

  get(key: ContextKey): string | boolean | undefined {
    return this.values.get(key);
  }
}
