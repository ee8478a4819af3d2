import type * as vscode from 'vscode';
import { filesWithin } from './node/within';
import { AgentTools } from './vscode/agents/agentTools';
import { permissionDiagnostics } from './vscode/language/permissionDiagnostics';
import { PermissionHelp } from './vscode/language/permissionHelp';
import { start } from './vscode/start';

/** Activation on a computer (or a server of one): everything is there. src/vscode/web.ts is its twin in a browser. */
export function activate(context: vscode.ExtensionContext): void {
  start(context, {
    env: process.env,
    disk: filesWithin,
    // A file of its own (dist/services.js).
    loadServices: surfaces => import('./vscode/services').then(m => m.createServices(surfaces)),
    more: ({ log, store, bindings, previews }, commands) => [
      new AgentTools(store, bindings),
      permissionDiagnostics(store, log),
      new PermissionHelp(store, previews, commands),
    ],
  });
}
