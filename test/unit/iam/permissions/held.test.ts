import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { generatePermissions, type Permissions } from '../../../../src/iam/needs/generate';
import { heldCode, readHeld } from '../../../../src/iam/needs/held';
import type { Phase } from '../../../../src/iam/needs/need';
import { ownFindings } from '../../../../src/iam/needs/ownFindings';
import { readActions } from '../../../../src/iam/reference/actions';
import { readResources } from '../../../../src/iam/reference/reference';
import { projectOf } from '../../../support/lintFixtures';
import { all, mapping, ofCode, resourcesOf } from '../../../support/permissions';

const data = (name: string): Buffer => readFileSync(path.join(__dirname, '../../../../src/iam/data', name));
const reference = readResources(data('resources.json.gz'), readActions(data('actions.json.gz')));

async function withHeld(
  code: string,
  text: string,
  phase: Phase = 'apply',
  only?: ReadonlySet<string>,
): Promise<Permissions> {
  const project = await projectOf({ 'main.tf': code });
  const [root] = project.roots;
  const held = readHeld(text, 'state.json');
  assert.ok(root !== undefined && held.ok);
  return generatePermissions(root, mapping, {
    phase,
    place: { partition: 'aws', region: 'eu-central-1', account: '111122223333' },
    held: [await heldCode(held.value.resources, 'state.json')],
    ...(only && { only }),
  });
}

const secret = 'hunter2-is-no-name';
const values = {
  topic: {
    id: 'arn:aws:sns:eu-central-1:111122223333:gone',
    arn: 'arn:aws:sns:eu-central-1:111122223333:gone',
    name: 'gone',
    policy: secret,
    kms_master_key_id: '',
  },
  vpc: {
    id: 'vpc-0ab',
    arn: 'arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0ab',
    cidr_block: '10.0.0.0/16',
    tags: { Name: secret },
  },
};
const managed = (type: string, attributes: unknown, key?: string): object => ({
  ...{ mode: 'managed', type, name: 'x' },
  instances: [{ ...(key !== undefined && { index_key: key }), attributes }],
});
const stateFile = JSON.stringify({
  version: 4,
  resources: [managed('aws_sns_topic', values.topic), managed('aws_vpc', values.vpc, 'a')],
});
const shown = JSON.stringify({
  format_version: '1.0',
  values: {
    root_module: {
      resources: [
        { address: 'aws_sns_topic.x', mode: 'managed', type: 'aws_sns_topic', name: 'x', values: values.topic },
      ],
      child_modules: [
        {
          address: 'module.m',
          resources: [
            { address: 'module.m.aws_vpc.x["a"]', mode: 'managed', type: 'aws_vpc', name: 'x', values: values.vpc },
          ],
        },
      ],
    },
  },
});

for (const [name, text] of [
  ['a state file', stateFile],
  ['terraform show -json', shown],
] as const) {
  test(`${name}: what the code no longer has is refreshed and deleted, by the ARN that AWS gave it`, async () => {
    const plan = await withHeld('', text, 'plan');
    assert.deepEqual(resourcesOf(plan, 'sns:GetTopicAttributes'), ['arn:aws:sns:eu-central-1:111122223333:gone']);
    assert.ok(!all(plan).includes('sns:DeleteTopic'));
    const apply = await withHeld('', text);
    assert.deepEqual(resourcesOf(apply, 'sns:DeleteTopic'), ['arn:aws:sns:eu-central-1:111122223333:gone']);
    assert.deepEqual(resourcesOf(apply, 'ec2:DeleteVpc'), ['arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0ab']);
    assert.ok(
      !all(apply).includes('sns:CreateTopic') && !all(apply).includes('ec2:CreateVpc'),
      'nothing of it is made',
    );
  });

  test(`${name}: no value of it is kept`, async () => {
    const held = readHeld(text, 'state.json');
    assert.ok(held.ok);
    const kept = held.value.resources.flatMap(r => [...r.kept.values(), ...r.set]).map(String);
    assert.ok(kept.includes('gone') && kept.includes('policy'));
    assert.ok(kept.every(k => !k.includes(secret) && !k.includes('10.0.0.0')));
    assert.ok(!JSON.stringify(await withHeld('', text)).includes(secret));
  });
}

test('a resource that was renamed: the policy is for both names', async () => {
  const apply = await withHeld('resource "aws_sns_topic" "x" { name = "new" }', stateFile);
  const gone = 'arn:aws:sns:eu-central-1:111122223333:gone';
  assert.deepEqual(resourcesOf(apply, 'sns:DeleteTopic'), [gone, 'arn:aws:sns:eu-central-1:111122223333:new']);
  assert.deepEqual(resourcesOf(apply, 'sns:CreateTopic'), ['arn:aws:sns:eu-central-1:111122223333:new']);
});

test('a plan tells what is there and what it changes', async () => {
  const plan = JSON.stringify({
    format_version: '1.2',
    planned_values: { root_module: {} },
    prior_state: JSON.parse(shown) as unknown,
    resource_changes: [
      {
        ...{ address: 'aws_sns_topic.x', mode: 'managed', type: 'aws_sns_topic', name: 'x' },
        change: { actions: ['delete'], before: values.topic, after: null },
      },
      {
        ...{ address: 'module.m.aws_vpc.x["a"]', mode: 'managed', type: 'aws_vpc', name: 'x' },
        change: { actions: ['no-op'], before: values.vpc, after: values.vpc },
      },
    ],
  });
  const read = readHeld(plan, 'plan.json');
  assert.ok(read.ok && read.value.kind === 'plan');
  assert.deepEqual([...(read.value.changed ?? [])], ['aws_sns_topic.x']);
  const whole = await withHeld('resource "aws_sqs_queue" "q" { name = "q" }', plan);
  assert.ok(all(whole).includes('ec2:DeleteVpc') && all(whole).includes('sqs:CreateQueue'));
  const change = await withHeld('resource "aws_sqs_queue" "q" { name = "q" }', plan, 'apply', read.value.changed);
  assert.ok(
    all(change).every(action => action.startsWith('sns:')),
    'for this change only',
  );
});

test('texts that are neither a state nor a plan', () => {
  for (const text of ['', '[]', '{}', '{"version": 4}', 'not json'])
    assert.equal(readHeld(text, 'x.json').ok, false, text);
  assert.ok(readHeld('{"format_version":"1.0"}', 'x.json').ok, 'an empty state');
});

test('a generated policy is linted, and each finding names the code that causes it', async () => {
  const wide = await ofCode(`
    variable "n" {}
    resource "aws_iam_role" "r" {
      name               = var.n
      assume_role_policy = "{}"
    }
    resource "aws_iam_role_policy_attachment" "a" {
      role       = aws_iam_role.r.name
      policy_arn = var.n
    }`);
  const found = ownFindings(wide, reference).filter(f => f.code === 'escalation');
  assert.ok(found.length > 0);
  const [first] = found;
  assert.deepEqual([...new Set(first?.causes.map(c => c.address))].sort(), [
    'aws_iam_role.r',
    'aws_iam_role_policy_attachment.a',
  ]);
  assert.match(first?.nextStep ?? '', /permissions_boundary/);
  const named = await ofCode('resource "aws_sqs_queue" "q" { name = "q" }');
  assert.deepEqual(ownFindings(named, reference), []);
});
