import type { Change } from '../../binding/change';
import type { Answers, Question, SetupEvent, StageId, Surface } from '../../binding/setup';

/** What the surface of use cases needs of the editor. Nothing here is VS Code's own, so that a test can sit in its place. */
export interface EditorUi {
  /** One of a list, beside what is shown. `undefined`: it was left with Escape. */
  pick<T>(question: ListQuestion<T>): Promise<T | 'back' | undefined>;
  /** Any number of a list; none where it was left. */
  pickSome<T>(question: ListQuestion<T>): Promise<readonly T[]>;
  /** The button that was pressed; `undefined`: none. */
  modal(question: ModalQuestion): Promise<string | undefined>;
  differences(title: string, changes: readonly Change[]): Promise<void>;
  /** A file's name within the window. */
  nameOf(file: string): string;
  /** Runs what takes long below a notification with a button that ends it. */
  progress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** What the notification says last, and by how much of a hundred its bar grows. */
  report(message: string, increment?: number): void;
}

export interface ListQuestion<T> {
  readonly title?: string;
  readonly placeholder: string;
  readonly items: readonly { readonly value: T; readonly label: string; readonly detail?: string }[];
  readonly canGoBack: boolean;
}

export interface ModalQuestion {
  readonly kind: 'warning' | 'information';
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** The person left a question without an answer. Nothing was written: only questions before the first write are left so. */
export class QuestionLeft extends Error {
  constructor(readonly how: 'back' | 'cancelled') {
    super(`The question was left: ${how}.`);
  }
}

/** What a person was asked before the use case began. */
export interface Beforehand {
  /** The account was confirmed when the profile was chosen. */
  readonly accountConfirmed: boolean;
}

/** The editor's side of use cases: each question is shown as a list beside the preview, or as a dialog. */
export function editorSurface(
  ui: EditorUi,
  { accountConfirmed }: Beforehand,
  told: (event: SetupEvent) => void | Promise<void>,
): Surface {
  const answers: Answers = {
    'take-over-role': question => takeOver(ui, question),
    write: question => mayWrite(ui, question),
    'confirm-account': async ({ accountId, caller, origin }) => {
      if (accountConfirmed) return true;
      const use = `Use Account ${accountId}`;
      const message = `aws and terraform take different credentials here. Is account ${accountId} meant?`;
      return (await ui.modal({ kind: 'warning', message, detail: `${caller}: ${origin}`, buttons: [use] })) === use;
    },
    'clean-up-variables': ({ workspace, changes }) =>
      ui.pickSome({
        title: `The role of ${workspace} is proven. Which static keys should go?`,
        placeholder: 'Each has its own tick; nothing is removed without it',
        items: changes.map(c => ({ value: c.id, label: c.title, detail: c.undoNote ?? '' })),
        canGoBack: false,
      }),
    'change-key': async ({ change, action }) => {
      const go = { deactivate: 'Deactivate Key', activate: 'Activate Key', delete: 'Delete Key' }[action];
      const detail = change.undoNote ?? 'What uses this key fails from then on. "TFC OIDC: Undo" takes it back.';
      return (await ui.modal({ kind: 'warning', message: `${change.title}?`, detail, buttons: [go] })) === go;
    },
    'change-code': question => mayChangeCode(ui, question),
    'start-run': async ({ workspace }) => {
      const start = 'Start Plan-Only Run';
      const message = `Prove the setup of "${workspace}" by a real run?`;
      const detail =
        'HCP Terraform plans the configuration that it has, with the new role. A plan-only run can not be applied. It appears in the list of runs.';
      return (await ui.modal({ kind: 'information', message, detail, buttons: [start] })) === start;
    },
    'cancel-run': async ({ url }) => {
      const cancel = 'Cancel the Run';
      const message = 'You stopped following the run. Cancel it in HCP Terraform too?';
      return (await ui.modal({ kind: 'information', message, detail: url, buttons: [cancel] })) === cancel;
    },
    undo: question => mayUndo(ui, question),
  };
  return {
    answers,
    tell: event => {
      if (event.id === 'change' && event.progress.state === 'started') {
        const { index, total, change } = event.progress;
        ui.report(`(${index + 1}/${total}) ${change.title}`, 100 / total);
      } else if (event.id === 'run-status') ui.report(event.status.replaceAll('_', ' '));
      return told(event);
    },
  };
}

/** What the notification of a stage is called. */
export function stageTitle(stage: StageId, workspaces: readonly string[]): string {
  const names = workspaces.join(', ');
  switch (stage) {
    case 'write':
      return `Setting up OIDC for ${names}`;
    case 'read-back':
      return `Reading back ${names}`;
    case 'clean-up':
      return `Cleaning up the variables of ${names}`;
    case 'code':
      return 'Changing the code';
    case 'run':
      return `Plan-only run of ${names}`;
    case 'undo':
      return 'Undoing';
  }
}

/** Each role that somebody else made is shown with its own differences, and has its own yes. */
async function takeOver(ui: EditorUi, { role, madeFor, changes }: Question<'take-over-role'>): Promise<boolean> {
  const title =
    madeFor === undefined
      ? `Role ${role} was not made by this extension`
      : `Role ${role} was made for the workspace ${madeFor}`;
  await ui.differences(title, changes);
  const answer = await ui.pick<'take over' | 'leave'>({
    title,
    placeholder: 'Read the differences; nothing has been changed yet',
    items: [
      {
        value: 'take over',
        label: `$(check) Take Over Role ${role}`,
        detail:
          changes.length === 1
            ? '1 change to it. It is shown once more with all others, before the yes that counts.'
            : `${changes.length} changes to it. They are shown once more with all others, before the yes that counts.`,
      },
      {
        value: 'leave',
        label: '$(arrow-left) Leave It Alone',
        detail: 'Back to the questions: choose other roles or names.',
      },
    ],
    canGoBack: true,
  });
  if (answer === undefined) throw new QuestionLeft('cancelled');
  return answer === 'take over';
}

/**
 * The question is asked beside the preview: a modal dialog would cover what has to be read. The yes that counts comes after it, with
 * the names of account, roles and workspaces. What is asked later has questions of its own.
 */
async function mayWrite(ui: EditorUi, question: Question<'write'>): Promise<'yes' | 'go on' | 'no'> {
  const { changes, workspaces, accountId, stopped } = question;
  if (changes.length === 0) return 'yes';
  const yes = changes.length === 1 ? 'Make 1 Change' : `Make ${changes.length} Changes`;
  const goOn = 'Go On Where It Stopped';
  const names = workspaces.map(w => w.slice(w.indexOf('/') + 1)).join(', ');
  const message =
    workspaces.length === 1
      ? `Set up OIDC for workspace "${names}" in AWS account ${accountId}?`
      : `Set up OIDC for workspaces ${names} in AWS account ${accountId}?`;
  const buttons = stopped.some(s => s.asPlanned) ? [goOn, yes] : [yes];
  for (;;) {
    if ((await review(ui, message, yes, changes)) === 'no') return 'no';
    const answer = await ui.modal({ kind: 'warning', message, detail: writeDetail(question), buttons });
    // A no to this question is one to read the preview again.
    if (answer === yes) return 'yes';
    if (answer === goOn) return 'go on';
  }
}

function writeDetail({ roles, changes, stopped, root }: Question<'write'>): string {
  const irreversible = changes.filter(c => !c.undoable);
  return [
    `Roles: ${roles.join(', ')}`,
    '',
    ...stopped.flatMap(({ where, asPlanned }) => [
      where,
      asPlanned
        ? 'Its rest is what the preview shows. Going on keeps all of it in one run, for one undo.'
        : 'Its rest is not what has to be done today, so only the new plan is offered.',
      '',
    ]),
    ...changes.map((c, i) => `${i + 1}. ${c.title}`),
    '',
    ...irreversible.map(c => `${c.title}: ${c.undoNote ?? 'it can not be taken back.'}`),
    'The preview shows each of them. "TFC OIDC: Undo" takes them back.',
    ...(root ? ['You are the root user of this account: use a role or a user instead.'] : []),
  ].join('\n');
}

async function review(
  ui: EditorUi,
  question: string,
  yes: string,
  changes: readonly Change[],
): Promise<'go on' | 'no'> {
  for (;;) {
    const answer = await ui.pick<'go on' | 'differences' | 'no'>({
      placeholder: 'Read the preview; nothing has been changed yet',
      items: [
        {
          value: 'go on',
          label: `$(check) ${yes}…`,
          detail: 'Asks once more, with the names of account, roles and workspace.',
        },
        {
          value: 'differences',
          label: '$(diff) Show Differences',
          detail: 'Each change in the diff editor, what is there beside what will be.',
        },
        { value: 'no', label: '$(close) Change Nothing' },
      ],
      canGoBack: true,
    });
    if (answer === 'back') throw new QuestionLeft('back');
    if (answer === undefined) return 'no';
    if (answer !== 'differences') return answer;
    await ui.differences(question, changes);
  }
}

/** Asked beside what it is about: a modal dialog would cover the differences. */
async function mayChangeCode(ui: EditorUi, { changes, fixed }: Question<'change-code'>): Promise<boolean> {
  const files = changes.map(c => ui.nameOf(c.file)).join(', ');
  const mapping = fixed === 0;
  const title = mapping ? 'Map providers to configurations' : 'Fix the code';
  if (mapping) await ui.differences(title, changes);
  for (;;) {
    const answer = await ui.pick<'apply' | 'differences' | 'leave'>({
      placeholder: mapping
        ? 'Look at the difference; nothing has been changed yet'
        : `The roles are proven. Fix the code of ${files} too?`,
      items: [
        {
          value: 'apply',
          label: mapping
            ? `$(check) Write ${files}`
            : fixed === 1
              ? '$(check) Apply 1 Fix'
              : `$(check) Apply ${fixed} Fixes`,
          detail: `Changes and saves ${files}.`,
        },
        {
          value: 'differences',
          label: '$(diff) Show Differences',
          detail: 'Each change in the diff editor, what is there beside what will be.',
        },
        {
          value: 'leave',
          label: '$(close) Leave the Code as It Is',
          detail: 'The findings stay, each with its quick fix.',
        },
      ],
      canGoBack: false,
    });
    if (answer === 'apply') return true;
    if (answer !== 'differences') return false;
    await ui.differences(title, changes);
  }
}

async function mayUndo(ui: EditorUi, { title, accountId, changes, kept, lost }: Question<'undo'>): Promise<boolean> {
  const can = changes.filter(c => c.undoable);
  const yes = can.length === 1 ? 'Undo 1 Change' : `Undo ${can.length} Changes`;
  const message = accountId === undefined ? `Undo "${title}"?` : `Undo "${title}" in AWS account ${accountId}?`;
  const detail = [
    ...(lost === undefined ? [] : [lost, '']),
    ...can.map((c, i) => `${i + 1}. ${'Take back'}: ${c.title}`),
    ...(kept.length === 0 ? [] : ['', 'These stay as they are:']),
    ...kept.map(c => `${c.title}: ${c.undoNote ?? ''}`),
    '',
    'Only what is unchanged since is taken back; the rest is kept, and named.',
  ].join('\n');
  const buttons = can.length === 0 ? [] : [yes];
  return (await ui.modal({ kind: 'warning', message, detail, buttons })) === yes;
}
