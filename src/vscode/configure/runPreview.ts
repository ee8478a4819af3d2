import type { RunProof } from '../../binding/prove/planOnlyRun';
import { doctorReport } from '../../binding/report';
import type { SetupEvent } from '../../binding/setup';
import { markdownCode, markdownLink, markdownText } from '../../core/markdown';

/** How a plan-only run ended; where it failed, the doctor's causes. */
export function runPreview({ place, proof, consultation }: Extract<SetupEvent, { id: 'run-ended' }>): string {
  const subject = `${place.organization}/${place.workspace}`;
  const titles: Readonly<Record<RunProof['state'], string>> = {
    proven: 'Proven by a run',
    unproven: 'The plan got through, which proves nothing yet',
    failed: 'The run ended in an error',
    cancelled: 'The run was cancelled',
    waiting: 'The run waits for a decision',
    running: 'The run still goes on and is no longer followed',
  };
  const { changes } = proof;
  return [
    `# ${titles[proof.state]}: ${markdownCode(subject)}`,
    '',
    `Run ${markdownLink(proof.runId, proof.url)}: ${proof.status.replaceAll('_', ' ')}, after ${Math.round(proof.milliseconds / 1000)} s.`,
    '',
    ...(proof.doubts.length > 0 ? [...proof.doubts.map(doubt => `- ${markdownText(doubt)}`), ''] : []),
    'It planned the configuration that HCP Terraform has, not the files on this machine. Nothing was applied.',
    '',
    ...(changes === undefined
      ? []
      : [`Plan: ${changes.add} to add, ${changes.change} to change, ${changes.destroy} to destroy.`, '']),
    ...(proof.state === 'cancelled' && proof.runCancelled === false ? ['The run in HCP Terraform goes on.', ''] : []),
    ...(consultation === undefined ? [] : [doctorReport({ subject, ...consultation }, 'markdown')]),
  ].join('\n');
}
