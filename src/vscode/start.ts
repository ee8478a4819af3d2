import * as vscode from 'vscode';
import { checkText } from '../binding/report';
import type { BoardState } from '../board/model';
import { pageState } from '../board/page/messages';
import { capitalised, wordOf } from '../board/words';
import type { FileReader } from '../core/host';
import { ProblemError } from '../core/problem';
import { BindingMemory } from './board/bindingMemory';
import { BindingStore } from './board/bindingStore';
import { OrganizationStore } from './board/organizationStore';
import { rowText } from './board/boardItems';
import { CloudLens } from './language/cloudLens';
import { CodeActions } from './language/codeActions';
import { type IgnoredFinding, ignoreFinding } from './language/ignore';
import { CommandRegistry } from './commandRegistry';
import { type CommandId, pageType } from './contract';
import { ContextKeys } from './contextKeys';
import { Diagnostics } from './language/diagnostics';
import { WorkspaceFiles } from './fileReader';
import { Hovers } from './language/hovers';
import { NameCompletion } from './language/nameCompletion';
import { RoleDefinitions } from './language/roleDefinitions';
import { RoleLinks } from './language/roleLinks';
import { explainRule } from './language/explainRule';
import { ExtensionLog } from './log';
import { fixRoot, openLocation } from './navigation';
import type { RowTarget } from './pickers';
import { Previews } from './preview';
import { ProjectStore } from './projectStore';
import { isPushed } from './board/pushed';
import type { Services, Surfaces } from './services';
import { StatusBar } from './board/statusBar';
import { BindingsTree } from './board/tree';
import { trustDiagnostics } from './language/trustDiagnostics';

/** Checks of a visible sidebar are made again on focus when they are older than this. */
const refreshMilliseconds = 10 * 60_000;

/** What one kind of host gives: a computer has processes, files and a network, a browser has none of them. */
export interface Host {
  readonly env: NodeJS.ProcessEnv;
  /** Files of the computer below some folders, read without the way through the editor. */
  readonly disk?: (folders: () => readonly string[]) => Pick<FileReader, 'read' | 'list'>;
  /** What stands behind commands, read when the first of them runs. */
  readonly loadServices: (surfaces: Surfaces) => Promise<Services>;
  /** Surfaces that this kind of host has beside those of every one. */
  readonly more: (surfaces: Omit<Surfaces, 'env'>, commands: CommandRegistry) => readonly vscode.Disposable[];
}

/** Builds the surfaces, registers the contributions, and returns. Reading files starts behind it; nothing else does. */
export function start(context: vscode.ExtensionContext, host: Host): void {
  const log = new ExtensionLog();
  // Environment variables choose hosts and workspaces, so an untrusted window gets none.
  const env: NodeJS.ProcessEnv = { ...(vscode.workspace.isTrusted ? host.env : {}) };
  const files = new WorkspaceFiles(host.disk?.(() => readFolders(env)));
  const store = new ProjectStore(files, env, log);
  const keys = new ContextKeys();
  const commands = new CommandRegistry(log);
  const previews = new Previews();

  let loaded: Promise<Services> | undefined;
  const services = (): Promise<Services> => (loaded ??= host.loadServices({ ...surfaces, env: host.env }));
  const memory = new BindingMemory(context.workspaceState);
  const bindings = new BindingStore(async () => (await services()).checker, memory);
  const organizations = new OrganizationStore();
  const surfaces = { context, log, store, bindings, organizations, previews };
  const tree = new BindingsTree(store, bindings, keys, organizations);
  const unawaited = (what: string, work: Promise<void>): void =>
    void work.catch((error: unknown) => log.warn(`${what}: ${String(error)}`));
  context.subscriptions.push(
    store.onDidChange(() => unawaited('checks after an edit', bindings.useCode(store.all()))),
    store.onDidChange(() => unawaited('what runs use', bindings.followCode(store, isPushed))),
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
    organizations,
    log,
    files,
    store,
    commands,
    previews,
    new Diagnostics(store),
    new CodeActions(store, root => bindings.isProven(root)),
    trustDiagnostics(store, log),
    new Hovers(store, bindings),
    new RoleLinks(),
    new RoleDefinitions(store),
    new NameCompletion(store, bindings),
    new CloudLens(store, bindings),
    tree,
    new StatusBar(store, bindings),
    ...host.more(surfaces, commands),
  );
  /** What a command is called for: a row, the row that a hover's link names, or the selected one where a key was pressed. */
  const rowOf = (given: unknown): RowTarget => {
    if (given === 'selected') return tree.selected;
    if (typeof given !== 'object' || given === null) return undefined;
    if ('row' in given && 'root' in given) return tree.find(String(given.root), String(given.row));
    return given;
  };
  /** A command that needs a trusted window and what stands behind commands. */
  const trusted = (id: CommandId, run: (services: Services, target: RowTarget) => Promise<void>): void =>
    commands.register(id, async (given?: unknown) => {
      requireTrust();
      await run(await services(), rowOf(given));
    });
  trusted('tfcOidc.configure', (s, target) => s.configure.run(target));
  trusted('tfcOidc.export', (s, target) => s.configure.exportCode(target));
  trusted('tfcOidc.checkBindings', s => s.checks.check());
  trusted('tfcOidc.checkRoot', (s, target) => s.checks.checkRoot(target));
  trusted('tfcOidc.fixCheck', (s, target) => s.checks.fixCheck(target));
  trusted('tfcOidc.openInBrowser', (s, target) => s.checks.openInBrowser(target));
  trusted('tfcOidc.likeNames', (s, target) => s.waysOut.likeNames(target));
  trusted('tfcOidc.explainPermission', (s, target) => s.waysOut.explainPermission(target));
  trusted('tfcOidc.bringCode', (s, target) => s.code.bring(target));
  trusted('tfcOidc.doctor', (s, target) => s.checks.doctor(target));
  trusted('tfcOidc.proveRun', (s, target) => s.checks.proveRun(target));
  trusted('tfcOidc.chooseProfile', s => s.checks.chooseProfile());
  trusted('tfcOidc.signIn', s => s.checks.signIn());
  trusted('tfcOidc.signOut', s => s.checks.signOut());
  trusted('tfcOidc.whoami', s => s.checks.whoami());
  trusted('tfcOidc.validatePolicy', s => s.validation.run());
  trusted('tfcOidc.undo', s => s.undo.run());
  trusted('tfcOidc.writeCloud', (s, target) => s.code.writeCloud(target));
  trusted('tfcOidc.mapProviders', (s, target) => s.code.mapProviders(target));
  trusted('tfcOidc.showOrganization', s => s.organization.show(() => tree.revealOrganization()));
  trusted('tfcOidc.resumeOrganization', s => s.organization.resume());
  trusted('tfcOidc.refreshOrganization', s => s.organization.refresh());
  trusted('tfcOidc.reportOrganization', s => s.organization.report());
  trusted('tfcOidc.migrateNext', s => s.organization.migrateNext());
  trusted('tfcOidc.showKeys', s => s.organization.showKeys(() => tree.revealOrganization()));
  trusted('tfcOidc.changeKey', (s, target) => s.organization.changeKey(target));
  trusted('tfcOidc.closeOrganization', s => Promise.resolve(s.organization.close()));
  commands.register('tfcOidc.filter', () => chooseFilter(tree));
  commands.register('tfcOidc.clearFilter', () => tree.setFilter({}));
  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(pageType, {
      async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
        // What a page shows is read with credentials, and so not before the window is trusted.
        if (!vscode.workspace.isTrusted) panel.dispose();
        else {
          const { pages, checks, configure, organization } = await services();
          const kept = pageState(state);
          // A page is drawn once this function has returned, and it says itself that it reads.
          if (kept?.kind === 'migration') organization.restore(panel, kept);
          else if (kept?.kind === 'setup') unawaited('a page of a former window', configure.restore(panel, kept.root));
          else unawaited('a page of a former window', pages.restore(panel, kept, checks));
        }
      },
    }),
  );
  commands.register('tfcOidc.refresh', () => {
    files.forgetAll();
    return store.refreshAll();
  });
  commands.register('tfcOidc.fixRoot', (given?: unknown) => fixRoot(store, rowOf(given)));
  commands.register('tfcOidc.ignoreFinding', (at?: IgnoredFinding) => ignoreFinding(store, at));
  commands.register('tfcOidc.openLocation', (location: Parameters<typeof openLocation>[1]) =>
    openLocation(store, location),
  );
  commands.register('tfcOidc.explainRule', (code?: unknown) => explainRule(context.extensionUri, code));
  commands.register('tfcOidc.showLog', () => log.show());
  commands.register('tfcOidc.copyText', (given?: unknown) => copyText(tree, rowOf(given)));
  void store.refresh();
}

/** What is off in Restricted Mode is off in code too: the palette's condition is for the eye. */
function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new ProblemError({
    code: 'untrusted',
    message: 'This window is in Restricted Mode: no credentials are read and nothing is changed.',
    nextStep: 'Trust the folder (Workspaces: Manage Workspace Trust), then run the command again.',
  });
}

/** By state, or by a text that stands in names and findings. */
async function chooseFilter(tree: BindingsTree): Promise<void> {
  const states: readonly BoardState[] = ['wrong', 'warning', 'unknown', 'unchecked', 'ok'];
  const items = [
    { label: 'Everything', description: '', value: {} },
    { label: 'What holds a text…', description: tree.currentFilter.text ?? '', value: 'text' as const },
    ...states.map(state => ({
      label: capitalised(wordOf(state)),
      description: String(tree.count(state)),
      value: { ...tree.currentFilter, state },
    })),
  ];
  const placeHolder = 'Which bindings are shown?';
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  if (chosen === undefined) return;
  if (chosen.value !== 'text') return tree.setFilter(chosen.value);
  const text = await vscode.window.showInputBox({
    prompt: 'A part of a folder, workspace, project, finding or file',
    value: tree.currentFilter.text ?? '',
  });
  if (text !== undefined) tree.setFilter({ ...tree.currentFilter, text });
}

/** A row as text; without one, everything that does not hold. */
async function copyText(tree: BindingsTree, row: RowTarget): Promise<void> {
  const text =
    row?.finding?.message ??
    (row?.check === undefined ? undefined : checkText(row.check)) ??
    (row?.analysed === undefined ? row?.hover?.join('\n') : undefined) ??
    tree
      .roots()
      .filter(r => row === undefined || r.row.analysed === row.analysed)
      .map(r => [r.row, ...(r.row.rows?.() ?? []).filter(child => child.state !== 'ok')].map(rowText).join('\n'))
      .join('\n\n');
  await vscode.env.clipboard.writeText(text);
}

/** Where files may be read: the folders of the window, and the one in which `terraform init` keeps what it made. */
function readFolders(env: NodeJS.ProcessEnv): readonly string[] {
  const data = env['TF_DATA_DIR'] ?? '';
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(f => f.uri.scheme === 'file').map(f => f.uri.fsPath);
  return /^(?:[A-Za-z]:)?[\\/]/.test(data) ? [...folders, data] : folders;
}
