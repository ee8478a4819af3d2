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
  // Where two accounts would become one, naming the rule is no decision about them.
  if (preferred === undefined && finding.fixes.some(fix => fix.takesCredentials)) return undefined;
  if (preferred !== undefined) return preferred;
  return named && finding.fixes.length === 1 ? finding.fixes[0] : undefined;
}

/** One set of edits that applies many fixes together. `files` are all files of the project; others are left alone. */
export function fixAllEdits(files: readonly SourceFile[], fixes: readonly Fix[]): readonly TextEdit[] {
  const edits = fixes.flatMap(fix => fix.edits);
  return files.flatMap(file => combineEdits(file, edits));
}

/** The fix that an editor applies without being asked about it, as on save: never one that takes credentials away. */
export function harmlessFix(finding: Finding): Fix | undefined {
  const fix = chosenFix(finding, false);
  return fix?.takesCredentials === true ? undefined : fix;
}
