import { Code, heredocStart, isBlank } from './tokens';

/** Passing over text without building anything. Offsets in, offsets out; no recursion, whatever the nesting. */

/** Is there a `${` or `%{` at `i`? */
export function isSequenceStart(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  return (code === Code.Dollar || code === Code.Percent) && text.charCodeAt(i + 1) === Code.LeftBrace;
}

/** Is there a `$${` or `%%{` at `i`: a `${` or `%{` that is meant as text? */
export function isEscapedSequence(text: string, i: number): boolean {
  return text.charCodeAt(i) === text.charCodeAt(i + 1) && isSequenceStart(text, i + 1);
}

/** The offset behind the string whose content starts at `start`; the end of its line where it never closes. */
export function skipString(text: string, start: number, limit: number): number {
  return skipNested(text, start, limit, false);
}

/** The offset behind the `}` of the sequence whose content starts at `start`, or -1 where `limit` comes first. */
export function skipSequence(text: string, start: number, limit: number): number {
  const end = skipNested(text, start, limit, true);
  return end <= limit && text.charCodeAt(end - 1) === Code.RightBrace ? end : -1;
}

/**
 * Strings hold sequences, sequences hold braces and strings. The stack has the number of open braces of each sequence,
 * innermost last, and -1 for each string.
 */
function skipNested(text: string, start: number, limit: number, inSequence: boolean): number {
  const stack: number[] = [inSequence ? 1 : -1];
  let i = start;
  while (i < limit) {
    const code = text.charCodeAt(i);
    const top = stack[stack.length - 1] ?? -1;
    if (top < 0) {
      i = stepInString(text, i, stack);
      if (stack.length === 0) return i;
      continue;
    }
    i++;
    if (code === Code.Quote) stack.push(-1);
    else if (code === Code.LeftBrace) stack[stack.length - 1] = top + 1;
    else if (code === Code.RightBrace) {
      stack[stack.length - 1] = top - 1;
      if (top > 1) continue;
      stack.pop();
      if (stack.length === 0) return i;
    }
  }
  return limit;
}

/** One step inside a string: the offset behind it. A quote and the end of the line end the string, `${` opens a sequence. */
function stepInString(text: string, at: number, stack: number[]): number {
  const code = text.charCodeAt(at);
  if (code === Code.Backslash) return at + 2;
  if (code === Code.Quote || code === Code.LineFeed) {
    stack.pop();
    return code === Code.Quote ? at + 1 : at;
  }
  if (isEscapedSequence(text, at)) return at + 3;
  if (!isSequenceStart(text, at)) return at + 1;
  stack.push(1);
  return at + 2;
}

/** The offset behind the heredoc whose `<<` is at `start`; behind the `<<` where there is none; `limit` where it never ends. */
export function skipHeredoc(text: string, start: number, limit: number): number {
  const heredoc = heredocStart(text, start, limit);
  if (heredoc === undefined) return start + 2;
  let line = heredoc.contentStart;
  while (line < limit) {
    const end = markerEnd(text, line, limit, heredoc.marker);
    if (end >= 0) return end;
    line = lineEnd(text, line, limit) + 1;
  }
  return limit;
}

/** The offset behind the marker, where the line that starts at `line` holds nothing but the marker; else -1. */
export function markerEnd(text: string, line: number, limit: number, marker: string): number {
  let start = line;
  while (start < limit && isBlank(text.charCodeAt(start))) start++;
  if (!text.startsWith(marker, start)) return -1;
  const end = start + marker.length;
  let rest = end;
  while (rest < limit && isBlank(text.charCodeAt(rest))) rest++;
  if (rest >= limit) return end <= limit ? end : -1;
  const code = text.charCodeAt(rest);
  if (code === Code.LineFeed) return end;
  return code === Code.CarriageReturn && text.charCodeAt(rest + 1) === Code.LineFeed ? end : -1;
}

function lineEnd(text: string, from: number, limit: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 || end > limit ? limit : end;
}

/** The offset of the `}` that matches the `{` before `start`, or -1 where `limit` comes first. */
export function matchingBrace(text: string, start: number, limit: number): number {
  let depth = 1;
  let i = start;
  while (i < limit) {
    const code = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (code === Code.Quote) i = skipString(text, i + 1, limit);
    else if (code === Code.Hash || (code === Code.Slash && next === Code.Slash)) i = lineEnd(text, i, limit);
    else if (code === Code.Slash && next === Code.Star) {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? limit : end + 2;
    } else if (code === Code.Less && next === Code.Less) i = skipHeredoc(text, i, limit);
    else {
      if (code === Code.LeftBrace) depth++;
      else if (code === Code.RightBrace && --depth === 0) return i;
      i++;
    }
  }
  return -1;
}

/** `end` without the white space before it, not before `start`. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && isWhiteSpace(text.charCodeAt(trimmed - 1))) trimmed--;
  return Math.max(start, trimmed);
}

function isWhiteSpace(code: number): boolean {
  return isBlank(code) || code === Code.LineFeed || code === Code.CarriageReturn;
}
