import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keys } from '../../../src/cli/commands/company/keys';
import type { Command } from '../../../src/cli/command';
import { undo } from '../../../src/cli/commands/undo';
import { ProblemError } from '../../../src/core/problem';
import type { FaultKind } from '../../support/aws/faults';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type CommandRun, runCommand } from '../../support/runCommand';
import { configure } from '../../../src/cli/commands/configure';

/** Every write to an access key with each fault: what is said is what is so, the same call goes on, and an undo finds its way back. */

const id = 'AKIASTOREFRONEXAMPLE';
const kinds: readonly FaultKind[] = [
  'refuse',
  'throttle',
  'error',
  'concurrent',
  'drop-before',
  'drop-after',
  'error-after',
  'malformed',
  'swallowed',
];
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
  pair.seed();
  pair.aws.server.addCaller(pair.aws.stored, id, { user: 'ci-terraform' });
  stored().lastUsed = { date: '2026-11-01T10:00:00Z', service: 's3', region: 'eu-central-1' };
  pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', id);
  await call();
  const args = [
    'project',
    '--profile',
    'default',
    '--plan-policy-arn',
    'ReadOnlyAccess',
    '--yes',
    '--remove-static-keys',
  ];
  assert.notEqual((await pair.run(configure, ...args)).code, 2);
  pair.hcp.state.run(pair.workspace, { at: new Date(Date.now() + 1000).toISOString() });
});
after(() => pair.close());

const stored = () => {
  const key = pair.aws.stored.users.get('ci-terraform')?.keys[0];
  assert.ok(key);
  return key;
};
/** Waits between attempts take no time. */
const quick = (command: Command, args: readonly string[]): Promise<CommandRun> =>
  runCommand(command, args, {
    cwd: pair.aws.home,
    env: pair.env,
    time: { now: Date.now, wait: () => Promise.resolve() },
  });
/** The exit code; a problem that is thrown ends the program with 2. */
const call = async (...args: readonly string[]): Promise<number> => {
  try {
    const to = ['--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile', 'default'];
    return (await quick(keys, [...to, ...args])).code;
  } catch (error) {
    if (error instanceof ProblemError) return 2;
    throw error;
  }
};

describe('UpdateAccessKey', () => {
  for (const kind of kinds)
    for (const times of [1, 100])
      test(`${kind}, ${times === 1 ? 'once' : 'without end'}`, async () => {
        const { faults } = pair.aws.server;
        faults.add({ action: 'UpdateAccessKey', kind, times });
        const code = await call('--deactivate', 'MPLE', '--yes');
        faults.clear();
        if (code === 0) assert.equal(stored().status, 'Inactive', 'done is said only where it is so');
        if (stored().status === 'Active') assert.equal(await call('--deactivate', 'MPLE', '--yes'), 0);
        assert.equal(stored().status, 'Inactive');
        assert.equal((await quick(undo, ['--profile', 'default', '--yes'])).code, 0);
        assert.equal(stored().status, 'Active');
      });
});
