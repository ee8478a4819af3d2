import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EffectiveVariable } from '../../../../src/hcp/variables/precedence';
import type { ChosenAccount } from '../../../../src/vscode/aws';
import {
  baseName,
  type Choices,
  chosenInUse,
  otherAccountsInUse,
  policiesOf,
  rolesInUse,
  rolesOf,
  tagOf,
  takeOrganization,
  takeProfile,
  takeRoot,
  takeWorkspaces,
} from '../../../../src/vscode/configure/choices';
import type { AnalysedRoot } from '../../../../src/vscode/projectStore';
import { rootOf } from '../../../support/root';

const analysed = async (dir: string, text: string): Promise<AnalysedRoot> => {
  const root = await rootOf({ 'main.tf': text });
  return { root: { ...root, dir }, findings: [] } as unknown as AnalysedRoot;
};
const cloud = (workspace: string, more = ''): string =>
  `terraform {\n  cloud {\n    organization = "acme"\n    workspaces {\n      ${workspace}\n      ${more}\n    }\n  }\n}\n`;

const opened = (accountId: string): ChosenAccount =>
  ({
    account: {},
    caller: { accountId, partition: 'aws', arn: '', root: false },
    alias: undefined,
  }) as unknown as ChosenAccount;

const variable = (key: string, value: string): EffectiveVariable => ({
  id: `var-${key}`,
  key,
  category: 'env',
  value,
  sensitive: false,
  hcl: false,
  versionId: undefined,
  description: undefined,
  origin: { from: 'workspace' },
  shadows: [],
});
const hcp = (values: Readonly<Record<string, string>>): NonNullable<Choices['hcp']> => {
  const effective = Object.entries(values).map(([key, value]) => variable(key, value));
  return [
    {
      workspace: { name: 'web' },
      reading: { all: effective, effective, gaps: [], differences: [] },
      staticCredentials: [],
    },
  ] as unknown as NonNullable<Choices['hcp']>;
};

const statement = { Version: '2012-10-17', Statement: [] };
const full = (): Choices => ({
  organization: 'acme',
  workspaces: ['web'],
  project: 'Web',
  profile: { name: 'prod' },
  opened: opened('123456789012'),
  roles: 'separate',
  options: true,
  tag: 'ARCHIVE',
  base: 'deploy',
  path: '/tf/',
  boundary: 'arn:aws:iam::123456789012:policy/edge',
  policies: {
    plan: { kind: 'inline', document: statement, from: 'the code', generated: true },
    apply: { kind: 'inline', document: statement, from: 'mine.json' },
  },
  target: { type: 'varset', id: 'varset-1', name: 'shared' },
  hcp: hcp({}),
});

describe('options that are turned off have no say', () => {
  test('tag, names, path and boundary', () => {
    const choices = full();
    assert.deepEqual(rolesOf(choices), {
      roles: 'separate',
      names: { plan: 'deploy-plan', apply: 'deploy-apply' },
      path: '/tf/',
      tag: 'ARCHIVE',
      boundary: 'arn:aws:iam::123456789012:policy/edge',
    });
    choices.options = false;
    assert.deepEqual(rolesOf(choices), {
      roles: 'separate',
      names: {},
      path: '/',
      tag: undefined,
      boundary: undefined,
    });
    assert.equal(tagOf(choices), undefined);
    // Turned on again, what was typed is still there.
    choices.options = true;
    assert.equal(rolesOf(choices).boundary, 'arn:aws:iam::123456789012:policy/edge');
  });

  test('the variables of a tag are looked at only while there is a tag', () => {
    const choices: Choices = {
      ...full(),
      hcp: hcp({
        TFC_AWS_RUN_ROLE_ARN: 'arn:aws:iam::123456789012:role/first',
        TFC_AWS_RUN_ROLE_ARN_ARCHIVE: 'arn:aws:iam::210987654321:role/second',
      }),
    };
    assert.deepEqual(rolesInUse(choices), ['arn:aws:iam::210987654321:role/second']);
    choices.options = false;
    assert.deepEqual(rolesInUse(choices), ['arn:aws:iam::123456789012:role/first']);
  });
});

describe('from one kind of roles to another and back', () => {
  test('a typed name is kept and ends as the kind needs it', () => {
    const choices = full();
    choices.roles = 'single';
    assert.deepEqual(rolesOf(choices).names, { run: 'deploy' });
    choices.roles = 'separate';
    assert.deepEqual(rolesOf(choices).names, { plan: 'deploy-plan', apply: 'deploy-apply' });
  });

  test('roles that exist, then new ones: neither name nor path is carried over', () => {
    const choices: Choices = { ...full(), options: false };
    choices.chosen = { from: 'account', roles: 'single', names: { run: 'legacy' }, path: '/old/' };
    assert.deepEqual(
      [rolesOf(choices).roles, rolesOf(choices).names, rolesOf(choices).path],
      ['single', { run: 'legacy' }, '/old/'],
    );
    delete choices.chosen;
    assert.deepEqual([rolesOf(choices).roles, rolesOf(choices).names, rolesOf(choices).path], ['separate', {}, '/']);
  });

  test('one role has no policy for plans, and without a profile there is none at all', () => {
    const choices = full();
    assert.deepEqual(Object.keys(policiesOf(choices)), ['plan', 'apply']);
    choices.roles = 'single';
    assert.deepEqual(Object.keys(policiesOf(choices)), ['apply']);
    choices.profile = 'none';
    assert.deepEqual(policiesOf(choices), {});
  });

  test('a name of one workspace is not given to several', () => {
    const choices = full();
    choices.workspaces = ['web', 'api'];
    assert.deepEqual(rolesOf(choices).names, {});
  });
});

describe('another profile', () => {
  test('of another account: its roles, its boundary and what was made from the code for it are gone', () => {
    const choices = full();
    choices.chosen = { from: 'account', roles: 'single', names: { run: 'legacy' }, path: '/' };
    takeProfile(choices, { name: 'archive' }, opened('210987654321'));
    assert.equal(choices.chosen, undefined);
    assert.equal(choices.boundary, undefined);
    assert.deepEqual(choices.policies, { apply: { kind: 'inline', document: statement, from: 'mine.json' } });
    assert.equal(choices.base, 'deploy');
    assert.equal(choices.opened?.caller.accountId, '210987654321');
  });

  test('a boundary of AWS itself stays', () => {
    const choices: Choices = { ...full(), boundary: 'arn:aws:iam::aws:policy/PowerUserAccess' };
    takeProfile(choices, { name: 'archive' }, opened('210987654321'));
    assert.equal(choices.boundary, 'arn:aws:iam::aws:policy/PowerUserAccess');
  });

  test('of the same account: everything stays', () => {
    const choices = full();
    takeProfile(choices, { name: 'admin' }, opened('123456789012'));
    assert.deepEqual({ ...choices, profile: 0, opened: 0 }, { ...full(), profile: 0, opened: 0 });
  });

  test('none: no account is left that could be written to', () => {
    const choices = full();
    takeProfile(choices, 'none', undefined);
    assert.equal('opened' in choices, false);
    assert.equal(choices.boundary, undefined);
  });
});

describe('another root or workspace', () => {
  test('nothing of the former root is carried over but the account', async () => {
    const choices = full();
    takeRoot(choices, await analysed('file:///a', cloud('name = "web"', 'project = "Web"')));
    takeRoot(choices, await analysed('file:///b', cloud('name = "api"')));
    assert.deepEqual(choices.workspaces, ['api']);
    for (const key of ['project', 'base', 'tag', 'policies', 'target', 'hcp', 'chosen'] as const)
      assert.equal(choices[key], undefined, key);
    assert.deepEqual(choices.profile, { name: 'prod' });
  });

  test('a root without names does not inherit those of the former one', async () => {
    const choices: Choices = {};
    takeRoot(choices, await analysed('file:///a', cloud('name = "web"', 'project = "Web"')));
    takeRoot(choices, await analysed('file:///b', 'provider "aws" {}\n'));
    assert.deepEqual([choices.organization, choices.workspaces, choices.project], [undefined, undefined, undefined]);
  });

  test('the same root again keeps everything', async () => {
    const choices = full();
    const root = await analysed('file:///a', cloud('name = "web"', 'project = "Web"'));
    takeRoot(choices, root);
    const before = { ...choices };
    takeRoot(choices, root);
    assert.deepEqual(choices, before);
    assert.equal(choices.base, 'deploy');
  });

  test('another workspace of the same root: its project is that of the code again, and names are derived anew', async () => {
    const choices = full();
    takeRoot(choices, await analysed('file:///a', cloud('tags = ["web"]', 'project = "Shared"')));
    choices.project = 'Web';
    takeWorkspaces(choices, ['api']);
    assert.equal(choices.project, 'Shared');
    assert.equal(choices.base, undefined);
    assert.equal(choices.target, undefined);
    assert.equal(choices.hcp, undefined);
    assert.deepEqual(rolesOf(choices).names, {});
  });

  test('the same workspaces in another order are the same', () => {
    const choices: Choices = { ...full(), workspaces: ['web', 'api'] };
    takeWorkspaces(choices, ['api', 'web']);
    assert.equal(choices.project, 'Web');
  });

  test('another organization has other workspaces', () => {
    const choices = full();
    takeOrganization(choices, 'globex');
    assert.deepEqual([choices.workspaces, choices.project], [undefined, undefined]);
  });
});

describe('the roles that the workspace uses today', () => {
  const separate = {
    TFC_AWS_PLAN_ROLE_ARN: 'arn:aws:iam::123456789012:role/tf/a-plan',
    TFC_AWS_APPLY_ROLE_ARN: 'arn:aws:iam::123456789012:role/tf/a-apply',
  };

  test('are offered with path, one or two, as the variables say', () => {
    assert.deepEqual(chosenInUse({ ...full(), options: false, hcp: hcp(separate) }), {
      from: 'variables',
      roles: 'separate',
      names: { plan: 'a-plan', apply: 'a-apply' },
      path: '/tf/',
    });
    const run = { TFC_AWS_RUN_ROLE_ARN: 'arn:aws:iam::123456789012:role/all' };
    assert.deepEqual(chosenInUse({ ...full(), options: false, hcp: hcp(run) })?.names, { run: 'all' });
  });

  test('are not offered in another account, nor while half of them is missing', () => {
    const elsewhere: Choices = { ...full(), options: false, hcp: hcp(separate), opened: opened('210987654321') };
    assert.equal(chosenInUse(elsewhere), undefined);
    assert.deepEqual(otherAccountsInUse(elsewhere, '210987654321'), ['123456789012']);
    assert.deepEqual(otherAccountsInUse(elsewhere, '123456789012'), []);
    const half = hcp({ TFC_AWS_PLAN_ROLE_ARN: 'arn:aws:iam::123456789012:role/a-plan' });
    assert.equal(chosenInUse({ ...full(), options: false, hcp: half }), undefined);
  });
});

describe('the proposed name', () => {
  test('follows the tag until the person has typed one', () => {
    const choices: Choices = { organization: 'acme', workspaces: ['web'], roles: 'separate', options: true };
    assert.deepEqual(baseName(choices), { proposed: 'tfc-acme-web', derived: 'tfc-acme-web' });
    choices.tag = 'ARCHIVE';
    assert.equal(baseName(choices).proposed, 'tfc-acme-web-ARCHIVE');
    choices.base = 'deploy';
    assert.equal(baseName(choices).proposed, 'deploy');
  });

  test('leaves room for the longer ending', () => {
    const choices: Choices = { organization: 'acme', workspaces: ['w'.repeat(90)], roles: 'separate' };
    assert.ok(baseName(choices).derived.length <= 58);
  });
});
