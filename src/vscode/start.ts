import * as vscode from 'vscode';
import type { Check } from '../binding/check';
import { checkText } from '../binding/report';
import { ProblemError } from '../core/problem';
import type { BindingCommands } from './binding/bindingCommands';
import { BindingStore } from './board/bindingStore';
import { CloudLens } from './language/cloudLens';
import { CodeActions } from './language/codeActions';
import type { CodeCommands } from './language/codeCommands';
import { CommandRegistry } from './commandRegistry';
import type { ConfigureTarget } from './configure/command';
import type { CommandId } from './contract';
import { ContextKeys } from './contextKeys';
import { Diagnostics } from './language/diagnostics';
import { WorkspaceFiles } from './fileReader';
import { Hovers } from './language/hovers';
import { ExtensionLog } from './log';
import { fixRoot, openLocation } from './navigation';
import { Previews } from './preview';
import { ProjectStore } from './projectStore';
import type { Services, Surfaces } from './services';
import { StatusBar } from './board/statusBar';
import { BindingsTree } from './board/tree';
import { trustDiagnostics } from './language/trustDiagnostics';

/** Checks of a visible sidebar are made again on focus when they are older than this. */
const refreshMilliseconds = 10 * 60_000;

/** What one kind of host gives: a computer has processes, files and a network, a browser has none of them. */
export interface Host {
  readonly env: NodeJS.ProcessEnv;
  /** What stands behind commands, read when the first of them runs. */
  readonly loadServices: (surfaces: Surfaces) => Promise<Services>;
  /** Surfaces that this kind of host has beside those of every one. */
  readonly more: (surfaces: Omit<Surfaces, 'env'>, commands: CommandRegistry) => readonly vscode.Disposable[];
}

/** Builds the surfaces, registers the contributions, and returns. Reading files starts behind it; nothing else does. */
export function start(context: vscode.ExtensionContext, host: Host): void {
  const log = new ExtensionLog();
  const files = new WorkspaceFiles();
  // Environment variables choose hosts and workspaces, so an untrusted window gets none.
  const env: NodeJS.ProcessEnv = { ...(vscode.workspace.isTrusted ? host.env : {}) };
  const store = new ProjectStore(files, env, log);
  const keys = new ContextKeys();
  const commands = new CommandRegistry(log);
  const previews = new Previews();

  let loaded: Promise<Services> | undefined;
  const services = (): Promise<Services> => (loaded ??= host.loadServices({ ...surfaces, env: host.env }));
  const bindings = new BindingStore(async () => (await services()).checker);
  const surfaces = { context, log, store, bindings, previews };
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
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      Object.assign(env, host.env);
      files.forgetAll();
      unawaited('reading with the environment', store.refreshAll());
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
    tree,
    new StatusBar(store, bindings),
    ...host.more(surfaces, commands),
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
  trusted('tfcOidc.openInBrowser', (s, row?: Parameters<BindingCommands['openInBrowser']>[0]) =>
    s.checks.openInBrowser(row),
  );
  commands.register('tfcOidc.filter', () => chooseFilter(tree));
  trusted('tfcOidc.doctor', (s, target?: Parameters<BindingCommands['doctor']>[0]) => s.checks.doctor(target));
  trusted('tfcOidc.proveRun', (s, target?: Parameters<BindingCommands['proveRun']>[0]) => s.checks.proveRun(target));
  trusted('tfcOidc.chooseProfile', s => s.checks.chooseProfile());
  trusted('tfcOidc.signIn', s => s.checks.signIn());
  trusted('tfcOidc.signOut', s => s.checks.signOut());
  trusted('tfcOidc.whoami', s => s.checks.whoami());
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
