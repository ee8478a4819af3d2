import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { generatePermissions } from '../../../../src/iam/needs/generate';
import { readMapping } from '../../../../src/iam/needs/mapping';
import { nodeFiles } from '../../../../src/node/files';
import { readProject } from '../../../../src/terraform/read';

const fixtures = path.join(__dirname, '../../../fixtures/permissions');
const data = path.join(__dirname, '../../../../src/iam/data/terraform.json.gz');
const mapping = readMapping(readFileSync(data));
const reviewed = readdirSync(fixtures).filter(name => existsSync(path.join(fixtures, name, 'REVIEW.md')));

test('there are at least twelve reviewed configurations', () => {
  assert.ok(reviewed.length >= 12);
});

for (const name of reviewed) {
  for (const phase of ['plan', 'apply'] as const) {
    // After a change that was meant: review, note it in REVIEW.md, then node scripts/permissions/golden.mjs --write.
    test(`${name}: the ${phase} policy is the one that was reviewed`, async () => {
      const folder = path.join(fixtures, name);
      const project = await readProject(nodeFiles, {}, folder, folder);
      const root = project.roots.find(r => r.dir === folder);
      assert.ok(root);
      const place = { partition: 'aws', region: undefined, account: '111122223333' };
      const { policy, unmapped } = generatePermissions(root, mapping, { phase, place });
      assert.equal(`${JSON.stringify(policy, null, 2)}\n`, readFileSync(path.join(folder, `${phase}.json`), 'utf8'));
      assert.deepEqual(unmapped, []);
    });
  }
}
