import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRemovals, planVariables } from '../../../src/binding/plan/variables';
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

test('a sensitive variable is changed in place, in one write, and the lost value is told; the switch comes last', () => {
  const own = (name: string, sensitive: boolean): Variable => ({
    ...key({ from: 'workspace' }, `var-${name}`),
    key: name,
    value: sensitive ? undefined : 'old',
    sensitive,
  });
  const all = [own('TFC_AWS_PROVIDER_AUTH', false), own('TFC_AWS_RUN_ROLE_ARN', true)];
  const reading = { all, effective: effectiveVariables(all), gaps: [], differences: [] };
  const { changes } = planVariables(workspace, reading, [
    { key: 'TFC_AWS_PROVIDER_AUTH', value: 'true', description: '' },
    { key: 'TFC_AWS_RUN_ROLE_ARN', value: 'arn:aws:iam::123456789012:role/deploy', description: '' },
  ]);
  assert.deepEqual(
    changes.map(c => [c.key, c.action, c.expected?.id, c.undoable]),
    [
      ['TFC_AWS_RUN_ROLE_ARN', 'update', 'var-TFC_AWS_RUN_ROLE_ARN', false],
      ['TFC_AWS_PROVIDER_AUTH', 'update', 'var-TFC_AWS_PROVIDER_AUTH', true],
    ],
  );
  assert.match(changes[0]?.undoNote ?? '', /^This cannot be undone: TFC_AWS_RUN_ROLE_ARN is sensitive/);
});

test('a removed path of a file with credentials can be put back; a value that is shown nowhere is kept nowhere', () => {
  const own = (name: string, value: string): Variable => ({
    ...key({ from: 'workspace' }, `var-${name}`),
    key: name,
    value,
  });
  const all = [
    own('AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/token'),
    own('AWS_PROFILE', 'admin'),
    own('AWS_SESSION_TOKEN', 'abc'),
    own('DEPLOY_PASSWORD', 'hunter2-example'),
  ];
  const reading = { all, effective: effectiveVariables(all), gaps: [], differences: [] };
  const changes = planRemovals(
    workspace,
    reading,
    all.map(v => ({ key: v.key, category: 'env' as const, origin: 'workspace' as const })),
  );
  assert.deepEqual(
    changes.map(c => [c.key, c.before, c.undoable, c.undoNote !== undefined]),
    [
      ['AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/token', true, false],
      ['AWS_PROFILE', 'admin', true, false],
      ['AWS_SESSION_TOKEN', undefined, false, true],
      ['DEPLOY_PASSWORD', undefined, false, true],
    ],
  );
});
