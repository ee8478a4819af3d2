import { either, type ErrorSignature, near } from './signature';

const injected = 'tfc_(?:aws|vault_backed_aws|hvs_backed_aws)_dynamic_credentials';
const unreachable =
  'dial tcp|no such host|i/o timeout|connection (?:refused|reset)|TLS handshake|context deadline exceeded|unknown authority|proxyconnect|Client\\.Timeout|network is unreachable|unexpected EOF';

/** What the AWS provider, its SDK, HCP Terraform and Terraform say of credentials; the last ones wrap others. */
export const providerMessages: readonly ErrorSignature[] = [
  {
    code: 'VaultConfiguration',
    pattern:
      /configuration for Vault authentication is required|(?:missing|required|invalid|no)\b[^.]{0,60}\bTFC_VAULT_(?:PROVIDER_AUTH|ADDR|RUN_ROLE|BACKED_\w+)|\bTFC_VAULT_(?:PROVIDER_AUTH|ADDR|RUN_ROLE|BACKED_\w+)[^.]{0,60}\b(?:missing|required|not set|must be|invalid)/i,
    modes: ['vault-backed'],
    advice: {
      explanation:
        'The configuration takes its AWS credentials from Vault, and no Vault configuration goes with it: the run cannot sign in to Vault.',
      nextStep:
        'Set TFC_VAULT_PROVIDER_AUTH, TFC_VAULT_ADDR and TFC_VAULT_RUN_ROLE. Where only tagged configurations exist, name the Vault configuration in TFC_VAULT_BACKED_AWS_VAULT_CONFIG_TAG (agents 1.12.0 or later).',
    },
  },
  {
    code: 'VaultRefused',
    pattern:
      /(?:\/v1\/(?:auth\/[\w/-]{1,80}\/login|[\w-]*aws[\w-]*\/(?:creds|sts)\/)[^]{0,400}?(?:Code: \d{3}|permission denied|invalid role|unknown role|Errors?:))|Vault-backed[^.]{0,120}(?:failed|error|denied|could not)|\* Error (?:assuming role|generating STS keys|creating IAM user|creating access keys):/i,
    modes: ['vault-backed'],
    advice: {
      explanation:
        'Vault refused the run or its secrets engine: AWS was not asked with the credentials of the workspace, or refused those of Vault.',
      nextStep:
        "Look at the role that TFC_VAULT_RUN_ROLE names (its bound claims have to fit the run's subject), at its policy, and at the role of the AWS secrets engine.",
    },
  },
  {
    code: 'DefaultProviderMissing',
    pattern: /Provider "?\S{0,200}\/aws"? requires explicit configuration/i,
    modes: [],
    other: {
      title: 'Something uses the default AWS provider, and only provider blocks with an alias are declared',
      nextStep:
        'Declare a provider "aws" block without alias, or name the alias where it is used (provider = aws.NAME, or providers = { aws = aws.NAME } of a module).',
    },
  },
  {
    code: 'MalformedToken',
    pattern: /(?:provided|security) token (?:provided )?is malformed|\bInvalidToken\b/i,
    modes: ['static-keys-win', 'region-disabled'],
    advice: {
      explanation:
        'AWS does not know the session token: one that somebody stored (AWS_SESSION_TOKEN) is cut off or old, or the token is of another kind than an opt-in region takes.',
      nextStep:
        'Remove AWS_SESSION_TOKEN and the keys beside it from variables and environment; in an opt-in region use the regional endpoint of STS.',
    },
  },
  {
    code: 'RoleMissing',
    pattern: /\bNoSuchEntity\w*\W[^]{0,60}?role with name \S{1,70} cannot be found/i,
    modes: [],
    other: {
      title: 'A role that the configuration reads does not exist in this account',
      nextStep:
        'Correct the name of the role, or see by "aws sts get-caller-identity" whether it is the right account.',
    },
  },
  {
    code: 'RoleArnInvalid',
    pattern: /Request ARN is invalid|'roleArn' failed to satisfy constraint|Invalid length for parameter RoleArn/i,
    modes: ['not-enabled'],
    advice: {
      explanation:
        'The value given as the role is not the ARN of a role: it is a name alone, a part of the ARN, or an ARN with other text around it.',
      nextStep:
        'Set TFC_AWS_RUN_ROLE_ARN (or TFC_AWS_PLAN_ROLE_ARN and TFC_AWS_APPLY_ROLE_ARN) to the whole ARN of the role, as in arn:aws:iam::ACCOUNT:role/NAME, without quotes and blanks.',
    },
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
    code: 'ConfigFileUnreadable',
    pattern:
      /failed to load (?:shared )?config file, ?[^\s,]{1,300}[^]{0,200}?(?:INIParseError|invalid state|unexpected|expected|parse)|config(?:uration)? file[^]{0,120}?(?:INIParseError|contains parsing errors)|Unable to parse config file/i,
    modes: [],
    other: {
      title: 'The AWS config or credentials file of the machine cannot be read: a line in it is not as AWS expects',
      nextStep:
        'Correct the file that the message names: sections in brackets, and NAME = VALUE on each line. In a run of HCP Terraform no such file is needed: take AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE and the arguments for files out.',
    },
  },
  {
    code: 'WebIdentityBlock',
    pattern:
      /Invalid (?:combination of arguments|Attribute Combination)[^]{0,600}?assume_role_with_web_identity|assume_role_with_web_identity[^]{0,200}?must be specified/i,
    modes: [],
    other: {
      title: 'The block assume_role_with_web_identity of the provider names no token',
      nextStep:
        'In a workspace take the block out: HCP Terraform injects role and token by itself. In a Stack set web_identity_token to the ephemeral variable that takes identity_token.NAME.jwt.',
    },
  },
  {
    code: 'OtherTokenFile',
    pattern:
      /(?:WebIdentityErr|fetching WebIdentity token|failed to retrieve jwt)[^]{0,240}?(?:unable to read file at|\bopen) (?!\S{0,300}tfc-aws)[^\s,;:]{1,300}(?:[^]{0,240}?no such file(?: or directory)?)?/i,
    modes: ['another-token'],
    advice: {
      explanation:
        "Something names a file with a token that is not on the machine of the run, and not the one that HCP Terraform writes (tfc-aws-token). A pod's or a CI job's file does not exist there.",
      nextStep:
        'Remove AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN from the variables of the workspace and its sets, and web_identity_token_file from the provider block.',
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
    advice: {
      explanation:
        "The credentials are those of a person who signed in by AWS SSO (IAM Identity Center), and that sign-in is over. A run of HCP Terraform has no such sign-in, so this was a run on somebody's own machine.",
      nextStep:
        'Sign in again (aws sso login), or let the run execute in HCP Terraform, which gives it the role of the workspace.',
    },
  },
  {
    code: 'CredentialProcess',
    pattern: /(?:process provider error|error in credential_process)[^\n]{0,200}/i,
    modes: ['static-keys-win', 'local-execution'],
    advice: {
      explanation:
        'An AWS profile is in use, and the program that it names in credential_process failed. Dynamic credentials need neither.',
      nextStep:
        "In HCP Terraform take the profile away: AWS_PROFILE from the variables, and profile from the provider block. On somebody's own machine run that program by hand and mend what it says (exit status 127: there is no such program).",
    },
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
    pattern: /(?:\bSignatureDoesNotMatch\w{0,20}\W{1,3})?Signature (?:expired|not yet current)|RequestTimeTooSkewed/i,
    modes: [],
    other: {
      title: 'The clock of the machine differs from that of AWS',
      nextStep: 'Set the clock of the machine that makes the request.',
    },
  },
  {
    code: 'MalformedKey',
    pattern:
      /\bIncompleteSignature\w*(?:\W{1,4}[^]{0,160}?not a valid key=value pair)?|not a valid key=value pair \(missing equal-sign\)|invalid header field value for "?Authorization|\bAuthorizationHeaderMalformed\b|Credential must have exactly 5 slash-delimited elements/i,
    modes: ['static-keys-win'],
    advice: {
      explanation:
        'The access key in the request has a character that no key has: a blank, a line break, a quotation mark. Somebody typed or pasted it, so the run used a static key and not the role.',
      nextStep:
        'Remove AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from the workspace, its variable sets and the provider block, once the role is proven; on your own machine enter them again without blanks.',
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
];

/** What is looked for once every message that says more has been found. */
export const generalMessages: readonly ErrorSignature[] = [
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
    pattern: new RegExp(
      `${either('\\bagent\\b', 100, '(?:does not support|too old for|upgrade)[^]{0,60}(?:dynamic|workload identity)').source}|(?:dynamic|workload identity)[^]{0,60}\\brequires?\\b[^]{0,20}\\bagents?\\b[^]{0,20}\\d+\\.\\d+`,
      'i',
    ),
    modes: ['agent'],
  },
  { code: 'LocalOperation', pattern: /This operation always runs locally/i, modes: ['local-execution'] },
  {
    code: 'AliasWithoutCredentials',
    pattern: /No valid credential sources|no EC2 IMDS role found|NoCredentialProviders/i,
    modes: ['tags-and-aliases', 'not-enabled', 'local-execution', 'agent', 'vault-backed'],
    where: /\bwith provider\["[^"]{1,200}\/aws"\]\.[\w-]+|provider\.aws\.[\w-]+/i,
  },
  {
    code: 'NoCredentials',
    pattern:
      /No valid credential sources|no EC2 IMDS role found|NoCredentialProviders|Unable to locate credentials|static credentials are empty|\bMissingAuthenticationToken(?:Exception)?\b/i,
    modes: ['not-enabled', 'local-execution', 'tags-and-aliases', 'agent', 'vault-backed'],
  },
  {
    code: 'RegionMissing',
    pattern:
      /Missing region configuration|\bMissingRegion\b|"?region"?(?: is required|: required field is not set)|must specify a region|invalid AWS Region: *(?=$|[^\w ]|(?:with|on) )/i,
    modes: ['local-execution', 'not-enabled'],
    advice: {
      explanation:
        'The AWS provider knows no region. Variables of the workspace give it one in a run of HCP Terraform, and in none on your own machine.',
      nextStep:
        'Set AWS_REGION as an environment variable of the workspace, or region in the provider block; for a run on your own machine set it there.',
    },
  },
  {
    code: 'WebIdentityArgument',
    pattern: /cannot be assumed with web identity token/i,
    modes: ['subject-mismatch', 'phase-mismatch', 'renamed', 'provider-mismatch', 'just-created'],
  },
  {
    code: 'ChainedRoleRefused',
    pattern: /(?:\brole|\bIAM Role) \(?"?(?:arn:)?[^\s"()]{1,200}"?\)? cannot be assumed\b/i,
    modes: ['permission-missing'],
    advice: {
      explanation:
        'The provider takes a second role (assume_role), and AWS refuses it: because of the credentials that ask, their permission policy, or the trust policy of that role.',
      nextStep:
        'Allow sts:AssumeRole on that role in the permission policy of the role of the workspace, and name the role of the workspace in the trust policy of the other one: both have to allow it.',
    },
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
];
