import { apply as applyChanges, resume } from '../../binding/apply';
import { journalName, readJournals, unfinished, whereItStopped } from '../../binding/journal';
import { ProblemError } from '../../core/problem';
import { changesText, journals, planBinding, subjectOf, surroundings } from '../binding';
import { bindingHelp, bindingOptions, bindingRequest } from '../bindingOptions';
import { choice, type Command } from '../command';
import { planJson, planText } from './plan';

export const apply: Command = {
  name: 'apply',
  summary: 'make the changes that "plan" shows, with a journal for undo',
  help: `Plans, shows the plan, and with --yes applies exactly that: each change is read, compared and written; if something
changed in between, it stops. Intents and results are kept in a journal, so that "undo" and a second "apply" know where it stood.

Usage: tfc-oidc apply [PATH] --project PROJECT --yes [options]

${bindingHelp}
  --yes                 apply; without it the plan is shown and nothing is written
  --resume              go on with a run that stopped, instead of planning anew
  --format text|json    json: the plan, with "applied": { "state", "done", "total", "journal", "problem" }

Exit codes: 0 applied or nothing to do, 1 not applied (something in the way, or --yes is missing), 2 stopped or could not run.`,
  options: { ...bindingOptions, yes: { type: 'boolean' }, resume: { type: 'boolean' } },
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const request = await bindingRequest(context, values, positionals);
    const planned = await planBinding(context, request);
    const subject = subjectOf(planned.choices);
    const store = journals(request.journal);
    const stopped = unfinished(await readJournals(store), subject);
    const yes = values['yes'] === true;
    if (stopped !== undefined && values['resume'] === true && yes) {
      context.err(`${whereItStopped(stopped)}\nGoing on with it:\n`);
      const result = await resume(stopped, surroundings(context, planned, store, stopped.name));
      if (result.problem !== undefined) throw new ProblemError(result.problem);
      context.out(
        format === 'json'
          ? planJson(planned, { applied: { ...result, journal: stopped.name } })
          : `${result.done} of ${result.total} changes hold.\n`,
      );
      return result.state === 'complete' ? 0 : 2;
    }
    if (format === 'text') context.out(planText(planned));
    const note =
      stopped === undefined
        ? ''
        : `${whereItStopped(stopped)}\nIt can be gone on with ("apply --resume --yes") or taken back ("undo --yes").\n`;
    if (planned.plan.problems.length > 0 || (planned.plan.changes.length > 0 && !yes)) {
      if (format === 'json') context.out(planJson(planned, { applied: null }));
      context.err(
        planned.plan.problems.length > 0
          ? 'Nothing was written: see what is in the way.\n'
          : `${note}Nothing was written. Run it again with --yes to make these changes in account ${planned.caller.accountId}.\n`,
      );
      return 1;
    }
    if (planned.plan.changes.length === 0) {
      if (format === 'json')
        context.out(planJson(planned, { applied: { state: 'complete', done: 0, total: 0, journal: null } }));
      return 0;
    }
    if (note !== '') context.err(note);
    const name = journalName(Date.now(), subject);
    context.err(`Applying to account ${planned.caller.accountId}:\n${changesText(planned.plan.changes)}`);
    const title = `Set up OIDC for ${planned.choices.workspaces.map(w => `${w.organization}/${w.workspace}`).join(', ')}`;
    const result = await applyChanges(
      { title, subject, changes: planned.plan.changes },
      surroundings(context, planned, store, name),
    );
    if (format === 'json') context.out(planJson(planned, { applied: { ...result, journal: name } }));
    else
      context.out(
        `${result.done} of ${result.total} changes were made. "tfc-oidc undo" takes them back (journal ${name}).\n`,
      );
    if (result.warning !== undefined) context.err(`${result.warning.message} ${result.warning.nextStep}\n`);
    if (result.problem !== undefined) {
      context.err(
        `Stopped: ${result.problem.message} (${result.problem.code}${result.problem.requestId === undefined ? '' : `, request ${result.problem.requestId}`})\n${result.problem.nextStep}\n`,
      );
    }
    return result.state === 'complete' ? 0 : 2;
  },
};
