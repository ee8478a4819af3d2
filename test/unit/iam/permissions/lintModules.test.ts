import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { lintPermissionsInCode, lintPermissionText } from '../../../../src/iam/lint/permissions/lintPermissions';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

/** Forms of public modules that were called wrong: each is right, or known only to who calls the module. */

const reference = resourceReference();

function errors(code: string): readonly string[] {
  return lintPermissionsInCode(parseHcl(code), code, reference)
    .findings.filter(f => f.severity === 'error')
    .map(f => `${f.code}: ${f.message}`);
}

const document = (body: string, more = ''): string => `${more}\ndata "aws_iam_policy_document" "x" {\n${body}\n}\n`;
const statement = (resources: string, actions = '["kms:Decrypt"]'): string =>
  `statement {\n  actions = ${actions}\n  resources = ${resources}\n}`;
const optional =
  'variable "key" {\n  type = string\n  default = null\n}\nvariable "given" {\n  default = {}\n}\nvariable "on" {\n  default = false\n}';

const levels = (action: string, resource: string): readonly string[] =>
  lintPermissionText(
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] }),
    reference,
  ).findings.map(f => `${f.severity} ${f.code}`);

test('what only the caller gives may be given: null and empty defaults, tries, lookups, conditions', () => {
  for (const resources of [
    '[var.key]',
    'var.key == null ? ["arn:aws:kms:eu-west-1:123456789012:key/x"] : [var.key]',
    'compact([var.key, try(aws_kms_key.x[0].arn, "")])',
    'compact(distinct([var.key, var.other]))',
    '[lookup(var.given, "arn", null)]',
    '[try(aws_kms_key.x[0].arn, var.given.arn, "")]',
    'formatlist("%s/*", var.keys)',
  ])
    assert.deepEqual(errors(document(statement(resources), optional)), [], resources);
  for (const actions of [
    'compact([var.on ? "kms:Encrypt" : "", "kms:Decrypt"])',
    'compact([!var.on && var.key != null ? "kms:Encrypt" : "", "kms:Decrypt"])',
    'concat(["kms:Decrypt"], var.on ? ["kms:Encrypt"] : [])',
  ])
    assert.deepEqual(errors(document(statement('["*"]', actions), optional)), [], actions);
  // What is written is judged all the same.
  assert.match(
    errors(document(statement('["*"]', 'compact([var.on ? "kms:Encript" : "", "kms:Decrypt"])'), optional)).join(),
    /kms:Encript/,
  );
  assert.match(errors(document(statement('[null]'))).join(), /invalid-resource/);
});

test('principals that a list of the caller makes may be none; conditions decide on an effect', () => {
  const dynamic = (rest: string): string =>
    `dynamic "statement" {\n  for_each = var.statements\n  content {\n    actions = statement.value.actions\n    resources = statement.value.resources\n    dynamic "principals" {\n      for_each = ${rest}\n      content {\n        type = principals.value.type\n        identifiers = principals.value.identifiers\n      }\n    }\n  }\n}`;
  for (const list of [
    'statement.value.principals != null ? statement.value.principals : []',
    'try(statement.value.principals, [])',
    'lookup(statement.value, "principals", [])',
  ]) {
    assert.deepEqual(errors(document(dynamic(list))), [], list);
    assert.deepEqual(
      errors(document(`${statement('["*"]', '["ec2:DescribeInstances"]')}\n${dynamic(list)}`)),
      [],
      list,
    );
  }
  const chosen =
    'statement {\n  effect = length(var.who) > 0 ? "Allow" : "Deny"\n  actions = ["kms:Sign"]\n  resources = ["*"]\n}';
  assert.deepEqual(errors(document(chosen)), []);
  assert.match(
    errors(document(chosen.replace('length(var.who) > 0 ? "Allow" : "Deny"', '["Allow"]'))).join(),
    /invalid-effect/,
  );
});

test('two statements of one Sid, of which a condition makes one', () => {
  const either = (type: string): string =>
    `dynamic "statement" {\n  for_each = var.type == "${type}" ? [1] : []\n  content {\n    sid = "Read"\n    actions = ["kms:Decrypt"]\n    resources = ["*"]\n  }\n}`;
  assert.deepEqual(errors(document(`${either('private')}\n${either('public')}`)), []);
  const twice = 'statement {\n  sid = "Read"\n  actions = ["kms:Decrypt"]\n  resources = ["*"]\n}';
  assert.match(errors(document(`${twice}\n${twice}`)).join(), /duplicate-sid/);
});

test('policies of another grammar, and an empty one that stands for none', () => {
  const dataProtection =
    'resource "aws_cloudwatch_log_data_protection_policy" "x" {\n  policy_document = jsonencode({\n    Name = "x"\n    Version = "2021-06-01"\n    Statement = [{ Sid = "a", DataIdentifier = ["x"], Operation = { Audit = {} } }]\n  })\n}';
  assert.deepEqual(errors(dataProtection), []);
  const other =
    'resource "alicloud_ram_role" "x" {\n  document = <<EOF\n{ "Statement": [{ "Action": "sts:AssumeRole", "Effect": "Allow" }], "Version": "1" }\nEOF\n}';
  assert.deepEqual(errors(other), []);
  assert.deepEqual(
    errors('variable "policy" {\n  default = "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[]}"\n}'),
    [],
  );
});

test('resources: what follows a word may begin with a slash, ARNs that AWS asks for, placeholders', () => {
  assert.deepEqual(
    errors(document(statement('["arn:aws:ssm:eu-west-1:123456789012:parameter${var.path}*"]', '["ssm:GetParameter"]'))),
    [],
  );
  assert.deepEqual(levels('logs:DescribeLogGroups', 'arn:aws:logs:eu-west-1:123456789012:log-group:*'), []);
  assert.deepEqual(levels('logs:DescribeLogGroups', 'arn:aws:logs:eu-west-1:123456789012:log-group:/app/*'), [
    'error action-without-resource',
  ]);
  assert.deepEqual(levels('ssm:DescribeParameters', 'arn:aws:ssm:eu-west-1:123456789012:parameter/*'), [
    'error action-without-resource',
  ]);
  assert.deepEqual(levels('s3:GetObject', '<BUCKET_ARN>/*'), ['warning invalid-resource']);
  assert.deepEqual(levels('s3:GetObject', 'bucket/*'), ['error invalid-resource']);
});

test('patterns that match no action today, and names of AWS’s own samples, are warnings', () => {
  const severities = (action: string): readonly string[] =>
    lintPermissionText(
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: '*' } }),
      reference,
    )
      .findings.filter(f => f.code === 'unknown-action')
      .map(f => f.severity);
  for (const action of ['health:List*', 'logs:PutLogEventsBatch', 'SNS:Receive'])
    assert.deepEqual(severities(action), ['warning'], action);
  assert.deepEqual(severities('s3:HeadObject'), ['error']);
});

test('every key with a placeholder of AWS’s list is one, whatever stands in its place', () => {
  const unknown = (key: string): readonly string[] =>
    lintPermissionText(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: 'arn:aws:sqs:eu-west-1:123456789012:q',
          Condition: { StringEquals: { [key]: 'x' } },
        },
      }),
      reference,
    )
      .findings.filter(f => f.code === 'unknown-condition-key')
      .map(f => f.message);
  for (const service of [
    'secretsmanager',
    'ec2',
    'rds',
    'ecr',
    'ecs',
    'iam',
    'ssm',
    'kms',
    'autoscaling',
    'elasticloadbalancing',
    'redshift',
    'eks',
    'aws',
    's3',
  ])
    for (const key of ['ResourceTag', 'RequestTag'])
      if (reference.conditionKeys.find(`${service}:${key}/x`) !== undefined)
        assert.deepEqual(unknown(`${service}:${key}/Team Name`), []);
  for (const key of [
    'secretsmanager:ResourceTag/x',
    'ec2:ResourceTag/Name',
    'aws:PrincipalTag/team/sub',
    'kms:EncryptionContext:app',
    'rds:cluster-tag/x',
    's3:ExistingObjectTag/y',
    's3:RequestObjectTag/y',
    'cognito-identity.amazonaws.com:sub',
    'saml:aud',
    'iam:ResourceTag/x',
    'ssm:resourceTag/Name',
  ])
    assert.deepEqual(unknown(key), [], key);
  assert.equal(unknown('secretsmanager:ResorceTag/x').length, 1);
});

test('a name that comes last and is empty by default, and a list that comes out empty, are given by a caller', () => {
  const more = 'variable "table" {\n  default = ""\n}\nvariable "logs" {\n  default = {}\n}\n';
  const table =
    'format("arn:aws:dynamodb:%s:%s:table/%s", "eu-west-1", data.aws_caller_identity.current.account_id, var.table)';
  assert.deepEqual(errors(document(statement(`[${table}]`, '["dynamodb:GetItem"]'), more)), []);
  const each =
    '[for log in toset(flatten([formatlist("a/%s", keys(var.logs))])) : "arn:aws:logs:eu-west-1:123456789012:log-group:${log}"]';
  assert.deepEqual(errors(document(statement(each, '["logs:PutLogEvents"]'), more)), []);
  // A name that is written out as nothing is one that no table has.
  const written = '["arn:aws:dynamodb:eu-west-1:123456789012:table/"]';
  assert.match(errors(document(statement(written, '["dynamodb:GetItem"]')))[0] ?? '', /^resource-mismatch/);
});

test('the way to write a list before Terraform 0.12', () => {
  const more = 'variable "actions" {\n  default = ["kms:Decrypt"]\n}\n';
  assert.deepEqual(errors(document(statement('["*"]', '["${var.actions}"]'), more)), []);
});

test('actions that AWS lists in its guides and not in its reference', () => {
  const found = (action: string): readonly string[] => levels(action, '*');
  assert.deepEqual(found('transform:ListWorklogs'), []);
  assert.deepEqual(found('ecr-public:BatchGetImage'), ['warning unknown-action']);
  assert.deepEqual(found('sso:ListEverything'), ['warning unknown-action']);
  assert.deepEqual(found('ecr:DeleteImage'), ['error unknown-action']);
});

test('a list on all of a kind: what AWS itself asks for is no finding, what is not known is a warning', () => {
  const arn = (rest: string): string => `arn:aws:${rest}`;
  const asked: readonly (readonly [string, string])[] = [
    ['iam:ListUsers', 'iam::123456789012:user/*'],
    ['iam:ListRoles', 'iam::123456789012:role/'],
    ['iam:ListRoles', 'iam::123456789012:role/app/*'],
    ['iam:ListServerCertificates', 'iam::123456789012:server-certificate/cloudfront/*'],
    ['dynamodb:ListTables', 'dynamodb:eu-west-1:123456789012:table/*'],
    ['events:ListRules', 'events:*:*:rule/*'],
    ['sns:ListTopics', 'sns:eu-west-1:123456789012:*'],
    ['ssm:DescribeParameters', 'ssm:*:*:*'],
  ];
  for (const [action, resource] of asked) assert.deepEqual(levels(action, arn(resource)), [], `${action} ${resource}`);
  assert.deepEqual(levels('events:ListRuleNamesByTarget', arn('events:*:*:rule/*')), [
    'warning action-without-resource',
  ]);
  for (const [action, resource] of [
    ['iam:ListUsers', 'iam::123456789012:user/jo'],
    ['dynamodb:ListTables', 'dynamodb:eu-west-1:123456789012:table/orders'],
    ['events:ListRules', 'events:*:*:rule/nightly-*'],
    ['ssm:DescribeParameters', 'ssm:*:*:parameter/app/*'],
    ['route53:CreateHealthCheck', 'route53:::healthcheck/*'],
  ] as const)
    assert.deepEqual(levels(action, arn(resource)), ['error action-without-resource'], `${action} ${resource}`);
});

test("the verbs of API Gateway's guide are no unknown actions", () => {
  assert.deepEqual(levels('apigateway:HEAD', '*'), []);
  assert.deepEqual(levels('apigateway:OPTIONS', '*'), []);
  assert.deepEqual(levels('apigateway:CreateDomainNameAccessAssociation', '*'), ['error unknown-action']);
});
