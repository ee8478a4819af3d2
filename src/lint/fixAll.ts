import type { TextEdit } from '../core/text';
import type { SourceFile } from '../terraform/model';
import { combineEdits } from './edits/fixes';
import type { Finding, Fix } from './finding';

/**
 * The fix that "fix all" applies to a finding: the preferred one. Where a person named the code (`fix --code`), a fix that
 * has no alternative is taken as well.
 */
export function chosenFix(finding: Finding, named: boolean): Fix | undefined {
  const preferred = finding.fixes.find(fix => fix.preferred);
  if (preferred !== undefined) return preferred;
  return named && finding.fixes.length === 1 ? finding.fixes[0] : undefined;
}

/** One set of edits that applies many fixes together. `files` are all files of the project; others are left alone. */
export function fixAllEdits(files: readonly SourceFile[], fixes: readonly Fix[]): readonly TextEdit[] {
  const edits = fixes.flatMap(fix => fix.edits);
  return files.flatMap(file => combineEdits(file, edits));
}
