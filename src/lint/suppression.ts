import type { Span } from '../core/text';
import type { SourceFile } from '../terraform/model';
import { isBlank, lineAbove, lineStart } from './edits/lines';

/**
 * `# tfc-oidc:ignore <code> <reason>` (also `//` and `/* … …`) on the line above a finding silences it. Several such
 * comments may stand above each other. The reason is part of the grammar: without one the comment has no effect.
 */
export type Suppression = { readonly state: 'none' } | { readonly state: 'ignored' } | { readonly state: 'no-reason' };

const comment = /^\s*(?:#|\/\/|\/\*)+\s*tfc-oidc:ignore\s+([a-z][a-z,-]*)(?:\s+(.*?))?\s*(?:\*\/)?\s*$/;
const anyComment = /^\s*(?:#|\/\/|\/\*.*\*\/\s*$)/;

/** Looks above each of the spans: the place of a finding, and the argument or block around it. */
export function suppressionAt(file: SourceFile, code: string, spans: readonly Span[]): Suppression {
  if (file.syntax === 'json') return { state: 'none' };
  let withoutReason = false;
  for (const span of spans) {
    let top = lineStart(file.text, span.start);
    for (;;) {
      const above = lineAbove(file.text, top);
      if (above === undefined || isBlank(file.text, above)) break;
      const line = file.text.slice(above.start, above.end);
      if (!anyComment.test(line) || !isComment(file, above)) break;
      const [, codes, reason] = comment.exec(line) ?? [];
      if (codes?.split(',').includes(code) === true) {
        if (/[\p{L}\p{N}]/u.test(reason ?? '')) return { state: 'ignored' };
        withoutReason = true;
      }
      top = above.start;
    }
  }
  return { state: withoutReason ? 'no-reason' : 'none' };
}

/** A line that looks like a comment may be the text of a heredoc. */
function isComment(file: SourceFile, line: Span): boolean {
  const first = line.start + file.text.slice(line.start, line.end).search(/\S/);
  return file.parsed.comments.some(c => c.start <= first && first < c.end);
}
