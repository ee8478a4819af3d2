import { type Problem, ProblemError, unwrap } from '../../core/problem';
import type { Change, VariableChange } from '../change';
import type { DesiredVariable } from '../desired/desired';
import { parseRoleArn } from '../checks/arn';
import { switchOf } from '../checks/variables';
import { proposedTags } from '../../lint/everywhere';
import { type BindingFacts, phases } from '../facts';
import type { HcpReading } from '../gather/hcp';
import type { CodePlan } from '../plan/code';
import { prepareBinding, type PreparedBinding, subjectOf } from '../plan/prepare';
import { type JournalRun, readJournals } from '../journal/journal';
import { planRepairs } from '../plan/repairs';
import { planTests } from '../plan/tests';
import { planRemovals, planVariables, type VariablePlan } from '../plan/variables';
import { changesOfRole, strangeRoles } from './adoption';
import { ask, type Surface } from './dialogue';
import { stoppedRun } from './journaledRun';
import { afterTheCode } from './tagSwitch';
import type { OpenedAccount, PlannedGroup, SetupGroup, SetupMember, SetupPlan, SetupWishes } from './model';
import type { RootOfSetup, SetupServices } from './services';
import type { Root } from '../../terraform/model';
import { nameOf } from '../place';

type PlanServices = Pick<SetupServices, 'journals' | 'planCode' | 'planWiring'>;

/**
 * Works out a setup against what the account and HCP Terraform hold, whole: all that may be written is in the plan before anything is
 * asked. Reads only. Asks about roles of somebody else, since without a yes to each they stay as they are.
 */
export async function planSetup(
  groups: readonly SetupGroup[],
  opened: OpenedAccount,
  wishes: SetupWishes,
  services: PlanServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<SetupPlan> {
  const planned: PlannedGroup[] = [];
  const declined: string[] = [];
  // What an earlier group makes already (the provider, its audience) is not made twice.
  const known = new Set<string>();
  for (const group of groups) {
    const { prepared, left } = await prepare(group, opened, surface, signal);
    declined.push(...left);
    planned.push(await planGroup(group, prepared, { wishes, known, services, signal }));
  }
  const code = wishes.fixCode ? await services.planCode(rootsOf(planned), { mappingOnly: false }, signal) : undefined;
  const wiring = await planWiring(planned, services, signal);
  const problems = problemsOf(planned, [code, wiring]);
  return { opened, wishes, groups: planned, code, ...(wiring !== undefined && { wiring }), declined, problems };
}

const problemsOf = (groups: readonly PlannedGroup[], code: readonly (CodePlan | undefined)[]): readonly Problem[] => [
  ...groups.flatMap(g => [...g.prepared.plan.problems, ...g.variables.problems]),
  ...code.flatMap(plan => plan?.problems ?? []),
];

/** What the code of a Stack has to say so that its deployments use the roles of these groups; `undefined`: no group is of a Stack. */
function planWiring(
  groups: readonly PlannedGroup[],
  services: PlanServices,
  signal: AbortSignal,
): Promise<CodePlan> | undefined {
  const roles: Record<string, string> = {};
  const variables: Record<string, Record<string, string>> = {};
  let root: Root | undefined;
  for (const { members, prepared } of groups)
    for (const { place, code, inputs = [] } of members) {
      const name = 'stack' in place ? place.deployment : undefined;
      const arn = prepared.desired.inputs.find(i => i.deployment === name)?.roleArn;
      if (name === undefined || arn === undefined || code === undefined) continue;
      root = code.root;
      if (inputs.length === 0) roles[name] = arn;
      for (const input of inputs) (variables[name] ??= {})[input] = arn;
    }
  const [audience] = groups.map(g => g.choices.audience);
  if (root === undefined || audience === undefined) return undefined;
  return services.planWiring(root, { audience, roles, variables }, signal);
}

async function prepare(
  group: SetupGroup,
  opened: OpenedAccount,
  surface: Surface,
  signal: AbortSignal,
): Promise<{ readonly prepared: PreparedBinding; readonly left: readonly string[] }> {
  const { adopt, ownedByCode, checkCaller } = group;
  const prepared = unwrap(await prepareBinding(opened, group.choices, { adopt, ownedByCode, checkCaller }, signal));
  const strange = adopt ? [] : strangeRoles(prepared);
  if (strange.length === 0) return { prepared, left: [] };
  // With the names as they were settled, so that a yes to one role is none to another.
  const adopted = unwrap(
    await prepareBinding(opened, prepared.choices, { adopt: true, ownedByCode, checkCaller }, signal),
  );
  // Each is asked about, also after a no: a surface may show all of them at once.
  const left: string[] = [];
  for (const { name: role, madeFor } of strange) {
    const changes = changesOfRole(adopted, role);
    if (!(await ask(surface, 'take-over-role', { role, madeFor, changes }))) left.push(role);
  }
  return { prepared: left.length === 0 ? adopted : prepared, left };
}

async function planGroup(
  group: SetupGroup,
  prepared: PreparedBinding,
  {
    wishes,
    known,
    services,
    signal,
  }: {
    readonly wishes: SetupWishes;
    readonly known: Set<string>;
    readonly services: PlanServices;
    readonly signal: AbortSignal;
  },
): Promise<PlannedGroup> {
  const iam = prepared.plan.changes.filter(change => !known.has(change.id));
  for (const change of prepared.plan.changes) known.add(change.id);
  const each = group.members.map(m => variablesOf(m, group, prepared));
  const planned = unique(each.flatMap(v => v.changes));
  const ready = await afterTheCode(group.members, planned, prepared.choices.tag, Date.now(), signal);
  const variables: VariablePlan = {
    changes: ready.changes,
    problems: each.flatMap(v => v.problems),
    notes: [...each.flatMap(v => v.notes), ...ready.notes],
  };
  const runs = group.members.some(m => m.tests !== undefined) ? await readJournals(services.journals) : [];
  const tests = group.members.flatMap(m => testsOf(m, prepared, runs));
  const changes: readonly Change[] = [...iam, ...variables.changes, ...tests];
  return {
    ...group,
    // Names may have been told apart from those of another workspace.
    choices: prepared.choices,
    prepared: { ...prepared, plan: { ...prepared.plan, changes: iam } },
    variables,
    removals: unique(group.members.flatMap(m => removalsOf(m, prepared, wishes))),
    notes: [...group.notes, ...variables.notes, ...group.members.flatMap(m => notesOf(m, prepared))],
    changes,
    unproven: ready.unproven,
    behind: ready.behind,
    stopped: await stoppedRun(services, subjectOf(prepared.choices), changes),
  };
}

const unique = <T extends { readonly id: string }>(changes: readonly T[]): readonly T[] => [
  ...new Map(changes.map(c => [c.id, c])).values(),
];

const wantedBy = (prepared: PreparedBinding, { place }: SetupMember): readonly DesiredVariable[] =>
  prepared.desired.variables.find(v => v.scope.name === nameOf(place))?.variables ?? [];

const nothing: VariablePlan = { changes: [], problems: [], notes: [] };

function variablesOf(member: SetupMember, group: SetupGroup, prepared: PreparedBinding): VariablePlan {
  if ('notAsked' in member.hcp) return nothing;
  const { source, variables } = member.hcp.reading;
  if (source !== undefined)
    return planVariables(source.workspace, source.reading, wantedBy(prepared, member), group.variableTarget);
  // A request that failed says itself what leads on: a token that is too weak is another thing than a gateway that is down.
  if (variables.state === 'unknown' && variables.problem !== undefined)
    return { ...nothing, problems: [variables.problem] };
  const why = variables.state === 'unknown' ? variables.why : 'The variables could not be read.';
  const nextStep = 'Use a token that may read and write variables of the workspace.';
  return { ...nothing, problems: [{ code: 'variables-unknown', message: why, nextStep }] };
}

function testsOf(
  { tests, place }: SetupMember,
  prepared: PreparedBinding,
  runs: readonly JournalRun[],
): readonly Change[] {
  const wanted = prepared.desired.testConfigurations.find(t => 'module' in place && t.module === place.module);
  const change = tests && wanted && planTests(tests, wanted, runs);
  return change === undefined ? [] : [change];
}

function removalsOf(member: SetupMember, prepared: PreparedBinding, wishes: SetupWishes): readonly VariableChange[] {
  const reading = readingOf(member);
  if (reading?.source === undefined || reading.variables.state === 'unknown') return [];
  const { source, variables } = reading;
  const { suspicious, staticCredentials } = variables.value;
  return [
    ...(wishes.fixVariables
      ? planRepairs(source.workspace, source.reading, suspicious, wantedBy(prepared, member))
      : []),
    ...(wishes.removeStaticKeys ? planRemovals(source.workspace, source.reading, staticCredentials) : []),
  ];
}

const readingOf = (member: SetupMember): HcpReading | undefined =>
  'notAsked' in member.hcp ? undefined : member.hcp.reading;

/** The roots that the workspaces belong to, each with the tags that its workspaces have or get. */
export function rootsOf(groups: readonly Pick<PlannedGroup, 'members' | 'choices'>[]): readonly RootOfSetup[] {
  const byRoot = new Map<string, { readonly code: RootOfSetup['code']; readonly tags: Set<string> }>();
  for (const { members, choices } of groups) {
    for (const member of members) {
      if (member.code === undefined) continue;
      const { dir } = member.code.root;
      const { tags } = byRoot.get(dir) ?? { tags: new Set<string>() };
      for (const tag of tagsOf(readingOf(member)?.variables)) tags.add(tag);
      if (choices.tag !== undefined) tags.add(choices.tag);
      byRoot.set(dir, { code: member.code, tags });
    }
  }
  return [...byRoot.values()].map(({ code, tags }) => ({ code, tags: [...tags].sort() }));
}

/** Tags of the native configurations that a workspace has already. */
function tagsOf(variables: BindingFacts['variables'] | undefined): readonly string[] {
  if (variables?.state !== 'known') return [];
  return variables.value.configurations.flatMap(c =>
    c.backing === 'native' && c.tag !== undefined && c.enabled !== 'no' ? [c.tag] : [],
  );
}

/** What a person should know before saying yes. */
function notesOf(member: SetupMember, prepared: PreparedBinding): readonly string[] {
  const { accountId } = prepared.caller;
  const workspace = nameOf(member.place);
  const facts = readingOf(member);
  const arns =
    facts?.variables.state !== 'known'
      ? []
      : facts.variables.value.configurations
          .filter(c => c.tag === prepared.choices.tag)
          .flatMap(c => phases.flatMap(p => (c.roles[p].state === 'set' ? [c.roles[p].arn] : [])));
  const elsewhere = [...new Set(arns.flatMap(arn => parseRoleArn(arn)?.accountId ?? []))].filter(a => a !== accountId);
  const onThisMachine = facts?.workspace.state === 'known' && facts.workspace.value.executionMode === 'local';
  const taken = member.local === undefined ? '' : `, and the AWS provider takes ${member.local.source}`;
  return [
    ...besideVault(member, prepared),
    ...ownConfigurations(member, prepared),
    ...elsewhere.map(
      other =>
        `Workspace ${workspace} uses roles of account ${other} today; this profile belongs to account ${accountId}. Its runs will work in the other account from then on.`,
    ),
    ...(onThisMachine
      ? [
          `Runs of ${workspace} execute on your machine (execution mode "local"): HCP Terraform delivers neither these variables nor the role there${taken}. They take effect once the mode is remote or agent.`,
        ]
      : []),
  ];
}

/** Native credentials beside those of Vault: which a run takes is documented nowhere. */
function besideVault(member: SetupMember, { choices }: PreparedBinding): readonly string[] {
  const variables = readingOf(member)?.variables;
  if (variables?.state !== 'known') return [];
  return variables.value.configurations
    .filter(c => c.backing !== 'native' && c.tag === choices.tag && c.enabled !== 'no')
    .map(
      c =>
        `Workspace ${nameOf(member.place)} takes these credentials from ${c.backing === 'vault' ? 'Vault' : 'HCP Vault Secrets'} today (${switchOf(c)}). With native ones beside them it is documented nowhere which a run takes: switch ${switchOf(c)} off once the role is proven, or use another tag.`,
    );
}

/** Where the code speaks as several identities, one configuration is not enough: each other one is proposed by its tag. */
function ownConfigurations(member: SetupMember, { choices }: PreparedBinding): readonly string[] {
  if (member.code === undefined || choices.tag !== undefined) return [];
  const configured = new Set(tagsOf(readingOf(member)?.variables));
  const tags = proposedTags(member.code.root).filter(tag => !configured.has(tag));
  if (tags.length === 0) return [];
  const each = tags.map(tag => `tfc-oidc configure --tag ${tag}`).join(', ');
  return [
    `The code of ${nameOf(member.place)} speaks as several AWS identities, and this sets up the default one. Set up ${tags.length === 1 ? `a configuration with tag ${tags[0] ?? ''}` : `configurations with the tags ${tags.join(', ')}`} too, each with the credentials of its account (${each}); then map the provider blocks to them (tfc-oidc map-providers).`,
  ];
}

/** The refusal of a variable set that does not reach the workspace. */
export const missingSet = (name: string, workspace: string): ProblemError =>
  new ProblemError({
    code: 'variable-set-missing',
    message: `No variable set "${name}" reaches workspace ${workspace}.`,
    nextStep: 'Apply the variable set to the workspace or its project, then try again.',
  });
