import { lstat, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { existingIn, existingVariables } from '../../binding/export/existing';
import { type AccountRollout, rolloutCloudFormation, rolloutTerraform } from '../../binding/export/rollout';
import type { MigrationPlan } from '../../binding/migrate';
import { ProblemError } from '../../core/problem';
import { isBelow } from '../../node/within';
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
  for (const [name, text] of files) await writeBelow(path.resolve(context.cwd, folder), name, text);
  context.out([...files.keys()].map(name => `${path.join(folder, name)}\n`).join(''));
  const left = plan.accounts.flatMap(a => [
    ...(a.problem === undefined ? [] : [`${a.accountId}: ${a.problem.message}`]),
    ...(a.opened === undefined ? [] : a.unplanned.map(u => `${u.unit.name}: ${u.problem.message}`)),
  ]);
  for (const why of left) context.err(`Left out: ${why}\n`);
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

/** A folder or file below the one that was named may be a link that leads out of it: nothing is written through such a one. */
async function writeBelow(folder: string, name: string, text: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(folder, { recursive: true });
  if (!isBelow(await nearest(path.dirname(file)), await realpath(folder)) || (await isLink(file)))
    throw new ProblemError({
      code: 'outside-of-path',
      message: `${name} is a symbolic link, or is reached through one that leads out of the folder, so nothing was written to it.`,
      nextStep: 'Name a folder that is new, or remove the link.',
    });
  await mkdir(path.dirname(file), { recursive: true });
  await writeOutput(file, text);
}

/** The real place of a folder, or of the first one above it that exists. */
const nearest = (folder: string): Promise<string> => realpath(folder).catch(() => nearest(path.dirname(folder)));

const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    found => found.isSymbolicLink(),
    () => false,
  );
