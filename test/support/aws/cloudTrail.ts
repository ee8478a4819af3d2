import type { Caller } from './account';
import { AwsError } from './awsError';
import type { WebIdentityEvent } from './sts';

/** A call of an IAM user, as far as CloudTrail tells whose it was. */
export interface UserEvent {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly user: string;
  readonly accessKeyId: string;
  /** `ec2.amazonaws.com`. */
  readonly source: string;
  readonly name: string;
  readonly userAgent: string;
}

interface Kept {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly time: number;
  /** By which an event is found, and the values that it has. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly record: unknown;
}

/**
 * LookupEvents (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html): one attribute, 50 events a page,
 * newest first, the last 90 days.
 */
export function lookupEvents(
  webIdentities: readonly WebIdentityEvent[],
  users: readonly UserEvent[],
  caller: Caller,
  region: string,
  input: Readonly<Record<string, unknown>>,
): unknown {
  const attributes = Array.isArray(input['LookupAttributes'])
    ? (input['LookupAttributes'] as Record<string, unknown>[])
    : [];
  if (attributes.length > 1)
    throw new AwsError('InvalidLookupAttributesException', 'Only one lookup attribute can be specified.', 400);
  const start = typeof input['StartTime'] === 'number' ? input['StartTime'] * 1000 : -Infinity;
  const end = typeof input['EndTime'] === 'number' ? input['EndTime'] * 1000 : Infinity;
  const matches = ({ attributes: own }: Kept): boolean =>
    attributes.every(
      ({ AttributeKey: key, AttributeValue: value }) => own[String(key)]?.includes(String(value)) === true,
    );
  const found = [...webIdentities.map(keptWebIdentity), ...users.map(keptUser)]
    .filter(
      e => e.accountId === caller.accountId && e.region === region && e.time >= start && e.time <= end && matches(e),
    )
    .sort((a, b) => b.time - a.time);
  const size = typeof input['MaxResults'] === 'number' ? input['MaxResults'] : 50;
  const from = typeof input['NextToken'] === 'string' ? Number(input['NextToken']) : 0;
  const more = from + size < found.length;
  return {
    Events: found.slice(from, from + size).map(e => ({
      EventId: e.id,
      EventName: e.attributes['EventName']?.[0],
      EventSource: e.attributes['EventSource']?.[0],
      ReadOnly: 'true',
      EventTime: e.time / 1000,
      Username: e.attributes['Username']?.[0],
      Resources: [],
      ...(e.attributes['AccessKeyId'] && { AccessKeyId: e.attributes['AccessKeyId'][0] }),
      CloudTrailEvent: JSON.stringify(e.record),
    })),
    ...(more ? { NextToken: String(from + size) } : {}),
  };
}

const keptWebIdentity = (e: WebIdentityEvent): Kept => ({
  id: e.id,
  accountId: e.accountId,
  region: e.region,
  time: e.time,
  attributes: {
    EventId: [e.id],
    EventName: ['AssumeRoleWithWebIdentity'],
    EventSource: ['sts.amazonaws.com'],
    Username: [e.subject],
    ResourceName: [e.roleArn, e.roleArn.slice(e.roleArn.lastIndexOf('/') + 1)],
  },
  record: record(e),
});

const keptUser = (e: UserEvent): Kept => ({
  id: e.id,
  accountId: e.accountId,
  region: e.region,
  time: e.time,
  attributes: {
    EventId: [e.id],
    EventName: [e.name],
    EventSource: [e.source],
    Username: [e.user],
    AccessKeyId: [e.accessKeyId],
  },
  record: {
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${e.accountId}:user/${e.user}`,
      accountId: e.accountId,
      accessKeyId: e.accessKeyId,
      userName: e.user,
    },
    eventTime: new Date(e.time).toISOString(),
    eventSource: e.source,
    eventName: e.name,
    awsRegion: e.region,
    userAgent: e.userAgent,
    eventID: e.id,
    readOnly: true,
    eventType: 'AwsApiCall',
    recipientAccountId: e.accountId,
  },
});

const record = (e: WebIdentityEvent): unknown => ({
  eventVersion: '1.08',
  userIdentity: {
    type: 'WebIdentityUser',
    principalId: `${e.identityProvider}:${e.audience}:${e.subject}`,
    userName: e.subject,
    identityProvider: e.identityProvider,
  },
  eventTime: new Date(e.time).toISOString(),
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRoleWithWebIdentity',
  awsRegion: e.region,
  ...(e.errorCode ? { errorCode: e.errorCode, errorMessage: 'An unknown error occurred' } : {}),
  requestParameters: { roleArn: e.roleArn, roleSessionName: e.sessionName },
  responseElements: null,
  eventID: e.id,
  readOnly: true,
  eventType: 'AwsApiCall',
  recipientAccountId: e.accountId,
});
