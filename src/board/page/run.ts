import type { Change } from '../../binding/change';
import type { SetupEvent, Standing, StageId } from '../../binding/setup';
import type { Problem } from '../../core/problem';
import type { ChangeLine } from './model';
import { fullName, kindOf } from '../../binding/place';

type Told<Id extends SetupEvent['id']> = Extract<SetupEvent, { readonly id: Id }>;

/** One change of a run and where it stands. */
export interface RunLine {
  readonly stage: StageId;
  readonly change: Change;
  readonly progress: NonNullable<ChangeLine['progress']>;
  readonly seconds?: number;
  readonly detail?: string;
}

/** What a use case has told so far, as a page needs it. Plain data. */
export interface RunSoFar {
  readonly stage: StageId | undefined;
  readonly lines: readonly RunLine[];
  /** The latest one of each workspace. */
  readonly proofs: readonly Told<'proof'>[];
  readonly left: readonly string[];
  readonly warnings: readonly Problem[];
  readonly standing: Standing | undefined;
  /** Names of what was journaled and took effect, in the order of writing: what can be taken back. */
  readonly journals: readonly string[];
  /** Something of it was taken back, so that what was proven of it before is no longer so. */
  readonly takenBack: boolean;
  /** What HCP Terraform says of the run that is followed. */
  readonly status: string | undefined;
  readonly runs: readonly Told<'run-ended'>[];
  readonly notStarted: readonly Told<'run-not-started'>[];
  readonly ended: Told<'finished'>['state'] | undefined;
}

export const nothingYet: RunSoFar = {
  stage: undefined,
  lines: [],
  proofs: [],
  left: [],
  warnings: [],
  standing: undefined,
  journals: [],
  takenBack: false,
  status: undefined,
  runs: [],
  notStarted: [],
  ended: undefined,
};

/** A run, once one thing more was told of it. */
export function follow(run: RunSoFar, event: SetupEvent): RunSoFar {
  switch (event.id) {
    case 'stage':
      return { ...run, stage: event.stage };
    case 'change':
      return { ...run, lines: withProgress(run.lines, event) };
    case 'written':
      return {
        ...run,
        journals: [...run.journals.filter(name => name !== event.journal), ...(event.unchanged ? [] : [event.journal])],
        warnings: event.warning === undefined ? run.warnings : [...run.warnings, event.warning],
      };
    case 'stopped':
      return { ...run, standing: event.standing };
    case 'proof':
      return { ...run, proofs: [...run.proofs.filter(p => !samePlace(p.place, event.place)), event] };
    case 'left':
      return { ...run, left: [...run.left, event.why] };
    case 'run-status':
      return { ...run, status: event.status };
    case 'run-ended':
      return { ...run, status: undefined, runs: [...run.runs, event] };
    case 'run-not-started':
      return { ...run, status: undefined, notStarted: [...run.notStarted, event] };
    case 'finished':
      return { ...run, stage: undefined, ended: event.state };
    case 'planned':
    case 'not-written':
    case 'answered':
      return run;
  }
}

/** A run of which the writing `journal` was taken back: nothing that was read before is told of it any more. */
export const takenBack = (run: RunSoFar, journal: string): RunSoFar => ({
  ...run,
  journals: run.journals.filter(name => name !== journal),
  takenBack: true,
  proofs: [],
  left: [],
});

/** How a run ended that was not carried out to its end, or was taken back; nothing of one that goes on, or is done. */
export function notDone({ ended, journals, takenBack: isBack }: RunSoFar): string | undefined {
  if (isBack) {
    const how = ended === 'stopped' ? 'It stopped before the end, and was taken back' : 'It was taken back';
    const rest = journals.length === 0 ? '' : ' What was written before that is still there.';
    return `${how}: below is what became of each change.${rest}`;
  }
  switch (ended) {
    case 'stopped':
      return journals.length === 0
        ? 'It stopped before anything was changed.'
        : 'It stopped before the end. What was done is kept, and can be taken back.';
    case 'refused':
      return 'Nothing was written: something is in the way.';
    case 'declined':
      return 'Nothing was written.';
    case 'nothing':
      return 'Nothing was written: everything was as it should be.';
    case 'done':
    case undefined:
      return undefined;
  }
}

const samePlace = (a: Told<'proof'>['place'], b: Told<'proof'>['place']): boolean =>
  a.hostname === b.hostname && kindOf(a) === kindOf(b) && fullName(a) === fullName(b);

const words: Readonly<Record<Told<'change'>['progress']['state'], RunLine['progress']>> = {
  started: 'runs',
  done: 'done',
  already: 'done',
  stopped: 'failed',
  undone: 'done',
  nothing: 'done',
  kept: 'kept',
};

function withProgress(lines: readonly RunLine[], { stage, progress }: Told<'change'>): readonly RunLine[] {
  const { change, state, milliseconds, detail } = progress;
  const line: RunLine = {
    stage,
    change,
    progress: words[state],
    ...(state !== 'started' && { seconds: milliseconds / 1000 }),
    ...(detail !== undefined && { detail }),
  };
  const at = lines.findIndex(l => l.stage === stage && l.change.id === change.id);
  return at < 0 ? [...lines, line] : lines.map((l, i) => (i === at ? line : l));
}

/** The changes before the proof: those that were begun, and those that wait their turn. */
export function linesBefore(run: RunSoFar, planned: readonly Change[]): readonly RunLine[] {
  const begun = run.lines.filter(l => l.stage === 'write');
  const waiting = planned
    .filter(c => begun.every(l => l.change.id !== c.id))
    .map((change): RunLine => ({ stage: 'write', change, progress: 'waits' }));
  return [...begun, ...waiting];
}
