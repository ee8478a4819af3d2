import { planFixes } from '../../binding/plan/code';
import { changeDiff } from '../codeChanges';
import { fail, type Result } from '../../core/problem';
import type { Location } from '../../core/text';
import { applyToFile } from '../../lint/edits/fixes';
import type { Leftovers } from '../../lint/edits/leftovers';
import { lintProject } from '../../lint/lint';
import { rules } from '../../lint/table';
import type { SourceFile } from '../../terraform/model';
import { isBelow } from '../../node/within';
import { replaceable, type Replaceable, replaceFile } from '../replaceFile';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { Unread } from '../output/unread';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { flag, list, UsageError } from '../option';

export const fix = command({
  name: 'fix',
  group: 'Code',
  summary: 'remove what keeps a Terraform configuration from using dynamic credentials',
  operands: '[PATH]',
  about: `Applies the fixes that need no decision to every Terraform root below PATH (default: the current folder). Files that changed while the command ran, that have syntax errors, or that lie outside of PATH are left alone and named.`,
  options: {
    code: list('CODE', 'only this rule, also where its only fix is not right in every case'),
    'dry-run': flag('print the changes as a unified diff (keys and tokens masked) and write nothing'),
  },
  report: `Rules: ${rules.map(rule => rule.code).join(', ')}.`,
  exits: {
    0: 'done, or nothing to do',
    2: 'could not run, a file was left alone, or a file or folder could not be read',
  },
  async run(context, { values, positionals }) {
    const codes = codesOf(values.code);
    const folder = await readTerraformFolder(context, positionals);
    // What is asked for by name is fixed, whatever tfc-oidc.json says of it.
    const severities = Object.fromEntries(
      Object.entries(folder.settings?.severities ?? {}).filter(([code]) => !codes.includes(code)),
    );
    const findings = lintProject(folder.project, { environment: context.env, severities }).filter(
      finding => folder.only === undefined || finding.location.file === folder.only,
    );
    const wanted = findings.filter(finding => codes.length === 0 || codes.includes(finding.code));
    const plan = planFixes([...folder.files.values()], wanted, findings, file => folder.name(file.path), {
      named: codes.length > 0,
      roots: folder.project.roots,
      callersKnown: folder.only === undefined,
      mayChange: file => isBelow(file.path, folder.folder),
    });
    const unread = new Unread();
    unread.add([...folder.project.problems, ...folder.project.roots.flatMap(r => r.problems)], folder);
    context.err(unread.text('fix'));
    const changes = plan.changes.flatMap(({ file: path, edits }) => {
      const file = folder.files.get(path);
      return file === undefined ? [] : [{ file, text: applyToFile(file, edits) }];
    });
    if (values['dry-run']) {
      for (const change of plan.changes) context.out(changeDiff(folder, change));
      // Beside the difference, which a program may read.
      context.err(openFindings(wanted.length - plan.fixed.length, changes.length > 0));
      for (const problem of plan.problems) context.err(`tfc-oidc fix: ${problem.message}\n`);
      return exitCode({ wrong: false, unread: plan.problems.length > 0 || unread.any });
    }
    const problems = [...plan.problems];
    const ready: { file: SourceFile; target: Replaceable; text: string }[] = [];
    for (const change of changes) {
      const target = await check(folder, change.file);
      if (target.ok) ready.push({ file: change.file, target: target.value, text: change.text });
      else problems.push(target.problem);
    }
    for (const { target, text } of ready) await replaceFile(target, text);
    for (const { file } of ready) {
      const fixed = plan.fixed.filter(f => f.location.file === file.path);
      context.out(
        fixed.length === 0
          ? `${folder.name(file.path)}: what nothing uses any more removed\n`
          : `${folder.name(file.path)}: ${fixed.length === 1 ? '1 finding' : `${fixed.length} findings`} fixed\n`,
      );
    }
    if (ready.length > 0) context.out(leftBehind(folder, plan.leftovers));
    const open = wanted.length - plan.fixed.filter(f => ready.some(r => r.file.path === f.location.file)).length;
    context.out(openFindings(open, ready.length > 0));
    for (const problem of problems) context.err(`tfc-oidc fix: ${problem.message} ${problem.nextStep}\n`);
    return exitCode({ wrong: false, unread: problems.length > 0 || unread.any });
  },
});

function codesOf(given: readonly string[]): readonly string[] {
  const codes = given.flatMap(c => c.split(',').map(code => code.trim()));
  const strange = codes.find(code => !rules.some(rule => rule.code === code));
  if (strange !== undefined) throw new UsageError(`there is no rule "${strange}"`);
  return codes;
}

/** What a fix leaves: findings that need a decision, or that there was nothing to fix. */
function openFindings(open: number, changed: boolean): string {
  if (open === 0) return changed ? '' : 'Nothing to fix.\n';
  return `${open === 1 ? '1 finding needs' : `${open} findings need`} a decision; "tfc-oidc check" lists them.\n`;
}

/** Variables that nothing uses any more: those that stay, and those that the workspace may still have a value for. */
function leftBehind(folder: TerraformFolder, left: Leftovers | undefined): string {
  if (left === undefined) return '';
  const place = (location: Location): string =>
    `${folder.name(location.file)}:${folder.range(location).start.line + 1}`;
  const kept = left.kept.map(({ name, location, assignments, inStack }) => {
    const values = assignments.length === 0 ? '' : `, its value at ${assignments.map(place).join(', ')}`;
    const also = inStack ? 'the input of that name in each deployment' : 'the variable of that name in the workspace';
    return `${place(location)}: nothing uses variable "${name}" any more. Remove it${values}, and ${also}.\n`;
  });
  const [ofStacks, ofWorkspaces] = [true, false].map(inStack => [
    ...new Set(left.removed.filter(v => v.inStack === inStack).map(({ name }) => `"${name}"`)),
  ]);
  const removed = [
    goneText(ofWorkspaces, them => `Remove ${them} from the workspace, too.`),
    goneText(
      ofStacks,
      () =>
        'So are their inputs. Where a variable set gave them, remove them there once the deployments have run without them ("tfc-oidc keys" tells where they are).',
    ),
  ];
  return [...kept, ...removed].join('');
}

function goneText(names: readonly string[] = [], next: (them: string) => string): string {
  if (names.length === 0) return '';
  const one = names.length === 1;
  return `Nothing used ${one ? 'variable' : 'the variables'} ${names.join(', ')} any more: ${one ? 'it is' : 'they are'} removed. ${next(one ? 'it' : 'them')}\n`;
}

async function check(folder: TerraformFolder, file: SourceFile): Promise<Result<Replaceable>> {
  try {
    return await replaceable(folder.folder, file.path, file.text);
  } catch (error) {
    return fail({
      code: 'unreadable',
      message: `${folder.name(file.path)} cannot be read any more: ${error instanceof Error ? error.message : String(error)}`,
      nextStep: 'Run the command again.',
    });
  }
}
