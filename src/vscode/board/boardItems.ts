import * as vscode from 'vscode';
import type { Folder } from '../../board/groups';
import type { BestAction, BoardState, OrganizationRow, Row, ShownRow } from '../../board/model';
import { wordOf } from '../../board/words';
import { type CommandId, pages } from '../contract';
import { appendForeign } from '../foreignText';
import type { AnalysedRoot } from '../projectStore';
import type { CheckedWorkspace } from './bindingStore';

/** A row of the board with what commands need of it. */
export type BoardRow = Row<AnalysedRoot, CheckedWorkspace>;

const organizationKinds: ReadonlySet<string> = new Set<OrganizationRow['kind']>([
  'organization',
  'group',
  'audited',
  'unfinished',
  'keys',
  'key',
  'place',
]);

export const isOfOrganization = (row: { readonly kind: string }): row is OrganizationRow =>
  organizationKinds.has(row.kind);

/** How states look. Each stands in words too, never in colour alone. */
const looks: Readonly<Record<BoardState, readonly [icon: string, color: string | undefined]>> = {
  ok: ['pass', 'testing.iconPassed'],
  warning: ['warning', 'list.warningForeground'],
  wrong: ['error', 'list.errorForeground'],
  unknown: ['question', 'descriptionForeground'],
  unchecked: ['circle-outline', undefined],
  aside: ['circle-slash', 'descriptionForeground'],
};

function iconOf(state: BoardState): vscode.ThemeIcon {
  const [icon, color] = looks[state];
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

const collapsible = {
  leaf: vscode.TreeItemCollapsibleState.None,
  closed: vscode.TreeItemCollapsibleState.Collapsed,
  opened: vscode.TreeItemCollapsibleState.Expanded,
} as const;

/** What a hover's links may run: commands that open or ask for something, and write nothing by themselves. */
const linked: Partial<Record<BestAction, () => readonly [CommandId, string]>> = {
  fixCheck: () => ['tfcOidc.fixCheck', 'Put this right'],
  configure: () => ['tfcOidc.configure', 'Configure TFC OIDC'],
  doctor: () => ['tfcOidc.doctor', 'Ask the doctor'],
  checkRoot: () => ['tfcOidc.checkRoot', 'Check'],
  chooseProfile: () => ['tfcOidc.chooseProfile', 'Choose a profile'],
  likeNames: () => ['tfcOidc.likeNames', 'See what there is'],
  explainPermission: () => ['tfcOidc.explainPermission', 'Which permission?'],
  migrateNext: () => ['tfcOidc.migrateNext', 'Set up the next ten'],
};
const enabledCommands = Object.values(linked).map(link => link()[0]);

/** A row as VS Code shows it; `folder` is what stands above it already. */
export function itemOf(row: BoardRow | OrganizationRow, folder: string): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label.slice(folder.length), collapsible[row.open]);
  item.id = row.id;
  item.description = row.description;
  item.iconPath = row.kind === 'finding' && row.state === 'ok' ? new vscode.ThemeIcon('info') : iconOf(row.state);
  item.contextValue = tags(row).join(' ');
  item.tooltip = hover(row);
  item.accessibilityInformation = { label: row.spoken };
  const command = commandOf(row);
  if (command !== undefined) item.command = command;
  return item;
}

export function folderItem(folder: Folder<BoardRow>): vscode.TreeItem {
  const open = folder.state === 'wrong' || folder.state === 'warning' ? 'opened' : 'closed';
  const item = new vscode.TreeItem(folder.label, collapsible[open]);
  item.id = folder.id;
  item.description = folder.description;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'folder';
  item.accessibilityInformation = {
    label: `Folder ${folder.label}: ${folder.description}`,
  };
  return item;
}

/** Words that conditions of the manifest's menus look for. */
function tags(row: BoardRow | OrganizationRow): readonly string[] {
  if (isOfOrganization(row))
    return [
      row.kind,
      ...(row.best === undefined ? [] : [`best-${row.best}`]),
      ...(row.url === undefined ? [] : ['on-the-web']),
    ];
  return [
    row.kind,
    // A Stack has no use for the commands of workspaces.
    ...(row.analysed?.root.stack === undefined ? [] : ['stack']),
    ...(row.best === undefined ? [] : [`best-${row.best}`]),
    ...(row.checked === undefined ? [] : ['checked']),
    ...(row.check?.remedy !== undefined && row.check.state !== 'ok' ? ['fixable'] : []),
    ...(row.finding === undefined || row.finding.fixes.length === 0 ? [] : ['fixable-code']),
  ];
}

/** Where Enter and a click lead: to the place in the code, or to what makes known what is not. */
function commandOf(row: ShownRow): vscode.Command | undefined {
  if (row.location !== undefined) return { command: 'tfcOidc.openLocation', title: 'Open', arguments: [row.location] };
  if (!leading.has(row.kind)) return undefined;
  const id = row.best === undefined ? undefined : commandOfAction[row.best];
  return id === undefined ? undefined : { command: id, title: row.label, arguments: [row] };
}

/** Rows that are there for what they lead to. */
const leading: ReadonlySet<string> = new Set(['note', 'waiting', 'unfinished', 'key']);

const commandOfAction: Readonly<Record<BestAction, CommandId>> = {
  fixCheck: 'tfcOidc.fixCheck',
  configure: 'tfcOidc.configure',
  fixRoot: 'tfcOidc.fixRoot',
  checkRoot: 'tfcOidc.checkRoot',
  signIn: 'tfcOidc.signIn',
  chooseProfile: 'tfcOidc.chooseProfile',
  doctor: 'tfcOidc.doctor',
  likeNames: 'tfcOidc.likeNames',
  explainPermission: 'tfcOidc.explainPermission',
  proveRun: 'tfcOidc.proveRun',
  resumeOrganization: 'tfcOidc.resumeOrganization',
  migrateNext: 'tfcOidc.migrateNext',
  changeKey: 'tfcOidc.changeKey',
};

/** What was seen, why it matters and what to do, with the remedy as a link. Text that may come from anywhere is appended as text. */
function hover(row: BoardRow | OrganizationRow): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands };
  row.hover.forEach((line, i) => {
    if (i > 0) text.appendMarkdown('\n\n');
    appendForeign(text, line);
  });
  const link = row.best === undefined ? undefined : linked[row.best]?.();
  const links = [
    ...(link === undefined ? [] : [`[${link[1]}](command:${link[0]}?${argumentsOf(row)})`]),
    ...(row.page === undefined ? [] : [`[${'Learn more'}](${pages}${row.page})`]),
  ];
  if (links.length > 0) text.appendMarkdown(`\n\n${links.join(' · ')}`);
  return text;
}

/** A link's arguments: ids of the row, encoded so that none of them can end the link. */
const argumentsOf = (row: BoardRow | OrganizationRow): string =>
  encodeURIComponent(JSON.stringify('analysed' in row ? [{ row: row.id, root: row.analysed.root.dir }] : [])).replace(
    /[()']/g,
    c => `%${c.charCodeAt(0).toString(16)}`,
  );

/** The whole state of a row in one line, for the clipboard. */
export const rowText = (row: ShownRow): string => [`${row.label}: ${wordOf(row.state)}`, ...row.hover].join('\n');
