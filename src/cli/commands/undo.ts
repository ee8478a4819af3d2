import { type JournalRun, readJournals, runsAbout, type Step } from '../../binding/journal/journal';
import { lostCredentials, nextToUndo, toUndo, undo as undoRun } from '../../binding/undo';
import { accountOfSubject } from '../../binding/plan/prepare';
import { journals, locked, openAccount, surroundings } from '../binding/binding';
import { accountOptions, journalDir, journalOption } from '../binding/bindingOptions';
import { printJson, undoJson } from '../output/planReport';
import { command } from '../command';
import { flag, section, text, textOrJson, UsageError } from '../option';

export const undo = command({
  name: 'undo',
  group: 'Set up',
  summary: 'take back the last "apply" in an AWS account; needs --yes',
  operands: '',
  about: `Replays the journal of the last run backwards: earlier policies are restored byte for byte, and only what the run created is deleted, and only where nobody changed it since. What was changed is kept and named. Without --yes it shows what it would do.`,
  options: {
    yes: flag('write to the account'),
    ...section('Which run (the last one of all where none of these is given)', {
      organization: text('ORG', 'the last run about this organization'),
      project: text('PROJECT', 'the last run about this project'),
      workspace: text('NAME', 'the last run about this workspace'),
      run: text('NAME', 'an earlier run instead of the last one (the name of its journal)'),
      journal: journalOption,
    }),
    ...accountOptions,
    format: textOrJson,
  },
  report: `JSON: { "run", "account", "warning", "result": { "state": "complete|stopped|cancelled|not-applied|nothing", "steps": [{ "id", "title", "state": "undone|nothing|kept|planned", "why" }], "problem" } }`,
  exits: {
    0: 'all is undone, or there is nothing to undo',
    1: 'something was kept, or --yes is missing',
    2: 'could not run, or stopped',
  },
  async run(context, { values }) {
    const json = values.format === 'json';
    const store = journals(journalDir(context, values));
    const opened = await openAccount(context, values);
    const { accountId } = opened.caller;
    const { organization, project, workspace } = values;
    const filter = {
      ...(organization !== undefined && { organization }),
      ...(project !== undefined && { project }),
      ...(workspace !== undefined && { workspace }),
    };
    const ofAccount = (await readJournals(store)).filter(run => accountOfSubject(run.subject) === accountId);
    const runs = runsAbout(ofAccount, filter);
    const run = chosen(runs, values.run);
    const steps = run === undefined ? [] : toUndo(run);
    if (run === undefined || steps.length === 0) {
      const result = { state: 'nothing', steps: [], problem: null };
      context.out(
        json
          ? printJson({ run: run?.name ?? null, account: accountId, result })
          : `There is nothing to undo in account ${accountId}.\n`,
      );
      return 0;
    }
    const warning = lostCredentials(run, ofAccount);
    if (warning !== undefined && !json) context.err(`${warning}\n`);
    if (!values.yes) {
      const planned = steps.map(s => ({ id: s.change.id, title: s.change.title, state: 'planned', why: null }));
      const result = { state: 'not-applied', steps: planned, problem: null };
      context.out(
        json
          ? printJson({ run: run.name, account: accountId, warning: warning ?? null, result })
          : `In account ${accountId}, these changes of ${new Date(run.at).toISOString()} would be taken back, in this order:\n` +
              `${steps.map(undoLine).join('')}\nNothing was written: repeat it with --yes.\n`,
      );
      return 1;
    }
    const result = await locked(journalDir(context, values), run.subject, async () => {
      // Another process may have gone on with it, or back, before this one got the lock.
      const now = (await readJournals(store)).find(r => r.name === run.name) ?? run;
      return undoRun(now, surroundings(context, opened, store, run.name, json));
    });
    if (json)
      context.out(printJson({ run: run.name, account: accountId, warning: warning ?? null, result: undoJson(result) }));
    else {
      const kept = result.steps.filter(s => s.state === 'kept').length;
      const problem = result.problem
        ? ` ${result.problem.message} (${result.problem.code})\n${result.problem.nextStep}`
        : '';
      context.out(
        result.state === 'complete'
          ? `Undone in account ${accountId}${kept > 0 ? `; ${kept} of ${result.steps.length} were kept, for the reasons above` : ''}.\n`
          : `The undo is not complete; run it again to go on.${problem}\n`,
      );
    }
    if (result.state !== 'complete') return 2;
    return result.steps.some(s => s.state === 'kept') ? 1 : 0;
  },
});

const undoLine = ({ change }: Step): string =>
  `  ${change.title}${change.undoable ? '' : `\n    stays as it is: ${change.undoNote ?? 'this cannot be undone.'}`}\n`;

function chosen(runs: readonly JournalRun[], name: string | undefined): JournalRun | undefined {
  if (name === undefined) return nextToUndo(runs);
  const found = runs.find(run => run.name === name);
  if (found === undefined)
    throw new UsageError(`there is no run "${name}"; there are ${runs.map(r => r.name).join(', ') || 'none'}`);
  return found;
}
