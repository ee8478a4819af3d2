import { lossesOf, undoNoteOf } from '../../binding/change';
import type { Answers, Question, SetupEvent, StageId, Surface } from '../../binding/setup';

/** What use cases outside of a page need of the editor. Nothing here is VS Code's own, so that a test can sit in its place. */
export interface EditorUi {
  /** The button that was pressed; `undefined`: none. */
  modal(question: ModalQuestion): Promise<string | undefined>;
  /** Runs what takes long below a notification with a button that ends it. */
  progress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** What the notification says last, and by how much of a hundred its bar grows. */
  report(message: string, increment?: number): void;
}

export interface ModalQuestion {
  readonly kind: 'warning' | 'information';
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** What a person was asked before the use case began. */
export interface Beforehand {
  /** The account was confirmed when the profile was chosen. */
  readonly accountConfirmed: boolean;
}

/**
 * The editor's side of the use cases that are no page: an undo, and a run on demand. Each question is a dialog. What only a page can
 * show before a yes (`write` and what goes with it) has a no here.
 */
export function editorSurface(
  ui: EditorUi,
  { accountConfirmed }: Beforehand,
  told: (event: SetupEvent) => void | Promise<void>,
): Surface {
  const answers: Answers = {
    'take-over-role': () => Promise.resolve(false),
    write: () => Promise.resolve('no'),
    'migrate-account': () => Promise.resolve(false),
    'clean-up-variables': () => Promise.resolve([]),
    'change-code': () => Promise.resolve(false),
    'confirm-account': async ({ accountId, caller, origin }) => {
      if (accountConfirmed) return true;
      const use = `Use Account ${accountId}`;
      const message = `aws and terraform take different credentials here. Is account ${accountId} meant?`;
      return (await ui.modal({ kind: 'warning', message, detail: `${caller}: ${origin}`, buttons: [use] })) === use;
    },
    'change-key': question => mayChangeKey(ui, question),
    'start-run': async ({ workspace }) => {
      const start = 'Start Plan-Only Run';
      const message = `Prove the setup of "${workspace}" by a real run?`;
      const detail =
        'HCP Terraform plans the configuration that it has, with the new role. A plan-only run cannot be applied. It appears in the list of runs.';
      return (await ui.modal({ kind: 'information', message, detail, buttons: [start] })) === start;
    },
    'ask-cloudtrail': question => mayAskCloudTrail(ui, question),
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
    case 'wire':
      return 'Wiring the deployments to their roles';
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

/** One change of one access key. */
export async function mayChangeKey(
  ui: Pick<EditorUi, 'modal'>,
  { change, action }: Question<'change-key'>,
): Promise<boolean> {
  const go = { deactivate: 'Deactivate Key', activate: 'Activate Key', delete: 'Delete Key' }[action];
  const detail = undoNoteOf(change) ?? 'What uses this key fails from then on. "TFC OIDC: Undo" takes it back.';
  return (await ui.modal({ kind: 'warning', message: `${change.title}?`, detail, buttons: [go] })) === go;
}

/** What an undo takes back, what it leaves, and what it ends badly with, before its yes. */
export async function mayUndo(
  ui: Pick<EditorUi, 'modal'>,
  { title, accountId, changes, kept, lost }: Question<'undo'>,
): Promise<boolean> {
  const can = changes.filter(c => c.undoable);
  const yes = can.length === 1 ? 'Undo 1 Change' : `Undo ${can.length} Changes`;
  const message = accountId === undefined ? `Undo "${title}"?` : `Undo "${title}" in AWS account ${accountId}?`;
  const detail = [
    ...(lost === undefined ? [] : [lost, '']),
    ...can.map((c, i) => `${i + 1}. Take back: ${c.title}`),
    ...(kept.length === 0 ? [] : ['', 'These stay as they are:']),
    ...lossesOf(kept),
    '',
    'Only what is unchanged since is taken back; the rest is kept, and named.',
  ].join('\n');
  const buttons = can.length === 0 ? [] : [yes];
  return (await ui.modal({ kind: 'warning', message, detail, buttons })) === yes;
}

/** The second trace of a run: asked only where plan and log show nothing of AWS. */
export async function mayAskCloudTrail(
  ui: Pick<EditorUi, 'modal'>,
  { workspace, accountId }: Question<'ask-cloudtrail'>,
): Promise<boolean> {
  const askIt = 'Ask CloudTrail';
  const message = `The plan of "${workspace}" shows nothing of AWS. Ask CloudTrail whether the role was given?`;
  const detail = `This looks up AssumeRoleWithWebIdentity in account ${accountId}, and can take ten minutes: events are late. Without it the setup stays unproven by a run.`;
  return (await ui.modal({ kind: 'information', message, detail, buttons: [askIt] })) === askIt;
}
