import type { Span } from '../../core/text';
import type { Body, Expression, ParsedFile } from '../../terraform/syntax/ast';
import { childrenOf } from '../../terraform/syntax/walk';
import { afterBreak, firstOffset, isBlank, lineAbove, lineEnd, lineStart } from './lines';

/** What an edit of one text replaces. */
export interface Replacement {
  readonly span: Span;
  readonly newText: string;
}

/** The text that goes with an argument or block: its line or lines, the comments above it and behind it. */
function statementSpan(text: string, parsed: ParsedFile, node: Span, nodes: readonly Span[]): Span {
  const start = lineStart(text, node.start);
  const end = lineEnd(text, node.end);
  const before = text.slice(start, node.start);
  const after = text.slice(node.end, end);
  const ownsStart = before.trim() === '';
  // Items of an object may end in a comma.
  const item = after.trimStart().startsWith(',') ? after.replace(',', '') : after;
  if (ownsStart && isOnlyComment(item)) {
    const comments = ownComments(text, parsed, start);
    const isHeading = comments < start && headsGroup(text, { start: comments, end: start }, node, nodes);
    return { start: isHeading ? start : comments, end: afterBreak(text, end) };
  }
  // The line is shared, as in `provider "aws" { profile = "x" }`.
  const trailing = after.length - after.trimStart().length;
  if (ownsStart) return { start: node.start, end: node.end + trailing };
  const leading = before.length - before.trimEnd().length;
  const last = after.trimStart().startsWith('}');
  const closes = last && before.trimEnd().endsWith('{');
  const comma = after.trimStart().startsWith(',') ? trailing + 1 : 0;
  const commaBefore = last && before.trimEnd().endsWith(',') ? 1 : 0;
  return {
    start: node.start - leading - commaBefore,
    end: isOnlyComment(after) ? end : node.end + (closes ? trailing : comma),
  };
}

/** Nothing, or one comment that ends on this line. */
function isOnlyComment(rest: string): boolean {
  return /^\s*(?:(?:#|\/\/).*|\/\*(?:(?!\*\/)[^])*\*\/\s*)?$/.test(rest);
}

/** Comments on lines of their own directly above belong to what stands below them. */
function ownComments(text: string, parsed: ParsedFile, start: number): number {
  let top = start;
  for (;;) {
    const above = lineAbove(text, top);
    if (above === undefined || isBlank(text, above)) return top;
    const last = above.start + text.slice(above.start, above.end).trimEnd().length;
    const comment = parsed.comments.find(c => c.start < last && trimmedEnd(text, c) === last);
    if (comment === undefined) return top;
    const commentLine = lineStart(text, comment.start);
    if (text.slice(commentLine, comment.start).trim() !== '') return top;
    // What is commented out may come back: it is no remark on what stands below it.
    if (isCommentedOut(text.slice(comment.start, comment.end))) return top;
    top = commentLine;
  }
}

/** An argument, or a line of a block, behind the marks of a comment. */
function isCommentedOut(comment: string): boolean {
  return comment
    .replace(/^\/\*|\*\/$/g, '')
    .split(/[\r\n]+/)
    .some(line =>
      /^\s*(?:(?:#|\/\/|\*)+\s*)?(?:"?[\w.-]+"?\s*=(?!=)|[\w-]+(?:\s+"[^"]*")*\s*\{|[}\])]+,?\s*$)/.test(line),
    );
}

/**
 * Is a comment the heading of a group of lines of which one stays? So where nothing stands right above it, another argument right below
 * what goes, and it does not speak of what goes by name.
 */
function headsGroup(text: string, comment: Span, node: Span, nodes: readonly Span[]): boolean {
  const above = lineAbove(text, comment.start);
  const isFirst =
    above === undefined || isBlank(text, above) || /[{[(]\s*$|^\s*(?:#|\/\/)/.test(text.slice(above.start, above.end));
  if (!isFirst) return false;
  const staying = membersAt(text, afterBreak(text, lineEnd(text, node.end)), nodes);
  const says = text.slice(comment.start, comment.end);
  const name = /^[\w-]+/.exec(text.slice(node.start, node.end))?.[0] ?? '';
  const isOfThis = name !== '' && mentions(says, name);
  return staying.length > 0 && (!isOfThis || staying.some(member => mentions(says, member)));
}

const mentions = (text: string, name: string): boolean => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);

/** Names of what stays on the lines from `start` on, up to a blank line or the end of the block. */
function membersAt(text: string, start: number, nodes: readonly Span[]): readonly string[] {
  const names: string[] = [];
  for (let line = start; line < text.length;) {
    const end = lineEnd(text, line);
    const removed = removedAt(text, line, nodes);
    const [, comment, name] = /^[ \t]*(?:(#|\/\/)|([\w-]+)[ \t]*(?:=|["{]))/.exec(text.slice(line, end)) ?? [];
    if (removed === undefined && comment === undefined) {
      if (name === undefined) return names;
      names.push(name);
    }
    line = afterBreak(text, lineEnd(text, removed?.end ?? line));
  }
  return names;
}

/** What goes of the line that starts at `start`. */
function removedAt(text: string, start: number, nodes: readonly Span[]): Span | undefined {
  const end = lineEnd(text, start);
  return nodes.find(node => start <= node.start && node.start < end);
}

function trimmedEnd(text: string, span: Span): number {
  return span.start + text.slice(span.start, span.end).trimEnd().length;
}

/**
 * The edits that remove `nodes` (arguments or blocks) from HCL text together: adjoining removals become one, no two blank
 * lines are left behind, and arguments that were aligned with a removed one close the gap, as `terraform fmt` would.
 */
export function removeFromHcl(text: string, parsed: ParsedFile, nodes: readonly Span[]): readonly Replacement[] {
  const merged = mergeSpans(
    text,
    nodes.map(node => statementSpan(text, parsed, node, nodes)),
  );
  const spans = merged.map(span => withBlankLines(text, span));
  return [...spans.map(span => ({ span, newText: '' })), ...realign(text, parsed.body, spans)];
}

/** Joins spans that overlap, touch, or have only blank lines between them. */
function mergeSpans(text: string, spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = out.at(-1);
    if (last !== undefined && (span.start <= last.end || joins(text, last.end, span.start))) {
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else out.push(span);
  }
  return out;
}

function joins(text: string, from: number, to: number): boolean {
  return isBlank(text, { start: from, end: to }) && lineStart(text, from) === from && lineStart(text, to) === to;
}

/** Takes blank lines along where their partner on the other side would be left beside them. */
function withBlankLines(text: string, span: Span): Span {
  const wholeLines = lineStart(text, span.start) === span.start && lineStart(text, span.end) === span.end;
  if (!wholeLines) return span;
  const above = lineAbove(text, span.start);
  const blankAbove = above !== undefined && isBlank(text, above);
  const opensAbove =
    above === undefined ||
    /\{\s{0,100}(?:(?:#|\/\/).{0,300}|\/\*.{0,300}\*\/\s{0,100})?$/.test(text.slice(above.start, above.end));
  let end = span.end;
  while (end < text.length && isBlank(text, { start: end, end: lineEnd(text, end) })) {
    end = afterBreak(text, lineEnd(text, end));
  }
  const closesBelow = end >= text.length || text.slice(end, lineEnd(text, end)).trimStart().startsWith('}');
  if (closesBelow) {
    let start = span.start;
    for (
      let line = lineAbove(text, start);
      line !== undefined && isBlank(text, line);
      line = lineAbove(text, line.start)
    ) {
      start = line.start;
    }
    return { start: Math.max(start, firstOffset(text)), end: end >= text.length ? text.length : end };
  }
  return blankAbove || opensAbove ? { start: span.start, end } : span;
}

interface Cell {
  readonly name: Span;
  readonly pad: number;
  readonly removed: boolean;
}

/** Shrinks the padding before `=` where a group was aligned to a name that is gone. */
function realign(text: string, body: Body, removed: readonly Span[]): readonly Replacement[] {
  const out: Replacement[] = [];
  for (const run of alignedRuns(text, body, removed)) {
    const kept = run.filter(cell => !cell.removed);
    const surplus = Math.min(...kept.map(cell => cell.pad)) - 1;
    if (kept.length === run.length || kept.length === 0 || surplus < 1) continue;
    if (new Set(run.map(cell => cell.name.end - cell.name.start + cell.pad)).size > 1) continue;
    for (const cell of kept) {
      out.push({ span: { start: cell.name.end, end: cell.name.end + surplus }, newText: '' });
    }
  }
  return out;
}

/**
 * Runs of arguments on consecutive lines, one line each, which `terraform fmt` aligns with one another. Only bodies and
 * objects that lose something are looked at.
 */
function alignedRuns(text: string, body: Body, removed: readonly Span[]): readonly (readonly Cell[])[] {
  const touched = (span: Span): boolean => removed.some(r => r.start < span.end && span.start < r.end);
  const inObjects = body.attributes
    .filter(touched)
    .flatMap(attribute => objectsIn(attribute.value))
    .filter(touched)
    .flatMap(object =>
      runsOf(
        text,
        object.items.map(item => ({ start: item.start, end: item.end, nameSpan: item.key })),
        removed,
      ),
    );
  return [
    ...(body.attributes.some(touched) ? runsOf(text, body.attributes, removed) : []),
    ...inObjects,
    ...body.blocks.filter(touched).flatMap(block => alignedRuns(text, block.body, removed)),
  ];
}

function objectsIn(value: Expression): readonly Extract<Expression, { kind: 'object' }>[] {
  const inner = childrenOf(value).flatMap(objectsIn);
  return value.kind === 'object' ? [value, ...inner] : inner;
}

function runsOf(
  text: string,
  statements: readonly (Span & { readonly nameSpan: Span })[],
  removed: readonly Span[],
): readonly (readonly Cell[])[] {
  const runs: Cell[][] = [];
  let run: Cell[] = [];
  let expected = -1;
  for (const { nameSpan, ...span } of statements) {
    const start = lineStart(text, span.start);
    const end = lineEnd(text, span.end);
    const pad = /^ *(?==)/.exec(text.slice(nameSpan.end, end))?.[0].length ?? 0;
    const oneLine = lineEnd(text, span.start) === end && pad > 0 && text.slice(start, span.start).trim() === '';
    if (start !== expected || !oneLine) {
      if (run.length > 1) runs.push(run);
      run = [];
    }
    if (oneLine) {
      run.push({ name: nameSpan, pad, removed: removed.some(r => r.start <= span.start && span.end <= r.end) });
    }
    expected = oneLine ? afterBreak(text, end) : -1;
  }
  if (run.length > 1) runs.push(run);
  return runs;
}
