import { type DeploymentProof, deploymentProof } from '../../binding/prove/deploymentRun';
import { diagnosisJson } from '../../binding/report';
import type { CheckedDeployment } from '../../binding/gather/deployments';
import { readJournals, runsAbout } from '../../binding/journal/journal';
import type { OpenedAccount } from '../../binding/setup';
import type { CliContext } from '../command';
import { journals } from './services';

/** What the latest run of each deployment proves, printed; nothing is started. */
export async function proveDeployments(
  context: CliContext,
  deployments: readonly CheckedDeployment[],
  {
    opened,
    journal,
    json,
  }: { readonly opened: OpenedAccount | undefined; readonly journal: string; readonly json: boolean },
) {
  const runs = await readJournals(journals(journal));
  const proofs: DeploymentProof[] = [];
  const rows: ReturnType<typeof proofJson>[] = [];
  for (const checked of deployments) {
    const { name } = checked.wiring.deployment;
    const { organization, stack } = checked.names ?? {};
    const own =
      organization === undefined || stack === undefined
        ? []
        : runsAbout(runs, { organization, stack, deployment: name });
    const now = Date.now();
    const proof = await deploymentProof(checked, { lastWrite: own.at(-1)?.at, opened, now }, context.signal);
    proofs.push(proof);
    rows.push(proofJson(name, proof));
    if (!json) context.out(proofText(name, proof));
  }
  return { proofs, rows };
}

function proofJson(deployment: string, { state, run, doubts, consultation }: DeploymentProof) {
  return {
    deployment,
    state,
    id: run?.id ?? null,
    status: run?.status ?? null,
    at: run === undefined || Number.isNaN(run.at) ? null : new Date(run.at).toISOString(),
    doubts,
    diagnoses: (consultation?.diagnoses ?? []).map(diagnosisJson),
  };
}

const words = {
  proven: 'proven: AWS gave the role to it',
  unproven: 'came to its end, which proves nothing yet',
  failed: 'failed',
  waiting: 'has not come to its end',
  none: 'no run',
} as const;

function proofText(name: string, { state, run, doubts, consultation }: DeploymentProof): string {
  const head = `Deployment "${name}": ${run === undefined ? '' : `run ${run.id} `}${words[state]}\n`;
  const causes = (consultation?.diagnoses ?? []).map(d => `  ${d.mode.title}: ${d.explanation}\n    ${d.nextStep}\n`);
  return `${head}${doubts.map(d => `  ${d}\n`).join('')}${causes.join('')}`;
}
