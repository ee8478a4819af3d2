import type { Problem } from '../../core/problem';
import type { Change, Json } from '../change';
import { type JournalRecord, recordsIn, type UndoState } from './records';
import { holdsSecret } from './secretText';

/**
 * The append-only record of an apply: one JSON object a line, intent before and result after each write, so that a killed
 * process leaves enough to go on or to go back. It never holds a secret: values of sensitive variables and the text
 * of code files stay out.
 */

/** Where journals are kept. `append` returns when the line is on the disk. */
export interface JournalStore {
  /** Names of all journals, oldest first. */
  names(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  append(name: string, line: string): Promise<void>;
}

export type { UndoState };

export type StepState = 'pending' | 'intended' | 'done' | 'stopped';

export interface Step {
  readonly change: Change;
  readonly state: StepState;
  /** False where the change was found done already: undo leaves it alone. */
  readonly ours: boolean;
  /** What the executor said of the write; before it is done, what it prepared. */
  readonly outcome: Json;
  /** Of a `stopped` step. */
  readonly effect: 'none' | 'unknown';
  readonly problem: Problem | undefined;
  readonly undo: UndoState | 'intended' | undefined;
  /** Kept, but another undo may do better. */
  readonly undoAgain?: boolean;
}

/** A journal read back. */
export interface JournalRun {
  readonly name: string;
  /** Milliseconds since the epoch, by the clock of that day. */
  readonly at: number;
  /** See the record; 0 where it has none. */
  readonly sequence: number;
  /** How many undos of it came to an end. */
  readonly undos: number;
  readonly title: string;
  readonly subject: string;
  readonly steps: readonly Step[];
  /** `open`: the process ended in the middle. `undoing`: an undo was begun and is not complete. */
  readonly state: 'open' | 'complete' | 'stopped' | 'cancelled' | 'undoing' | 'undone';
}

/** What a journal may keep of a change. */
function withoutSecrets(change: Change): Change {
  switch (change.kind) {
    case 'iam':
    case 'tests':
      return change;
    case 'variable':
      return change.sensitive ? { ...change, value: undefined, before: undefined, after: undefined } : change;
    case 'code':
      // A file's text may hold the very keys that the change removes, and a line that is written anew may hold others. A run that
      // stopped then can't be gone on with: the file is planned again.
      return {
        ...change,
        before: undefined,
        after: undefined,
        edits: change.edits.some(edit => holdsSecret(edit.newText)) ? [] : change.edits,
      };
  }
}

/** Writes one journal. */
export class Journal {
  private known: string;

  constructor(
    private readonly store: JournalStore,
    name: string,
    private readonly now: () => number,
  ) {
    this.known = name;
  }

  /** Another one than was given where `begin` found that name taken. */
  get name(): string {
    return this.known;
  }

  private write(record: JournalRecord): Promise<void> {
    return this.store.append(this.known, `${JSON.stringify(record)}\n`);
  }

  async begin(title: string, subject: string, changes: readonly Change[]): Promise<void> {
    const before = await readJournals(this.store);
    const names = new Set(await this.store.names());
    // A clock that was put back may give a name twice.
    const { name } = this;
    for (let n = 2; names.has(this.known); n++) this.known = `${name}-${n}`;
    return this.write({
      type: 'begin',
      version: 1,
      at: this.now(),
      sequence: Math.max(0, ...before.map(run => run.sequence)) + 1,
      title,
      subject,
      changes: changes.map(withoutSecrets),
    });
  }

  intent(change: string, prepared: Json): Promise<void> {
    return this.write({ type: 'intent', at: this.now(), change, prepared });
  }

  done(change: string, ours: boolean, outcome: Json): Promise<void> {
    return this.write({ type: 'done', at: this.now(), change, ours, outcome });
  }

  stopped(change: string, effect: 'none' | 'unknown', problem: Problem): Promise<void> {
    return this.write({ type: 'stopped', at: this.now(), change, effect, problem });
  }

  end(state: 'complete' | 'stopped' | 'cancelled'): Promise<void> {
    return this.write({ type: 'end', at: this.now(), state });
  }

  undoIntent(change: string): Promise<void> {
    return this.write({ type: 'undo-intent', at: this.now(), change });
  }

  undoDone(change: string, state: UndoState, why?: string, again?: true): Promise<void> {
    return this.write({
      type: 'undo-done',
      at: this.now(),
      change,
      state,
      ...(why !== undefined && { why }),
      ...(again && { again }),
    });
  }

  undoEnd(complete: boolean): Promise<void> {
    return this.write({ type: 'undo-end', at: this.now(), complete });
  }
}

/** A name that sorts by time and fits any file system: `20261124T091500000Z-app-terraform-io-acme-storefront-123456789012`. */
export function journalName(at: number, subject: string): string {
  return `${new Date(at).toISOString().replace(/[-:.]/g, '')}-${slugOf(subject)}`;
}

/** A subject as a part of a file's name. */
export const slugOf = (subject: string): string =>
  subject
    .replace(/[^\w]+/g, '-')
    .slice(-100)
    .replace(/^-+/, '');

/** Reads a journal. A last line that was cut by a crash is left out; `undefined` when not even the first line is whole. */
export function readJournal(name: string, text: string): JournalRun | undefined {
  const records = recordsIn(text);
  const begin = records[0];
  if (begin?.type !== 'begin') return undefined;
  const steps = new Map<string, Step>(
    begin.changes.map(change => [
      change.id,
      { change, state: 'pending', ours: true, outcome: null, effect: 'none', problem: undefined, undo: undefined },
    ]),
  );
  let state: JournalRun['state'] = 'open';
  let undos = 0;
  const patch = (id: string, part: Partial<Step>): void => {
    const step = steps.get(id);
    if (step) steps.set(id, { ...step, ...part });
  };
  for (const record of records.slice(1)) {
    switch (record.type) {
      case 'begin':
        break;
      case 'intent':
        patch(record.change, { state: 'intended', effect: 'unknown', outcome: record.prepared, problem: undefined });
        state = 'open';
        break;
      case 'done':
        patch(record.change, { state: 'done', ours: record.ours, outcome: record.outcome, problem: undefined });
        break;
      case 'stopped':
        patch(record.change, { state: 'stopped', effect: record.effect, problem: record.problem });
        break;
      case 'end':
        state = record.state;
        break;
      case 'undo-intent':
        patch(record.change, { undo: 'intended' });
        state = 'undoing';
        break;
      case 'undo-done':
        patch(record.change, { undo: record.state, undoAgain: record.again === true });
        state = 'undoing';
        break;
      case 'undo-end':
        state = record.complete ? 'undone' : 'undoing';
        if (record.complete) undos += 1;
        break;
    }
  }
  const { at, title, subject, sequence = 0 } = begin;
  return { name, at, sequence, undos, title, subject, steps: [...steps.values()], state };
}

/** All journals that can be read, oldest first: as they say it themselves, and by their names where they do not. */
export async function readJournals(store: JournalStore): Promise<readonly JournalRun[]> {
  const runs: JournalRun[] = [];
  for (const name of await store.names()) {
    const run = readJournal(name, await store.read(name));
    if (run) runs.push(run);
  }
  return runs.sort((a, b) => a.sequence - b.sequence || (a.name < b.name ? -1 : 1));
}

/** Did the run write anything that an undo could take back? */
export const hasEffects = ({ steps }: Pick<JournalRun, 'steps'>): boolean =>
  steps.some(
    s => (s.state === 'done' && s.ours) || s.state === 'intended' || (s.state === 'stopped' && s.effect === 'unknown'),
  );

/** The newest run about `subject` that stopped in the middle: it wants to be gone on with, or undone, first. */
export function unfinished(runs: readonly JournalRun[], subject: string): JournalRun | undefined {
  const newest = runs.filter(r => r.subject === subject).at(-1);
  if (newest === undefined || newest.state === 'complete' || newest.state === 'undone') return undefined;
  return hasEffects(newest) && !fitsNoLonger(newest) ? newest : undefined;
}

/**
 * Did it stop because what it had planned fits no longer? To go on with it would stop again at the same place: a new plan starts from what
 * is there now, and an undo still finds both runs.
 */
const fitsNoLonger = (run: JournalRun): boolean =>
  run.state === 'stopped' &&
  run.steps.some(s => s.state === 'stopped' && s.problem !== undefined && replanned.has(s.problem.code));
const replanned: ReadonlySet<string> = new Set(['changed-since-plan', 'value-not-kept', 'EntityAlreadyExists']);

/** In one sentence: where it stopped. */
export function whereItStopped(run: JournalRun): string {
  const done = run.steps.filter(s => s.state === 'done').length;
  const at = run.steps.find(s => s.state !== 'done');
  const place = at === undefined ? 'after the last one' : `at "${at.change.title}"`;
  return `The run of ${new Date(run.at).toISOString()} stopped after ${done} of ${run.steps.length} changes, ${place}${at?.problem ? `: ${at.problem.message}` : '.'}`;
}

/** Which binding a run was about; what is left out matches all. */
export interface RunFilter {
  readonly organization?: string;
  readonly project?: string;
  readonly workspace?: string;
  readonly stack?: string;
  readonly deployment?: string;
  readonly module?: string;
}

/** The runs about such a binding. A journal's subject has organization and workspace; the project is in the trust policies. */
export function runsAbout(runs: readonly JournalRun[], filter: RunFilter): readonly JournalRun[] {
  const named = runs.filter(run => isNamed(run, filter));
  const { project } = filter;
  if (project === undefined) return named;
  // A run that wrote variables only belongs to the project that the binding's other runs tell of.
  const subjects = new Set(
    named
      .filter(run =>
        run.steps.some(
          s => s.change.kind === 'iam' && JSON.stringify(s.change.wanted).includes(`:project:${project}:`),
        ),
      )
      .map(run => run.subject),
  );
  return named.filter(run => subjects.has(run.subject));
}

function isNamed(run: JournalRun, filter: RunFilter): boolean {
  // HOST/ORG/WORKSPACE+ORG/WORKSPACE@ACCOUNT#TAG; ORG/stack:PROJECT:STACK:DEPLOYMENT and ORG/module:MODULE of the other kinds
  const bindings = run.subject
    .replace(/@\d{12}(?:#.*)?$/, '')
    .replace(/^[^/]*\//, '')
    .split('+');
  return bindings.some(binding => {
    const [organization, ...rest] = binding.split('/');
    const [kind, ...names] = rest.join('/').split(':');
    const named = {
      organization,
      ...(names.length === 0 && { workspace: kind }),
      ...(kind === 'stack' && { stack: names[1], deployment: names[2] }),
      ...(kind === 'module' && { module: names[0] }),
    };
    return (['organization', 'workspace', 'stack', 'deployment', 'module'] as const).every(
      name => filter[name] === undefined || filter[name] === named[name],
    );
  });
}
