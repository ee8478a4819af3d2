import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check } from '../../../src/binding/check';
import { failureModes } from '../../../src/binding/failureModes';
import { fromPage, pageState } from '../../../src/board/page/messages';
import { pageDocument } from '../../../src/board/page/document';
import { doctorAction, doctorPage, type DoctorState, segmentsOf } from '../../../src/board/page/doctor';
import type { Page } from '../../../src/board/page/model';
import { renderPage } from '../../../src/board/page/render';

/** Names as somebody would write them who wants a click, a tag or an attribute. */
const planted = [
  '[x](command:workbench.action.quit)',
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "' onclick='alert(1)",
  '" data-action="action-yes',
  '</pre></li></main><vscode-button data-action="yes">',
  '&lt;b&gt;',
  '${x} {0}',
];

const pageOf = (text: string): Page => ({
  title: text,
  state: 'wrong',
  lead: [text],
  busy: text,
  sections: [
    { kind: 'text', heading: text, lines: [text] },
    {
      kind: 'fields',
      heading: text,
      fields: [
        { id: 'a', label: text, note: text, value: text, problem: text, placeholder: text },
        { id: 'b', label: text, value: text, options: [{ value: text, label: text }] },
        { id: 'c', label: text, value: text, lines: 3 },
      ],
    },
    { kind: 'proof', heading: text, lead: text, rows: [{ who: text, answer: text, holds: false }] },
    { kind: 'comparison', heading: text, rows: [{ name: text, trusted: text, received: 'other', fits: false }] },
    {
      kind: 'changes',
      heading: text,
      rows: [
        {
          title: text,
          why: text,
          undo: text,
          progress: 'done',
          seconds: 1.23,
          difference: [`+ ${text}`],
          needs: [text],
        },
      ],
    },
    {
      kind: 'checks',
      heading: text,
      rows: [{ state: 'unknown', title: text, details: [text], next: text, actions: [{ id: 'x', label: text }] }],
    },
    { kind: 'ticks', heading: text, lead: text, rows: [{ id: 't', label: text, note: text, ticked: true }] },
  ],
  actions: [
    { id: 'main', label: text },
    { id: 'other', label: text, disabled: true },
  ],
});

/** Tags and the names of their attributes, in order; what stands between quotes is left out. */
const skeleton = (html: string): readonly string[] =>
  [...html.matchAll(/<\/?([a-z][\w-]*)((?:[^>"]|"[^"]*")*)>/g)].map(
    ([, tag, rest = '']) =>
      `${tag} ${[...rest.replace(/"[^"]*"/g, '""').matchAll(/[\w-]+/g)].map(m => m[0]).join(' ')}`,
  );

describe('a page', () => {
  test('shows whatever text as text: it becomes neither tag nor attribute', () => {
    const plain = skeleton(renderPage(pageOf('plain')));
    assert.ok(plain.length > 80);
    for (const text of planted) {
      const html = renderPage(pageOf(text));
      assert.deepEqual(skeleton(html), plain, text);
      assert.doesNotMatch(html, /<script|<img/, text);
    }
  });

  test('has a word for each state, a heading for each part, and a name for each field', () => {
    const html = renderPage(pageOf('x'));
    assert.match(html, /role="img" aria-label="wrong"/);
    assert.match(html, /aria-live="polite"/);
    assert.match(html, /<vscode-button\s+id="action-main"\s+data-action="main"\s*>x/);
    assert.match(html, /id="action-other"\s+data-action="other"\s+secondary\s+disabled/);
    assert.equal([...html.matchAll(/<section class="\w+" aria-labelledby="heading-[\w-]+"/g)].length, 7);
    for (const id of ['a', 'b', 'c'])
      assert.match(
        html,
        new RegExp(`<label for="field-${id}">x</label>\\s*<(?:input type="text"|select|textarea) id="field-${id}"`),
      );
    assert.match(html, /done, 1\.2 s/);
  });

  test('loads two files of its own and runs one script, and its policy allows nothing else', () => {
    const files = {
      script: 'https://w/page.js',
      style: 'https://w/page.css',
      source: 'https://w',
      nonce: 'n0nce',
      title: '<b>',
    };
    const html = pageDocument(files);
    assert.match(html, /default-src &#39;none&#39;|default-src 'none'/);
    assert.doesNotMatch(html, /unsafe-inline|unsafe-eval|\*/);
    assert.equal([...html.matchAll(/<script/g)].length, 1);
    assert.match(html, /<title>&lt;b&gt;<\/title>/);
  });
});

test('a message that is none of ours is nothing', () => {
  assert.deepEqual(fromPage({ type: 'action', id: 'x', more: 1 }), { type: 'action', id: 'x' });
  assert.deepEqual(fromPage({ type: 'field', id: 'x', value: 'y' }), { type: 'field', id: 'x', value: 'y' });
  assert.deepEqual(fromPage({ type: 'tick', id: 'x', ticked: true }), { type: 'tick', id: 'x', ticked: true });
  assert.deepEqual(fromPage({ type: 'ready' }), { type: 'ready' });
  for (const bad of [
    undefined,
    null,
    'action',
    1,
    {},
    { type: 'action' },
    { type: 'action', id: 1 },
    { type: 'field', id: 'x' },
    { type: 'tick', id: 'x', ticked: 'yes' },
    { type: 'run', id: 'x' },
  ])
    assert.equal(fromPage(bad), undefined, JSON.stringify(bad));
  assert.deepEqual(pageState({ kind: 'doctor', root: 'file:///r', workspace: 'w', token: 't' }), {
    kind: 'doctor',
    root: 'file:///r',
    workspace: 'w',
  });
  for (const bad of [undefined, {}, { kind: 'other', root: 'x' }, { kind: 'doctor' }])
    assert.equal(pageState(bad), undefined);
});

describe('the page of the doctor', () => {
  const check: Check = {
    id: 'role-trusts-run',
    title: 'Trust for plan runs',
    state: 'wrong',
    evidence: ['The role trusts another project.'],
    why: 'AWS compares letter by letter.',
    nextStep: 'Change the trust policy (--adopt).',
    remedy: { kind: 'configure', tag: undefined },
    failureModes: ['subject-mismatch'],
  };
  const mode = failureModes.find(m => m.id === 'subject-mismatch');
  assert.ok(mode);
  const state: DoctorState = {
    report: {
      subject: 'acme/shop',
      outcome: 'causes',
      diagnoses: [
        {
          mode,
          confidence: 1,
          explanation: mode.explanation,
          nextStep: mode.nextStep,
          leading: [check],
          evidence: [
            'The role trusts another project.',
            'trusted   organization:acme:project::workspace:shop:run_phase:*',
            'received  organization:acme:project:Payments:workspace:shop:run_phase:plan',
          ],
          checks: [check],
        },
      ],
      checks: [check],
      others: [],
    },
    pasted: '',
    accountId: '123456789012',
    trailAsked: false,
  };

  test('says what it knows before it asks, draws where the subject differs, and has the remedy beside its cause', () => {
    const page = doctorPage(state);
    assert.deepEqual(
      page.sections.map(s => [s.kind, s.heading]),
      [
        ['checks', `1. ${mode.title}`],
        ['comparison', 'The subject, part by part'],
        ['fields', 'Tell it more'],
      ],
    );
    const [cause, compared] = page.sections;
    assert.ok(cause?.kind === 'checks' && compared?.kind === 'comparison');
    assert.deepEqual(cause.rows[0]?.details, ['The role trusts another project.']);
    assert.deepEqual(
      compared.rows.filter(r => !r.fits).map(r => [r.name, r.trusted, r.received]),
      [['project', '', 'Payments']],
    );
    const [button] = cause.rows[0]?.actions ?? [];
    assert.ok(button);
    assert.deepEqual(doctorAction(button.id, state), { kind: 'fix', check });
    // Once only, and as the main one.
    assert.ok(!page.actions.some(a => a.id === button.id));
    const drawn = [...renderPage(page).matchAll(/<vscode-button([^>]*)>(.*?)</g)].map(([, flags = '', label]) => ({
      label,
      main: !/secondary/.test(flags),
    }));
    assert.deepEqual(
      drawn.filter(b => b.main || b.label === 'Put This Right…'),
      [{ label: 'Put This Right…', main: true }],
    );
    assert.equal(doctorAction('fix-7', state), undefined);
    assert.equal(doctorAction('rm -rf', state), undefined);
    // No option of the terminal.
    assert.doesNotMatch(renderPage(page), /--\w/);
  });

  test('without a profile it leads to one; what is read stays usable, and what is being done is said', () => {
    const ids = (s: DoctorState): readonly string[] => doctorPage(s).actions.map(a => a.id);
    assert.ok(ids({ ...state, accountId: undefined }).includes('profile'));
    assert.ok(!ids({ ...state, trailAsked: true }).includes('trail'));
    const busy = doctorPage({ ...state, busy: 'Asking' });
    assert.ok(busy.actions.every(a => a.disabled === true));
    assert.equal(busy.busy, 'Asking');
  });

  test('nothing found is good news only where all could be read', () => {
    const none = { ...state, report: { ...state.report, outcome: 'silent' as const, diagnoses: [], checks: [] } };
    assert.deepEqual(
      [doctorPage(none).state, doctorPage(none).lead[0]],
      ['ok', 'Nothing speaks for a failure of dynamic credentials.'],
    );
    const unread: Check = { ...check, state: 'unknown', remedy: { kind: 'sign-in', hostname: undefined } };
    const some = { ...none, report: { ...none.report, checks: [unread] } };
    assert.equal(doctorPage(some).state, 'unknown');
    assert.match(renderPage(doctorPage(some)), /Sign In…/);
  });

  test('subjects are compared part by part', () => {
    assert.deepEqual(segmentsOf('no subject', 'another'), [
      { name: 'Subject', trusted: 'no subject', received: 'another', fits: false },
    ]);
    assert.deepEqual(
      segmentsOf(
        'organization:a:project:Default Project:workspace:w:run_phase:plan',
        'organization:a:project:P:workspace:w:run_phase:plan',
      )[1],
      { name: 'project', trusted: 'Default Project', received: 'P', fits: false },
    );
  });
});
