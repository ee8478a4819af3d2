import type { JournalRun } from '../journal/journal';

/** When the journal says that the key was made inactive, if nothing of ours made it active since. */
export function inactiveSince(hash: string, runs: readonly JournalRun[]): number | undefined {
  let since: number | undefined;
  for (const run of runs) {
    for (const { change, state, undo } of run.steps) {
      if (change.kind !== 'iam' || change.action !== 'UpdateAccessKey' || change.input['KeyHash'] !== hash) continue;
      if (state !== 'done') continue;
      since = change.wanted === 'Inactive' && undo !== 'undone' ? run.at : undefined;
    }
  }
  return since;
}
