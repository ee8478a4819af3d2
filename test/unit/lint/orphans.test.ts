import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orphanedVariables } from '../../../src/lint/edits/orphans';
import { rootOf } from '../../support/root';

test('a variable that only the removed argument used is told, with the value that it still has', async () => {
  const code = `variable "key" {}
variable "region" {}
provider "aws" {
  region     = var.region
  access_key = var.key
}
`;
  const root = await rootOf({ 'main.tf': code, 'terraform.tfvars': 'key = "x"\nregion = "eu-west-1"\n' });
  const [file] = root.module.files;
  assert.ok(file);
  const told = orphanedVariables(root, [{ file, text: code.replace(/ +access_key = var.key\n/, '') }]);
  assert.deepEqual(
    told.map(({ name, assignments }) => [name, assignments.length]),
    [['key', 1]],
  );
  assert.deepEqual(orphanedVariables(root, [{ file, text: code }]), []);
});
