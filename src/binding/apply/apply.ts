import { isAbort, type Problem, type Result } from '../../core/problem';
import type { Change, CodeChange, IamChange, Json, TestsChange, VariableChange } from '../change';
import { hasEffects, type Journal, type JournalRun, type Step, type UndoState } from '../journal/journal';

/** Carries out one kind of change, and takes it back. */
export interface Executor<C extends Change> {
  /** Why it can carry out no change of this kind here (another account, say): looked at before the first write of a run. */
  refuses?(change: C): Problem | undefined;
  /** What the journal should hold before the write, so that a resumed run or an undo can judge it. */
  prepare?(change: C, signal: AbortSignal): Promise<Result<Json>>;
  /** `resumed`: an earlier process may have done it already. `prepared`: what `prepare` gave, then or now. */
  perform(change: C, resumed: boolean, prepared: Json, signal: AbortSignal): Promise<Performed>;
  /** Restores the former state only if nothing changed since. */
  undo(change: C, outcome: Json, certainty: Certainty, signal: AbortSignal): Promise<Undone>;
  /** Told of what an earlier process of the same run did. */
  recall?(change: C, outcome: Json): void;
  /** After the last change: reads back what was made. */
  finish?(signal: AbortSignal): Promise<Problem | undefined>;
}

/** Whether the write happened: `done`, `maybe` (its result was lost), or `undo-begun` (and an earlier undo may have taken it back). */
export type Certainty = 'done' | 'maybe' | 'undo-begun';

export type Performed =
  | {
      readonly ok: true;
      /** False: it was found done by somebody else, so an undo must leave it alone. */
      readonly ours: boolean;
      readonly outcome: Json;
    }
  | { readonly ok: false; readonly effect: 'none' | 'unknown'; readonly problem: Problem };

export type Undone =
  /** `again`: kept because something could not be known; another undo may know it. */
  | { readonly ok: true; readonly state: UndoState; readonly why?: string; readonly again?: true }
  | { readonly ok: false; readonly problem: Problem };

/** One executor for each kind of change that the plan holds. */
export interface Executors {
  readonly iam?: Executor<IamChange>;
  readonly variable?: Executor<VariableChange>;
  readonly code?: Executor<CodeChange>;
  readonly tests?: Executor<TestsChange>;
}

export interface Progress {
  readonly change: Change;
  /** 0-based. */
  readonly index: number;
  readonly total: number;
  readonly state: 'started' | 'done' | 'already' | 'stopped' | UndoState;
  /** Milliseconds since the change was started. */
  readonly milliseconds: number;
  readonly detail?: string;
}

export interface Surroundings {
  readonly executors: Executors;
  readonly journal: Journal;
  readonly now: () => number;
  readonly progress: (progress: Progress) => void;
  /** Stops between two changes; a write that was sent is waited for, so that its result is known. */
  readonly signal: AbortSignal;
}

export interface ApplyResult {
  readonly state: 'complete' | 'stopped' | 'cancelled';
  /** Changes that hold now, those of an earlier process included. */
  readonly done: number;
  readonly total: number;
  /** It stopped before anything of it took effect: to go back would be to undo an earlier run. */
  readonly unchanged?: true;
  readonly problem?: Problem;
  /** All changes hold, but not every reader sees them yet. */
  readonly warning?: Problem;
}

/** An executor with its type of change forgotten; `for` picks the right one, so that the pair always fits. */
export function executorFor(executors: Executors, change: Change): Executor<Change> {
  const found = executors[change.kind];
  if (found === undefined) throw new Error(`No executor for changes of kind "${change.kind}".`);
  return found as unknown as Executor<Change>;
}

/** Applies a plan's changes in their order, each with its intent and result in the journal. */
export async function apply(
  plan: { readonly title: string; readonly subject: string; readonly changes: readonly Change[] },
  at: Surroundings,
): Promise<ApplyResult> {
  await at.journal.begin(plan.title, plan.subject, plan.changes);
  const steps = plan.changes.map((change): Step => ({
    change,
    state: 'pending',
    ours: true,
    outcome: null,
    effect: 'none',
    problem: undefined,
    undo: undefined,
  }));
  return go(steps, at);
}

/** Goes on with a run that stopped: exactly the changes that it had planned, checking first what the last one did. */
export async function resume(run: JournalRun, at: Surroundings): Promise<ApplyResult> {
  for (const step of run.steps) {
    if (step.state === 'done') executorFor(at.executors, step.change).recall?.(step.change, step.outcome);
  }
  return go(run.steps, at);
}

/** Why the surroundings are not those of a change: nothing is written then, not even what would fit. */
export function refusal(changes: readonly Change[], at: Pick<Surroundings, 'executors'>): Problem | undefined {
  for (const change of changes) {
    const problem = executorFor(at.executors, change).refuses?.(change);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function go(steps: readonly Step[], at: Surroundings): Promise<ApplyResult> {
  const total = steps.length;
  let done = 0;
  // An earlier process may have made changes, or been ended in the middle of one.
  let touched = hasEffects({ steps });
  const stop = async (state: 'stopped' | 'cancelled', problem?: Problem): Promise<ApplyResult> => {
    await at.journal.end(state);
    return {
      state,
      done,
      total,
      ...(!touched && { unchanged: true as const }),
      ...(problem ? { problem } : {}),
    };
  };
  const unfit = refusal(
    steps.filter(s => s.state !== 'done').map(s => s.change),
    at,
  );
  if (unfit !== undefined) {
    done = steps.filter(s => s.state === 'done').length;
    return stop('stopped', unfit);
  }
  for (const [index, step] of steps.entries()) {
    if (step.state === 'done') {
      done += 1;
      continue;
    }
    if (at.signal.aborted) return stop('cancelled');
    const started = at.now();
    const tell = (state: Progress['state'], detail?: string): void =>
      at.progress({
        change: step.change,
        index,
        total,
        state,
        milliseconds: at.now() - started,
        ...(detail === undefined ? {} : { detail }),
      });
    tell('started');
    let performed: Performed;
    try {
      performed = await performOne(step, at);
    } catch (error) {
      touched = true;
      if (isAbort(error)) return stop('cancelled');
      throw error;
    }
    if (!performed.ok) {
      touched ||= performed.effect === 'unknown';
      await at.journal.stopped(step.change.id, performed.effect, performed.problem);
      tell('stopped', performed.problem.message);
      return stop('stopped', performed.problem);
    }
    touched ||= performed.ours;
    await at.journal.done(step.change.id, performed.ours, performed.outcome);
    done += 1;
    tell(performed.ours ? 'done' : 'already');
  }
  const warning = await finish(steps, at);
  // Every write has its answer, so there is nothing to go on with. But without the proof that it holds nothing may be built on it.
  await at.journal.end('complete');
  const lost = warning?.code === 'not-as-written' || warning?.code === 'not-read-back';
  if (lost) return { state: 'stopped', done, total, problem: warning };
  return { state: 'complete', done, total, ...(warning ? { warning } : {}) };
}

async function performOne(step: Step, at: Surroundings): Promise<Performed> {
  const executor = executorFor(at.executors, step.change);
  const resumed = step.state === 'intended' || (step.state === 'stopped' && step.effect === 'unknown');
  let prepared = step.outcome;
  if (!resumed) {
    const fresh = await executor.prepare?.(step.change, at.signal);
    if (fresh?.ok === false) return { ok: false, effect: 'none', problem: fresh.problem };
    prepared = fresh?.value ?? null;
  }
  await at.journal.intent(step.change.id, prepared);
  return executor.perform(step.change, resumed, prepared, at.signal);
}

async function finish(steps: readonly Step[], at: Surroundings): Promise<Problem | undefined> {
  const kinds = new Set(steps.map(s => s.change.kind));
  for (const kind of kinds) {
    try {
      const problem = await at.executors[kind]?.finish?.(at.signal);
      if (problem) return problem;
    } catch (error) {
      // All changes are made; giving up the wait for their visibility changes nothing.
      if (!isAbort(error)) throw error;
    }
  }
  return undefined;
}
