import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { applyEdits } from '../../../../src/core/text';
import { readActions } from '../../../../src/iam/permissions/actions';
import { escalations } from '../../../../src/iam/permissions/escalation';
import { lintPermissionText } from '../../../../src/iam/permissions/lintPermissions';

const actions = readActions(readFileSync(path.join(__dirname, '../../../../src/iam/permissions/data/actions.json.gz')));

function codes(statement: object | string): readonly string[] {
  const text =
    typeof statement === 'string' ? statement : JSON.stringify({ Version: '2012-10-17', Statement: statement });
  return lintPermissionText(text, actions).findings.map(f => f.code);
}

const queue = 'arn:aws:sqs:eu-central-1:123456789012:orders';

test('a scoped policy with real actions is clean, whatever the case of its letters', () => {
  assert.deepEqual(codes({ Effect: 'Allow', Action: ['SQS:sendmessage', 'sqs:Get*'], Resource: queue }), []);
});

test('an action that does not exist names the nearest one, and the fix leaves nothing to find', () => {
  const text = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sqs:SendMesage', Resource: queue }] });
  const [finding] = lintPermissionText(text, actions).findings;
  assert.equal(finding?.code, 'unknown-action');
  assert.match(finding.message, /sqs:SendMessage/);
  assert.deepEqual(codes(applyEdits(text, finding.fix?.edits ?? [])), []);
  assert.deepEqual(codes({ Effect: 'Allow', Action: 'nosuchservice:Do', Resource: '*' }), ['unknown-service']);
  assert.deepEqual(codes({ Effect: 'Allow', Action: 'sqs:Nothing*', Resource: queue }), ['unknown-action']);
});

test('scope: too wide, and too narrow for the action', () => {
  assert.deepEqual(codes({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }), ['resource-could-be-scoped']);
  assert.deepEqual(codes({ Effect: 'Deny', Action: 'sqs:SendMessage', Resource: '*' }), []);
  assert.deepEqual(codes({ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: queue }), [
    'action-without-resource',
  ]);
  assert.deepEqual(codes({ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }), ['pass-role-any']);
});

test('the comment of the how-to, its escalation, and what Allow with Not… means', () => {
  const howTo = `{ "Version": "2012-10-17", "Statement": [{ // users
    "Effect": "Allow", "Resource": "*",
    "Action": ["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"] }] }`;
  const found = codes(howTo);
  assert.ok(found.includes('comment'));
  assert.equal(found.filter(c => c === 'escalation').length, 1);
  assert.deepEqual(codes({ Effect: 'Allow', NotAction: 'iam:*', NotResource: queue }), [
    'allow-not-action',
    'allow-not-resource',
  ]);
  assert.ok(codes({ Effect: 'Allow', Action: '*', Resource: '*' }).includes('escalation'));
});

test('Sids, doubles, size and texts that are no policy', () => {
  const statement = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue };
  assert.deepEqual(codes({ ...statement, Sid: 'not ok' }), ['invalid-sid']);
  assert.deepEqual(
    codes([
      { ...statement, Sid: 'A' },
      { ...statement, Sid: 'A' },
    ]),
    ['duplicate-sid'],
  );
  assert.deepEqual(codes({ ...statement, Action: ['sqs:SendMessage', 'sqs:sendMessage'] }), ['duplicate-action']);
  assert.deepEqual(codes({ ...statement, Resource: Array.from({ length: 200 }, (_, i) => `${queue}${i}`) }), [
    'too-large',
  ]);
  assert.deepEqual(codes('{}'), ['not-a-policy']);
});

test('every action of the escalation list exists in the list of IAM actions', () => {
  for (const { actions: needed } of escalations)
    for (const action of needed) assert.equal(actions.find(action)?.name, action);
});

test('completion offers real names with their access level', () => {
  const found = actions.completions('s3:getbucketloc');
  assert.deepEqual(found, [{ name: 's3:GetBucketLocation', level: 'Read', scoped: true }]);
});
