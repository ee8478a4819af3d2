import * as vscode from 'vscode';
import type { Check } from './binding/check';
import { checkText } from './binding/checkReport';
import { ProblemError } from './core/problem';
import type { BindingCommands } from './vscode/bindingCommands';
import { BindingStore } from './vscode/bindingStore';
import { AgentTools } from './vscode/agentTools';
import { CloudLens } from './vscode/cloudLens';
import { CodeActions } from './vscode/codeActions';
import type { CodeCommands } from './vscode/codeCommands';
import { CommandRegistry } from './vscode/commandRegistry';
import type { ConfigureTarget } from './vscode/configure/command';
import type { CommandId } from './vscode/contract';
import { ContextKeys } from './vscode/contextKeys';
import { Diagnostics } from './vscode/diagnostics';
import { WorkspaceFiles } from './vscode/fileReader';
import { Hovers } from './vscode/hovers';
import { ExtensionLog } from './vscode/log';
import { fixRoot, openLocation } from './vscode/navigation';
import { permissionDiagnostics } from './vscode/permissionDiagnostics';
import { PermissionHelp } from './vscode/permissionHelp';
import { Previews } from './vscode/preview';
import { ProjectStore } from './vscode/projectStore';
import type { Services } from './vscode/services';
import { StatusBar } from './vscode/statusBar';
import { BindingsTree } from './vscode/tree';
import { trustDiagnostics } from './vscode/trustDiagnostics';

/** Checks of a visible sidebar are made again on focus when they are older than this. */
const refreshMilliseconds = 10 * 60_000;

/** Builds the surfaces, registers the contributions, and returns. Reading files starts behind it; nothing else does. */
export function activate(context: vscode.ExtensionContext): void {
  const log = new ExtensionLog();
  const files = new WorkspaceFiles();
  // Environment variables choose hosts and workspaces, so an untrusted window gets none.
  const env = vscode.workspace.isTrusted ? process.env : {};
  const store = new ProjectStore(files, env, log);
  const keys = new ContextKeys();
  const commands = new CommandRegistry(log);
  const previews = new Previews();

  // What commands need is a file of its own (dist/services.js), read when the first of them runs.
  let loaded: Promise<Services> | undefined;
  const services = (): Promise<Services> =>
    (loaded ??= import('./vscode/services').then(m =>
      m.createServices({ context, env: process.env, log, store, bindings, previews }),
    ));
  const bindings = new BindingStore(async () => (await services()).checker);
  const tree = new BindingsTree(store, bindings, keys);
  const unawaited = (what: string, work: Promise<void>): void =>
    void work.catch((error: unknown) => log.warn(`${what}: ${String(error)}`));
  context.subscriptions.push(
    store.onDidChange(() => unawaited('checks after an edit', bindings.useCode(store.all()))),
    // Who has asked once wants to see what is true now; who has not is never asked for.
    vscode.window.onDidChangeWindowState(state => {
      if (!state.focused || !tree.visible) return;
      const stale = bindings.stale(store.all(), refreshMilliseconds);
      if (stale.length > 0) unawaited('refresh on focus', bindings.check(stale));
    }),
    bindings,
    log,
    files,
    store,
    commands,
    previews,
    new Diagnostics(store),
    new CodeActions(store),
    trustDiagnostics(store, log),
    new Hovers(),
    new CloudLens(store, bindings),
    new AgentTools(store, bindings),
    permissionDiagnostics(store, log),
    new PermissionHelp(store, previews, commands),
    tree,
    new StatusBar(store, bindings),
  );
  /** A command that needs a trusted window and what stands behind commands. */
  const trusted = <A extends readonly unknown[]>(
    id: CommandId,
    run: (services: Services, ...args: A) => Promise<void>,
  ): void =>
    commands.register(id, async (...args: A) => {
      requireTrust();
      await run(await services(), ...args);
    });
  trusted('tfcOidc.configure', (s, target?: ConfigureTarget) => s.configure.run(target));
  trusted('tfcOidc.export', (s, target?: ConfigureTarget) => s.configure.exportCode(target));
  trusted('tfcOidc.checkBindings', (s, target?: Parameters<BindingCommands['check']>[0]) => s.checks.check(target));
  trusted('tfcOidc.fixCheck', (s, row?: Parameters<BindingCommands['fixCheck']>[0]) => s.checks.fixCheck(row));
  commands.register('tfcOidc.openInBrowser', async (row?: Parameters<BindingCommands['openInBrowser']>[0]) =>
    (await services()).checks.openInBrowser(row),
  );
  commands.register('tfcOidc.filter', () => chooseFilter(tree));
  trusted('tfcOidc.doctor', (s, target?: Parameters<BindingCommands['doctor']>[0]) => s.checks.doctor(target));
  trusted('tfcOidc.proveRun', (s, target?: Parameters<BindingCommands['proveRun']>[0]) => s.checks.proveRun(target));
  trusted('tfcOidc.chooseProfile', s => s.checks.chooseProfile());
  trusted('tfcOidc.signIn', s => s.checks.signIn());
  trusted('tfcOidc.signOut', s => s.checks.signOut());
  trusted('tfcOidc.tokenSource', s => s.checks.tokenSource());
  trusted('tfcOidc.validatePolicy', s => s.validation.run());
  trusted('tfcOidc.undo', s => s.runs.undo());
  trusted('tfcOidc.writeCloud', (s, target?: Parameters<CodeCommands['writeCloud']>[0]) => s.code.writeCloud(target));
  trusted('tfcOidc.mapProviders', (s, target?: Parameters<CodeCommands['mapProviders']>[0]) =>
    s.code.mapProviders(target),
  );
  commands.register('tfcOidc.refresh', () => {
    files.forgetAll();
    return store.refreshAll();
  });
  commands.register('tfcOidc.fixRoot', (target?: Parameters<typeof fixRoot>[1]) => fixRoot(store, target));
  commands.register('tfcOidc.openLocation', (location: Parameters<typeof openLocation>[1]) =>
    openLocation(store, location),
  );
  commands.register('tfcOidc.showLog', () => log.show());
  commands.register(
    'tfcOidc.copyText',
    async (row?: { readonly finding?: { readonly message: string }; readonly check?: Check }) => {
      await vscode.env.clipboard.writeText(
        row?.finding?.message ?? (row?.check === undefined ? '' : checkText(row.check)),
      );
    },
  );
  void store.refresh();
}

/** What is off in Restricted Mode is off in code too: the palette's condition is for the eye. */
function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new ProblemError({
    code: 'untrusted',
    message: vscode.l10n.t('This window is in Restricted Mode: no credentials are read and nothing is changed.'),
    nextStep: vscode.l10n.t('Trust the folder (Workspaces: Manage Workspace Trust), then run the command again.'),
  });
}

async function chooseFilter(tree: BindingsTree): Promise<void> {
  const states = ['all', 'wrong', 'warning', 'unknown', 'ok'] as const;
  const words = {
    all: vscode.l10n.t('All workspaces'),
    wrong: vscode.l10n.t('Wrong'),
    warning: vscode.l10n.t('Warning'),
    unknown: vscode.l10n.t('Unknown'),
    ok: vscode.l10n.t('Ok'),
  };
  const chosen = await vscode.window.showQuickPick(
    states.map(value => ({ label: words[value], value })),
    { placeHolder: vscode.l10n.t('Which workspaces are shown? Type in the view to search by name.') },
  );
  if (chosen !== undefined) tree.setFilter(chosen.value);
}
