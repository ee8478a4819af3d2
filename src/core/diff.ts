import { diffArrays, formatPatch, OMIT_HEADERS, structuredPatch, type StructuredPatch } from 'diff';
import type { TextEdit } from './text';

/** With more lines removed and added than this, looking for those in common takes seconds: the whole text is replaced then. */
const limit = { maxEditLength: 4_000 };

/** The edits of whole lines that turn one text into another: lines that stay are in no edit. */
export function lineEdits(file: string, before: string, after: string): readonly TextEdit[] {
  const replaced = [
    { removed: true, added: false, value: [before] },
    { removed: false, added: true, value: [after] },
  ];
  const edits: TextEdit[] = [];
  let at = 0;
  let apart = true;
  for (const { removed, added, value } of diffArrays(linesOf(before), linesOf(after), limit) ?? replaced) {
    const text = value.join('');
    if (removed || added) {
      const last = apart ? undefined : edits.pop();
      const end = removed ? at + text.length : at;
      const newText = (last?.newText ?? '') + (added ? text : '');
      edits.push({ file, span: { start: last?.span.start ?? at, end }, newText });
    }
    apart = !removed && !added;
    if (!added) at += text.length;
  }
  return edits;
}

/** The unified diff of a file, as `diff -u` and `git apply` write and read it; nothing where the texts are the same. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const patch = structuredPatch(name, name, before, after, '', '', { ...limit, context: 3 });
  return `--- a/${name}\n+++ b/${name}\n${formatPatch(patch ?? replacement(name, before, after), OMIT_HEADERS)}`;
}

/** Lines with their breaks. */
const linesOf = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];

/** The patch that takes all lines of a file away and puts others in their place. */
function replacement(name: string, before: string, after: string): StructuredPatch {
  const signed = (sign: string, text: string): string[] =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).flatMap(line =>
      line.endsWith('\n') ? [sign + line.slice(0, -1)] : [sign + line, '\\ No newline at end of file'],
    );
  const [old, fresh] = [signed('-', before), signed('+', after)];
  const count = (lines: readonly string[]): number => lines.filter(line => !line.startsWith('\\')).length;
  const hunk = { oldStart: 1, oldLines: count(old), newStart: 1, newLines: count(fresh), lines: [...old, ...fresh] };
  return { oldFileName: name, newFileName: name, oldHeader: '', newHeader: '', hunks: [hunk] };
}
