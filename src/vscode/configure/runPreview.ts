import { runWords } from '../../binding/prove/runWords';
import { doctorReport } from '../../binding/report';
import type { SetupEvent } from '../../binding/setup';
import { markdownCode, markdownLink, markdownText } from '../../core/markdown';
import { fullName } from '../../binding/place';

/** How a plan-only run ended; where it failed, the doctor's causes. */
export function runPreview({ place, proof, consultation }: Extract<SetupEvent, { id: 'run-ended' }>): string {
  const subject = fullName(place);
  const words = runWords[proof.state];
  const { changes } = proof;
  return [
    `# ${words.charAt(0).toUpperCase()}${words.slice(1)}: ${markdownCode(subject)}`,
    '',
    `Run ${markdownLink(proof.runId, proof.url)}: ${proof.status.replaceAll('_', ' ')}, after ${Math.round(proof.milliseconds / 1000)} s.`,
    '',
    ...(proof.doubts.length > 0 ? [...proof.doubts.map(doubt => `- ${markdownText(doubt)}`), ''] : []),
    `It planned the code that HCP Terraform has${proof.code === undefined ? '' : ` (${markdownText(proof.code)})`}, not the files on this machine. Nothing was applied.`,
    '',
    ...(changes === undefined
      ? []
      : [`Plan: ${changes.add} to add, ${changes.change} to change, ${changes.destroy} to destroy.`, '']),
    ...(proof.state === 'cancelled' && proof.runCancelled === false ? ['The run in HCP Terraform goes on.', ''] : []),
    ...(consultation === undefined ? [] : [doctorReport({ subject, ...consultation }, 'markdown')]),
  ].join('\n');
}
