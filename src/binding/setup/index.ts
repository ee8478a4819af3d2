/**
 * The use cases: the order of reading, asking, writing and proving, once. Surfaces hand in answers and print or show what is told.
 */
export { ask } from './dialogue';
export type { Answer, Answers, Question, QuestionId, QuestionTable, SetupEvent, StageId, Surface } from './dialogue';
export { followRun } from './followRun';
export { isWorkspace } from './model';
export { readingClient } from './readings';
export { confirmAccount, resumeJournaled, undoingProblem, unfinishedProblem, writeAgreed } from './journaledRun';
export type {
  CheckedBinding,
  CheckedMember,
  FollowedRun,
  GroupOutcome,
  JournaledResult,
  OpenedAccount,
  PlannedGroup,
  ProofState,
  SetupGroup,
  SetupMember,
  SetupPlan,
  SetupResult,
  SetupWishes,
} from './model';
export { missingSet, planSetup } from './planSetup';
export { carryOut, planRemedies, type RemedyResult } from './remedy';
export { remedyView, type RemedyPlan } from './remedyPlan';
export { setUp } from './setUp';
export type { RootOfSetup, SetupServices, UseCaseServices } from './services';
export type { Standing } from './standing';
export { planUndo, takeBack, type UndoPlan } from './takeBack';
export { type PlanView, planView } from './view';
