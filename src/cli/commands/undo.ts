import { hasEffects, type JournalRun, readJournals, runsAbout } from '../../binding/journal/journal';
import { lostCredentials, toUndo, undo as undoRun } from '../../binding/undo';
import { choice, type Command, text, UsageError } from '../command';
import { accountOfSubject } from '../../binding/plan/prepare';
import { journals, locked, openAccount, surroundings } from '../binding/binding';
import { journalDir } from '../binding/bindingOptions';
import { printJson, undoJson } from '../output/planReport';

export const undo: Command = {
  name: 'undo',
  summary: 'take back the last "apply" in an AWS account; needs --yes',
  help: `Usage: tfc-oidc undo --yes [options]

Replays the journal of the last run backwards: earlier policies are restored byte for byte, and only what the run created is
deleted, and only where nobody changed it since. What was changed is kept and named. Without --yes it shows what it would do.

  --yes                 write to the account
  --organization ORG --project PROJECT --workspace NAME    the last run about this binding, in place of the last run of all
  --run NAME            an earlier run instead of the last one (the name of its journal)
  --journal DIR         where the journal is (default: the user's state folder)
  --profile NAME        AWS profile
  --region REGION       region of the requests
  --account ID          stop unless the profile belongs to this account
  --format text|json    how to report (default text). JSON: { "run", "account", "warning", "result": { "state":
                        "complete|stopped|cancelled|not-applied|nothing", "steps": [{ "id", "title",
                        "state": "undone|nothing|kept|planned", "why" }], "problem" } }

Exit codes: 0 all is undone, or there is nothing to undo; 1 something was kept, or --yes is missing; 2 could not run, or stopped.
`,
  options: {
    profile: { type: 'string' },
    region: { type: 'string' },
    account: { type: 'string' },
    yes: { type: 'boolean' },
    run: { type: 'string' },
    organization: { type: 'string' },
    project: { type: 'string' },
    workspace: { type: 'string' },
    journal: { type: 'string' },
    format: { type: 'string' },
  },
  async run(context, { values, positionals }) {
    if (positionals.length > 0) throw new UsageError(`no PATH is taken; there was "${positionals[0]}"`);
    const json = choice(values, 'format', ['text', 'json'], 'text') === 'json';
    const store = journals(journalDir(context, values));
    const opened = await openAccount(context, values);
    const { accountId } = opened.caller;
    const [organization, project, workspace] = ['organization', 'project', 'workspace'].map(name => text(values, name));
    const filter = {
      ...(organization !== undefined && { organization }),
      ...(project !== undefined && { project }),
      ...(workspace !== undefined && { workspace }),
    };
    const ofAccount = (await readJournals(store)).filter(run => accountOfSubject(run.subject) === accountId);
    const runs = runsAbout(ofAccount, filter);
    const run = chosen(runs, text(values, 'run'));
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
    if (values['yes'] !== true) {
      const planned = steps.map(s => ({ id: s.change.id, title: s.change.title, state: 'planned', why: null }));
      const result = { state: 'not-applied', steps: planned, problem: null };
      context.out(
        json
          ? printJson({ run: run.name, account: accountId, warning: warning ?? null, result })
          : `In account ${accountId}, these changes of ${new Date(run.at).toISOString()} would be taken back, in this order:\n` +
              `${planned.map(s => `  ${s.title}\n`).join('')}\nNothing was written: repeat it with --yes.\n`,
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
};

function chosen(runs: readonly JournalRun[], name: string | undefined): JournalRun | undefined {
  if (name === undefined)
    return (
      runs.findLast(run => run.state !== 'undone' && hasEffects(run)) ?? runs.findLast(run => toUndo(run).length > 0)
    );
  const found = runs.find(run => run.name === name);
  if (found === undefined)
    throw new UsageError(`there is no run "${name}"; there are ${runs.map(r => r.name).join(', ') || 'none'}`);
  return found;
}
