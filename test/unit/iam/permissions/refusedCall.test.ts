import assert from 'node:assert/strict';
import test from 'node:test';
import { refusedCall } from '../../../../src/iam/needs/refusedCall';
import { mapping } from '../../../support/permissions';

const refused = (
  action: string,
  address: string,
): string => `Error: reading it: operation error X: api error AccessDenied:
  User: arn:aws:sts::111122223333:assumed-role/tfc/run is not authorized to perform: ${action} on resource: arn:aws:x

  with ${address},
  on main.tf line 5, in resource "x" "y":
`;

test('a refusal in a log leads to the resource behind it and to the row of its type', () => {
  const log = `${refused('SNS:GetTopicAttributes', 'module.a.aws_sns_topic.gone["x"]')}${refused('ec2:DescribeVpcs', 'data.aws_vpc.v')}`;
  const topic = refusedCall(log, 'SNS:GetTopicAttributes', mapping);
  assert.deepEqual([topic.address, topic.type], ['module.a.aws_sns_topic.gone["x"]', 'aws_sns_topic']);
  assert.match(topic.says.join(' '), /known to call sns:GetTopicAttributes.*--state/);
  assert.equal(refusedCall(log, 'ec2:DescribeVpcs', mapping).address, 'data.aws_vpc.v');
});

test('what only an argument asks for, and what no row has', () => {
  const health = refused('elasticloadbalancing:DescribeTargetHealth', 'aws_autoscaling_group.g');
  assert.match(
    refusedCall(health, 'elasticloadbalancing:DescribeTargetHealth', mapping).says.join(' '),
    /only where the code has target_group_arns/,
  );
  const unknown = refusedCall(refused('sqs:ReceiveMessage', 'aws_sns_topic.t'), 'sqs:ReceiveMessage', mapping);
  assert.match(
    unknown.says.join(' '),
    /"aws_sns_topic read\|write sqs:ReceiveMessage" in src\/iam\/needs\/tables\/resources\.txt/,
  );
});

test('refusals that the provider takes as an answer are said to be so; a log without Terraform names no resource', () => {
  const bare = 'is not authorized to perform: s3:ListTagsForResource on resource: arn:aws:s3:::b';
  const found = refusedCall(bare, 's3:ListTagsForResource', mapping);
  assert.equal(found.address, undefined);
  assert.match(found.says.join(' '), /goes on without this call/);
});
