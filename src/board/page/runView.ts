import { type Change, undoNoteOf } from '../../binding/change';
import type { Check } from '../../binding/check';
import type { Consultation } from '../../binding/doctor/consult';
import { runWords } from '../../binding/prove/runWords';
import { isComparison } from '../../binding/report';
import type { Question, SetupEvent } from '../../binding/setup';
import { inEditor, problemText } from '../../core/editorText';
import { changesOf } from '../words';
import { changeLine, differenceOf } from './changes';
import type { ChangeLine, CheckLine, PageAction, Section } from './model';
import { linesBefore, type RunLine, type RunSoFar } from './run';
import { fullName } from '../../binding/place';

/** A question of the use case that the page shows, and that its buttons answer. */
export type PageQuestion =
  | ({ readonly id: 'clean-up-variables' } & Question<'clean-up-variables'>)
  | ({ readonly id: 'change-code' } & Question<'change-code'>)
  | ({ readonly id: 'start-run' } & Question<'start-run'>)
  | ({ readonly id: 'cancel-run' } & Question<'cancel-run'>);

/** A run and what it waits for. */
export interface RunView {
  readonly run: RunSoFar;
  readonly planned: readonly Change[];
  readonly question: PageQuestion | undefined;
  /** Ids of what is ticked. */
  readonly ticked: ReadonlySet<string>;
}

/** Each change with its state and time, what stopped, the proof that was read back, and what is left. */
export function runSections({ run, planned, question, ticked }: RunView): readonly Section[] {
  return [
    ...listed('Changes', linesBefore(run, planned)),
    ...standing(run),
    ...run.proofs.flatMap(proofSection),
    ...listed(
      'After the proof',
      run.lines.filter(l => l.stage === 'clean-up' || l.stage === 'code'),
    ),
    ...(question === undefined ? [] : questionSections(question, ticked)),
    ...run.runs.map(runSection),
    ...leftSections(run),
    ...listed(
      'Taken back',
      run.lines.filter(l => l.stage === 'undo'),
    ),
  ];
}

function listed(heading: string, lines: readonly RunLine[]): readonly Section[] {
  return lines.length === 0 ? [] : [{ kind: 'changes', heading, rows: lines.map(lineOf) }];
}

function lineOf({ change, progress, seconds, detail }: RunLine): ChangeLine {
  return {
    title: change.title,
    progress,
    difference: differenceOf(change),
    ...(seconds !== undefined && { seconds }),
    ...(detail !== undefined && { why: detail }),
  };
}

/** What stopped, and which credentials runs have now. */
function standing({ standing: now, warnings }: RunSoFar): readonly Section[] {
  const warned = warnings.map((w): CheckLine => ({ state: 'warning', title: problemText(w), details: [] }));
  if (now === undefined)
    return warned.length === 0 ? [] : [{ kind: 'checks', heading: 'Not seen everywhere yet', rows: warned }];
  const { problem } = now;
  const row: CheckLine = {
    state: problem === undefined ? 'warning' : 'wrong',
    title: `${now.done} of ${changesOf(now.total)} made`,
    details: [
      ...(problem === undefined ? ['It was stopped between two changes, as you asked.'] : [problem.message]),
      ...now.credentials,
    ],
    ...(problem !== undefined && { next: inEditor(problem.nextStep) }),
  };
  return [{ kind: 'checks', heading: 'It stopped', rows: [row, ...warned] }];
}

/** What holds is folded: it needs no look. */
function proofSection({ place, state, checks, because }: Extract<SetupEvent, { id: 'proof' }>): readonly Section[] {
  const name = fullName(place);
  const left = checks.some(c => c.state === 'wrong' || c.state === 'warning');
  const headings = {
    proven: left
      ? `Proven: everything was read back for ${name}. This is left`
      : `Proven: everything was read back for ${name}, and holds`,
    'this configuration': `Read back: this configuration of ${name} holds`,
    'not proven': `Not proven: ${name}`,
    'not read': `Not read back: ${name}`,
  } as const;
  const open = checks.filter(c => c.state !== 'ok');
  const holds = checks.filter(c => c.state === 'ok');
  // What an open check says is not said twice.
  const reasons = because
    .filter(reason => !open.some(c => reason.startsWith(c.title)))
    .map((title): CheckLine => ({ state: state === 'not proven' ? 'wrong' : 'unknown', title, details: [] }));
  return [
    {
      kind: 'checks',
      heading: headings[state],
      rows: [...reasons, ...open.map(checkLine)],
      ...(holds.length > 0 && {
        folded: {
          name: holds.length === 1 ? '1 check holds' : `${holds.length} checks hold`,
          rows: holds.map(checkLine),
        },
      }),
    },
  ];
}

const checkLine = (check: Check): CheckLine => ({
  state: check.state,
  title: check.title,
  details: check.state === 'unknown' ? [...check.evidence, check.why] : check.evidence,
  ...(check.nextStep !== undefined && { next: inEditor(check.nextStep) }),
});

function questionSections(question: PageQuestion, ticked: ReadonlySet<string>): readonly Section[] {
  switch (question.id) {
    case 'clean-up-variables':
      return [
        {
          kind: 'ticks',
          heading: `The role of ${question.workspace} is proven. What should go?`,
          lead: 'Each has its own tick. Nothing is removed without it.',
          rows: question.changes.map(c => ({
            id: c.id,
            label: c.title,
            note: undoNoteOf(c) ?? 'Can be taken back.',
            ticked: ticked.has(c.id),
          })),
        },
      ];
    case 'change-code':
      return [
        {
          kind: 'changes',
          heading: question.fixed === 0 ? 'Map the providers to their configurations' : 'The code, too',
          lead: `The files are changed and saved. Commit and push them: runs use the code of the repository.${question.afterwards === undefined ? '' : ` ${question.afterwards}`}`,
          rows: question.changes.map(c => changeLine(c)),
        },
      ];
    case 'start-run':
      return [
        {
          kind: 'text',
          heading: `Prove ${question.workspace} by a real run?`,
          lines: [
            'HCP Terraform plans the configuration that it has, with the new role. A plan-only run cannot be applied. It appears in the list of runs.',
          ],
        },
      ];
    case 'cancel-run':
      return [
        {
          kind: 'text',
          heading: 'You stopped following the run',
          lines: ['Cancel it in HCP Terraform too?', question.url],
        },
      ];
  }
}

/** The buttons of a question. Their ids are those that `answerOf` knows. */
export function questionActions(question: PageQuestion, ticked: ReadonlySet<string>): readonly PageAction[] {
  switch (question.id) {
    case 'clean-up-variables': {
      const count = question.changes.filter(c => ticked.has(c.id)).length;
      const label = count === 1 ? 'Change 1 Variable' : `Change ${count} Variables`;
      const keep: PageAction = { id: 'answer-no', label: 'Leave Them as They Are' };
      return count === 0 ? [keep] : [{ id: 'answer-yes', label }, keep];
    }
    case 'change-code': {
      const { fixed } = question;
      const label = fixed === 0 ? 'Write the Mapping' : fixed === 1 ? 'Apply 1 Fix' : `Apply ${fixed} Fixes`;
      return [
        { id: 'answer-yes', label },
        { id: 'differences', label: 'Show Differences' },
        { id: 'answer-no', label: 'Leave the Code as It Is' },
      ];
    }
    case 'start-run':
      return [
        { id: 'answer-yes', label: 'Start Plan-Only Run' },
        { id: 'answer-no', label: 'Not Now' },
      ];
    case 'cancel-run':
      return [
        { id: 'answer-yes', label: 'Cancel the Run' },
        { id: 'answer-no', label: 'Let It Go On' },
      ];
  }
}

function runSection({ place, proof, consultation }: Extract<SetupEvent, { id: 'run-ended' }>): Section {
  const words = runWords[proof.state];
  const { state, changes, doubts, code, milliseconds } = proof;
  const subject = fullName(place);
  const row: CheckLine = {
    state: state === 'proven' ? 'ok' : state === 'failed' ? 'wrong' : 'warning',
    title: `${proof.status.replaceAll('_', ' ')}, after ${Math.round(milliseconds / 1000)} s`,
    details: [
      ...doubts,
      code === undefined
        ? 'It planned the configuration that HCP Terraform has, not the files on this machine. Nothing was applied.'
        : `It planned ${code}, not the files on this machine. Nothing was applied.`,
      ...(changes === undefined
        ? []
        : [`Plan: ${changes.add} to add, ${changes.change} to change, ${changes.destroy} to destroy.`]),
      ...(state === 'cancelled' && proof.runCancelled === false ? ['The run in HCP Terraform goes on.'] : []),
    ],
    actions: [{ id: `open-${proof.runId}`, label: 'Open the Run and Its Log' }],
  };
  return {
    kind: 'checks',
    heading: `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${subject}`,
    rows: [row, ...causeLines(consultation)],
  };
}

/** Why a run failed, as the doctor says it. */
function causeLines(consultation: Consultation | undefined): readonly CheckLine[] {
  if (consultation === undefined) return [];
  return [
    ...consultation.diagnoses.map((d): CheckLine => ({
      state: 'wrong',
      title: d.mode.title,
      details: [d.explanation, ...d.evidence.filter(e => !isComparison(e))],
      next: inEditor(d.nextStep),
    })),
    ...consultation.others.map((o): CheckLine => ({
      state: 'warning',
      title: o.title,
      details: [o.line],
      next: inEditor(o.nextStep),
    })),
  ];
}

/** What is not done, and what only a person can do. */
function leftSections({ left, notStarted, lines, ended }: RunSoFar): readonly Section[] {
  if (ended === undefined) return [];
  const done = (stage: RunLine['stage']): readonly RunLine[] =>
    lines.filter(l => l.stage === stage && l.progress === 'done');
  const rows: CheckLine[] = [
    ...left.map((title): CheckLine => ({ state: 'warning', title, details: [] })),
    ...notStarted.map(({ problem }): CheckLine => ({
      state: 'unknown',
      title: 'No run was made',
      details: [problem.message],
      next: inEditor(problem.nextStep),
    })),
    ...(done('code').length === 0
      ? []
      : [
          {
            state: 'warning' as const,
            title: 'Runs still use the old code',
            details: [],
            next: 'Commit and push the changed files.',
          },
        ]),
    ...(done('clean-up').some(l => isKey(l.change))
      ? [
          {
            state: 'warning' as const,
            title: 'The old access key is still valid in AWS',
            details: ['It is out of the variables now, and whoever has a copy can still use it.'],
            next: 'Deactivate it once nothing else uses it.',
            actions: [{ id: 'keys', label: 'Show Old Keys…' }],
          },
        ]
      : []),
  ];
  return rows.length === 0 ? [] : [{ kind: 'checks', heading: 'What is left', rows }];
}

const isKey = (change: Change): boolean =>
  change.kind === 'variable' &&
  change.action === 'delete' &&
  /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)/i.test(change.key);

/** Whether changes are being made: a stop waits for the one that was sent. */
export type Writing = boolean | 'stopping';

export const stopAction = (writing: Writing): PageAction =>
  writing === 'stopping'
    ? { id: 'stop', label: 'Stopping After This Change…', disabled: true }
    : { id: 'stop', label: writing ? 'Stop After This Change' : 'Stop' };
