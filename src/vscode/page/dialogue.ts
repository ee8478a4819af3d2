import type { Change } from '../../binding/change';
import type { Question, SetupEvent, StageId, Surface } from '../../binding/setup';
import { follow, nothingYet, type RunSoFar } from '../../board/page/run';
import type { PageQuestion, Writing } from '../../board/page/runView';
import { type ShownStranger, yesDetail } from '../../board/page/setup';
import { mayAskCloudTrail, mayChangeKey, mayUndo, type ModalQuestion, stageTitle } from '../configure/surface';

/** What a page's side of use cases needs of the editor. Nothing here is VS Code's own, so that a test can sit in its place. */
export interface PageUi {
  /** The button that was pressed; `undefined`: none. */
  modal(question: ModalQuestion): Promise<string | undefined>;
  differences(title: string, changes: readonly Change[]): Promise<void>;
}

interface Work {
  readonly title: string;
  readonly writing: boolean;
  readonly controller: AbortController;
}

/** How the yes that counts is asked. `given`: the button of the page named all that a yes has to name. */
export type YesAsked = 'dialog' | 'given';

/**
 * A use case on a page: what it tells is drawn, and what it asks becomes buttons and ticks there, each with an answer of a person. A page
 * that is closed says no to everything that is asked after it; what was begun with a yes goes on to its end.
 */
export class PageDialogue {
  run: RunSoFar | undefined;
  question: PageQuestion | undefined;
  ticked: ReadonlySet<string> = new Set();
  strangers: readonly ShownStranger[] = [];
  /** Sentences that belong to the yes. */
  warnings: readonly string[] = [];
  private ended = false;
  private settle: ((yes: boolean) => void) | undefined;
  private works: readonly Work[] = [];
  private accountNamed = false;

  constructor(
    private readonly ui: PageUi,
    private readonly draw: () => void,
    private readonly told: (event: SetupEvent) => void | Promise<void> = () => undefined,
    private readonly yes: YesAsked = 'dialog',
  ) {}

  get surface(): Surface {
    return {
      answers: {
        'take-over-role': question => Promise.resolve(this.mayTakeOver(question)),
        write: question => this.mayWrite(question),
        'confirm-account': question => this.isMeant(question),
        'clean-up-variables': async question => {
          const yes = await this.asked({ id: 'clean-up-variables', ...question });
          return yes ? question.changes.flatMap(c => (this.ticked.has(c.id) ? [c.id] : [])) : [];
        },
        // The page is about one workspace.
        'migrate-account': () => Promise.resolve(false),
        'change-key': question => mayChangeKey(this.ui, question),
        'change-code': question => this.asked({ id: 'change-code', ...question }),
        'start-run': question => this.asked({ id: 'start-run', ...question }),
        'ask-cloudtrail': question => mayAskCloudTrail(this.ui, question),
        'cancel-run': question => this.asked({ id: 'cancel-run', ...question }),
        undo: question => mayUndo(this.ui, question),
      },
      tell: async event => {
        if (this.run !== undefined || event.id === 'stage') this.run = follow(this.run ?? nothingYet, event);
        await this.told(event);
        this.draw();
      },
    };
  }

  /** Runs what takes long: its name stands on the page, with a button that ends it by the signal. */
  during<T>(stage: StageId, workspaces: readonly string[], work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.busyWith(stageTitle(stage, workspaces), work, stage !== 'read-back' && stage !== 'run');
  }

  async busyWith<T>(title: string, work: (signal: AbortSignal) => Promise<T>, writing = false): Promise<T> {
    const own: Work = { title, writing, controller: new AbortController() };
    this.works = [...this.works, own];
    this.draw();
    try {
      return await work(own.controller.signal);
    } finally {
      this.works = this.works.filter(w => w !== own);
      this.draw();
    }
  }

  /** What is being read or written. */
  get busy(): string | undefined {
    return this.works.at(-1)?.title;
  }

  /** A stop waits for the change that was sent. */
  get writing(): Writing {
    const work = this.works.at(-1);
    if (work?.writing !== true) return false;
    return work.controller.signal.aborted ? 'stopping' : true;
  }

  stop(): void {
    this.works.at(-1)?.controller.abort();
    this.draw();
  }

  tick(id: string, on: boolean): void {
    const ticked = new Set(this.ticked);
    if (on) ticked.add(id);
    else ticked.delete(id);
    this.ticked = ticked;
    this.draw();
  }

  /** A button of the question that stands on the page. Says whether it was one. */
  async press(id: string): Promise<boolean> {
    const { question, settle } = this;
    if (question === undefined || settle === undefined) return false;
    if (id === 'differences' && question.id === 'change-code') {
      await this.ui.differences('The code', question.changes);
      return true;
    }
    if (id !== 'answer-yes' && id !== 'answer-no') return false;
    this.question = undefined;
    this.settle = undefined;
    settle(id === 'answer-yes');
    return true;
  }

  /** A plan is made anew: what was told of an earlier one is gone. */
  begin(): void {
    this.run = undefined;
    this.strangers = [];
    this.accountNamed = false;
  }

  /** The page was closed. */
  end(): void {
    this.ended = true;
    this.settle?.(false);
    this.settle = undefined;
    this.question = undefined;
  }

  private asked(question: PageQuestion): Promise<boolean> {
    if (this.ended) return Promise.resolve(false);
    return new Promise(resolve => {
      this.question = question;
      this.settle = resolve;
      this.draw();
    });
  }

  private mayTakeOver({ role, madeFor, changes }: Question<'take-over-role'>): boolean {
    this.strangers = [...this.strangers, { role, madeFor, changes }];
    return this.ticked.has(`take-over:${role}`);
  }

  /** The one yes, with the names of account, roles and workspaces. What is asked later has questions of its own. */
  private async mayWrite(question: Question<'write'>): Promise<'yes' | 'go on' | 'no'> {
    const { changes, workspaces, accountId, stopped } = question;
    if (changes.length === 0 || this.yes === 'given') return 'yes';
    const yes = changes.length === 1 ? 'Make 1 Change' : `Make ${changes.length} Changes`;
    const goOn = 'Go On Where It Stopped';
    const names = workspaces.map(w => w.slice(w.indexOf('/') + 1));
    const message =
      names.length === 1
        ? `Set up OIDC for workspace "${names.join('')}" in AWS account ${accountId}?`
        : `Set up OIDC for workspaces ${names.join(', ')} in AWS account ${accountId}?`;
    const detail = yesDetail({ ...question, warnings: this.warnings });
    const buttons = stopped.some(s => s.asPlanned) ? [goOn, yes] : [yes];
    const answer = await this.ui.modal({ kind: 'warning', message, detail, buttons });
    this.accountNamed = answer === yes || answer === goOn;
    return answer === yes ? 'yes' : answer === goOn ? 'go on' : 'no';
  }

  /** Where `aws` and Terraform would take different credentials. The yes that was given named the account. */
  private async isMeant({ accountId, caller, origin }: Question<'confirm-account'>): Promise<boolean> {
    if (this.accountNamed) return true;
    const use = `Use Account ${accountId}`;
    const message = `aws and terraform take different credentials here. Is account ${accountId} meant?`;
    return (await this.ui.modal({ kind: 'warning', message, detail: `${caller}: ${origin}`, buttons: [use] })) === use;
  }
}
