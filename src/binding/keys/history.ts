import type { JournalRun } from '../journal/journal';

/** When the journal says that the key was made inactive, if nothing of ours made it active since. */
export function inactiveSince(hash: string, runs: readonly JournalRun[]): number | undefined {
  let since: number | undefined;
  for (const run of runs) {
    for (const { change, state, effect, undo } of run.steps) {
      if (change.kind !== 'iam' || change.action !== 'UpdateAccessKey' || change.input['KeyHash'] !== hash) continue;
      // A write whose reply was lost counts too: whether it happened is seen in what IAM lists.
      if (state !== 'done' && state !== 'intended' && !(state === 'stopped' && effect === 'unknown')) continue;
      since = change.wanted === 'Inactive' && undo !== 'undone' ? run.at : undefined;
    }
  }
  return since;
}
