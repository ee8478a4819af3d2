import { apply as applyChanges, type ApplyResult, resume, type Surroundings } from '../../binding/apply';
import { iamExecutor } from '../../binding/applyIam';
import { Journal, type JournalRun, journalName, readJournals, unfinished, whereItStopped } from '../../binding/journal';
import { ProblemError } from '../../core/problem';
import { choice, type CliContext, type Command, type ExitCode, UsageError } from '../command';
import { accountHelp, accountOptions } from '../accountOptions';
import { type OpenedAccount, openAccount, workOut } from '../accountPlan';
import { journalHelp, journalsOf, subjectOf } from '../journals';
import { applyJson, applyText, planJson, planText, printJson, progressText } from '../planReport';

export const apply: Command = {
  name: 'apply',
  summary: 'make the changes of "plan" in an AWS account, with a journal; needs --yes',
  help: `Usage: tfc-oidc apply [PATH] --yes [options]

Plans anew, shows the plan, and makes exactly the changes that it shows, each noted in a journal before and after. Without --yes
nothing is written. When something in the account is no longer as it was shown, it stops before overwriting it.

  --yes                 write to the account
  --resume              go on with the run that stopped, instead of planning anew
${journalHelp}
  --check-permissions   ask IAM first what the caller may do (one or two requests more; "plan" always does)

${accountHelp}

  --format text|json    how to report (default text). JSON: as "tfc-oidc plan", and
                        "result": { "state": "complete|stopped|cancelled|not-applied", "done", "total", "problem",
                        "warning", "journal" }

Exit codes: 0 done, or nothing to do; 1 not applied (problems, or changes without --yes); 2 could not run, or stopped in the middle.
`,
  options: {
    ...accountOptions,
    yes: { type: 'boolean' },
    resume: { type: 'boolean' },
    journal: { type: 'string' },
  },
  async run(context, { values, positionals }) {
    const json = choice(values, 'format', ['text', 'json'], 'text') === 'json';
    const yes = values['yes'] === true;
    const journals = journalsOf(context, values);
    const opened = await openAccount(context, values);
    const subject = subjectOf(opened.caller.accountId);
    const stopped = unfinished(await readJournals(journals), subject);
    const now = (): number => Date.now();
    if (values['resume'] === true) {
      if (stopped === undefined || stopped.state === 'undoing') {
        throw new ProblemError({
          code: 'nothing-to-resume',
          message:
            stopped === undefined
              ? `No run stopped in account ${opened.caller.accountId}.`
              : 'The last run is being undone.',
          nextStep: stopped === undefined ? 'Run "tfc-oidc plan".' : 'Finish it with "tfc-oidc undo --yes".',
        });
      }
      if (!yes)
        throw new UsageError(
          `--resume writes to account ${opened.caller.accountId} and needs --yes. ${whereItStopped(stopped)}`,
        );
      const at = surroundings(context, opened, new Journal(journals, stopped.name, now), json);
      return report(context, await resume(stopped, at), stopped.name, json, {});
    }
    if (stopped !== undefined) throw new ProblemError(unfinishedProblem(stopped));
    const worked = await workOut(context, opened, values, positionals, values['check-permissions'] === true);
    if (!json) context.out(planText(worked));
    const { changes, problems } = worked.plan;
    if (changes.length === 0 || problems.length > 0 || !yes) {
      const clean = changes.length === 0 && problems.length === 0;
      const why = problems.length > 0 ? 'the problems above stand in the way' : 'repeat it with --yes to write';
      if (json) {
        const result = {
          state: clean ? 'complete' : 'not-applied',
          done: 0,
          total: changes.length,
          problem: null,
          warning: null,
          journal: null,
        };
        context.out(printJson({ ...planJson(worked), result }));
      } else if (!clean) context.out(`\nNothing was written to account ${opened.caller.accountId}: ${why}.\n`);
      return clean ? 0 : 1;
    }
    const journal = new Journal(journals, journalName(now(), subject), now);
    const title = `${worked.wish.organization}/${worked.wish.workspace} in account ${opened.caller.accountId}`;
    const result = await applyChanges({ title, subject, changes }, surroundings(context, opened, journal, json));
    return report(context, result, journal.name, json, planJson(worked));
  },
};

export function surroundings(
  context: CliContext,
  opened: OpenedAccount,
  journal: Journal,
  quiet: boolean,
): Surroundings {
  const { account, caller } = opened;
  return {
    executors: { iam: iamExecutor({ account, accountId: caller.accountId, partition: caller.partition }) },
    journal,
    now: () => Date.now(),
    progress: progress => {
      if (!quiet) context.err(progressText(progress));
    },
    signal: context.signal,
  };
}

function report(context: CliContext, result: ApplyResult, journal: string, json: boolean, plan: object): ExitCode {
  context.out(json ? printJson({ ...plan, result: applyJson(result, journal) }) : `\n${applyText(result)}`);
  return result.state === 'complete' ? 0 : 2;
}

const unfinishedProblem = (run: JournalRun) => ({
  code: 'unfinished-run',
  message:
    run.state === 'undoing'
      ? `The undo of the run of ${new Date(run.at).toISOString()} is not complete.`
      : whereItStopped(run),
  nextStep:
    run.state === 'undoing'
      ? 'Finish it with "tfc-oidc undo --yes".'
      : 'Go on with "tfc-oidc apply --resume --yes", or go back with "tfc-oidc undo --yes".',
});
