import { coded, either, type ErrorSignature } from './signature';

/**
 * What STS answers to AssumeRoleWithWebIdentity, and IAM of an OIDC provider, most specific first. Codes: botocore's STS model
 * (ExpiredTokenException, IDPCommunicationError, IDPRejectedClaim, InvalidIdentityToken, MalformedPolicyDocument,
 * PackedPolicyTooLarge, RegionDisabledException). Messages: AWS re:Post "iam-oidc-idp-federation" and public reports; each stands in
 * docs/doctor.md with its source.
 */
export const tokenMessages: readonly ErrorSignature[] = [
  {
    code: 'NoOpenIDConnectProvider',
    pattern: new RegExp(
      `${coded('InvalidIdentityToken')}No OpenIDConnect ?provider found in your account|OpenIDConnect Provider not found|IAM OIDC Provider[^]{0,80}?(?:: not found|couldn't find)`,
      'i',
    ),
    modes: ['provider-missing', 'provider-mismatch'],
  },
  {
    code: 'IncorrectTokenAudience',
    pattern: new RegExp(`${coded('InvalidIdentityToken')}Incorrect token audience`, 'i'),
    modes: ['audience-missing'],
  },
  {
    code: 'IDPCommunicationError',
    pattern: new RegExp(
      `${coded('InvalidIdentityToken')}Couldn\\S{0,5}t retrieve verification key|\\b(?:OpenId)?IdpCommunicationError`,
      'i',
    ),
    modes: ['issuer-unreachable'],
    advice: {
      explanation:
        'AWS did not get the signing keys of the host in time. For a public host such as app.terraform.io that passes: the host was slow, or several provider blocks asked at once.',
      nextStep:
        'Run it again. If it stays so, and the host is a Terraform Enterprise of your own, let AWS reach its /.well-known/openid-configuration and /.well-known/jwks.',
    },
  },
  {
    code: 'TokenSignatureInvalid',
    pattern: new RegExp(
      `${coded('InvalidIdentityToken')}(?:(?:ID )?Token signature (?:is )?(?:invalid|(?:could not|can\\S{0,3}not) be verified)|(?:Could not|Cannot|Unable to) verify (?:the )?(?:token )?signature|(?:No|Cannot find|Couldn\\S{0,5}t find) (?:a )?(?:matching )?(?:public |verification |signing )?key\\b)`,
      'i',
    ),
    modes: ['issuer-unreachable'],
    where: /InvalidIdentityToken|AssumeRoleWithWebIdentity|WebIdentityErr|web identity/i,
    advice: {
      explanation:
        "The key that signed the token is not among those that AWS has read from the issuer: keys were changed a short while ago, or another server publishes keys under the issuer's name.",
      nextStep:
        'Compare the keys at /.well-known/jwks of the host with the key id (kid) of a token, then run again: AWS reads changed keys anew after a while.',
    },
  },
  {
    code: 'ThumbprintMismatch',
    pattern: new RegExp(
      `${coded('InvalidIdentityToken')}[^:]{0,40}certificate doesn\\S{0,5}t match (?:the )?configured thumbprint`,
      'i',
    ),
    modes: ['thumbprint'],
  },
  {
    code: 'NotATokenOfTheHost',
    pattern: new RegExp(
      `${coded('InvalidIdentityToken')}(?:(?:The )?(?:ID )?Token (?:provided |that was passed )?is not a valid JWT|(?:The )?(?:provided|ID) token is not a valid|Missing a required claim|Issuer must be a valid URL|Provided Token is not a Login With)`,
      'i',
    ),
    modes: ['another-token'],
    advice: {
      explanation:
        "What AWS was given is not a token of HCP Terraform: those are JSON Web Tokens with issuer, subject and audience. Something else was passed as the token, or the token's file holds something else.",
      nextStep:
        'Find what gives the token: AWS_WEB_IDENTITY_TOKEN_FILE in the environment of the run or agent, or web_identity_token in the provider block; leave it to the injected configuration.',
    },
  },
  {
    code: 'SessionTagsRefused',
    pattern: /(?:\bValidationError:? )?Unable to validate tags/i,
    modes: ['another-token'],
    where: /AssumeRoleWithWebIdentity|WebIdentityErr|web identity/i,
    advice: {
      explanation:
        'AWS takes session tags from a claim of the token (https://aws.amazon.com/tags) and could not take those of this one. Tokens of HCP Terraform have no such claim, so this is the token of something else.',
      nextStep:
        'Find what gives the token (AWS_WEB_IDENTITY_TOKEN_FILE in the environment, web_identity_token in the provider block), and correct its claim or leave the token to the injected configuration.',
    },
  },
  {
    code: 'RegionDisabled',
    pattern: new RegExp(
      `${coded('AccessDenied')}STS is not activated in this region|\\bRegionDisabled(?:Exception)?\\b`,
      'i',
    ),
    modes: ['region-disabled'],
  },
  {
    code: 'SessionTooLong',
    pattern: /DurationSeconds exceeds the 1 hour session limit/i,
    modes: ['session-expired'],
    advice: {
      explanation:
        'A role that was assumed by a role has a session of one hour at most, whatever its MaxSessionDuration says.',
      nextStep:
        'Lower the duration of assume_role in the provider block to one hour, or let the role of the workspace be the one that is needed, so that no second role is assumed.',
    },
  },
  {
    code: 'SessionTooLong',
    pattern: /DurationSeconds exceeds the MaxSessionDuration/i,
    modes: ['session-expired'],
    advice: {
      explanation: 'The provider asks for a longer session than MaxSessionDuration of the role allows.',
      nextStep: 'Lower the duration that the provider block asks for, or raise MaxSessionDuration of the role.',
    },
  },
  {
    code: 'PackedPolicyTooLarge',
    pattern: /\bPackedPolicyTooLarge(?:Exception)?\b|Packed (?:policy|size of) [^.]{0,80}(?:exceeds|too large)/i,
    modes: [],
    other: {
      title: 'The session policies and session tags that the provider passes are too large together',
      nextStep: 'Pass fewer or shorter ones: policy, policy_arns and tags of assume_role in the provider block.',
    },
  },
  {
    code: 'AssumeRoleWithWebIdentityForbidden',
    pattern:
      /not authorized to perform:? ?sts:AssumeRoleWithWebIdentity[^]{0,300}?(?:(?:service|resource) control policy|permissions boundary)/i,
    modes: ['permission-missing', 'provider-mismatch'],
  },
  {
    code: 'AssumeRoleWithWebIdentityDenied',
    pattern: new RegExp(
      `${coded('AccessDenied')}(?:[^:]{0,20}User: \\S{0,200} is )?not authorized to perform:? ?sts:AssumeRoleWithWebIdentity`,
      'i',
    ),
    modes: ['subject-mismatch', 'phase-mismatch', 'renamed', 'provider-mismatch', 'just-created'],
  },
  {
    code: 'AssumeRoleWithWebIdentityDenied',
    pattern: either('eventName: AssumeRoleWithWebIdentity', 4000, 'errorCode: AccessDenied'),
    modes: ['subject-mismatch', 'phase-mismatch', 'renamed', 'provider-mismatch', 'just-created'],
  },
];

/** Codes of the same calls whose message is none of the above: the message is passed on, and what is certain is said. */
export const unlistedTokenMessages: readonly ErrorSignature[] = [
  {
    code: 'ClaimRejected',
    pattern: /\bIDPRejectedClaim(?:Exception)?\b/i,
    modes: ['session-expired', 'issuer-unreachable'],
    advice: {
      explanation: 'AWS took the token to be expired or revoked, or its claims to be invalid.',
      nextStep: 'Run it again: each run gets a new token. If it stays so, compare the clock of the issuer with AWS.',
    },
  },
  {
    code: 'StsBusy',
    pattern:
      /operation error STS: \w+,[^]{0,120}?StatusCode: 5\d\d\b[^]{0,160}?(?:api error [^]{0,120}|(?=$|\n))|\b(?:WebIdentityErr|sts:\w+)[^]{0,200}?\b(?:ServiceUnavailable|InternalFailure|InternalError)\b/i,
    modes: [],
    other: {
      title: 'STS was reached and did not answer properly (an error on its side, or of a proxy in between)',
      nextStep: 'Run again. If it stays so, see what stands between the machine of the run and STS.',
    },
  },
  {
    code: 'StsRefusalUnlisted',
    pattern:
      /operation error STS: AssumeRoleWithWebIdentity,[^]{0,300}?api error (?!AccessDenied|InvalidIdentityToken|ExpiredToken|IDP|RegionDisabled|Throttl|MalformedPolicy)\w+: [^.]{1,160}/i,
    modes: [],
    other: {
      title: 'STS refused the request for the role, in words that are not known here',
      nextStep:
        'Certain is: the provider had a token and the name of a role, so dynamic credentials are on. Read what the message says of the request.',
    },
  },
  {
    code: 'InvalidIdentityTokenUnlisted',
    pattern: new RegExp(
      `\\bInvalidIdentityToken(?:Exception)?\\)?(?: when calling the \\w+ operation[^:]{0,60})?: (?=[A-Z"'])(?!Request ?ID)`,
      'i',
    ),
    modes: ['issuer-unreachable', 'provider-missing', 'audience-missing', 'thumbprint', 'another-token'],
    other: {
      title: 'AWS refused the token, in words that are not known here',
      nextStep:
        'Certain is: AWS refuses a token like this before it looks at any trust policy. Look at the OIDC provider (its URL and audiences) and at the signing keys of the host (tfc-oidc doctor --profile NAME does).',
    },
  },
  {
    code: 'InvalidIdentityToken',
    pattern: /\bInvalidIdentityToken(?:Exception)?\b/i,
    modes: ['provider-missing', 'audience-missing', 'issuer-unreachable'],
  },
];
