import { hasEffects, readJournals } from '../../binding/journal';
import { toUndo, undo as undoRun } from '../../binding/undo';
import { ProblemError } from '../../core/problem';
import { journals, openAwsAccount, surroundings } from '../binding';
import { journalDir } from '../bindingOptions';
import { choice, type Command, text } from '../command';

export const undo: Command = {
  name: 'undo',
  summary: 'take back what the last "apply" did, from its journal',
  help: `Replays a journal backwards: restores earlier policies exactly, deletes only what the run created, and only where nothing
changed since. What did change is kept, and named.

Usage: tfc-oidc undo [--run NAME] --yes [options]

  --run NAME            the journal's name (default: the newest that wrote anything)
  --list                list the journals
  --profile NAME --region REGION
  --journal DIR         as for apply
  --yes                 undo; without it the steps are shown and nothing is written
  --format text|json    json: { "run", "title", "state", "steps": [{ "title", "state", "why" }] }

Exit codes: 0 undone, 1 nothing was undone (--yes is missing), 2 stopped or could not run.`,
  options: {
    run: { type: 'string' },
    list: { type: 'boolean' },
    profile: { type: 'string' },
    region: { type: 'string' },
    journal: { type: 'string' },
    yes: { type: 'boolean' },
    format: { type: 'string' },
  },
  async run(context, { values }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const store = journals(journalDir(context, values));
    const runs = await readJournals(store);
    if (values['list'] === true) {
      const rows = runs.map(r => ({
        run: r.name,
        at: new Date(r.at).toISOString(),
        title: r.title,
        subject: r.subject,
        state: r.state,
      }));
      context.out(
        format === 'json'
          ? `${JSON.stringify({ runs: rows }, null, 2)}\n`
          : rows.map(r => `${r.run}  ${r.state.padEnd(9)} ${r.title}\n`).join(''),
      );
      return 0;
    }
    const name = text(values, 'run');
    const run =
      name === undefined
        ? runs.filter(r => hasEffects(r) && r.state !== 'undone').at(-1)
        : runs.find(r => r.name === name);
    if (run === undefined) {
      throw new ProblemError({
        code: 'no-journal',
        message:
          name === undefined ? 'There is no journal of a run that wrote anything.' : `There is no journal "${name}".`,
        nextStep: '"tfc-oidc undo --list" lists the journals; --journal names another folder.',
      });
    }
    const steps = toUndo(run);
    if (values['yes'] !== true) {
      const rows = steps.map(s => ({ title: `Take back: ${s.change.title}`, state: 'planned' }));
      context.out(
        format === 'json'
          ? `${JSON.stringify({ run: run.name, title: run.title, state: 'planned', steps: rows }, null, 2)}\n`
          : `${run.title} (${run.name})\n${rows.map((r, i) => `  ${i + 1}. ${r.title}\n`).join('')}`,
      );
      context.err('Nothing was written. Run it again with --yes to take these changes back.\n');
      return 1;
    }
    const opened = await openAwsAccount(context, { profile: text(values, 'profile'), region: text(values, 'region') });
    const result = await undoRun(run, surroundings(context, opened, store, run.name));
    const rows = result.steps.map(s => ({
      title: s.change.title,
      state: s.state,
      ...(s.why !== undefined && { why: s.why }),
    }));
    if (format === 'json')
      context.out(
        `${JSON.stringify({ run: run.name, title: run.title, state: result.state, steps: rows, ...(result.problem && { problem: result.problem }) }, null, 2)}\n`,
      );
    else
      context.out(
        `${rows.map(r => `  ${r.title}: ${r.state}${'why' in r ? ` (${String(r.why)})` : ''}\n`).join('')}${result.state === 'complete' ? 'Undone.\n' : ''}`,
      );
    if (result.problem !== undefined) context.err(`Stopped: ${result.problem.message}\n${result.problem.nextStep}\n`);
    return result.state === 'complete' ? 0 : 2;
  },
};
