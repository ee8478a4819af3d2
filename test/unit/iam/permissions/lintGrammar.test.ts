import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { applyEdits } from '../../../../src/core/text';
import { lintPermissionsInCode, lintPermissionText } from '../../../../src/iam/lint/permissions/lintPermissions';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const reference = resourceReference();
const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const found = (text: string): readonly { code: string; message: string }[] =>
  lintPermissionText(text, reference).findings;
const codes = (...statements: readonly unknown[]): readonly string[] => found(policy(...statements)).map(f => f.code);
const told = (...statements: readonly unknown[]): string =>
  found(policy(...statements))
    .map(f => f.message)
    .join('\n');
const key = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const when = (condition: unknown): object => allow('sqs:SendMessage', key, { Condition: condition });

test('every role, however it is written', () => {
  const every = [
    '*',
    'arn:aws:iam::123456789012:role/*',
    'arn:aws:iam::123456789012:role*',
    'arn:aws:iam::*:role/*',
    'arn:aws:iam::*:role*',
    'arn:aws:iam::123456789012:role/**',
    'arn:aws:iam::123456789012:role/?*',
    'arn:aws:iam::123456789012:*',
    'arn:aws:iam::*',
    'arn:*:iam::*:role/*',
    'arn:*',
    'arn:aws-us-gov:iam::123456789012:role/*',
  ];
  for (const resource of every) {
    const list = codes(allow('iam:PassRole', resource));
    assert.ok(list.includes('pass-role-any'), resource);
    assert.ok(codes(allow('iam:PassRole', ['arn:aws:iam::123456789012:role/x', resource])).includes('pass-role-any'));
  }
  for (const resource of [
    'arn:aws:iam::123456789012:role/deploy',
    'arn:aws:iam::123456789012:role/app-*',
    'arn:aws:iam::123456789012:role/app/*',
    'arn:aws:iam::*:role/deploy',
  ])
    assert.deepEqual(codes(allow('iam:PassRole', resource)), [], resource);
  assert.deepEqual(codes({ ...allow('iam:PassRole', '*'), Effect: 'Deny' }), []);
});

test('every role in Terraform code; what only Terraform knows is one account, or one role', () => {
  const inCode = (resource: string): readonly string[] => {
    const text = `data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["iam:PassRole"]\n    resources = [${resource}]\n  }\n}\n`;
    return lintPermissionsInCode(parseHcl(text), text, reference).findings.map(f => f.code);
  };
  const here = '${data.aws_partition.p.partition}:iam::${data.aws_caller_identity.c.account_id}';
  assert.deepEqual(inCode(`"arn:${here}:role/*"`), ['pass-role-any']);
  assert.deepEqual(inCode(`"arn:${here}:role*"`), ['pass-role-any']);
  assert.deepEqual(inCode('"arn:aws:iam::${var.account_id}:role/*"'), ['pass-role-any']);
  assert.deepEqual(inCode(`"arn:${here}:role/\${var.name}"`), []);
  assert.deepEqual(inCode('aws_iam_role.exec.arn'), []);
});

test('a role of any account', () => {
  assert.deepEqual(codes(allow('sts:AssumeRole', 'arn:aws:iam::*:role/deploy')), ['any-account']);
  assert.deepEqual(codes(allow('sts:AssumeRole', 'arn:aws:iam::123456789012:role/deploy')), []);
});

test('ARNs that are none, and ARNs that nothing has', () => {
  const bad: Readonly<Record<string, RegExp>> = {
    'arn:awss:sqs:eu-west-1:123456789012:q': /partition "awss"/,
    'arn::sqs:eu-west-1:123456789012:q': /partition is empty/,
    'arn:aws:sqs:eu-west-1:12345:q': /account "12345".*twelve digits/,
    'arn:aws:sqs:eu-west-1:1234-5678-9012:q': /account "1234-5678-9012"/,
    'arn:aws:sqs:eu_west_1:123456789012:q': /region "eu_west_1"/,
    'arn:aws-cn:sqs:eu-west-1:123456789012:q': /region eu-west-1 is in the partition aws, not in aws-cn/,
    'arn:aws:sqs:cn-north-1:123456789012:q': /region cn-north-1 is in the partition aws-cn/,
    'arn:aws:sqs:us-gov-west-1:123456789012:q': /aws-us-gov/,
    'arn:aws:SQS:eu-west-1:123456789012:q': /small letters/,
    'arn:aws:sqs:eu-west-1:123456789012:': /empty/,
    'arn:aws:sqs': /is not an ARN/,
    'aws:sqs:eu-west-1:123456789012:q': /is not an ARN/,
    'arn;aws:sqs:eu-west-1:123456789012:q': /is not an ARN/,
  };
  for (const [arn, message] of Object.entries(bad)) {
    const [finding] = found(policy(allow('sqs:SendMessage', arn))).filter(f => f.code === 'invalid-resource');
    assert.match(finding?.message ?? '', message, arn);
  }
  for (const arn of [
    'arn:*:sqs:*:*:q',
    'arn:aws:sqs:*:123456789012:q',
    'arn:aws:sqs:eu-west-?:123456789012:q',
    'arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q',
    'arn:aws-eusc:sqs:eusc-de-east-1:123456789012:q',
    'arn:aws:sqs:ap-southeast-5:123456789012:q',
  ])
    assert.deepEqual(codes(allow('sqs:SendMessage', arn)), [], arn);
  assert.deepEqual(codes(allow('iam:GetPolicy', 'arn:aws:iam::aws:policy/ReadOnlyAccess')), []);
  assert.ok(codes(allow('sqs:SendMessage', [{ a: 1 }])).includes('invalid-resource'));
});

test('condition keys: unknown ones with the nearest, those of identity providers and open ones left alone', () => {
  const bad: Readonly<Record<string, string>> = {
    'aws:PrincipleOrgID': 'aws:PrincipalOrgID',
    'aws:SourceIpAddress': '',
    'aws:SorceVpc': 'aws:SourceVpc',
    's3:prefx': 's3:prefix',
    SourceVpc: 'aws:SourceVpc',
    'ec2:InstanceTyp': 'ec2:InstanceType',
    'iam:PassedToServices': 'iam:PassedToService',
  };
  for (const [name, near] of Object.entries(bad)) {
    const [finding, ...more] = found(policy(when({ StringEquals: { [name]: 'x' } })));
    assert.deepEqual([finding?.code, more], ['unknown-condition-key', []], name);
    assert.ok(near === '' || finding?.message.includes(`"${near}"`), `${name}: ${finding?.message ?? ''}`);
  }
  for (const name of [
    'aws:principalorgid',
    'aws:ResourceTag/team',
    'aws:RequestTag/a:b/c',
    'aws:PrincipalTag/x',
    's3:ExistingObjectTag/secret',
    'kms:EncryptionContext:aws:s3:arn',
    'ec2:InstanceType',
    'ec2:ResourceTag/Name',
    'iam:PassedToService',
    'sts:ExternalId',
    'app.terraform.io:sub',
    'token.actions.githubusercontent.com:sub',
    'oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub',
    'saml:aud',
    'ssm:resourceTag/Env',
    'unheardof:Key',
  ])
    assert.deepEqual(codes(when({ StringEquals: { [name]: 'x' } })), [], name);
});

test('operators, keys and values that do not fit', () => {
  const bad: readonly (readonly [object, RegExp])[] = [
    [{ StringEquals: { 'aws:SourceIp': '203.0.113.0/24' } }, /IPAddress: use IpAddress/],
    [{ StringNotLike: { 'aws:SourceIp': '203.*' } }, /use NotIpAddress/],
    [{ StringEquals: { 'aws:SecureTransport': 'true' } }, /type Bool: use Bool/],
    [{ NumericEquals: { 'aws:PrincipalOrgID': '5' } }, /compares numbers.*type String/],
    [{ DateLessThan: { 'aws:SourceVpc': '2026-01-01T00:00:00Z' } }, /compares dates/],
    [{ IpAddress: { 'aws:SourceIp': '203.0.113.0/33' } }, /203\.0\.113\.0\/33/],
    [{ IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', 'home'] } }, /"home"/],
    [{ Bool: { 'aws:SecureTransport': 'yes' } }, /"true" or "false"/],
    [{ Null: { 'aws:SourceVpc': 'maybe' } }, /"true" or "false"/],
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '1h' } }, /a number/],
    [{ DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }, /a date/],
    [{ StringEquals: { 'aws:TagKeys': ['a'] } }, /ForAnyValue:StringEquals/],
    [{ 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': ['o-1'] } }, /has one value/],
    ['x', /A Condition is an object/],
    [{ StringEquals: 'x' }, /takes an object/],
  ].map(([condition, message]) => [condition as object, message as RegExp]);
  for (const [condition, message] of bad) {
    assert.deepEqual(codes(when(condition)), ['condition-type'], JSON.stringify(condition));
    assert.match(told(when(condition)), message);
  }
  for (const condition of [
    { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32', '203.0.113.7'] } },
    { Bool: { 'aws:SecureTransport': false } },
    { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    { NumericLessThanIfExists: { 'aws:MultiFactorAuthAge': 3600 } },
    { DateGreaterThan: { 'aws:CurrentTime': '2026-01-31T00:00:00Z' }, NumericGreaterThan: { 'aws:EpochTime': '1' } },
    { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } },
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*' } },
    { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*' } },
    { Null: { 'aws:TokenIssueTime': 'true' } },
    { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
  ])
    assert.deepEqual(codes(when(condition)), [], JSON.stringify(condition));
});

test('a misspelt operator, key and element is mended by its fix', () => {
  const text = policy(when({ 'ForAnyValue:StringEqual': { 'aws:TagKey': ['a'] } }));
  let now = text;
  for (let round = 0; round < 5; round++) {
    const { fix } = lintPermissionText(now, reference).findings.find(f => f.fix !== undefined) ?? {};
    if (fix === undefined) break;
    now = applyEdits(now, fix.edits);
  }
  assert.deepEqual(found(now), []);
  assert.match(now, /"ForAnyValue:StringEquals":\{"aws:TagKeys":/);
});

test('the same key twice, in the policy, a statement and a condition', () => {
  const twice = (inner: string): readonly string[] =>
    found(
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"${key}"${inner}}]}`,
    ).map(f => f.code);
  assert.deepEqual(twice(',"Effect":"Allow"'), ['duplicate-element']);
  assert.deepEqual(twice(',"Condition":{"StringEquals":{"aws:SourceVpc":"a"},"StringEquals":{"aws:SourceVpc":"b"}}'), [
    'duplicate-element',
  ]);
  assert.deepEqual(twice(',"Condition":{"StringEquals":{"aws:SourceVpc":"a","aws:sourcevpc":"b"}}'), [
    'duplicate-element',
  ]);
  assert.deepEqual(
    found(`{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}`).map(f => f.code),
    ['duplicate-element', 'missing-element'],
  );
});

test('a Principal among the statements of a caller, and a statement without one in a policy of a resource', () => {
  const principal = { ...allow('sqs:SendMessage', key), Principal: '*' };
  const without = allow('sqs:SendMessage', key);
  assert.deepEqual(codes(without, without, principal), ['principal']);
  assert.deepEqual(codes(principal, principal, without), ['principal']);
  assert.deepEqual(codes(principal), []);
  assert.deepEqual(
    lintPermissionText(policy(principal), reference, 'managed').findings.map(f => f.code),
    ['principal'],
  );
  // One statement with a Principal does not hide what the others allow.
  assert.ok(codes(without, allow('iam:PassRole', '*'), principal).includes('pass-role-any'));
});

test('no Version, and the old one', () => {
  const statement = allow('sqs:SendMessage', key);
  assert.deepEqual(
    found(JSON.stringify({ Statement: [statement] })).map(f => f.code),
    ['old-version'],
  );
  const old = JSON.stringify({ Version: '2008-10-17', Statement: [statement] });
  const [finding, ...more] = lintPermissionText(old, reference).findings;
  assert.deepEqual([finding?.code, finding?.severity, more], ['old-version', 'warning', []]);
  assert.deepEqual(found(applyEdits(old, finding?.fix?.edits ?? [])), []);
  assert.deepEqual(
    found('{"Version":"2012-10-17","Statement":[]}').map(f => f.code),
    ['missing-element'],
  );
  assert.deepEqual(
    found('{"Version":"2012-10-17","Statement":["x"]}').map(f => f.code),
    ['not-a-policy'],
  );
});

test('a policy variable that no request fills in is told, with the one that is meant', () => {
  const home = (name: string): object => allow('s3:GetObject', `arn:aws:s3:::home/\${${name}}/*`);
  assert.match(told(home('aws:usrname')), /no policy variable "\$\{aws:usrname\}".*"\$\{aws:username\}"/);
  for (const good of ['aws:username', 'aws:PrincipalTag/team', "aws:PrincipalTag/team, 'none'", 's3:prefix', '*', '$'])
    assert.equal(codes(home(good)).includes('unknown-condition-key'), false, good);
  // Keys of identity providers are theirs to make.
  assert.deepEqual(codes(home('app.example.com:sub')), []);
  assert.match(told(when({ StringEquals: { 'aws:PrincipalTag/owner': '${aws:usrid}' } })), /"\$\{aws:userid\}"/);
  const old = JSON.stringify({ Version: '2008-10-17', Statement: [home('aws:usrname')] });
  assert.equal(
    found(old).some(f => f.code === 'unknown-condition-key'),
    false,
  );
});

test('an escalation names the kind of resource that the policy names', () => {
  const actions = ['iam:CreateUser', 'iam:AttachUserPolicy', 'iam:CreateAccessKey'];
  assert.match(
    told(allow(actions, 'arn:aws:iam::123456789012:user/*')),
    /on arn:aws:iam::123456789012:user\/\* can make/,
  );
  assert.match(told(allow(actions, '*')), /on any resource can make/);
});

test('a list of policies and an empty file say how to give one', () => {
  assert.match(found(`[${policy(allow('s3:GetObject', 'arn:aws:s3:::b/*'))}]`)[0]?.message ?? '', /file of its own/);
});
