import assert from 'node:assert/strict';
import type { Environment } from '../../src/core/host';
import type { Root } from '../../src/terraform/model';
import { readProject } from '../../src/terraform/read';
import { memoryFiles } from './memoryFiles';

/** The one root of some files, by their names in the root's folder. */
export async function rootOf(files: Readonly<Record<string, string>>, env: Environment = {}): Promise<Root> {
  const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/r/${name}`, text]));
  const { roots } = await readProject(memoryFiles(named), env, '/r', '/r');
  const [root] = roots;
  assert.ok(root, 'there is no root');
  return root;
}
