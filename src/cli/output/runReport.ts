import { diagnosisJson, doctorReport } from '../../binding/report';
import type { RunProof } from '../../binding/prove/planOnlyRun';
import { runWords } from '../../binding/prove/runWords';
import type { FollowedRun } from '../../binding/setup';
import { oneLine } from '../../core/text';

/** How a plan-only run ended, as text and as JSON. */

/** It came to its end, and proves nothing. */
export const isNoProof = ({ state }: RunProof): boolean => state === 'failed' || state === 'unproven';

/** It came to no end that says anything. */
export const isWithoutEnd = ({ state }: RunProof): boolean =>
  state !== 'proven' && state !== 'failed' && state !== 'unproven';

export function runProofText(subject: string, { proof, consultation }: FollowedRun): string {
  const { changes } = proof;
  const lines = [
    `${subject}: ${runWords[proof.state]} (${Math.round(proof.milliseconds / 1000)} s, ${proof.status})`,
    `  ${proof.url}`,
    ...proof.doubts.map(doubt => `  - ${oneLine(doubt)}`),
    `  It planned ${proof.configurationVersion}${proof.code === undefined ? '' : ` (${proof.code})`}, the code that HCP Terraform has, not the files on this machine. Nothing was applied.`,
    ...(changes === undefined
      ? []
      : [`  Plan: ${changes.add} to add, ${changes.change} to change, ${changes.destroy} to destroy.`]),
    ...(proof.state === 'cancelled' && proof.runCancelled === false ? ['  The run in HCP Terraform goes on.'] : []),
  ];
  const cause = consultation === undefined ? '' : `\n${doctorReport({ subject, ...consultation }, 'text')}`;
  return `${lines.join('\n')}\n${cause}`;
}

export function runProofJson({ proof, consultation }: FollowedRun) {
  return {
    state: proof.state,
    id: proof.runId,
    status: proof.status,
    url: proof.url,
    ...(proof.doubts.length > 0 && { doubts: proof.doubts }),
    planOnly: true,
    configurationVersion: proof.configurationVersion,
    code: proof.code ?? null,
    changes: proof.changes ?? null,
    seconds: Math.round(proof.milliseconds / 100) / 10,
    ...(proof.runCancelled !== undefined && { runCancelled: proof.runCancelled }),
    diagnoses: (consultation?.diagnoses ?? []).map(diagnosisJson),
  };
}
