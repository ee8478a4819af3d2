import type { LineIndex, Range, Span } from '../../core/text';
import type { Finding, Severity } from '../../lint/finding';
import type { Places } from './places';

/** An edit of a fix, by lines. */
interface PrintedEdit {
  readonly range: Range;
  readonly newText: string;
  /** Set where it is not in the file of the finding. */
  readonly file?: string;
}

/** One finding as it is printed, whichever command made it. Files are named from the working folder on. */
export interface PrintedFinding {
  readonly file: string;
  /** Who found it: `aws` is Access Analyzer. */
  readonly source: 'tfc-oidc' | 'aws';
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range: Range;
  readonly fixes: readonly { readonly title: string; readonly edits: readonly PrintedEdit[] }[];
  readonly related?: readonly { readonly file: string; readonly range: Range; readonly message: string }[];
}

interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly newText: string }[];
}

/** A finding's fix, by lines. */
export function printedFixes(fix: Fix | undefined, index: LineIndex): PrintedFinding['fixes'] {
  if (fix === undefined) return [];
  return [{ title: fix.title, edits: fix.edits.map(e => ({ range: index.range(e.span), newText: e.newText })) }];
}

/** A finding in Terraform code. */
export function printedFinding(places: Places, finding: Finding): PrintedFinding {
  const file = places.name(finding.location.file);
  return {
    file,
    source: 'tfc-oidc',
    code: finding.code,
    severity: finding.severity,
    message: finding.message,
    range: places.range(finding.location),
    fixes: finding.fixes.map(({ title, edits }) => ({
      title,
      edits: edits.map(edit => {
        const other = places.name(edit.file);
        return { range: places.range(edit), newText: edit.newText, ...(other !== file && { file: other }) };
      }),
    })),
    related: finding.related.map(({ location, message }) => ({
      file: places.name(location.file),
      range: places.range(location),
      message,
    })),
  };
}

/** `file:line:column: severity code: message`, as editors and terminals link it. */
export function findingLine({
  file,
  range,
  severity,
  code,
  message,
}: Omit<PrintedFinding, 'source' | 'fixes'>): string {
  return `${file}:${range.start.line + 1}:${range.start.character + 1}: ${severity} ${code}: ${message}\n`;
}

/** The edits of all fixes that do not touch each other, the first one first. */
export function disjointEdits(fixes: readonly (Fix | undefined)[]): Fix['edits'] {
  return fixes.reduce<Fix['edits']>((taken, fix) => {
    const edits = fix?.edits ?? [];
    const clash = edits.some(e => taken.some(t => e.span.start <= t.span.end && t.span.start <= e.span.end));
    return clash ? taken : [...taken, ...edits];
  }, []);
}
