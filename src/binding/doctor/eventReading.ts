import type { WebIdentityEvent } from '../../iam/account/types';
import type { FailureModeId } from '../failureModes';
import type { ErrorReading } from './errorText';
import { foreignToken, knownForeign } from './issuers';

/** What an event of CloudTrail that somebody pasted tells, without asking anybody else. */

/** The host (and path) of an identity provider, out of its ARN or as it is. */
const issuerOf = (provider: string | undefined): string | undefined =>
  provider?.replace(/^.*:oidc-provider\//, '').replace(/^https:\/\//, '');

const isOfHcp = (event: WebIdentityEvent, host: string | undefined): boolean => {
  const issuer = issuerOf(event.provider);
  if (issuer !== undefined && host !== undefined) return issuer.toLowerCase() === host;
  if (event.subject !== undefined) return event.subject.startsWith('organization:');
  return issuer === undefined || !knownForeign(issuer);
};

const deniedModes: readonly FailureModeId[] = [
  'subject-mismatch',
  'phase-mismatch',
  'renamed',
  'provider-mismatch',
  'just-created',
];

/** By error code, as STS documents them for AssumeRoleWithWebIdentity. */
const byCode: Readonly<Record<string, readonly FailureModeId[]>> = {
  AccessDenied: deniedModes,
  InvalidIdentityToken: ['provider-missing', 'audience-missing', 'issuer-unreachable', 'thumbprint'],
  IDPCommunicationError: ['issuer-unreachable'],
  IDPRejectedClaim: ['session-expired', 'issuer-unreachable'],
  ExpiredTokenException: ['session-expired'],
  ExpiredToken: ['session-expired'],
  RegionDisabledException: ['region-disabled'],
};

/** `host`: that of the workspace, without port and in lower case, where it is known. `undefined`: the role was given. */
export function eventReading(event: WebIdentityEvent, host: string | undefined): ErrorReading | undefined {
  const issuer = issuerOf(event.provider);
  const line = `CloudTrail: ${event.errorCode ?? 'the role was given'}${event.roleArn === undefined ? '' : ` for ${event.roleArn}`}.`;
  const told = [
    ...(event.subject === undefined ? [] : [`AWS received the subject "${event.subject}".`]),
    ...(issuer === undefined ? [] : [`Its issuer is ${issuer}.`]),
  ];
  const base = { line, told, code: 'CloudTrailEvent', ...(event.roleArn !== undefined && { roleArn: event.roleArn }) };
  if (!isOfHcp(event, host))
    return { ...base, modes: ['another-token'], names: 'another-token', certain: true, advice: foreignToken(issuer) };
  if (event.errorCode === undefined) return undefined;
  const modes = byCode[event.errorCode] ?? [];
  const [only, another] = modes;
  return { ...base, modes, ...(only !== undefined && another === undefined && { names: only }) };
}
