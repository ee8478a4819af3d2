import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ServerPair } from '../../support/binding/serverWorlds';
import { configureArgs, FaultWorld, type Snapshot } from '../../support/faults/world';
import { configure } from '../../../src/cli/commands/configure';
import { undo } from '../../../src/cli/commands/undo';

/** Somebody else changes a thing after the plan has read it: at the first write of the run, which is to another thing. */
let pair: ServerPair;
let world: FaultWorld;
let start: Snapshot;
before(async () => {
  pair = await ServerPair.open();
  world = new FaultWorld(pair);
  start = await world.seed('change');
});
after(() => pair.close());

const theirs = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
const theirTrust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const main = (): string => path.join(pair.project, 'main.tf');
const role = (): NonNullable<ReturnType<typeof pair.aws.stored.roles.get>> => {
  const found = pair.aws.stored.roles.get('deploy');
  assert.ok(found);
  return found;
};
const provider = (): NonNullable<ReturnType<typeof pair.aws.stored.providers.get>> => {
  const [found] = pair.aws.stored.providers.values();
  assert.ok(found);
  return found;
};

/** What another actor does, and what must still be there at the end. */
const changes: readonly {
  readonly what: string;
  readonly make: () => void;
  readonly holds: () => void;
}[] = [
  {
    what: 'the trust policy',
    make: () => void (role().trust = theirTrust),
    holds: () => assert.equal(role().trust, theirTrust),
  },
  {
    what: 'the inline policy',
    make: () => void role().inline.set('tfc-oidc-permissions', theirs),
    holds: () => assert.equal(role().inline.get('tfc-oidc-permissions'), theirs),
  },
  {
    what: 'the boundary',
    make: () => void (role().boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
    holds: () => assert.equal(role().boundary, 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
  },
  {
    what: 'the longest session',
    make: () => void (role().maxSessionDuration = 10_800),
    holds: () => assert.equal(role().maxSessionDuration, 10_800),
  },
  {
    what: 'the value of a variable',
    make: () => {
      const variable = pair.variable('TFC_AWS_RUN_ROLE_ARN');
      variable.value = 'arn:aws:iam::123456789012:role/theirs';
      Object.assign(variable, { versionId: pair.hcp.state.id('version') });
    },
    holds: () => assert.equal(pair.variable('TFC_AWS_RUN_ROLE_ARN').value, 'arn:aws:iam::123456789012:role/theirs'),
  },
  {
    what: 'a variable, made anew with the same value',
    make: () => {
      pair.remove('TFC_AWS_RUN_ROLE_ARN');
      pair.hcp.state.variable(pair.workspace, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/former', {
        description: 'made anew',
      });
    },
    holds: () => {
      const found = pair.workspace.vars.find(v => v.key === 'TFC_AWS_RUN_ROLE_ARN');
      assert.deepEqual([found?.value, found?.description], ['arn:aws:iam::123456789012:role/former', 'made anew']);
    },
  },
  {
    what: 'a static key, which was about to be removed',
    make: () => {
      const variable = pair.variable('AWS_ACCESS_KEY_ID');
      variable.value = 'AKIAI44QH8DHBEXAMPLE';
      Object.assign(variable, { versionId: pair.hcp.state.id('version') });
    },
    holds: () => assert.equal(pair.variable('AWS_ACCESS_KEY_ID').value, 'AKIAI44QH8DHBEXAMPLE'),
  },
];

/** Does `act` at the first write to AWS. */
async function atFirstWrite(
  act: () => void,
  run: () => Promise<{ code: number; out: string; err: string }>,
): Promise<{ code: number; out: string; err: string }> {
  let done = false;
  pair.aws.server.onCall = (entry, moment) => {
    if (done || moment !== 'before' || /^(?:Get|List|Assume)/.test(entry.action)) return;
    done = true;
    act();
  };
  try {
    return await run();
  } finally {
    pair.aws.server.onCall = undefined;
    assert.ok(done, 'there was no write');
  }
}

describe('what another actor changes between our reading and our write', () => {
  for (const { what, make, holds } of changes) {
    test(`${what}: configure notices, and overwrites nothing`, async () => {
      world.restore(start);
      const { code, out, err } = await atFirstWrite(make, () => world.configure('change'));
      assert.equal(code, 2, out + err);
      assert.match(err, /changed-since-plan/);
      assert.match(err, /Plan again/);
      holds();
      const undone = await world.undo();
      assert.ok(undone.code < 2, undone.err);
      holds();
    });
  }

  test('a second audience of the provider stays beside ours', async () => {
    world.restore(start);
    const { code, out, err } = await atFirstWrite(
      () => void provider().clientIds.push('theirs.example.com'),
      () => world.configure('change'),
    );
    assert.ok(code < 2, out + err);
    assert.deepEqual([...provider().clientIds].sort(), [
      'aws.workload.identity',
      'sts.amazonaws.com',
      'theirs.example.com',
    ]);
    for (let n = 0; n < 3; n++) await world.undo();
    assert.deepEqual([...provider().clientIds].sort(), ['sts.amazonaws.com', 'theirs.example.com']);
  });

  test('a file of the code', async () => {
    world.restore(start);
    pair.code(
      '',
      'prod',
      '  access_key = "AKIAIOSFODNN7EXAMPLE"\n  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"\n',
    );
    const text = `${readFileSync(main(), 'utf8')}\n# a line of somebody else\n`;
    const { code, out, err } = await atFirstWrite(
      () => writeFileSync(main(), text),
      () => world.run(configure, ...configureArgs.change, '--fix-code'),
    );
    assert.equal(code, 2, out + err);
    assert.match(err, /changed-since-plan|is not as it was/);
    assert.equal(readFileSync(main(), 'utf8'), text);
  });

  test('an undo that would leave the workspace without credentials says so before it starts', async () => {
    world.restore(start);
    assert.ok((await world.configure('change')).code < 2);
    assert.equal((await world.run(undo, '--yes', '--profile', 'default')).code, 1, 'the keys cannot come back');
    const shown = await world.run(undo, '--profile', 'default');
    assert.match(shown.err, /AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY .*no AWS credentials/);
    const json = JSON.parse((await world.run(undo, '--profile', 'default', '--format', 'json')).out) as {
      warning: string;
    };
    assert.match(json.warning, /no AWS credentials/);
    world.restore(start);
    assert.ok((await world.configure('change', false)).code < 2);
    assert.doesNotMatch((await world.run(undo, '--profile', 'default')).err, /no AWS credentials/);
  });

  test('and between configure and undo: what was changed since is kept, named, and the rest taken back', async () => {
    for (const { what, make, holds } of changes.slice(0, 5)) {
      world.restore(start);
      assert.ok((await world.configure('change', false)).code < 2);
      make();
      const { code, out, err } = await world.run(undo, '--yes', '--profile', 'default');
      assert.equal(code, 1, `${what}: ${out}${err}`);
      assert.match(out + err, /changed since/, what);
      holds();
    }
  });

  for (const [what, fault] of [
    ['a token that is revoked', { path: /^/, status: 401, text: 'unauthorized' }],
    ['a proxy that asks for a password with status 200', { path: /^/, status: 200, text: '<html>Sign in</html>' }],
  ] as const)
    test(`${what} between two writes: said with what is in place, and gone on with`, async () => {
      world.restore(start);
      let writes = 0;
      pair.hcp.onCall = ({ method }, moment) => {
        if (moment === 'before' && method !== 'GET') writes += 1;
        return Promise.resolve(moment === 'before' && writes > 1 ? fault : undefined);
      };
      const stopped = await world.configure('change');
      pair.hcp.onCall = undefined;
      assert.equal(stopped.code, 2);
      assert.match(stopped.err, /Stopped after 7 of 8 changes: [^]*static credentials of acme\/prod .* still in place/);
      assert.match(stopped.err, /or go back with "tfc-oidc undo --yes"/);
      assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH').value, 'false');
      assert.ok((await world.configure('change')).code < 2);
      assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH').value, 'true');
    });

  test('a first write that is refused leaves nothing to go back from', async () => {
    world.restore(start);
    pair.aws.server.faults.add({ action: 'AddClientIDToOpenIDConnectProvider', kind: 'refuse', times: 1 });
    const { code, err } = await world.configure('change');
    assert.equal(code, 2);
    assert.match(err, /Stopped after 0 of 8[^]*Go on by running the same command again\.\n/);
  });
});
