import type { Span } from '../core/text';

/**
 * Finds AWS keys in text. Shapes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 * (AKIA… long-term, ASIA… temporary; secrets are 40 characters of base64). A secret has no prefix of its own, so it counts only
 * with a name or a key id beside it.
 */
export interface FoundKey extends Span {
  readonly what: 'access key id' | 'secret access key';
}

const keyId = /(?<![A-Za-z0-9/+_-])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9/+_=-])/g;
const secret = /(?<![A-Za-z0-9/+=_-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])/g;
const secretName = /secret|aws.{0,20}(?:key|token|cred)|(?:^|[^a-z])(?:sk|secretkey)(?:$|[^a-z])/i;

/** Keys in `text`, spans relative to it. `name` is what the text is called (an argument, a variable), which tells a secret. */
export function findKeys(text: string, name: string): readonly FoundKey[] {
  const ids: FoundKey[] = [];
  for (const match of text.matchAll(keyId)) {
    if (isDocumentation(match[0])) continue;
    ids.push({ what: 'access key id', start: match.index, end: match.index + match[0].length });
  }
  const anyId = /(?:AKIA|ASIA)[A-Z0-9]{16}/.test(text);
  const secrets: FoundKey[] = [];
  for (const match of text.matchAll(secret)) {
    const value = match[0];
    if (isDocumentation(value) || !looksRandom(value)) continue;
    const line = text.slice(text.lastIndexOf('\n', match.index - 1) + 1, match.index);
    const before = line.slice(-60);
    if (!secretName.test(before) && !secretName.test(name) && !(anyId && text.length < 4000)) continue;
    secrets.push({ what: 'secret access key', start: match.index, end: match.index + value.length });
  }
  return [...ids, ...secrets].sort((a, b) => a.start - b.start);
}

/** AWS's documentation writes EXAMPLE into every key that it shows. */
function isDocumentation(value: string): boolean {
  return /EXAMPLE/i.test(value);
}

/** Forty characters of base64 as a generator makes them: mixed, and of high entropy. Hashes in hex and paths are neither. */
function looksRandom(value: string): boolean {
  if (/^[0-9a-f]+$/i.test(value)) return false;
  if (!/[0-9]/.test(value) || !/[a-z]/.test(value) || !/[A-Z]/.test(value)) return false;
  return entropy(value) >= 4;
}

/** Shannon entropy in bits a character; 40 random characters of base64 have about 4.7. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / value.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
