import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrganizationRow } from '../../../src/board/model';
import { changedRows, organizationRow, type OrganizationView } from '../../../src/board/organization';
import type { AuditFault, AuditRow, AuditState } from '../../../src/hcp/audit';
import type { Workspace } from '../../../src/hcp/workspace/model';

const workspace = (name: string, project = 'Web'): Workspace => ({
  id: `ws-${name}`,
  name,
  organization: 'acme',
  hostname: 'app.terraform.io',
  project: { id: `prj-${project}`, name: project },
  executionMode: 'remote',
  executionModeFrom: 'workspace',
  terraformVersion: '1.9.8',
  agentPoolId: undefined,
  permissions: {
    readVariables: true,
    updateVariables: true,
    queueRun: true,
    readRun: true,
    update: true,
  },
  latestRunId: null,
  tags: [],
  url: `https://app.terraform.io/app/acme/workspaces/${name}`,
});

const severities: Readonly<Record<AuditState, AuditRow['severity']>> = {
  oidc: 'ok',
  static: 'error',
  both: 'error',
  none: 'ok',
  local: 'ok',
  unknown: 'warning',
};

function audited(of: Workspace, state: AuditState, faults: readonly AuditFault[] = []): AuditRow {
  const statics =
    state === 'static' || state === 'both'
      ? [{ key: 'AWS_ACCESS_KEY_ID', category: 'env' as const, origin: 'workspace' }]
      : [];
  return {
    workspace: of,
    state,
    severity: faults.length > 0 ? 'error' : severities[state],
    facts: { configurations: [], staticCredentials: statics, suspicious: [], region: undefined },
    reading: undefined,
    faults,
    unread: state === 'unknown' ? ['The variables of a set could not be read.'] : [],
  };
}

function view(rows: readonly AuditRow[], more: Partial<OrganizationView> = {}): OrganizationView {
  return {
    hostname: 'app.terraform.io',
    organization: 'acme',
    reading: 'read',
    problem: undefined,
    workspaces: rows.map(r => r.workspace),
    rows: new Map(rows.map(r => [r.workspace.id, r])),
    progress: '38 % on OIDC (3 of 8)',
    ...more,
  };
}

const told = ({ label, state, description }: OrganizationRow): string => `${state} ${label}: ${description}`;
const flat = (row: OrganizationRow): readonly OrganizationRow[] => [row, ...row.rows.flatMap(flat)];
const many = (count: number, state: AuditState, prefix = 'app'): readonly AuditRow[] =>
  Array.from({ length: count }, (_, i) => audited(workspace(`${prefix}-${String(i).padStart(4, '0')}`), state));

describe('an organization on the board', () => {
  test('says of each workspace its state, why in five words, its project and the age of its oldest key, the worst first', () => {
    const noRole: AuditFault = { kind: 'no-role', text: 'The default configuration has no role for plan.' };
    const rows = [
      audited(workspace('web'), 'oidc'),
      audited(workspace('old', 'Data'), 'static'),
      audited(workspace('half'), 'both'),
      audited(workspace('bare'), 'oidc', [noRole]),
      audited(workspace('closed'), 'unknown'),
      audited(workspace('laptop'), 'local'),
      audited(workspace('dns'), 'none'),
    ];
    const row = organizationRow(view(rows, { keyDays: new Map([['ws-old', 412]]) }), {});
    assert.equal(told(row), 'wrong acme: 38 % on OIDC (3 of 8)');
    assert.deepEqual(row.rows.map(told), [
      'wrong bare: no role is named · Web',
      'wrong half: keys still win · Web',
      'wrong old: static keys only · Data · oldest key 412 d',
      'unknown closed: variables could not be read · Web',
      'ok web: on OIDC · Web',
      'aside dns: no AWS credentials · Web',
      'aside laptop: runs on somebody’s machine · Web',
    ]);
    for (const { description } of row.rows) assert.ok((description.split(' · ')[0] ?? '').split(' ').length <= 5);
    const old = row.rows[2];
    assert.match(
      old?.spoken ?? '',
      /^old: wrong, static keys only, project Data, oldest key 412 d\. AWS_ACCESS_KEY_ID from/,
    );
    assert.equal(old?.url, 'https://app.terraform.io/app/acme/workspaces/old');
  });

  test('with many workspaces has groups by state, and pages of a hundred in them', () => {
    const row = organizationRow(
      view([...many(612, 'static'), ...many(380, 'oidc', 'done'), ...many(8, 'unknown', 'shut')]),
      {},
    );
    assert.deepEqual(row.rows.map(told), [
      'wrong Wrong: 612 workspaces',
      'unknown Unknown: 8 workspaces',
      'ok On OIDC: 380 workspaces',
    ]);
    assert.deepEqual(row.rows[0]?.rows.map(told).slice(-2), [
      'wrong app-0500 … app-0599: 100 workspaces',
      'wrong app-0600 … app-0611: 12 workspaces',
    ]);
    const ids = flat(row).map(r => r.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { rows } of flat(row)) assert.ok(rows.length <= 100);
  });

  test('is filtered by state and by name like the rest', () => {
    const rows = [...many(20, 'static'), ...many(20, 'oidc', 'done'), audited(workspace('lone', 'Platform'), 'static')];
    const labels = (filter: Parameters<typeof organizationRow>[1]): readonly string[] =>
      flat(organizationRow(view(rows), filter))
        .filter(r => r.kind === 'audited')
        .map(r => r.label);
    assert.equal(labels({ state: 'ok' }).length, 20);
    assert.deepEqual(labels({ text: 'PLATFORM' }), ['lone']);
    assert.deepEqual(labels({ state: 'ok', text: 'app-' }), []);
    assert.equal(labels({ text: 'AWS_ACCESS_KEY_ID' }).length, 21);
  });

  test('that was stopped says how far it is, why, and goes on', () => {
    const all = many(30, 'static').map(r => r.workspace);
    const read = many(10, 'static');
    const problem = { code: 'hcp-network', message: 'The host did not answer', nextStep: 'Try again (--hostname).' };
    const row = organizationRow(view(read, { workspaces: all, reading: 'stopped', problem }), {});
    assert.equal(row.description, 'stopped, 33 % read, 38 % on OIDC (3 of 8)');
    assert.equal(row.best, 'resumeOrganization');
    assert.equal(told(row.rows[0] as OrganizationRow), 'unchecked 20 not read yet: go on: The host did not answer');
    assert.equal(row.rows[0]?.best, 'resumeOrganization');
    assert.doesNotMatch(row.rows[0]?.spoken ?? '', /--hostname/);
    assert.deepEqual(row.rows.slice(1).map(told), [
      'wrong Wrong: 10 workspaces',
      'unchecked Not read yet: 20 workspaces',
    ]);
  });
});

describe('what is drawn again', () => {
  const before = view(many(30, 'static'));
  const row = (v: OrganizationView): OrganizationRow => organizationRow(v, {});

  test('is nothing where nothing differs', () => assert.deepEqual(changedRows(row(before), row(before)), []));

  test('is the one workspace that says something else', () => {
    const after = row({ ...before, keyDays: new Map([['ws-app-0003', 90]]) });
    assert.deepEqual(
      changedRows(row(before), after).map(r => r.label),
      ['app-0003'],
    );
  });

  test('is the page whose members differ, and no other one', () => {
    const large = [...many(250, 'static'), ...many(40, 'oidc', 'done')];
    const moved = large.map(r => (r.workspace.name === 'app-0249' ? audited(r.workspace, 'oidc') : r));
    const changed = changedRows(row(view(large)), row(view(moved)));
    assert.deepEqual(
      changed.map(r => r.label),
      ['Wrong', 'On OIDC'],
    );
  });

  test('is the organization itself where its line or its groups differ', () => {
    const after = row({ ...before, progress: '40 % on OIDC (4 of 10)' });
    assert.deepEqual(
      changedRows(row(before), after).map(r => r.kind),
      ['organization'],
    );
  });
});
