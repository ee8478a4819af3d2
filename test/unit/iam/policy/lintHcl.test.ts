import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintTrustInCode } from '../../../../src/iam/lint/trust/lintHcl';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const lint = (source: string): readonly (readonly [string, string, readonly string[]])[] =>
  lintTrustInCode(parseHcl(source), source, {}).map(r => [r.address, r.verdict, r.findings.map(f => f.code)]);

const role = (policy: string): string => `resource "aws_iam_role" "ci" {\n  assume_role_policy = ${policy}\n}\n`;
const encoded = (operator: string, subject: string, host = 'app.terraform.io'): string =>
  role(`jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.tfc.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${host}:aud" = "aws.workload.identity" }
        ${operator} = { "${host}:sub" = ${subject} }
      }
    }]
  })`);

test('jsonencode: a blank project is broken, an unknown value leaves it open, another issuer is left out', () => {
  assert.deepEqual(lint(encoded('StringLike', '"organization:acme:project::workspace:prod:run_phase:*"')), [
    ['aws_iam_role.ci', 'broken', ['blank-project']],
  ]);
  assert.deepEqual(lint(encoded('StringLike', 'local.subject')), [['aws_iam_role.ci', 'depends', ['depends']]]);
  assert.deepEqual(lint(encoded('StringLike', '"repo:a/b:*"', 'token.actions.githubusercontent.com')), []);
});

test('a heredoc and aws_iam_policy_document are read too', () => {
  const json = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/app.terraform.io"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"app.terraform.io:aud":"aws.workload.identity","app.terraform.io:sub":"organization:acme:*"}}}}`;
  assert.deepEqual(lint(role(`<<EOT\n${json}\nEOT`)), [['aws_iam_role.ci', 'too-broad', ['whole-organization']]]);
  const document = `data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.tfc.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "app.terraform.io:aud"
      values   = ["aws.workload.identity"]
    }
    condition {
      test     = "StringLike"
      variable = "app.terraform.io:sub"
      values   = ["organization:acme:workspace:prod:run_phase:*"]
    }
  }
}
`;
  assert.deepEqual(lint(document), [['data.aws_iam_policy_document.trust', 'broken', ['missing-project']]]);
});

test('condition blocks of one test and variable are one list, as the AWS provider writes them', () => {
  const condition = (variable: string, value: string): string =>
    `    condition {\n      test     = "StringEquals"\n      variable = "app.terraform.io:${variable}"\n      values   = ["${value}"]\n    }\n`;
  const sub = (phase: string): string => `organization:acme:project:web:workspace:prod:run_phase:${phase}`;
  const source = `data "aws_iam_policy_document" "t" {\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n      type        = "Federated"\n      identifiers = ["arn:aws:iam::123456789012:oidc-provider/app.terraform.io"]\n    }\n${condition('aud', 'aws.workload.identity')}${condition('sub', sub('plan'))}${condition('sub', sub('apply'))}  }\n}\n`;
  const names = { organization: 'acme', project: 'web', workspace: 'prod' };
  const [found] = lintTrustInCode(parseHcl(source), source, names);
  assert.deepEqual([found?.verdict, found?.findings], ['correct', []]);
});

test('what stands around an interpolation is judged; the interpolation itself never is', () => {
  const subject = (text: string, operator = 'StringLike'): unknown =>
    lint(encoded(operator, `"${text}"`)).map(([, verdict, codes]) => [verdict, ...codes])[0];
  const org = 'organization:${var.organization}';
  assert.deepEqual(subject(`${org}:project::workspace:\${var.name}:run_phase:*`), ['broken', 'blank-project']);
  assert.deepEqual(subject(`${org}:workspace:\${var.name}:run_phase:*`), ['broken', 'missing-project']);
  assert.deepEqual(subject(`${org}:project:*:workspace:*:run_phase:*`), ['too-broad', 'any-workspace']);
  assert.deepEqual(subject(`${org}:*`), ['too-broad', 'whole-organization']);
  assert.deepEqual(subject(`${org}:project:web:workspace:\${var.name}*:run_phase:*`), [
    'too-broad',
    'workspace-pattern',
  ]);
  assert.deepEqual(subject('organization:*:project:${var.p}:workspace:a:run_phase:*'), [
    'too-broad',
    'any-organization',
  ]);
  assert.deepEqual(subject(`${org}:project:web:workspace:a:run_phase:*`, 'StringEqualsIgnoreCase'), [
    'broken',
    'ignores-case',
    'wildcard-in-string-equals',
  ]);
  for (const fine of [
    `${org}:project:\${var.p}:workspace:\${each.key}:run_phase:*`,
    `${org}:project:*:workspace:\${each.key}:run_phase:\${each.value}`,
  ])
    assert.deepEqual(subject(fine), ['correct'], fine);
  for (const open of ['${local.prefix}:run_phase:*', '${var.organization}*', 'organization:${local.rest}'])
    assert.deepEqual(subject(open), ['depends', 'depends'], open);
  assert.deepEqual(subject('organization:${var.o}*'), ['too-broad', 'any-organization']);
  assert.deepEqual(subject('organization:acme:project:web:workspace:${var.w}'), ['broken', 'malformed-subject']);
});

test('a fix keeps the interpolations as they are written', () => {
  const source = encoded('StringLike', '"organization:${var.o["x"]}:project::workspace:${var.w}:run_phase:*"');
  const [found] = lintTrustInCode(parseHcl(source), source, { project: 'web' });
  assert.deepEqual(
    found?.findings.map(f => f.fix?.edits.map(e => e.newText)),
    [['"organization:${var.o["x"]}:project:web:workspace:${var.w}:run_phase:*"']],
  );
});

test('heredocs, keys and ARNs with interpolations, and a local of the same file', () => {
  const text = (sub: string, host = '${var.host}'): string =>
    `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:\${data.aws_partition.p.partition}:iam::\${local.account}:oidc-provider/app.terraform.io"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"${host}:aud": "\${var.audience}"}, "StringLike": {"${host}:sub": "${sub}"}}}]}`;
  const heredoc = (json: string): string => role(`<<-EOT\n    ${json}\n    EOT`);
  const good = 'organization:${var.o}:project:${var.p}:workspace:${var.w}:run_phase:*';
  assert.deepEqual(lint(heredoc(text(good))), [['aws_iam_role.ci', 'correct', []]]);
  assert.deepEqual(lint(heredoc(text('organization:acme:*'))), [
    ['aws_iam_role.ci', 'too-broad', ['whole-organization']],
  ]);
  assert.deepEqual(lint(heredoc(text(good, 'app.eu.terraform.io'))), [
    ['aws_iam_role.ci', 'broken', ['wrong-host', 'wrong-host']],
  ]);
  assert.deepEqual(lint(heredoc('{"Version": "2012-10-17", "Statement": ${local.statements}}')), []);
  const local = `${role('local.trust')}locals {\n  trust = ${JSON.stringify(text('organization:acme:*')).replaceAll('\\"${', '\\"${')}\n}\n`;
  assert.deepEqual(lint(local), [['aws_iam_role.ci', 'too-broad', ['whole-organization']]]);
  const document = `data "aws_iam_policy_document" "t" {\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n      type        = "Federated"\n      identifiers = [aws_iam_openid_connect_provider.tfc.arn]\n    }\n    condition {\n      test     = "StringLike"\n      variable = "\${var.host}:sub"\n      values   = ["organization:\${var.o}:project::workspace:*"]\n    }\n  }\n}\n`;
  assert.deepEqual(
    lint(document).map(([, verdict]) => verdict),
    ['broken'],
  );
});

test('with names given, what stands around an interpolation must fit them', () => {
  const source = encoded('StringLike', '"organization:acme:project:${var.p}:workspace:prod:run_phase:*"');
  const codes = (workspace: string): unknown =>
    lintTrustInCode(parseHcl(source), source, { organization: 'acme', project: 'web', workspace }).map(f => [
      f.verdict,
      ...f.findings.map(finding => finding.code),
    ]);
  assert.deepEqual(codes('prod'), [['correct', 'undecided']]);
  assert.deepEqual(codes('dev'), [['broken', 'workspace-refused']]);
});

test('the URL of an OIDC provider has no scheme once it is made', () => {
  const provider = 'resource "aws_iam_openid_connect_provider" "tfc" {\n  url = "https://app.terraform.io"\n}\n';
  const trust = encoded('StringLike', '"organization:acme:project:web:workspace:prod:run_phase:*"').replaceAll(
    'app.terraform.io',
    '${aws_iam_openid_connect_provider.tfc.url}',
  );
  assert.deepEqual(lint(provider + trust), [['aws_iam_role.ci', 'correct', []]]);
  const blank = trust.replace('project:web', 'project:');
  assert.deepEqual(lint(provider + blank), [['aws_iam_role.ci', 'broken', ['blank-project']]]);
});
