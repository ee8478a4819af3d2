import { notAsked } from '../../binding/gather/binding';
import { readJournals, unfinished, whereItStopped } from '../../binding/journal/journal';
import { accountOfSubject } from '../../binding/plan/prepare';
import {
  type JournaledResult,
  type PlannedGroup,
  planSetup,
  resumeJournaled,
  type SetupGroup,
  type SetupMember,
  setUp,
  undoingProblem,
  unfinishedProblem,
} from '../../binding/setup';
import { ProblemError } from '../../core/problem';
import { placeOf } from '../../binding/place';
import type { Identity } from '../../oidc/subject';
import { openAccount, openAwsAccount } from '../binding/accounts';
import { setupOptions, bindingRequest } from '../binding/setupOptions';
import { journalDir } from '../binding/journalPlace';
import { journals, setupServices, useCaseServices } from '../binding/services';
import { cliSurface } from '../binding/surface';
import { applyJson, applyText, planJson, planText } from '../output/planReport';
import { type CliContext, command } from '../command';
import { type ExitCode, exitCode } from '../exitCode';
import { flag, textOrJson, UsageError, type Values } from '../option';
import { jsonReport } from '../output/jsonReport';

const applyOptions = {
  yes: flag('write to the account'),
  resume: flag('go on with the run that stopped, instead of planning anew (needs no other option but --profile)'),
  'check-permissions': flag('ask IAM first what the caller may do (one or two requests more; "plan" always does)'),
  format: textOrJson,
  ...setupOptions,
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
    const journal = journalDir(context, values);
    const opened = await openAwsAccount(context, request);
    const choices = request.choices(opened.caller.accountId, opened.caller.partition);
    const notes = request.notes(opened.caller.accountId, opened.caller.partition);
    const services = setupServices(context, journal, undefined);
    const surface = cliSurface(context, { yes, account: request.account }, json);
    const group: SetupGroup = {
      members: choices.identities.map(i => memberOf(choices.hostname, i)),
      choices,
      adopt: request.adopt,
      ownedByCode: request.ownedByCode,
      variableTarget: { type: 'workspace' },
      checkCaller: values['check-permissions'],
      notes,
    };
    const plan = await planSetup([group], opened, iamAlone, services, surface, context.signal);
    const [planned] = plan.groups;
    if (planned === undefined) throw new Error('there is nothing to plan');
    if (yes) refuseStopped(planned);
    const { prepared } = planned;
    if (!json) context.out(planText(prepared, notes));
    const { state, outcomes } = await setUp(plan, services, surface, context.signal);
    const applied = outcomes.get(planned)?.applied;
    if (applied !== undefined) return report(context, applied, json, planJson(prepared, notes));
    const why = state === 'refused' ? 'the problems above stand in the way' : 'repeat it with --yes to write';
    if (json) {
      const done = state === 'nothing' ? 'complete' : 'not-applied';
      const total = prepared.plan.changes.length;
      const result = { state: done, done: 0, total, problem: null, warning: null, journal: null };
      context.out(jsonReport('apply', { ...planJson(prepared, notes), result }));
    } else if (state !== 'nothing')
      context.out(`\nNothing was written to account ${opened.caller.accountId}: ${why}.\n`);
    return exitCode({ wrong: state !== 'nothing' });
  },
});

/** HCP Terraform is not asked here: variables, proof and all that comes after it are for "configure". */
const iamAlone = { removeStaticKeys: false, fixVariables: false, fixCode: false, proveByRun: false };

const memberOf = (hostname: string, identity: Identity): SetupMember => ({
  place: placeOf(identity, hostname),
  code: undefined,
  hcp: notAsked('"tfc-oidc apply" writes to AWS alone.'),
  local: undefined,
});

/** A run whose rest is what is shown, or that only wants to be looked at, has its own option; any other is planned anew. */
function refuseStopped({ stopped, changes }: PlannedGroup): void {
  if (stopped?.run.state === 'undoing') throw new ProblemError(undoingProblem(stopped.run));
  if (stopped !== undefined && (stopped.asPlanned || changes.length === 0))
    throw new ProblemError(unfinishedProblem(stopped.where));
}

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
  const services = useCaseServices(context, journalDir(context, values));
  const result = await resumeJournaled(
    stopped,
    opened,
    services,
    cliSurface(context, { yes: true, account: values.account }, json),
  );
  return report(context, result, json, undefined);
}

function report(
  context: CliContext,
  result: JournaledResult,
  json: boolean,
  plan: ReturnType<typeof planJson> | undefined,
): ExitCode {
  const done = applyJson(result, result.journal);
  if (!json) context.out(`\n${applyText(result)}`);
  else
    context.out(
      plan === undefined ? jsonReport('apply', { result: done }) : jsonReport('apply', { ...plan, result: done }),
    );
  return exitCode({ wrong: false, stopped: result.state !== 'complete' });
}
