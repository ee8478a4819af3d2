import type { Span, TextEdit } from '../core/text';
import type { SourceFile } from '../terraform/model';

/**
 * The edit that takes an argument or a block out of a file, with its own comments and without leaving holes:
 * no double blank lines, no blank line behind "{" or before "}", in JSON no comma too many.
 */
export function remove(file: SourceFile, span: Span): TextEdit {
  return {
    file: file.path,
    span: file.syntax === 'json' ? jsonSpan(file.text, span) : hclSpan(file, span),
    newText: '',
  };
}

function hclSpan(file: SourceFile, span: Span): Span {
  const { text } = file;
  const lineStart = startOfLine(text, span.start);
  const before = text.slice(lineStart, span.start);
  let end = span.end;
  // Blanks, the comma of an object's item, and a comment behind it on its last line go with it.
  const trailing = /[ \t]*,?[ \t]*/y;
  trailing.lastIndex = end;
  trailing.test(text);
  const comment = file.parsed.comments.find(
    c => c.start === trailing.lastIndex && !text.slice(c.start, c.end).includes('\n'),
  );
  end = comment?.end ?? trailing.lastIndex;
  const endOfLine = /\r?\n|$/g;
  endOfLine.lastIndex = end;
  const eol = endOfLine.exec(text);
  const wholeLines = before.trim() === '' && eol !== null && text.slice(end, eol.index).trim() === '';
  if (!wholeLines) {
    // `{ access_key = "x" }`: one blank stays at most.
    let start = span.start;
    while (start > 0 && isBlank(text.charCodeAt(start - 1))) start--;
    const nextIsBrace = text.charCodeAt(end) === 125;
    // The last item of a one-line object takes the comma before it along.
    if (nextIsBrace && text.charCodeAt(start - 1) === 44) return { start: start - 1, end: span.end };
    const previousIsBrace = text.charCodeAt(start - 1) === 123;
    return {
      start:
        previousIsBrace && nextIsBrace
          ? start
          : Math.min(span.start, Math.max(start, previousIsBrace ? start : start + 1)),
      end,
    };
  }
  let start = lineStart;
  for (let above = commentAbove(file, start); above !== undefined; above = commentAbove(file, start)) start = above;
  end = Math.min(text.length, eol.index + eol[0].length);
  const blankAfter = blankLines(text, end);
  const opensBody =
    /\{[ \t]*(?:(?:#|\/\/)[^\n]*)?\r?\n?$/.test(text.slice(Math.max(0, start - 400), start)) || start === 0;
  const blankBefore = endsInBlankLine(text, start);
  const closesBody = /^[ \t]*\}/.test(text.slice(blankAfter, blankAfter + 200)) || blankAfter >= text.length;
  if (opensBody || blankBefore) end = blankAfter;
  if (closesBody && blankBefore && !opensBody) start = beforeBlankLines(text, start);
  return { start, end };
}

/** The start of the line above when that line holds nothing but a comment. */
function commentAbove(file: SourceFile, lineStart: number): number | undefined {
  if (lineStart === 0) return undefined;
  const { text } = file;
  const previousEnd = text.charCodeAt(lineStart - 2) === 13 ? lineStart - 2 : lineStart - 1;
  const comment = file.parsed.comments.find(c => c.end === previousEnd);
  if (comment === undefined) return undefined;
  const start = startOfLine(text, comment.start);
  return text.slice(start, comment.start).trim() === '' ? start : undefined;
}

function jsonSpan(text: string, span: Span): Span {
  let end = span.end;
  const following = /\s*,/y;
  following.lastIndex = end;
  let start = span.start;
  if (following.test(text)) {
    end = following.lastIndex;
    // The line's end and the next item's indent stay as they were: take the blanks before this item.
    while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
    return { start, end };
  }
  while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
  if (text.charCodeAt(start - 1) === 44) return { start: start - 1, end };
  // The only item: `{}` is left.
  while (end < text.length && /\s/.test(text.charAt(end))) end++;
  return { start, end };
}

export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

export function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, offset)))?.[0] ?? '';
}

export function lineEnding(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function blankLines(text: string, from: number): number {
  const pattern = /(?:[ \t]*\r?\n)*/y;
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

function endsInBlankLine(text: string, lineStart: number): boolean {
  if (lineStart === 0) return false;
  const previous = startOfLine(text, lineStart - 1);
  return text.slice(previous, lineStart).trim() === '';
}

function beforeBlankLines(text: string, lineStart: number): number {
  let start = lineStart;
  while (endsInBlankLine(text, start)) start = startOfLine(text, start - 1);
  return start;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
