/** Stands for a text that is known only when Terraform runs (any text), and for a name (no slash, no colon). Private use. */
export const anyText = '\uE000';
export const anyName = '\uE001';

/** One character of a pattern, or a run of characters without `not`. */
type Token = { readonly kind: 'char'; readonly char: string } | { readonly kind: 'one' | 'run'; readonly not: string };

/**
 * The pattern of a policy's Resource: `*` and `?`, and with `variables` (version 2012-10-17) `${aws:username}` as any text
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 */
function patternTokens(pattern: string, variables: boolean): readonly Token[] {
  const out: Token[] = [];
  const text = variables
    ? pattern.replace(/\$\{([^{}]*)\}/g, (_, name: string) =>
        name === '*' ? '\uE002' : name === '?' ? '\uE003' : name === '$' ? '$' : anyText,
      )
    : pattern;
  let before = '';
  for (const char of text) {
    // What follows `parameter` in `parameter${var.path}` begins with the slash.
    const path = char === anyName && /[A-Za-z0-9]/.test(before);
    before = char;
    if (path) out.push({ kind: 'run', not: ':' });
    else if (char === '*' || char === anyText) out.push({ kind: 'run', not: '' });
    else if (char === '?') out.push({ kind: 'one', not: '' });
    else if (char === anyName) out.push({ kind: 'one', not: '/:' }, { kind: 'run', not: '/:' });
    else out.push({ kind: 'char', char: char === '\uE002' ? '*' : char === '\uE003' ? '?' : char });
  }
  return out;
}

/** The pattern of a format of AWS's reference: `${Region}` is at least one character; a bucket's name has no slash. */
function formatTokens(format: string): readonly Token[] {
  const out: Token[] = [];
  let colons = 0;
  const s3 = /^[^:]*:[^:]*:s3:::/.test(format);
  for (const part of format.split(/(\$\{[^{}]*\}|\*)/)) {
    if (part === '*') out.push({ kind: 'run', not: '' });
    else if (part.startsWith('${')) {
      const not = colons < 5 ? ':/' : s3 && /bucket/i.test(part) ? '/' : '';
      out.push({ kind: 'one', not }, { kind: 'run', not });
    } else {
      for (const char of part) {
        if (char === ':') colons++;
        out.push({ kind: 'char', char });
      }
    }
  }
  return out;
}

/** Is there an ARN that a policy's resource pattern matches and that has the format? */
export function fitsType(pattern: string, format: string, variables = true): boolean {
  if (pattern.length > 2048) return true;
  return meet(patternTokens(pattern, variables), formatTokens(format));
}

/** Is there a text that both patterns match? Work: the product of their lengths. */
export function overlaps(a: string, b: string): boolean {
  return a.length * b.length > 4_000_000 || meet(patternTokens(a, false), patternTokens(b, false));
}

function meet(a: readonly Token[], b: readonly Token[]): boolean {
  // The places in b that are reachable for the place in a.
  let row = closure(new Set([0]), b);
  for (const token of a) {
    const next = new Set<number>();
    if (token.kind === 'run') {
      // The run takes any number of tokens of b that it can stand for.
      for (const start of row) {
        for (let j = start; !next.has(j); j++) {
          next.add(j);
          const other = b[j];
          if (other === undefined || !shares(token, other)) break;
        }
      }
    } else {
      for (const j of row) {
        const other = b[j];
        if (other === undefined || !shares(token, other)) continue;
        next.add(other.kind === 'run' ? j : j + 1);
      }
    }
    row = closure(next, b);
    if (row.size === 0) return false;
  }
  return row.has(b.length);
}

/** A run may be empty: what stands behind it is reachable too. */
function closure(places: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const j of places) if (tokens[j]?.kind === 'run') places.add(j + 1);
  return places;
}

function shares(a: Token, b: Token): boolean {
  if (a.kind === 'char' && b.kind === 'char') return a.char === b.char;
  if (a.kind === 'char') return b.kind === 'char' || !b.not.includes(a.char);
  if (b.kind === 'char') return !a.not.includes(b.char);
  return true;
}

/**
 * Does `wide` match whatever `narrow` matches? Both are patterns with `*` and `?`. "Yes" is always right; "no" may be wrong only
 * where several patterns with question marks say the same in different words.
 */
export function covers(wide: string, narrow: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < narrow.length) {
    const c = narrow[t];
    if (wide[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < wide.length && c !== '*' && (wide[p] === '?' || wide[p] === c)) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (wide[p] === '*') p++;
  return p === wide.length;
}
