import { isAbort, type Problem, ProblemError } from '../../core/problem';
import type { Change, VariableChange } from '../change';
import { ask, type Answers, setUp, type Surface } from '../setup';
import { type AccountMigration, type MigrationPlan, type MigrationServices, type PlannedUnit, planUnit } from './plan';
import { grouped, wavesOf } from './units';

/** How a workspace ended. */
export interface UnitResult {
  readonly name: string;
  readonly accountId: string;
  /** `kept keys`: proven, and static keys are left since a variable set of other workspaces has them, or nobody wanted them gone. */
  readonly state: 'done' | 'kept keys' | 'failed' | 'not reached' | 'declined';
  readonly why: string;
}

export interface MigrationResult {
  readonly state: 'done' | 'stopped' | 'declined' | 'cancelled';
  readonly units: readonly UnitResult[];
  /** Why it stopped, in one sentence. */
  readonly why: string | undefined;
  readonly waves: number;
}

export interface WaveWishes {
  /** Workspaces of a wave; they are worked on at the same time, those of one account one after the other. */
  readonly size: number;
  /** Failures in one wave that stop it all. */
  readonly stopAfter: number;
  readonly told: (result: UnitResult, wave: number) => void;
}

/**
 * Asks once for each account, then goes in waves. A wave with too many failures is the last one. Whatever stopped it (a failure, Ctrl+C,
 * a crash), the same call goes on: what is done has dynamic credentials and is left alone, and what was begun is in the journals.
 */
export async function migrate(
  plan: MigrationPlan,
  wishes: WaveWishes,
  services: MigrationServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<MigrationResult> {
  const results = new Map<string, UnitResult>();
  const agreed: { readonly accountId: string; readonly planned: PlannedUnit; readonly account: AccountMigration }[] =
    [];
  for (const account of plan.accounts) {
    const yes = account.problem === undefined && account.units.length > 0 && (await mayWrite(account, surface));
    const { accountId, problem } = account;
    const why = problem?.message ?? 'There was no yes for this account.';
    for (const { unit, problem: own } of account.unplanned)
      results.set(unit.name, { name: unit.name, accountId, state: 'failed', why: own.message });
    for (const planned of account.units) {
      const { name } = planned.unit;
      if (yes) agreed.push({ accountId, planned, account });
      else results.set(name, { name, accountId, state: problem === undefined ? 'declined' : 'failed', why });
    }
  }
  const waves = wavesOf(agreed, wishes.size);
  const refused = results.size > 0 && [...results.values()].every(r => r.state === 'failed');
  let why: string | undefined = agreed.length === 0 && refused ? 'No account can be written.' : undefined;
  let gone = 0;
  for (const [index, wave] of waves.entries()) {
    if (why !== undefined || signal.aborted) break;
    gone = index + 1;
    const failed = await oneWave(wave, index + 1, { wishes, services, surface, signal, results });
    if (failed >= wishes.stopAfter) why = `${failed} of ${wave.length} workspaces of wave ${gone} failed.`;
  }
  for (const { planned, accountId } of agreed) {
    const { name } = planned.unit;
    if (!results.has(name))
      results.set(name, { name, accountId, state: 'not reached', why: why ?? 'It was cancelled before.' });
  }
  const state = signal.aborted
    ? 'cancelled'
    : why !== undefined
      ? 'stopped'
      : agreed.length === 0
        ? 'declined'
        : 'done';
  return { state, units: [...results.values()], why, waves: gone };
}

function mayWrite(account: AccountMigration, surface: Surface): Promise<boolean> {
  const all: readonly Change[] = account.units.flatMap(u => u.plan.groups.flatMap(g => [...g.changes, ...g.removals]));
  return ask(surface, 'migrate-account', {
    accountId: account.accountId,
    root: account.opened?.caller.root === true,
    workspaces: account.units.map(u => u.unit.name),
    changes: all,
  });
}

interface Wave {
  readonly wishes: WaveWishes;
  readonly services: MigrationServices;
  readonly surface: Surface;
  readonly signal: AbortSignal;
  readonly results: Map<string, UnitResult>;
}

/** How many failed. The provider of an account is made once: its workspaces go one after the other. */
async function oneWave(
  wave: readonly { readonly planned: PlannedUnit; readonly account: AccountMigration }[],
  number: number,
  at: Wave,
): Promise<number> {
  let failed = 0;
  const accounts = [...grouped(wave, w => w.account).values()];
  await Promise.all(
    accounts.map(async units => {
      for (const { planned, account } of units) {
        if (at.signal.aborted) return;
        const result = await oneUnit(planned, account, at);
        if (result === undefined) return;
        if (result.state === 'failed') failed += 1;
        at.results.set(result.name, result);
        at.wishes.told(result, number);
      }
    }),
  );
  return failed;
}

/** `undefined`: it was cancelled. */
async function oneUnit(planned: PlannedUnit, account: AccountMigration, at: Wave): Promise<UnitResult | undefined> {
  const { unit } = planned;
  const { name, accountId } = unit;
  const failed = (problem: Problem): UnitResult => ({
    name,
    accountId,
    state: 'failed',
    why: `${problem.message} (${problem.code})`,
  });
  if (account.opened === undefined) return undefined;
  try {
    const plan = await planUnit(unit, account.opened, at.services, at.surface, at.signal);
    const strange = beyond(
      planned,
      plan.groups.flatMap(g => [...g.changes, ...g.removals]),
    );
    if (strange !== undefined) return failed(changedSince(strange));
    const result = await setUp(plan, at.services.setup(unit), inner(at.surface), at.signal);
    if (result.state === 'refused') return failed(plan.problems[0] ?? notDone);
    const [outcome] = result.outcomes.values();
    const stopped = [outcome?.applied, outcome?.removed].find(r => r !== undefined && r.state !== 'complete');
    if (stopped !== undefined) return failed(stopped.problem ?? notDone);
    if (outcome?.proof !== 'proven') {
      const why = [...(outcome?.gap?.wrong ?? []), ...(outcome?.gap?.unread ?? [])].map(c => c.title).join(', ');
      return failed({ ...notProven, message: `${notProven.message} ${why === '' ? '' : `${why}.`}`.trim() });
    }
    const kept = outcome.checked.some(c => c.checks.some(k => k.id === 'no-static-credentials' && k.state === 'wrong'));
    return kept
      ? { name, accountId, state: 'kept keys', why: 'The role is proven; static keys are still in place and win.' }
      : { name, accountId, state: 'done', why: 'Proven.' };
  } catch (error) {
    if (isAbort(error)) return undefined;
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

const notDone: Problem = { code: 'not-done', message: 'It did not come to its end.', nextStep: 'Run it again.' };
const notProven: Problem = { code: 'not-proven', message: 'The role is not proven.', nextStep: 'Look at its checks.' };

/** A change that nobody was shown: what the account holds is no longer what the plan was made from. */
function beyond({ plan }: PlannedUnit, changes: readonly Change[]): Change | undefined {
  const shown = new Set(plan.groups.flatMap(g => [...g.changes, ...g.removals]).map(c => c.id));
  return changes.find(c => !shown.has(c.id));
}

const changedSince = (change: Change): Problem => ({
  code: 'changed-since-plan',
  message: `"${change.title}" was not part of what was shown: something changed since.`,
  nextStep: 'Run it again and look at the plan.',
});

/** The yes was given for the account; what is in variable sets belongs to other workspaces too, and stays. */
function inner(surface: Surface): Surface {
  const answers: Answers = {
    ...surface.answers,
    'take-over-role': () => Promise.resolve(false),
    write: ({ stopped }) => Promise.resolve(stopped.some(s => s.asPlanned) ? 'go on' : 'yes'),
    'clean-up-variables': ({ changes }) => Promise.resolve(changes.filter(isOwn).map(c => c.id)),
    'change-code': () => Promise.resolve(false),
    'start-run': () => Promise.resolve(true),
  };
  return { answers, tell: surface.tell };
}

const isOwn = (change: VariableChange): boolean => change.scope.type === 'workspace';
