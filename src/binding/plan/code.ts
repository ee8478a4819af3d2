import type { Problem } from '../../core/problem';
import { type Location, type TextEdit, touchesAny } from '../../core/text';
import { applyToFile } from '../../lint/edits/fixes';
import { type Leftovers, leftovers, valuesOf } from '../../lint/edits/leftovers';
import type { Finding } from '../../lint/finding';
import { chosenFix, fixAllEdits } from '../../lint/fixAll';
import { maskFile } from '../../lint/secrets/mask';
import type { Root, SourceFile } from '../../terraform/model';
import { parseSource } from '../../terraform/folders';
import { hashOf } from '../apply/code';
import type { CodeChange } from '../change';

export interface CodePlan {
  /** One change a file, in the order of the files. */
  readonly changes: readonly CodeChange[];
  readonly fixed: readonly Finding[];
  /** Files that were left alone, with the reason. */
  readonly problems: readonly Problem[];
  /** What the fixes leave without a use. */
  readonly leftovers?: Leftovers;
}

export interface FixOptions {
  /** A person chose the rules, so that a rule's only fix is taken too. */
  readonly named?: boolean;
  /** Where what is left without a use goes as well. */
  readonly roots?: readonly Root[];
  /** Are all roots given that may call the modules? */
  readonly callersKnown?: boolean;
  /** Files that may be changed. */
  readonly mayChange?: (file: SourceFile) => boolean;
}

/**
 * The lint fixes of `wanted` as changes with their differences. Keys and tokens are masked in what is shown. `all` are all findings of
 * the files, so that nothing secret is shown that another finding knows of.
 */
export function planFixes(
  files: readonly SourceFile[],
  wanted: readonly Finding[],
  all: readonly Finding[],
  nameOf: (file: SourceFile) => string,
  { named = false, roots = [], callersKnown = false, mayChange = () => true }: FixOptions = {},
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
  const fixes = chosen.map(c => c.fix);
  const left = leftovers(roots, fixes, {
    callersKnown,
    mayChange: file => byPath.has(file.path) && !isBroken(file) && mayChange(file),
  });
  const edits = fixAllEdits(files, [...fixes, ...left.fixes]);
  const changes = files.flatMap(file => {
    const own = edits.filter(edit => edit.file === file.path);
    if (own.length === 0) return [];
    const count = chosen.filter(c => c.finding.location.file === file.path).length;
    const title =
      count === 0
        ? `Remove what nothing uses any more in ${nameOf(file)}`
        : `Fix ${count === 1 ? '1 finding' : `${count} findings`} in ${nameOf(file)}`;
    return [codeChange(file, own, title, all, valuesOf(roots, left.names))];
  });
  return { changes, fixed: chosen.map(c => c.finding), problems: [...problems.values()], leftovers: left };
}

/** A change of one file: what is shown has its secrets masked, and the file must still be as it was read. */
export function codeChange(
  file: SourceFile,
  edits: readonly TextEdit[],
  title: string,
  findings: readonly Finding[],
  secrets: readonly Location[] = [],
): CodeChange {
  const after = applyToFile(file, edits);
  const changed: SourceFile = { ...file, text: after, parsed: parseSource(file, after) };
  if (isBroken(changed)) throw new Error(`an edit broke ${file.path}`);
  const before = maskFile(file, findings, { secrets });
  const isEdited = touchesAny(edits.map(edit => edit.span));
  const hidden = before.hidden.some(isEdited);
  return {
    kind: 'code',
    id: `code:${file.path}`,
    title,
    before: before.text,
    // What was a secret stays one: an edit that writes a line anew repeats what stood in it.
    after: maskFile(changed, [], { known: before.values }).text,
    language: file.syntax === 'json' ? 'json' : 'terraform',
    destructive: false,
    undoable: !hidden,
    ...(hidden && {
      undoNote:
        'The removed text holds a value that may be a key, which is never kept: restore it from version control.',
    }),
    file: file.path,
    edits,
    expectedHash: hashOf(file.text),
  };
}

export function isBroken(file: SourceFile): boolean {
  return file.parsed.problems.length > 0 || file.parsed.recovered;
}
