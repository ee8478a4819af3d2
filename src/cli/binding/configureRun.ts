import type { BindingChoices } from '../../binding/desired/choices';
import { unreadProblem, type WorkspaceFacts } from '../../binding/facts';
import { localCredentials } from '../../binding/gather/localChain';
import { codeFacts } from '../../binding/gather/code';
import { hcpFacts } from '../../binding/gather/hcp';
import { readOnce } from '../../binding/gather/readOnce';
import { writtenValues } from '../../binding/gather/memory';
import { readJournals } from '../../binding/journal/journal';
import { inWords } from '../../binding/place';
import type { VariableTarget } from '../../binding/plan/variables';
import {
  missingSet,
  type OpenedAccount,
  planSetup,
  type SetupGroup,
  type SetupMember,
  type SetupPlan,
  type SetupResult,
  setUp,
} from '../../binding/setup';
import { ProblemError, unwrap } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { feedingVariables } from '../../hcp/variables/feeding';
import { KeptReplies } from '../../hcp/client/keptReplies';
import { findVarset } from '../../hcp/variables/read';
import { callsOf } from '../calls';
import type { CliContext } from '../command';
import { type ExitCode, exitCode } from '../exitCode';
import { isNoProof, isWithoutEnd } from '../output/runReport';
import { outcomeText, setupJson, setupText } from '../output/configureReport';
import { jsonReport } from '../output/jsonReport';
import type { TerraformFolder } from '../terraformFolder';
import { openAwsAccount } from './accounts';
import { type BindingRequest } from './setupOptions';
import { journalDir } from './journalPlace';
import type { Target } from './checkedBindings';
import type { ConfigureValues } from './configureOptions';
import { thisMachine } from '../../node/thisMachine';
import { codeOf, journals, setupServices } from './services';
import { cliSurface, standingText } from './surface';

/** A workspace that HCP Terraform knows, before anything was written. */
export interface ReadTarget {
  readonly member: SetupMember;
  readonly client: HcpClient;
  readonly workspace: WorkspaceFacts;
}

/** Workspaces that get the same roles, with what the options say of them. */
export interface ConfiguredGroup {
  readonly targets: readonly ReadTarget[];
  readonly request: BindingRequest;
}

/** Reads one workspace and its variables; one that can't be found stops the command. */
export async function readTarget(
  context: CliContext,
  target: Target,
  client: HcpClient,
  journal: string,
): Promise<ReadTarget> {
  const { hostname, organization, workspace, root } = target;
  const kept = new KeptReplies();
  const reading = await hcpFacts(client.keeping(kept), organization, workspace, context.signal, {
    ...(root !== undefined && { feeding: feedingVariables(root) }),
    // Role ARNs that were written into sensitive variables can't be read, but the journal knows them.
    ownValue: writtenValues(await readJournals(journals(journal))),
  });
  if (reading.workspace.state === 'unknown') throw new ProblemError(unreadProblem(reading.workspace));
  const code = codeOf(context, root);
  const facts = code && codeFacts(code.root, code.findings);
  const place = { hostname, organization, workspace };
  const member = {
    place,
    code,
    hcp: { client, reading, kept },
    local: localCredentials(await thisMachine(context.env), facts),
  };
  return { member, client, workspace: reading.workspace.value };
}

/** The groups of workspaces, once the account is known. */
export async function workspaceGroups(
  context: CliContext,
  values: ConfigureValues,
  groups: readonly ConfiguredGroup[],
  { caller }: OpenedAccount,
): Promise<readonly SetupGroup[]> {
  const wanted: SetupGroup[] = [];
  for (const group of groups) {
    const choices = group.request.choices(caller.accountId, caller.partition);
    wanted.push(await setupGroup(context, values, group, choices));
  }
  return wanted;
}

/** One run of `configure`: the use case with answers from options, its plan and its end printed. */
export async function runConfigure(
  context: CliContext,
  values: ConfigureValues,
  folder: TerraformFolder,
  request: BindingRequest,
  groupsOf: (opened: OpenedAccount) => Promise<readonly SetupGroup[]>,
  started: number,
): Promise<ExitCode> {
  const json = values.format === 'json';
  const services = setupServices(context, journalDir(context, values), folder, values['read-state']);
  const surface = cliSurface(context, { yes: values.yes, account: values.account }, json, {}, event => {
    if (event.id === 'stopped') context.err(standingText(event.standing));
  });
  const opened = await openAwsAccount(context, request);
  const wanted = await groupsOf(opened);
  const wishes = {
    removeStaticKeys: values['remove-static-keys'],
    fixVariables: values['fix-variables'],
    fixCode: values['fix-code'],
    proveByRun: values['prove-run'],
  };
  const read = { ...opened, account: readOnce(opened.account) };
  const planned = await planSetup(wanted, read, wishes, services, surface, context.signal);
  const plan: SetupPlan = { ...planned, opened, read };
  if (!json) {
    context.out(setupText(plan));
    for (const problem of plan.problems) context.err(`In the way: ${problem.message}\n  ${problem.nextStep}\n`);
  }
  const result = await setUp(plan, services, surface, context.signal);
  if (json) context.out(jsonReport('configure', { ...setupJson(plan, result), effort: effort(context, started) }));
  else printEnd(context, plan, result, started);
  return exitCodeOf(result);
}

async function setupGroup(
  context: CliContext,
  values: ConfigureValues,
  { targets, request }: ConfiguredGroup,
  choices: BindingChoices,
): Promise<SetupGroup> {
  const { adopt, ownedByCode } = request;
  const notes = request.notes(choices.accountId, choices.partition);
  const variableTarget = await variableTargetOf(context, values['variable-set'], targets);
  return {
    members: targets.map(t => ({
      ...t.member,
      ...(choices.issuer !== undefined && { issuerHost: choices.issuer }),
    })),
    choices,
    adopt,
    ownedByCode,
    notes,
    variableTarget,
    checkCaller: false,
  };
}

/** The variable set of that name; it has to reach each of the workspaces. */
async function variableTargetOf(
  context: CliContext,
  name: string | undefined,
  targets: readonly ReadTarget[],
): Promise<VariableTarget> {
  let target: VariableTarget = { type: 'workspace' };
  if (name === undefined) return target;
  for (const { client, workspace } of targets) {
    const found = unwrap(await findVarset(client, workspace.id, name, context.signal));
    if (found === undefined) throw missingSet(name, workspace.name);
    target = { type: 'varset', ...found };
  }
  return target;
}

function printEnd(
  context: CliContext,
  plan: SetupPlan,
  { state, outcomes, wired, fixed }: SetupResult,
  started: number,
): void {
  if (state === 'stopped') return;
  if (state === 'refused') {
    context.err('Nothing was written.\n');
    return;
  }
  if (state === 'declined') {
    const names = plan.groups.flatMap(g => g.members.map(m => inWords(m.place))).join(', ');
    const roles = plan.groups.flatMap(g => g.prepared.plan.roles.map(r => r.name)).join(', ');
    context.err(
      `Nothing was written. Repeat it with --yes to write to AWS account ${plan.opened.caller.accountId} (roles ${roles}) and set up ${names}.\n`,
    );
    return;
  }
  for (const [group, outcome] of outcomes) {
    context.out(outcomeText(group, outcome));
    const { notStarted } = outcome;
    if (notStarted !== undefined)
      context.err(`No plan-only run proves it: ${notStarted.message} (${notStarted.code})\n${notStarted.nextStep}\n`);
  }
  if (wired !== undefined)
    context.out(
      `\nCode: ${wired.done} of ${wired.total} files changed. It counts once it is pushed to where HCP Terraform takes the Stack from.\n`,
    );
  if (fixed !== undefined) context.out(`\nCode: ${fixed.done} of ${fixed.total} files changed.\n`);
  const { seconds, awsCalls, hcpCalls } = effort(context, started);
  context.out(`\nTook ${seconds} s, ${awsCalls} requests to AWS and ${hcpCalls} to HCP Terraform.\n`);
}

function effort(context: CliContext, started: number) {
  const { aws, hcp } = callsOf(context);
  return { seconds: Math.round((Date.now() - started) / 100) / 10, awsCalls: aws, hcpCalls: hcp };
}

function exitCodeOf({ state, outcomes }: SetupResult): ExitCode {
  const all = [...outcomes.values()];
  const checks = all.flatMap(o => o.checked.flatMap(c => c.checks));
  const runs = all.flatMap(o => o.runs.map(r => r.proof));
  const refused = state === 'refused' || state === 'declined';
  const wrong = all.some(o => (o.gap?.wrong.length ?? 0) > 0) || checks.some(c => c.state === 'wrong');
  return exitCode({
    wrong: refused || (state !== 'stopped' && (wrong || runs.some(isNoProof))),
    stopped: state === 'stopped' || all.some(o => o.notStarted !== undefined) || runs.some(isWithoutEnd),
    unread: all.some(o => o.proof !== 'proven'),
  });
}
