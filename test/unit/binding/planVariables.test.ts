import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRemovals } from '../../../src/binding/plan/variables';
import { effectiveVariables, type Variable, type VariableOrigin } from '../../../src/hcp/variables/precedence';
import type { Workspace } from '../../../src/hcp/workspace/model';

const workspace = { id: 'ws-1', name: 'web', hostname: 'app.terraform.io' } as unknown as Workspace;
const varset = (id: string): VariableOrigin => ({
  from: 'varset',
  id,
  name: id,
  priority: false,
  owner: 'organization',
  scope: 'workspace',
});
const key = (origin: VariableOrigin, id: string): Variable => ({
  id,
  key: 'AWS_ACCESS_KEY_ID',
  category: 'env',
  value: 'AKIAIOSFODNN7EXAMPLE',
  sensitive: false,
  hcl: false,
  versionId: 'v1',
  description: undefined,
  origin,
});

test('a static key goes from every place that could win once the first one is gone', () => {
  const all = [key({ from: 'workspace' }, 'var-1'), key(varset('legacy'), 'var-2'), key(varset('older'), 'var-3')];
  const reading = { all, effective: effectiveVariables(all), gaps: [], differences: [] };
  const changes = planRemovals(workspace, reading, [
    { key: 'AWS_ACCESS_KEY_ID', category: 'env', origin: 'workspace' },
  ]);
  assert.deepEqual(
    changes.map(c => [c.title, c.scope.type, c.scope.id, c.expected?.id]),
    [
      ['Remove AWS_ACCESS_KEY_ID from workspace web', 'workspace', 'ws-1', 'var-1'],
      ['Remove AWS_ACCESS_KEY_ID from variable set legacy', 'varset', 'legacy', 'var-2'],
      ['Remove AWS_ACCESS_KEY_ID from variable set older', 'varset', 'older', 'var-3'],
    ],
  );
  assert.equal(new Set(changes.map(c => c.id)).size, 3);
  assert.doesNotMatch(JSON.stringify(changes), /AKIA/);
});
