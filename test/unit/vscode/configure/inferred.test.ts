import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WorkspaceFacts } from '../../../../src/binding/facts';
import type { AwsAccount } from '../../../../src/iam/account/types';
import type { Choices } from '../../../../src/vscode/configure/choices';
import {
  answerProblem,
  fieldsOf,
  type FieldContext,
  inferRoles,
  moreFields,
  profileOfValue,
  takeAnswer,
} from '../../../../src/vscode/configure/fields';
import { likelyProfile, type ProfileHints } from '../../../../src/vscode/configure/likelyProfile';
import { readOnce } from '../../../../src/binding/gather/readOnce';

const [one, other] = ['123456789012', '210987654321'];
const hints = (over: Partial<ProfileHints>): ProfileHints => ({
  profiles: [
    { name: 'first', detail: undefined },
    { name: 'second', detail: `AdministratorAccess in ${other}` },
  ],
  roleAccounts: [],
  lastAccount: undefined,
  accountOf: {},
  chosen: undefined,
  environment: undefined,
  ...over,
});

describe('the profile that facts speak for', () => {
  test('is never simply the first one', () => {
    assert.equal(likelyProfile(hints({})), undefined);
    assert.equal(likelyProfile(hints({ profiles: [] })), undefined);
  });

  test('is that of the account of the roles in use, before what was chosen or the environment says', () => {
    const speaking = { chosen: { name: 'first' }, environment: 'first' };
    assert.equal(likelyProfile(hints({ roleAccounts: [other], ...speaking }))?.name, 'second');
    assert.equal(likelyProfile(hints({ roleAccounts: [one], accountOf: { first: one } }))?.name, 'first');
  });

  test('one that is known to lead to another account is not taken', () => {
    const roleAccounts = [one];
    const accountOf = { first: other, second: other };
    assert.equal(likelyProfile(hints({ roleAccounts, accountOf, chosen: { name: 'first' } })), undefined);
    const only = [{ name: 'first', detail: undefined }];
    assert.equal(likelyProfile(hints({ profiles: only, roleAccounts, accountOf })), undefined);
  });

  test('two profiles of one account are a question', () => {
    assert.equal(likelyProfile(hints({ roleAccounts: [one], accountOf: { first: one, second: one } })), undefined);
  });

  test('follows the last run, the choice for the checks, the environment, and the only one there is', () => {
    assert.equal(likelyProfile(hints({ lastAccount: one, accountOf: { first: one } }))?.name, 'first');
    assert.equal(likelyProfile(hints({ chosen: { name: 'second' }, environment: 'first' }))?.name, 'second');
    assert.equal(likelyProfile(hints({ environment: 'first' }))?.name, 'first');
    assert.equal(likelyProfile(hints({ environment: 'gone' })), undefined);
    assert.equal(likelyProfile(hints({ profiles: [{ name: 'first', detail: undefined }] }))?.name, 'first');
    // The credentials of the environment have no name.
    const environment = likelyProfile(hints({ profiles: [{ name: undefined, detail: undefined }] }));
    assert.deepEqual([environment !== undefined, environment?.name], [true, undefined]);
  });

  test('an account number within a longer one is another number', () => {
    const profiles = [
      { name: 'x', detail: `9${one}` },
      { name: 'y', detail: undefined },
    ];
    assert.equal(likelyProfile(hints({ profiles, roleAccounts: [one] })), undefined);
  });
});

const context: FieldContext = {
  profiles: [{ name: 'prod', label: 'prod' }],
  profileWhy: 'It is the only one.',
  code: { plan: '3 actions', apply: '5 actions' },
  readsState: false,
  sets: [],
  problems: new Map(),
};
const opened = {
  account: {},
  caller: { accountId: one, partition: 'aws' },
  alias: undefined,
} as unknown as NonNullable<Choices['opened']>;
const choices = (over: Partial<Choices> = {}): Choices => ({
  organization: 'acme',
  workspaces: ['web'],
  project: 'Web',
  known: [{ name: 'web' } as unknown as WorkspaceFacts],
  profile: { name: 'prod' },
  opened,
  options: true,
  ...over,
});
const ids = (of: Choices, given = context): readonly string[] => fieldsOf(of, given).map(f => f.id);

describe('the inferred answers as fields', () => {
  test('only what is not known is typed, and only what counts is there', () => {
    assert.deepEqual(ids(choices()), ['profile', 'roles', 'plan', 'apply']);
    const { known, ...unknown } = choices();
    assert.ok(known);
    assert.deepEqual(ids(unknown), ['project', 'profile', 'roles', 'plan', 'apply']);
    assert.deepEqual(ids(choices({ profile: 'none' })), ['profile', 'account', 'roles']);
    assert.deepEqual(ids(choices({ roles: 'single' })), ['profile', 'roles', 'apply']);
  });

  test('without a profile the field asks for one, and none is taken', () => {
    const { profile, ...without } = choices();
    assert.ok(profile);
    const [field] = fieldsOf(without, context);
    assert.equal(field?.value, '');
    assert.equal(field?.options?.[0]?.value, '');
  });

  test('every value of a list is one of its options', () => {
    const managed = { kind: 'managed', name: 'ReadOnlyAccess' } as const;
    for (const of of [
      choices(),
      choices({ roles: 'single' }),
      choices({ policies: { plan: managed } }),
      choices({ policies: { apply: { kind: 'inline', document: { Statement: [] }, from: 'mine.json' } } }),
      choices({ chosen: { from: 'account', roles: 'single', names: { run: 'legacy' }, path: '/' }, roles: 'single' }),
    ])
      for (const field of fieldsOf(of, context))
        if (field.options !== undefined)
          assert.ok(
            field.options.some(o => o.value === field.value),
            `${field.id} ${field.value}`,
          );
  });

  test('a profile may have any name', () => {
    for (const name of ['none', 'environment', 'profile x', '']) {
      const [field] = fieldsOf(choices({ profile: { name } }), { ...context, profiles: [{ name, label: name }] });
      assert.deepEqual(profileOfValue(field?.value ?? ''), { name });
    }
    assert.equal(profileOfValue('none'), null);
    assert.deepEqual(profileOfValue('environment'), { name: undefined });
    assert.equal(profileOfValue(''), undefined);
  });

  test('what cannot be taken is said, and empty options mean the default', () => {
    const wrong: Readonly<Record<string, string>> = {
      project: 'a:b',
      account: '12',
      tag: 'a-b',
      base: 'a b',
      path: 'tf',
      boundary: `arn:aws:iam::${other}:policy/x`,
    };
    for (const [id, value] of Object.entries(wrong)) assert.ok(answerProblem(id, value, choices()), id);
    for (const id of ['tag', 'base', 'path', 'boundary']) assert.equal(answerProblem(id, '', choices()), undefined, id);
    const state = choices({ path: '/tf/', tag: 'X' });
    takeAnswer(state, 'path', '');
    takeAnswer(state, 'tag', '');
    assert.deepEqual([state.path, state.tag], [undefined, undefined]);
    takeAnswer(state, 'base', 'tfc-acme-web');
    assert.equal(state.base, undefined);
    takeAnswer(state, 'base', 'mine');
    assert.equal(moreFields(state, context).find(f => f.id === 'base')?.value, 'mine');
  });

  test('roles follow what the workspace has until somebody answers', () => {
    const state = choices();
    inferRoles(state, undefined);
    assert.equal(state.roles, 'separate');
    inferRoles(state, 'single');
    assert.equal(state.roles, 'single');
    const chosen = { from: 'account', roles: 'single', names: { run: 'legacy' }, path: '/' } as const;
    const existing = choices({ chosen, roles: 'single' });
    inferRoles(existing, 'existing');
    assert.equal(existing.chosen, chosen);
    inferRoles(existing, 'separate');
    assert.equal(existing.chosen, undefined);
  });
});

test('while answers change the account is read once; what was refused is asked again', async () => {
  let asked = 0;
  let refuse = true;
  const account = readOnce({
    readRole: () => {
      asked++;
      const problem = { code: 'x', message: '', nextStep: '' };
      return Promise.resolve(
        refuse ? { ok: false, problem } : { ok: true, value: { arn: `arn:aws:iam::${one}:role/a` } },
      );
    },
  } as unknown as AwsAccount);
  const { signal } = new AbortController();
  assert.equal((await account.readRole('a', signal)).ok, false);
  refuse = false;
  assert.equal((await account.readRole('a', signal)).ok, true);
  await account.readRole('a', signal);
  assert.equal(asked, 2);
  // The same role by its ARN is no other one; one of another account is.
  await account.readRole(`arn:aws:iam::${one}:role/a`, signal);
  assert.equal(asked, 2);
  await account.readRole(`arn:aws:iam::${other}:role/a`, signal);
  assert.equal(asked, 3);
});
