import {
  carryOutKey,
  type KeyAction,
  type KeyFacts,
  keyReport,
  type KeyResult,
  planKey,
  quietDays,
} from '../../../binding/keys';
import { ProblemError, unwrap } from '../../../core/problem';
import { organizationName } from '../../../oidc/names';
import { accountOptions, journalOption } from '../../binding/setupOptions';
import { journalDir } from '../../binding/journalPlace';
import { openAccount } from '../../binding/accounts';
import { lookAtKeys } from '../../binding/keyLook';
import { useCaseServices } from '../../binding/services';
import { cliSurface } from '../../binding/surface';
import { type CliContext, command } from '../../command';
import type { ExitCode } from '../../exitCode';
import { hostnameOf } from '../../names';
import { choice, flag, section, text, UsageError, type Values } from '../../option';
import { keyCsv, keyJson, keyText } from '../../output/keyReport';
import { applyText, changeText } from '../../output/planReport';
import { jsonReport } from '../../output/jsonReport';
import { readTerraformFolder } from '../../terraformFolder';

const keyOptions = {
  organization: text('ORG', 'look at every workspace and variable set of this organization'),
  hostname: text('HOST', 'default app.terraform.io'),
  ...section('AWS: whose keys they are and when they were used (nothing is written without one of the actions)', {
    ...accountOptions,
    cloudtrail: flag(
      'for keys whose id cannot be read: also ask CloudTrail (LookupEvents) whether Terraform called as one of the likely users at the time of a run; needs cloudtrail:LookupEvents. Off unless given',
    ),
  }),
  ...section('One key, with a yes of its own', {
    deactivate: text(
      'KEY',
      'make this key inactive; KEY is the last four characters of its id, as the report shows them',
    ),
    activate: text('KEY', 'make it active again'),
    delete: text('KEY', `delete it, once it is inactive for ${quietDays} days; this cannot be undone`),
    yes: flag('do it; without it the change is shown and nothing is written'),
    journal: journalOption,
  }),
  'show-ids': flag('show ids of access keys whole; without it their last four characters'),
  format: choice(['text', 'json', 'csv'], 'text', 'how to report'),
} as const;

type KeyValues = Values<typeof keyOptions>;

export const keys = command({
  name: 'keys',
  group: 'State',
  summary: 'say of every static key whose it is, when it was used and where it stands; end it once nothing needs it',
  operands: '[PATH]',
  about: `Finds long-lived access keys in code, in files with values, in workspaces and in variable sets, of a Stack in PATH in those behind its stores too. With --profile it asks AWS for the account, the user, the age and the last use of each. A key is offered for deactivation only once it stands nowhere in the organization, the roles of all its workspaces are proven, and its last use was before the first run with the role; if it was used since, something else uses it, and the report says what. After ${quietDays} days inactive it can be deleted. Keys of the root user are left to a person.

What was seen is kept beside the journals (a hash of the id, its last four characters, names of places), so that a key is found when it stands nowhere any more. "tfc-oidc undo" takes a deactivation back.`,
  options: keyOptions,
  report: `JSON: { "keys": [{ "key", "id", "account", "user", "status", "ageDays", "lastUse": { "at", "service", "region" }, "state": "in-place", "not-proven", "no-run-yet", "still-used", "can-be-deactivated", "inactive", "can-be-deleted", "deleted", "root" or "unknown", "why", "nextStep", "offers", "places", "workspaces", "leftovers": [{ "what", "command" }] }], "hidden": [place…], "likely": [{ "user", "keys", "because" }], "gaps" }. "id" is null without --show-ids.`,
  examples: [
    'tfc-oidc keys --organization acme --profile admin',
    'tfc-oidc keys --organization acme --profile admin --deactivate MPLE --yes',
  ],
  exits: {
    0: 'no long-lived key is left, or the action is done',
    1: 'keys are left, or the action is not offered, or --yes is missing',
    2: 'could not run or stopped, or something could not be read',
  },
  async run(context, { values, positionals }) {
    const wanted = actionOf(values);
    const organization = values.organization === undefined ? undefined : unwrap(organizationName(values.organization));
    const readsCode = organization === undefined || positionals.length > 0;
    const folder = readsCode ? await readTerraformFolder(context, positionals) : undefined;
    const journal = journalDir(context, values);
    const opened =
      values.profile === undefined && wanted === undefined ? undefined : await openAccount(context, values);
    const look = { hostname: hostnameOf(values), organization, folder, opened, journal };
    const looked = await lookAtKeys(context, look);
    if (wanted !== undefined && opened !== undefined) {
      const chosen = keyNamed(looked.keys, wanted.key);
      return act(context, values, planKey(wanted.action, chosen, opened, Date.now()), journal);
    }
    const report = await keyReport(looked, opened, values.cloudtrail, context.signal);
    const shown = { ids: values['show-ids'], now: Date.now() };
    if (values.format === 'json') context.out(jsonReport('keys', keyJson(report, shown)));
    else context.out(values.format === 'csv' ? keyCsv(report, shown) : keyText(report, shown));
    const left = report.keys.some(k => k.decision.state !== 'deleted') || report.hidden.length > 0;
    return left ? 1 : report.gaps.length > 0 ? 2 : 0;
  },
});

function actionOf(values: KeyValues): { readonly action: KeyAction; readonly key: string } | undefined {
  const given = (['deactivate', 'activate', 'delete'] as const).flatMap(action => {
    const key = values[action];
    return key === undefined ? [] : [{ action, key }];
  });
  if (given.length > 1) throw new UsageError('--deactivate, --activate and --delete are taken one at a time');
  return given[0];
}

/** By the end of its id, or the whole of it. */
function keyNamed(all: readonly KeyFacts[], name: string): KeyFacts {
  const found = all.filter(
    k => `…${name.replace(/^…/, '').slice(-4)}` === k.shown && (name.length < 16 || k.id?.reveal() === name),
  );
  const [one, another] = found;
  if (one !== undefined && another === undefined) return one;
  throw new ProblemError({
    code: one === undefined ? 'no-such-key' : 'several-keys',
    message: one === undefined ? 'No key that was found ends so.' : 'Several keys that were found end so.',
    nextStep:
      one === undefined ? 'Give the last four characters of a key that the report lists.' : 'Give the whole id.',
  });
}

async function act(
  context: CliContext,
  values: KeyValues,
  plan: ReturnType<typeof planKey>,
  journal: string,
): Promise<ExitCode> {
  const json = values.format === 'json';
  if (!json && plan.change !== undefined) context.out(changeText(plan.change, 1));
  const surface = cliSurface(context, { yes: values.yes, account: values.account }, json);
  const result = await carryOutKey(plan, useCaseServices(context, journal), surface, context.signal);
  if (json)
    context.out(
      jsonReport('keys', {
        key: plan.facts.shown,
        action: plan.action,
        state: result.state,
        problems: result.problems,
        journal: result.written?.journal ?? null,
      }),
    );
  else context.out(resultText(result, plan.action));
  return result.state === 'done' ? 0 : result.state === 'stopped' ? 2 : 1;
}

function resultText({ state, written, problems }: KeyResult, action: KeyAction): string {
  if (state === 'declined') return `\nNothing was written: repeat it with --yes to ${action} the key.\n`;
  if (state === 'refused') return problems.map(p => `Not offered: ${p.message} (${p.code})\n${p.nextStep}\n`).join('');
  if (written !== undefined && action === 'delete' && state === 'done') return '\nDone: the key is deleted.\n';
  return written === undefined ? '' : `\n${applyText(written)}`;
}
