import * as vscode from 'vscode';
import type { Log } from '../core/host';
import { redact } from '../core/redact';

/** The extension's log channel; it appears in the Output view when the first line is written. */
export class ExtensionLog implements Log, vscode.Disposable {
  private channel: vscode.LogOutputChannel | undefined;

  private open(): vscode.LogOutputChannel {
    this.channel ??= vscode.window.createOutputChannel('TFC OIDC', { log: true });
    return this.channel;
  }

  debug(message: string): void {
    this.open().debug(redact(message));
  }

  info(message: string): void {
    this.open().info(redact(message));
  }

  warn(message: string): void {
    this.open().warn(redact(message));
  }

  error(message: string): void {
    this.open().error(redact(message));
  }

  show(): void {
    this.open().show();
  }

  dispose(): void {
    this.channel?.dispose();
  }
}
