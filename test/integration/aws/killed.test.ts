import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { issuer, readBuckets } from '../../support/aws/binding';
import { bundleCli, type CliRun, startCli } from '../../support/aws/cliProcess';
import { accountId, never, openWorld, type World } from '../../support/aws/world';
import { type CommandRun, runCli } from '../../support/runCommand';

/** A real process, ended with SIGKILL in the middle of a write, as a crash or a power cut would. */

let cli = '';
let world: World;
before(async () => {
  cli = await bundleCli();
});
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const isWrite = (action: string): boolean => !/^(Get|List|Assume|Simulate)/.test(action);

const surroundings = (): Readonly<Record<string, string>> => ({
  ...world.env,
  XDG_STATE_HOME: path.join(world.home, 'state'),
});
const start = (args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<CliRun> } =>
  startCli(cli, [...args, '--format', 'json'], surroundings(), world.home);
/** What nobody kills needs no process of its own. */
const run = (args: readonly string[]): Promise<CommandRun<number>> =>
  runCli([...args, '--format', 'json'], { cwd: world.home, env: surroundings() });

const wanted = [
  '--organization',
  'acme',
  '--project',
  'Default Project',
  '--workspace',
  'storefront',
  '--policy',
  'policy.json',
];
const plans = {
  create: ['apply', '--yes', ...wanted],
  change: [
    'apply',
    '--yes',
    '--adopt',
    '--roles',
    'single',
    '--role-name',
    'deploy',
    '--boundary',
    'arn:aws:iam::aws:policy/PowerUserAccess',
    '--policy-arn',
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    '--max-session',
    '7200',
    ...wanted,
  ],
} as const;
type Plan = keyof typeof plans;

async function fresh(plan: Plan): Promise<unknown> {
  await world.close();
  world = await openWorld();
  writeFileSync(path.join(world.home, 'policy.json'), JSON.stringify(readBuckets));
  if (plan === 'change') {
    const set = async (
      operation: Parameters<World['account']['send']>[0],
      input: Record<string, unknown>,
    ): Promise<void> => {
      assert.ok((await world.account.send(operation, input, never)).ok);
    };
    await set('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
    await set('CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument:
        '{"Version": "2012-10-17",  "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}',
      Tags: [{ Key: 'tfc-oidc:workspace', Value: 'mine' }],
    });
    await set('PutRolePolicy', {
      RoleName: 'deploy',
      PolicyName: 'tfc-oidc-permissions',
      PolicyDocument: ` ${JSON.stringify(readBuckets).replace('*', 'arn:aws:s3:::x')} `,
    });
  }
  world.server.log.length = 0;
  return world.server.dump();
}

/** Runs a command and kills it at its n-th write: before its effect (the request is lost) or after it. */
async function killedAt(args: readonly string[], n: number, moment: 'before' | 'after'): Promise<CliRun> {
  let writes = 0;
  const { child, ended } = start(args);
  world.server.onCall = async (entry, when) => {
    if (when === 'before' && isWrite(entry.action)) writes += 1;
    if (when !== moment || !isWrite(entry.action) || writes !== n) return;
    world.server.onCall = undefined;
    if (moment === 'before') world.server.faults.add({ action: entry.action, kind: 'drop-before' });
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const result = await ended;
  world.server.onCall = undefined;
  return result;
}

for (const plan of ['create', 'change'] as const) {
  describe(`a process killed at each write of a plan to ${plan}`, () => {
    for (const moment of ['before', 'after'] as const) {
      test(`${moment} its effect can be gone on with, and undone`, async () => {
        await fresh(plan);
        assert.equal((await run(plans[plan])).code, 0);
        const count = world.server.writes().length;
        const whole = world.server.dump(false);
        assert.ok(count >= 5);
        for (let n = 1; n <= count; n++) {
          const former = await fresh(plan);
          const killed = await killedAt(plans[plan], n, moment);
          assert.equal(killed.signal, 'SIGKILL');
          const again = await run(plans[plan]);
          assert.equal(again.code, 2);
          assert.match(again.err, new RegExp(`stopped after ${n - 1} of \\d+ changes`));
          assert.match(again.err, /apply --resume --yes.*undo --yes/s);

          const resumed = await run(['apply', '--resume', '--yes']);
          assert.equal(resumed.code, 0, resumed.err);
          assert.deepEqual(world.server.dump(false), whole);
          const undone = await run(['undo', '--yes']);
          assert.equal(undone.code, 0, undone.err + undone.out);
          assert.deepEqual(world.server.dump(), former);

          const once = await fresh(plan);
          await killedAt(plans[plan], n, moment);
          const straight = await run(['undo', '--yes']);
          assert.equal(straight.code, 0, straight.err + straight.out);
          assert.deepEqual(world.server.dump(), once);
          assert.equal((await run(plans[plan])).code, 0, 'and then it can be applied as if nothing had happened');
        }
      });
    }
  });
}

test('an undo that is killed at each write is finished by running it again', async () => {
  await fresh('change');
  assert.equal((await run(plans.change)).code, 0);
  const applied = world.server.writes().length;
  await run(['undo', '--yes']);
  const count = world.server.writes().length - applied;
  for (let n = 1; n <= count; n++) {
    for (const moment of ['before', 'after'] as const) {
      const former = await fresh('change');
      assert.equal((await run(plans.change)).code, 0);
      assert.equal((await killedAt(['undo', '--yes'], n, moment)).signal, 'SIGKILL');
      const again = await run(['undo', '--yes']);
      assert.equal(again.code, 0, again.err + again.out);
      assert.deepEqual(world.server.dump(), former, `write ${n}, ${moment}`);
    }
  }
});

test('Ctrl+C waits for the write that was sent, says where it stopped, and leaves a journal to go on with', async () => {
  await fresh('create');
  const { child, ended } = start(plans.create);
  world.server.onCall = (entry, when) => {
    if (entry.action === 'CreateRole' && when === 'before') {
      world.server.onCall = undefined;
      child.kill('SIGINT');
    }
  };
  const stopped = await ended;
  assert.equal(stopped.code, 2);
  const { result } = JSON.parse(stopped.out) as { result: { state: string; done: number } };
  assert.deepEqual([result.state, result.done], ['cancelled', 2]);
  assert.ok(world.stored.roles.has('tfc-acme-storefront-plan'));
  assert.equal((await run(['apply', '--resume', '--yes'])).code, 0);
  assert.equal(world.stored.id, accountId);
  assert.equal(world.stored.roles.size, 2);
});
