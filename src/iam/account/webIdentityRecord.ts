import type { WebIdentityEvent } from './types';

type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Where a record does not say it itself. */
interface Around {
  readonly id?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  readonly region?: string;
  readonly userName?: string;
}

/**
 * A record of CloudTrail, as it stands in `CloudTrailEvent`, in a log file or in the console; `undefined` without a time
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
 */
export function readRecord(record: unknown, around: Around = {}): WebIdentityEvent | undefined {
  const of = fields(record);
  const at = around.at ?? Date.parse(text(of['eventTime']) ?? '');
  if (Number.isNaN(at)) return undefined;
  const who = fields(of['userIdentity']);
  const subject = text(who['userName']) ?? around.userName;
  const principal = text(who['principalId']);
  const provider = text(who['identityProvider']);
  const region = text(of['awsRegion']) ?? around.region ?? '';
  return {
    id: around.id ?? text(of['eventID']) ?? `${region}-${at}`,
    at,
    region,
    roleArn: text(fields(of['requestParameters'])['roleArn']),
    subject,
    provider,
    audience: audienceOf(principal, provider, subject),
    errorCode: codeOf(text(of['errorCode'])),
    errorMessage: text(of['errorMessage']),
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

/** Codes of AWS are words of letters. Anything else is whatever somebody put there: it is an error, and is not repeated. */
const codeOf = (code: string | undefined): string | undefined =>
  code === undefined || /^[A-Za-z][A-Za-z.:]{1,79}$/.test(code) ? code : 'an error without a known code';
