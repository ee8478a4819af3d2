import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ModuleState } from '../../support/hcp/modules';
import { roleArn, StackWorld } from '../../support/stacks/world';

/** `configure` and `undo` of the tests of a registry module. */
describe('the tests of a registry module', () => {
  let world: StackWorld;
  let module: ModuleState;
  before(async () => void (world = await StackWorld.open()));
  after(() => world.close());
  beforeEach(() => {
    world.start({ 'main.tf': 'resource "aws_vpc" "this" {\n  cidr_block = "10.0.0.0/16"\n}\n' });
    world.hcp.state.modules.length = 0;
    module = world.hcp.state.module('acme', 'vpc');
  });

  const configure = (...more: readonly string[]) => {
    const where = ['--organization', 'acme', '--hostname', world.hcp.hostname, '--module', 'vpc'];
    return world.runWith({}, 'configure', 'project', ...where, '--profile', 'default', ...more);
  };

  test('get provider, role and test configuration, proven by reading back; undo leads back', async () => {
    const shown = await configure();
    assert.equal(shown.code, 1);
    assert.equal(module.enabled, false);
    const done = await configure('--yes');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /Read back \(acme\/vpc\): proven/);
    assert.deepEqual(module.role, { arn: roleArn('tfc-acme-vpc-tests'), audience: 'aws.workload.identity' });
    const trust = world.aws.stored.roles.get('tfc-acme-vpc-tests')?.trust ?? '';
    assert.ok(trust.includes('organization:acme:module:vpc:operation:test_run'), trust);
    const again = await configure('--yes');
    assert.equal(again.code, 0, again.out);
    assert.equal(module.changes, 1);
    const undone = await world.runWith({}, 'undo', '--profile', 'default', '--yes', '--module', 'vpc');
    assert.equal(undone.code, 0, undone.out + undone.err);
    assert.equal(module.enabled, false);
    assert.equal(world.aws.stored.roles.size, 0);
    assert.deepEqual(world.hcp.violations, []);
  });

  test('a role that somebody else set is told, and stays after an undo', async () => {
    Object.assign(module, { enabled: true, oidcProvider: 'aws', role: { arn: roleArn('theirs'), audience: 'x' } });
    const shown = await configure();
    assert.match(shown.out, /HCP Terraform does not tell it/);
    const done = await configure('--yes');
    assert.equal(done.code, 0, done.out + done.err);
    const undone = await world.runWith({}, 'undo', '--profile', 'default', '--yes', '--module', 'vpc');
    assert.equal(undone.code, 1);
    assert.match(undone.err + undone.out, /cannot be read, so it cannot be restored/);
    assert.equal(module.enabled, true);
  });

  test('a module that the token does not see is told', async () => {
    world.hcp.state.modules.length = 0;
    const missing = await configure('--yes');
    assert.equal(missing.code, 2);
    assert.equal(world.aws.stored.roles.size, 0);
  });
});
