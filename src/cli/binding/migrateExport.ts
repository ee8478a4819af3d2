import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { existingIn, existingVariables } from '../../binding/export/existing';
import { type AccountRollout, rolloutCloudFormation, rolloutTerraform } from '../../binding/export/rollout';
import type { MigrationPlan } from '../../binding/migrate';
import { ProblemError } from '../../core/problem';
import type { CliContext } from '../command';
import type { ExitCode } from '../exitCode';
import { writeOutput } from '../replaceFile';

/** Writes the plan as code, a file or folder for each account, and nothing to AWS or HCP Terraform. */
export async function exportMigration(
  context: CliContext,
  plan: MigrationPlan,
  folder: string,
  as: 'terraform' | 'cloudformation',
): Promise<ExitCode> {
  const accounts = plan.accounts.filter(a => a.problem === undefined && a.units.length > 0).map(rolloutOf);
  const { files, problems } =
    as === 'terraform' ? { files: rolloutTerraform(accounts), problems: [] } : rolloutCloudFormation(accounts);
  const [problem] = problems;
  if (problem !== undefined) throw new ProblemError(problem);
  for (const [name, text] of files) {
    const file = path.resolve(context.cwd, folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeOutput(file, text);
  }
  context.out([...files.keys()].map(name => `${path.join(folder, name)}\n`).join(''));
  const left = plan.accounts.filter(a => a.problem !== undefined);
  for (const { accountId, problem: why } of left) context.err(`Left out: ${accountId}: ${why?.message ?? ''}\n`);
  return left.length > 0 ? 1 : 0;
}

function rolloutOf({ accountId, units }: MigrationPlan['accounts'][number]): AccountRollout {
  return {
    accountId,
    workspaces: units.flatMap(({ unit, plan }) =>
      plan.groups.map(({ prepared: { desired, actual } }) => ({
        desired,
        existing: existingIn(actual, existingVariables(unit.name, unit.row.reading?.all ?? [])),
      })),
    ),
  };
}
