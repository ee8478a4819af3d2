import { type Problem, ProblemError } from '../../core/problem';
import { apply, type ApplyResult, type Executors, resume, type Surroundings } from '../apply/apply';
import { codeExecutor } from '../apply/code';
import { iamExecutor } from '../apply/iam';
import { testsExecutor } from '../apply/tests';
import { variableExecutor } from '../apply/variable';
import type { Change } from '../change';
import { Journal, journalName, type JournalRun, readJournals, unfinished, whereItStopped } from '../journal/journal';
import { ask, type StageId, type Surface } from './dialogue';
import { goesOnAsPlanned } from './goOn';
import type { JournaledResult, OpenedAccount, StoppedRun } from './model';
import type { UseCaseServices } from './services';

/** Changes that are written as one run of the journal. */
export interface RunOfChanges {
  readonly stage: StageId;
  readonly subject: string;
  readonly title: string;
  readonly workspaces: readonly string[];
  readonly changes: readonly Change[];
  /** Undefined where none of them is to AWS. */
  readonly opened: OpenedAccount | undefined;
  /** The run that stopped, as it was seen when the plan was made: another one that came since stops this one. */
  readonly seen: JournalRun | undefined;
  /** Go on with that run, where its rest is just these changes. */
  readonly goOn: boolean;
}

/**
 * Writes changes as one journaled run, with the lock of the binding held: looks for runs that stopped (another process may have begun
 * one since), compares the account, then applies or goes on. Every write of every surface goes through here or through `takeBack`.
 */
export async function writeJournaled(
  run: RunOfChanges,
  services: UseCaseServices,
  surface: Surface,
): Promise<JournaledResult> {
  await surface.tell({ id: 'stage', stage: run.stage, workspaces: run.workspaces });
  const result = await services.locked(run.subject, async (): Promise<JournaledResult> => {
    const stopped = unfinished(await readJournals(services.journals), run.subject);
    if (stopped?.state === 'undoing') throw new ProblemError(undoingProblem(stopped));
    if (stopped !== undefined && stopped.name !== run.seen?.name)
      throw new ProblemError(unfinishedProblem(whereItStopped(stopped)));
    refuseOtherAccount(run.changes, run.opened);
    const goesOn = run.goOn && stopped !== undefined && goesOnAsPlanned(stopped, run.changes);
    const journal = goesOn ? stopped.name : journalName(services.now(), run.subject);
    const { title, subject, changes } = run;
    return services.during(run.stage, run.workspaces, async signal => {
      const at = surroundings(run.stage, journal, run.opened, services, surface, signal);
      const done = goesOn ? await resume(stopped, at) : await apply({ title, subject, changes }, at);
      return { ...done, journal };
    });
  });
  await tellWritten(run.stage, run.workspaces, result, surface);
  return result;
}

/**
 * Goes on with a run that stopped, whatever would be planned today. The lock is taken here. The account is confirmed before that, as for
 * a run that begins: the one that stopped may have been begun where `aws` and Terraform agreed.
 */
export async function resumeJournaled(
  stopped: JournalRun,
  opened: OpenedAccount,
  services: UseCaseServices,
  surface: Surface,
): Promise<JournaledResult> {
  refuseOtherAccount(
    stopped.steps.map(s => s.change),
    opened,
  );
  if (accountOfChanges(stopped.steps.map(s => s.change)) !== undefined) await confirmAccount(opened, surface);
  const result = await services.locked(stopped.subject, async (): Promise<JournaledResult> => {
    // Another process may have gone on with it, or back, before this one got the lock.
    const run = (await readJournals(services.journals)).find(r => r.name === stopped.name) ?? stopped;
    refuseOtherAccount(
      run.steps.map(s => s.change),
      opened,
    );
    return services.during('write', [], async signal => ({
      ...(await resume(run, surroundings('write', run.name, opened, services, surface, signal))),
      journal: run.name,
    }));
  });
  await tellWritten('write', [], result, surface);
  return result;
}

async function tellWritten(
  stage: StageId,
  workspaces: readonly string[],
  result: JournaledResult,
  surface: Surface,
): Promise<void> {
  const { journal, state, done, total, unchanged = false, problem, warning } = result;
  await surface.tell({ id: 'written', stage, workspaces, journal, state, done, total, unchanged, problem, warning });
}

/** What executors and journal of one run work with; each change is told as it starts and ends. */
export function surroundings(
  stage: StageId,
  journal: string,
  opened: OpenedAccount | undefined,
  services: UseCaseServices,
  surface: Surface,
  signal: AbortSignal,
): Surroundings {
  return {
    executors: executorsOf(opened, services),
    journal: new Journal(services.journals, journal, services.now),
    now: services.now,
    signal,
    progress: progress => void surface.tell({ id: 'change', stage, progress }),
  };
}

function executorsOf(opened: OpenedAccount | undefined, services: UseCaseServices): Executors {
  return {
    ...(opened !== undefined && {
      iam: iamExecutor({
        account: opened.account,
        accountId: opened.caller.accountId,
        partition: opened.caller.partition,
        wait: services.wait,
      }),
    }),
    variable: variableExecutor({ client: (hostname, signal) => services.client(hostname, signal) }),
    code: codeExecutor(services.files),
    tests: testsExecutor((hostname, signal) => services.client(hostname, signal)),
  };
}

/** The account that changes are for, where any is to AWS. A plan is for one account. */
export const accountOfChanges = (changes: readonly Change[]): string | undefined =>
  changes.flatMap(c => (c.kind === 'iam' ? [c.accountId] : []))[0];

/** Nothing is written, not even to HCP Terraform, where the profile belongs to another account than the changes. */
export function refuseOtherAccount(changes: readonly Change[], opened: OpenedAccount | undefined): void {
  const wanted = accountOfChanges(changes);
  const accountId = opened?.caller.accountId;
  if (wanted === undefined || wanted === accountId) return;
  throw new ProblemError({
    code: 'other-account',
    message:
      accountId === undefined
        ? `The changes are to AWS account ${wanted}, and no profile of it was chosen.`
        : `The changes are to AWS account ${wanted}; the profile belongs to account ${accountId}. Nothing was written.`,
    nextStep: `Choose a profile of account ${wanted} (--profile).`,
  });
}

/** Before the first write where `aws` and Terraform would take different credentials: somebody has to say that this account is meant. */
export async function confirmAccount({ account, caller }: OpenedAccount, surface: Surface): Promise<void> {
  const { differs, text: origin } = account.origin;
  if (!differs) return;
  const { accountId, arn } = caller;
  if (await ask(surface, 'confirm-account', { accountId, caller: arn, origin })) return;
  throw new ProblemError({
    code: 'account-unconfirmed',
    message: `aws and terraform take different credentials here, and nothing says that account ${accountId} (${arn}, with ${origin}) is meant. Nothing was written.`,
    nextStep: `Say that it is (--account ${accountId}), or choose a profile (--profile). Look at what each of them takes (tfc-oidc whoami).`,
  });
}

/** What is known of a run of the binding that stopped, before `changes` are shown. */
export async function stoppedRun(
  services: Pick<UseCaseServices, 'journals'>,
  subject: string,
  changes: readonly Change[],
): Promise<StoppedRun | undefined> {
  const run = unfinished(await readJournals(services.journals), subject);
  return run && { run, where: whereItStopped(run), asPlanned: goesOnAsPlanned(run, changes) };
}

/**
 * Writes changes that were shown and agreed to as one journaled run: a run that stopped is gone on with where its rest is what was shown,
 * and an undo that was begun is finished first.
 */
export async function writeAgreed(
  run: Pick<RunOfChanges, 'subject' | 'title' | 'changes' | 'opened'>,
  services: UseCaseServices,
  surface: Surface,
): Promise<JournaledResult> {
  const stopped = await stoppedRun(services, run.subject, run.changes);
  if (stopped?.run.state === 'undoing') throw new ProblemError(undoingProblem(stopped.run));
  const whole = {
    ...run,
    stage: 'write',
    workspaces: [],
    seen: stopped?.run,
    goOn: stopped?.asPlanned === true,
  } as const;
  return writeJournaled(whole, services, surface);
}

/** Why nothing new is begun: an undo that was begun is finished first. */
export const undoingProblem = (run: JournalRun): Problem => ({
  code: 'unfinished-run',
  message: `The undo of the run of ${new Date(run.at).toISOString()} is not complete.`,
  nextStep: 'Finish it by another Undo (tfc-oidc undo --yes).',
});

/** Why nothing new is begun: an earlier run wants to be gone on with. `where`: where it stopped, in one sentence. */
export const unfinishedProblem = (where: string): Problem => ({
  code: 'unfinished-run',
  message: where,
  nextStep: 'Go on with it (tfc-oidc apply --resume --yes), or take it back (tfc-oidc undo --yes).',
});

/** All changes hold. */
export const isComplete = (result: ApplyResult | undefined): boolean =>
  result === undefined || result.state === 'complete';
