/**
 * IAM's StringLike: `*` is any run of characters, `?` exactly one, both across colons
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html). `${*}`, `${?}` and `${$}` are
 * the characters themselves in version 2012-10-17; any other `${…}` is a policy variable, whose value only AWS knows.
 */
export type Pattern =
  | { readonly kind: 'pattern'; readonly parts: readonly PatternPart[] }
  | { readonly kind: 'variable'; readonly name: string };

/** Literal text between stars; `null` stands for one `?` inside of it. */
type PatternPart = readonly (string | null)[];

/** Compiles a value of StringLike; with `wildcards` off, of StringEquals. */
export function compilePattern(value: string, variables: boolean, wildcards: boolean): Pattern {
  let last: (string | null)[] = [];
  const parts = [last];
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    const name = variables && c === '$' ? variableAt(value, i) : undefined;
    if (name !== undefined) {
      if (name !== '*' && name !== '?' && name !== '$') return { kind: 'variable', name };
      last.push(name);
      i += name.length + 2;
    } else if (!wildcards || c !== '*') last.push(wildcards && c === '?' ? null : c);
    else if (last.length > 0 || parts.length === 1) {
      last = [];
      parts.push(last);
    }
  }
  return { kind: 'pattern', parts };
}

/** The name in the `${…}` that begins here. */
function variableAt(value: string, start: number): string | undefined {
  const end = value.indexOf('}', start);
  return value.charAt(start + 1) === '{' && end >= 0 ? value.slice(start + 2, end) : undefined;
}

/** Does the whole text match? Work is at most pattern length times text length, whatever the pattern; `count` is told each step. */
export function matches(parts: readonly PatternPart[], text: string, count?: () => void): boolean {
  const [first = [], ...rest] = parts;
  const tail = rest.pop();
  if (!fits(first, text, 0, count)) return false;
  if (tail === undefined) return first.length === text.length;
  let at = first.length;
  // Between stars the earliest place is always as good as any later one.
  for (const part of rest) {
    const found = find(part, text, at, text.length - tail.length, count);
    if (found < 0) return false;
    at = found + part.length;
  }
  const start = text.length - tail.length;
  return start >= at && fits(tail, text, start, count);
}

function find(part: PatternPart, text: string, from: number, limit: number, count?: () => void): number {
  for (let i = from; i + part.length <= limit; i++) if (fits(part, text, i, count)) return i;
  return -1;
}

function fits(part: PatternPart, text: string, at: number, count?: () => void): boolean {
  if (at < 0 || at + part.length > text.length) return false;
  for (let i = 0; i < part.length; i++) {
    count?.();
    const c = part[i];
    if (c !== null && c !== text[at + i]) return false;
  }
  return true;
}
