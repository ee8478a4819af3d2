import { isAbort, type Problem } from '../core/problem';
import { type Certainty, executorFor, refusal, type Surroundings, type Undone } from './apply/apply';
import { type Change, lossOf } from './change';
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
export const undoable = (runs: readonly JournalRun[]): readonly JournalRun[] => {
  const some = runs.filter(run => toUndo(run).length > 0).reverse();
  const first = nextToUndo(runs);
  return first === undefined ? some : [first, ...some.filter(run => run !== first)];
};

/**
 * The run that is undone next: the last one that no undo has gone through yet. After those come the ones of which something was kept
 * because of how things were then, each in its turn: what stood in the way may be gone.
 */
export function nextToUndo(runs: readonly JournalRun[]): JournalRun | undefined {
  const open = runs.filter(run => toUndo(run).length > 0);
  const fewest = Math.min(...open.map(run => run.undos));
  return open.findLast(run => run.state !== 'undone') ?? open.findLast(run => run.undos === fewest);
}

/**
 * Replays a journal backwards: restores what was there, deletes only what the run created, and only where nothing
 * changed since; what did change is kept and named. Can be stopped and run again.
 */
export async function undo(run: JournalRun, at: Surroundings): Promise<UndoResult> {
  const steps: UndoneStep[] = [];
  const queue = toUndo(run);
  const unfit = refusal(
    queue.map(s => s.change),
    at,
  );
  // Half an undo, with the other half in another account, would be worse than none.
  if (unfit !== undefined) return { state: 'stopped', steps, problem: unfit };
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
 * later run, which can't bring them back; or it takes roles away while a variable, whose former value nobody can read, goes on naming
 * them. `undefined`: no such thing.
 */
export function lostCredentials(run: JournalRun, runs: readonly JournalRun[]): string | undefined {
  const steps = toUndo(run);
  const stays = steps.flatMap(({ change }) =>
    change.kind === 'variable' && change.action === 'update' && !change.undoable ? [change.key] : [],
  );
  const named = stays.length === 0 ? undefined : lost(stays, 'its runs have no role until you set one');
  const turnsOff = steps.some(
    ({ change }) =>
      change.kind === 'variable' && change.key.startsWith('TFC_AWS_PROVIDER_AUTH') && change.after === 'true',
  );
  if (!turnsOff) return named;
  const removed = runs
    .filter(r => r.subject === run.subject && r.sequence >= run.sequence)
    .flatMap(r => r.steps)
    .filter(s => s.state === 'done' && s.ours && s.undo !== 'undone')
    .flatMap(({ change }) =>
      change.kind === 'variable' && change.action === 'delete' && !change.undoable ? [change.key] : [],
    );
  return removed.length === 0 ? named : lost(removed, 'the workspace has no AWS credentials until you set some');
}

const lost = (keys: readonly string[], then: string): string =>
  `${[...new Set(keys)].join(', ')} cannot be brought back: after this undo ${then}.`;

const keptAsNoted = (change: Change): Undone => ({
  ok: true,
  state: 'kept',
  why: lossOf(change) ?? '',
});

const certaintyOf = (step: Step): Certainty =>
  step.undo === 'intended' ? 'undo-begun' : step.state === 'done' ? 'done' : 'maybe';
