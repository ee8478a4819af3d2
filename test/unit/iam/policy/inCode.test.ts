import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Yaml } from '../../../../src/iam/inCode/cloudFormation';
import { lintTrustFile } from '../../../../src/iam/lint/trust/lintFile';
import { lintTrustInCode } from '../../../../src/iam/lint/trust/lintHcl';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const document = (values: string, more = ''): string => `${more}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/app.terraform.io"]
    }
    condition {
      test     = "StringEquals"
      variable = "app.terraform.io:aud"
      values   = ["aws.workload.identity"]
    }
    condition {
      test     = "StringLike"
      variable = "app.terraform.io:sub"
      values   = ${values}
    }
  }
}
`;
const verdicts = (source: string, siblings: readonly string[] = []): readonly string[] =>
  lintTrustInCode(
    parseHcl(source),
    source,
    {},
    siblings.map(text => parseHcl(text)),
  ).map(f => f.verdict);
const good = 'organization:acme:project:web:workspace:api:run_phase:*';

test('values are judged whatever they are made of', () => {
  const all: readonly (readonly [string, string, string?])[] = [
    [`["${good}"]`, 'correct'],
    ['[for w in var.w : "organization:acme:project:web:workspace:${w}:run_phase:*"]', 'correct'],
    ['[for w in var.w : "organization:acme:project::workspace:${w}:run_phase:*"]', 'broken'],
    ['flatten([for w in var.w : ["organization:acme:workspace:${w}:run_phase:plan"]])', 'broken'],
    ['[for p in ["a", "b"] : "organization:acme:project:${p}:workspace:*:run_phase:*"]', 'too-broad'],
    ['concat(["organization:acme:project::workspace:a:run_phase:*"], var.more)', 'broken'],
    ['[format("organization:%s:project:%s:workspace:%s:run_phase:*", var.o, var.p, var.w)]', 'correct'],
    ['[format("organization:%s:workspace:%s:run_phase:*", var.o, var.w)]', 'broken'],
    ['[join(":", ["organization", var.o, "project", "", "workspace", "w", "run_phase", "*"])]', 'broken'],
    ['local.subjects', 'broken', 'locals {\n  subjects = ["organization:acme:project::workspace:a:run_phase:*"]\n}'],
    ['["organization:acme:project:web:workspace:${tfe_workspace.a.id}:run_phase:*"]', 'broken'],
    ['["organization:${var.o}*"]', 'too-broad'],
    ['["${var.subject}"]', 'depends'],
    ['var.subjects', 'depends'],
    ['[replace("organization:acme:project:X:workspace:a:run_phase:*", "X", "")]', 'broken'],
  ];
  for (const [values, expected, more] of all) assert.deepEqual(verdicts(document(values, more)), [expected], values);
});

test('locals of other files, dynamic blocks and documents that take up others', () => {
  assert.deepEqual(verdicts(document('local.s'), [`locals {\n  s = ["organization:*"]\n}\n`]), ['too-broad']);
  const dynamic = document(`["${good}"]`).replace(
    /condition \{\n {6}test {5}= "StringLike"[\s\S]*?\n {4}\}/,
    `dynamic "condition" {
      for_each = { sub = "organization:acme:project::workspace:a:run_phase:*" }
      content {
        test     = "StringLike"
        variable = "app.terraform.io:\${condition.key}"
        values   = [condition.value]
      }
    }`,
  );
  assert.deepEqual(verdicts(dynamic), ['broken']);
  const taken = `${document('["organization:acme:*"]')}
data "aws_iam_policy_document" "all" {
  source_policy_documents = [data.aws_iam_policy_document.trust.json]
}`;
  assert.deepEqual(verdicts(taken), ['too-broad', 'too-broad']);
  const open = `${document(`["${good}"]`).trimEnd().replace(/\}$/, '')}  source_policy_documents = [var.more]\n}\n`;
  assert.deepEqual(verdicts(open), ['not-read']);
});

test('a condition on the subject in no policy that can be read is told', () => {
  const source = `module "role" {
  source     = "acme/role/aws"
  conditions = [{ test = "StringLike", variable = "app.terraform.io:sub", values = ["${good}"] }]
}`;
  assert.deepEqual(verdicts(source), ['not-read']);
});

const yaml = (): Promise<Yaml> => import('../../../../src/iam/inCode/yaml');
const fileVerdict = async (name: string, text: string): Promise<string> =>
  (await lintTrustFile(name, text, {}, yaml)).verdict;
const policy = (subject: string, federated = 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io'): string =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"${federated}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"app.terraform.io:aud":"aws.workload.identity"},"StringLike":{"app.terraform.io:sub":"${subject}"}}}]}`;

test('CloudFormation in YAML and JSON, also as CDK writes it', async () => {
  const template = (subject: string): string => `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: { Federated: !Sub 'arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/app.terraform.io' }
            Condition:
              StringEquals:
                app.terraform.io:aud: aws.workload.identity
                app.terraform.io:sub: ${subject}
`;
  assert.equal(await fileVerdict('t.yaml', template(`'${good.replace('*', 'plan')}'`)), 'correct');
  assert.equal(await fileVerdict('t.yaml', template(`!Sub 'organization:\${Org}:project::workspace:w:run_phase:plan'`)), 'broken');
  assert.equal(await fileVerdict('t.yaml', template('!Ref Subject')), 'depends');
  const cdk = { Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: JSON.parse(policy('organization:*')) as unknown } } } };
  assert.equal(await fileVerdict('t.json', JSON.stringify(cdk)), 'too-broad');
  assert.equal(await fileVerdict('t.yaml', 'AWSTemplateFormatVersion: "2010-09-09"\nResources: {}\n'), 'not-read');
}); // prettier-ignore

test('templates, lone statements and lone conditions', async () => {
  const names = 'organization:${o}:project:${p}:workspace:${w}:run_phase:*';
  assert.equal(await fileVerdict('t.tftpl', policy(names, '${arn}')), 'correct');
  assert.equal(
    await fileVerdict('t.tftpl', policy('organization:${o}:workspace:${w}:run_phase:*', '${arn}')),
    'broken',
  );
  assert.equal(await fileVerdict('t.tftpl', `%{ if x }${policy(names)}%{ endif }`), 'not-read');
  const { Statement } = JSON.parse(policy('organization:acme:*')) as { Statement: readonly { Condition: object }[] };
  assert.equal(await fileVerdict('p.json', JSON.stringify(Statement[0])), 'too-broad');
  assert.equal(await fileVerdict('p.json', JSON.stringify(Statement)), 'too-broad');
  assert.equal(await fileVerdict('p.json', JSON.stringify({ Condition: Statement[0]?.Condition })), 'not-read');
});

test('a trust policy is read as the API, a request and a script give it', async () => {
  const written = trustPolicyOf('organization:acme:project:Shop:workspace:web:run_phase:*');
  const encoded = encodeURIComponent(written);
  const forms = [
    encoded,
    JSON.stringify(encoded),
    encodeURIComponent(JSON.stringify(JSON.parse(written), null, 2)).replaceAll('%20', '+'),
    `<GetRoleResponse><Role><AssumeRolePolicyDocument>${encoded}</AssumeRolePolicyDocument></Role></GetRoleResponse>`,
    JSON.stringify({ Role: { AssumeRolePolicyDocument: encoded } }),
  ];
  for (const text of forms)
    assert.equal((await lintTrustFile('p.json', text, {}, yaml)).verdict, 'correct', text.slice(0, 60));
});

test('what is no policy is not read, and the message says what to give', async () => {
  const written = trustPolicyOf('organization:acme:project:Shop:workspace:web:run_phase:*');
  const part = '"StringLike": { "app.terraform.io:sub": "organization:acme:project:Shop:workspace:web:run_phase:*" },';
  for (const text of [
    '',
    ' \n',
    `[${written},${written}]`,
    `{"Roles":[{"AssumeRolePolicyDocument":${written}}]}`,
    part,
  ]) {
    const { verdict, findings } = await lintTrustFile('p.json', text, {}, yaml);
    assert.equal(verdict, 'not-read', text.slice(0, 60));
    assert.match(findings[0]?.message ?? '', /"aws iam get-role" prints it/);
  }
});

function trustPolicyOf(sub: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
          StringLike: { 'app.terraform.io:sub': sub },
        },
      },
    ],
  });
}
