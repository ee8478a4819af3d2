import type { Span } from './text';

/**
 * The second line behind the rule that nobody writes a secret: texts that others wrote (errors of services, values of variables,
 * code) may hold one.
 */

/*
 * All of them take time that grows with the text only: what may repeat is bounded, so that no place is looked at again from each place
 * before it.
 */

/** What is a secret whatever stands around it. */
const shapes: readonly RegExp[] = [
  // Access key ids, also of sessions (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
  // A log may have cut one off: the beginning is enough.
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{8,}/g,
  // JSON Web Tokens, those of workload identity among them.
  /\beyJ[\w-]{8,512}\.[\w-]{1,4000}\.[\w-]{0,4000}/g,
  // Tokens of HCP Terraform, GitHub and GitLab.
  /\b[A-Za-z0-9]{10,200}\.atlasv1\.[\w-]+/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g,
  // Stripe, Vault, Slack, npm, Google (https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
  /\b(?:(?:sk|rk)_(?:live|test)_\w{16,}|whsec_[\w+/]{16,}|hv[sbr]\.[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|npm_\w{30,}|AIza[\w-]{30,})/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?:(?!-----BEGIN )[\s\S]){0,20000}?-----END [A-Z ]{0,40}PRIVATE KEY-----|[\w+/=\s]{0,20000})/g,
  // The password of a URL; the name of the user stays.
  /(?<=:\/\/[^/\s:@"']{0,200}:)[^/\s@"']+(?=@)/g,
  // Session tokens of AWS.
  /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{100,}={0,2}/g,
];

/** What stands behind a name that announces a secret, in a text that is no code. */
const named: readonly RegExp[] = [
  /(?<=\bauthorization["']?\s{0,20}[:=]\s{0,20}["']?(?:(?:Bearer|Basic)\s{1,20})?)[^\s"',;<>]{8,}/gi,
  /(?<=\bBearer\s{1,20})[\w.+/=~-]{16,}/gi,
  /(?<=\bBasic\s{1,20})(?=[\w+/=]{0,200}[A-Z\d])[\w+/=]{16,}/g,
  /(?<=(?:secret_?(?:access_?)?key|security-token|password|passwd)["']?\s{0,20}[:=]\s{0,20}["']?)[^\s"',;<>]{4,}/gi,
  /(?<=(?:ACCESS_KEY(?:_ID)?|access_key(?:_id)?|[Aa]ccessKeyId)["']?\s{0,20}[:=]\s{0,20}["']?)[A-Z\d]{8,}[^\s"',;<>]*/g,
  // "token: mistyped" is prose; a token has a digit.
  /(?<=token["']?\s{0,20}[:=]\s{0,20}["']?)(?=[^\s"',;<>]{0,200}\d)[^\s"',;<>]{8,}/gi,
];

/** Forty random characters of base64: a secret access key. */
const secretKey = /(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;

/** A text of others with its secrets replaced by `[removed]`. */
export function redact(text: string): string {
  const without = [...shapes, ...named].reduce((now, pattern) => now.replace(pattern, '[removed]'), text);
  return without.replace(secretKey, found => (isRandom(found) ? '[removed]' : found));
}

/** The beginning of a text of others that may be of any length: cut first, and not within a word, which may be a secret. */
export function redactStart(text: string, longest: number): string {
  if (text.length <= longest) return redact(text);
  let end = longest;
  while (end > 0 && end > longest - 1000 && !/[\s"',;<>]/.test(text.charAt(end - 1))) end--;
  return `${redact(text.slice(0, end))}…`;
}

export const looksSecret = (text: string): boolean => redact(text) !== text;

/** Where a text, code too, holds what is a secret by its shape alone. Secret access keys need a name beside them: not here. */
export function secretSpans(text: string): readonly Span[] {
  return shapes.flatMap(pattern =>
    [...text.matchAll(pattern)].map(m => ({ start: m.index, end: m.index + m[0].length })),
  );
}

/** Paths, hashes and names of forty characters are not random. */
export function isRandom(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/[0-9]/.test(text)) return false;
  return entropy(text) >= 3.5;
}

/** Shannon entropy in bits a character. Random base64 of 40 characters has about 4.8, words about 3.5, one letter 0. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
