import * as vscode from 'vscode';
import { nodeFiles } from '../node/files';
import { BindingChecker } from './board/bindingChecker';
import { BindingCommands } from './binding/bindingCommands';
import { UndoCommand } from './binding/undoCommand';
import { journalsOf } from './binding/journals';
import type { BindingStore, Checker } from './board/bindingStore';
import type { OrganizationStore } from './board/organizationStore';
import { CodeCommands } from './language/codeCommands';
import { ConfigureCommand } from './configure/command';
import { editorFetch } from './connection';
import { HcpConnections } from './hcp';
import type { ExtensionLog } from './log';
import { PolicyValidation } from './language/policyValidation';
import { Pages } from './page/pages';
import type { Previews } from './preview';
import type { ProjectStore } from './projectStore';
import { OrganizationCommands } from './organization/commands';
import { WaysOut } from './binding/waysOut';

/** What activation has made already. */
export interface Surfaces {
  readonly context: vscode.ExtensionContext;
  readonly env: NodeJS.ProcessEnv;
  readonly log: ExtensionLog;
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly organizations: OrganizationStore;
  readonly previews: Previews;
}

/** Everything that stands behind commands. */
export interface Services {
  readonly checker: Checker;
  readonly checks: BindingCommands;
  readonly configure: ConfigureCommand;
  readonly undo: UndoCommand;
  readonly code: CodeCommands;
  readonly validation: PolicyValidation;
  readonly waysOut: WaysOut;
  readonly pages: Pages;
  readonly organization: OrganizationCommands;
}

/** Builds what commands need. This file is the entry of dist/services.js: nothing that activation needs belongs here. */
export function createServices({ context, env, log, store, bindings, organizations, previews }: Surfaces): Services {
  const connections = new HcpConnections(context.secrets, nodeFiles, env);
  const journals = journalsOf(context.globalStorageUri, env);
  const places = { drafts: vscode.Uri.joinPath(context.globalStorageUri, 'policies') };
  const validation = new PolicyValidation(bindings, env);
  context.subscriptions.push(validation);
  const pages = new Pages(context.extensionUri, store, bindings, { journals, connections, previews, env });
  const checker = new BindingChecker(connections, context.globalState, journals, env, store.reader, editorFetch(env));
  return {
    checker,
    checks: new BindingCommands(store, bindings, connections, previews, env, journals, pages),
    configure: new ConfigureCommand(
      { store, previews, journals, connections, bindings, env, places, log, memory: context.globalState },
      context.extensionUri,
    ),
    undo: new UndoCommand(journals, env, connections),
    code: new CodeCommands(store, connections, previews),
    validation,
    waysOut: new WaysOut(store, bindings, connections),
    pages,
    organization: new OrganizationCommands(store, connections, organizations, context.extensionUri, {
      store,
      bindings,
      checker,
      journals,
      connections,
      env,
    }),
  };
}
