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
  /** Names of what was journaled, in the order of writing. */
  readonly journals: readonly string[];
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
        journals: [...run.journals.filter(name => name !== event.journal), event.journal],
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
