import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consult } from '../../../../src/binding/doctor/consult';
import { onlyText } from '../../../../src/binding/facts';
import { boxed } from '../../../support/binding/textForms';

/** What a text tells beside its code: who called, what stood in the way, how far the provider had come. */

const account = '123456789012';
const nothing = 'Error: No valid credential sources found';
const denied = (session: string): string =>
  `Error: creating S3 Bucket: AccessDenied: User: arn:aws:sts::${account}:assumed-role/${session} is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::globex"`;
const unreachable = (why: string): string =>
  boxed(
    `${nothing}\n\nError: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-central-1.amazonaws.com/": ${why}`,
  );
const web = (error: string): string =>
  boxed(
    `Error: operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, ${error}`,
  );

const variants: readonly (readonly [name: string, first: number | string, next: RegExp, text: string])[] = [
  ['an ECS task', 9, /TFC_AWS_PROVIDER_AUTH/, denied('agent/3f1b2c4d5e6f708192a3b4c5d6e7f809')],
  ['a pod in EKS', 9, /TFC_AWS_PROVIDER_AUTH/, denied('agent/eks-tools-agent-0-1b2c3d4e-1111-2222-3333-444455556666')],
  ['a CodeBuild build', 10, /role build of the job/, denied('build/AWSCodeBuild-8a1b2c3d')],
  ['a session of a run', 16, /permission policy of the role deploy/, denied('deploy/terraform-run-Abc123')],
  ['a proxy', 19, /HTTPS_PROXY/, unreachable('proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused')],
  [
    'a proxy that opens TLS',
    19,
    /certificate of that authority/,
    unreachable('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
  ],
  [
    'a host without a name',
    19,
    /resolve the name/,
    unreachable('dial tcp: lookup sts.eu-central-1.amazonaws.com: no such host'),
  ],
  [
    'a profile',
    11,
    /"prod-admin" out of the provider block/,
    boxed('Error: failed to get shared config profile, prod-admin'),
  ],
  [
    'a name in the place of an ARN',
    9,
    /whole ARN of the role/,
    web('api error ValidationError: Request ARN is invalid'),
  ],
  [
    'throttling of STS',
    'Throttled',
    /Run again later/,
    boxed(`${nothing}\n\nError: ${web('api error Throttling: Rate exceeded')}`),
  ],
  [
    'a token of the host that has run out',
    17,
    /each phase gets a new token/,
    web(
      'ExpiredTokenException: Token expired: current date/time 1764579999 must be before the expiration date/time 1764576300',
    ),
  ],
  [
    'a clock',
    'SignatureExpired',
    /Set the clock/,
    'Error: api error SignatureDoesNotMatch: Signature expired: 20261201T081500Z is now earlier than 20261201T082000Z',
  ],
  [
    'the s3 backend',
    'BackendCredentials',
    /backend/,
    boxed(
      'Error: error configuring S3 Backend: no valid credential sources for S3 Backend found.\n\nError: NoCredentialProviders: no valid providers in chain.',
    ),
  ],
  ['another account', 'WrongAccount', /allowed_account_ids/, boxed(`Error: AWS account ID not allowed: ${account}`)],
  [
    'no region',
    10,
    /Set AWS_REGION/,
    boxed('Error: invalid AWS Region: \n\n  with provider["registry.terraform.io/hashicorp/aws"],'),
  ],
  ['a region that is none', 'RegionInvalid', /eu-central-1/, boxed('Error: invalid AWS Region: eu-central1')],
  [
    'import on a laptop',
    10,
    /import blocks/,
    `jo@laptop:~/infra$ terraform import aws_s3_bucket.b globex\n${boxed(nothing)}`,
  ],
  [
    'an agent that is too old',
    19,
    /Update the agents/,
    'Operation failed: dynamic provider credentials require agent version 1.7.0 or later',
  ],
  [
    'sops',
    'SecretsFile',
    /environment of the run/,
    'Error: Failed to get the data key required to decrypt the SOPS file.\n  - NoCredentialProviders: no valid providers in chain',
  ],
  [
    'a line that breaks before the resource',
    16,
    /s3:CreateBucket on arn:aws:s3:::globex /,
    boxed(denied('deploy/run-1').replace('on resource: ', 'on resource:\n')),
  ],
  [
    'the program of a profile',
    11,
    /no such program/,
    boxed(
      `${nothing}\n\nError: failed to refresh cached credentials, operation error STS: AssumeRole, get identity: get credentials: process provider error: error in credential_process: exit status 127`,
    ),
  ],
  [
    'the output of the program of a profile',
    11,
    /run that program by hand/,
    boxed(
      `${nothing}\n\nError: failed to refresh cached credentials, process provider error: parse\nfailed of process output: {\n  "Expiration": ""\n}`,
    ),
  ],
  [
    'a provider for OpenSearch',
    'OtherProvider',
    /of its own/,
    boxed(
      'Error: NoCredentialProviders: no valid providers in chain. Deprecated.\n\n  with module.search.opensearch_role.admin,\n  on main.tf line 127, in resource "opensearch_role" "admin":',
    ),
  ],
  [
    'the state of Terragrunt',
    'BackendCredentials',
    /read and write the state/,
    "Remote state S3 bucket globex-state does not exist or you don't have permissions to access it. Would you like Terragrunt to create it? (y/n) n\nAccessDenied: Access Denied\n\tstatus code: 403",
  ],
  [
    'Packer',
    'AnotherTool',
    /reaches runs of Terraform and nothing else/,
    "Build 'amazon-ebs' errored: No valid credential sources found for AWS Builder",
  ],
  [
    'Pulumi',
    'AnotherTool',
    /reaches runs of Terraform and nothing else/,
    "pulumi:providers:aws 'web--provider' has a problem: Invalid credentials configured.",
  ],
  [
    'a Java program',
    'AnotherTool',
    /reaches runs of Terraform and nothing else/,
    'com.amazonaws.services.ecr.model.AmazonECRException: Missing Authentication Token (Service: AmazonECR; Status Code: 400; Error Code: MissingAuthenticationTokenException; Proxy: null)',
  ],
  [
    'the Kubernetes API',
    'Kubernetes',
    /access entries/,
    'Error: configmaps "aws-auth" is forbidden: User "system:anonymous" cannot get resource "configmaps"',
  ],
  [
    'an event without its time',
    23,
    /trusts GitHub/,
    JSON.stringify({
      eventName: 'AssumeRoleWithWebIdentity',
      errorCode: 'AccessDenied',
      userIdentity: {
        type: 'WebIdentityUser',
        userName: 'repo:globex/infra:ref:refs/heads/main',
        identityProvider: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
      },
      requestParameters: { roleArn: `arn:aws:iam::${account}:role/deploy` },
    }),
  ],
];

describe('what a text tells beside its code', () => {
  for (const [name, first, next, text] of variants)
    test(name, () => {
      const { diagnoses, others } = consult(onlyText(text), []);
      const [cause] = diagnoses;
      const [other] = others;
      assert.equal(cause?.mode.number ?? other?.code, first);
      assert.match(cause?.nextStep ?? other?.nextStep ?? '', next);
    });

  test('a role of a machine or of another job is never said to have been trusted', () => {
    for (const session of ['agent/3f1b2c4d5e6f708192a3b4c5d6e7f809', 'build/AWSCodeBuild-8a1b2c3d'])
      assert.doesNotMatch(JSON.stringify(consult(onlyText(denied(session)), [])), /trust works/);
  });
});
