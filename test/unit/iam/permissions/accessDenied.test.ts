import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { applyEdits } from '../../../../src/core/text';
import { type Denial, readDenials } from '../../../../src/iam/denials/message';
import { evaluatePermissions, type NamedPolicy } from '../../../../src/iam/policy/permissions';
import { explainDenial } from '../../../../src/iam/denials/explain';

const reference = resourceReference();
const read = (text: string): readonly Denial[] => readDenials(text, reference.actions);
const user = 'arn:aws:sts::123456789012:assumed-role/tfc-apply/run-x';
const put = (reason: string): string =>
  `User: ${user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" ${reason}`;

function one(text: string): Denial {
  const [denial, ...more] = read(text);
  assert.ok(denial, 'nothing was read');
  assert.deepEqual(more, []);
  return denial;
}

test("AWS's reasons: which kind of policy decided, and how", () => {
  const rows: readonly [string, Denial['kind'], Denial['policy']][] = [
    ['because no identity-based policy allows the s3:PutObject action', 'implicit', 'identity'],
    ['because no resource-based policy allows the s3:PutObject action', 'implicit', 'resource'],
    ['because no permissions boundary allows the s3:PutObject action', 'implicit', 'boundary'],
    ['because no service control policy allows the s3:PutObject action', 'implicit', 'scp'],
    ['because no session policy allows the s3:PutObject action', 'implicit', 'session'],
    ['because no VPC endpoint policy allows the s3:PutObject action', 'implicit', 'vpc-endpoint'],
    ['with an explicit deny in an identity-based policy', 'explicit', 'identity'],
    ['with an explicit deny in a service control policy', 'explicit', 'scp'],
    ['with an explicit deny in a resource control policy', 'explicit', 'rcp'],
    ['with an explicit deny in a permissions boundary', 'explicit', 'boundary'],
    ['with an explicit deny', 'explicit', undefined],
    ['', 'unknown', undefined],
  ];
  for (const [reason, kind, policy] of rows) {
    const denial = one(put(reason));
    assert.deepEqual(
      [denial.action, denial.resource, denial.principal, denial.kind, denial.policy],
      ['s3:PutObject', 'arn:aws:s3:::b/k', user, kind, policy],
      reason,
    );
  }
  const named = 'arn:aws:organizations::999999999999:policy/o-1/service_control_policy/p-2';
  assert.equal(one(put(`with an explicit deny in a service control policy: ${named}`)).policyArn, named);
});

test("Terraform's frame, JSON lines and the AWS CLI; each refusal once", () => {
  const error = `operation error S3: PutObject, https response error StatusCode: 403, RequestID: ABC123XYZ, api error AccessDenied: ${put('because no identity-based policy allows the s3:PutObject action')}`;
  const framed = one(`╷\n│ Error: uploading: ${error}\n│ \n│   with aws_s3_object.x,\n╵\n${error}`);
  assert.equal(framed.requestId, 'ABC123XYZ');
  const line = JSON.stringify({ '@level': 'error', diagnostic: { summary: 'uploading', detail: error } });
  assert.equal(one(`{"@level":"info","@message":"x"}\n${line}`).resource, 'arn:aws:s3:::b/k');
  assert.equal(one(put('').replace(/"/g, '\\"')).resource, 'arn:aws:s3:::b/k');
  assert.equal(
    one('An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied').action,
    's3:ListBucket',
  );
});

test('errors that name only the operation', () => {
  const s3 = one(
    'operation error S3: HeadBucket, https response error StatusCode: 403, RequestID: Q, api error Forbidden: Forbidden',
  );
  assert.equal(s3.action, 's3:ListBucket');
  assert.equal(s3.resource, undefined);
  const logs = one(
    'operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: 400, api error AccessDeniedException: no',
  );
  assert.equal(logs.action, 'logs:CreateLogGroup');
});

test('names that IAM gives in place of ARNs, and resources that are none', () => {
  const iam = `User: ${user} is not authorized to perform: iam:CreateRole on resource: role app because no identity-based policy allows the iam:CreateRole action`;
  assert.deepEqual([one(iam).resource, one(iam).policy], ['arn:aws:iam::123456789012:role/app', 'identity']);
  const kms = `User: ${user} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
  assert.equal(one(kms).resource, undefined);
});

test('encoded messages wait for AWS; decoded ones are read with their context', () => {
  const encoded =
    'You are not authorized to perform this operation. Encoded authorization failure message: abcDEF-_0123456789abcdef';
  assert.deepEqual([one(encoded).action, one(encoded).encoded], [undefined, 'abcDEF-_0123456789abcdef']);
  const decoded = {
    allowed: false,
    explicitDeny: true,
    matchedStatements: { items: [] },
    context: {
      principal: { id: 'AROA:run', arn: user },
      action: 'ec2:RunInstances',
      resource: 'arn:aws:ec2:eu-west-1:123456789012:instance/*',
      conditions: { items: [{ key: 'ec2:InstanceType', values: { items: [{ value: 't3.micro' }] } }] },
    },
  };
  for (const text of [JSON.stringify(decoded), JSON.stringify({ DecodedMessage: JSON.stringify(decoded) })]) {
    const denial = one(text);
    assert.deepEqual([denial.action, denial.kind], ['ec2:RunInstances', 'explicit']);
    assert.deepEqual(denial.context.get('ec2:instancetype'), ['t3.micro']);
  }
});

test('CloudTrail: one event, records, and what lookup-events prints', () => {
  const event = {
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    awsRegion: 'eu-west-1',
    errorCode: 'AccessDenied',
    errorMessage: 'Access Denied',
    requestParameters: { bucketName: 'b', key: 'k' },
    userIdentity: {
      arn: user,
      sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::123456789012:role/path/tfc-apply' } },
    },
    resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/k' }, { ARN: 'arn:aws:s3:::b' }],
  };
  const allowed = { ...event, errorCode: undefined };
  for (const value of [
    event,
    { Records: [allowed, event] },
    [event],
    { Events: [{ EventId: '1', CloudTrailEvent: JSON.stringify(event) }] },
  ]) {
    const denial = one(JSON.stringify(value));
    assert.deepEqual(
      [denial.action, denial.resource, denial.principal],
      ['s3:PutObject', 'arn:aws:s3:::b/k', 'arn:aws:iam::123456789012:role/path/tfc-apply'],
    );
  }
  assert.deepEqual(read(JSON.stringify(allowed)), []);
  const versioned = {
    ...event,
    eventSource: 'lambda.amazonaws.com',
    eventName: 'ListFunctions20150331',
    resources: [],
  };
  assert.equal(one(JSON.stringify(versioned)).action, 'lambda:ListFunctions');
  const metrics = { ...event, eventSource: 'monitoring.amazonaws.com', eventName: 'PutMetricAlarm', resources: [] };
  assert.equal(one(JSON.stringify(metrics)).action, 'cloudwatch:PutMetricAlarm');
});

test('texts without a refusal', () => {
  for (const text of ['', '{}', '[]', 'Apply complete!', '{"Records":[]}', '{', 'null'])
    assert.deepEqual(read(text), []);
});

const policy = (...statements: readonly object[]): NamedPolicy => ({
  name: 'p.json',
  text: JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2),
});
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const denial = one(put('because no identity-based policy allows the s3:PutObject action'));

/** What the change is called, after making sure that it is enough and leaves everything else as it was. */
function changed(p: NamedPolicy): string {
  const { change, decision } = explainDenial(denial, [p], undefined, reference);
  assert.equal(decision, 'implicit-deny');
  assert.ok(change);
  const after = { name: p.name, text: applyEdits(p.text, change.edits) };
  const request = { action: 's3:PutObject', resource: 'arn:aws:s3:::b/k' };
  assert.equal(evaluatePermissions([after], request).decision, 'allow');
  assert.equal(evaluatePermissions([after], { ...request, resource: 'arn:aws:s3:::b/other' }).decision, 'deny');
  assert.equal(evaluatePermissions([after], { ...request, action: 's3:DeleteObject' }).decision, 'deny');
  return change.title;
}

test('the smallest change: an action, a resource, or a statement; never more than was asked', () => {
  assert.match(
    changed(policy(allow(['s3:GetObject'], 'arn:aws:s3:::b/k'))),
    /^Add s3:PutObject to p\.json, statement 1/,
  );
  assert.match(changed(policy(allow('s3:PutObject', 'arn:aws:s3:::a/*'))), /^Add arn:aws:s3:::b\/k to p\.json/);
  assert.match(changed(policy(allow(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::a/*'))), /^Add a statement/);
  assert.match(changed(policy(allow('s3:GetObject', 'arn:aws:s3:::b/*'))), /^Add a statement/);
  assert.match(changed(policy()), /^Add a statement/);
  assert.match(
    changed({ name: 'p.json', text: '{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}' }),
    /^Add a statement/,
  );
});

test('what lacks is told by statement', () => {
  const lacks = (p: NamedPolicy, d = denial): readonly string[] => explainDenial(d, [p], undefined, reference).lacks;
  assert.match(
    lacks(policy(allow('s3:Put*', 'arn:aws:s3:::a/*', { Sid: 'A' })))[0] ?? '',
    /statement 1 \(A\).*the resource is lacking/,
  );
  assert.match(lacks(policy(allow('s3:Get*', 'arn:aws:s3:::b/*')))[0] ?? '', /the action is lacking/);
  const condition = { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } };
  assert.match(lacks(policy(allow('s3:*', '*', condition)))[0] ?? '', /aws:RequestedRegion/);
});

test('a Deny, another kind of policy and an allowed request get no change to the role', () => {
  const deny = { Effect: 'Deny', Action: 's3:Put*', Resource: '*', Sid: 'No' };
  const denied = explainDenial(denial, [policy(allow('s3:*', '*'), deny)], undefined, reference);
  assert.equal(denied.decision, 'explicit-deny');
  assert.match(denied.lacks[0] ?? '', /statement 2 \(No\) denies/);
  assert.equal(denied.change, undefined);
  const scp = explainDenial(
    one(put('with an explicit deny in a service control policy')),
    [policy()],
    undefined,
    reference,
  );
  assert.equal(scp.change, undefined);
  assert.match(scp.nextStep, /service control policy/);
  const allowed = explainDenial(denial, [policy(allow('s3:*', '*'))], undefined, reference);
  assert.equal(allowed.decision, 'allow');
  assert.equal(allowed.change, undefined);
});

test("the boundary's own statements are looked at where AWS names it", () => {
  const text = one(put('because no permissions boundary allows the s3:PutObject action'));
  const boundary = policy(allow('s3:Get*', '*'));
  const explained = explainDenial(text, [policy(allow('s3:*', '*'))], { ...boundary, name: 'edge' }, reference);
  assert.equal(explained.change?.policy, 'edge');
  assert.equal(explainDenial(text, [], undefined, reference).change, undefined);
});

test('an action without resources is allowed on "*", and AWS\'s own policies are never changed', () => {
  const sts = one(
    `User: ${user} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
  );
  assert.deepEqual(explainDenial(sts, [policy()], undefined, reference).change?.statement, {
    Sid: 'Ec2DescribeInstances',
    Effect: 'Allow',
    Action: 'ec2:DescribeInstances',
    Resource: '*',
  });
  assert.equal(explainDenial(sts, [{ ...policy(), fixed: true }], undefined, reference).change, undefined);
});
