import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consult } from '../../../../src/binding/doctor/consult';
import { onlyText } from '../../../../src/binding/facts';
import { boxed } from '../../../support/binding/textForms';

/** Reports that people made in public, written anew: names, accounts and hosts are others. `source` says where the kind was seen. */
interface PublicReport {
  readonly source: string;
  readonly text: string;
  /** The number of the first failure mode, or the code of the other error. */
  readonly first: number | string;
  readonly next: RegExp;
  /** What must not be listed at all. */
  readonly never?: readonly number[];
}

const account = '123456789012';
const without = (why: string, frame = 'provider["registry.terraform.io/hashicorp/aws"]'): string =>
  boxed(
    `Error: No valid credential sources found\n\n  with ${frame},\n  on providers.tf line 7, in provider "aws":\n\nPlease see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing credentials.\n\nError: ${why}`,
  );
const sts = (operation: string, status: number, error: string): string =>
  `operation error STS: ${operation}, https response error StatusCode: ${status}, RequestID: 11111111-2222-3333-4444-555555555555, ${error}`;
const key = `InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements`;

const reports: readonly PublicReport[] = [
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/27071',
    text: ['eu-west-1', 'eu-north-1', 'us-east-2']
      .map(alias =>
        without(
          `WebIdentityErr: failed to retrieve credentials\ncaused by: ${key}\n\tstatus code: 400`,
          `provider.aws.${alias}`,
        ),
      )
      .join(''),
    first: 7,
    next: /^Run it again/,
    never: [9, 12],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/30902',
    text:
      boxed(
        'Error: Invalid provider configuration\n\nProvider "registry.terraform.io/hashicorp/aws" requires explicit configuration. Add a provider block to the root module and configure the provider\'s required arguments as described in the provider documentation.',
      ) +
      without(
        'failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded',
      ),
    first: 'DefaultProviderMissing',
    next: /without alias/,
    never: [9, 10],
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/26620',
    text: `Running apply in the remote backend. Output will stream here. Pressing Ctrl-C\nwill cancel the remote apply if it's still pending.\n\n${without('failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404')}`,
    first: 9,
    next: /TFC_AWS_PROVIDER_AUTH/,
    never: [10],
  },
  {
    source: 'https://github.com/pulumi/pulumi-aws/issues/3866',
    text: `Details: validating provider credentials: retrieving caller identity from STS: ${sts('GetCallerIdentity', 403, 'api error ExpiredToken: The security token included in the request is expired')}`,
    first: 11,
    next: /AWS_SESSION_TOKEN/,
    never: [17],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/37647',
    text: `aws_ssm_association.patch: Still creating... [15m10s elapsed]\n${boxed(`Error: waiting for SSM Association (aaaaaaaa-1111) create: operation error SSM: DescribeAssociation, https response error StatusCode: 400, RequestID: 1, api error ExpiredTokenException: The security token included in the request is expired`)}`,
    first: 17,
    next: /without assume_role/,
  },
  {
    source: 'https://support.hashicorp.com/hc/en-us/articles/31715716966419',
    text: without(
      'failed to refresh cached credentials, failed to retrieve credentials, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: 1, InvalidIdentityToken: Token signature invalid',
    ),
    first: 7,
    next: /\.well-known\/jwks/,
  },
  {
    source: 'https://support.hashicorp.com/hc/en-us/articles/31715716966419 (Vault)',
    text: 'Operation failed: failed authenticating to Vault: Error making API request.\n\nURL: PUT https://vault.example.com:8200/v1/auth/jwt/hcp/login\nCode: 400. Errors:\n\n* error validating token: error verifying token signature: failed to verify id token signature',
    first: 24,
    next: /TFC_VAULT_RUN_ROLE/,
  },
  {
    source: 'https://github.com/n8n-io/terraform-aws-n8n/issues/29',
    text: boxed(
      'Error: Kubernetes cluster unreachable: Get "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable aws not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.',
    ),
    first: 'AwsCliMissing',
    next: /aws_eks_cluster_auth/,
  },
  {
    source: 'https://github.com/Sifchain/sifnode/issues/308',
    text: 'Error: ResourceCreate: Get "https://0123456789ABCDEF.gr7.us-west-2.eks.amazonaws.com/api?timeout=32s": getting credentials: exec: exec: "aws-iam-authenticator": executable file not found in $PATH',
    first: 'AwsCliMissing',
    next: /aws_eks_cluster_auth/,
  },
  {
    source: 'https://github.com/ministryofjustice/analytical-platform/issues/6873',
    text: boxed(
      `Error: updating IAM Policy (arn:aws:iam::${account}:policy/airflow): operation error IAM: CreatePolicyVersion, https response error StatusCode: 409, RequestID: 1, LimitExceeded: Cannot exceed quota for PolicySize: 6144`,
    ),
    first: 'PolicyTooLarge',
    next: /^Split the policy/,
    never: [15],
  },
  {
    source: 'https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2718',
    text: 'Failed to create role deploy. Cannot exceed quota for ACLSizePerRole: 4096',
    first: 15,
    next: /L-C07B4B0D/,
  },
  {
    source: 'https://github.com/aws-ia/terraform-aws-control_tower_account_factory (chained roles)',
    text: boxed(
      `Error: Cannot assume IAM Role\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on aft-providers.tf line 2, in provider "aws":\n\nIAM Role (arn:aws:iam::${account}:role/Execution) cannot be assumed.\n\nError: ${sts('AssumeRole', 403, `api error AccessDenied: User: arn:aws:sts::${account}:assumed-role/Admin/terraform-run-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/Execution`)}`,
    ),
    first: 16,
    next: /trust policy of the other role/,
    never: [1],
  },
  {
    source: 'https://github.com/terrakube-io/terrakube/issues/1425 (the frame lost its letters on the way)',
    text: without(
      `failed to refresh cached credentials, failed to retrieve credentials, ${sts('AssumeRoleWithWebIdentity', 400, key)}`,
    ).replace(/[╷│╵]/g, '\ufffd\ufffd\ufffd'),
    first: 7,
    next: /^Run it again/,
    never: [5, 6, 9],
  },
  {
    source: 'https://github.com/IBM/cp4d-deployment/issues/23',
    text: `[root@ip-192-0-2-7 infra]# terraform apply -var-file=/root/my.tfvars\ndata.template_file.repo: Refreshing state...\n\nError: No valid credential sources found for AWS Provider.\n\n  on vpc.tf line 1, in provider "aws":`,
    first: 10,
    next: /local AWS profile/,
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/17824',
    text: `jo@laptop:~$ terraform plan\n\nRunning plan in the remote backend. Output will stream here. Pressing Ctrl-C\nwill stop streaming the logs, but will not stop the plan running remotely.\n\n${boxed('Error: error configuring Terraform AWS Provider: no valid credential sources for Terraform AWS Provider found.')}`,
    first: 9,
    next: /TFC_AWS_PROVIDER_AUTH/,
    never: [10],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/37401',
    text: boxed(
      'Error: Invalid combination of arguments\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on provider.tf line 3, in provider "aws":\n   3:   assume_role_with_web_identity {\n\n"assume_role_with_web_identity.0.web_identity_token_file": one of\n`assume_role_with_web_identity.0.web_identity_token,assume_role_with_web_identity.0.web_identity_token_file`\nmust be specified',
    ),
    first: 'WebIdentityBlock',
    next: /take the block out/,
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/25731',
    text: 'Error: error configuring Terraform AWS Provider: Error creating AWS session: SharedConfigLoadError: failed to load config file, /home/jo/.aws/config\ncaused by: INIParseError: invalid state with ASTKind {completed_stmt {0 NONE 0 []} false []} and TokenType op',
    first: 'ConfigFileUnreadable',
    next: /sections in brackets/,
    never: [22],
  },
  {
    source: 'https://github.com/terraform-aws-modules/terraform-aws-eks/issues/1084',
    text: boxed(
      'Error: creating IAM Role (tfc): operation error IAM: CreateRole, https response error StatusCode: 400, RequestID: 1, MalformedPolicyDocument: Condition can contain only one colon.',
    ),
    first: 'TrustPolicyConditionKey',
    next: /host alone/,
    never: [14],
  },
  {
    source: 'https://github.com/amancevice/terraform-aws-custom-ecr-domain/issues/2',
    text: boxed(
      'Error: 1 error occurred:\n\t* creating inline policy (logs): MalformedPolicyDocument: The policy failed legacy parsing\n\tstatus code: 400, request id: 1',
    ),
    first: 'PermissionPolicyRefused',
    next: /lint-policy/,
  },
  {
    source: 'https://github.com/antonputra/tutorials/issues/196 (the account hidden by its owner)',
    text: boxed(
      'Error: creating IAM OIDC Provider: AccessDenied: User: arn:aws:sts::XXXXXX:assumed-role/AWSReservedSSO_PowerUserAccess_7cXXXX0/jo@XXX.com is not authorized to perform: iam:CreateOpenIDConnectProvider on resource: arn:aws:iam::XXXXXX:oidc-provider/app.terraform.io because no identity-based policy allows the iam:CreateOpenIDConnectProvider action',
    ),
    first: 10,
    next: /permission set PowerUserAccess do/,
    never: [16],
  },
  {
    source: 'https://fizz.today/cloudtrail-gha-oidc-debugging',
    text: 'Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    first: 23,
    next: /token\.actions\.githubusercontent\.com/,
    never: [1, 2, 3],
  },
  {
    source: 'https://github.com/aws-actions/configure-aws-credentials/issues/775',
    text: 'Run aws-actions/configure-aws-credentials@v2\nError: Incorrect token audience',
    first: 23,
    next: /sts\.amazonaws\.com/,
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/7418',
    text: `Error: Error refreshing state: 1 error(s) occurred:\n\n* provider.aws: The role "arn:aws:iam::${account}:role/FullAdmin" cannot be assumed.\n\n  There are a number of possible causes of this - the most common are:\n    * The credentials used in order to assume the role are invalid`,
    first: 16,
    next: /both have to allow it/,
    never: [1],
  },
  {
    source: 'https://github.com/secdevops-cuse/CyberRange/issues/42',
    text: '**Error: Failed to get existing workspaces: AccessDenied: Access Denied**\n\tstatus code: 403, request id: 1, host id: 2',
    first: 'BackendCredentials',
    next: /s3:ListBucket on the bucket/,
    never: [16],
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/17366',
    text: '* module.vpc.data.terraform_remote_state.infrastructure: data.terraform_remote_state.infrastructure: error loading the remote state: AccessDenied: Access Denied\n\tstatus code: 403, request id: 1, host id: 2',
    first: 'BackendCredentials',
    next: /provider block says does not reach/,
    never: [16],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/15148',
    text: 'Error: error reading S3 Bucket (globex-state): Forbidden: Forbidden\n\tstatus code: 403, request id: 1, host id: 2',
    first: 16,
    next: /owns bucket globex-state \(aws s3api list-buckets\)/,
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/28203',
    text: '```\nError: Forbidden: Forbidden\n\tstatus code: 403, request id: 1, host id: 2\n```',
    first: 16,
    next: /list-buckets/,
  },
  {
    source: 'HashiCorp: terraform-dynamic-credentials-setup-examples, used where a provider exists',
    text: boxed(
      'Error: creating IAM OIDC Provider: operation error IAM: CreateOpenIDConnectProvider, https response error StatusCode: 409, RequestID: 1, EntityAlreadyExists: Provider with url https://app.terraform.io already exists.',
    ),
    first: 'OidcProviderExists',
    next: /^Use it/,
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/39115',
    text: without(
      `failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-south-2.amazonaws.com/": net/http: TLS handshake timeout`,
    ),
    first: 19,
    next: /^Let the machine of the run \(the agent\) reach https:\/\/sts\.eu-south-2\.amazonaws\.com,/,
    never: [9, 10],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/44712',
    text: without(
      `failed to refresh cached credentials, failed to retrieve credentials, ${sts('AssumeRoleWithWebIdentity', 400, 'api error ValidationError: Unable to validate tags')}`,
    ),
    first: 23,
    next: /correct its claim/,
    never: [9, 10, 12],
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/44712 (other words)',
    text: without(
      `failed to refresh cached credentials, failed to retrieve credentials, ${sts('AssumeRoleWithWebIdentity', 400, 'api error ValidationError: Something that nobody has seen')}`,
    ),
    first: 'StsRefusalUnlisted',
    next: /^Certain is/,
    never: [9, 10, 12],
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/24931',
    text: 'I am trying to use terraform import to bring in a bucket.\n\nThe AWS credentials are configured in the remote cloud workspace. I get the error:\n\nError: No valid credential sources found for AWS Provider.',
    first: 10,
    next: /import blocks/,
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/32549',
    text: `AWS Error: ${sts('AssumeRole', 403, 'api error InvalidClientTokenId: The security token included in the request is invalid')}\n\nprovider "aws" {\n  region = "ap-south-2"\n}`,
    first: 21,
    next: /^Enable ap-south-2/,
  },
  {
    source: 'https://github.com/gruntwork-io/terragrunt/issues/528',
    text: 'When operating on an account in us-gov-west-1, terragrunt ends up failing with InvalidClientTokenId errors.',
    first: 11,
    next: /region of the partition of the role, and name a role with arn:aws-us-gov:/,
  },
  {
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/26202',
    text: `Error: error calling sts:GetCallerIdentity: ${sts('GetCallerIdentity', 400, "api error IncompleteSignature: '/20300809/us-east-1/sts/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE /20300809/us-east-1/sts/aws4_request'.")}`,
    first: 11,
    next: /without blanks/,
  },
  {
    source: 'https://github.com/treeverse/dvc.org/pull/5273',
    text: 'InvalidIdentityTokenException:\nAn error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for https://studio.example.com/api',
    first: 5,
    next: /^Create the OIDC provider https:\/\/studio\.example\.com\/api in the account of the role/,
    never: [6, 7],
  },
  {
    source: 'https://github.com/hashicorp/terraform-k8s/issues/97',
    text: boxed(
      'Error: WebIdentityErr: failed fetching WebIdentity token:\ncaused by: WebIdentityErr: unable to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token\ncaused by: open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: no such file or directory',
    ),
    first: 23,
    next: /^Remove AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN/,
    never: [22],
  },
  {
    source: 'https://github.com/hashicorp/vault/issues/11674',
    text: `* Error assuming role: AccessDenied: User: arn:aws:sts::${account}:assumed-role/vault_node/i-0123456789abcdef0 is not authorized to perform: sts:AssumeRole on resource: arn:iam::${account}:role/Assumed`,
    first: 24,
    next: /credentials of the secrets engine/,
    never: [9],
  },
  {
    source: 'https://github.com/gruntwork-io/terragrunt/issues/899',
    text: `[terragrunt] 2030/10/08 10:22:12 Initializing remote state for the s3 backend\n[terragrunt] 2030/10/08 10:22:12 Error finding AWS credentials (did you set the AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY environment variables?): AccessDenied: User: arn:aws:iam::${account}:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::"${account}":role/Admin`,
    first: 11,
    next: /IAM user jo/,
  },
  {
    source: 'https://github.com/runatlantis/atlantis/issues/3526',
    text: `Error: error reading IAM Role (eks): AccessDenied: User: arn:aws:sts::xxxxx:assumed-role/eks_node is not authorized to perform: iam:GetRole on resource: role eks_master because no identity-based policy allows the iam:GetRole action`,
    first: 16,
    next: /^Allow iam:GetRole on role eks_master in the permission policy of the role eks_node\./,
  },
  {
    source: 'https://github.com/QT-DevOps/DevOpsIssues/issues/468',
    text: '* aws_instance.hello: Error launching source instance: UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: QXdPNaIegKKNwIX54FPm\n\tstatus code: 403, request id: 1',
    first: 16,
    next: /decode-authorization-message/,
  },
  {
    source: 'https://github.com/hashicorp/terraform/issues/5579',
    text: 'Error refreshing state: 1 error(s) occurred:\n\n* ExpiredToken: The security token included in the request is expired\n\tstatus code: 403, request id: 1',
    first: 11,
    next: /AWS_SESSION_TOKEN/,
    never: [17],
  },
  {
    source: 'https://github.com/coinbase/assume-role/issues/24',
    text: 'An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    first: 17,
    next: /to one hour/,
  },
];

describe('public reports', () => {
  for (const { source, text, first, next, never = [] } of reports)
    test(source, () => {
      const { diagnoses, others } = consult(onlyText(text), []);
      const [cause] = diagnoses;
      const [other] = others;
      assert.equal(cause?.mode.number ?? other?.code, first);
      assert.match(cause?.nextStep ?? other?.nextStep ?? '', next);
      assert.deepEqual(
        diagnoses.map(d => d.mode.number).filter(mode => never.includes(mode)),
        [],
      );
    });
});
