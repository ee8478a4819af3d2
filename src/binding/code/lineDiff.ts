import type { TextEdit } from '../../core/text';

/** Beyond this many line pairs the middle is replaced as one; no file that a person wrote gets there. */
const maximumPairs = 4_000_000;

/** The edits of whole lines that turn one text into another: lines that stay are in no edit. */
export function lineEdits(file: string, before: string, after: string): readonly TextEdit[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail++;
  const [a, b] = [old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)];
  const offsets = [0];
  for (const line of old) offsets.push((offsets.at(-1) ?? 0) + line.length);
  const out: TextEdit[] = [];
  const edit = (from: number, to: number, lines: readonly string[]): void => {
    if (from === to && lines.length === 0) return;
    const span = { start: offsets[head + from] ?? 0, end: offsets[head + to] ?? 0 };
    out.push({ file, span, newText: lines.join('') });
  };
  if (a.length * b.length > maximumPairs) {
    edit(0, a.length, b);
    return out;
  }
  let [i, j] = [0, 0];
  for (const [x, y] of [...common(a, b), [a.length, b.length] as const]) {
    edit(i, x, b.slice(j, y));
    [i, j] = [x + 1, y + 1];
  }
  return out;
}

/** Lines with their breaks. */
const linesOf = (text: string): readonly string[] => text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];

/** Pairs of a longest common subsequence. */
function common(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) out.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return out;
}
