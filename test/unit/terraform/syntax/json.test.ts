import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTerraformJson } from '../../../../src/terraform/syntax/json';

test('an array of provider objects is as many blocks, with exact spans', () => {
  const text = '{"provider":{"aws":[{"region":"eu-west-1"},{"alias":"b","region":"${var.r}"}]}}';
  const { body, problems } = parseTerraformJson(text, 'config');
  assert.deepEqual(problems, []);
  assert.deepEqual(
    body.blocks.map(b => [b.type, ...b.labels.map(l => l.value)]),
    [
      ['provider', 'aws'],
      ['provider', 'aws'],
    ],
  );
  const region = body.blocks[0]?.body.attributes[0];
  assert.ok(region?.value.kind === 'string');
  assert.equal(region.value.value, 'eu-west-1');
  assert.equal(text.slice(region.value.start, region.value.end), '"eu-west-1"');
  const templated = body.blocks[1]?.body.attributes.find(a => a.name === 'region');
  assert.ok(templated);
  assert.notEqual(templated.value.kind, 'string');
});

test('broken JSON yields what stands before the break', () => {
  const { body, problems } = parseTerraformJson('{"provider":{"aws":{"region":"eu-west-1","profile":', 'config');
  assert.ok(problems.length > 0);
  assert.equal(body.blocks[0]?.body.attributes[0]?.name, 'region');
});

test('text that is no object is a problem, never an exception', () => {
  for (const text of ['', 'null', '6', '[6]', '"x"', '{', '\u0000']) {
    const { body, problems } = parseTerraformJson(text, 'config');
    assert.equal(body.blocks.length, 0, JSON.stringify(text));
    assert.ok(problems.length > 0, JSON.stringify(text));
  }
  for (const text of ['{}', '[]', '[{}]'])
    assert.deepEqual(parseTerraformJson(text, 'config').problems, [], 'Terraform takes an array of objects too');
});
