import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { generatePermissions, type Permissions } from '../../../../src/iam/needs/generate';
import { readMapping } from '../../../../src/iam/needs/mapping';
import { blockText, needingBlocks, whyText } from '../../../../src/iam/needs/why';
import { permissionFile } from '../../../../src/node/permissionFiles';
import { projectOf } from '../../../support/lintFixtures';

const levels = resourceReference().actions;
const mapping = readMapping(permissionFile('terraform.json.gz'));
const link = ({ file, span }: { file: string; span: { start: number } }): string => `${file}@${span.start}`;

const code = `resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_no_such_thing" "x" {}

module "twice" {
  source = "./m"
}

module "again" {
  source = "./m"
}
`;

async function needsOf(files: Record<string, string>): Promise<Record<'plan' | 'apply', Permissions>> {
  const project = await projectOf(files);
  const root = project.roots.find(r => r.dir === '/p');
  assert.ok(root);
  const place = { partition: 'aws', region: undefined, account: undefined };
  return {
    plan: generatePermissions(root, mapping, { phase: 'plan', place }),
    apply: generatePermissions(root, mapping, { phase: 'apply', place }),
  };
}

const files = { 'main.tf': code, 'm/main.tf': 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n' };

test('blocks of a file in order, with their counts; those of a module that is called twice once', async () => {
  const needs = await needsOf(files);
  const blocks = needingBlocks(needs, '/p/main.tf');
  assert.deepEqual(
    blocks.map(b => [b.addresses, b.unmapped]),
    [
      [['aws_sqs_queue.orders'], false],
      [['aws_no_such_thing.x'], true],
    ],
  );
  const [queue] = blocks;
  assert.ok(queue && queue.plan > 0 && queue.apply > queue.plan);
  const [topic, ...more] = needingBlocks(needs, '/p/m/main.tf');
  assert.deepEqual(topic?.addresses, ['module.twice.aws_sns_topic.t', 'module.again.aws_sns_topic.t']);
  assert.deepEqual(more, []);
  assert.deepEqual(needingBlocks(needs, '/p/other.tf'), []);
});

test('the document names each action once, in the phase that needs it first, with every line', async () => {
  const needs = await needsOf(files);
  const text = whyText(needs, ['aws_sqs_queue.orders'], levels, link);
  const [, plan = '', apply = ''] = text.split(/^## /m);
  assert.match(plan, /`sqs:GetQueueAttributes` \| Read \|.*`aws_sqs_queue.orders` \/p\/main.tf@0/);
  assert.match(apply, /`sqs:CreateQueue` \| Write/);
  assert.ok(!apply.includes('sqs:GetQueueAttributes'));
  assert.ok(!text.includes('sns:'));
});

test('the document of the whole root holds all of it and both policies', async () => {
  const needs = await needsOf(files);
  const text = whyText(needs, undefined, levels, link, { plan: needs.plan.policy, apply: needs.apply.policy });
  assert.match(text, /`module.twice.aws_sns_topic.t`.*<br>`module.again.aws_sns_topic.t`/);
  assert.match(text, /## Not known[^#]*aws_no_such_thing\.x/);
  const policies = [...text.matchAll(/```json\n([^]*?)\n```/g)].map(m => JSON.parse(m[1] ?? '') as { Version: string });
  assert.deepEqual(
    policies.map(p => p.Version),
    ['2012-10-17', '2012-10-17'],
  );
});

test('the hover says what is not known, too', async () => {
  const needs = await needsOf(files);
  const [queue, other] = needingBlocks(needs, '/p/main.tf');
  assert.ok(queue && other);
  assert.match(
    blockText(needs, queue, 'aws_sqs_queue', levels),
    /Apply, beside these \(\d+\): .*`sqs:CreateQueue` \(Write\)/,
  );
  assert.match(blockText(needs, other, 'aws_no_such_thing', levels), /Nothing is known/);
});
