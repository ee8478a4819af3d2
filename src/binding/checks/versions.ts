/** Compares dotted versions by number. Pre-release suffixes are left out: agents have none. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string): number[] =>
    text
      .replace(/^v/, '')
      .split(/[.-]/)
      .slice(0, 3)
      .map(part => Number.parseInt(part, 10) || 0);
  const a = numbers(version);
  const b = numbers(than);
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
