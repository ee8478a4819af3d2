import type { Problem } from '../../core/problem';
import type { Progress } from '../apply/apply';
import type { Change, CodeChange, IamChange, VariableChange } from '../change';
import type { Check } from '../check';
import type { Consultation } from '../doctor/consult';
import type { RunProof } from '../prove/planOnlyRun';
import type { BindingPlace } from '../place';
import type { ProofState } from './model';
import type { Standing } from './standing';
import type { PlanView } from './view';

/**
 * What use cases ask, and what is answered. A surface has one function for each: the editor shows a person the question, the command
 * line answers from its options. The ids are a contract with surfaces and tests.
 */
export interface QuestionTable {
  /** A role that would be changed and that this product did not make, or made for another workspace (`madeFor`). */
  'take-over-role': {
    readonly question: {
      readonly role: string;
      readonly madeFor: string | undefined;
      readonly changes: readonly IamChange[];
    };
    readonly answer: boolean;
  };
  /** The yes that counts, for all that is written before the proof. `go on`: with the runs that stopped, where they can be. */
  write: {
    readonly question: {
      readonly accountId: string;
      readonly roles: readonly string[];
      readonly workspaces: readonly string[];
      readonly changes: readonly Change[];
      readonly root: boolean;
      readonly stopped: readonly { readonly where: string; readonly asPlanned: boolean }[];
    };
    readonly answer: 'yes' | 'go on' | 'no';
  };
  /** `aws` and Terraform would take different credentials here: is it this account that is meant? `origin`: where these are from. */
  'confirm-account': {
    readonly question: { readonly accountId: string; readonly caller: string; readonly origin: string };
    readonly answer: boolean;
  };
  /** All that is planned for the workspaces of one account: one yes for it, and no further question. */
  'migrate-account': {
    readonly question: {
      readonly accountId: string;
      readonly root: boolean;
      readonly workspaces: readonly string[];
      readonly changes: readonly Change[];
    };
    readonly answer: boolean;
  };
  /** One change of one access key, with a yes of its own. `shown`: the last four characters of its id. */
  'change-key': {
    readonly question: {
      readonly accountId: string;
      readonly action: 'deactivate' | 'activate' | 'delete';
      readonly user: string;
      readonly shown: string;
      readonly change: IamChange;
    };
    readonly answer: boolean;
  };
  /** Which of the changes after the proof are made: static keys that go, variables that are put right. By their ids. */
  'clean-up-variables': {
    readonly question: { readonly workspace: string; readonly changes: readonly VariableChange[] };
    readonly answer: readonly string[];
  };
  /** `shown`: the changes were part of the plan that had its yes. `fixed`: findings that they put right. `afterwards`: what has to follow. */
  'change-code': {
    readonly question: {
      readonly changes: readonly CodeChange[];
      readonly fixed: number;
      readonly shown: boolean;
      readonly afterwards?: string | undefined;
    };
    readonly answer: boolean;
  };
  'start-run': {
    readonly question: { readonly workspace: string };
    readonly answer: boolean;
  };
  /** The plan shows nothing of AWS: may CloudTrail of this account be asked whether the role was given? */
  'ask-cloudtrail': {
    readonly question: { readonly workspace: string; readonly accountId: string };
    readonly answer: boolean;
  };
  /** The following was cancelled: shall the run in HCP Terraform be cancelled too? */
  'cancel-run': {
    readonly question: { readonly url: string };
    readonly answer: boolean;
  };
  /** Taking a run back. `lost`: what the undo ends badly with, in one sentence. `kept`: changes that can't be taken back. */
  undo: {
    readonly question: {
      readonly title: string;
      readonly at: number;
      /** Undefined: the run wrote nothing to AWS. */
      readonly accountId: string | undefined;
      readonly changes: readonly Change[];
      readonly kept: readonly Change[];
      readonly lost: string | undefined;
    };
    readonly answer: boolean;
  };
}

export type QuestionId = keyof QuestionTable;
export type Question<Id extends QuestionId> = QuestionTable[Id]['question'];
export type Answer<Id extends QuestionId> = QuestionTable[Id]['answer'];

/** One function for each question. */
export type Answers = { readonly [Id in QuestionId]: (question: Question<Id>) => Promise<Answer<Id>> };

/** The parts of a use case that take long. */
export type StageId = 'write' | 'wire' | 'read-back' | 'clean-up' | 'code' | 'run' | 'undo';

/** What use cases tell, in the order in which it happens. Plain data, so that it can be printed, shown in a page and kept. */
export type SetupEvent =
  | { readonly id: 'planned'; readonly plan: PlanView }
  /** Nothing was written: `problems` stand in the way, or (none) there was no yes. */
  | { readonly id: 'not-written'; readonly problems: readonly Problem[]; readonly plan: PlanView }
  | { readonly id: 'answered'; readonly question: QuestionId; readonly answer: Answer<QuestionId> }
  | { readonly id: 'stage'; readonly stage: StageId; readonly workspaces: readonly string[] }
  /** One change started or ended; `progress` has its place, state and milliseconds. */
  | { readonly id: 'change'; readonly stage: StageId; readonly progress: Progress }
  /** A journaled run ended; `journal` is the name by which an undo finds it. */
  | {
      readonly id: 'written';
      readonly stage: StageId;
      readonly workspaces: readonly string[];
      readonly journal: string;
      readonly state: 'complete' | 'stopped' | 'cancelled';
      readonly done: number;
      readonly total: number;
      /** It stopped before anything of it took effect. */
      readonly unchanged: boolean;
      readonly problem: Problem | undefined;
      readonly warning: Problem | undefined;
    }
  /** It ended in the middle: what is in place now, and how to go on and back. */
  | { readonly id: 'stopped'; readonly standing: Standing }
  | {
      readonly id: 'proof';
      readonly place: BindingPlace;
      readonly state: ProofState;
      readonly checks: readonly Check[];
      /** Why it does not count as proven. */
      readonly because: readonly string[];
    }
  /** Something of the plan was not done, and why. */
  | { readonly id: 'left'; readonly what: 'static-keys' | 'variable-sets' | 'code'; readonly why: string }
  | { readonly id: 'run-status'; readonly workspace: string; readonly status: string; readonly runId: string }
  | {
      readonly id: 'run-ended';
      readonly place: BindingPlace;
      readonly proof: RunProof;
      readonly consultation: Consultation | undefined;
    }
  | { readonly id: 'run-not-started'; readonly workspace: string; readonly problem: Problem }
  | { readonly id: 'finished'; readonly state: 'refused' | 'declined' | 'stopped' | 'nothing' | 'done' };

/** How a surface takes part in a use case. */
export interface Surface {
  readonly answers: Answers;
  /** Awaited, so that what is told stands before what is asked next. */
  readonly tell: (event: SetupEvent) => void | Promise<void>;
}

/** Asks, and tells what was answered. */
export async function ask<Id extends QuestionId>(
  surface: Surface,
  id: Id,
  question: Question<Id>,
): Promise<Answer<Id>> {
  const answer = await surface.answers[id](question);
  await surface.tell({ id: 'answered', question: id, answer });
  return answer;
}
