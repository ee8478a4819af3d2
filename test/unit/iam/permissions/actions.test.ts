import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionTypes } from '../../../../src/iam/needs/types/actions';
import { readActions } from '../../../../src/terraform/unreadBlocks';
import { all, ofCode, resourcesOf } from '../../../support/permissions';

const code = (text: string, phase: 'plan' | 'apply' = 'apply') =>
  ofCode(`provider "aws" {\n  region = "eu-central-1"\n}\n${text}`, phase);

const invoke = (name: string): string =>
  `action "aws_lambda_invoke" "a" {\n  config {\n    function_name = ${name}\n    payload       = "{}"\n  }\n}\n`;

test('an action is invoked in an apply, on what its config names', async () => {
  const lambda = 'arn:aws:lambda:eu-central-1:111122223333:function:';
  assert.deepEqual(resourcesOf(await code(invoke('"warm"')), 'lambda:InvokeFunction'), [`${lambda}warm`]);
  assert.deepEqual(resourcesOf(await code(invoke(`"${lambda}other"`)), 'lambda:InvokeFunction'), [`${lambda}other`]);
  assert.deepEqual(resourcesOf(await code(`variable "f" {}\n${invoke('var.f')}`), 'lambda:InvokeFunction'), [
    `${lambda}*`,
  ]);
  assert.ok(!all(await code(invoke('"warm"'), 'plan')).includes('lambda:InvokeFunction'));
  const instance = await code(
    'action "aws_ec2_stop_instance" "s" {\n  config {\n    instance_id = "i-0123456789abcdef0"\n  }\n}\n',
  );
  assert.deepEqual(resourcesOf(instance, 'ec2:StopInstances'), [
    'arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0',
  ]);
  assert.deepEqual(resourcesOf(instance, 'ec2:DescribeInstances'), ['*']);
});

test('the key of a state that OpenTofu encrypts is used in plan and apply', async () => {
  const encrypted = (key: string): string =>
    `terraform {\n  encryption {\n    key_provider "aws_kms" "k" {\n      kms_key_id = "${key}"\n    }\n  }\n}\n`;
  const kms = 'arn:aws:kms:eu-central-1:111122223333:key/';
  for (const phase of ['plan', 'apply'] as const) {
    assert.deepEqual(resourcesOf(await code(encrypted('a1-b2'), phase), 'kms:Decrypt'), [`${kms}a1-b2`]);
    assert.deepEqual(resourcesOf(await code(encrypted('alias/state'), phase), 'kms:GenerateDataKey'), [`${kms}*`]);
  }
});

test('each action whose calls are known is read, and no other', () => {
  assert.deepEqual([...readActions].sort(), Object.keys(actionTypes).sort());
});
