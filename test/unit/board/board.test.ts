import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Check, CheckId, CheckState } from '../../../src/binding/check';
import { known, unknown, unread } from '../../../src/binding/facts';
import { reasonOf } from '../../../src/binding/checks/row';
import { bindingRows, checkRow, stackRows } from '../../../src/binding/checks/rows';
import { fits } from '../../../src/board/filter';
import { type Folder, groupRoots } from '../../../src/board/groups';
import type { BoardInput, BoardRoot, BoardState, BoardWorkspace, Row } from '../../../src/board/model';
import { findingLabel } from '../../../src/board/reasons';
import { rootRow } from '../../../src/board/rows';
import { summaryOf } from '../../../src/board/summary';
import { ago } from '../../../src/board/words';
import { lintRoot } from '../../../src/lint/lint';
import { rootOf } from '../../support/root';

const now = Date.UTC(2026, 10, 30, 12);
const day = 86_400_000;
const cloud = (rest = ''): string =>
  `terraform {\n  cloud {\n    organization = "acme"\n    workspaces {\n      name = "shop"\n    }\n  }\n}\n${rest}`;

const check = (id: CheckId, state: CheckState, more: Partial<Check> = {}): Check => ({
  id,
  title: `Title of ${id}`,
  state,
  evidence: [`Seen of ${id}.`],
  why: `Why of ${id}.`,
  failureModes: [],
  ...reasonOf(checkRow(id), { ...more, state }),
  ...more,
});

const nothingRead = unknown('not looked at');
const workspace = (checks: readonly Check[], facts: Partial<BoardWorkspace['facts']> = {}): BoardWorkspace => ({
  organization: 'acme',
  workspace: 'shop',
  hostname: 'app.terraform.io',
  checks,
  facts: { workspace: nothingRead, variables: nothingRead, account: nothingRead, run: known(undefined), ...facts },
});

type Input = BoardInput<BoardRoot, BoardWorkspace>;

async function input(code: string, workspaces?: readonly BoardWorkspace[], more: Partial<Input> = {}): Promise<Input> {
  const root = await rootOf({ 'main.tf': code });
  return {
    analysed: { root, findings: lintRoot(root, { environment: {} }) },
    label: 'shop',
    status:
      workspaces === undefined
        ? undefined
        : { at: now - 5 * 60_000, names: workspaces.map(w => w.workspace), workspaces, problem: undefined },
    place: ({ file }) => `${path.basename(file)}:1`,
    provenAt: () => undefined,
    unpushedSince: undefined,
    now,
    ...more,
  };
}

const keys =
  'provider "aws" {\n  region = "eu-west-1"\n  access_key = var.key\n}\nvariable "key" {\n  type = string\n}\n';

describe('the state of a root in one line', () => {
  test('worst state first, and the cause before what follows from it', async () => {
    const cases: readonly (readonly [string, Input, BoardState, string, string | undefined])[] = [
      ['nobody asked', await input(cloud()), 'unchecked', 'not checked', 'checkRoot'],
      ['no cloud block', await input('# nothing\n'), 'aside', 'no cloud block', undefined],
      ['keys in the code', await input(cloud(keys)), 'wrong', 'keys in the code win', 'configure'],
      [
        'trust and what follows',
        await input(cloud(), [
          workspace([
            check('role-trusts-run', 'wrong', { phase: 'plan', remedy: { kind: 'configure', tag: undefined } }),
            check('role-permissions', 'wrong'),
            check('last-run', 'warning'),
          ]),
        ]),
        'wrong',
        'plan runs refused',
        'fixCheck',
      ],
      ['all holds', await input(cloud(), [workspace([check('enabled', 'ok')])]), 'ok', 'all checks hold', 'proveRun'],
      [
        'proven',
        await input(cloud(), [workspace([check('enabled', 'ok')])], { provenAt: () => now - 3 * day }),
        'ok',
        'proven 3 d ago',
        undefined,
      ],
      [
        'the files are ahead of what runs use',
        await input(cloud(), [workspace([check('enabled', 'ok')])], { unpushedSince: now - day }),
        'warning',
        'runs use the old code',
        undefined,
      ],
      [
        'several workspaces',
        await input(cloud(), [
          workspace([check('enabled', 'wrong')]),
          { ...workspace([check('enabled', 'ok')]), workspace: 'other' },
        ]),
        'wrong',
        '1 of 2: not switched on',
        'doctor',
      ],
      ['tags that no workspace has', await input(cloud(), []), 'unknown', 'no workspace found', 'likeNames'],
    ];
    for (const [name, given, state, reason, best] of cases) {
      const summary = summaryOf(given);
      assert.deepEqual([summary.state, summary.reason, summary.best], [state, reason, best], name);
    }
  });

  test('no unknown without a way out', async () => {
    const problem = (code: string, status?: number) => ({
      code,
      message: `told by ${code}.`,
      nextStep: '',
      ...(status !== undefined && { status }),
    });
    const ways = [
      ['hcp-no-token', 'not signed in', 'signIn'],
      ['hcp-unauthorized', 'token is not accepted', 'signIn'],
      ['hcp-forbidden', 'permission is missing', 'explainPermission'],
      ['hcp-not-found', 'no such workspace', 'likeNames'],
      ['hcp-network', 'no answer from the host', 'checkRoot'],
      ['hcp-timeout', 'no answer from the host', 'checkRoot'],
    ] as const;
    for (const [code, reason, best] of ways) {
      const fact = unread(problem(code));
      const unknownOf = (id: CheckId): Check => check(id, 'unknown', { why: fact.why, evidence: [] });
      const given = await input(cloud(), [
        workspace([unknownOf('workspace-readable'), unknownOf('last-run'), check('enabled', 'ok')], {
          workspace: fact,
        }),
      ]);
      assert.deepEqual([summaryOf(given).reason, summaryOf(given).best], [reason, best], code);
      // What waits for one thing is one row, with the checks below it.
      const rows = rootRow(given, true).rows?.() ?? [];
      assert.deepEqual(
        rows.map(r => [r.kind, r.description, r.best]),
        [
          ['waiting', '2 checks wait', best],
          ['holds', '', undefined],
        ],
        code,
      );
      assert.equal(rows[0]?.rows?.().length, 2);
      const failed = await input(cloud(), [], {
        status: { at: now, names: [], workspaces: [], problem: problem(code) },
      });
      assert.deepEqual([summaryOf(failed).state, summaryOf(failed).best], ['unknown', best], code);
      // The row is as short as that of a check which waits for the same; its hover has the whole.
      const note = rootRow(failed, true)
        .rows?.()
        .find(r => r.id.endsWith('#note:problem'));
      const short = { 'not signed in': /^Sign in to app\.terraform\.io$/, 'token is not accepted': /^Sign in again: / };
      assert.match(note?.label ?? '', new Map<string, RegExp>(Object.entries(short)).get(reason) ?? /^told by /);
      assert.match(note?.hover.join('') ?? '', /^told by /);
      for (const spoken of [...rows, ...(rows[0]?.rows?.() ?? [])].map(r => r.spoken))
        assert.doesNotMatch(spoken, /\.\./);
    }
    const account = unknown('Unknown until an AWS profile is chosen.');
    const unchosen = await input(cloud(), [
      workspace(
        [
          check('account-readable', 'unknown', {
            why: account.why,
            remedy: { kind: 'choose-profile', accountId: undefined },
          }),
        ],
        { account },
      ),
    ]);
    assert.deepEqual(
      [summaryOf(unchosen).reason, summaryOf(unchosen).best],
      ['no AWS profile chosen', 'chooseProfile'],
    );
  });

  test('every check has a reason of at most five words', () => {
    const ids = [...bindingRows, ...stackRows].map(row => row.id);
    assert.ok(ids.length > 25);
    for (const id of ids)
      for (const state of ['wrong', 'warning', 'unknown'] as const)
        for (const phase of ['plan', 'apply', undefined] as const) {
          const { reason } = check(id, state, phase === undefined ? {} : { phase });
          assert.equal(reason === undefined, state === 'unknown', id);
          assert.ok((reason ?? '').split(' ').length <= 5, `${id}: ${reason}`);
        }
  });
});

describe('the rows of a root', () => {
  test('problems first, what holds as one row, and each says what is wrong and where', async () => {
    const holding = bindingRows.slice(0, 15).map(({ id }) => check(id, 'ok'));
    const given = await input(cloud(keys), [
      workspace([
        ...holding,
        check('no-static-credentials', 'wrong', { title: 'Static credentials' }),
        check('last-run', 'warning'),
      ]),
    ]);
    const row = rootRow(given, true);
    const rows = row.rows?.() ?? [];
    assert.deepEqual(
      rows.map(r => [r.state, r.label, r.description]),
      [
        ['wrong', 'Provider "aws" sets access_key, which wins over the role', 'main.tf:1'],
        ['wrong', 'Keys still win', 'Seen of no-static-credentials.'],
        ['warning', 'Latest run failed', 'Seen of last-run.'],
        ['ok', '15 checks hold', ''],
      ],
    );
    assert.equal(rows[3]?.open, 'closed');
    assert.equal(rows[3].rows?.().length, 15);
    assert.equal(row.spoken, 'shop: wrong, keys still win. Organization acme on app.terraform.io. Checked 5 min ago');
    // Ids are all different, and the same the next time.
    const ids = (r: Row<BoardRoot, BoardWorkspace>): readonly string[] => [r.id, ...(r.rows?.() ?? []).flatMap(ids)];
    assert.equal(new Set(ids(row)).size, ids(row).length);
    assert.deepEqual(ids(rootRow(given, true)), ids(row));
  });

  test('a finding is a sentence without its advice', () => {
    const finding = {
      severity: 'error',
      location: { file: '/r/main.tf', span: { start: 0, end: 1 } },
      fixes: [],
      related: [],
      tags: [],
    } as const;
    const label = (code: string, message: string): string => findingLabel({ ...finding, code, message });
    assert.equal(
      label(
        'provider-profile',
        'provider "aws" sets profile. Runs in HCP Terraform have no AWS profiles and stop here.',
      ),
      'provider "aws" sets profile, which runs do not have',
    );
    assert.equal(label('x', 'A tag of v1.2.3 is wrong'), 'A tag of v1.2.3 is wrong');
    assert.equal(label('x', 'It is wrong: because.'), 'It is wrong');
  });
});

describe('many roots', () => {
  const row = (label: string, state: BoardState = 'ok'): { id: string; label: string; state: BoardState } => ({
    id: label,
    label,
    state,
  });
  type Item = ReturnType<typeof row> | Folder<ReturnType<typeof row>>;
  const draw = (items: readonly Item[], indent = ''): string =>
    items
      .map(i =>
        'items' in i
          ? `${indent}${i.label}/ ${i.description}\n${draw(i.items, `${indent}  `)}`
          : `${indent}${i.label}\n`,
      )
      .join('');

  test('few stand in one list, the worst first', () => {
    assert.equal(draw(groupRoots([row('b'), row('a'), row('c', 'wrong'), row('d', 'unchecked')])), 'c\nd\na\nb\n');
  });

  test('many stand in their folders; a folder with one thing in it is left out', () => {
    const services = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap(s => [
      row(`live/services/${s}/prod`, s === 'c' ? 'wrong' : 'ok'),
      row(`live/services/${s}/test`),
    ]);
    assert.equal(
      draw(groupRoots([...services, row('bootstrap'), row('other/one', 'unknown')])),
      [
        'live/services/ 1 wrong, 11 ok',
        '  c/ 1 wrong, 1 ok',
        '    live/services/c/prod',
        '    live/services/c/test',
        ...['a', 'b', 'd', 'e', 'f'].flatMap(s => [
          `  ${s}/ 2 ok`,
          `    live/services/${s}/prod`,
          `    live/services/${s}/test`,
        ]),
        'other/one',
        'bootstrap',
        '',
      ].join('\n'),
    );
  });

  test('a filter finds names, findings and places', async () => {
    const given = await input(cloud(keys));
    const summary = summaryOf(given);
    for (const text of ['SHOP', 'access_key', 'main.tf', 'static-credentials', ''])
      assert.ok(fits(given, summary, { text }), text);
    assert.equal(fits(given, summary, { text: 'nowhere' }), false);
    assert.equal(fits(given, summary, { state: 'wrong', text: 'shop' }), true);
    assert.equal(fits(given, summary, { state: 'ok' }), false);
  });
});

test('how long ago something was', () => {
  for (const [milliseconds, text] of [
    [20_000, 'just now'],
    [5 * 60_000, '5 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [3 * day, '3 d ago'],
    [-1000, 'just now'],
  ] as const)
    assert.equal(ago(now - milliseconds, now), text);
});
