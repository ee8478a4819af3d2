import {
  assume,
  boxed,
  cannotAssume,
  cut,
  index,
  nullValue,
  refreshed,
  s3Denied,
  structured,
  unauthorized,
  v1,
  v2,
  type Pasted,
} from './textForms';

export const pastedCauses: readonly Pasted[] = [
  {
    name: 'no provider, SDK v2',
    mode: 5,
    text: boxed(
      refreshed('InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io'),
    ),
  },
  {
    name: 'no provider, SDK v1',
    mode: 5,
    text: v1(
      'WebIdentityErr: failed to retrieve credentials\ncaused by: InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io',
      400,
    ),
  },
  {
    name: 'no provider, IAM',
    mode: 5,
    text: boxed(
      `Error: reading IAM OIDC Provider: ${v2('IAM: GetOpenIDConnectProvider', 404, 'NoSuchEntity: OpenIDConnect Provider not found for arn arn:aws:iam::123456789012:oidc-provider/app.terraform.io')}`,
    ),
  },
  { name: 'audience', mode: 6, text: boxed(cannotAssume('InvalidIdentityToken: Incorrect token audience')) },
  {
    name: 'audience, AWS CLI',
    mode: 6,
    text: 'An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience',
  },
  {
    name: 'verification key',
    mode: 7,
    text: boxed(
      cannotAssume(
        "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      ),
    ),
  },
  {
    name: 'issuer on create',
    mode: 7,
    text: boxed(
      `Error: creating IAM OIDC Provider: ${v2('IAM: CreateOpenIDConnectProvider', 400, 'OpenIdIdpCommunicationError: Please check the issuer')}`,
    ),
  },
  {
    name: 'thumbprint',
    mode: 8,
    text: cut(
      assume(
        "api error InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      ),
    ),
  },
  {
    name: 'no credentials',
    mode: 9,
    text: boxed(
      'Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on main.tf line 14, in provider "aws":\n  14: provider "aws" {\n\nPlease see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing credentials.\n\nError: failed to refresh cached credentials, no EC2 IMDS role found,\noperation error ec2imds: GetMetadata, canceled, context deadline exceeded',
    ),
  },
  {
    name: 'no credentials, provider 3',
    mode: 9,
    text: 'Error: error configuring Terraform AWS Provider: no valid credential sources for Terraform AWS Provider found.\n\nPlease see https://registry.terraform.io/providers/hashicorp/aws\n\nError: NoCredentialProviders: no valid providers in chain. Deprecated.\n	For verbose messaging see aws.Config.CredentialsChainVerboseErrors',
  },
  {
    name: 'wrong ARN in the variable',
    mode: 9,
    not: [1, 16],
    text: boxed(cannotAssume('api error ValidationError: Request ARN is invalid')),
  },
  {
    name: 'empty ARN in the variable',
    mode: 9,
    not: [1, 16],
    text: assume(
      "api error ValidationError: 1 validation error detected: Value 'tfc' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ),
  },
  {
    name: 'platform: no role',
    mode: 9,
    text: 'Error: missing required environment variable TFC_AWS_RUN_ROLE_ARN for AWS dynamic credentials',
  },
  {
    name: 'import on a laptop',
    mode: 10,
    text: boxed(
      'Error: Value for var.aws_region unavailable\n\n  on main.tf line 3, in provider "aws":\n   3:   region = var.aws_region\n\nThe value of variable "aws_region" is marked as sensitive in the remote workspace. This operation always runs locally, so the value for that variable is not available.',
    ),
  },
  {
    name: 'SSO on a laptop',
    mode: 10,
    not: [17],
    text: 'Error when retrieving token from sso: Token has expired and refresh failed',
  },
  {
    name: 'profile',
    mode: 11,
    text: boxed(
      'Error: failed to get shared config profile, acme-prod\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on main.tf line 1, in provider "aws":\n   1: provider "aws" {',
    ),
  },
  {
    name: 'left-over keys',
    mode: 11,
    text: boxed(
      `Error: validating provider credentials: retrieving caller identity from STS: ${v2('STS: GetCallerIdentity', 403, 'api error InvalidClientTokenId: The security token included in the request is invalid.')}`,
    ),
  },
  {
    name: 'left-over keys, EC2',
    mode: 11,
    text: v1('AuthFailure: AWS was not able to validate the provided access credentials', 401),
  },
  {
    name: 'left-over keys, S3',
    mode: 11,
    not: [16],
    text: v1('InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.'),
  },
  { name: 'no such tag', mode: 12, text: boxed(index) },
  {
    name: 'no such tag, structured',
    mode: 12,
    text: structured('Invalid index', 'The given key does not identify an element in this collection value.', {
      range: { filename: 'main.tf', start: { line: 31, column: 1, byte: 1 }, end: { line: 31, column: 2, byte: 2 } },
      snippet: {
        context: 'provider "aws"',
        code: '  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["ARCHIVE"].shared_config_file]',
        values: [{ traversal: 'var.tfc_aws_dynamic_credentials.aliases', statement: 'is empty map of object' }],
      },
    }),
  },
  {
    name: 'an alias without credentials',
    mode: 12,
    text: boxed(
      'Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"].archive,\n  on main.tf line 20, in provider "aws":\n  20: provider "aws" {\n\nError: failed to refresh cached credentials, no EC2 IMDS role found',
    ),
  },
  {
    name: 'local plan',
    mode: 13,
    text: boxed(
      'Error: No value for required variable\n\n  on variables.tf line 1:\n   1: variable "tfc_aws_dynamic_credentials" {\n\nThe root module input variable "tfc_aws_dynamic_credentials" is not set, and has no default value.',
    ),
  },
  {
    name: 'not suitable',
    mode: 13,
    text: boxed(
      'Error: Invalid value for input variable\n\n  on terraform.tfvars line 1:\n   1: tfc_aws_dynamic_credentials = {}\n\nThe given value is not suitable for var.tfc_aws_dynamic_credentials declared at variables.tf:1,1-39: attributes "aliases" and "default" are required.',
    ),
  },
  { name: 'null', mode: 13, text: boxed(nullValue) },
  { name: 'null, plain and cut', mode: 13, text: cut(nullValue, 60) },
  {
    name: 'null, structured',
    mode: 13,
    text: structured(
      'Attempt to get attribute from null value',
      'This value is null, so it does not have any attributes.',
      {
        snippet: {
          context: 'provider "aws"',
          code: '  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]',
          values: [{ traversal: 'var.tfc_aws_dynamic_credentials', statement: 'is null' }],
        },
      },
    ),
  },
  {
    name: 'trust policy refused on create',
    mode: 'none',
    other: 'TrustPolicySyntax',
    text: boxed(
      `Error: creating IAM Role (tfc-plan): ${v2('IAM: CreateRole', 400, 'MalformedPolicyDocument: Syntax errors in policy.')}`,
    ),
  },
  {
    name: 'trust policy refused on update',
    mode: 14,
    text: `An error occurred (MalformedPolicyDocument) when calling the UpdateAssumeRolePolicy operation: Missing required condition`,
  },
  {
    name: 'federated principal',
    mode: 14,
    text: v1('MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs', 400),
  },
  {
    name: 'trust policy too long',
    mode: 15,
    text: boxed(
      `Error: updating IAM Role (tfc-plan) assume role policy: ${v2('IAM: UpdateAssumeRolePolicy', 409, 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048')}`,
    ),
  },
  { name: 'permission', mode: 16, not: [1], text: boxed(`Error: reading S3 Bucket (acme) Policy: ${s3Denied}`) },
  { name: 'permission, cut', mode: 16, text: cut(`Error: reading S3 Bucket (acme) Policy: ${s3Denied}`) },
  { name: 'permission, EC2', mode: 16, text: boxed(unauthorized) },
  {
    name: 'permission, AWS CLI',
    mode: 11,
    text: 'An error occurred (AccessDeniedException) when calling the ListFunctions operation: User: arn:aws:iam::123456789012:user/jo is not authorized to perform: lambda:ListFunctions on resource: * with an explicit deny in a service control policy',
  },
  {
    name: 'permission, bucket head',
    mode: 16,
    text: boxed(`Error: reading S3 Bucket (acme): ${v2('S3: HeadBucket', 403, 'api error Forbidden: Forbidden')}`),
  },
  {
    name: 'role chaining',
    mode: 17,
    not: [16],
    text: boxed(`Error: Cannot assume IAM Role

Error: ${v2('STS: AssumeRole', 400, 'api error ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining')}`),
  },
  {
    name: 'expired',
    mode: 17,
    text: boxed(
      `Error: reading EC2 VPC: ${v2('EC2: DescribeVpcs', 400, 'api error ExpiredToken: The security token included in the request is expired')}`,
    ),
  },
  {
    name: 'expired web identity token',
    mode: 17,
    text: assume(
      'ExpiredTokenException: Token expired: current date/time 1763978400 must be before the expiration date/time 1763978100',
    ),
  },
  {
    name: 'Lambda before the role has spread',
    mode: 18,
    text: boxed(
      `Error: creating Lambda Function (fn): ${v2('Lambda: CreateFunction', 400, 'InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.')}`,
    ),
  },
  {
    name: 'agent without a way out',
    mode: 19,
    text: boxed(
      refreshed('').replace(
        /https response error[^]*/,
        'exceeded maximum number of attempts, 9, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-central-1.amazonaws.com/": dial tcp 10.0.0.1:443: i/o timeout',
      ),
    ),
  },
  {
    name: 'agent without DNS',
    mode: 19,
    text: cut(
      'Error: request send failed, Post "https://sts.eu-central-1.amazonaws.com/": dial tcp: lookup sts.eu-central-1.amazonaws.com on 10.0.0.2:53: no such host',
    ),
  },
  {
    name: 'agent behind a proxy with its own certificate',
    mode: 19,
    text: 'Post "https://sts.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  },
  {
    name: 'STS of the region is off',
    mode: 21,
    not: [16],
    text: boxed(
      cannotAssume(
        'RegionDisabledException: STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console.',
        403,
      ),
    ),
  },
  {
    name: 'no shared config file',
    mode: 22,
    text: boxed(
      'Error: failed to load shared config file, /home/tfc-agent/.tfc-agent/component/terraform/runs/run-1/tfc-aws-shared-config, open /home/tfc-agent/tfc-aws-shared-config: no such file or directory',
    ),
  },
  {
    name: 'no token file',
    mode: 22,
    text: boxed(
      refreshed('').replace(
        /operation error[^]*/,
        'failed to retrieve jwt from provide source, unable to read file at /home/tfc-agent/tfc-aws-token: open /home/tfc-agent/tfc-aws-token: no such file or directory',
      ),
    ),
  },
];
