import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { IamAction } from '../../../src/binding/change';
import { configure } from '../../../src/cli/commands/configure';
import { exampleKey } from '../../support/aws/profiles';
import { ServerPair } from '../../support/binding/serverWorlds';
import { configureArgs, FaultWorld, type Ran, type Snapshot, type Start } from '../../support/faults/world';

/**
 * For every kind of write: somebody else makes or changes the very thing, after the plan has read it (at the first write of the run),
 * or in the last moment before our request arrives, where the service itself has to refuse.
 */
let pair: ServerPair;
let world: FaultWorld;
const starts = new Map<Start, Snapshot>();
before(async () => {
  pair = await ServerPair.open();
  world = new FaultWorld(pair);
  for (const start of ['new', 'change'] as const) starts.set(start, await world.seed(start));
});
after(() => pair.close());

const theirs = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
const theirArn = 'arn:aws:iam::123456789012:role/theirs';
const role = (name: string): NonNullable<ReturnType<typeof pair.aws.stored.roles.get>> => {
  const found = pair.aws.stored.roles.get(name);
  assert.ok(found, `there is no role ${name}`);
  return found;
};
const providers = (): readonly NonNullable<ReturnType<typeof pair.aws.stored.providers.get>>[] => [
  ...pair.aws.stored.providers.values(),
];
const variables = (key: string): readonly unknown[] =>
  [...pair.workspace.vars, ...pair.varset.vars].filter(v => v.key === key).map(v => v.value);

/** What another actor sends to the same account or workspace, through the same servers. */
async function iam(action: IamAction, input: Record<string, unknown>): Promise<void> {
  const sent = await pair.aws.account.send(action, input, new AbortController().signal);
  assert.ok(sent.ok, sent.ok ? '' : sent.problem.message);
}
const makeRole = (name: string): Promise<void> =>
  iam('CreateRole', {
    RoleName: name,
    AssumeRolePolicyDocument:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
  });

interface Interference {
  readonly what: string;
  readonly covers: IamAction | 'create variable' | 'update variable' | 'delete variable';
  readonly start: Start;
  readonly args?: readonly string[];
  /** The request at whose arrival it happens; the first write to AWS where it is left out. */
  readonly at?: RegExp;
  readonly make: () => void | Promise<void>;
  readonly holds: () => void;
}

const first = /^(?!Get|List|Assume|Simulate|GET)/;

const table: readonly Interference[] = [
  {
    what: 'the provider is made in the last moment, with another audience',
    covers: 'CreateOpenIDConnectProvider',
    start: 'new',
    make: () => iam('CreateOpenIDConnectProvider', { Url: 'https://127.0.0.1', ClientIDList: ['theirs.example.com'] }),
    holds: () =>
      assert.deepEqual(
        providers().map(p => p.clientIds),
        [['theirs.example.com']],
      ),
  },
  {
    what: 'a role of the name is made after the plan',
    covers: 'CreateRole',
    start: 'new',
    make: () => makeRole('tfc-acme-prod-plan'),
    holds: () => assert.match(role('tfc-acme-prod-plan').trust, /lambda/),
  },
  {
    what: 'a role of the name is made in the last moment',
    covers: 'CreateRole',
    start: 'new',
    at: /^CreateRole$/,
    make: () => makeRole('tfc-acme-prod-plan'),
    holds: () => assert.match(role('tfc-acme-prod-plan').trust, /lambda/),
  },
  {
    what: 'the inline policy of the name is replaced after the plan',
    covers: 'PutRolePolicy',
    start: 'change',
    make: () => void role('deploy').inline.set('tfc-oidc-permissions', theirs),
    holds: () => assert.equal(role('deploy').inline.get('tfc-oidc-permissions'), theirs),
  },
  {
    what: 'a trust policy is replaced after the plan',
    covers: 'UpdateAssumeRolePolicy',
    start: 'change',
    make: () => void (role('deploy').trust = theirs),
    holds: () => assert.equal(role('deploy').trust, theirs),
  },
  {
    what: 'a tag of ours is given another value',
    covers: 'TagRole',
    start: 'change',
    make: () => void role('deploy').tags.set('tfc-oidc:managed-by', 'theirs'),
    holds: () => assert.equal(role('deploy').tags.get('tfc-oidc:managed-by'), 'theirs'),
  },
  {
    what: 'a boundary is set',
    covers: 'PutRolePermissionsBoundary',
    start: 'change',
    make: () => void (role('deploy').boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
    holds: () => assert.equal(role('deploy').boundary, 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
  },
  {
    what: 'the longest session is changed',
    covers: 'UpdateRole',
    start: 'change',
    make: () => void (role('deploy').maxSessionDuration = 10_800),
    holds: () => assert.equal(role('deploy').maxSessionDuration, 10_800),
  },
  {
    what: 'the switch is made after the plan, with another value',
    covers: 'create variable',
    start: 'new',
    make: () => void pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTH', 'false'),
    holds: () => assert.deepEqual(variables('TFC_AWS_PROVIDER_AUTH'), ['false']),
  },
  {
    what: 'a variable is made in the last moment',
    covers: 'create variable',
    start: 'new',
    at: /^POST .*\/vars$/,
    make: () => void pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PLAN_ROLE_ARN', theirArn),
    holds: () => assert.deepEqual(variables('TFC_AWS_PLAN_ROLE_ARN'), [theirArn]),
  },
  {
    what: 'a variable is changed after the plan',
    covers: 'update variable',
    start: 'change',
    make: () => {
      const variable = pair.variable('TFC_AWS_RUN_ROLE_ARN');
      variable.value = theirArn;
      Object.assign(variable, { versionId: pair.hcp.state.id('version') });
    },
    holds: () => assert.deepEqual(variables('TFC_AWS_RUN_ROLE_ARN'), [theirArn]),
  },
  {
    what: 'a sensitive variable of the variable set, about to be removed, gets another value',
    covers: 'delete variable',
    start: 'new',
    args: ['--remove-static-keys'],
    make: () => {
      const found = pair.varset.vars.find(v => v.key === 'AWS_SECRET_ACCESS_KEY');
      assert.ok(found);
      Object.assign(found, { value: 'theirs', versionId: pair.hcp.state.id('version') });
    },
    holds: () => assert.deepEqual(variables('AWS_SECRET_ACCESS_KEY'), ['theirs']),
  },
  {
    what: 'a variable appears in the variable set that the setup writes to',
    covers: 'create variable',
    start: 'new',
    args: ['--variable-set', 'shared'],
    make: () => void pair.hcp.state.variable(pair.varset, 'TFC_AWS_APPLY_ROLE_ARN', theirArn),
    holds: () => assert.deepEqual(variables('TFC_AWS_APPLY_ROLE_ARN'), [theirArn]),
  },
];

/** Runs, and lets `make` happen once at the given request. */
async function interfered({ at = first, make }: Interference, run: () => Promise<Ran>): Promise<Ran> {
  let done = false;
  const once = async (name: string, when: 'before' | 'after'): Promise<void> => {
    if (done || when !== 'before' || !at.test(name)) return;
    done = true;
    await make();
  };
  pair.aws.server.onCall = (entry, when) => once(entry.action, when);
  pair.hcp.onCall = async (call, when) => {
    await once(`${call.method} ${call.path}`, when);
  };
  try {
    return await run();
  } finally {
    pair.aws.server.onCall = undefined;
    pair.hcp.onCall = undefined;
    assert.ok(done, 'the moment did not come');
  }
}

describe('what another actor does to the thing that a write is about', () => {
  for (const row of table) {
    test(`${row.covers}: ${row.what}`, async () => {
      const start = starts.get(row.start);
      assert.ok(start);
      world.restore(start);
      const { code, out, err, crash } = await interfered(row, () =>
        world.run(configure, ...configureArgs[row.start], ...(row.args ?? [])),
      );
      assert.equal(crash, undefined);
      assert.equal(code, 2, err || out.slice(-400));
      assert.ok(err.length > 20, 'nobody was told why');
      row.holds();
      // The keys of before are there as long as the role is not proven; what is removed after the proof is removed one by one.
      if (row.covers !== 'delete variable') assert.deepEqual(variables('AWS_ACCESS_KEY_ID'), [exampleKey]);
      for (let n = 0; n < 3; n++) {
        const undone = await world.undo();
        assert.equal(undone.crash, undefined);
        row.holds();
      }
    });
  }

  test('AttachRolePolicy: the same policy is attached by somebody else; the run goes on, and it is attached once', async () => {
    const start = starts.get('new');
    assert.ok(start);
    world.restore(start);
    const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const { code, out, err } = await interfered(
      {
        what: '',
        covers: 'AttachRolePolicy',
        start: 'new',
        at: /^AttachRolePolicy$/,
        make: () => void role('tfc-acme-prod-plan').attached.push(arn),
        holds: () => undefined,
      },
      () => world.configure('new', false),
    );
    assert.ok(code < 2, out + err);
    assert.deepEqual(role('tfc-acme-prod-plan').attached, [arn]);
  });

  test('every kind of write to something that may be there already is in the table', () => {
    const covered = new Set(table.map(r => r.covers));
    for (const kind of [
      'CreateOpenIDConnectProvider',
      'CreateRole',
      'UpdateAssumeRolePolicy',
      'UpdateRole',
      'PutRolePolicy',
      'PutRolePermissionsBoundary',
      'TagRole',
      'create variable',
      'update variable',
      'delete variable',
    ] as const)
      assert.ok(covered.has(kind), kind);
  });
});
