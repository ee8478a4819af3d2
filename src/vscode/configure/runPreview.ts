import * as vscode from 'vscode';
import type { RunProof } from '../../binding/prove/planOnlyRun';
import { doctorReport } from '../../binding/report';
import type { SetupEvent } from '../../binding/setup';
import { markdownCode, markdownLink, markdownText } from '../../core/markdown';

/** How a plan-only run ended; where it failed, the doctor's causes. */
export function runPreview({ place, proof, consultation }: Extract<SetupEvent, { id: 'run-ended' }>): string {
  const subject = `${place.organization}/${place.workspace}`;
  const titles: Readonly<Record<RunProof['state'], string>> = {
    proven: vscode.l10n.t('Proven by a run'),
    unproven: vscode.l10n.t('The plan got through, which proves nothing yet'),
    failed: vscode.l10n.t('The run ended in an error'),
    cancelled: vscode.l10n.t('The run was cancelled'),
    waiting: vscode.l10n.t('The run waits for a decision'),
    running: vscode.l10n.t('The run still goes on and is no longer followed'),
  };
  const { changes } = proof;
  return [
    `# ${titles[proof.state]}: ${markdownCode(subject)}`,
    '',
    vscode.l10n.t(
      'Run {0}: {1}, after {2} s.',
      markdownLink(proof.runId, proof.url),
      proof.status.replaceAll('_', ' '),
      Math.round(proof.milliseconds / 1000),
    ),
    '',
    ...(proof.doubts.length > 0 ? [...proof.doubts.map(doubt => `- ${markdownText(doubt)}`), ''] : []),
    vscode.l10n.t(
      'It planned the configuration that HCP Terraform has, not the files on this machine. Nothing was applied.',
    ),
    '',
    ...(changes === undefined
      ? []
      : [
          vscode.l10n.t(
            'Plan: {0} to add, {1} to change, {2} to destroy.',
            changes.add,
            changes.change,
            changes.destroy,
          ),
          '',
        ]),
    ...(proof.state === 'cancelled' && proof.runCancelled === false
      ? [vscode.l10n.t('The run in HCP Terraform goes on.'), '']
      : []),
    ...(consultation === undefined ? [] : [doctorReport({ subject, ...consultation }, 'markdown')]),
  ].join('\n');
}
