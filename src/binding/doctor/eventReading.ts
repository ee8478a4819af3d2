import type { WebIdentityEvent } from '../../iam/account/types';
import type { FailureModeId } from '../failureModes';
import type { ErrorReading } from './errorText';
import type { Advice } from './signature';

/** What an event of CloudTrail that somebody pasted tells, without asking anybody else. */

/** The host (and path) of an identity provider, out of its ARN or as it is. */
const issuerOf = (provider: string | undefined): string | undefined =>
  provider?.replace(/^.*:oidc-provider\//, '').replace(/^https:\/\//, '');

/** Who issues tokens like this one, where that is known. */
const issuers: readonly (readonly [RegExp, string, string])[] = [
  [
    /^oidc\.eks\./,
    'the service account of a pod in EKS',
    "Take the role from the agent's service account (annotation eks.amazonaws.com/role-arn): it puts AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN into the environment of the agent, and they win.",
  ],
  [
    /^token\.actions\.githubusercontent\.com/,
    'a GitHub Actions job',
    'The job itself asked for the role. Let the run execute in HCP Terraform (remote execution), or give that job a role that trusts GitHub.',
  ],
  [
    /gitlab/i,
    'a GitLab CI job',
    'The job itself asked for the role. Let the run execute in HCP Terraform (remote execution), or give that job a role that trusts GitLab.',
  ],
];

const isOfHcp = (event: WebIdentityEvent, host: string | undefined): boolean => {
  const issuer = issuerOf(event.provider);
  if (issuer !== undefined && host !== undefined) return issuer.toLowerCase() === host;
  if (event.subject !== undefined) return event.subject.startsWith('organization:');
  return issuer === undefined || !issuers.some(([pattern]) => pattern.test(issuer));
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

/** Is this the issuer of a program that is known, and not HCP Terraform? */
export const knownForeign = (issuer: string): boolean => issuers.some(([pattern]) => pattern.test(issuer));

export function foreignToken(issuer: string | undefined): Advice {
  const [, who = 'somebody else', nextStep] = issuers.find(([pattern]) => pattern.test(issuer ?? '')) ?? [];
  return {
    explanation: `AWS received the token of another issuer${issuer === undefined ? '' : ` (${issuer})`}, that of ${who}; it is not from HCP Terraform. The subject of the workspace never reached AWS.`,
    nextStep:
      nextStep ??
      'Find what gives that token: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN in the environment of the run or agent, or web identity arguments in the provider block; and take it away.',
  };
}
