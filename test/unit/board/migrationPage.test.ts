import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MigrationPlan, UnitResult } from '../../../src/binding/migrate';
import { type MigrationUnit, nextUnits } from '../../../src/binding/migrate/units';
import { accountYes, migrationPage, type MigrationState } from '../../../src/board/page/migration';
import { renderPage } from '../../../src/board/page/render';
import type { VariableChange } from '../../../src/binding/change';
import type { AuditRow } from '../../../src/hcp/audit';

const change = (id: string, undoable = true): VariableChange =>
  ({
    kind: 'variable',
    id,
    title: `Set ${id}`,
    language: 'plaintext',
    before: undefined,
    after: 'x',
    destructive: !undoable,
    undoable,
    ...(!undoable && { undoNote: 'Its value is not kept.' }),
    action: 'create',
    hostname: 'app.terraform.io',
    scope: { type: 'workspace', id: 'ws-1', name: 'app' },
    key: id,
    category: 'env',
    expected: undefined,
    wanted: undefined,
  }) as unknown as VariableChange;

const unit = (name: string, row: Partial<AuditRow> = {}): MigrationUnit =>
  ({
    name,
    accountId: '123456789012',
    repository: undefined,
    row: {
      workspace: { name, project: { id: 'prj-1', name: 'Web' } },
      state: 'static',
      faults: [],
      facts: { configurations: [], suspicious: [], region: undefined, staticCredentials: [] },
      ...row,
    },
    member: {},
  }) as unknown as MigrationUnit;

const planOf = (...names: readonly string[]): MigrationPlan =>
  ({
    accounts: [
      {
        accountId: '123456789012',
        problem: undefined,
        unplanned: [],
        opened: undefined,
        roles: { now: 3, made: 2 * names.length },
        providers: { now: 0, made: 1 },
        units: names.map(name => ({
          unit: unit(name),
          plan: {
            problems: [],
            groups: [
              {
                changes: [change('TFC_AWS_PROVIDER_AUTH')],
                removals: [change('AWS_ACCESS_KEY_ID', false)],
                notes: ['Its code is not here.'],
              },
            ],
          },
        })),
      },
    ],
    left: [
      {
        name: 'lost',
        done: false,
        why: 'Its account is not known. Say which account it is (--account-of WORKSPACE=ACCOUNT).',
      },
    ],
  }) as unknown as MigrationPlan;

const state = (more: Partial<MigrationState>): MigrationState => ({
  organization: 'acme',
  fields: [],
  removeKeys: false,
  plan: undefined,
  later: 0,
  ended: [],
  result: undefined,
  busy: undefined,
  writing: false,
  problem: undefined,
  ...more,
});
const labels = (of: MigrationState): readonly string[] => migrationPage(of).actions.map(a => a.label);

describe('the page of the next ten', () => {
  test('shows every change of every workspace before there is anything to say yes to', () => {
    const of = state({ plan: planOf('a', 'b'), later: 30 });
    const html = renderPage(migrationPage(of));
    for (const text of [
      'a (Web): 1 change, 1 after the proof',
      'b (Web)',
      'Set TFC_AWS_PROVIDER_AUTH',
      'Its value is not kept.',
      '3 roles today, 4 more',
      '30 workspaces more come after them',
    ])
      assert.ok(html.includes(text), text);
    assert.match(html, /Nothing has been changed yet/);
    assert.match(html, /lost: Its account is not known\. Say which account it is\./);
    assert.doesNotMatch(html, /--account-of/);
    assert.deepEqual(labels(of), ['Set Up 2 Workspaces…', 'Plan Again']);
  });

  test('has nothing to say yes to without a plan, while it reads, and where an account cannot be reached', () => {
    assert.deepEqual(labels(state({})), ['Plan']);
    assert.deepEqual(labels(state({ busy: 'Reading' })), ['Stop']);
    assert.deepEqual(labels(state({ busy: 'Setting up a', writing: true })), ['Stop After These Changes']);
    const [account] = planOf('a').accounts;
    const problem = {
      code: 'other-account',
      message: 'The profile belongs to another account.',
      nextStep: 'Choose one (--profile).',
    };
    const of = state({ plan: { accounts: [{ ...account, problem } as never], left: [] } });
    assert.deepEqual(labels(of), ['Plan Again']);
    assert.equal(migrationPage(of).state, 'wrong');
    const unplanned = [{ unit: unit('b'), problem }];
    const html = renderPage(
      migrationPage(state({ plan: { accounts: [{ ...account, unplanned } as never], left: [] } })),
    );
    assert.match(html, /b could not be planned: The profile belongs to another account\./);
  });

  test('tells how each ended, failures first, why it stopped, and goes on', () => {
    const ended = (name: string, s: UnitResult['state'], why = ''): UnitResult => ({
      name,
      accountId: '123456789012',
      state: s,
      why,
    });
    const units = [
      ended('a', 'done'),
      ended('b', 'failed', 'No permission.'),
      ended('c', 'not reached', 'It stopped.'),
    ];
    const result = { state: 'stopped' as const, units, why: '2 of 10 workspaces of wave 1 failed.', waves: 1 };
    const page = migrationPage(
      state({ plan: planOf('a'), result, ended: [{ unit: units[0] as UnitResult, wave: 1 }], later: 4 }),
    );
    const [list] = page.sections.filter(s => s.kind === 'checks');
    assert.deepEqual(
      list?.rows.map(r => r.title),
      ['b: failed', 'c: not reached', 'a: proven'],
    );
    assert.match(page.lead.join(' '), /2 of 10 workspaces of wave 1 failed\. 1 workspace of 3 is proven\./);
    assert.equal(page.state, 'wrong');
    assert.deepEqual(
      page.actions.map(a => a.label),
      ['Plan Anew', 'Show Old Keys…'],
    );
  });

  test('asks one yes for an account, with its workspaces, each change and what cannot be taken back', () => {
    const changes = [change('TFC_AWS_PROVIDER_AUTH'), change('AWS_ACCESS_KEY_ID', false)];
    const yes = accountYes({ accountId: '123456789012', root: false, workspaces: ['a', 'b'], changes });
    assert.equal(yes.message, 'Set up OIDC for 2 workspaces in AWS account 123456789012?');
    assert.match(
      yes.detail,
      /Workspaces: a, b\n\n1\. Set TFC_AWS_PROVIDER_AUTH\n2\. Set AWS_ACCESS_KEY_ID\n\nSet AWS_ACCESS_KEY_ID: Its value is not kept\./,
    );
    assert.equal(yes.button, 'Make 2 Changes');
  });
});

describe('which are next', () => {
  const key = (origin: string) => ({ key: 'AWS_ACCESS_KEY_ID', category: 'env' as const, origin });
  const both = (name: string, origin: string): MigrationUnit =>
    unit(name, {
      state: 'both',
      facts: { configurations: [], suspicious: [], region: undefined, staticCredentials: [key(origin)] },
    });
  const units = [unit('a'), both('b', 'workspace'), both('c', 'variable set Legacy'), unit('d'), unit('e')];
  const names = (...of: Parameters<typeof nextUnits>): readonly string[] => nextUnits(...of).map(u => u.name);

  test('those that nothing would change for are left out: asked again, others come', () => {
    assert.deepEqual(names(units, 10, false, new Set()), ['a', 'd', 'e']);
    assert.deepEqual(names(units, 10, true, new Set()), ['a', 'b', 'd', 'e']);
    assert.deepEqual(names(units, 2, false, new Set()), ['a', 'd']);
  });

  test('one that failed comes last, so that it stops no other', () =>
    assert.deepEqual(names(units, 2, false, new Set(['a'])), ['d', 'e']));
});
