import type { PolicyJson } from '../desired/desired';

/**
 * Policies compared by meaning, because IAM, consoles and tools write the same policy in many ways
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
 */

type Object_ = Readonly<Record<string, unknown>>;
const isObject = (v: unknown): v is Object_ => typeof v === 'object' && v !== null && !Array.isArray(v);
const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : [v]);

/** The text that is sent: compact, so that nothing of IAM's size limits is wasted. */
export const compactPolicy = (policy: PolicyJson): string => JSON.stringify(policy);

/** The text that people compare. What is not JSON stays as it is. */
export function prettyPolicy(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A set of strings: order and repetition don't matter. */
function set(v: unknown, map: (s: string) => string = s => s): readonly string[] {
  return [...new Set(list(v).map(x => map(typeof x === 'string' ? x : JSON.stringify(x))))].sort();
}

/** `123456789012` and `arn:aws:iam::123456789012:root` name the same principal. */
const awsPrincipal = (s: string): string => /^arn:[^:]+:iam::(\d{12}):root$/.exec(s)?.[1] ?? s;

function principal(v: unknown): unknown {
  if (v === '*') return { AWS: ['*'] };
  if (!isObject(v)) return v;
  return sortKeys(v, (kind, values) => set(values, kind === 'AWS' ? awsPrincipal : undefined));
}

function sortKeys(v: Object_, map: (key: string, value: unknown) => unknown): Object_ {
  return Object.fromEntries(
    Object.keys(v)
      .sort()
      .map(key => [key, map(key, v[key])]),
  );
}

function condition(v: unknown): unknown {
  if (!isObject(v)) return v;
  // Condition keys don't depend on case; the same key may be written twice in two cases.
  return sortKeys(v, (_, block) => {
    if (!isObject(block)) return block;
    const keys = new Map<string, string[]>();
    for (const [key, values] of Object.entries(block)) {
      keys.set(key.toLowerCase(), [...(keys.get(key.toLowerCase()) ?? []), ...set(values)]);
    }
    return sortKeys(Object.fromEntries(keys), (__, values) => set(values));
  });
}

function statement(v: unknown): unknown {
  if (!isObject(v)) return v;
  return sortKeys(v, (key, value) => {
    switch (key) {
      case 'Sid':
        return undefined; // A label without effect.
      case 'Action':
      case 'NotAction':
        return set(value, s => s.toLowerCase());
      case 'Resource':
      case 'NotResource':
        return set(value);
      case 'Principal':
      case 'NotPrincipal':
        return principal(value);
      case 'Condition':
        return isObject(value) && Object.keys(value).length === 0 ? undefined : condition(value);
      default:
        return value;
    }
  });
}

/** One text for all policies of the same meaning; `undefined` for what is no policy. */
function canonicalPolicy(text: string): string | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(policy)) return undefined;
  const statements = [...new Set(list(policy['Statement'] ?? []).map(s => JSON.stringify(statement(s))))].sort();
  return JSON.stringify({ Version: policy['Version'] ?? '2008-10-17', Statement: statements });
}

/** Do two policy texts mean the same? Texts that are no policies are the same only byte for byte. */
export function samePolicy(a: string, b: string): boolean {
  if (a === b) return true;
  const canonical = canonicalPolicy(a);
  return canonical !== undefined && canonical === canonicalPolicy(b);
}

/** Whom a trust policy's Allow statements name: principals, and the subjects that conditions on `…:sub` list. */
function trusted(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return found;
  }
  for (const one of list(isObject(policy) ? policy['Statement'] : undefined)) {
    if (!isObject(one) || one['Effect'] !== 'Allow') continue;
    const { Principal, Condition } = one;
    const subjects = Object.values(isObject(Condition) ? Condition : {}).flatMap(block =>
      Object.entries(isObject(block) ? block : {})
        .filter(([key]) => key.toLowerCase().endsWith(':sub'))
        .flatMap(([, values]) => set(values)),
    );
    const principals = isObject(Principal) ? Object.values(Principal).flatMap(v => set(v)) : set(Principal ?? []);
    for (const name of subjects.length > 0 ? subjects : principals) found.add(name);
  }
  return found;
}

/** Who may assume the role before and is not named after: what a person should see before saying yes. */
export function noLongerTrusted(before: string, after: string): readonly string[] {
  const kept = trusted(after);
  return [...trusted(before)].filter(name => !kept.has(name));
}
