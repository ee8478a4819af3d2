import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IamChange } from '../../../src/binding/change';
import type { Check } from '../../../src/binding/check';
import type { PlanView } from '../../../src/binding/setup';
import { remedyPage, type RemedyState } from '../../../src/board/page/remedy';
import { renderPage } from '../../../src/board/page/render';
import { follow, nothingYet, takenBack } from '../../../src/board/page/run';

const check: Check = {
  id: 'role-trusts-run',
  phase: 'plan',
  title: 'Trust for plan runs',
  state: 'wrong',
  reason: 'plan runs refused',
  evidence: ['The role trusts another project.'],
  why: 'AWS compares letter by letter.',
  failureModes: [],
};
const trust: IamChange = {
  kind: 'iam',
  id: 'role:tfc-web:trust',
  title: 'Replace the trust policy of role tfc-web',
  accountId: '123456789012',
  action: 'UpdateAssumeRolePolicy',
  input: { RoleName: 'tfc-web' },
  expected: 'a',
  wanted: 'b',
  before: '{\n  "a": 1\n}',
  after: '{\n  "a": 2\n}',
  language: 'json',
  destructive: true,
  undoable: true,
};
const plan = (changes: readonly IamChange[], problems: PlanView['problems'] = []): PlanView => ({
  account: { id: '123456789012', partition: 'aws', caller: '', root: false },
  bindings: [
    {
      workspaces: [{ hostname: 'app.terraform.io', organization: 'acme', project: 'Web', name: 'web' }],
      provider: undefined,
      roles: [],
      changes,
      removals: [],
      notes: [],
      drift: [],
      problems,
      variables: [],
      stopped: undefined,
    },
  ],
  code: [],
  problems,
  irreversible: [],
});
const state = (over: Partial<RemedyState> = {}): RemedyState => ({
  organization: 'acme',
  workspace: 'web',
  check,
  busy: undefined,
  writing: false,
  plan: plan([trust]),
  problem: undefined,
  run: undefined,
  question: undefined,
  ...over,
});
const labels = (of: RemedyState): readonly string[] => remedyPage(of).actions.map(a => a.label);

test('the button that is the yes names the account, and the page role and workspace above it', () => {
  assert.equal(labels(state())[0], 'Make 1 Change in Account 123456789012');
  const html = renderPage(remedyPage(state()));
  for (const part of [
    /Workspace acme\/web/,
    /in AWS account 123456789012, for workspace web/,
    /role tfc-web/,
    /Difference/,
  ])
    assert.match(html, part);
});

test('there is no yes while it reads, where something is in the way, and where nothing has to change', () => {
  const problem = { code: 'x', message: 'It is in the way.', nextStep: 'Do it.' };
  for (const of of [
    state({ busy: 'Reading' }),
    state({ plan: undefined }),
    state({ problem }),
    state({ plan: plan([trust], [problem]) }),
    state({ plan: plan([]) }),
  ])
    assert.ok(!labels(of).some(l => l.startsWith('Make')), JSON.stringify(labels(of)));
  assert.match(renderPage(remedyPage(state({ plan: plan([]) }))), /as it should be by now/);
});

test('afterwards it says what was read back, and leads back', () => {
  const place = { hostname: 'app.terraform.io', organization: 'acme', workspace: 'web' };
  const written = { id: 'written', stage: 'write', workspaces: ['acme/web'], journal: 'j', unchanged: false } as const;
  const run = (checks: readonly Check[]): RemedyState['run'] =>
    [
      { ...written, state: 'complete', done: 1, total: 1, problem: undefined, warning: undefined } as const,
      { id: 'proof', place, state: 'proven', checks, because: [] } as const,
      { id: 'finished', state: 'done' } as const,
    ].reduce(follow, nothingYet);
  const good = remedyPage(state({ run: run([{ ...check, state: 'ok' }]) }));
  assert.equal(good.state, 'ok');
  assert.deepEqual(
    good.actions.map(a => a.id),
    ['again', 'undo'],
  );
  const back = remedyPage(state({ run: takenBack(run([{ ...check, state: 'ok' }]) ?? nothingYet, 'j') }));
  assert.equal(back.state, 'unchecked');
  assert.match(back.lead.join(' '), /^It was taken back/);
  assert.ok(!back.actions.some(a => a.id === 'undo'));
  const problem = { code: 'x', message: 'AWS refused it.', nextStep: 'Ask for it.' };
  const refused = [
    { ...written, state: 'stopped', done: 0, total: 1, unchanged: true, problem, warning: undefined } as const,
    { id: 'finished', state: 'stopped' } as const,
  ].reduce(follow, nothingYet);
  const nothing = remedyPage(state({ run: refused }));
  assert.equal(nothing.lead.join(' '), 'It stopped before anything was changed.');
  assert.ok(!nothing.actions.some(a => a.id === 'undo'));
  // Proven roles beside keys that still win are not "everything holds".
  const left = remedyPage(state({ run: run([check]) }));
  assert.equal(left.state, 'warning');
  assert.doesNotMatch(renderPage(left), /everything holds|and holds/);
});
