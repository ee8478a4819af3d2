import { type Problem, ProblemError, unwrap } from '../../core/problem';
import { type Audience, audienceName, defaultAudience, issuerProblem, issuerUrl } from '../../oidc/names';
import { withAdditions } from '../../iam/needs/additions';
import { oidcProviderArn } from '../../oidc/arns';
import { partitionName } from '../../oidc/partition';
import type { Change } from '../change';
import type { DesiredAccount, DesiredRole, PolicyJson } from '../desired/desired';
import { managedByTag, managedByValue } from '../desired/ownership';
import { identityOfFacts, unknown } from '../facts';
import { readHolds, together } from '../gather/holds';
import { keepKeys } from '../keys/keep';
import { planAccount } from '../plan/plan';
import { noLongerTrusted } from '../plan/policy';
import { policyName } from '../desired/choices';
import { subjectOf } from '../plan/prepare';
import { planRepairs } from '../plan/repairs';
import { planRemovals, planVariables } from '../plan/variables';
import { proofGap } from '../prove/proven';
import type { ChangingRemedy } from '../remedy';
import { changedTrust } from './changeTrust';
import { ask, type Surface } from './dialogue';
import { type RemedyGround, type RemedyPlan, remedyView } from './remedyPlan';
import { confirmAccount, stoppedRun, undoingProblem, writeJournaled } from './journaledRun';
import { type CheckedMember, isWorkspace, type JournaledResult, type OpenedAccount } from './model';
import type { SetupServices, UseCaseServices } from './services';
import { fullName, nameOf } from '../place';

interface Part {
  readonly changes: readonly Change[];
  readonly problems?: readonly Problem[];
  readonly notes?: readonly string[];
}

/** Works the remedies out against what is there now. Reads only. */
export async function planRemedies(
  remedies: readonly ChangingRemedy[],
  ground: RemedyGround,
  services: Pick<UseCaseServices, 'journals'>,
  signal: AbortSignal,
): Promise<RemedyPlan> {
  const parts: Part[] = [];
  for (const remedy of remedies) parts.push(await planOne(remedy, ground, signal));
  const changes = [...new Map(parts.flatMap(p => p.changes).map(c => [c.id, c])).values()];
  const subject = subjectOf({
    hostname: ground.workspace.hostname,
    identities: [identityOfFacts(ground.workspace)],
    accountId: ground.opened?.caller.accountId ?? '000000000000',
  });
  return {
    ground,
    subject,
    // The order that locks nobody out: the account first, then variables.
    changes: [...changes.filter(c => c.kind === 'iam'), ...changes.filter(c => c.kind !== 'iam')],
    notes: parts.flatMap(p => p.notes ?? []),
    problems: parts.flatMap(p => p.problems ?? []),
    stopped: await stoppedRun(services, subject, changes),
  };
}

function planOne(remedy: ChangingRemedy, ground: RemedyGround, signal: AbortSignal): Promise<Part> | Part {
  switch (remedy.kind) {
    case 'set-variable':
    case 'rewrite-variables':
    case 'remove-variables':
      return planVariableRemedy(remedy, ground);
    case 'create-provider':
    case 'add-audience':
      return ground.opened === undefined ? noProfile() : planProvider(remedy.audience, ground, ground.opened, signal);
    case 'update-trust':
    case 'update-permissions':
      return ground.opened === undefined ? noProfile() : planRoleRemedy(remedy, ground, ground.opened, signal);
  }
}

const problemPart = (code: string, message: string, nextStep: string): Part => ({
  changes: [],
  problems: [{ code, message, nextStep }],
});

const noProfile = (): Part =>
  problemPart('no-profile', 'This is put right in AWS, and no profile was chosen.', 'Choose a profile (--profile).');

function planVariableRemedy(
  remedy: Extract<ChangingRemedy, { kind: 'set-variable' | 'rewrite-variables' | 'remove-variables' }>,
  { checked: { source, facts, checks } }: RemedyGround,
): Part {
  if (source === undefined || facts.variables.state === 'unknown') {
    const why = facts.variables.state === 'unknown' ? facts.variables.why : 'The variables could not be read.';
    return problemPart('variables-unknown', why, 'Use a token that may read and write variables of the workspace.');
  }
  const { suspicious, staticCredentials } = facts.variables.value;
  switch (remedy.kind) {
    case 'set-variable': {
      const description = 'Use dynamic provider credentials for AWS';
      return planVariables(source.workspace, source.reading, [{ key: remedy.key, value: remedy.value, description }]);
    }
    case 'rewrite-variables': {
      const meant = suspicious.filter(v => remedy.keys.includes(v.key));
      return { changes: planRepairs(source.workspace, source.reading, meant, []) };
    }
    case 'remove-variables': {
      const gap = proofGap(checks);
      if (gap !== undefined)
        return problemPart(
          'not-proven',
          `The static credentials stay until the role is proven: ${[...gap.wrong, ...gap.unread].map(c => c.title).join(', ') || 'no role was read'}.`,
          'Put that right first.',
        );
      const meant = staticCredentials.filter(v => remedy.keys.includes(v.key));
      return { changes: planRemovals(source.workspace, source.reading, meant) };
    }
  }
}

async function planProvider(
  audience: string,
  { workspace, ownedByCode }: RemedyGround,
  { account, caller }: OpenedAccount,
  signal: AbortSignal,
): Promise<Part> {
  const host = workspace.issuer ?? workspace.hostname;
  const port = issuerProblem(host);
  if (port !== undefined) return { changes: [], problems: [port] };
  const desired = accountOf(caller, issuerUrl(host), [unwrap(audienceName(audience))], []);
  const arn = desired.provider.url.replace(/^https:\/\//, '');
  const provider = unwrap(await account.readProvider(providerArnOf(caller, arn), signal));
  const actual = { accountId: caller.accountId, partition: caller.partition, provider, roles: new Map() };
  return planAccount(desired, actual, { adopt: true, ownedByCode });
}

const providerArnOf = (caller: OpenedAccount['caller'], host: string): string =>
  oidcProviderArn(caller.partition, caller.accountId, host);

const accountOf = (
  { accountId, partition }: OpenedAccount['caller'],
  url: string,
  audiences: readonly Audience[],
  roles: readonly DesiredRole[],
): DesiredAccount => ({
  accountId,
  partition,
  provider: { url, audiences, tags: { [managedByTag]: managedByValue } },
  roles,
});

/** Changes one existing role and nothing else: its path, description, session and tags stay as they are. */
async function planRoleRemedy(
  remedy: Extract<ChangingRemedy, { kind: 'update-trust' | 'update-permissions' }>,
  ground: RemedyGround,
  { account, caller }: OpenedAccount,
  signal: AbortSignal,
): Promise<Part> {
  const { workspace, ownedByCode } = ground;
  const role = unwrap(await account.readRole(remedy.roleArn, signal));
  if (role === undefined || role.arn !== remedy.roleArn)
    return problemPart(
      'role-missing',
      `Account ${caller.accountId} has no role ${remedy.roleArn}.`,
      'Choose a profile of the account of the role (--profile).',
    );
  const host = workspace.issuer ?? workspace.hostname;
  const url = issuerUrl(host);
  const provider = unwrap(await account.readProvider(providerArnOf(caller, url.replace(/^https:\/\//, '')), signal));
  const wanted = remedy.kind === 'update-trust' ? trustOf(remedy, ground, role.trustPolicy, caller) : undefined;
  if (wanted !== undefined && !wanted.ok) return { changes: [], problems: [wanted.problem] };
  const inline =
    remedy.kind === 'update-permissions'
      ? await permissionsOf(remedy, ground, caller, role.inlinePolicies[policyName], signal)
      : undefined;
  const desired: DesiredRole = {
    use: 'run',
    name: role.name,
    path: role.path,
    description: role.description ?? '',
    trustPolicy: wanted?.value ?? (JSON.parse(role.trustPolicy) as PolicyJson),
    inlinePolicies: inline === undefined ? [] : [{ name: policyName, document: inline }],
    attachedPolicyArns: [],
    tags: {},
  };
  const actual = {
    accountId: caller.accountId,
    partition: caller.partition,
    provider,
    roles: new Map([[role.name, role]]),
  };
  const plan = planAccount(accountOf(caller, url, [], [desired]), actual, { adopt: true, ownedByCode });
  const changes = plan.changes.filter(c => c.id.startsWith(`role:${role.name}`));
  const [change] = changes;
  const lost =
    change?.id.endsWith(':trust') === true
      ? noLongerTrusted(role.trustPolicy, JSON.stringify(desired.trustPolicy))
      : [];
  const notes = lost.length === 0 ? [] : [`Role ${role.name} would no longer trust: ${lost.join(', ')}.`];
  // Statements for other providers are somebody's, and stay: only what this tool writes has to name the workspace's own.
  return { changes, problems: plan.problems.filter(p => p.code !== 'trust-other-provider'), notes };
}

function trustOf(
  { change, phases, tag }: Extract<ChangingRemedy, { kind: 'update-trust' }>,
  { workspace, checked: { facts } }: RemedyGround,
  current: string,
  { accountId, partition }: OpenedAccount['caller'],
) {
  const configurations = facts.variables.state === 'known' ? facts.variables.value.configurations : [];
  const audience = configurations.find(c => c.tag === tag)?.audience ?? defaultAudience;
  return changedTrust(current, {
    change,
    phases,
    identity: identityOfFacts(workspace),
    hostname: workspace.issuer ?? workspace.hostname,
    partition: unwrap(partitionName(partition)),
    accountId,
    audience: unwrap(audienceName(audience)),
  });
}

/** The policy that runs need; where it is not known what else they do, with all that the role may today. */
async function permissionsOf(
  { roleArn }: Extract<ChangingRemedy, { kind: 'update-permissions' }>,
  { member: { code, hcp }, checked: { facts }, workspace, permissions }: RemedyGround,
  { partition, accountId }: OpenedAccount['caller'],
  there: string | undefined,
  signal: AbortSignal,
): Promise<PolicyJson | undefined> {
  if (code === undefined || facts.variables.state === 'unknown') return undefined;
  const applies = facts.variables.value.configurations.some(
    c => c.roles.apply.state === 'set' && c.roles.apply.arn === roleArn,
  );
  const holds =
    'notAsked' in hcp
      ? unknown(hcp.notAsked)
      : together([
          await readHolds(
            {
              client: hcp.client,
              workspaceId: workspace.id,
              consent: false,
              switches: type => permissions.switches(type),
            },
            signal,
          ),
        ]);
  const place = { partition, accountId };
  const wanted = permissions.needs(code.root, holds, applies ? 'apply' : 'plan', place);
  const { policy } = wanted.permissions;
  if (policy.Statement.length === 0) return undefined;
  if (wanted.additionsOnly === undefined || there === undefined) return { ...policy };
  const both = withAdditions(there, policy);
  return both && { ...both };
}

/** `refused`, `declined`: nothing was written. `nothing`: all of it holds already. */
export interface RemedyResult {
  readonly state: 'refused' | 'declined' | 'stopped' | 'nothing' | 'done';
  readonly applied: JournaledResult | undefined;
  /** Read back after it. */
  readonly checked: CheckedMember;
}

/** Carries a remedy out, as a setup is: shown, a yes, the journal, read back. "Undo" takes it back. */
export async function carryOut(
  plan: RemedyPlan,
  services: SetupServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<RemedyResult> {
  const state = await write(plan, services, surface);
  const { member, opened, checked } = plan.ground;
  const end = async (result: RemedyResult): Promise<RemedyResult> => {
    await surface.tell({ id: 'finished', state: result.state });
    return result;
  };
  if (typeof state === 'string') return end({ state, applied: undefined, checked });
  if (state.state !== 'complete') return end({ state: 'stopped', applied: state, checked });
  const place = member.place;
  await surface.tell({ id: 'stage', stage: 'read-back', workspaces: [nameOf(place)] });
  const [now] = await services.check([member], opened, signal);
  const again = now !== undefined && isWorkspace(now) ? now : checked;
  const gap = proofGap(again.checks);
  await surface.tell({
    id: 'proof',
    place,
    state: gap === undefined ? 'proven' : 'not proven',
    checks: again.checks,
    because: [...(gap?.wrong ?? []), ...(gap?.unread ?? [])].map(c => c.title),
  });
  return end({ state: 'done', applied: state, checked: again });
}

async function write(
  plan: RemedyPlan,
  services: SetupServices,
  surface: Surface,
): Promise<JournaledResult | 'refused' | 'declined' | 'nothing'> {
  const { ground, changes, problems, stopped, subject } = plan;
  const { opened, member } = ground;
  const view = remedyView(plan);
  await surface.tell({ id: 'planned', plan: view });
  if (problems.length > 0) {
    await surface.tell({ id: 'not-written', problems, plan: view });
    return 'refused';
  }
  if (changes.length === 0) return 'nothing';
  if (stopped?.run.state === 'undoing') throw new ProblemError(undoingProblem(stopped.run));
  const name = fullName(member.place);
  const answer = await ask(surface, 'write', {
    accountId: opened?.caller.accountId ?? '',
    root: opened?.caller.root === true,
    roles: changes.flatMap(c =>
      c.kind === 'iam' && typeof c.input['RoleName'] === 'string' ? [c.input['RoleName']] : [],
    ),
    workspaces: [name],
    changes,
    stopped: stopped === undefined ? [] : [{ where: stopped.where, asPlanned: stopped.asPlanned }],
  });
  if (answer === 'no') {
    await surface.tell({ id: 'not-written', problems: [], plan: view });
    return 'declined';
  }
  if (opened !== undefined && changes.some(c => c.kind === 'iam')) await confirmAccount(opened, surface);
  if (changes.some(c => c.kind === 'variable' && c.action === 'delete'))
    await keepKeys(services.journals, [member], services.now());
  const title = `Put ${name} right: ${changes.map(c => c.title).join(', ')}`;
  return writeJournaled(
    {
      stage: 'write',
      subject,
      title,
      workspaces: [name],
      changes,
      opened,
      seen: stopped?.run,
      goOn: answer === 'go on',
    },
    services,
    surface,
  );
}
