import assert from 'node:assert/strict';
import test from 'node:test';
import { configurations, templates } from '../../prove/configurations';
import { planOf, stages } from '../../prove/phases';
import { generatePermissions, type Permissions } from '../../../src/iam/needs/generate';
import { projectOf } from '../../support/lintFixtures';
import { mapping } from '../../support/permissions';

const place = { partition: 'aws', region: 'us-east-1', account: '123456789012' };

async function policyFor(files: Readonly<Record<string, string | null>>): Promise<Permissions> {
  const texts = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null);
  const { roots } = await projectOf(Object.fromEntries(texts));
  const root = roots.find(r => r.dir === '/p');
  assert.ok(root);
  return generatePermissions(root, mapping, { phase: 'apply', place });
}

test('there are 120 configurations at least, over 60 services, and each name is of one', () => {
  const names = configurations().map(c => c.name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 120 + 37, `${names.length}`);
  assert.ok(new Set(templates.map(t => t.name)).size >= 60);
});

for (const configuration of configurations()) {
  test(`${configuration.name}: all of its code is read and known, and so is that of each stage`, async () => {
    for (const update of configuration.update) {
      const found = Object.values(configuration.files).some(text => text?.includes(update.old) === true);
      assert.ok(found, `${update.old} is nowhere`);
    }
    for (const stage of stages) {
      const plan = planOf(configuration, stage, ['aws_x.y']);
      if (plan === undefined) continue;
      const { unmapped, unread, policy } = await policyFor(plan.files);
      assert.deepEqual([unmapped.map(u => u.address), unread.map(u => u.message)], [[], []], stage);
      assert.ok(policy.Statement.length > 0, stage);
    }
  });
}

test('most configurations go through all stages', () => {
  const whole = configurations().filter(c => stages.every(stage => planOf(c, stage, ['aws_x.y']) !== undefined));
  assert.ok(whole.length >= 90, `${whole.length}`);
});

test('a stage renames and removes what its name says', () => {
  const files = {
    'main.tf': 'resource "aws_a" "x" {\n  n = 1\n}\nresource "aws_b" "y" {\n  a = aws_a.x.id\n  b { c = "}" }\n}\n',
  };
  const configuration = { name: 'c', files, update: [{ old: 'n = 1', new: 'n = 2' }] };
  const text = (stage: 'rename' | 'remove' | 'change'): string =>
    planOf(configuration, stage, [])?.files['main.tf'] ?? '';
  assert.match(text('change'), /n = 2/);
  assert.match(text('rename'), /"aws_a" "x_renamed"[^]*aws_a\.x_renamed\.id/);
  assert.doesNotMatch(text('remove'), /aws_b/);
  assert.match(text('remove'), /"aws_a" "x"/);
});
