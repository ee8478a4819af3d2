import type { Problem } from '../core/problem';
import { applyEdits, type TextEdit } from '../core/text';
import { applyToFile } from '../lint/edits/fixes';
import type { Finding } from '../lint/finding';
import { chosenFix, fixAllEdits } from '../lint/fixAll';
import { maskSecrets } from '../lint/secrets/mask';
import type { SourceFile } from '../terraform/model';
import { parseHcl } from '../terraform/syntax/hcl';
import { parseTerraformJson } from '../terraform/syntax/json';
import { hashOf } from './applyCode';
import type { CodeChange } from './change';

export interface CodePlan {
  /** One change a file, in the order of the files. */
  readonly changes: readonly CodeChange[];
  readonly fixed: readonly Finding[];
  /** Files that were left alone, with the reason. */
  readonly problems: readonly Problem[];
}

/**
 * The lint fixes of `wanted` as changes with their differences. Keys and tokens are masked in what is shown. `all` are all findings of
 * the files, so that nothing secret is shown that another finding knows of. `named`: a person chose the rules, so that a rule's only
 * fix is taken too.
 */
export function planFixes(
  files: readonly SourceFile[],
  wanted: readonly Finding[],
  all: readonly Finding[],
  nameOf: (file: SourceFile) => string,
  named = false,
): CodePlan {
  const problems = new Map<string, Problem>();
  const byPath = new Map(files.map(file => [file.path, file]));
  const chosen = wanted.flatMap(finding => {
    const fix = chosenFix(finding, named);
    if (fix === undefined) return [];
    const broken = fix.edits.map(e => byPath.get(e.file)).find(f => f !== undefined && isBroken(f));
    if (broken === undefined) return [{ finding, fix }];
    // Where something never closes, nobody knows for sure what belongs to a block.
    problems.set(broken.path, {
      code: 'syntax',
      message: `${nameOf(broken)} has a syntax error, so it was not changed.`,
      nextStep: 'Correct it ("terraform fmt" names the place) and run the command again.',
    });
    return [];
  });
  const edits = fixAllEdits(
    files,
    chosen.map(c => c.fix),
  );
  const changes = files.flatMap(file => {
    const own = edits.filter(edit => edit.file === file.path);
    if (own.length === 0) return [];
    const count = chosen.filter(c => c.finding.location.file === file.path).length;
    const title = `Fix ${count === 1 ? '1 finding' : `${count} findings`} in ${nameOf(file)}`;
    return [codeChange(file, own, title, all)];
  });
  return { changes, fixed: chosen.map(c => c.finding), problems: [...problems.values()] };
}

/** A change of one file: what is shown has its secrets masked, and the file must still be as it was read. */
export function codeChange(
  file: SourceFile,
  edits: readonly TextEdit[],
  title: string,
  findings: readonly Finding[],
): CodeChange {
  const after = applyToFile(file, edits);
  if (isBroken({ ...file, text: after, parsed: parseAgain(file, after) }))
    throw new Error(`an edit broke ${file.path}`);
  const shown = maskSecrets(file, findings);
  const hidden = edits.some(e => shown.slice(e.span.start, e.span.end) !== file.text.slice(e.span.start, e.span.end));
  return {
    kind: 'code',
    id: `code:${file.path}`,
    title,
    before: shown,
    after: applyEdits(shown, edits),
    language: file.syntax === 'json' ? 'json' : 'terraform',
    destructive: false,
    undoable: !hidden,
    ...(hidden && { undoNote: 'The removed text holds a key, which is never kept: restore it from version control.' }),
    file: file.path,
    edits,
    expectedHash: hashOf(file.text),
  };
}

export function isBroken(file: SourceFile): boolean {
  return file.parsed.problems.length > 0 || file.parsed.recovered;
}

/** Reads a changed text as the same kind of file. */
export function parseAgain(file: SourceFile, text: string): SourceFile['parsed'] {
  if (file.syntax === 'hcl') return parseHcl(text);
  return parseTerraformJson(text, file.role === 'tfvars' ? 'tfvars' : file.role === 'config' ? 'config' : 'stack');
}
