import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { applyEdits } from '../../../../src/core/text';
import { type Denial, readDenials } from '../../../../src/iam/denials/message';
import { evaluatePermissions, type NamedPolicy } from '../../../../src/iam/policy/permissions';
import { explainDenial } from '../../../../src/iam/denials/explain';
import { policiesInCode } from '../../../../src/iam/inCode/policiesInCode';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const reference = resourceReference();
const user = 'arn:aws:sts::123456789012:assumed-role/tfc-apply/run-x';
const list = `User: ${user} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme" because no identity-based policy allows the s3:ListBucket action`;
const cut = (text: string, width: number): string => (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n');

/** What each form of the message tells: action, resource, kind, policy. */
const forms: Readonly<Record<string, readonly [string, ...(string | undefined)[]]>> = {
  'SES, with its own quotes': [
    `AccessDenied: User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:eu-west-1:123456789012:identity/example.com'`,
    'ses:SendEmail',
    'arn:aws:ses:eu-west-1:123456789012:identity/example.com',
    'unknown',
  ],
  'no "User:"': [
    `${user} is not authorized to perform iam:PassRole on resource arn:aws:iam::123456789012:role/exec`,
    'iam:PassRole',
    'arn:aws:iam::123456789012:role/exec',
    'unknown',
  ],
  'non-breaking spaces': [list.replaceAll(' ', '\u00a0'), 's3:ListBucket', 'arn:aws:s3:::acme', 'implicit', 'identity'],
  'typographic quotes': [
    list.replace('"', '“').replace('"', '”'),
    's3:ListBucket',
    'arn:aws:s3:::acme',
    'implicit',
    'identity',
  ],
  'cut at 80': [cut(`Error: ${list}`, 80), 's3:ListBucket', 'arn:aws:s3:::acme', 'implicit', 'identity'],
  'cut at 71': [cut(`Error: ${list}`, 71), 's3:ListBucket', 'arn:aws:s3:::acme', 'implicit', 'identity'],
  'S3 in XML': [
    `<Error><Code>AccessDenied</Code><Message>${list}</Message></Error>`,
    's3:ListBucket',
    'arn:aws:s3:::acme',
    'implicit',
    'identity',
  ],
  'S3, SDK v1': ['AccessDenied: Access Denied\n\tstatus code: 403, request id: ABC', '-', undefined, 'unknown'],
  'S3, head': [
    'An error occurred (403) when calling the HeadObject operation: Forbidden',
    's3:GetObject',
    undefined,
    'unknown',
  ],
  'S3, head, SDK v1': [
    'Error: error reading S3 Bucket (acme-logs): Forbidden: Forbidden\n\tstatus code: 403, request id: A, host id: B',
    's3:ListBucket',
    undefined,
    'unknown',
  ],
  'S3, head, no operation named': [
    'Error: Forbidden: Forbidden\n\tstatus code: 403, request id: A, host id: B',
    '-',
    undefined,
    'unknown',
  ],
  'S3, upload': [
    'upload failed: ./a to s3://acme/a An error occurred (AccessDenied) when calling the PutObject operation: Access Denied',
    's3:PutObject',
    undefined,
    'unknown',
  ],
  'KMS, no key policy': [
    `User: ${user} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:123456789012:key/1 because no resource-based policy allows the kms:Decrypt action`,
    'kms:Decrypt',
    'arn:aws:kms:eu-west-1:123456789012:key/1',
    'implicit',
    'resource',
  ],
  'KMS, ciphertext': [
    'AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    'kms:Decrypt',
    undefined,
    'unknown',
  ],
  'EC2, SDK v1': [
    'UnauthorizedOperation: You are not authorized to perform this operation.\n\tstatus code: 403',
    '-',
    undefined,
    'unknown',
  ],
  'EC2, AWS CLI': [
    'An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation: You are not authorized to perform this operation.',
    'ec2:DescribeInstances',
    undefined,
    'unknown',
  ],
  'SNS writes its prefix in capitals': [
    `User: ${user} is not authorized to perform: SNS:CreateTopic on resource: arn:aws:sns:eu-west-1:123456789012:t because no identity-based policy allows the SNS:CreateTopic action`,
    'sns:CreateTopic',
    'arn:aws:sns:eu-west-1:123456789012:t',
    'implicit',
    'identity',
  ],
  'SQS writes actions in small letters': [
    `User: ${user} is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:123456789012:q because no identity-based policy allows the sqs:createqueue action`,
    'sqs:CreateQueue',
    'arn:aws:sqs:eu-west-1:123456789012:q',
    'implicit',
    'identity',
  ],
  'pass role to another account': [
    'AccessDenied: Cross-account pass role is not allowed.',
    'iam:PassRole',
    undefined,
    'unknown',
  ],
  "a function's role": [
    'InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
    'ec2:CreateNetworkInterface',
    undefined,
    'unknown',
  ],
};

for (const [name, [text, ...wanted]] of Object.entries(forms)) {
  test(`denied: ${name}`, () => {
    const found = readDenials(text, reference.actions).map(d => [d.action ?? '-', d.resource, d.kind, d.policy]);
    assert.deepEqual(found, [[...wanted, undefined].slice(0, 4)]);
  });
}

test('a filter on refused calls is none', () => {
  const plan = '+ pattern = "{($.errorCode = \\"*UnauthorizedOperation\\") || ($.errorCode = \\"AccessDenied*\\")}"';
  assert.deepEqual(readDenials(plan, reference.actions), []);
});

test("events of CloudTrail one a line, and jq's output of several documents", () => {
  const event = (eventName: string): object => ({
    eventSource: 's3.amazonaws.com',
    eventName,
    errorCode: 'AccessDenied',
    errorMessage: 'Access Denied',
    userIdentity: { arn: user },
  });
  const both = [event('PutObject'), event('GetObject')];
  for (const indent of [undefined, 2]) {
    const text = both.map(e => JSON.stringify(e, null, indent)).join('\n');
    assert.deepEqual(
      readDenials(text, reference.actions).map(d => [d.action, d.principal]),
      [
        ['s3:PutObject', user],
        ['s3:GetObject', user],
      ],
    );
  }
});

const one = (text: string): Denial => {
  const [denial] = readDenials(text, reference.actions);
  assert.ok(denial);
  return denial;
};
const put = (reason: string): Denial =>
  one(`User: ${user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" ${reason}`);
const policy = (...Statement: readonly object[]): NamedPolicy => ({
  name: 'p.json',
  text: JSON.stringify({ Version: '2012-10-17', Statement }),
});

test('an explicit Deny that stands elsewhere: never an Allow, and the kind of policy', () => {
  const rows: readonly (readonly [string, RegExp, RegExp])[] = [
    ['with an explicit deny in an identity-based policy', /identity-based policy of the caller/, /groups/],
    ['with an explicit deny in a service control policy', /service control policy/, /management account/],
    ['with an explicit deny in a resource control policy', /resource control policy/, /management account/],
    ['with an explicit deny in a resource-based policy', /the resource's own policy/, /owner of its account/],
    ['with an explicit deny in a permissions boundary', /permissions boundary/, /managed policy/],
    ['with an explicit deny in a session policy', /when the session was made/, /assumes the role/],
    ['with an explicit deny in a VPC endpoint policy', /VPC endpoint/, /owns the VPC endpoint/],
    ['with an explicit deny', /kind that the message does not name/, /Look for it in the policies/],
  ];
  const given = [[], [policy()], [policy({ Effect: 'Allow', Action: '*', Resource: '*' })]];
  for (const [reason, kind, next] of rows) {
    for (const policies of given) {
      const told = explainDenial(put(reason), policies, undefined, reference);
      assert.equal(told.decision, 'explicit-deny', reason);
      assert.equal(told.change, undefined, reason);
      assert.match(told.lacks[0] ?? '', kind);
      assert.match(told.nextStep, next);
      assert.match(told.nextStep, /A Deny always wins/);
    }
  }
});

test('an explicit Deny that is in the given policy or boundary is named', () => {
  const denying = policy({ Sid: 'No', Effect: 'Deny', Action: 's3:Put*', Resource: '*' });
  const told = explainDenial(put('with an explicit deny in an identity-based policy'), [denying], undefined, reference);
  assert.match(told.lacks.join('\n'), /p\.json, statement 1 \(No\) denies s3:PutObject/);
  const edge = explainDenial(put('with an explicit deny in a permissions boundary'), [], denying, reference);
  assert.match(edge.lacks.join('\n'), /statement 1 \(No\) denies/);
  assert.equal(edge.change, undefined);
});

test('a role that may not be assumed with web identity: its trust policy decides, no permission', () => {
  const told = explainDenial(
    one('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    [policy()],
    undefined,
    reference,
  );
  assert.equal(told.change, undefined);
  assert.match(told.nextStep, /trust policy.*tfc-oidc prove/);
});

/** The policies of a file of code, as `denied --policy main.tf` gives them. */
const inCode = (text: string): readonly NamedPolicy[] =>
  policiesInCode(parseHcl(text), text).map(p => ({
    name: `main.tf (${p.address})`,
    text,
    code: { ...p, file: 'main.tf' },
  }));

test('policies in Terraform code: the change is code, and is enough', () => {
  const sources = [
    'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["s3:GetObject"]\n    resources = ["arn:aws:s3:::b/k"]\n  }\n}\n',
    'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["s3:GetObject"]\n    resources = ["*"]\n  }\n}\n',
    'data "aws_iam_policy_document" "d" {}\n',
    'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Version = "2012-10-17"\n    Statement = [\n      {\n        Effect = "Allow"\n        Action = ["s3:GetObject"]\n        Resource = "*"\n      },\n    ]\n  })\n}\n',
    'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = "s3:GetObject", Resource = "*" } })\n}\n',
    'resource "aws_iam_policy" "p" {\n  policy = <<-EOT\n    {\n      "Version": "2012-10-17",\n      "Statement": [\n        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }\n      ]\n    }\n  EOT\n}\n',
  ];
  const request = { action: 's3:PutObject', resource: 'arn:aws:s3:::b/k' };
  for (const source of sources) {
    const told = explainDenial(
      put('because no identity-based policy allows the s3:PutObject action'),
      inCode(source),
      undefined,
      reference,
    );
    assert.equal(told.decision, 'implicit-deny', source);
    assert.ok(told.change, source);
    const after = inCode(applyEdits(source, told.change.edits));
    assert.equal(after.length, 1, applyEdits(source, told.change.edits));
    assert.equal(evaluatePermissions(after, request).decision, 'allow', applyEdits(source, told.change.edits));
    assert.equal(evaluatePermissions(after, { ...request, resource: 'arn:aws:s3:::b/x' }).decision, 'deny');
  }
});

test('what only Terraform knows is neither allowed nor denied', () => {
  const source =
    'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["s3:PutObject"]\n    resources = ["${aws_s3_bucket.b.arn}/*"]\n  }\n}\n';
  const told = explainDenial(
    put('because no identity-based policy allows the s3:PutObject action'),
    inCode(source),
    undefined,
    reference,
  );
  assert.equal(told.decision, 'undecided');
  assert.match(told.lacks[0] ?? '', /known only when Terraform runs/);
  assert.match(told.nextStep, /Compare the resource of that statement with arn:aws:s3:::b\/k/);
  assert.equal(told.change, undefined);
});

test('a role that was not assumed: both its trust policy and the caller have to allow it', () => {
  const denial = one(
    `User: ${user} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/deploy`,
  );
  assert.match(
    explainDenial(denial, [], undefined, reference).lacks.join('\n'),
    /trust policy of arn:aws:iam::210987654321:role\/deploy/,
  );
  const allowing = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  assert.match(
    explainDenial(denial, [allowing], undefined, reference).nextStep,
    /trust policy of arn:aws:iam::210987654321/,
  );
});

test('a HEAD request of S3: no reason is told, and what tells the reasons apart', () => {
  const bucket =
    'Error: reading S3 Bucket (acme-logs): operation error S3: HeadBucket, https response error StatusCode: 403, RequestID: A, HostID: B, api error Forbidden: Forbidden';
  const nothing = explainDenial(one(bucket), [], undefined, reference);
  assert.match(nothing.lacks.join('\n'), /status alone.*\n.*another account/);
  assert.doesNotMatch(nothing.lacks.join('\n'), /No policy of the caller allows/);
  assert.match(nothing.nextStep, /owns bucket acme-logs .*allow s3:ListBucket/);
  const allowed = explainDenial(
    one(bucket),
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })],
    undefined,
    reference,
  );
  assert.match(allowed.nextStep, /list-buckets/);
  const object = explainDenial(one(bucket.replace('HeadBucket', 'HeadObject')), [], undefined, reference);
  assert.match(object.lacks.join('\n'), /does not exist looks the same/);
  // A message that says who was refused says more.
  assert.equal(put('because no identity-based policy allows the s3:PutObject action').head, undefined);
});

test('a message that does not say whose policy decided proves none', () => {
  const told = explainDenial(
    one('An error occurred (AccessDenied) when calling the PutObject operation: Access Denied'),
    [],
    undefined,
    reference,
  );
  assert.match(told.lacks.join(), /does not say whose policy/);
  assert.equal(told.decision, undefined);
});
