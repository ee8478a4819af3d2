import type { FailureModeId } from '../failureModes';

/** How a kind of error is recognised. Patterns are tried on a message that stands on one line, without colours and frames. */
export interface ErrorSignature {
  readonly code: string;
  readonly pattern: RegExp;
  /** The failure modes that it can come from, most likely first. */
  readonly modes: readonly FailureModeId[];
  /** The message is something else where it also says this. */
  readonly unless?: RegExp;
  /** The message is this only where it also says this. */
  readonly where?: RegExp;
  /** For an error that is no failure of dynamic credentials: what it is, and what to do. */
  readonly other?: { readonly title: string; readonly nextStep: string };
}

const injected = 'tfc_(?:aws|vault_backed_aws|hvs_backed_aws)_dynamic_credentials';
const near = (a: string, gap: number, b: string): string => `(?:${a})[^]{0,${gap}}?(?:${b})`;
const either = (a: string, gap: number, b: string): RegExp => new RegExp(`${near(a, gap, b)}|${near(b, gap, a)}`, 'i');
const unreachable =
  'dial tcp|no such host|i/o timeout|connection (?:refused|reset)|TLS handshake|context deadline exceeded|unknown authority|proxyconnect|Client\\.Timeout|network is unreachable|unexpected EOF';
/** `AccessDenied: ` and `(AccessDenied) when calling the X operation: ` belong to the message behind them. */
const coded = (code: string): string =>
  `(?:\\b${code}\\w*\\)?(?: when calling the \\w+ operation[^:]{0,60})?:? {1,3}|<Code>${code}\\w*</Code>\\s*<Message>)?`;
/** The requests that write a policy that is no trust policy. */
const otherPolicy =
  /\b(?:CreatePolicy(?:Version)?|Put(?:Role|User|Group)Policy|PutKeyPolicy|PutBucketPolicy|CreateKey|PutResourcePolicy|SetQueueAttributes|SetTopicAttributes|SetRepositoryPolicy|AssumeRole(?:WithWebIdentity)?|PutPermissionSet\w*|(?:Create|Update)Policy)\b(?! polic)|IAM (?:Role|User|Group) (?:\([^)]*\) )?(?:inline )?policy\b|IAM (?:Inline )?Policy \(|(?:creating|updating) IAM Policy\b/i;

/**
 * Most specific first: what one signature has recognised is not shown to the next.
 * Sources: shared facts of AWS STS (botocore model), aws-sdk-go-base errors.go, aws-sdk-go-v2 credentials providers, terraform core.
 */
export const errorSignatures: readonly ErrorSignature[] = [
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
    code: 'RegionDisabled',
    pattern: new RegExp(
      `${coded('AccessDenied')}STS is not activated in this region|\\bRegionDisabled(?:Exception)?\\b`,
      'i',
    ),
    modes: ['region-disabled'],
  },
  {
    code: 'SessionTooLong',
    pattern: /DurationSeconds exceeds the (?:1 hour session limit|MaxSessionDuration)/i,
    modes: ['session-expired'],
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
  {
    code: 'TrustPolicyTooLong',
    pattern: /(?:LimitExceeded\w*:? )?(?:Cannot exceed quota for )?ACLSizePerRole/i,
    modes: ['trust-policy-too-long'],
  },
  {
    code: 'RoleArnInvalid',
    pattern: /Request ARN is invalid|'roleArn' failed to satisfy constraint|Invalid length for parameter RoleArn/i,
    modes: ['not-enabled'],
  },
  {
    code: 'RoleArnMissing',
    pattern: either(
      '\\bTFC_(?:DEFAULT_)?AWS_(?:PROVIDER_AUTH|(?:RUN|PLAN|APPLY)_ROLE_ARN)\\w*',
      80,
      '\\bmissing\\b|\\brequired\\b|\\bnot set\\b|must be (?:set|true|a bool)|is (?:empty|invalid)|not a valid',
    ),
    modes: ['not-enabled'],
  },
  {
    code: 'MalformedPolicyDocument',
    pattern:
      /Federated principals must be valid domain names|AssumeRole ?policy may only specify STS|(?:MalformedPolicyDocument\W{1,3})(?:[^]{0,60}when calling the \w+ operation[^]{0,20}?: )?(?:Has prohibited field Resource|Missing required field Principal)/i,
    modes: ['trust-policy-refused'],
    unless: otherPolicy,
  },
  {
    code: 'PermissionPolicyRefused',
    pattern:
      /\bMalformedPolicyDocument\b[^]{0,120}?(?:Has prohibited field Principal|must contain resources|failed legacy parsing|prefaced by a vendor|must be in ARN format)/i,
    modes: [],
    other: {
      title: 'IAM refuses a permission policy, not the trust policy',
      nextStep: 'Check the policy with "tfc-oidc lint-policy".',
    },
  },
  {
    code: 'MalformedPolicyDocument',
    pattern: /\bMalformedPolicyDocument\b/i,
    modes: ['trust-policy-refused'],
    unless: otherPolicy,
  },
  {
    code: 'PermissionPolicyRefused',
    pattern: /\bMalformedPolicy(?:Document(?:Exception)?)?\b/i,
    modes: [],
    other: {
      title: 'AWS refuses a policy that is not the trust policy of a role',
      nextStep: 'Check the policy with "tfc-oidc lint-policy".',
    },
  },
  {
    code: 'SharedConfigFile',
    pattern:
      /failed to load shared config file|tfc-aws-(?:shared-config|token)[^]{0,160}?no such file|(?:WebIdentityErr|fetching WebIdentity token|failed to retrieve jwt)[^]{0,240}?(?:no such file|unable to read file)/i,
    modes: ['shared-config-file'],
  },
  {
    code: 'SsoExpired',
    pattern:
      /Error loading SSO Token|retrieving token from sso(?:[^]{0,60}?Token has expired)?|refresh cached SSO token|\bSSO (?:session|token|provider)[^]{0,100}?(?:expired|invalid)/i,
    modes: ['local-execution', 'static-keys-win'],
  },
  {
    code: 'SharedConfigProfile',
    pattern: /failed to (?:get|load) shared config profile|config profile \([^)]{0,200}\) could not be found/i,
    modes: ['static-keys-win'],
  },
  {
    code: 'VariableNotInjected',
    pattern: either('No value for (?:required )?variable|variable is not set|not suitable for var\\.', 900, injected),
    modes: ['variable-not-injected'],
  },
  {
    code: 'VariableNotInjected',
    pattern: either('Attempt to get attribute from null value', 900, injected),
    modes: ['variable-not-injected', 'tags-and-aliases'],
  },
  {
    code: 'VariableNotDeclared',
    pattern: either('undeclared (?:input )?variable|Unsupported attribute', 900, injected),
    modes: ['tags-and-aliases', 'variable-not-injected'],
  },
  {
    code: 'AliasNotMapped',
    pattern: new RegExp(near('Invalid index', 1200, 'aliases'), 'i'),
    modes: ['tags-and-aliases'],
  },
  {
    code: 'AliasNotMapped',
    pattern: new RegExp(`${injected}\\.aliases\\b`, 'i'),
    modes: ['tags-and-aliases'],
    where: /\bError\b/,
  },
  {
    code: 'SignatureExpired',
    pattern: /Signature (?:expired|not yet current)|RequestTimeTooSkewed/i,
    modes: [],
    other: {
      title: 'The clock of the machine differs from that of AWS',
      nextStep: 'Set the clock of the machine that makes the request.',
    },
  },
  {
    code: 'InvalidClientToken',
    pattern:
      /InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|InvalidAccessKeyId|security token included in the request is invalid|validate the provided access credentials|Access Key Id you provided does not exist/i,
    modes: ['static-keys-win', 'region-disabled'],
  },
  {
    code: 'TokenExpired',
    pattern:
      /\bExpiredToken(?:Exception)?(?=[:),.\s<]|$)|\bToken (?:has )?expired\b|provided token has expired|security token included in the request is expired|\bRequestExpired\b/i,
    modes: ['session-expired', 'static-keys-win'],
  },
  { code: 'ClaimRejected', pattern: /\bIDPRejectedClaim\b/i, modes: ['session-expired', 'issuer-unreachable'] },
  {
    code: 'InvalidIdentityToken',
    pattern: /\bInvalidIdentityToken(?:Exception)?\b/i,
    modes: ['provider-missing', 'audience-missing', 'issuer-unreachable'],
  },
  {
    code: 'StsUnreachable',
    pattern: new RegExp(
      `${either('\\bsts(?:-fips)?\\.[\\w.-]*amazonaws[\\w.]*', 300, unreachable).source}|(?:connect to the endpoint|timeout on endpoint) URL: "https?://sts\\.|dial tcp[^]{0,60}\\bsts\\b`,
      'i',
    ),
    modes: ['agent', 'region-disabled'],
  },
  {
    code: 'AgentTooOld',
    pattern: either(
      '\\bagent\\b',
      100,
      '(?:does not support|too old for|upgrade)[^]{0,60}(?:dynamic|workload identity)',
    ),
    modes: ['agent'],
  },
  { code: 'LocalOperation', pattern: /This operation always runs locally/i, modes: ['local-execution'] },
  {
    code: 'AliasWithoutCredentials',
    pattern: /No valid credential sources|no EC2 IMDS role found|NoCredentialProviders/i,
    modes: ['tags-and-aliases', 'not-enabled', 'local-execution', 'agent'],
    where: /\bwith provider\["[^"]{1,200}\/aws"\]\.[\w-]+|provider\.aws\.[\w-]+/i,
  },
  {
    code: 'NoCredentials',
    pattern:
      /No valid credential sources|no EC2 IMDS role found|NoCredentialProviders|Unable to locate credentials|static credentials are empty/i,
    modes: ['not-enabled', 'local-execution', 'tags-and-aliases', 'agent'],
  },
  {
    code: 'RegionMissing',
    pattern:
      /Missing region configuration|\bMissingRegion\b|"?region"?(?: is required|: required field is not set)|must specify a region|invalid AWS Region: *(?=$|[^\w ])/i,
    modes: ['local-execution', 'not-enabled'],
  },
  {
    code: 'WebIdentityArgument',
    pattern: /cannot be assumed with web identity token/i,
    modes: ['subject-mismatch', 'phase-mismatch', 'renamed', 'provider-mismatch', 'just-created'],
  },
  {
    code: 'NotSpreadYet',
    pattern: /The role defined for the function cannot be assumed|Role validation[^]{0,40}failed/i,
    modes: ['just-created'],
  },
  {
    code: 'PermissionMissing',
    pattern:
      /(?:\b(?:AccessDenied|AuthorizationError|UnauthorizedOperation|AccessDeniedFault)\w*\W{1,3}(?:[^:"]{0,100}User: \S{0,200} )?)?(?:is not|not|isn't) authorized to perform:? ?["'`]?[\w-]+:[\w*]+|not authorized to perform this operation|\bUnauthorizedOperation(?=[:),.\s<]|$)|\bAccessDenied(?:Exception|Fault)?(?=[:),.\s<]|$)|\bAuthorizationError(?:Exception)?[:)]|api error (?:Forbidden|403)\b|\bForbidden: Forbidden\b|\(403\) when calling the \w+ operation/i,
    modes: ['permission-missing'],
  },
  {
    code: 'PermissionMissing',
    pattern: /^\W*Access Denied\W*$/i,
    modes: ['permission-missing'],
  },
  ...otherErrors(),
];

/** Errors that people paste although they have nothing to do with dynamic credentials. */
function otherErrors(): readonly ErrorSignature[] {
  const other = (code: string, pattern: RegExp, title: string, nextStep: string, unless?: RegExp): ErrorSignature => ({
    code,
    pattern,
    modes: [],
    ...(unless !== undefined && { unless }),
    other: { title, nextStep },
  });
  return [
    other(
      'StateLocked',
      /Error (?:acquiring|releasing) the state lock|state (?:is |has been )?(?:already )?locked|workspace already locked/i,
      'The state is locked by another run',
      'Wait for that run, or unlock the workspace if the run is gone.',
    ),
    other(
      'Throttled',
      /\bThrottling(?:Exception)?\b|\bRequestLimitExceeded\b|\bTooManyRequests(?:Exception)?\b|\bRate exceeded\b|\bSlowDown\b/i,
      'AWS answers slower than it is asked (throttling)',
      'Run again later, or with a lower -parallelism.',
    ),
    other(
      'QuotaExceeded',
      /\b(?:ServiceQuotaExceeded|VcpuLimitExceeded|InstanceLimitExceeded|AddressLimitExceeded|VpcLimitExceeded|TooManyBuckets|LimitExceeded)\w*|Cannot exceed quota for/i,
      'A quota of the AWS account is used up',
      'Ask for a higher quota in Service Quotas, or remove what is not used.',
    ),
    other(
      'AlreadyExists',
      /\b(?:EntityAlreadyExists|ResourceAlreadyExists|BucketAlreadyExists|BucketAlreadyOwnedByYou|AlreadyExistsException|ResourceInUseException|InvalidGroup\.Duplicate)\w*/i,
      'What Terraform wants to create is there already',
      'Import it with an import block, or choose another name.',
    ),
    other(
      'ProviderInstall',
      /Failed to (?:install|query available|resolve) provider|Inconsistent dependency lock file|registry service is unreachable|Could not (?:load plugin|retrieve the list of available versions)|Failed to instantiate provider/i,
      'Terraform could not install or start a provider',
      'Look at the version constraints, the lock file and the way to the registry.',
    ),
    other(
      'HcpToken',
      /Required token could not be found|Invalid or missing token|HCP Terraform(?: or Terraform Enterprise)? .{0,60}unauthorized|error (?:looking up|retrieving) organization|organization "[^"]*" (?:at host \S+ )?not found/i,
      'Terraform could not sign in to HCP Terraform',
      'Run "terraform login", or set the token of the host.',
    ),
    other(
      'Configuration',
      /\b(?:Unsupported (?:argument|block type)|Invalid (?:expression|character|reference|multi-line string|block definition|template interpolation value|function argument)|Missing (?:required argument|newline after \w+|name for resource)|Argument or block definition required|Unclosed configuration block|Reference to undeclared (?:resource|input variable|module|local value)|Duplicate (?:resource|provider|variable)\b|Unsupported Terraform Core version|Error in function call|Invalid value for (?:variable|input variable)|No value for required variable)/i,
      'The configuration has a mistake',
      'Correct the lines that Terraform names; "terraform validate" finds such mistakes.',
      // Told as what it is.
      /"region" is required/i,
    ),
  ];
}
