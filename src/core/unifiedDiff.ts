import { applyEdits, LineIndex, type Span } from './text';

interface Change {
  /** First changed line of the old text, 0-based. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const context = 3;

/** The unified diff that edits make of a file, as `diff -u` and `git apply` write and read it. */
export function unifiedDiff(
  name: string,
  text: string,
  edits: readonly { readonly span: Span; readonly newText: string }[],
): string {
  const oldLines = splitLines(text);
  const changes = changesOf(text, oldLines, edits);
  if (changes.length === 0) return '';
  const out = [`--- a/${name}`, `+++ b/${name}`];
  let shift = 0;
  for (let i = 0; i < changes.length;) {
    const group: Change[] = [];
    for (let change = changes[i]; change !== undefined; change = changes[i]) {
      const last = group.at(-1);
      if (last !== undefined && change.line - (last.line + last.removed.length) > 2 * context) break;
      group.push(change);
      i++;
    }
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) break;
    const from = Math.max(0, first.line - context);
    const to = Math.min(oldLines.length, last.line + last.removed.length + context);
    const body: string[] = [];
    let at = from;
    let difference = 0;
    for (const change of group) {
      body.push(...oldLines.slice(at, change.line).map(line => mark(' ', line)));
      body.push(...change.removed.map(line => mark('-', line)), ...change.added.map(line => mark('+', line)));
      at = change.line + change.removed.length;
      difference += change.added.length - change.removed.length;
    }
    body.push(...oldLines.slice(at, to).map(line => mark(' ', line)));
    out.push(`@@ -${hunk(from, to - from)} +${hunk(from + shift, to - from + difference)} @@`, ...body);
    shift += difference;
  }
  return `${out.join('\n')}\n`;
}

/** An empty side is counted from the line before it. */
function hunk(start: number, length: number): string {
  return length === 0 ? `${start},0` : length === 1 ? `${start + 1}` : `${start + 1},${length}`;
}

function mark(sign: string, line: string): string {
  return line.endsWith('\n') ? sign + line.slice(0, -1) : `${sign}${line}\n\\ No newline at end of file`;
}

/** Lines with their `\n`; a `\r` before it stays with the line, as diff has it. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changesOf(
  text: string,
  oldLines: readonly string[],
  edits: readonly { readonly span: Span; readonly newText: string }[],
): readonly Change[] {
  const starts = [0];
  for (const line of oldLines) starts.push((starts.at(-1) ?? 0) + line.length);
  const index = new LineIndex(text.replace(/\r/g, ' '));
  const groups: { first: number; last: number; edits: { span: Span; newText: string }[] }[] = [];
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    const first = index.lineAt(edit.span.start);
    const last = index.lineAt(edit.span.end);
    const open = groups.at(-1);
    if (open !== undefined && first <= open.last) {
      open.last = Math.max(open.last, last);
      open.edits.push(edit);
    } else groups.push({ first, last, edits: [edit] });
  }
  const changes = groups.flatMap((group): Change[] => {
    const start = starts[group.first] ?? text.length;
    const end = starts[Math.min(group.last + 1, oldLines.length)] ?? text.length;
    const removed = oldLines.slice(group.first, group.last + 1);
    const added = splitLines(
      applyEdits(
        text.slice(start, end),
        group.edits.map(e => ({ span: { start: e.span.start - start, end: e.span.end - start }, newText: e.newText })),
      ),
    );
    let same = 0;
    while (same < removed.length && same < added.length && removed[same] === added[same]) same++;
    let tail = 0;
    while (
      tail < removed.length - same &&
      tail < added.length - same &&
      removed[removed.length - 1 - tail] === added[added.length - 1 - tail]
    ) {
      tail++;
    }
    const change = {
      line: group.first + same,
      removed: removed.slice(same, removed.length - tail),
      added: added.slice(same, added.length - tail),
    };
    return change.removed.length + change.added.length === 0 ? [] : [change];
  });
  // Neighbouring changes are one, all that goes before all that comes.
  return changes.reduce<Change[]>((out, change) => {
    const last = out.at(-1);
    if (last === undefined || last.line + last.removed.length !== change.line) return [...out, change];
    const joined = {
      line: last.line,
      removed: [...last.removed, ...change.removed],
      added: [...last.added, ...change.added],
    };
    return [...out.slice(0, -1), joined];
  }, []);
}
