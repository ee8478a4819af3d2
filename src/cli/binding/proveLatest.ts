import { deploymentProof } from '../../binding/prove/deploymentRun';
import type { LatestRunProof } from '../../binding/prove/latestRun';
import { moduleProof } from '../../binding/prove/moduleRun';
import { diagnosisJson } from '../../binding/report';
import type { CheckedDeployment } from '../../binding/gather/deployments';
import type { CheckedTests } from '../../binding/gather/moduleTests';
import { readJournals, runsAbout } from '../../binding/journal/journal';
import type { OpenedAccount } from '../../binding/setup';
import type { CliContext } from '../command';
import { type ExitCode, exitCode } from '../exitCode';
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
  const proofs: LatestRunProof[] = [];
  const rows: ({ readonly deployment: string } & ReturnType<typeof proofJson>)[] = [];
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
    rows.push({ deployment: name, ...proofJson(proof) });
    if (!json) context.out(proofText(`Deployment "${name}"`, proof));
  }
  return { exit: exitOf(proofs), rows };
}

/** What the latest run of a module's tests proves, printed. */
export async function proveModule(
  context: CliContext,
  checked: CheckedTests,
  { opened, json }: { readonly opened: OpenedAccount | undefined; readonly json: boolean },
) {
  const { name } = checked.module;
  const proof = await moduleProof(checked, { opened, now: Date.now() }, context.signal);
  if (!json) context.out(proofText(`Tests of module ${name}`, proof));
  return { exit: exitOf([proof]), row: { module: name, ...proofJson(proof) } };
}

const exitOf = (proofs: readonly LatestRunProof[]): ExitCode =>
  exitCode({
    wrong: proofs.some(p => p.state === 'failed' || p.state === 'unproven'),
    stopped: proofs.some(p => p.state === 'waiting' || p.state === 'none'),
  });

const proofJson = ({ state, run, doubts, consultation }: LatestRunProof) => ({
  state,
  id: run?.id ?? null,
  status: run?.status ?? null,
  at: run === undefined || Number.isNaN(run.at) ? null : new Date(run.at).toISOString(),
  doubts,
  diagnoses: (consultation?.diagnoses ?? []).map(diagnosisJson),
});

const words = {
  proven: 'proven: AWS gave the role to it',
  unproven: 'came to its end, which proves nothing yet',
  failed: 'failed',
  waiting: 'has not come to its end',
  none: 'no run',
} as const;

function proofText(subject: string, { state, run, doubts, consultation }: LatestRunProof): string {
  const head = `${subject}: ${run === undefined ? '' : `run ${run.id} `}${words[state]}\n`;
  const causes = (consultation?.diagnoses ?? []).map(d => `  ${d.mode.title}: ${d.explanation}\n    ${d.nextStep}\n`);
  return `${head}${doubts.map(d => `  ${d}\n`).join('')}${causes.join('')}`;
}
