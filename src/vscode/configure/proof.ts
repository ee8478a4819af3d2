import * as vscode from 'vscode';
import { trustIsProven } from '../../binding/proven';
import { planRemovals } from '../../binding/planVariables';
import { ProblemError } from '../../core/problem';
import type { ChosenAccount } from '../aws';
import type { BindingStore, CheckedWorkspace } from '../bindingStore';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { type ApplyServices, report } from './apply';
import { provenPreview, resultPreview } from './preview';
import type { PreparedTarget } from './targets';

interface ProofServices extends ApplyServices {
  readonly bindings: BindingStore;
  readonly store: ProjectStore;
}

/**
 * Reads everything back into the sidebar and shows what was checked. Where the role is proven, the removal of each static key is
 * offered, with a yes of its own. False where the proof does not hold: then the code keeps its keys too.
 */
export async function proveAndRemove(
  services: ProofServices,
  analysed: AnalysedRoot,
  opened: ChosenAccount,
  targets: readonly PreparedTarget[],
): Promise<boolean> {
  const { bindings, previews } = services;
  const read = targets.filter(t => t.hcp !== undefined);
  if (read.length === 0) return true;
  const check = async (): Promise<readonly (CheckedWorkspace | undefined)[]> => {
    await bindings.check([analysed]);
    const found = bindings.of(analysed)?.workspaces ?? [];
    return read.map(t => found.find(w => w.workspace === t.hcp?.workspace.name));
  };
  bindings.useAccount(opened);
  const checked = await check();
  checked.forEach((c, i) => holds(c, read[i]?.hcp?.workspace.name ?? ''));
  let removed = false;
  for (const [i, target] of read.entries()) {
    const found = checked[i];
    if (found === undefined) continue;
    const result = await removeKeys(services, target, found);
    if (result === 'stopped') return false;
    removed ||= result === 'removed';
  }
  const shown = removed ? await check() : checked;
  const proven = shown.flatMap(c => (c === undefined ? [] : [c]));
  await previews.showMarkdown(
    `${vscode.l10n.t('Proof {0}', proven.map(c => c.workspace).join(', '))}.md`,
    provenPreview(proven),
  );
  // Other roots may use the same account: what was unknown of them can be known now.
  const others = services.store.all().filter(r => r !== analysed && bindings.of(r) !== undefined);
  if (others.length > 0) await bindings.check(others);
  return true;
}

/** The role is proven when every run phase is trusted and nothing else is wrong but what is removed last. */
function holds(checked: CheckedWorkspace | undefined, workspace: string): void {
  const last = new Set(['no-static-credentials', 'last-run']);
  const essential = checked?.checks.filter(c => !last.has(c.id)) ?? [];
  const wrong = essential.filter(c => c.state === 'wrong');
  if (wrong.length === 0 && trustIsProven(essential)) return;
  throw new ProblemError({
    code: 'not-proven',
    message: vscode.l10n.t(
      'The setup of {0} is not proven: {1}. The static keys were left in place.',
      workspace,
      wrong.map(c => c.title).join(', ') || vscode.l10n.t('the role could not be read back'),
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
  if (source === undefined || statics.length === 0) return 'kept';
  const items = planRemovals(source.workspace, source.reading, statics).map(change => ({
    label: change.title,
    ...(change.undoNote !== undefined && { detail: change.undoNote }),
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
