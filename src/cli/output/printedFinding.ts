import type { LineIndex, Range, Span } from '../../core/text';

/** One finding of a policy, as it is printed. */
export interface PrintedFinding {
  readonly file: string;
  /** Who found it: `aws` is Access Analyzer. */
  readonly source: 'tfc-oidc' | 'aws';
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly range: Range;
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly { readonly range: Range; readonly newText: string }[];
  }[];
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
