import { type Change, lossOf } from '../../binding/change';
import { type JournalRun, readJournals, runsAbout } from '../../binding/journal/journal';
import { accountOfSubject } from '../../binding/plan/prepare';
import { type OpenedAccount, planUndo, takeBack, type UndoPlan } from '../../binding/setup';
import { nextToUndo, type UndoResult } from '../../binding/undo';
import { openAccount } from '../binding/accounts';
import { accountOptions, journalOption } from '../binding/setupOptions';
import { journalDir } from '../binding/journalPlace';
import { journals, useCaseServices } from '../binding/services';
import { cliSurface } from '../binding/surface';
import { undoJson } from '../output/planReport';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { flag, section, text, textOrJson, UsageError, type Values } from '../option';
import { jsonReport } from '../output/jsonReport';

const undoOptions = {
  yes: flag('write to the account'),
  ...section('Which run (the last one of all where none of these is given)', {
    organization: text('ORG', 'the last run about this organization'),
    project: text('PROJECT', 'the last run about this project'),
    workspace: text('NAME', 'the last run about this workspace'),
    stack: text('NAME', 'the last run about this Stack'),
    deployment: text('NAME', 'the last run about this deployment of a Stack'),
    module: text('NAME', 'the last run about the tests of this module'),
    run: text('NAME', 'an earlier run instead of the last one (the name of its journal)'),
    journal: journalOption,
  }),
  ...accountOptions,
  format: textOrJson,
} as const;

type UndoValues = Values<typeof undoOptions>;

export const undo = command({
  name: 'undo',
  group: 'Set up',
  summary: 'take back the last "apply" in an AWS account; needs --yes',
  operands: '',
  about: `Replays the journal of the last run backwards: earlier policies are restored byte for byte, and only what the run created is deleted, and only where nobody changed it since. What was changed is kept and named. Without --yes it shows what it would do.`,
  options: undoOptions,
  report: `JSON: { "run", "account", "warning", "result": { "state": "complete|stopped|cancelled|not-applied|nothing", "steps": [{ "id", "title", "state": "undone|nothing|kept|planned", "why" }], "problem" } }`,
  exits: {
    0: 'all is undone, or there is nothing to undo',
    1: 'something was kept, or --yes is missing',
    2: 'could not run, or stopped',
  },
  async run(context, { values }) {
    const json = values.format === 'json';
    const folder = journalDir(context, values);
    const { run, ofAccount, opened } = await runToUndo(context, values, await readJournals(journals(folder)));
    const plan = run && planUndo(run, ofAccount);
    const account = opened?.caller.accountId ?? plan?.accountId;
    const where = account === undefined ? '' : ` in account ${account}`;
    if (plan === undefined || plan.changes.length === 0) {
      const result = { state: 'nothing', steps: [], problem: null };
      context.out(
        json
          ? jsonReport('undo', { run: run?.name ?? null, account: account ?? null, result })
          : `There is nothing to undo${where}.\n`,
      );
      return exitCode({ wrong: false });
    }
    const warning = plan.lost;
    const head = { run: plan.run.name, account: account ?? null, warning: warning ?? null };
    if (warning !== undefined && !json) context.err(`${warning}\n`);
    const surface = cliSurface(context, { yes: values.yes, account: values.account }, json);
    const result = await takeBack(plan, opened, useCaseServices(context, folder), surface);
    if (result === undefined) {
      context.out(json ? jsonReport('undo', { ...head, result: plannedJson(plan) }) : plannedText(plan, account));
      return exitCode({ wrong: true });
    }
    context.out(json ? jsonReport('undo', { ...head, result: undoJson(result) }) : undoText(result, where));
    const complete = result.state === 'complete';
    return exitCode({ wrong: complete && result.steps.some(s => s.state === 'kept'), stopped: !complete });
  },
});

interface ToUndo {
  readonly run: JournalRun | undefined;
  readonly ofAccount: readonly JournalRun[];
  /** Undefined where nothing of AWS is to be taken back. */
  readonly opened: OpenedAccount | undefined;
}

/** The run that is meant. A run that was named, or a binding whose runs wrote nothing to AWS, needs no account. */
async function runToUndo(context: CliContext, values: UndoValues, all: readonly JournalRun[]): Promise<ToUndo> {
  const { organization, project, workspace, stack, deployment, module } = values;
  const filter = {
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
    ...(workspace !== undefined && { workspace }),
    ...(stack !== undefined && { stack }),
    ...(deployment !== undefined && { deployment }),
    ...(module !== undefined && { module }),
  };
  const named = values.run === undefined ? undefined : all.find(r => r.name === values.run);
  if (named !== undefined && planUndo(named, all).accountId === undefined)
    return { run: named, ofAccount: all, opened: undefined };
  if (values.run === undefined && nextToUndo(runsAbout(all, filter)) === undefined)
    return { run: undefined, ofAccount: [], opened: undefined };
  const opened = await openAccount(context, values);
  const ofAccount = all.filter(run => accountOfSubject(run.subject) === opened.caller.accountId);
  return { run: chosen(runsAbout(ofAccount, filter), values.run), ofAccount, opened };
}

const plannedJson = ({ changes }: UndoPlan) => ({
  state: 'not-applied',
  steps: changes.map(c => ({
    id: c.id,
    title: c.title,
    state: 'planned',
    why: lossOf(c) ?? null,
  })),
  problem: null,
});

function plannedText({ run, changes }: UndoPlan, account: string | undefined): string {
  const where = account === undefined ? 'These' : `In account ${account}, these`;
  return (
    `${where} changes of ${new Date(run.at).toISOString()} would be taken back, in this order:\n` +
    `${changes.map(undoLine).join('')}\nNothing was written: repeat it with --yes.\n`
  );
}

const undoLine = (change: Change): string => {
  const loss = lossOf(change);
  return `  ${change.title}${loss === undefined ? '' : `\n    stays as it is: ${loss}`}\n`;
};

function undoText({ state, steps, problem }: UndoResult, where: string): string {
  const kept = steps.filter(s => s.state === 'kept').length;
  if (state === 'complete')
    return `Undone${where}${kept > 0 ? `; ${kept} of ${steps.length} were kept, for the reasons above` : ''}.\n`;
  const why = problem ? ` ${problem.message} (${problem.code})\n${problem.nextStep}` : '';
  return `The undo is not complete; run it again to go on.${why}\n`;
}

function chosen(runs: readonly JournalRun[], name: string | undefined): JournalRun | undefined {
  if (name === undefined) return nextToUndo(runs);
  const found = runs.find(run => run.name === name);
  if (found === undefined)
    throw new UsageError(`there is no run "${name}"; there are ${runs.map(r => r.name).join(', ') || 'none'}`);
  return found;
}
