import { ok, type Result } from '../../core/problem';
import type { SendResult, WebIdentityEvent } from './types';
import { fields, readRecord, text } from './webIdentityRecord';

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

/** The event's own record is JSON in a string; what it lacks is taken from the fields around it. */
function readEvent(event: unknown, region: string): WebIdentityEvent | undefined {
  const outer = fields(event);
  let record: unknown = {};
  try {
    record = JSON.parse(text(outer['CloudTrailEvent']) ?? '{}');
  } catch {
    // A record that can't be read still has its time and user name.
  }
  const time = outer['EventTime'];
  const id = text(outer['EventId']);
  const userName = text(outer['Username']);
  return readRecord(record, {
    region,
    ...(time instanceof Date && { at: time.getTime() }),
    ...(id !== undefined && { id }),
    ...(userName !== undefined && { userName }),
  });
}
