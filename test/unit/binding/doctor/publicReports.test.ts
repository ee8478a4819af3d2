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
