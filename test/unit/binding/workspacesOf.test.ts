import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type NamedWorkspaces, workspacesOf } from '../../../src/binding/gather/workspacesOf';
import type { Environment } from '../../../src/core/host';
import { rootOf } from '../../support/root';

const ask = async (cloud: string, env: Environment = {}, name = 'main.tf'): Promise<NamedWorkspaces | string> => {
  const found = workspacesOf((await rootOf({ [name]: `terraform {\n${cloud}\n}\n` }, env)).cloud);
  return found.ok ? found.value : found.problem.code;
};
const at = { hostname: 'app.terraform.io', organization: 'acme' };
const cloud = (inner: string): string => `cloud {\n  organization = "acme"\n  ${inner}\n}`;

describe('the workspaces that a block names', () => {
  test('by name, tags and prefix', async () => {
    assert.deepEqual(await ask(cloud('workspaces {\n    name = "prod"\n  }')), {
      ...at,
      which: { by: 'name', name: 'prod' },
    });
    assert.deepEqual(await ask(cloud('workspaces {\n    tags = ["a", "b"]\n  }')), {
      ...at,
      which: { by: 'list', filter: { tags: ['a', 'b'] } },
    });
    assert.deepEqual(
      await ask('backend "remote" {\n  organization = "acme"\n  workspaces {\n    prefix = "app-"\n  }\n}'),
      { ...at, which: { by: 'list', filter: { prefix: 'app-' } } },
    );
  });

  test('none is not all of them', async () => {
    for (const inner of ['', 'workspaces {}', 'workspaces {\n    tags = []\n  }', 'workspaces {\n    name = ""\n  }'])
      assert.equal(await ask(cloud(inner)), 'workspace-not-named', inner);
    assert.deepEqual(await ask(cloud(''), { TF_WORKSPACE: 'prod' }), { ...at, which: { by: 'name', name: 'prod' } });
    assert.equal(
      await ask('backend "remote" {\n  organization = "acme"\n}', { TF_WORKSPACE: 'prod' }),
      'workspace-not-named',
    );
  });

  test('what is an expression is not known', async () => {
    assert.equal(await ask(cloud('workspaces {\n    name = var.x\n  }')), 'workspace-unknown');
    assert.equal(await ask(cloud('workspaces {\n    tags = var.x\n  }')), 'tags-unknown');
    assert.equal(await ask(cloud('hostname = var.x\n  workspaces {\n    name = "a"\n  }')), 'hostname-unknown');
    assert.equal(await ask('cloud {\n  workspaces {\n    name = "a"\n  }\n}'), 'organization-unknown');
    assert.equal(
      await ask('backend "remote" {\n  workspaces {\n    name = "a"\n  }\n}', { TF_CLOUD_ORGANIZATION: 'acme' }),
      'organization-unknown',
    );
  });
});
