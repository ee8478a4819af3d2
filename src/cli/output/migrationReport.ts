import type { AccountMigration, MigrationPlan, MigrationResult, UnitResult } from '../../binding/migrate';
import { oneLine } from '../../core/text';
import { changeJson, changeText } from './planReport';

const changesOf = (account: AccountMigration) => account.units.flatMap(u => u.plan.groups.flatMap(g => g.changes));

export function migrationJson(plan: MigrationPlan, result: MigrationResult) {
  return {
    accounts: plan.accounts.map(a => ({
      accountId: a.accountId,
      problem: a.problem ?? null,
      roles: a.roles ?? null,
      providers: a.providers ?? null,
      workspaces: a.units.map(({ unit, plan: p }) => ({
        name: unit.name,
        project: unit.row.workspace.project.name,
        repository: unit.repository ?? null,
        code: unit.member.code !== undefined,
        changes: p.groups.flatMap(g => g.changes.map(changeJson)),
        removals: p.groups.flatMap(g => g.removals.map(changeJson)),
        problems: p.problems,
        notes: p.groups.flatMap(g => g.notes),
      })),
    })),
    left: plan.left,
    result,
  };
}

/** One summary, then each plan. */
export function migrationText(plan: MigrationPlan): string {
  const count = plan.accounts.reduce((sum, a) => sum + a.units.length + a.unplanned.length, 0);
  const done = plan.left.filter(l => l.done).length;
  const out = [
    `${count} workspaces in ${plan.accounts.length} accounts are to move; ${done} have moved already, ${plan.left.length - done} are left alone.`,
    ...plan.accounts.map(summaryLine),
    ...plan.accounts
      .filter(a => a.opened !== undefined)
      .flatMap(a =>
        a.unplanned.map(
          ({ unit, problem }) =>
            `  not possible: ${unit.name}: ${problem.message} (${problem.code}) ${problem.nextStep}`,
        ),
      ),
    ...plan.left.filter(l => !l.done).map(l => `  left: ${l.name}: ${l.why}`),
  ].map(oneLine);
  for (const account of plan.accounts) {
    out.push('', `Account ${account.accountId}`);
    for (const { unit, plan: p } of account.units) {
      const where = [unit.row.workspace.project.name, unit.repository].filter(v => v !== undefined).join(', ');
      out.push('', oneLine(`${unit.name} (${where})`));
      const changes = p.groups.flatMap(g => [...g.changes, ...g.removals]);
      out.push(...changes.map((c, i) => changeText(c, i + 1).trimEnd()));
      for (const g of p.groups) out.push(...g.notes.map(n => oneLine(`Note: ${n}`)));
      out.push(...p.problems.map(q => oneLine(`Not possible: ${q.message} (${q.code})`)));
    }
  }
  return `${out.join('\n')}\n`;
}

function summaryLine(account: AccountMigration): string {
  const { accountId, problem, units, roles, providers } = account;
  if (problem !== undefined)
    return `  ${accountId}: ${units.length + account.unplanned.length} workspaces, not possible: ${problem.message} (${problem.code}) ${problem.nextStep}`;
  const counted = roles === undefined ? 'roles not counted' : `${roles.now} roles, ${roles.made} more`;
  const ofProvider =
    providers === undefined ? '' : providers.made > 0 ? ', a new OIDC provider' : ', the OIDC provider is there';
  return `  ${accountId}: ${units.length} workspaces, ${changesOf(account).length} changes (${counted}${ofProvider})`;
}

export const unitLine = ({ name, accountId, state, why }: UnitResult, wave: number): string =>
  `${oneLine(`wave ${wave}: ${name} in ${accountId}: ${state}${state === 'done' ? '' : `: ${why}`}`)}\n`;

export function resultText({ state, units, why, waves }: MigrationResult): string {
  const count = (s: UnitResult['state']): number => units.filter(u => u.state === s).length;
  if (state === 'declined') return units.length === 0 ? '' : '\nNothing was written: repeat it with --yes.\n';
  const parts = (['done', 'kept keys', 'failed', 'not reached', 'declined'] as const).flatMap(s =>
    count(s) === 0 ? [] : [`${count(s)} ${s}`],
  );
  const end =
    state === 'done'
      ? ''
      : ` ${why ?? 'It was cancelled.'} Nothing else was begun; the same call goes on where it stopped.`;
  const failed = units.filter(u => u.state === 'failed').map(u => oneLine(`  ${u.name}: ${u.why}`));
  return `\n${[`${waves} waves: ${parts.join(', ')}.${end}`, ...failed].join('\n')}\n`;
}
