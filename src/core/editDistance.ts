/** Insertions, deletions, replacements and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The nearest of `words` in letters of either case, where it takes no more slips than a word is granted. */
export function nearest(given: string, words: readonly string[], slips: (word: string) => number): string | undefined {
  const lower = given.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  for (const word of words) {
    const most = Math.min(slips(word), least - 1);
    if (Math.abs(word.length - given.length) > most) continue;
    const distance = editDistance(lower, word.toLowerCase());
    if (distance <= most) [best, least] = [word, distance];
  }
  return best;
}

/** The one of `words` that was probably meant by `given`: two slips at most, and never half of a short word. */
export function closest(given: string, words: readonly string[]): string | undefined {
  const slips = (word: string): number => Math.min(2, Math.ceil(Math.max(given.length, word.length) / 2) - 1);
  return nearest(given, words, slips) ?? words.find(word => given.length > 2 && word.startsWith(given));
}
