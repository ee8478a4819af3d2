import * as vscode from 'vscode';
import { type Check, type CheckState, worst } from '../../binding/check';
import type { Finding, Severity } from '../../lint/finding';
import type { Location } from '../../core/text';
import { viewId, type ViewState } from '../contract';
import type { ContextKeys } from '../contextKeys';
import { rootLabel, valueOrigin, valueText, workspacesText } from './describe';
import type { BindingStore, CheckedWorkspace } from './bindingStore';
import { checkItem, configurationItem, deploymentItem, workspaceItem } from './checkItems';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** A row. Commands take the part of it that they need, never the row's class. */
export type Row =
  | { readonly kind: 'folder'; readonly folder: vscode.WorkspaceFolder }
  | { readonly kind: 'root'; readonly analysed: AnalysedRoot }
  | {
      readonly kind: 'fact';
      readonly label: string;
      readonly value: string;
      readonly icon: string;
      readonly tooltip?: string;
      readonly location?: Location;
    }
  | { readonly kind: 'group'; readonly severity: Severity; readonly findings: readonly Finding[] }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'clean' }
  | { readonly kind: 'unchecked'; readonly analysed: AnalysedRoot }
  | { readonly kind: 'problem'; readonly text: string }
  | {
      readonly kind: 'workspace';
      readonly analysed: AnalysedRoot;
      readonly checked: CheckedWorkspace;
      readonly at: number;
    }
  | { readonly kind: 'unopened'; readonly analysed: AnalysedRoot; readonly name: string }
  | {
      readonly kind: 'configuration';
      readonly analysed: AnalysedRoot;
      readonly name: string;
      readonly checks: readonly Check[];
    }
  | {
      readonly kind: 'deployment';
      readonly analysed: AnalysedRoot;
      readonly name: string;
      readonly checks: readonly Check[];
    }
  | { readonly kind: 'check'; readonly analysed: AnalysedRoot; readonly check: Check };

const icons: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ['error', 'list.errorForeground'],
  warning: ['warning', 'list.warningForeground'],
  information: ['info', 'charts.blue'],
};

const order: readonly Severity[] = ['error', 'warning', 'information'];

/** The sidebar: roots, what their cloud blocks say, and findings by severity. */
export class BindingsTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Row>;
  private filter: CheckState | 'all' = 'all';
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
    private readonly keys: ContextKeys,
  ) {
    this.view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = [store.onDidChange(() => this.update()), bindings.onDidChange(() => this.update())];
    this.update();
  }

  private update(): void {
    const roots = this.store.all();
    const state: ViewState =
      (vscode.workspace.workspaceFolders ?? []).length === 0
        ? 'noFolder'
        : !this.store.ready
          ? 'loading'
          : roots.length === 0
            ? 'noTerraform'
            : 'ready';
    this.keys.set('tfcOidc.state', state);
    const errors =
      roots.flatMap(r => r.findings).filter(f => f.severity === 'error').length +
      this.bindings.all().filter(c => c.state === 'wrong').length;
    this.view.badge =
      errors === 0
        ? undefined
        : {
            value: errors,
            tooltip:
              errors === 1 ? vscode.l10n.t('1 thing to put right') : vscode.l10n.t('{0} things to put right', errors),
          };
    this.changed.fire(undefined);
  }

  getChildren(row?: Row): Row[] | Promise<Row[]> {
    if (row === undefined) {
      const folders = new Set(this.store.all().map(r => r.folder));
      if (folders.size > 1) return [...folders].map(folder => ({ kind: 'folder', folder }));
      return this.store.all().map(analysed => ({ kind: 'root', analysed }));
    }
    switch (row.kind) {
      case 'folder':
        return this.store
          .all()
          .filter(r => r.folder === row.folder)
          .map(analysed => ({ kind: 'root', analysed }));
      case 'root':
        return [...facts(row.analysed), ...this.status(row.analysed), ...groups(row.analysed.findings)];
      case 'workspace':
        return byConfiguration(row.analysed, row.checked.checks);
      case 'unopened':
        return this.open(row.analysed, row.name);
      case 'configuration':
      case 'deployment':
        return row.checks.map(check => ({ kind: 'check', analysed: row.analysed, check }));
      case 'group':
        return row.findings.map(finding => ({ kind: 'finding', finding }));
      case 'fact':
      case 'finding':
      case 'clean':
      case 'unchecked':
      case 'problem':
      case 'check':
        return [];
    }
  }

  get visible(): boolean {
    return this.view.visible;
  }

  /** Shows workspaces in one state only; `all` shows those that were not checked yet too. */
  setFilter(filter: CheckState | 'all'): void {
    this.filter = filter;
    this.view.message =
      filter === 'all' ? '' : vscode.l10n.t('Only workspaces whose state is "{0}" are shown.', filter);
    this.changed.fire(undefined);
  }

  /** A workspace of a long list is checked when it is opened. */
  private async open(analysed: AnalysedRoot, name: string): Promise<Row[]> {
    const checked = await this.bindings.checkOne(analysed, name, new AbortController().signal);
    return checked === undefined ? [] : byConfiguration(analysed, checked.checks);
  }

  /** The workspaces of a root with their checks, or the offer to make them. */
  private status(analysed: AnalysedRoot): Row[] {
    const status = this.bindings.of(analysed);
    if (status === undefined) return analysed.root.cloud.kind === 'none' ? [] : [{ kind: 'unchecked', analysed }];
    return [
      ...status.names.flatMap((name): Row[] => {
        const checked = status.workspaces.find(w => w.workspace === name);
        if (checked === undefined) return this.filter === 'all' ? [{ kind: 'unopened', analysed, name }] : [];
        if (this.filter !== 'all' && worst(checked.checks) !== this.filter) return [];
        return [{ kind: 'workspace', analysed, checked, at: status.at }];
      }),
      ...(status.deployments ?? [])
        .filter(d => this.filter === 'all' || worst(d.checks) === this.filter)
        .map(({ name, checks }): Row => ({ kind: 'deployment', analysed, name, checks })),
      ...(status.problem === undefined ? [] : [{ kind: 'problem' as const, text: status.problem }]),
    ];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.kind) {
      case 'folder':
        return item(row.folder.name, vscode.TreeItemCollapsibleState.Expanded, 'root-folder', undefined, 'folder');
      case 'root':
        return this.rootItem(row.analysed);
      case 'fact': {
        const out = item(row.label, vscode.TreeItemCollapsibleState.None, row.icon, undefined, 'fact');
        out.description = row.value;
        out.tooltip =
          row.tooltip === undefined ? `${row.label}: ${row.value}` : `${row.label}: ${row.value} (${row.tooltip})`;
        out.accessibilityInformation = { label: out.tooltip };
        if (row.location !== undefined) out.command = open(row.location);
        return out;
      }
      case 'group': {
        const [icon, color] = icons[row.severity];
        const count = row.findings.length;
        const label =
          row.severity === 'error'
            ? vscode.l10n.t('Errors')
            : row.severity === 'warning'
              ? vscode.l10n.t('Warnings')
              : vscode.l10n.t('Information');
        const out = item(label, vscode.TreeItemCollapsibleState.Expanded, icon, color, 'group');
        out.description = String(count);
        out.accessibilityInformation = { label: `${label}: ${count}` };
        return out;
      }
      case 'finding': {
        const { finding } = row;
        const [icon, color] = icons[finding.severity];
        const out = item(finding.code, vscode.TreeItemCollapsibleState.None, icon, color, 'finding');
        const position = this.store.range(finding.location).start;
        const file = vscode.Uri.parse(finding.location.file, true).path.split('/').pop() ?? '';
        out.description = `${file}:${position.line + 1}`;
        out.tooltip = finding.message;
        out.accessibilityInformation = {
          label: `${finding.severity}: ${finding.message} ${vscode.l10n.t('{0}, line {1}', file, position.line + 1)}`,
        };
        out.command = open(finding.location);
        return out;
      }
      case 'unchecked': {
        const out = item(
          vscode.l10n.t('Binding not checked yet'),
          vscode.TreeItemCollapsibleState.None,
          'question',
          undefined,
          'unchecked',
        );
        out.command = {
          command: 'tfcOidc.checkBindings',
          title: vscode.l10n.t('Check'),
          arguments: [{ analysed: row.analysed }],
        };
        out.tooltip = vscode.l10n.t(
          'Asks HCP Terraform, with the token that Terraform would use. Nothing is asked before you want it.',
        );
        return out;
      }
      case 'problem': {
        const out = item(row.text, vscode.TreeItemCollapsibleState.None, 'info', undefined, 'problem');
        out.tooltip = row.text;
        return out;
      }
      case 'workspace':
        return workspaceItem(row.checked, worst(row.checked.checks), row.at);
      case 'unopened': {
        const out = item(row.name, vscode.TreeItemCollapsibleState.Collapsed, 'circle-outline', undefined, 'unopened');
        out.description = vscode.l10n.t('open to check');
        return out;
      }
      case 'configuration':
        return configurationItem(row.name, worst(row.checks));
      case 'deployment':
        return deploymentItem(row.name, worst(row.checks));
      case 'check':
        return checkItem(row.check);
      case 'clean': {
        const out = item(
          vscode.l10n.t('Nothing to put right in the code'),
          vscode.TreeItemCollapsibleState.None,
          'pass',
          'testing.iconPassed',
          'clean',
        );
        return out;
      }
    }
  }

  private rootItem({ root, folder, findings }: AnalysedRoot): vscode.TreeItem {
    const label = rootLabel(root, folder);
    const out = item(
      label,
      vscode.TreeItemCollapsibleState.Expanded,
      root.cloud.kind === 'stack' ? 'layers' : 'cloud',
      undefined,
      'root',
    );
    const place =
      root.cloud.kind === 'none'
        ? vscode.l10n.t('no cloud block')
        : root.cloud.kind === 'stack'
          ? vscode.l10n.t('Stack')
          : `${valueText(root.cloud.organization)}/${workspacesText(root.cloud)}`;
    const errors = findings.filter(f => f.severity === 'error').length;
    const state = errors > 0 ? vscode.l10n.t('{0} to put right', errors) : vscode.l10n.t('code is clean');
    out.description = `${place} · ${state}`;
    out.tooltip = `${label}: ${place}. ${state}.`;
    out.accessibilityInformation = { label: out.tooltip };
    return out;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

function facts({ root }: AnalysedRoot): Row[] {
  const { cloud } = root;
  const fact = (
    label: string,
    value: string,
    icon: string,
    more: { tooltip?: string | undefined; location?: Location | undefined } = {},
  ): Row => ({
    kind: 'fact',
    label,
    value,
    icon,
    ...(more.tooltip !== undefined && { tooltip: more.tooltip }),
    ...(more.location !== undefined && { location: more.location }),
  });
  if (cloud.kind === 'none') {
    return [
      root.backend === undefined
        ? fact(vscode.l10n.t('HCP Terraform'), vscode.l10n.t('no cloud block in this root'), 'circle-slash')
        : fact(vscode.l10n.t('Backend'), root.backend.type, 'database', { location: root.backend.location }),
    ];
  }
  const out: Row[] = [];
  if (cloud.kind === 'stack') {
    for (const d of root.stack?.deployments ?? [])
      out.push(
        fact(vscode.l10n.t('Deployment'), d.name, 'rocket', {
          location: { file: d.file.path, span: d.block.typeSpan },
        }),
      );
  } else {
    const block = cloud.kind === 'cloud' ? 'cloud' : 'backend "remote"';
    out.push(
      fact(vscode.l10n.t('Workspace'), workspacesText(cloud), 'server-environment', {
        tooltip: vscode.l10n.t('{0} block', block),
        location: cloud.location,
      }),
    );
  }
  out.push(
    fact(vscode.l10n.t('Organization'), valueText(cloud.organization), 'organization', {
      tooltip: valueOrigin(cloud.organization),
      location: locationOf(cloud.organization) ?? cloud.location,
    }),
  );
  out.push(
    fact(vscode.l10n.t('Host'), valueText(cloud.hostname), 'globe', {
      tooltip: valueOrigin(cloud.hostname),
      location: locationOf(cloud.hostname) ?? cloud.location,
    }),
  );
  return out;
}

function locationOf(value: { readonly state: string; readonly location?: Location }): Location | undefined {
  return value.location;
}

function groups(findings: readonly Finding[]): Row[] {
  const rows = order.flatMap((severity): Row[] => {
    const own = findings.filter(f => f.severity === severity);
    return own.length === 0 ? [] : [{ kind: 'group', severity, findings: own }];
  });
  return rows.length === 0 ? [{ kind: 'clean' }] : rows;
}

function item(
  label: string,
  state: vscode.TreeItemCollapsibleState,
  icon: string,
  color: string | undefined,
  contextValue: string,
): vscode.TreeItem {
  const out = new vscode.TreeItem(label, state);
  out.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  out.contextValue = contextValue;
  return out;
}

function open(location: Location): vscode.Command {
  return { command: 'tfcOidc.openLocation', title: vscode.l10n.t('Open'), arguments: [location] };
}

/** Checks of the workspace as a whole first, then those of each configuration. */
function byConfiguration(analysed: AnalysedRoot, checks: readonly Check[]): Row[] {
  const names = [...new Set(checks.flatMap(c => c.configuration ?? []))];
  return [
    ...checks.filter(c => c.configuration === undefined).map((check): Row => ({ kind: 'check', analysed, check })),
    ...names.map((name): Row => ({
      kind: 'configuration',
      analysed,
      name,
      checks: checks.filter(c => c.configuration === name),
    })),
  ];
}
