import type { Span } from '../core/text';
import type { SourceFile } from '../terraform/model';
import type { Attribute, Body } from '../terraform/syntax/ast';
import type { Finding } from './finding';

/**
 * Findings while somebody types: in a block that a half-typed argument stands in, what was found before it was begun stays, and what the
 * half of it makes is not said yet. So nothing comes, goes and comes again before the argument is complete.
 */
export function calmed(
  file: SourceFile,
  found: readonly Finding[],
  before: { readonly text: string; readonly findings: readonly Finding[] },
): readonly Finding[] {
  const open = unsettled(file);
  if (open.length === 0) return found;
  const isOpen = ({ location: { file: path, span } }: Finding): boolean =>
    path === file.path && open.some(o => o.start <= span.start && span.start <= o.end);
  const fresh = found.filter(f => !isOpen(f));
  const candidates = found.filter(isOpen);
  const move = shift(before.text, file.text);
  const kept = before.findings
    .flatMap((f): readonly Finding[] => {
      const span = f.location.file === file.path ? move(f.location.span) : undefined;
      return span === undefined ? [] : [{ ...f, location: { file: file.path, span } }];
    })
    .filter(isOpen)
    // What edits the former text is for it alone.
    .map(
      f => candidates.find(c => c.code === f.code && c.location.span.start === f.location.span.start) ?? halfTyped(f),
    );
  return [...fresh, ...kept].sort(
    (a, b) =>
      (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : 0) ||
      a.location.span.start - b.location.span.start,
  );
}

const halfTyped = (finding: Finding): Finding => ({ ...finding, fixes: [], related: [] });

/** Outermost blocks that hold something half typed, and such text outside of blocks. */
function unsettled({ parsed, text }: SourceFile): readonly Span[] {
  const { body, problems } = parsed;
  const holds = (span: Span): boolean => problems.some(p => p.start <= span.end && span.start <= p.end);
  const blocks = body.blocks.filter(block => holds(block) || hasMissing(block.body) || block.close === undefined);
  const outside = problems
    .filter(p => !blocks.some(b => b.start <= p.start && p.start <= b.end))
    .map((p): Span => ({ start: text.lastIndexOf('\n', p.start - 1) + 1, end: Math.max(p.end, lineEnd(text, p.end)) }));
  return [...blocks, ...outside];
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

/** `region =` with nothing behind it, or with the beginning of a word (`t` of `true` or `try`), at any depth. */
function hasMissing(body: Body): boolean {
  return body.attributes.some(isHalf) || body.blocks.some(block => hasMissing(block.body));
}

/** Types and names of providers are single words. */
const ofOneWord: ReadonlySet<string> = new Set(['type', 'provider', 'iterator', 'on_failure', 'when']);

const isHalf = ({ name, value }: Attribute): boolean =>
  value.kind === 'missing' || (value.kind === 'reference' && !value.path.includes('.') && !ofOneWord.has(name));

/** Where a place of one text is in another one that one edit made of it; `undefined`: the edit took it away. */
function shift(before: string, after: string): (span: Span) => Span | undefined {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (
    tail < most - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  const moved = after.length - before.length;
  const move = (offset: number): number =>
    offset <= head ? offset : offset >= before.length - tail ? offset + moved : Math.min(offset, after.length - tail);
  return ({ start, end }) => {
    if (head <= start && end <= before.length - tail && end > start) return undefined;
    const first = move(start);
    return { start: first, end: Math.max(first, move(end)) };
  };
}
