import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedingVariables } from '../../../../src/hcp/variables/feeding';
import { readProject } from '../../../../src/terraform/read';
import { memoryFiles } from '../../../support/memoryFiles';

test('variables that provider blocks use as keys', async () => {
  const text = `
variable "key" {}
provider "aws" {
  access_key = var.key
  secret_key = trimspace(var.secrets["aws"])
  region     = var.region
}
provider "aws" {
  alias   = "b"
  profile = "\${var.prefix}-dev"
}
provider "google" {
  access_token = var.google
}
`;
  const project = await readProject(memoryFiles({ '/p/main.tf': text }), {}, '/p', '/p');
  const [root] = project.roots;
  assert.ok(root);
  assert.deepEqual([...feedingVariables(root)].sort(), ['key', 'prefix', 'secrets']);
});
