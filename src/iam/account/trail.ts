import { ok, type Result } from '../../core/problem';
import type { UserCall } from './askedTypes';
import type { SendResult, WebIdentityEvent } from './types';
import { fields, readRecord, text } from './webIdentityRecord';

type Fields = Readonly<Record<string, unknown>>;

/** AWS allows two LookupEvents a second for each account and region. */
const betweenPages = 550;
/** 50 events each; older ones of a busy account tell nothing about the latest run. */
const pages = 10;

/** How CloudTrail is asked in one region. */
export interface TrailReader {
  readonly region: string;
  readonly lookUp: (input: Fields, signal: AbortSignal) => Promise<SendResult>;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Reads a region's AssumeRoleWithWebIdentity events, newest first.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function webIdentityEvents(
  reader: TrailReader,
  since: number,
  signal: AbortSignal,
): Promise<Result<readonly WebIdentityEvent[]>> {
  const wanted = { key: 'EventName', value: 'AssumeRoleWithWebIdentity', from: since, pages };
  const events = await lookUpAll(reader, wanted, signal);
  if (!events.ok) return events;
  const found = events.value.flatMap(event => readEvent(event, reader.region) ?? []);
  return ok(found.sort((a, b) => b.at - a.at));
}

/**
 * Calls that a region has of one IAM user in a span of time, both ends included, at most 50. The pause before it keeps a row of such
 * questions within what AWS allows.
 */
export async function callsOfUser(
  reader: TrailReader,
  user: string,
  span: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<Result<readonly UserCall[]>> {
  await reader.pause(betweenPages, signal);
  const events = await lookUpAll(reader, { key: 'Username', value: user, ...span, pages: 1 }, signal);
  return events.ok ? ok(events.value.flatMap(event => readCall(event) ?? [])) : events;
}

interface Wanted {
  readonly key: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to?: number;
  readonly pages: number;
}

async function lookUpAll(
  { lookUp, pause }: TrailReader,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Result<readonly unknown[]>> {
  const found: unknown[] = [];
  let next: unknown;
  for (let page = 0; page < wanted.pages; page++) {
    if (page > 0) await pause(betweenPages, signal);
    const reply = await lookUp(
      {
        LookupAttributes: [{ AttributeKey: wanted.key, AttributeValue: wanted.value }],
        StartTime: new Date(wanted.from),
        ...(wanted.to !== undefined && { EndTime: new Date(wanted.to) }),
        MaxResults: 50,
        ...(typeof next === 'string' && { NextToken: next }),
      },
      signal,
    );
    if (!reply.ok) return reply;
    const events: unknown = reply.value['Events'];
    found.push(...(Array.isArray(events) ? (events as unknown[]) : []));
    next = reply.value['NextToken'];
    if (typeof next !== 'string' || next === '') break;
  }
  return ok(found);
}

/** The event's own record is JSON in a string; what it lacks is taken from the fields around it. */
function readEvent(event: unknown, region: string): WebIdentityEvent | undefined {
  const outer = fields(event);
  const record = recordOf(outer);
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

function recordOf(event: Fields): unknown {
  try {
    return JSON.parse(text(event['CloudTrailEvent']) ?? '{}') as unknown;
  } catch {
    return {}; // A record that can't be read still has its time and user name.
  }
}

function readCall(event: unknown): UserCall | undefined {
  const outer = fields(event);
  const time = outer['EventTime'];
  const record = fields(recordOf(outer));
  const at = time instanceof Date ? time.getTime() : Date.parse(text(record['eventTime']) ?? '');
  if (Number.isNaN(at)) return undefined;
  return {
    at,
    name: text(record['eventName']) ?? text(outer['EventName']) ?? '',
    agent: text(record['userAgent']),
    keyId: text(fields(record['userIdentity'])['accessKeyId']) ?? text(outer['AccessKeyId']),
  };
}
