import { isAbort, type Problem } from '../core/problem';
import { type Certainty, executorFor, type Surroundings, type Undone } from './apply/apply';
import type { Change } from './change';
import type { JournalRun, Step, UndoState } from './journal/journal';

export interface UndoneStep {
  readonly change: Change;
  readonly state: UndoState;
  /** Why it was kept. */
  readonly why: string | undefined;
}

export interface UndoResult {
  readonly state: 'complete' | 'stopped' | 'cancelled';
  /** In the order of the undo: the last change first. */
  readonly steps: readonly UndoneStep[];
  readonly problem?: Problem;
}

/** What an undo of the run would look at, last change first. */
export function toUndo(run: JournalRun): readonly Step[] {
  return run.steps
    .filter(
      s =>
        (s.state === 'done' && s.ours) || s.state === 'intended' || (s.state === 'stopped' && s.effect === 'unknown'),
    )
    .filter(s => s.undo === undefined || s.undo === 'intended' || (s.undo === 'kept' && s.undoAgain === true))
    .reverse();
}

/** The runs that an undo could do something about, the last one first: also those of which an earlier undo kept some steps. */
export const undoable = (runs: readonly JournalRun[]): readonly JournalRun[] =>
  runs.filter(run => toUndo(run).length > 0).reverse();

/**
 * Replays a journal backwards: restores what was there, deletes only what the run created, and only where nothing
 * changed since; what did change is kept and named. Can be stopped and run again.
 */
export async function undo(run: JournalRun, at: Surroundings): Promise<UndoResult> {
  const steps: UndoneStep[] = [];
  const queue = toUndo(run);
  for (const [index, step] of queue.entries()) {
    const { change } = step;
    if (at.signal.aborted) return { state: 'cancelled', steps };
    const started = at.now();
    const tell = (state: UndoState | 'started' | 'stopped', detail?: string): void =>
      at.progress({
        change,
        index,
        total: queue.length,
        state,
        milliseconds: at.now() - started,
        ...(detail === undefined ? {} : { detail }),
      });
    tell('started');
    await at.journal.undoIntent(change.id);
    try {
      const result = change.undoable
        ? await executorFor(at.executors, change).undo(change, step.outcome, certaintyOf(step), at.signal)
        : keptAsNoted(change);
      if (!result.ok) {
        tell('stopped', result.problem.message);
        await at.journal.undoEnd(false);
        return { state: 'stopped', steps, problem: result.problem };
      }
      await at.journal.undoDone(change.id, result.state, result.why, result.again);
      steps.push({ change, state: result.state, why: result.why });
      tell(result.state, result.why);
    } catch (error) {
      if (!isAbort(error)) throw error;
      return { state: 'cancelled', steps };
    }
  }
  await at.journal.undoEnd(true);
  return { state: 'complete', steps };
}

/**
 * What an undo of `run` ends badly with: it turns dynamic credentials off, and the static keys of the workspace were removed by a
 * later run, which can't bring them back. `undefined`: no such thing.
 */
export function lostCredentials(run: JournalRun, runs: readonly JournalRun[]): string | undefined {
  const turnsOff = toUndo(run).some(
    ({ change }) =>
      change.kind === 'variable' && change.key.startsWith('TFC_AWS_PROVIDER_AUTH') && change.after === 'true',
  );
  if (!turnsOff) return undefined;
  const removed = runs
    .filter(r => r.subject === run.subject && r.at >= run.at)
    .flatMap(r => r.steps)
    .filter(s => s.state === 'done' && s.ours && s.undo !== 'undone')
    .flatMap(({ change }) =>
      change.kind === 'variable' && change.action === 'delete' && !change.undoable ? [change.key] : [],
    );
  if (removed.length === 0) return undefined;
  return `${[...new Set(removed)].join(', ')} can not be brought back: after this undo the workspace has no AWS credentials until you set some.`;
}

const keptAsNoted = (change: Change): Undone => ({
  ok: true,
  state: 'kept',
  why: change.undoNote ?? 'It can not be undone.',
});

const certaintyOf = (step: Step): Certainty =>
  step.undo === 'intended' ? 'undo-begun' : step.state === 'done' ? 'done' : 'maybe';
