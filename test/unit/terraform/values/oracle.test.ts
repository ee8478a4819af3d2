import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { nodeFiles } from '../../../../src/node/files';
import { readRoot } from '../../../../src/terraform/read';
import { rootOf } from '../../../support/root';
import { type Answers, answersOf } from '../../../support/terraformAnswers';
import { moduleOf } from '../../../support/terraformModules';

/** What Terraform 1.17 planned, recorded by scripts/terraform-oracle/ask.mts. */
const folder = path.resolve('test/fixtures/terraform');
const recorded = JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')) as {
  random: readonly (Answers & { readonly seed: number })[];
  shaped: Readonly<Record<string, Answers>>;
};

test('random modules make the instances and outputs that Terraform plans', async () => {
  assert.ok(recorded.random.length >= 100);
  for (const { seed, instances, outputs } of recorded.random) {
    const { text, call } = moduleOf(seed);
    const main = [`module "m${seed}" {\n  source = "./m${seed}"\n${call}\n}\n`];
    for (const name of Object.keys(outputs))
      main.push(`output "${name}" {\n  value = module.m${seed}.${name.split('_')[1] ?? ''}\n}\n`);
    const ours = answersOf(await rootOf({ 'main.tf': main.join('\n'), [`m${seed}/main.tf`]: text }));
    assert.deepEqual({ instances: ours.instances, outputs: ours.outputs }, { instances, outputs }, `seed ${seed}`);
  }
});

for (const [name, theirs] of Object.entries(recorded.shaped)) {
  test(`a module shaped like a public one: ${name}`, async () => {
    const dir = path.join(folder, 'modules', name);
    const root = await readRoot(nodeFiles, {}, dir, dir, {});
    assert.ok(root);
    const ours = answersOf(root);
    assert.deepEqual(ours.open, []);
    assert.deepEqual({ instances: ours.instances, outputs: ours.outputs }, theirs);
  });
}
