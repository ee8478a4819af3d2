import type { Change } from '../../binding/change';
import type { Answers, Question, SetupEvent, StageId, Surface } from '../../binding/setup';

/** What the surface of use cases needs of the editor. Nothing here is VS Code's own, so that a test can sit in its place. */
export interface EditorUi {
  readonly l10n: { t(text: string, ...args: readonly (string | number)[]): string };
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
  const { l10n } = ui;
  const answers: Answers = {
    'take-over-role': question => takeOver(ui, question),
    write: question => mayWrite(ui, question),
    'confirm-account': async ({ accountId, caller, origin }) => {
      if (accountConfirmed) return true;
      const use = l10n.t('Use Account {0}', accountId);
      const message = l10n.t('aws and terraform take different credentials here. Is account {0} meant?', accountId);
      return (await ui.modal({ kind: 'warning', message, detail: `${caller}: ${origin}`, buttons: [use] })) === use;
    },
    'clean-up-variables': ({ workspace, changes }) =>
      ui.pickSome({
        title: l10n.t('The role of {0} is proven. Which static keys should go?', workspace),
        placeholder: l10n.t('Each has its own tick; nothing is removed without it'),
        items: changes.map(c => ({ value: c.id, label: c.title, detail: c.undoNote ?? '' })),
        canGoBack: false,
      }),
    'change-code': question => mayChangeCode(ui, question),
    'start-run': async ({ workspace }) => {
      const start = l10n.t('Start Plan-Only Run');
      const message = l10n.t('Prove the setup of "{0}" by a real run?', workspace);
      const detail = l10n.t(
        'HCP Terraform plans the configuration that it has, with the new role. A plan-only run can not be applied. It appears in the list of runs.',
      );
      return (await ui.modal({ kind: 'information', message, detail, buttons: [start] })) === start;
    },
    'cancel-run': async ({ url }) => {
      const cancel = l10n.t('Cancel the Run');
      const message = l10n.t('You stopped following the run. Cancel it in HCP Terraform too?');
      return (await ui.modal({ kind: 'information', message, detail: url, buttons: [cancel] })) === cancel;
    },
    undo: question => mayUndo(ui, question),
  };
  return {
    answers,
    tell: event => {
      if (event.id === 'change' && event.progress.state === 'started') {
        const { index, total, change } = event.progress;
        ui.report(l10n.t('({0}/{1}) {2}', index + 1, total, change.title), 100 / total);
      } else if (event.id === 'run-status') ui.report(event.status.replaceAll('_', ' '));
      return told(event);
    },
  };
}

/** What the notification of a stage is called. */
export function stageTitle({ l10n }: EditorUi, stage: StageId, workspaces: readonly string[]): string {
  const names = workspaces.join(', ');
  switch (stage) {
    case 'write':
      return l10n.t('Setting up OIDC for {0}', names);
    case 'read-back':
      return l10n.t('Reading back {0}', names);
    case 'clean-up':
      return l10n.t('Cleaning up the variables of {0}', names);
    case 'code':
      return l10n.t('Changing the code');
    case 'run':
      return l10n.t('Plan-only run of {0}', names);
    case 'undo':
      return l10n.t('Undoing');
  }
}

/** Each role that somebody else made is shown with its own differences, and has its own yes. */
async function takeOver(ui: EditorUi, { role, madeFor, changes }: Question<'take-over-role'>): Promise<boolean> {
  const { l10n } = ui;
  const title =
    madeFor === undefined
      ? l10n.t('Role {0} was not made by this extension', role)
      : l10n.t('Role {0} was made for the workspace {1}', role, madeFor);
  await ui.differences(title, changes);
  const answer = await ui.pick<'take over' | 'leave'>({
    title,
    placeholder: l10n.t('Read the differences; nothing has been changed yet'),
    items: [
      {
        value: 'take over',
        label: l10n.t('$(check) Take Over Role {0}', role),
        detail:
          changes.length === 1
            ? l10n.t('1 change to it. It is shown once more with all others, before the yes that counts.')
            : l10n.t(
                '{0} changes to it. They are shown once more with all others, before the yes that counts.',
                changes.length,
              ),
      },
      {
        value: 'leave',
        label: l10n.t('$(arrow-left) Leave It Alone'),
        detail: l10n.t('Back to the questions: choose other roles or names.'),
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
  const { l10n } = ui;
  const { changes, workspaces, accountId, stopped } = question;
  if (changes.length === 0) return 'yes';
  const yes = changes.length === 1 ? l10n.t('Make 1 Change') : l10n.t('Make {0} Changes', changes.length);
  const goOn = l10n.t('Go On Where It Stopped');
  const names = workspaces.map(w => w.slice(w.indexOf('/') + 1)).join(', ');
  const message =
    workspaces.length === 1
      ? l10n.t('Set up OIDC for workspace "{0}" in AWS account {1}?', names, accountId)
      : l10n.t('Set up OIDC for workspaces {0} in AWS account {1}?', names, accountId);
  const buttons = stopped.some(s => s.asPlanned) ? [goOn, yes] : [yes];
  for (;;) {
    if ((await review(ui, message, yes, changes)) === 'no') return 'no';
    const answer = await ui.modal({ kind: 'warning', message, detail: writeDetail(ui, question), buttons });
    // A no to this question is one to read the preview again.
    if (answer === yes) return 'yes';
    if (answer === goOn) return 'go on';
  }
}

function writeDetail({ l10n }: EditorUi, { roles, changes, stopped, root }: Question<'write'>): string {
  const irreversible = changes.filter(c => !c.undoable);
  return [
    l10n.t('Roles: {0}', roles.join(', ')),
    '',
    ...stopped.flatMap(({ where, asPlanned }) => [
      where,
      asPlanned
        ? l10n.t('Its rest is what the preview shows. Going on keeps all of it in one run, for one undo.')
        : l10n.t('Its rest is not what has to be done today, so only the new plan is offered.'),
      '',
    ]),
    ...changes.map((c, i) => `${i + 1}. ${c.title}`),
    '',
    ...irreversible.map(c => `${c.title}: ${c.undoNote ?? l10n.t('it can not be taken back.')}`),
    l10n.t('The preview shows each of them. "TFC OIDC: Undo" takes them back.'),
    ...(root ? [l10n.t('You are the root user of this account: use a role or a user instead.')] : []),
  ].join('\n');
}

async function review(
  ui: EditorUi,
  question: string,
  yes: string,
  changes: readonly Change[],
): Promise<'go on' | 'no'> {
  const { l10n } = ui;
  for (;;) {
    const answer = await ui.pick<'go on' | 'differences' | 'no'>({
      placeholder: l10n.t('Read the preview; nothing has been changed yet'),
      items: [
        {
          value: 'go on',
          label: `$(check) ${yes}…`,
          detail: l10n.t('Asks once more, with the names of account, roles and workspace.'),
        },
        {
          value: 'differences',
          label: l10n.t('$(diff) Show Differences'),
          detail: l10n.t('Each change in the diff editor, what is there beside what will be.'),
        },
        { value: 'no', label: l10n.t('$(close) Change Nothing') },
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
  const { l10n } = ui;
  const files = changes.map(c => ui.nameOf(c.file)).join(', ');
  const mapping = fixed === 0;
  const title = mapping ? l10n.t('Map providers to configurations') : l10n.t('Fix the code');
  if (mapping) await ui.differences(title, changes);
  for (;;) {
    const answer = await ui.pick<'apply' | 'differences' | 'leave'>({
      placeholder: mapping
        ? l10n.t('Look at the difference; nothing has been changed yet')
        : l10n.t('The roles are proven. Fix the code of {0} too?', files),
      items: [
        {
          value: 'apply',
          label: mapping
            ? l10n.t('$(check) Write {0}', files)
            : fixed === 1
              ? l10n.t('$(check) Apply 1 Fix')
              : l10n.t('$(check) Apply {0} Fixes', fixed),
          detail: l10n.t('Changes and saves {0}.', files),
        },
        {
          value: 'differences',
          label: l10n.t('$(diff) Show Differences'),
          detail: l10n.t('Each change in the diff editor, what is there beside what will be.'),
        },
        {
          value: 'leave',
          label: l10n.t('$(close) Leave the Code as It Is'),
          detail: l10n.t('The findings stay, each with its quick fix.'),
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
  const { l10n } = ui;
  const can = changes.filter(c => c.undoable);
  const yes = can.length === 1 ? l10n.t('Undo 1 Change') : l10n.t('Undo {0} Changes', can.length);
  const message =
    accountId === undefined ? l10n.t('Undo "{0}"?', title) : l10n.t('Undo "{0}" in AWS account {1}?', title, accountId);
  const detail = [
    ...(lost === undefined ? [] : [lost, '']),
    ...can.map((c, i) => `${i + 1}. ${l10n.t('Take back')}: ${c.title}`),
    ...(kept.length === 0 ? [] : ['', l10n.t('These stay as they are:')]),
    ...kept.map(c => `${c.title}: ${c.undoNote ?? ''}`),
    '',
    l10n.t('Only what is unchanged since is taken back; the rest is kept, and named.'),
  ].join('\n');
  const buttons = can.length === 0 ? [] : [yes];
  return (await ui.modal({ kind: 'warning', message, detail, buttons })) === yes;
}
