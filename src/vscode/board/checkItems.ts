import * as vscode from 'vscode';
import { inEditor } from '../problemText';
import type { Check, CheckState } from '../../binding/check';
import type { CheckedWorkspace } from './bindingStore';
import { pages } from '../contract';

/** How checks look in the tree. The state stands in words too, never in colour alone. */
const looks = (): Readonly<Record<CheckState, readonly [icon: string, color: string, word: string]>> => ({
  ok: ['pass', 'testing.iconPassed', vscode.l10n.t('ok')],
  warning: ['warning', 'list.warningForeground', vscode.l10n.t('warning')],
  wrong: ['error', 'list.errorForeground', vscode.l10n.t('wrong')],
  unknown: ['question', 'descriptionForeground', vscode.l10n.t('unknown')],
});

export function workspaceItem(checked: CheckedWorkspace, state: CheckState, at: number): vscode.TreeItem {
  // What is as it should be takes one line; what is not is open.
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = itemOf(checked.workspace, state, state === 'ok' ? Collapsed : Expanded, 'workspace');
  item.tooltip = vscode.l10n.t(
    '{0}/{1} on {2}, checked at {3}',
    checked.organization,
    checked.workspace,
    checked.hostname,
    new Date(at).toLocaleTimeString(),
  );
  return item;
}

export function configurationItem(name: string, state: CheckState): vscode.TreeItem {
  const label = name === 'default' ? vscode.l10n.t('Default configuration') : vscode.l10n.t('Configuration {0}', name);
  return itemOf(label, state, vscode.TreeItemCollapsibleState.Expanded, 'configuration');
}

export function deploymentItem(name: string, state: CheckState): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  return itemOf(vscode.l10n.t('Deployment {0}', name), state, state === 'ok' ? Collapsed : Expanded, 'deployment');
}

export function checkItem(check: Check): vscode.TreeItem {
  const item = itemOf(
    check.title,
    check.state,
    vscode.TreeItemCollapsibleState.None,
    check.remedy === undefined || check.state === 'ok' ? 'check' : 'check fixable',
  );
  const tooltip = new vscode.MarkdownString('', true);
  for (const line of check.evidence) tooltip.appendText(`${line}\n\n`);
  tooltip.appendText(`${check.why}\n\n`);
  if (check.nextStep !== undefined) tooltip.appendText(`→ ${inEditor(check.nextStep)}\n\n`);
  tooltip.appendMarkdown(`[${vscode.l10n.t('About this check')}](${pages}docs/doctor.md#${check.id})`);
  item.tooltip = tooltip;
  const spoken = [
    check.title,
    looks()[check.state][2],
    ...check.evidence,
    ...(check.state === 'ok' ? [] : [check.why, inEditor(check.nextStep ?? '')]),
  ];
  item.accessibilityInformation = { label: spoken.join('. ') };
  if (check.location !== undefined)
    item.command = { command: 'tfcOidc.openLocation', title: vscode.l10n.t('Open'), arguments: [check.location] };
  return item;
}

function itemOf(
  label: string,
  state: CheckState,
  collapsible: vscode.TreeItemCollapsibleState,
  contextValue: string,
): vscode.TreeItem {
  const [icon, color, word] = looks()[state];
  const item = new vscode.TreeItem(label, collapsible);
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.description = word;
  item.contextValue = contextValue;
  item.accessibilityInformation = { label: `${label}: ${word}` };
  return item;
}
