import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknowns } from '../../../src/cli/output/checkReport';
import type { CloudSettings } from '../../../src/terraform/model';
import { readProject } from '../../../src/terraform/read';
import { type Asked, type BlockShape, blockShapes } from '../../support/identity/blockShapes';
import { memoryFiles } from '../../support/memoryFiles';

const known = <T>(value: { readonly state: string; readonly value?: T }): T | undefined =>
  value.state === 'known' ? value.value : undefined;

/** What the block stands for, in the words of the shapes; `refused` where something of it is told as a problem. */
async function reading({ files, env = {} }: BlockShape): Promise<'refused' | Asked> {
  const at = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text]));
  const project = await readProject(memoryFiles(at), env, '/project', '/project');
  const [root] = project.roots;
  assert.ok(root, 'there is no root');
  if (root.problems.length > 0 || unknowns(root.cloud).length > 0) return 'refused';
  const { cloud } = root;
  const tags = cloud.workspaces.by === 'tags' ? known(cloud.workspaces.tags) : undefined;
  const workspace = workspaceOf(cloud);
  return {
    hostname: known(cloud.hostname) ?? '',
    organization: known(cloud.organization) ?? '',
    ...(workspace !== undefined && { workspace }),
    ...(cloud.workspaces.by === 'prefix' && { prefix: known(cloud.workspaces.prefix) ?? '' }),
    ...(Array.isArray(tags) && { tags: tags as readonly string[] }),
  };
}

function workspaceOf({ workspaces }: CloudSettings): string | undefined {
  switch (workspaces.by) {
    case 'name':
      return known(workspaces.name);
    case 'tags':
      return workspaces.selected && known(workspaces.selected);
    case 'prefix': {
      const selected = workspaces.selected && known(workspaces.selected);
      return selected === undefined ? undefined : `${known(workspaces.prefix) ?? ''}${selected}`;
    }
    default:
      return undefined;
  }
}

describe('what a cloud block stands for, as terraform takes it', () => {
  for (const shape of blockShapes) {
    test(shape.name, async () => assert.deepEqual(await reading(shape), shape.terraform));
  }

  test('each shape has a name of its own', () => {
    assert.equal(new Set(blockShapes.map(s => s.name)).size, blockShapes.length);
    assert.ok(blockShapes.length >= 40, String(blockShapes.length));
  });
});
