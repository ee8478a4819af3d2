import { apply as applyChanges, type ApplyResult, resume } from '../../binding/apply/apply';
import { type JournalRun, journalName, readJournals, unfinished, whereItStopped } from '../../binding/journal/journal';
import { accountOfSubject, subjectOf } from '../../binding/plan/prepare';
import { type Problem, ProblemError } from '../../core/problem';
import { confirmAccount, journals, locked, openAccount, planBinding, surroundings } from '../binding/binding';
import { bindingOptions, bindingRequest, journalDir } from '../binding/bindingOptions';
import { applyJson, applyText, planJson, planText, printJson } from '../output/planReport';
import { type CliContext, command } from '../command';
import type { ExitCode } from '../exitCode';
import { flag, textOrJson, UsageError, type Values } from '../option';

const applyOptions = {
  yes: flag('write to the account'),
  resume: flag('go on with the run that stopped, instead of planning anew (needs no other option but --profile)'),
  'check-permissions': flag('ask IAM first what the caller may do (one or two requests more; "plan" always does)'),
  format: textOrJson,
  ...bindingOptions,
} as const;

type ApplyValues = Values<typeof applyOptions>;

export const apply = command({
  name: 'apply',
  group: 'Set up',
  summary: 'make the changes that "plan" shows, with a journal for undo; needs --yes',
  operands: '[PATH]',
  about: `Plans anew, shows the plan, and makes exactly the changes that it shows, each noted in a journal before and after. Without --yes nothing is written. When something in the account is no longer as it was shown, it stops before overwriting it.`,
  options: applyOptions,
  report: `JSON: as "tfc-oidc plan", and
  "result": { "state": "complete|stopped|cancelled|not-applied", "done", "total", "problem", "warning", "journal" }`,
  exits: {
    0: 'done, or nothing to do',
    1: 'not applied (problems, or changes without --yes)',
    2: 'could not run, or stopped in the middle',
  },
  async run(context, { values, positionals }) {
    if (values.resume) return goOn(context, values);
    const json = values.format === 'json';
    const yes = values.yes;
    const request = await bindingRequest(context, values, positionals);
    const planned = await planBinding(context, request, values['check-permissions']);
    const { accountId } = planned.caller;
    const subject = subjectOf(planned.choices);
    const store = journals(request.journal);
    const stopped = unfinished(await readJournals(store), subject);
    if (stopped !== undefined) throw new ProblemError(unfinishedProblem(stopped));
    if (!json) context.out(planText(planned, request.notes));
    const { changes, problems } = planned.plan;
    if (changes.length === 0 || problems.length > 0 || !yes) {
      const clean = changes.length === 0 && problems.length === 0;
      const why = problems.length > 0 ? 'the problems above stand in the way' : 'repeat it with --yes to write';
      if (json) {
        const state = clean ? 'complete' : 'not-applied';
        const result = { state, done: 0, total: changes.length, problem: null, warning: null, journal: null };
        context.out(printJson({ ...planJson(planned, request.notes), result }));
      } else if (!clean) context.out(`\nNothing was written to account ${accountId}: ${why}.\n`);
      return clean ? 0 : 1;
    }
    await confirmAccount(context, planned, request.account);
    const name = journalName(Date.now(), subject);
    const names = planned.choices.workspaces.map(w => `${w.organization}/${w.workspace}`).join(', ');
    const title = `Set up OIDC for ${names} in account ${accountId}`;
    const result = await locked(request.journal, subject, async () => {
      // One that began after the look above may have stopped in the middle.
      const since = unfinished(await readJournals(store), subject);
      if (since !== undefined) throw new ProblemError(unfinishedProblem(since));
      return applyChanges({ title, subject, changes }, surroundings(context, planned, store, name, json));
    });
    return report(context, result, name, json, planJson(planned, request.notes));
  },
});

/** Resumes the newest run that stopped in the account of the profile. */
async function goOn(context: CliContext, values: ApplyValues): Promise<ExitCode> {
  const json = values.format === 'json';
  const store = journals(journalDir(context, values));
  const opened = await openAccount(context, values);
  const { accountId } = opened.caller;
  const runs = (await readJournals(store)).filter(run => accountOfSubject(run.subject) === accountId);
  const stopped = runs.filter(run => unfinished(runs, run.subject) === run).at(-1);
  if (stopped === undefined || stopped.state === 'undoing') {
    throw new ProblemError({
      code: 'nothing-to-resume',
      message: stopped === undefined ? `No run stopped in account ${accountId}.` : 'The last run is being undone.',
      nextStep: stopped === undefined ? 'Run "tfc-oidc plan".' : 'Finish it with "tfc-oidc undo --yes".',
    });
  }
  if (!values.yes) {
    throw new UsageError(`--resume writes to account ${accountId} and needs --yes. ${whereItStopped(stopped)}`);
  }
  const result = await locked(journalDir(context, values), stopped.subject, async () => {
    const now = (await readJournals(store)).find(r => r.name === stopped.name) ?? stopped;
    return resume(now, surroundings(context, opened, store, stopped.name, json));
  });
  return report(context, result, stopped.name, json, {});
}

function report(context: CliContext, result: ApplyResult, journal: string, json: boolean, plan: object): ExitCode {
  context.out(json ? printJson({ ...plan, result: applyJson(result, journal) }) : `\n${applyText(result)}`);
  return result.state === 'complete' ? 0 : 2;
}

function unfinishedProblem(run: JournalRun): Problem {
  if (run.state === 'undoing') {
    return {
      code: 'unfinished-run',
      message: `The undo of the run of ${new Date(run.at).toISOString()} is not complete.`,
      nextStep: 'Finish it with "tfc-oidc undo --yes".',
    };
  }
  return {
    code: 'unfinished-run',
    message: whereItStopped(run),
    nextStep: 'Go on with "tfc-oidc apply --resume --yes", or go back with "tfc-oidc undo --yes".',
  };
}
