import * as vscode from 'vscode';
import { checkText } from '../../binding/report';
import type { BindingStore } from '../board/bindingStore';
import { valueText, workspacesText } from '../../terraform/cloudText';
import { rootLabel } from '../board/describe';
import { problemText } from '../problemText';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** What the tools for language models answer: plain text, in English, without the value of any credential. */

const label = (r: AnalysedRoot): string => rootLabel(r.root, r.folder);

export function chosen(roots: readonly AnalysedRoot[], wanted: string | undefined): readonly AnalysedRoot[] {
  const name = wanted?.replace(/^\.?\/+|\/+$/g, '');
  return name === undefined || name === '' ? roots : roots.filter(r => label(r) === name);
}

export function noRoot(roots: readonly AnalysedRoot[], wanted: string | undefined): string {
  if (roots.length === 0) return 'There is no Terraform configuration in this window.';
  return `There is no Terraform root "${wanted ?? ''}". The roots are: ${roots.map(label).join(', ')}.`;
}

export function inspection(roots: readonly AnalysedRoot[]): string {
  return roots
    .map(analysed => {
      const { root, findings } = analysed;
      const { cloud } = root;
      const lines = [`Root ${label(analysed)}:`];
      if (cloud.kind === 'none') lines.push('- no cloud block and no backend "remote"');
      else if (cloud.kind === 'stack') lines.push('- a Stack');
      else
        lines.push(
          `- ${cloud.kind === 'cloud' ? 'cloud block' : 'backend "remote"'} on ${valueText(cloud.hostname)}, organization ${valueText(cloud.organization)}, workspaces ${workspacesText(cloud)}`,
        );
      const providers = root.modules.flatMap(m => m.providers);
      lines.push(
        providers.length === 0
          ? '- no AWS provider block'
          : `- AWS provider blocks: ${providers.map(p => (p.alias === undefined ? `${p.name} (default)` : `${p.name}.${p.alias}`)).join(', ')}`,
        `- findings: ${findings.length}`,
      );
      return lines.join('\n');
    })
    .join('\n\n');
}

export function findings(store: ProjectStore, roots: readonly AnalysedRoot[]): string {
  return roots
    .map(analysed => {
      if (analysed.findings.length === 0) return `Root ${label(analysed)}: nothing to put right.`;
      const lines = analysed.findings.map(f => {
        const file = vscode.workspace.asRelativePath(vscode.Uri.parse(f.location.file, true), false);
        return `- ${f.severity} ${f.code} at ${file}:${store.range(f.location).start.line + 1}: ${f.message}`;
      });
      return [`Root ${label(analysed)}:`, ...lines].join('\n');
    })
    .join('\n\n');
}

export function states(bindings: BindingStore, roots: readonly AnalysedRoot[]): string {
  return roots
    .map(analysed => {
      const status = bindings.of(analysed);
      if (status === undefined)
        return `Root ${label(analysed)}: not checked. The user can run "TFC OIDC: Check Bindings"; in Restricted Mode nothing is asked.`;
      const parts = status.workspaces.map(
        w => `Workspace ${w.organization}/${w.workspace} on ${w.hostname}:\n${w.checks.map(checkText).join('')}`,
      );
      return [
        `Root ${label(analysed)}:`,
        ...parts,
        ...(status.problem === undefined ? [] : [problemText(status.problem)]),
      ].join('\n');
    })
    .join('\n\n');
}
