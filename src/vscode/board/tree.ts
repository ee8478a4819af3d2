import * as vscode from 'vscode';
import { type Filter, filterText, fits } from '../../board/filter';
import { type Folder, groupRoots } from '../../board/groups';
import type { BoardInput, BoardState, OrganizationRow } from '../../board/model';
import { checkRows, rootRow } from '../../board/rows';
import { type Summary, summaryOf } from '../../board/summary';
import type { Location } from '../../core/text';
import { viewId, type ViewState } from '../contract';
import type { ContextKeys } from '../contextKeys';
import { rootLabel } from './describe';
import type { BindingStore, CheckedWorkspace } from './bindingStore';
import { OrganizationRows } from './organizationRows';
import type { OrganizationStore } from './organizationStore';
import { type BoardRow, folderItem, isOfOrganization, itemOf } from './boardItems';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

export type Element = BoardRow | Folder<BoardRow> | OrganizationRow;

/** So many roots with problems are shown opened at once; of more, each says its reason in its own row. */
const openedAtOnce = 4;

interface Known {
  readonly input: BoardInput<AnalysedRoot, CheckedWorkspace>;
  readonly summary: Summary;
}

/**
 * The sidebar. Its rows are worked out in src/board; here they meet VS Code: each root has one object for as long as it is there, so that
 * a change asks for the rows of that root only.
 */
export class BindingsTree implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Element | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Element>;
  private filter: Filter = {};
  private readonly known = new Map<string, Known>();
  private readonly elements = new Map<string, BoardRow>();
  private top: readonly (BoardRow | Folder<BoardRow>)[] = [];
  private readonly organization = new OrganizationRows();
  /** The folder that a root is shown in, by the root's id. */
  private readonly folders = new Map<string, string>();
  /** What the list of roots looked like when it was last drawn: while it is the same, only roots that differ are drawn anew. */
  private shape: string | undefined;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
    private readonly keys: ContextKeys,
    private readonly organizations: OrganizationStore,
  ) {
    this.view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = [
      store.onDidChange(() => this.update()),
      bindings.onDidChange(() => this.update()),
      organizations.onDidChange(() => this.updateOrganization()),
    ];
    this.update();
  }

  get visible(): boolean {
    return this.view.visible;
  }

  /** The row that is selected, for keys that act on it. */
  get selected(): BoardRow | OrganizationRow | undefined {
    const [first] = this.view.selection;
    return first === undefined || first.kind === 'folder' ? undefined : first;
  }

  /** Every root with its state: for pickers. */
  roots(): readonly { readonly row: BoardRow; readonly state: BoardState }[] {
    return [...this.elements.values()].map(row => ({ row, state: row.state }));
  }

  /** A row by its id, as a link of a hover names it. */
  find(root: string, id: string): BoardRow | undefined {
    const start = this.elements.get(root);
    const search = (row: BoardRow): BoardRow | undefined => {
      if (row.id === id) return row;
      for (const child of row.rows?.() ?? []) {
        const found = search(child);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return start === undefined ? undefined : search(start);
  }

  get currentFilter(): Filter {
    return this.filter;
  }

  /** Shows what fits only; an empty filter shows everything. */
  setFilter(filter: Filter): void {
    this.filter = filter;
    this.view.message = filterText(filter);
    this.keys.set('tfcOidc.filtered', filterText(filter) !== '');
    this.update();
    this.updateOrganization();
  }

  /** How many roots and workspaces of the organization are in a state. */
  count(state: BoardState): number {
    return this.roots().filter(r => r.state === state).length + this.organization.count(state);
  }

  /** Brings the organization's row into sight, with the keyboard on it. */
  async revealOrganization(): Promise<void> {
    const { top } = this.organization;
    if (top !== undefined) await this.view.reveal(top, { select: true, focus: true, expand: true });
  }

  private updateOrganization(): void {
    const { view } = this.organizations;
    this.keys.set('tfcOidc.organization', view !== undefined);
    const changed = this.organization.update(view, this.filter);
    if (changed === 'all') this.changed.fire(undefined);
    else for (const row of changed) this.changed.fire(row);
  }

  private update(): void {
    const roots = this.store.all();
    this.keys.set('tfcOidc.state', this.stateOf(roots));
    const changed = roots.filter(analysed => this.learn(analysed));
    const dirs = new Set(roots.map(r => r.root.dir));
    for (const dir of [...this.known.keys()]) {
      if (dirs.has(dir)) continue;
      this.known.delete(dir);
      this.elements.delete(dir);
    }
    this.badge();
    this.draw(roots, changed);
  }

  private stateOf(roots: readonly AnalysedRoot[]): ViewState {
    if ((vscode.workspace.workspaceFolders ?? []).length === 0) return 'noFolder';
    if (!this.store.ready) return 'loading';
    return roots.length === 0 ? 'noTerraform' : 'ready';
  }

  /** Works out a root anew where something about it is another object than before. Says whether it was. */
  private learn(analysed: AnalysedRoot): boolean {
    const before = this.known.get(analysed.root.dir);
    const status = this.bindings.of(analysed);
    const unpushedSince = this.bindings.unpushedSince(analysed);
    if (
      before?.input.analysed === analysed &&
      before.input.status === status &&
      before.input.unpushedSince === unpushedSince
    )
      return false;
    const input: Known['input'] = {
      analysed,
      label: this.labelOf(analysed),
      status,
      place: location => this.place(location),
      provenAt: workspace => this.bindings.provenAt(workspace),
      unpushedSince,
      now: Date.now(),
    };
    this.known.set(analysed.root.dir, { input, summary: summaryOf(input) });
    return true;
  }

  private labelOf({ root, folder }: AnalysedRoot): string {
    const label = rootLabel(root, folder);
    const several = (vscode.workspace.workspaceFolders ?? []).length > 1;
    return several && label !== folder.name ? `${folder.name}/${label}` : label;
  }

  private place({ file, span }: Location): string {
    const name = vscode.Uri.parse(file, true).path.split('/').pop() ?? '';
    return `${name}:${this.store.range({ file, span }).start.line + 1}`;
  }

  /** Asks for the whole list where its order or its folders differ, and else for the roots that do. */
  private draw(roots: readonly AnalysedRoot[], changed: readonly AnalysedRoot[]): void {
    const shown = roots
      .flatMap(r => this.known.get(r.root.dir) ?? [])
      .filter(k => fits(k.input, k.summary, this.filter));
    const problems = shown.filter(k => k.summary.state === 'wrong' || k.summary.state === 'warning').length;
    const rows = shown.map(known => this.element(known, problems));
    const top = groupRoots(rows);
    this.top = top;
    this.folders.clear();
    this.noteFolders(top, '');
    const skeleton = skeletonOf(top);
    if (skeleton !== this.shape) {
      this.shape = skeleton;
      this.changed.fire(undefined);
      return;
    }
    for (const { root } of changed) {
      const element = this.elements.get(root.dir);
      if (element !== undefined) this.changed.fire(element);
    }
  }

  private noteFolders(items: readonly (BoardRow | Folder<BoardRow>)[], path: string): void {
    for (const item of items)
      if (item.kind === 'folder') this.noteFolders(item.items, item.path);
      else this.folders.set(item.id, path);
  }

  private element({ input, summary }: Known, problems: number): BoardRow {
    const few = problems <= openedAtOnce;
    const row = rootRow(input, few && (summary.state === 'wrong' || summary.state === 'warning'));
    const { dir } = input.analysed.root;
    const known = this.elements.get(dir);
    if (known === undefined) this.elements.set(dir, row);
    return known === undefined ? row : renewed(known, row);
  }

  private badge(): void {
    const count = [...this.known.values()].filter(k => k.summary.state === 'wrong').length;
    const tooltip = count === 1 ? '1 root to put right' : `${count} roots to put right`;
    this.view.badge = count === 0 ? undefined : { value: count, tooltip };
  }

  async getChildren(element?: Element): Promise<Element[]> {
    return [...(await this.below(element))];
  }

  private below(element: Element | undefined): readonly Element[] | Promise<readonly Element[]> {
    if (element === undefined)
      return [...(this.organization.top === undefined ? [] : [this.organization.top]), ...this.top];
    if (isOfOrganization(element)) return element.rows;
    if (element.kind === 'folder') return element.items;
    return element.rows === undefined ? this.open(element) : element.rows();
  }

  /** Only the organization's own row is ever revealed, and it stands at the top. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(element: Element): vscode.TreeItem {
    return element.kind === 'folder' ? folderItem(element) : itemOf(element, this.folders.get(element.id) ?? '');
  }

  /** A workspace of a long list is checked when it is opened. */
  private async open(row: BoardRow): Promise<readonly BoardRow[]> {
    const checked = await this.bindings.checkOne(row.analysed, row.label, new AbortController().signal);
    const known = this.known.get(row.analysed.root.dir);
    return checked === undefined || known === undefined ? [] : checkRows(known.input, row.id, checked.checks, checked);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

/** VS Code knows a row by its object: the same one with what is true now. */
function renewed(known: BoardRow, row: BoardRow): BoardRow {
  for (const key of ['best', 'check', 'checked'] as const) delete (known as { [k in typeof key]?: unknown })[key];
  return Object.assign(known, row);
}

/** Order and folders of the list, without what a single row says. */
const skeletonOf = (items: readonly (BoardRow | Folder<BoardRow>)[]): string =>
  items
    .map(i => (i.kind === 'folder' ? `${i.id} ${i.description}(${skeletonOf(i.items)})` : `${i.id} ${i.open}`))
    .join('\n');
