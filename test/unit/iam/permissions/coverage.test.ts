import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(__dirname, '../../../..');

test('the figures in docs/permissions.md are those of the data, and IAM has every action of it', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/permissions/coverage.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /of the 300 most used \| 300 of 300/);
  const share = /refresh reads \| (\d+) of (\d+)/.exec(stdout);
  assert.ok(Number(share?.[1]) / Number(share?.[2]) >= 0.9);
});
