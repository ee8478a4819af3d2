import * as vscode from 'vscode';
import { inEditor } from '../problemText';
import { ofConfiguration, proofGap } from '../../binding/prove/proven';
import { planRemovals } from '../../binding/plan/variables';
import { isAbort, ProblemError } from '../../core/problem';
import type { Workspace } from '../../hcp/workspace/model';
import type { ChosenAccount } from '../aws';
import type { BindingStore, CheckedWorkspace, WorkspacePlace } from '../board/bindingStore';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { type ApplyServices, report } from './apply';
import { provenPreview, resultPreview } from './preview';
import type { PreparedTarget } from './targets';

interface ProofServices extends ApplyServices {
  readonly bindings: BindingStore;
  readonly store: ProjectStore;
}

/**
 * `everything`: each configuration of the workspaces is proven, so that credentials may go. `this configuration`: another one, such as
 * that of another account, could not be read, and may need what is there. `stopped`: the removal was not gone through.
 */
export type Proven = 'everything' | 'this configuration' | 'stopped';

/**
 * Reads everything back into the sidebar and shows what was checked. Where every role is proven, the removal of each static key is
 * offered, with a yes of its own. A setup that is not proven is a problem that is thrown.
 */
export async function proveAndRemove(
  services: ProofServices,
  analysed: AnalysedRoot,
  opened: ChosenAccount,
  targets: readonly PreparedTarget[],
): Promise<Proven> {
  const { bindings, previews } = services;
  const read = targets.filter(t => t.hcp !== undefined);
  // Just these, by the names that were chosen: the code may name none, or a hundred.
  const check = (): Promise<readonly CheckedWorkspace[]> =>
    bindings.checkPlaces(
      analysed,
      read.flatMap(({ hcp }) => (hcp === undefined ? [] : [placeOf(hcp.workspace)])),
    );
  bindings.useAccount(opened);
  const checked = await check();
  checked.forEach((c, i) => holds(c, read[i]?.binding.tag));
  let removed = false;
  for (const [i, target] of read.entries()) {
    const found = checked[i];
    if (found === undefined || proofGap(found.checks) !== undefined) continue;
    const result = await removeKeys(services, target, found);
    if (result === 'stopped') return 'stopped';
    removed ||= result === 'removed';
  }
  const shown = removed ? await check() : checked;
  await previews.showMarkdown(
    `${vscode.l10n.t('Proof {0}', shown.map(c => c.workspace).join(', '))}.md`,
    provenPreview(shown),
  );
  return shown.every(c => proofGap(c.checks) === undefined) ? 'everything' : 'this configuration';
}

/**
 * Other roots may use the same account: what was unknown of them can be known now. So may other workspaces of this root. What happens
 * there is not this setup's.
 */
export async function checkOthers(
  { bindings, store }: Pick<ProofServices, 'bindings' | 'store'>,
  analysed: AnalysedRoot,
): Promise<void> {
  const several = ({ root }: AnalysedRoot): boolean => ['tags', 'prefix'].includes(root.cloud.workspaces.by);
  const others = store
    .all()
    .filter(r => (r.root.dir === analysed.root.dir ? several(r) : bindings.of(r) !== undefined));
  if (others.length === 0) return;
  try {
    await bindings.check(others);
  } catch (error) {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    if (!(error instanceof ProblemError)) throw error;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'The setup is done. Other workspaces of this window could not be checked again: {0} {1}',
        error.problem.message,
        inEditor(error.problem.nextStep),
      ),
    );
  }
}

const placeOf = ({ hostname, organization, name }: Workspace): WorkspacePlace => ({
  hostname,
  organization,
  workspace: name,
});

/** The role is proven when every run phase is trusted and nothing else is wrong but what is removed last. */
function holds({ workspace, checks }: CheckedWorkspace, tag: string | undefined): void {
  const gap = proofGap(ofConfiguration(checks, tag));
  if (gap === undefined) return;
  const because = gap.wrong.length > 0 ? gap.wrong.map(c => c.title) : gap.unread.map(c => `${c.title}: ${c.why}`);
  throw new ProblemError({
    code: 'not-proven',
    message: vscode.l10n.t(
      'The setup of {0} is not proven: {1}. The static keys were left in place.',
      workspace,
      because.join(', ').replace(/\.$/, '') || vscode.l10n.t('the role could not be read back'),
    ),
    nextStep: vscode.l10n.t('Look at the checks in the sidebar.'),
  });
}

async function removeKeys(
  services: ProofServices,
  { prepared }: PreparedTarget,
  checked: CheckedWorkspace,
): Promise<'removed' | 'kept' | 'stopped'> {
  const { runs, previews } = services;
  const { source, facts, workspace } = checked;
  const statics = facts.variables.state === 'known' ? facts.variables.value.staticCredentials : [];
  if (source === undefined) return 'kept';
  const changes = planRemovals(source.workspace, source.reading, statics);
  if (changes.length === 0) return 'kept';
  const items = changes.map(change => ({
    label: change.title,
    detail: [
      ...(change.scope.type === 'varset' ? [vscode.l10n.t('Every workspace that uses the set loses it.')] : []),
      change.undoNote ?? '',
    ].join(' '),
    picked: false,
    change,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    title: vscode.l10n.t('The role of {0} is proven. Which static keys should go?', workspace),
    placeHolder: vscode.l10n.t('Each has its own tick; nothing is removed without it'),
  });
  if (chosen === undefined || chosen.length === 0) return 'kept';
  const { result, lines } = await runs.apply(
    prepared,
    chosen.map(c => c.change),
    vscode.l10n.t('Remove static keys of {0}', workspace),
  );
  await previews.showMarkdown(
    `${vscode.l10n.t('Result {0}', workspace)}.md`,
    resultPreview(prepared, result, lines, true),
  );
  return report(result) ? 'removed' : 'stopped';
}
