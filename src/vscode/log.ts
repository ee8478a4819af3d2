import * as vscode from 'vscode';
import type { Log } from '../core/host';

/** Shapes of secrets. Nothing should write one; this is the second line. */
const secrets: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g,
  /\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]+/g,
  /(?<=\b(?:secret_key|secret_access_key|session_token|authorization|token)["'\s:=]{1,4}(?:Bearer\s+)?)[^\s"',;]{8,}/gi,
];

function redact(text: string): string {
  return secrets.reduce((out, pattern) => out.replace(pattern, '[removed]'), text);
}

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
