import { isAbort, type Problem, ProblemError, type Result } from '../../core/problem';
import type { BindingChoices } from '../desired/choices';
import type { CodeOwner } from '../plan/model';
import {
  type OpenedAccount,
  planSetup,
  type SetupGroup,
  type SetupPlan,
  type SetupServices,
  type Surface,
} from '../setup';
import { grouped, type LeftWorkspace, type MigrationUnit } from './units';

/** How many accounts are read at once. */
const accountsAtOnce = 8;

/** IAM's default quotas (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html); both can be raised. */
const quotas = { roles: 1000, providers: 100 } as const;

export interface PlannedUnit {
  readonly unit: MigrationUnit;
  readonly plan: SetupPlan;
}

export interface AccountMigration {
  readonly accountId: string;
  /** Why nothing of this account can be done. */
  readonly problem: Problem | undefined;
  readonly opened: OpenedAccount | undefined;
  readonly units: readonly PlannedUnit[];
  /** Workspaces that no plan could be made for, each with its reason. */
  readonly unplanned: readonly { readonly unit: MigrationUnit; readonly problem: Problem }[];
  /** What is there and what would be made; undefined where the caller may not count. */
  readonly roles: { readonly now: number; readonly made: number } | undefined;
  readonly providers: { readonly now: number; readonly made: number } | undefined;
}

export interface MigrationPlan {
  readonly accounts: readonly AccountMigration[];
  readonly left: readonly LeftWorkspace[];
}

export interface MigrationServices {
  /** The account, by a profile of its own or a role that is assumed in it. */
  open(accountId: string): Promise<Result<OpenedAccount>>;
  choices(unit: MigrationUnit, opened: OpenedAccount): BindingChoices;
  notes(unit: MigrationUnit): readonly string[];
  readonly ownedByCode: readonly CodeOwner[];
  readonly removeStaticKeys: boolean;
  readonly proveByRun: boolean;
  /** Of one workspace: its journals alone are read for it. */
  setup(unit: MigrationUnit): SetupServices;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Plans every workspace of every account. Reads AWS; HCP Terraform was read by the audit. */
export async function planMigration(
  units: readonly MigrationUnit[],
  left: readonly LeftWorkspace[],
  services: MigrationServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<MigrationPlan> {
  const queue = [...grouped(units, u => u.accountId)];
  const accounts: AccountMigration[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      accounts.push(await planAccountOf(next[0], next[1], services, surface, signal));
  };
  await Promise.all(Array.from({ length: accountsAtOnce }, worker));
  return { accounts: accounts.sort((a, b) => (a.accountId < b.accountId ? -1 : 1)), left };
}

async function planAccountOf(
  accountId: string,
  units: readonly MigrationUnit[],
  services: MigrationServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<AccountMigration> {
  const opened = await services.open(accountId);
  if (!opened.ok) {
    const { problem } = opened;
    const unplanned = units.map(unit => ({ unit, problem }));
    return { accountId, problem, opened: undefined, units: [], unplanned, roles: undefined, providers: undefined };
  }
  const planned: PlannedUnit[] = [];
  const unplanned: AccountMigration['unplanned'][number][] = [];
  for (const unit of units) {
    try {
      planned.push({ unit, plan: await planUnit(unit, opened.value, services, surface, signal) });
    } catch (error) {
      // What is wrong with one workspace stops no other.
      if (isAbort(error) || !(error instanceof ProblemError)) throw error;
      unplanned.push({ unit, problem: error.problem });
    }
  }
  const { account } = opened.value;
  const [roles, providers] = [await account.countRoles(signal), await account.listProviders(signal)];
  const made = (action: string): number =>
    planned.flatMap(p => p.plan.groups.flatMap(g => g.changes)).filter(c => c.kind === 'iam' && c.action === action)
      .length;
  const counts = {
    roles: roles.ok ? { now: roles.value, made: made('CreateRole') } : undefined,
    // All workspaces of the account share one.
    providers: providers.ok
      ? { now: providers.value.length, made: Math.min(1, made('CreateOpenIDConnectProvider')) }
      : undefined,
  };
  const problem = overQuota(accountId, counts);
  return { accountId, opened: opened.value, units: planned, unplanned, ...counts, problem };
}

function overQuota(accountId: string, counts: Pick<AccountMigration, 'roles' | 'providers'>): Problem | undefined {
  for (const what of ['roles', 'providers'] as const) {
    const count = counts[what];
    if (count !== undefined && count.made > 0 && count.now + count.made > quotas[what])
      return {
        code: `${what}-quota`,
        message: `Account ${accountId} has ${count.now} ${what === 'roles' ? 'roles' : 'OIDC providers'} and would get ${count.made} more; the default quota is ${quotas[what]}.`,
        nextStep: 'Remove what is no longer used, or ask for more in Service Quotas, before anything is written.',
      };
  }
  return undefined;
}

/** One workspace against what the account holds now. */
export function planUnit(
  unit: MigrationUnit,
  opened: OpenedAccount,
  services: MigrationServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<SetupPlan> {
  const group: SetupGroup = {
    members: [unit.member],
    choices: services.choices(unit, opened),
    adopt: false,
    ownedByCode: services.ownedByCode,
    variableTarget: { type: 'workspace' },
    checkCaller: false,
    notes: services.notes(unit),
  };
  const wishes = {
    removeStaticKeys: services.removeStaticKeys,
    fixVariables: false,
    fixCode: false,
    proveByRun: services.proveByRun,
  };
  return planSetup([group], opened, wishes, services.setup(unit), surface, signal);
}
