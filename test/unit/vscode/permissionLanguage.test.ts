import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsOf, policiesOf } from '../../../src/vscode/permissionLanguage';
import { projectOf } from '../../support/lintFixtures';

test('the editor takes the partition from the region in the code', async () => {
  for (const [region, partition] of [
    ['eu-central-1', 'aws'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ] as const) {
    const code = `provider "aws" {\n  region = "${region}"\n}\nresource "aws_sqs_queue" "x" {\n  name = "jobs"\n}\n`;
    const [root] = (await projectOf({ 'main.tf': code })).roots;
    assert.ok(root);
    const arn = `arn:${partition}:sqs:${region}:*:jobs`;
    assert.deepEqual(new Set(needsOf(root).apply.needs.flatMap(n => n.resources)), new Set([arn]));
    assert.deepEqual(
      policiesOf(root).plan.Statement.flatMap(s => s.Resource),
      [arn],
    );
  }
});
