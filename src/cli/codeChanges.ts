import type { CodeChange } from '../binding/change';
import { applyEdits } from '../core/text';
import { ProblemError, unwrap } from '../core/problem';
import type { Project, Root } from '../terraform/model';
import { jsonReport } from './output/jsonReport';
import { replaceable, replaceFile } from './replaceFile';
import type { TerraformFolder } from './terraformFolder';
import { unifiedDiff } from '../core/diff';
import type { CliContext } from './command';
import { type ExitCode, exitCode } from './exitCode';
import { UsageError } from './option';

/** The one root that a command is about. */
export function onlyRoot(folder: TerraformFolder, project: Project): Root {
  const own = project.roots.filter(r => r.dir === folder.folder);
  const roots = own.length > 0 ? own : project.roots;
  const [root, ...more] = roots;
  if (root === undefined)
    throw new ProblemError({
      code: 'no-root',
      message: [
        `There is no Terraform configuration in ${folder.folder}.`,
        ...project.problems.slice(0, 3).map(problem => problem.message),
      ].join(' '),
      nextStep: 'Give the folder of a root.',
    });
  if (more.length > 0)
    throw new UsageError(
      `PATH holds ${roots.length} roots (${roots.map(r => folder.name(r.dir)).join(', ')}); name one`,
    );
  return root;
}

/** The difference of a file with the secrets of both sides masked: edits themselves repeat what stands in the lines they write anew. */
export function changeDiff(folder: TerraformFolder, { file, before = '', after = '' }: CodeChange): string {
  return unifiedDiff(folder.name(file), before, after);
}

/**
 * Shows changes of files as a unified diff and, after a yes, writes them: each file only while it still holds what was shown, all of
 * them checked before the first is written.
 */
export async function showAndWrite(
  context: CliContext,
  folder: TerraformFolder,
  changes: readonly CodeChange[],
  more: { readonly yes: boolean; readonly json: boolean; readonly notes: readonly string[]; readonly next?: string },
): Promise<ExitCode> {
  const diffs = changes.map(change => ({
    file: folder.name(change.file),
    title: change.title,
    diff: changeDiff(folder, change),
  }));
  const written = more.yes && changes.length > 0;
  if (written) {
    const ready: { readonly target: Awaited<ReturnType<typeof checked>>; readonly text: string }[] = [];
    for (const change of changes) {
      const text = folder.files.get(change.file)?.text ?? '';
      ready.push({ target: await checked(folder, change.file, text), text: applyEdits(text, change.edits) });
    }
    for (const { target, text } of ready) await replaceFile(target, text);
  }
  if (more.json) context.out(jsonReport('code', { changes: diffs, notes: more.notes, written }));
  else {
    for (const { diff } of diffs) context.out(diff);
    for (const note of more.notes) context.err(`${note}\n`);
    if (changes.length === 0) context.err('Nothing to do.\n');
    else if (!written) context.err('Nothing was written: repeat it with --yes.\n');
    else
      context.err(`${diffs.map(d => d.file).join(', ')} written.${more.next === undefined ? '' : ` ${more.next}`}\n`);
  }
  return exitCode({ wrong: changes.length > 0 && !written });
}

async function checked(
  folder: TerraformFolder,
  file: string,
  text: string,
): Promise<Parameters<typeof replaceFile>[0]> {
  return unwrap(await replaceable(folder.folder, file, text));
}
