import type { Caller } from './account';
import type { WebIdentityEvent } from './sts';

/** LookupEvents (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html) for AssumeRoleWithWebIdentity. */
export function lookupEvents(
  events: readonly WebIdentityEvent[],
  caller: Caller,
  region: string,
  input: Readonly<Record<string, unknown>>,
): unknown {
  const attributes = Array.isArray(input['LookupAttributes'])
    ? (input['LookupAttributes'] as Record<string, unknown>[])
    : [];
  const start = typeof input['StartTime'] === 'number' ? input['StartTime'] * 1000 : -Infinity;
  const end = typeof input['EndTime'] === 'number' ? input['EndTime'] * 1000 : Infinity;
  const matches = (e: WebIdentityEvent): boolean =>
    attributes.every(({ AttributeKey: key, AttributeValue: value }) => {
      if (key === 'EventName') return value === 'AssumeRoleWithWebIdentity';
      if (key === 'Username') return value === e.subject;
      if (key === 'EventSource') return value === 'sts.amazonaws.com';
      if (key === 'ResourceName')
        return value === e.roleArn || value === e.roleArn.slice(e.roleArn.lastIndexOf('/') + 1);
      return false;
    });
  const found = events
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
      EventName: 'AssumeRoleWithWebIdentity',
      EventSource: 'sts.amazonaws.com',
      ReadOnly: 'true',
      EventTime: e.time / 1000,
      Username: e.subject,
      Resources: [],
      CloudTrailEvent: JSON.stringify(record(e)),
    })),
    ...(more ? { NextToken: String(from + size) } : {}),
  };
}

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
