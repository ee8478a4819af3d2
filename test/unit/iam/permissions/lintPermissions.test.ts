import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { applyEdits } from '../../../../src/core/text';
import { escalations } from '../../../../src/iam/lint/permissions/escalation';
import { lintPermissionsInCode, lintPermissionText } from '../../../../src/iam/lint/permissions/lintPermissions';
import type { PermissionFinding } from '../../../../src/iam/lint/permissions/permissionFinding';
import { permissionRules } from '../../../../src/iam/lint/permissions/permissionRules';
import { resourceReference } from '../../../../src/cli/permissionData';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';
import { parseTerraformJson } from '../../../../src/terraform/syntax/json';

const reference = resourceReference();
const { actions } = reference;

function lint(statement: object | string): readonly PermissionFinding[] {
  const text =
    typeof statement === 'string' ? statement : JSON.stringify({ Version: '2012-10-17', Statement: statement });
  return lintPermissionText(text, reference).findings;
}
const codes = (statement: object | string): readonly string[] => lint(statement).map(f => f.code);

/** Codes before and after the first fix. */
function fixed(text: string): { readonly text: string; readonly codes: readonly string[] } {
  const fix = lint(text).find(f => f.fix !== undefined)?.fix;
  assert.ok(fix, 'there is no fix');
  const after = applyEdits(text, fix.edits);
  return { text: after, codes: codes(after) };
}

const queue = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const allow = (Action: unknown, Resource: unknown = '*'): object => ({ Effect: 'Allow', Action, Resource });

test('a scoped policy with real actions is clean, whatever the case of its letters', () => {
  assert.deepEqual(codes(allow(['SQS:sendmessage', 'sqs:Get*'], queue)), []);
  assert.deepEqual(codes([allow('s3:ListBucket', 'arn:aws:s3:::b'), allow('s3:GetObject', 'arn:aws:s3:::b/*')]), []);
  assert.deepEqual(codes(allow(['s3:ListBucket', 's3:GetObject'], ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'])), []);
});

test('an action that does not exist names the nearest one, and the fix leaves nothing to find', () => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [allow('sqs:SendMesage', queue)] });
  assert.match(lint(text)[0]?.message ?? '', /sqs:SendMessage/);
  assert.deepEqual(fixed(text).codes, []);
  assert.deepEqual(codes(allow('nosuchservice:Do')), ['unknown-service']);
  assert.deepEqual(codes(allow('sqs:Nothing*', queue)), ['unknown-action']);
  assert.deepEqual(codes(allow('s*:GetObject')), ['unknown-service']);
});

test('an operation of the API, a wrong service and a missing one lead to the permission that is meant', () => {
  const message = (action: string): string => lint(allow(action))[0]?.message ?? '';
  assert.match(message('s3:ListObjectsV2'), /"s3:ListBucket"/);
  assert.match(message('s3:HeadObject'), /"s3:GetObject"/);
  assert.match(message('cloudwatch:PutLogEvents'), /"logs:PutLogEvents"/);
  assert.match(message('PutLogEvents'), /no service in front.*"logs:PutLogEvents"/);
});

test('an action on a kind of resource that it does not take', () => {
  assert.deepEqual(codes(allow('s3:GetObject', 'arn:aws:s3:::b')), ['resource-mismatch']);
  assert.deepEqual(codes(allow('s3:ListBucket', 'arn:aws:s3:::b/*')), ['resource-mismatch']);
  assert.deepEqual(codes(allow('s3:Get*', 'arn:aws:s3:::b')), []);
  assert.deepEqual(codes(allow('s3:GetObject', 'arn:aws:s3:::b*')), []);
  assert.deepEqual(codes(allow('sqs:SendMessage', 'arn:aws:sns:eu-west-1:123456789012:t')), ['resource-mismatch']);
  assert.deepEqual(codes(allow('kms:Decrypt', 'arn:aws:kms:eu-west-1:123456789012:alias/x')), ['resource-mismatch']);
  assert.deepEqual(codes(allow('s3:GetObject', 'arn:aws:s3:::${aws:PrincipalTag/bucket}/*')), []);
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [allow('s3:GetObject', 'arn:aws:s3:::b')] });
  assert.deepEqual(fixed(text).codes, []);
  assert.match(fixed(text).text, /"arn:aws:s3:::b\/\*"/);
});

test("real policies of AWS's documentation have nothing that does nothing", () => {
  const policy = JSON.parse(
    readFileSync(path.join(__dirname, '../../../fixtures/policies/documentation.json'), 'utf8'),
  ) as { Statement: object[] };
  for (const statement of policy.Statement)
    assert.deepEqual(
      lint(statement)
        .filter(f => f.severity === 'error')
        .map(f => f.message),
      [],
    );
});

test('an action without resources is moved to a statement of its own', () => {
  const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "sqs:SendMessage",
        "sts:GetCallerIdentity"
      ],
      "Resource": "${queue}"
    }
  ]
}`;
  assert.deepEqual(codes(text), ['action-without-resource']);
  const after = fixed(text);
  assert.deepEqual(after.codes, []);
  assert.match(after.text, /"sqs:SendMessage"\n {6}\],/);
  assert.deepEqual(
    (JSON.parse(after.text) as { Statement: object[] }).Statement[1],
    allow(['sts:GetCallerIdentity'], '*'),
  );
});

test('scope: a star where a scope exists, one finding for a statement; a Deny may be broad', () => {
  assert.deepEqual(codes(allow('sqs:SendMessage')), ['resource-could-be-scoped']);
  assert.deepEqual(codes(allow(['sqs:SendMessage', 'sqs:Get*', 'sts:GetCallerIdentity'])), [
    'resource-could-be-scoped',
  ]);
  assert.deepEqual(codes(allow('ec2:DescribeInstances')), []);
  assert.deepEqual(codes({ Effect: 'Deny', Action: 'sqs:SendMessage', Resource: '*' }), []);
});

test('PassRole on every role, by "*" or by the ARN of all roles', () => {
  assert.deepEqual(codes(allow('iam:PassRole')), ['pass-role-any']);
  assert.deepEqual(codes(allow('iam:PassRole', 'arn:aws:iam::123456789012:role/*')), ['pass-role-any']);
  assert.deepEqual(codes(allow('iam:PassRole', 'arn:aws:iam::123456789012:role/app-*')), []);
});

test('the comment of the how-to, its escalation, and what Allow with Not… means', () => {
  const howTo = `{ "Version": "2012-10-17", "Statement": [{ // users
    "Effect": "Allow", "Resource": "*",
    "Action": ["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"] }] }`;
  const found = lint(howTo);
  assert.equal(found.filter(f => f.code === 'comment').length, 1);
  assert.deepEqual(
    found.filter(f => f.code === 'escalation').map(f => /"(\w+)"/.exec(f.message)?.[1]),
    ['CreateUserWithPolicyAndAccessKey'],
  );
  assert.deepEqual(codes({ Effect: 'Allow', NotAction: '*', NotResource: queue }), [
    'allow-not-action',
    'allow-not-resource',
  ]);
  assert.deepEqual(codes(allow('*')), ['full-access', 'escalation']);
});

test('escalation across statements, and what rules it out', () => {
  const run = allow('ec2:RunInstances');
  const passTo = (service: string): object => ({
    ...allow('iam:PassRole'),
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  });
  const has = (statements: readonly object[]): boolean => codes([...statements]).includes('escalation');
  assert.equal(has([run, passTo('ec2.amazonaws.com')]), true);
  assert.equal(has([run, passTo('lambda.amazonaws.com')]), false);
  assert.equal(has([allow('iam:PutUserPolicy')]), true);
  assert.equal(has([allow('iam:PutUserPolicy', 'arn:aws:iam::123456789012:user/*')]), true);
  assert.equal(has([allow('iam:PutUserPolicy', 'arn:aws:iam::123456789012:user/app-*')]), false);
  const boundary = { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/edge' } };
  assert.equal(has([{ ...allow('iam:PutUserPolicy'), Condition: boundary }]), false);
  assert.equal(has([allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', Resource: '*' }]), false);
  assert.equal(has([{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }]), true);
});

test('Sids, doubles, elements, size and texts that are no policy', () => {
  const statement = allow('sqs:SendMessage', queue);
  assert.deepEqual(codes({ ...statement, Sid: 'not ok' }), ['invalid-sid']);
  assert.deepEqual(
    codes([
      { ...statement, Sid: 'A' },
      { ...statement, Sid: 'A' },
    ]),
    ['duplicate-sid'],
  );
  assert.deepEqual(codes(allow(['sqs:SendMessage', 'sqs:sendMessage'], queue)), ['duplicate-action']);
  assert.deepEqual(codes(allow('sqs:SendMessage', 'orders')), ['invalid-resource']);
  assert.deepEqual(codes({ Effect: 'Allow', Actions: 'sqs:SendMessage', Resource: queue }), [
    'missing-element',
    'unknown-element',
  ]);
  assert.deepEqual(codes({ ...statement, Effect: 'allow' }), ['invalid-effect']);
  assert.deepEqual(codes({ ...statement, Condition: { StringEqual: { 'aws:RequestedRegion': 'x' } } }), [
    'unknown-operator',
  ]);
  assert.deepEqual(codes(JSON.stringify({ Version: '2012-10-18', Statement: [statement] })), ['invalid-version']);
  assert.deepEqual(codes('{}'), ['not-a-policy']);
  assert.deepEqual(codes(JSON.stringify(statement)), ['not-a-policy']);
  assert.deepEqual(codes(''), ['syntax']);
  assert.deepEqual(codes('{ "Version": "2012-10-17", "Statement": [], }'), ['missing-element', 'trailing-comma']);
});

test('sizes count without white space, by what the policy is for', () => {
  const long = (n: number): string =>
    JSON.stringify(
      {
        Version: '2012-10-17',
        Statement: [
          allow(
            'sqs:SendMessage',
            Array.from({ length: n }, (_, i) => queue + String(i)),
          ),
        ],
      },
      null,
      4,
    );
  const sized = (n: number, use?: 'managed' | 'role' | 'user' | 'group'): readonly string[] =>
    lintPermissionText(long(n), reference, use).findings.map(f => `${f.severity} ${f.code}`);
  assert.deepEqual(sized(45), []);
  assert.deepEqual(sized(45, 'user'), ['error too-large']);
  assert.deepEqual(sized(45, 'role'), []);
  assert.deepEqual(sized(150), ['warning too-large']);
  assert.deepEqual(sized(150, 'managed'), ['error too-large']);
  assert.deepEqual(sized(150, 'role'), []);
  assert.deepEqual(sized(300, 'role'), ['error too-large']);
  const one = lintPermissionText(long(3), reference).policies[0]?.size;
  assert.equal(one, JSON.stringify(JSON.parse(long(3))).length);
});

test("a resource's own policy is not judged as a role's permissions", () => {
  assert.deepEqual(
    codes({
      Sid: 'Public read',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::b/*',
    }),
    [],
  );
  assert.deepEqual(codes({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }), []);
});

const code = readFileSync(path.join(__dirname, '../../../fixtures/policies/main.tf'), 'utf8');

/** `line: code`, and whether there is a fix. */
function inCode(text: string): readonly string[] {
  return lintPermissionsInCode(parseHcl(text), text, reference).findings.map(
    f => `${text.slice(0, f.start).split('\n').length} ${f.code}${f.fix === undefined ? '' : ' fix'}`,
  );
}

test('Terraform code: documents, jsonencode, heredocs and strings, with what only Terraform knows left alone', () => {
  assert.deepEqual(inCode(code), [
    '2 resource-mismatch fix',
    '2 unknown-action fix',
    '7 invalid-sid fix',
    '8 resource-mismatch fix',
    '12 action-without-resource',
    '12 resource-mismatch',
    '16 pass-role-any',
    '19 unknown-operator fix',
    '27 unknown-action fix',
    '38 unknown-action fix',
    '38 action-without-resource fix',
    '48 resource-mismatch fix',
    '49 allow-not-action',
    '49 escalation',
    '56 full-access',
    '56 escalation',
  ]);
});

test('fixes in Terraform code are HCL, and leave nothing that they claim to fix', () => {
  let text = code;
  for (let round = 0; round < 20; round++) {
    const fix = lintPermissionsInCode(parseHcl(text), text, reference).findings.find(f => f.fix !== undefined)?.fix;
    if (fix === undefined) break;
    text = applyEdits(text, fix.edits);
    assert.deepEqual(parseHcl(text).problems, []);
  }
  assert.deepEqual(
    inCode(text).filter(f => f.endsWith(' fix')),
    [],
  );
  assert.match(text, /resources = \[aws_s3_bucket\.x\.arn, "\$\{aws_s3_bucket\.x\.arn\}\/\*"\]/);
});

test('the policies of one role count together', () => {
  const policy = (name: string, role: string, n: number): string => `resource "aws_iam_role_policy" "${name}" {
  role   = ${role}
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = [
    ${Array.from({ length: n }, (_, i) => `"${queue}${i}"`).join(', ')}
  ] }] })
}
`;
  assert.deepEqual(inCode(policy('a', 'aws_iam_role.r.id', 130) + policy('b', 'aws_iam_role.r.id', 130)), [
    '3 too-large',
  ]);
  assert.deepEqual(inCode(policy('a', 'aws_iam_role.r.id', 130) + policy('b', 'aws_iam_role.s.id', 130)), []);
});

test('policies in locals, merged, and a role whose trust policy does not count with its inline ones', () => {
  const text = `locals {
  policy = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:Nope9", Resource = "*" }] }
}
resource "aws_iam_policy" "a" {
  policy = jsonencode(merge(local.policy, { Id = "x" }))
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = [${Array.from({ length: 200 }, (_, i) => `"arn:aws:iam::123456789012:role/some-role-with-a-long-name-${i}"`).join(', ')}] } }] })
}
`;
  assert.deepEqual(inCode(text), ['2 unknown-action']);
});

test('a pattern of which the most cannot be limited may stay on "*"', () => {
  assert.deepEqual(codes(allow('ec2:Describe*')), []);
  assert.deepEqual(codes(allow('sqs:*')), ['resource-could-be-scoped']);
});

test("AWS's own parameters belong to no account, every other parameter to one", () => {
  const of = (name: string): readonly string[] =>
    codes(allow('ssm:GetParameter', `arn:aws:ssm:eu-west-1::parameter/${name}`));
  assert.deepEqual(of('aws/service/eks/*'), []);
  assert.deepEqual(of('shop/url'), ['resource-mismatch']);
});

const golden = path.join(__dirname, '../../../fixtures/permissions');
for (const name of readdirSync(golden).filter(n => existsSync(path.join(golden, n, 'apply.json')))) {
  test(`the generated policies of ${name} have no error`, () => {
    for (const phase of ['plan', 'apply']) {
      const { findings } = lintPermissionText(
        readFileSync(path.join(golden, name, `${phase}.json`), 'utf8'),
        reference,
      );
      assert.deepEqual(
        findings.filter(f => f.severity === 'error').map(f => f.message),
        [],
      );
    }
  });
}

test("Terraform's JSON syntax", () => {
  const text = JSON.stringify({
    data: {
      aws_iam_policy_document: {
        d: { statement: [{ actions: ['sqs:SendMesage'], resources: ['${aws_sqs_queue.q.arn}'] }] },
      },
    },
    resource: {
      aws_iam_policy: {
        p: {
          policy:
            '${jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:Nope9", Resource = "*" }] })}',
        },
      },
    },
  });
  const found = lintPermissionsInCode(parseTerraformJson(text, 'config'), text, reference).findings;
  assert.deepEqual(
    found.map(f => f.code),
    ['unknown-action', 'unknown-action'],
  );
});

test('what AWS prints around a document, and how it encodes it', () => {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [allow('sqs:SendMesage', queue)] });
  const encoded = encodeURIComponent(document);
  for (const text of [
    encoded,
    JSON.stringify({ PolicyVersion: { Document: encoded, VersionId: 'v1' } }),
    JSON.stringify({ RoleName: 'r', PolicyDocument: encoded }),
    JSON.stringify({ RoleName: 'r', PolicyDocument: JSON.parse(document) as object }, null, 2),
    `\uFEFF${document}`,
  ]) {
    const report = lintPermissionText(text, reference);
    const [finding, ...more] = report.findings;
    assert.ok(finding?.fix);
    assert.deepEqual([finding.code, more], ['unknown-action', []]);
    assert.equal(report.text.slice(finding.start, finding.end), '"sqs:SendMesage"');
    assert.deepEqual(codes(applyEdits(report.text, finding.fix.edits)), []);
    assert.equal(report.policies[0]?.size, document.length);
  }
});

test('every action of the escalation list exists in the list of IAM actions', () => {
  for (const { actions: needed } of escalations)
    for (const action of needed) assert.equal(actions.find(action)?.name, action);
});

test('docs/permissions.md describes every code', () => {
  const page = readFileSync(path.join(__dirname, '../../../../docs/permissions.md'), 'utf8');
  for (const rule of Object.keys(permissionRules)) assert.ok(page.includes(`\`${rule}\``), rule);
});

test('completion offers real names with their access level', () => {
  const found = actions.completions('s3:getbucketloc');
  assert.deepEqual(found, [{ name: 's3:GetBucketLocation', level: 'Read', scoped: true }]);
});
