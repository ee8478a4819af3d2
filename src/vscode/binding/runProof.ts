import type { JournalStore } from '../../binding/journal/journal';
import { followRun } from '../../binding/setup';
import { ProblemError } from '../../core/problem';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import { VscodeUi } from '../configure/editorUi';
import { runPreview } from '../configure/runPreview';
import { belowNotification, useCaseServices } from '../configure/services';
import { editorSurface } from '../configure/surface';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot } from '../projectStore';

interface ProofServices {
  readonly bindings: BindingStore;
  readonly connections: HcpConnections;
  readonly previews: Previews;
  readonly journals: JournalStore;
  readonly env: NodeJS.ProcessEnv;
}

/** The real proof on demand: a plan-only run, followed to its end. What stands in the way is said. Nothing is ever applied. */
export async function proveOnDemand(
  { bindings, connections, previews, journals, env }: ProofServices,
  analysed: AnalysedRoot,
  checked: CheckedWorkspace,
): Promise<void> {
  const workspace = checked.source?.workspace;
  if (workspace === undefined) {
    const { facts } = checked;
    const cause = facts.workspace.state === 'unknown' ? facts.workspace.problem : undefined;
    throw new ProblemError({
      ...(cause ?? { code: 'workspace-unread', nextStep: 'Look at its checks in the sidebar.' }),
      message: `Workspace ${checked.workspace} could not be read, so no run can be started.${cause === undefined ? '' : ` ${cause.message}`}`,
    });
  }
  const ui = new VscodeUi();
  const surface = editorSurface(ui, { accountConfirmed: true }, async event => {
    if (event.id !== 'run-ended') return;
    if (event.proof.state === 'proven') await bindings.noteProven(checked);
    await previews.showMarkdown(`${`Run ${checked.workspace}`}.md`, runPreview(event));
  });
  const { hostname, organization } = checked;
  const run = await followRun(
    { ...checked, place: { hostname, organization, workspace: checked.workspace } },
    workspace,
    signal => connections.open(hostname, analysed.root.cloud, signal),
    useCaseServices({ journals, connections, env }, belowNotification(ui)),
    surface,
    bindings.chosenAccount,
  );
  if (run !== undefined) await bindings.checkPlaces(analysed, [checked]);
}
