import { createInterface } from 'node:readline/promises';
import type { Check } from '../../binding/check';
import { doctorReport, diagnosisJson } from '../../binding/report';
import { runChecks } from '../../binding/checks/table';
import { diagnose, type Diagnosis } from '../../binding/doctor/diagnose';
import type { BindingFacts } from '../../binding/facts';
import { trustJudge } from '../../binding/checks/judge';
import { factsWithRun, proveByRun, type RunProof, runProofObstacle } from '../../binding/prove/planOnlyRun';
import { ProblemError, unwrap } from '../../core/problem';
import { oneLine } from '../../core/text';
import type { HcpClient } from '../../hcp/client/client';
import { realWait } from '../../hcp/client/limiter';
import type { Workspace } from '../../hcp/workspace/model';
import type { CliContext } from '../command';

/** A plan-only run, followed to its end, and what the doctor says where it failed. */
export interface ProvenRun {
  readonly proof: RunProof;
  readonly diagnoses: readonly Diagnosis[];
  readonly checks: readonly Check[];
}

/** Starts a plan-only run and follows it. A thrown ProblemError says why none was started. */
export async function runProof(
  context: CliContext,
  client: HcpClient,
  workspace: Workspace,
  facts: BindingFacts,
): Promise<ProvenRun> {
  const before = runChecks(facts, trustJudge);
  const obstacle = runProofObstacle(workspace, before);
  if (obstacle !== undefined) throw new ProblemError(obstacle);
  const proof = unwrap(
    await proveByRun(
      client,
      workspace,
      {
        checks: before,
        progress: (status, run) => context.err(`Run ${run.id}: ${status.replaceAll('_', ' ')}\n`),
        now: Date.now,
        wait: realWait,
        cancelToo: run => cancelToo(context, run.url),
      },
      context.signal,
    ),
  );
  const after = factsWithRun(facts, proof, Date.now());
  const checks = runChecks(after, trustJudge);
  return { proof, checks, diagnoses: proof.state === 'failed' ? diagnose(after, checks) : [] };
}

/** Ctrl+C ends the following; over the run itself a person at a terminal decides, and without one it is cancelled. */
async function cancelToo(context: CliContext, url: string): Promise<boolean> {
  if (!context.interactive || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`\nThe run goes on: ${url}\nCancel it in HCP Terraform too? [Y/n] `);
    return !/^\s*n/i.test(answer);
  } finally {
    terminal.close();
  }
}

const words: Readonly<Record<RunProof['state'], string>> = {
  proven: 'proven by a plan-only run',
  unproven: 'the plan got through, which proves nothing yet',
  failed: 'the plan-only run ended in an error',
  cancelled: 'the plan-only run was cancelled',
  waiting: 'the plan-only run waits for a decision in HCP Terraform',
  running: 'the plan-only run still goes on; it is no longer followed',
};

export function runProofText(subject: string, { proof, diagnoses, checks }: ProvenRun): string {
  const { changes } = proof;
  const lines = [
    `${subject}: ${words[proof.state]} (${Math.round(proof.milliseconds / 1000)} s, ${proof.status})`,
    `  ${proof.url}`,
    ...proof.doubts.map(doubt => `  - ${oneLine(doubt)}`),
    `  It planned ${proof.configurationVersion}, the configuration that HCP Terraform has, not the files on this machine. Nothing was applied.`,
    ...(changes === undefined
      ? []
      : [`  Plan: ${changes.add} to add, ${changes.change} to change, ${changes.destroy} to destroy.`]),
    ...(proof.state === 'cancelled' && proof.runCancelled === false ? ['  The run in HCP Terraform goes on.'] : []),
  ];
  const cause = proof.state === 'failed' ? `\n${doctorReport({ subject, diagnoses, checks }, 'text')}` : '';
  return `${lines.join('\n')}\n${cause}`;
}

export function runProofJson({ proof, diagnoses }: ProvenRun): Readonly<Record<string, unknown>> {
  return {
    state: proof.state,
    id: proof.runId,
    status: proof.status,
    url: proof.url,
    ...(proof.doubts.length > 0 && { doubts: proof.doubts }),
    planOnly: true,
    configurationVersion: proof.configurationVersion,
    changes: proof.changes ?? null,
    seconds: Math.round(proof.milliseconds / 100) / 10,
    ...(proof.runCancelled !== undefined && { runCancelled: proof.runCancelled }),
    diagnoses: diagnoses.map(diagnosisJson),
  };
}
