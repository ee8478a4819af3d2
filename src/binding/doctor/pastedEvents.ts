import type { WebIdentityEvent } from '../../iam/account/types';
import { readRecord } from '../../iam/account/webIdentityRecord';

/** Longest text that is looked at; the end of a log is what matters. */
const maximum = 2_000_000;
const mostEvents = 200;

/**
 * The AssumeRoleWithWebIdentity events of CloudTrail in a pasted text, newest first: one record, `Records` of a log file, what
 * lookup-events prints (`Events`, each with its record as a string), or records with other text around them.
 */
export function eventsIn(text: string): readonly WebIdentityEvent[] {
  const input = text.slice(-maximum);
  if (!input.includes('AssumeRoleWithWebIdentity') || !input.includes('{')) return [];
  const found: WebIdentityEvent[] = [];
  for (const value of jsonIn(input)) collect(value, 0, found);
  return [...new Map(found.map(event => [event.id, event])).values()].sort((a, b) => b.at - a.at);
}

function collect(value: unknown, depth: number, found: WebIdentityEvent[]): void {
  if (typeof value !== 'object' || value === null || depth > 5 || found.length >= mostEvents) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, depth + 1, found);
    return;
  }
  const of = value as Readonly<Record<string, unknown>>;
  if (of['eventName'] === 'AssumeRoleWithWebIdentity') {
    // Somebody may have pasted the telling part of a record only, without its time.
    const event = readRecord(of) ?? readRecord(of, { at: 0, id: `pasted-${found.length}` });
    if (event !== undefined) found.push(event);
    return;
  }
  const record = of['CloudTrailEvent'];
  if (typeof record === 'string') collect(parsed(record), depth + 1, found);
  else for (const inner of Object.values(of)) collect(inner, depth + 1, found);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The JSON documents in a text: the whole of it, or each balanced pair of outer braces. */
function jsonIn(text: string): readonly unknown[] {
  const whole = parsed(text.trim());
  if (whole !== undefined) return [whole];
  const out: unknown[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (depth > 0 && character === '"') quoted = !quoted;
    else if (quoted && character === '\\') i++;
    else if (!quoted && character === '{') {
      if (depth++ === 0) start = i;
    } else if (!quoted && character === '}' && depth > 0 && --depth === 0) {
      const value = parsed(text.slice(start, i + 1));
      if (value !== undefined) out.push(value);
    }
  }
  return out;
}
