import type { Span } from '../../core/text';

/** Lines of one text as an edit sees them. A byte order mark belongs to no line. */

export function firstOffset(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

/** Where the line of `offset` starts. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > firstOffset(text) && !isBreak(text, at - 1)) at--;
  return at;
}

/** Where the line of `offset` ends, its line break left out. */
export function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isBreak(text, at)) at++;
  return at;
}

/** The offset behind the line break at `end`; `end` itself at the end of the text. */
export function afterBreak(text: string, end: number): number {
  if (text[end] === '\r' && text[end + 1] === '\n') return end + 2;
  return end < text.length ? end + 1 : end;
}

/** The line above the one that starts at `start`, its break left out; nothing above the first line. */
export function lineAbove(text: string, start: number): Span | undefined {
  if (start <= firstOffset(text)) return undefined;
  const end = text[start - 1] === '\n' && text[start - 2] === '\r' ? start - 2 : start - 1;
  return { start: lineStart(text, end), end };
}

/** The line break that a file uses; `\n` where it has none yet. */
export function lineBreakOf(text: string): string {
  const first = text.search(/[\r\n]/);
  if (first === -1) return '\n';
  return text[first] === '\r' ? (text[first + 1] === '\n' ? '\r\n' : '\r') : '\n';
}

/** Spaces and tabs that the line of `offset` starts with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? '';
}

export function isBlank(text: string, span: Span): boolean {
  return /^\s*$/.test(text.slice(span.start, span.end));
}

function isBreak(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c === 10 || c === 13;
}
