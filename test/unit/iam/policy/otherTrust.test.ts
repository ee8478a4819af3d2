import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Yaml } from '../../../../src/iam/inCode/cloudFormation';
import { lintTrustFile, worst } from '../../../../src/iam/lint/trust/lintFile';
import { lintTrustInCode } from '../../../../src/iam/lint/trust/lintHcl';
import { lintTrustText } from '../../../../src/iam/lint/trust/lintTrust';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const web = { Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' };
const provider = (host: string): object => ({ Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` });
const ours = {
  ...web,
  Principal: provider('app.terraform.io'),
  Condition: {
    StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
    StringLike: { 'app.terraform.io:sub': 'organization:globex:project:Payments:workspace:ledger:run_phase:*' },
  },
};
const ec2 = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };

const others: readonly (readonly [string, readonly object[]])[] = [
  ['a service', [ec2]],
  ['an account', [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' }]],
  [
    'SAML',
    [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:saml-provider/Okta' },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
      },
    ],
  ],
  [
    'GitHub',
    [
      {
        ...web,
        Principal: provider('token.actions.githubusercontent.com'),
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:globex/infra:*' } },
      },
    ],
  ],
  [
    'a service account of a cluster',
    [
      {
        ...web,
        Principal: provider('oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539'),
        Condition: {
          StringEquals: { 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539:sub': 'system:serviceaccount:a:b' },
        },
      },
    ],
  ],
  ['a bucket', [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: 'arn:aws:s3:::globex/*' }]],
  ['a permission policy', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]],
];

test('a policy for other issuers or principals is not judged', () => {
  for (const [name, statements] of others) {
    const { verdict, findings } = lintTrustText(policy(...statements), {});
    assert.deepEqual(
      [verdict, findings.map(f => [f.code, f.weight])],
      ['not-judged', [['no-statement', 'not-judged']]],
      name,
    );
  }
});

test('whoever says whose runs must get in is told that they do not', () => {
  for (const [name, statements] of others) {
    const { verdict } = lintTrustText(policy(...statements), { organization: 'globex', workspace: 'ledger' });
    assert.equal(verdict, 'broken', name);
  }
});

test('beside a statement for HCP Terraform the others change nothing', () => {
  assert.equal(lintTrustText(policy(ours, ec2), {}).verdict, 'correct');
  assert.equal(worst(['correct', 'not-judged']), 'correct');
  assert.equal(worst(['not-judged', 'not-judged']), 'not-judged');
});

test('everybody as the principal of a role lets tokens of HCP Terraform in, too', () => {
  assert.equal(lintTrustText(policy({ ...web, Principal: '*' }), {}).verdict, 'too-broad');
});

const lint = (source: string): readonly (readonly [string, readonly string[]])[] =>
  lintTrustInCode(parseHcl(source), source, {}).map(r => [r.verdict, r.findings.map(f => f.code)]);

const anyIssuer = (subject: string): string => `
data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = var.issuers
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]
      principals {
        type        = "Federated"
        identifiers = ["arn:aws:iam::123456789012:oidc-provider/\${statement.value}"]
      }
      condition {
        test     = "ForAllValues:StringLike"
        variable = "\${statement.value}:sub"
        values   = ${subject}
      }
    }
  }
  dynamic "statement" {
    for_each = var.more
    content {
      effect        = statement.value.effect
      actions       = statement.value.actions
      resources     = statement.value.resources
      dynamic "principals" {
        for_each = statement.value.principals
        content {
          type        = principals.value.type
          identifiers = principals.value.identifiers
        }
      }
      dynamic "not_principals" {
        for_each = statement.value.not_principals
        content {
          type        = not_principals.value.type
          identifiers = not_principals.value.identifiers
        }
      }
    }
  }
}
`;

test('a module for any issuer is left out; subjects of HCP Terraform in it are judged, and optional arguments are no defect', () => {
  assert.deepEqual(lint(anyIssuer('var.subjects')), []);
  assert.deepEqual(lint(anyIssuer('["organization:globex:project:${var.p}:workspace:ledger:run_phase:*"]')), [
    ['too-broad', ['missing-audience', 'for-all-values', 'not-read']],
  ]);
});

test('names that examples use for yours are told', () => {
  const of = (organization: string, workspace: string): string => {
    const value = `organization:${organization}:project:Payments:workspace:${workspace}:run_phase:*`;
    const { StringEquals } = ours.Condition;
    return policy({ ...ours, Condition: { StringEquals, StringLike: { 'app.terraform.io:sub': value } } });
  };
  for (const name of ['ORG_NAME', 'YOUR_TFC_ORG_NAME_HERE', 'your-organization', 'your_org_name'])
    assert.deepEqual(
      lintTrustText(of(name, 'ledger'), {}).findings.map(f => f.code),
      ['placeholder'],
      name,
    );
  for (const name of ['yourcompany', 'organic', 'project-x', 'ORGANICS'])
    assert.deepEqual(lintTrustText(of(name, 'workspace-1'), {}).findings, [], name);
});

test('a template of CloudFormation with roles for others only is not judged', async () => {
  const role = (principal: string): string => `Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - { Effect: Allow, Principal: ${principal}, Action: "sts:AssumeRole" }
`;
  const yaml = (): Promise<Yaml> => import('../../../../src/iam/inCode/yaml');
  const { verdict } = await lintTrustFile('r.yaml', role('{ Service: ec2.amazonaws.com }'), {}, yaml);
  assert.equal(verdict, 'not-judged');
});
