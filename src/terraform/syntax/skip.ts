import { identifierEnd, isBlank } from './tokens';

/** Passing over text without building anything: strings, template sequences, heredocs. Offsets in, offsets out. */

/** `<<-`: take away the smallest indent; lines of white space alone neither count nor change. */
export function dedent(v: string): string {
  const lines = v.split('\n');
  let m = Infinity;
  for (const l of lines) if (/\S/.test(l)) m = Math.min(m, l.search(/\S/));
  return m === Infinity || m === 0 ? v : lines.map(l => (/\S/.test(l) ? l.slice(m) : l)).join('\n');
}
/** The offset behind the string whose opening quote is before `i`; the end of its line where it never closes. */
export function skipString(s: string, i: number, n: number): number {
  while (i < n) {
    const c = s.charCodeAt(i);
    if (c === 92) {
      i += 2;
      continue;
    }
    if (c === 34) return i + 1;
    if (c === 10) return i;
    if ((c === 36 || c === 37) && s.charCodeAt(i + 1) === c && s.charCodeAt(i + 2) === 123) {
      i += 3;
      continue;
    }
    if ((c === 36 || c === 37) && s.charCodeAt(i + 1) === 123) {
      i = skipSeq(s, i + 2, n);
      continue;
    }
    i++;
  }
  return i;
}
function skipSeq(s: string, i: number, n: number): number {
  let d = 1;
  while (i < n) {
    const c = s.charCodeAt(i);
    if (c === 34) {
      i = skipString(s, i + 1, n);
      continue;
    }
    if (c === 123) d++;
    else if (c === 125 && --d === 0) return i + 1;
    i++;
  }
  return i;
}
export function skipHeredoc(s: string, i: number, n: number): number {
  let f = i + 2;
  if (s.charCodeAt(f) === 45) f++;
  const g = identifierEnd(s, f, n);
  let e = s.charCodeAt(g) === 13 ? g + 1 : g;
  if (g === f || s.charCodeAt(e) !== 10) return i + 2;
  const marker = s.slice(f, g);
  e++;
  while (e < n) {
    let x = s.indexOf('\n', e);
    if (x < 0 || x > n) x = n;
    let a = e;
    while (a < x && isBlank(s.charCodeAt(a))) a++;
    if (s.startsWith(marker, a) && s.slice(a, x).trim() === marker) return a + marker.length;
    e = x + 1;
  }
  return n;
}
