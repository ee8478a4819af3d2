import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IamChange, VariableChange } from '../../../src/binding/change';
import type { Check } from '../../../src/binding/check';
import type { PlanView, SetupEvent } from '../../../src/binding/setup';
import { changeLine, differenceOf } from '../../../src/board/page/changes';
import { renderPage } from '../../../src/board/page/render';
import { follow, linesBefore, nothingYet, type RunSoFar, takenBack } from '../../../src/board/page/run';
import { type PageQuestion, questionActions } from '../../../src/board/page/runView';
import { setupPage, type SetupState, yesDetail } from '../../../src/board/page/setup';

const account = '123456789012';
const place = { hostname: 'app.terraform.io', organization: 'acme', workspace: 'web' };

const role = (name: string): IamChange => ({
  kind: 'iam',
  id: `role:${name}`,
  title: `Create role ${name}`,
  accountId: account,
  action: 'CreateRole',
  input: { RoleName: name },
  expected: null,
  wanted: {},
  before: undefined,
  after: '{\n  "a": 1\n}',
  language: 'json',
  destructive: false,
  undoable: true,
});

const removal: VariableChange = {
  kind: 'variable',
  id: 'remove:key',
  title: 'Remove AWS_ACCESS_KEY_ID from workspace web',
  hostname: place.hostname,
  scope: { type: 'workspace', id: 'ws-1', name: 'web' },
  action: 'delete',
  key: 'AWS_ACCESS_KEY_ID',
  category: 'env',
  value: undefined,
  expected: { id: 'var-1', versionId: undefined },
  sensitive: true,
  before: undefined,
  after: undefined,
  language: 'plaintext',
  destructive: true,
  undoable: false,
  undoNote: 'Its value cannot be restored.',
};

const plan = (over: Partial<PlanView> = {}): PlanView => ({
  account: { id: account, partition: 'aws', caller: `arn:aws:iam::${account}:user/x`, root: false },
  bindings: [
    {
      workspaces: [{ hostname: place.hostname, organization: 'acme', project: 'Web', name: 'web' }],
      provider: undefined,
      roles: [],
      changes: [role('tfc-plan'), role('tfc-apply')],
      removals: [removal],
      notes: [],
      drift: [],
      problems: [],
      variables: [],
      stopped: undefined,
    },
  ],
  code: [],
  problems: [],
  irreversible: [],
  ...over,
});

const state = (over: Partial<SetupState> = {}): SetupState => ({
  label: 'storefront',
  busy: undefined,
  writing: false,
  fields: [
    {
      id: 'profile',
      label: 'AWS profile',
      value: 'profile a',
      options: [{ value: 'profile a', label: 'a' }],
      note: 'why',
    },
    { id: 'project', label: 'Project', value: '', problem: 'It is missing.' },
  ],
  more: [{ id: 'path', label: 'Path', value: '/' }],
  targets: [
    {
      hostname: place.hostname,
      organization: 'acme',
      project: 'Web',
      workspace: 'web',
      roles: [
        {
          name: 'tfc-plan',
          use: 'plan',
          trustPolicy: '{}',
          proof: [
            { who: 'this workspace, plan', answer: 'gets in', holds: true },
            { who: 'this workspace, apply', answer: 'is refused', holds: true },
            { who: 'another organization', answer: 'is refused', holds: true },
            { who: 'another audience', answer: 'is refused', holds: true },
          ],
        },
      ],
      toSet: [],
    },
  ],
  account: { id: account, alias: 'prod', root: false },
  plan: plan(),
  needs: new Map([['role:tfc-plan', ['aws_s3_bucket.a, main.tf:3: s3:GetBucketAcl']]]),
  strangers: [],
  findings: [],
  notes: [],
  problem: undefined,
  canSignIn: false,
  canChooseWorkspaces: false,
  run: undefined,
  question: undefined,
  ticked: new Set(),
  ...over,
});

const idsOf = (of: SetupState): readonly string[] => setupPage(of).actions.map(a => a.id);
const kindsOf = (of: SetupState): readonly string[] => setupPage(of).sections.map(s => s.heading ?? s.kind);

const written: Omit<Extract<SetupEvent, { id: 'written' }>, 'state' | 'done'> = {
  id: 'written',
  stage: 'write',
  workspaces: ['acme/web'],
  journal: 'j-1',
  total: 2,
  unchanged: false,
  problem: undefined,
  warning: undefined,
};
const progress = (
  id: 'tfc-plan' | 'tfc-apply',
  state: 'started' | 'done' | 'stopped',
): Extract<SetupEvent, { id: 'change' }> => ({
  id: 'change',
  stage: 'write',
  progress: { change: role(id), index: 0, total: 2, state, milliseconds: state === 'started' ? 0 : 1234 },
});
const proof = (proven: boolean, checks: readonly Check[] = []): Extract<SetupEvent, { id: 'proof' }> => ({
  id: 'proof',
  place,
  state: proven ? 'proven' : 'not proven',
  checks,
  because: proven ? [] : ['It is not so.'],
});
const after = (...events: readonly SetupEvent[]): RunSoFar => events.reduce(follow, nothingYet);

describe('the page of a setup before the yes', () => {
  test('says what will be true, who gets in, each change with why and whether it can be taken back', () => {
    const page = setupPage(state());
    assert.match(
      page.lead.join(' '),
      /^Afterwards runs of web get short-lived credentials of tfc-plan in AWS account 123456789012 \(prod\)/,
    );
    assert.match(page.lead.join(' '), /Nothing has been changed yet/);
    assert.deepEqual(kindsOf(state()), [
      'The subject of its runs',
      'Who gets in as tfc-plan',
      'Inferred; change what is not right',
      'fields',
      '2 changes',
      'Offered after the proof, each with a yes of its own',
    ]);
    const [, proven] = page.sections;
    assert.ok(proven?.kind === 'proof');
    // Strangers that are refused stand in one line; the two that are about this workspace are looked at.
    assert.equal(proven.rows.length, 2);
    assert.equal(proven.folded?.name, '2 strangers are refused');
    const changes = page.sections.find(s => s.heading === '2 changes');
    assert.ok(changes?.kind === 'changes');
    assert.deepEqual(changes.rows[0]?.needs, ['aws_s3_bucket.a, main.tf:3: s3:GetBucketAcl']);
    assert.match(changes.rows[0]?.why ?? '', /Only the subjects above get in/);
    assert.equal(changes.rows[0]?.undo, 'Can be taken back.');
    const offered = page.sections.at(-1);
    assert.ok(offered?.kind === 'changes');
    assert.equal(offered.rows[0]?.undo, 'Its value cannot be restored.');
  });

  test('a stranger that gets in is not folded away', () => {
    const [target] = state().targets;
    assert.ok(target?.roles[0]);
    const proof = [{ who: 'another organization', answer: 'gets in', holds: false }];
    const page = setupPage(state({ targets: [{ ...target, roles: [{ ...target.roles[0], proof }] }] }));
    const [, shown] = page.sections;
    assert.ok(shown?.kind === 'proof');
    assert.deepEqual([shown.rows.length, shown.folded], [1, undefined]);
  });

  test('has no button that writes while it reads, where something is in the way, and where there is no account', () => {
    assert.deepEqual(idsOf(state({ busy: 'Reading', plan: undefined })), ['stop']);
    const problem = { code: 'x', message: 'It is in the way.', nextStep: 'Do it (--option).' };
    assert.ok(!idsOf(state({ plan: plan({ problems: [problem, problem] }) })).includes('make'));
    assert.ok(!idsOf(state({ plan: undefined })).includes('make'));
    assert.ok(!idsOf(state({ problem })).includes('make'));
    assert.equal(idsOf(state())[0], 'make');
    // The same problem of several workspaces is said once, and without options of the terminal.
    const html = renderPage(setupPage(state({ plan: plan({ problems: [problem, problem] }) })));
    assert.equal([...html.matchAll(/It is in the way/g)].length, 1);
    assert.doesNotMatch(html, /--option/);
  });

  test('a role of somebody else has a tick of its own, and its changes are shown', () => {
    const stranger = { role: 'legacy', madeFor: undefined, changes: [role('legacy')] };
    const refused = plan({ problems: [{ code: 'role-not-ours', message: 'Not ours.', nextStep: 'Tick.' }] });
    const page = setupPage(state({ strangers: [stranger], plan: refused }));
    const tick = page.sections.find(s => s.kind === 'ticks');
    assert.ok(tick?.kind === 'ticks');
    assert.deepEqual(
      tick.rows.map(r => [r.id, r.ticked]),
      [['take-over:legacy', false]],
    );
    assert.ok(page.sections.some(s => s.kind === 'changes' && s.heading === '2 changes'));
    assert.ok(!page.actions.some(a => a.id === 'make'));
  });

  test('without an account the policies and variables are shown to be taken from it', () => {
    const [target] = state().targets;
    assert.ok(target);
    const toSet = [{ key: 'TFC_AWS_PROVIDER_AUTH', value: 'true' }];
    const shown = kindsOf(state({ plan: undefined, account: undefined, targets: [{ ...target, toSet }] }));
    assert.ok(shown.includes('Roles to make') && shown.includes('Environment variables to set in the workspace'));
  });

  test('the one yes names roles, changes, warnings, and what cannot be taken back', () => {
    const text = yesDetail({
      roles: ['tfc-plan'],
      changes: [role('tfc-plan'), removal],
      stopped: [{ where: 'It stopped after 1 of 2.', asPlanned: false }],
      root: true,
      warnings: ['Another account.'],
    });
    for (const part of [
      /Roles: tfc-plan/,
      /1\. Create role/,
      /Another account/,
      /only the new plan/,
      /cannot be restored/,
      /root user/,
    ])
      assert.match(text, part);
  });
});

describe('the page of a setup after the yes', () => {
  test('shows each change as it is made, and those that wait', () => {
    const run = after({ id: 'stage', stage: 'write', workspaces: ['acme/web'] }, progress('tfc-plan', 'started'));
    assert.deepEqual(
      linesBefore(run, plan().bindings[0]?.changes ?? []).map(l => l.progress),
      ['runs', 'waits'],
    );
    const done = follow(run, progress('tfc-plan', 'done'));
    assert.deepEqual(
      done.lines.map(l => [l.progress, l.seconds]),
      [['done', 1.234]],
    );
    assert.deepEqual(idsOf(state({ run: done, busy: 'Setting up', writing: true })), ['stop']);
    assert.match(
      renderPage(setupPage(state({ run: done, busy: 'Setting up', writing: true }))),
      /Stop After This Change/,
    );
    assert.match(renderPage(setupPage(state({ run: done }))), /done, 1\.2 s/);
  });

  test('a stop says what holds, which credentials runs have, and leads on and back', () => {
    const problem = { code: 'AccessDenied', message: 'AWS refused it.', nextStep: 'Ask for it.' };
    const run = after(
      { id: 'stage', stage: 'write', workspaces: ['acme/web'] },
      progress('tfc-plan', 'done'),
      progress('tfc-apply', 'stopped'),
      { ...written, state: 'stopped', done: 1, problem },
      {
        id: 'stopped',
        standing: { done: 1, total: 2, unchanged: false, problem, credentials: ['Its runs use the keys.'] },
      },
      { id: 'finished', state: 'stopped' },
    );
    const page = setupPage(state({ run }));
    assert.deepEqual(
      page.actions.map(a => a.id),
      ['go-on', 'undo', 'again'],
    );
    const html = renderPage(page);
    for (const part of [/1 of 2 changes made/, /AWS refused it/, /Its runs use the keys/, /Ask for it/])
      assert.match(html, part);
    assert.equal(page.state, 'wrong');
  });

  test('a stop before anything took effect offers nothing to take back', () => {
    const problem = { code: 'AccessDenied', message: 'AWS refused it.', nextStep: 'Ask for it.' };
    const run = after(
      { ...written, state: 'stopped', done: 0, unchanged: true, problem },
      { id: 'stopped', standing: { done: 0, total: 2, unchanged: true, problem, credentials: [] } },
      { id: 'finished', state: 'stopped' },
    );
    assert.deepEqual(
      setupPage(state({ run })).actions.map(a => a.id),
      ['go-on', 'again'],
    );
  });

  test('what was taken back is called neither done nor proven', () => {
    const done = after({ ...written, state: 'complete', done: 2 }, proof(true), { id: 'finished', state: 'done' });
    assert.equal(setupPage(state({ run: done })).state, 'ok');
    const page = setupPage(state({ run: takenBack(done, 'j-1') }));
    assert.equal(page.state, 'unchecked');
    assert.match(page.lead.join(' '), /^It was taken back/);
    assert.doesNotMatch(renderPage(page), /Proven|proven/);
    assert.ok(!page.actions.some(a => a.id === 'undo'));
    const earlier = after(
      { ...written, journal: 'j-0', state: 'complete', done: 1 },
      { ...written, state: 'complete', done: 2 },
      { id: 'finished', state: 'done' },
    );
    const half = setupPage(state({ run: takenBack(earlier, 'j-1') }));
    assert.match(half.lead.join(' '), /What was written before that is still there/);
    assert.ok(half.actions.some(a => a.id === 'undo'));
  });

  test('a cancelled run is no error', () => {
    const run = after({
      id: 'stopped',
      standing: { done: 1, total: 2, unchanged: false, problem: undefined, credentials: [] },
    });
    assert.match(renderPage(setupPage(state({ run }))), /as you asked/);
  });

  test('is ok only where every workspace was read back and is proven', () => {
    const end: SetupEvent = { id: 'finished', state: 'done' };
    assert.equal(setupPage(state({ run: after(proof(true), end) })).state, 'ok');
    assert.equal(setupPage(state({ run: after(proof(false), end) })).state, 'wrong');
    assert.equal(setupPage(state({ run: after(end) })).state, 'unknown');
    assert.match(setupPage(state({ run: after(end) })).lead.join(), /nothing is proven/);
    assert.match(renderPage(setupPage(state({ run: after(proof(false), end) }))), /It is not so/);
    assert.ok(idsOf(state({ run: after(proof(false), end) })).includes('doctor'));
    // A later reading of the same workspace takes the place of the earlier one.
    assert.equal(setupPage(state({ run: after(proof(false), proof(true), end) })).state, 'ok');
  });

  test('what is left stays on the page: code that runs do not have yet, and a key that AWS still takes', () => {
    const line = (stage: 'clean-up' | 'code'): SetupEvent => ({
      id: 'change',
      stage,
      progress: { change: { ...removal, id: stage }, index: 0, total: 1, state: 'done', milliseconds: 1 },
    });
    const html = renderPage(
      setupPage(
        state({
          run: after(
            proof(true),
            line('clean-up'),
            line('code'),
            { id: 'left', what: 'code', why: 'It stays.' },
            { id: 'finished', state: 'done' },
          ),
        }),
      ),
    );
    for (const part of [/Runs still use the old code/, /old access key is still valid/, /It stays\./])
      assert.match(html, part);
  });
});

describe('questions of a use case on the page', () => {
  const questions: readonly PageQuestion[] = [
    { id: 'clean-up-variables', workspace: 'web', changes: [removal] },
    { id: 'change-code', changes: [], fixed: 2, shown: true },
    { id: 'start-run', workspace: 'web' },
    { id: 'cancel-run', url: 'https://app.terraform.io/x' },
  ];

  test('each has a yes and a no; keys want a tick before there is a yes', () => {
    for (const question of questions) {
      const ids = questionActions(question, new Set([removal.id])).map(a => a.id);
      assert.ok(ids.includes('answer-yes') && ids.includes('answer-no'), question.id);
      const page = setupPage(state({ run: after(proof(true)), question }));
      assert.deepEqual(page.actions, questionActions(question, new Set()), question.id);
    }
    const [keys] = questions;
    assert.ok(keys);
    assert.deepEqual(
      questionActions(keys, new Set()).map(a => a.id),
      ['answer-no'],
    );
    const html = renderPage(setupPage(state({ run: after(proof(true)), question: keys })));
    assert.match(html, /Its value cannot be restored/);
    assert.match(html, /type="checkbox" id="tick-remove:key"/);
  });
});

test('every state of the page has one heading of the first level, a name for each field and button, and ids once', () => {
  const states = [
    state(),
    state({ busy: 'Reading', plan: undefined, targets: [] }),
    state({ run: after(proof(false), { id: 'finished', state: 'stopped' }), notes: ['x'] }),
    state({ strangers: [{ role: 'r', madeFor: 'acme/other', changes: [role('r')] }] }),
  ];
  for (const of of states) {
    const html = renderPage(setupPage(of));
    assert.equal([...html.matchAll(/<h1>/g)].length, 1);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(m => m[1]);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const [, id] of html.matchAll(/<(?:input type="text"|select|textarea) id="([^"]+)"/g))
      assert.ok(html.includes(`<label for="${id ?? ''}">`), id);
    for (const [, described] of html.matchAll(/aria-describedby="([^"]+)"/g))
      for (const id of (described ?? '').split(' ')) assert.ok(ids.includes(id), id);
    // A long difference is reached and scrolled by keys.
    assert.equal([...html.matchAll(/<pre(?! tabindex="0")/g)].length, 0);
  }
});

test('a difference shows what stays, goes and comes, and nothing of a text without one', () => {
  assert.deepEqual(differenceOf({ before: 'a\nb\nc', after: 'a\nx\nc' }), [' a', '-b', '+x', ' c']);
  assert.deepEqual(differenceOf({ before: undefined, after: 'a' }), ['+a']);
  assert.deepEqual(differenceOf({ before: undefined, after: undefined }), []);
  assert.equal(changeLine(role('x')).needs, undefined);
});
