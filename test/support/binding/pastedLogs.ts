import { boxed, cannotAssume, denied, refreshed, s3Denied, v2, type Pasted } from './textForms';

export const pastedLogs: readonly Pasted[] = [
  {
    name: 'a refused call and a refused role: the role is the cause',
    mode: 1,
    text:
      boxed(`Error: reading S3 Bucket (acme) Policy: ${s3Denied}`) + boxed(cannotAssume(`api error ${denied}`, 403)),
  },
  {
    name: 'throttling, then the cause',
    mode: 6,
    text:
      boxed('Error: ThrottlingException: Rate exceeded') +
      boxed(cannotAssume('InvalidIdentityToken: Incorrect token audience')),
  },
  {
    name: 'a warning, then the cause',
    mode: 5,
    text:
      boxed(
        'Warning: Value for undeclared variable\n\nThe root module does not declare a variable named "tfc_aws_dynamic_credentials" but a value was found in file "x.tfvars".',
      ) +
      boxed(
        refreshed('InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io'),
      ),
  },
  {
    name: 'a whole log with a plan before the error',
    mode: 1,
    not: [16],
    text: `Terraform v1.13.4
on linux_amd64
Initializing plugins and modules...

  # aws_cloudwatch_log_metric_filter.cis will be created
  + resource "aws_cloudwatch_log_metric_filter" "cis" {
      + pattern = "{ ($.errorCode = \\"*UnauthorizedOperation\\") || ($.errorCode = \\"AccessDenied*\\") }"
    }
${boxed(cannotAssume(`api error ${denied}`, 403))}Operation failed: failed running terraform plan (exit 1)
`,
  },
  {
    name: 'malformed permission policy, CreatePolicy',
    mode: 'none',
    other: 'PermissionPolicyRefused',
    text: boxed(
      `Error: creating IAM Policy (tfc): ${v2('IAM: CreatePolicy', 400, 'MalformedPolicyDocument: Syntax errors in policy.')}`,
    ),
  },
  {
    name: 'malformed permission policy, PutRolePolicy',
    mode: 'none',
    other: 'PermissionPolicyRefused',
    text: boxed(
      `Error: putting IAM Role (tfc-plan) Policy (tfc): ${v2('IAM: PutRolePolicy', 400, 'MalformedPolicyDocument: The policy failed legacy parsing')}`,
    ),
  },
  {
    name: 'malformed permission policy, AWS CLI',
    mode: 'none',
    other: 'PermissionPolicyRefused',
    text: 'An error occurred (MalformedPolicyDocument) when calling the PutUserPolicy operation: Policy statement must contain resources.',
  },
  {
    name: 'malformed key policy',
    mode: 'none',
    other: 'PermissionPolicyRefused',
    text: v2(
      'KMS: CreateKey',
      400,
      'MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.',
    ),
  },
  {
    name: 'throttling',
    mode: 'none',
    other: 'Throttled',
    text: boxed(`Error: reading IAM Role: ${v2('IAM: GetRole', 400, 'api error Throttling: Rate exceeded')}`),
  },
  {
    name: 'syntax',
    mode: 'none',
    other: 'Configuration',
    text: boxed(
      'Error: Unsupported argument\n\n  on main.tf line 3, in provider "aws":\n   3:   regoin = "eu-central-1"\n\nAn argument named "regoin" is not expected here. Did you mean "region"?',
    ),
  },
  {
    name: 'another variable without a value',
    mode: 'none',
    other: 'Configuration',
    text: boxed(
      'Error: No value for required variable\n\n  on variables.tf line 1:\n   1: variable "name" {\n\nThe root module input variable "name" is not set, and has no default value.',
    ),
  },
  {
    name: 'provider install',
    mode: 'none',
    other: 'ProviderInstall',
    text: boxed(
      'Error: Failed to install provider\n\nError while installing hashicorp/aws v6.0.0: could not query provider registry for registry.terraform.io/hashicorp/aws: 403 Forbidden',
    ),
  },
  {
    name: 'state lock',
    mode: 'none',
    other: 'StateLocked',
    text: boxed(
      'Error: Error acquiring the state lock\n\nError message: operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: X, ConditionalCheckFailedException: The conditional request failed\nLock Info:\n  ID: 1',
    ),
  },
  {
    name: 'quota',
    mode: 'none',
    other: 'QuotaExceeded',
    text: v2(
      'EC2: RunInstances',
      400,
      'api error VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows',
    ),
  },
  {
    name: 'quota of managed policies',
    mode: 'none',
    other: 'QuotaExceeded',
    text: v2('IAM: AttachRolePolicy', 409, 'LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10'),
  },
  {
    name: 'already there',
    mode: 'none',
    other: 'OidcProviderExists',
    text: v2(
      'IAM: CreateOpenIDConnectProvider',
      409,
      'EntityAlreadyExists: Provider with url https://app.terraform.io already exists.',
    ),
  },
  {
    name: 'a plan of an alarm on refused calls',
    mode: 'none',
    text: '  + pattern = "{($.errorCode = \\"*UnauthorizedOperation\\") || ($.errorCode = \\"AccessDenied*\\")}"\nPlan: 1 to add, 0 to change, 0 to destroy.\n',
  },
  {
    name: 'a plan of a trust policy',
    mode: 'none',
    text: '  + assume_role_policy = jsonencode({\n      + Statement = [{\n          + Action = "sts:AssumeRoleWithWebIdentity"\n          + Condition = { StringEquals = { "app.terraform.io:aud" = "aws.workload.identity" } }\n        }]\n    })\nPlan: 1 to add, 0 to change, 0 to destroy.\n',
  },
  {
    name: 'a network error of another service',
    mode: 'none',
    text: boxed('Error: Post "https://ec2.eu-central-1.amazonaws.com/": dial tcp 1.2.3.4:443: i/o timeout'),
  },
  { name: 'nothing', mode: 'none', text: '\n\n' },
  {
    name: 'no region on a laptop',
    mode: 10,
    text: boxed('Error: Missing required argument\n\nThe argument "region" is required, but was not set.'),
  },
];
