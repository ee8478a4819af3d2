import { ok, type Result } from '../../core/problem';
import type { SendResult, WebIdentityEvent } from './types';

type Fields = Readonly<Record<string, unknown>>;

/** AWS allows two LookupEvents a second for each account and region. */
const betweenPages = 550;
/** 50 events each; older ones of a busy account tell nothing about the latest run. */
const pages = 10;

/**
 * Reads a region's AssumeRoleWithWebIdentity events, newest first.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function webIdentityEvents(
  lookUp: (input: Fields, signal: AbortSignal) => Promise<SendResult>,
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>,
  region: string,
  since: number,
  signal: AbortSignal,
): Promise<Result<readonly WebIdentityEvent[]>> {
  const found: WebIdentityEvent[] = [];
  let next: unknown;
  for (let page = 0; page < pages; page++) {
    if (page > 0) await pause(betweenPages, signal);
    const reply = await lookUp(
      {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
        StartTime: new Date(since),
        MaxResults: 50,
        ...(typeof next === 'string' && { NextToken: next }),
      },
      signal,
    );
    if (!reply.ok) return reply;
    const events: unknown = reply.value['Events'];
    for (const event of Array.isArray(events) ? (events as unknown[]) : []) {
      const read = readEvent(event, region);
      if (read !== undefined) found.push(read);
    }
    next = reply.value['NextToken'];
    if (typeof next !== 'string' || next === '') break;
  }
  return ok(found.sort((a, b) => b.at - a.at));
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The event's own record is JSON in a string; what it lacks is taken from the fields around it. */
function readEvent(event: unknown, region: string): WebIdentityEvent | undefined {
  const outer = fields(event);
  let record: Fields = {};
  try {
    record = fields(JSON.parse(text(outer['CloudTrailEvent']) ?? '{}'));
  } catch {
    // A record that can't be read still has its time and user name.
  }
  const time = outer['EventTime'];
  const at = time instanceof Date ? time.getTime() : Date.parse(text(record['eventTime']) ?? '');
  if (Number.isNaN(at)) return undefined;
  const who = fields(record['userIdentity']);
  const subject = text(who['userName']) ?? text(outer['Username']);
  const principal = text(who['principalId']);
  const provider = text(who['identityProvider']);
  return {
    id: text(outer['EventId']) ?? text(record['eventID']) ?? `${region}-${at}`,
    at,
    region: text(record['awsRegion']) ?? region,
    roleArn: text(fields(record['requestParameters'])['roleArn']),
    subject,
    provider,
    audience: audienceOf(principal, provider, subject),
    errorCode: text(record['errorCode']),
    errorMessage: text(record['errorMessage']),
  };
}

/** `principalId` of a web identity is PROVIDER:AUDIENCE:SUBJECT. */
function audienceOf(
  principal: string | undefined,
  provider: string | undefined,
  subject: string | undefined,
): string | undefined {
  if (principal === undefined || provider === undefined || subject === undefined) return undefined;
  const [start, end] = [`${provider}:`, `:${subject}`];
  if (!principal.startsWith(start) || !principal.endsWith(end)) return undefined;
  return text(principal.slice(start.length, principal.length - end.length));
}
