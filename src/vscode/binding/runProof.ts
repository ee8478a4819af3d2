import * as vscode from 'vscode';
import { doctorReport } from '../../binding/report';
import { runChecks } from '../../binding/checks/table';
import { consult } from '../../binding/doctor/consult';
import { trustJudge } from '../../binding/checks/judge';
import { factsWithRun, proveByRun, type RunProof, runProofObstacle } from '../../binding/prove/planOnlyRun';
import { markdownCode, markdownLink, markdownText } from '../../core/markdown';
import { ProblemError, unwrap } from '../../core/problem';
import { realWait } from '../../hcp/client/limiter';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import { withProgress } from '../progress';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

interface ProofServices {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly connections: HcpConnections;
  readonly previews: Previews;
}

/**
 * Offers a plan-only run as the real proof, follows it, and shows how it ended; where it failed, the doctor's causes. Nothing is ever
 * applied. Where a run would prove nothing, it is not offered.
 */
export async function offerRun(
  services: ProofServices,
  analysed: AnalysedRoot,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const checked = services.bindings.of(analysed)?.workspaces.find(w => w.workspace === name);
    const workspace = checked?.source?.workspace;
    if (checked === undefined || workspace === undefined) continue;
    if (runProofObstacle(workspace, checked.checks) !== undefined) continue;
    if (await agreed(name)) await prove(services, analysed, checked);
  }
}

/** The same on demand. What stands in the way is said. */
export async function proveOnDemand(
  services: ProofServices,
  analysed: AnalysedRoot,
  checked: CheckedWorkspace,
): Promise<void> {
  const workspace = checked.source?.workspace;
  if (workspace === undefined) {
    throw new ProblemError({
      code: 'workspace-unread',
      message: vscode.l10n.t('Workspace {0} could not be read, so no run can be started.', checked.workspace),
      nextStep: vscode.l10n.t('Look at its checks in the sidebar.'),
    });
  }
  const obstacle = runProofObstacle(workspace, checked.checks);
  if (obstacle !== undefined) throw new ProblemError(obstacle);
  if (await agreed(checked.workspace)) await prove(services, analysed, checked);
}

async function agreed(workspace: string): Promise<boolean> {
  const start = vscode.l10n.t('Start Plan-Only Run');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Prove the setup of "{0}" by a real run?', workspace),
    {
      modal: true,
      detail: vscode.l10n.t(
        'HCP Terraform plans the configuration that it has, with the new role. A plan-only run can not be applied. It appears in the list of runs.',
      ),
    },
    start,
  );
  return answer === start;
}

async function prove(services: ProofServices, analysed: AnalysedRoot, checked: CheckedWorkspace): Promise<void> {
  const workspace = checked.source?.workspace;
  if (workspace === undefined) return;
  const { connections, previews, bindings } = services;
  const proof = await withProgress(vscode.l10n.t('Plan-only run of {0}', checked.workspace), async (signal, tell) => {
    const client = unwrap(await connections.open(checked.hostname, analysed.root.cloud, signal));
    return proveByRun(
      client,
      workspace,
      {
        checks: checked.checks,
        progress: status => tell(status.replaceAll('_', ' ')),
        now: Date.now,
        wait: realWait,
        cancelToo: ({ url }) => cancelToo(url),
      },
      signal,
    );
  });
  if (!proof.ok) throw new ProblemError(proof.problem);
  if (proof.value.state === 'proven') await bindings.noteProven(checked);
  const facts = factsWithRun(checked.facts, proof.value, Date.now());
  const causes =
    proof.value.state === 'failed'
      ? doctorReport(
          {
            subject: `${checked.organization}/${checked.workspace}`,
            ...consult(facts, runChecks(facts, trustJudge)),
          },
          'markdown',
        )
      : '';
  await previews.showMarkdown(
    `${vscode.l10n.t('Run {0}', checked.workspace)}.md`,
    `${runText(checked, proof.value)}\n${causes}`,
  );
  await bindings.checkPlaces(analysed, [checked]);
}

async function cancelToo(url: string): Promise<boolean> {
  const cancel = vscode.l10n.t('Cancel the Run');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('You stopped following the run. Cancel it in HCP Terraform too?'),
    { modal: true, detail: url },
    cancel,
  );
  return answer === cancel;
}

function runText({ organization, workspace }: CheckedWorkspace, proof: RunProof): string {
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
    `# ${titles[proof.state]}: ${markdownCode(`${organization}/${workspace}`)}`,
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
  ].join('\n');
}
