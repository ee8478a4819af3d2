import { isRandom } from '../../core/redact';
import type { Span } from '../../core/text';

/**
 * Finds AWS access keys in a piece of text.
 * Ids: `AKIA…` (users) and `ASIA…` (temporary), 20 characters
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
 * Secrets have no mark of their own: 40 characters of base64, so a name that says "AWS secret key", or a key id beside it, and
 * enough randomness are asked for. Documentation examples, ARNs, hashes, commit ids and UUIDs are none of them.
 */
export interface KeyMatch extends Span {
  readonly kind: 'id' | 'secret';
}

const keyId = /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g;
const secretShape = /(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;

/** Names that announce a secret access key: `secret_key`, `aws_secret_access_key`, `secretAccessKey`, `AWS_SECRET`. */
const secretName =
  /secret[^a-z0-9]{0,3}(?:access[^a-z0-9]{0,3})?key|aws[^a-z0-9]{0,3}secret|secret[^a-z0-9]{0,3}access/i;

export function namesSecret(text: string): boolean {
  return secretName.test(text);
}

/** Spans (into `text`) of key ids, and of secrets where `context`, the text before them or a key id beside them says so. */
export function findKeys(
  text: string,
  context: { readonly namesSecret: boolean; readonly nearKeyId: boolean },
): readonly KeyMatch[] {
  // Most texts of a project are too short for an id (20) or a secret (40).
  if (text.length < 20) return [];
  const out: KeyMatch[] = [];
  for (const match of text.matchAll(keyId)) {
    if (!isPlaceholderId(match[0])) out.push({ kind: 'id', start: match.index, end: match.index + match[0].length });
  }
  const near = context.nearKeyId || out.length > 0;
  for (const match of text.matchAll(secretShape)) {
    if (!isRandomSecret(match[0])) continue;
    if (context.namesSecret || near || namesSecret(before(text, match.index))) {
      out.push({ kind: 'secret', start: match.index, end: match.index + match[0].length });
    }
  }
  return out.sort((a, b) => a.start - b.start);
}

/**
 * Can a file with this source hold a key at all? Reads a character in twenty: a key is a run of at least 20 letters, digits, "/" and
 * "+", so one of its characters is among them. An escape may hide a part of a run; those of white space, quotes and backslashes
 * can't. True means: look closely.
 */
export function mayHoldKeys(source: string): boolean {
  if (/\\[^nrt"\\]/.test(source)) return true;
  for (let i = shortestKey - 1; i < source.length; i += shortestKey) {
    if (!isKeyCharacter(source.charCodeAt(i))) continue;
    let start = i;
    while (start > 0 && isKeyCharacter(source.charCodeAt(start - 1))) start--;
    let end = i + 1;
    while (end < source.length && isKeyCharacter(source.charCodeAt(end))) end++;
    if (end - start >= 40) return true;
    if (end - start >= shortestKey && /A[KS]IA/.test(source.slice(start, end))) return true;
    // The next position that may be inside of another run.
    i = end;
  }
  return false;
}

const shortestKey = 20;

function isKeyCharacter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 47 || c === 43;
}

export function hasKeyId(text: string): boolean {
  return findKeys(text, { namesSecret: false, nearKeyId: false }).some(match => match.kind === 'id');
}

/** Would AWS take it for a key? For telling a real one from `test`. */
export function looksLikeAwsKey(text: string): boolean {
  return findKeys(text, { namesSecret: true, nearKeyId: true }).length > 0;
}

/** The words on the same line before an offset; a name far away says nothing. */
function before(text: string, offset: number): string {
  return (
    text
      .slice(Math.max(0, offset - 80), offset)
      .split(/[\r\n]/)
      .at(-1) ?? ''
  );
}

/**
 * Ids of users' access keys (not those of sessions, which end by themselves) as they stand in a text. Those of AWS's documentation are
 * among them: whether there is such a key is asked of AWS.
 */
export const longLivedKeyIds = (text: string): readonly string[] =>
  [...text.matchAll(keyId)].map(m => m[0]).filter(id => id.startsWith('AKIA') && new Set(id.slice(4)).size > 3);

/** AWS's documentation ends its ids in EXAMPLE; `AKIAXXXXXXXXXXXXXXXX` is a form to fill in. */
function isPlaceholderId(id: string): boolean {
  return id.includes('EXAMPLE') || new Set(id.slice(4)).size <= 3;
}

function isRandomSecret(text: string): boolean {
  if (/EXAMPLE/i.test(text)) return false;
  // A path or an ARN's tail has one slash after the other; a SHA-1 or a commit id is hexadecimal.
  if (/^[0-9a-f]+$/i.test(text)) return false;
  return isRandom(text);
}
