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
