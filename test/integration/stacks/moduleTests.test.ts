import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ModuleState, runTests } from '../../support/hcp/modules';
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

  /** `status`, `doctor` or `prove-run` of the tests, as JSON. */
  const ask = async (command: string, ...more: readonly string[]) => {
    const where = ['--organization', 'acme', '--hostname', world.hcp.hostname, '--module', 'vpc'];
    const run = await world.runWith({}, command, 'project', ...where, ...more, '--format', 'json');
    return { code: run.code, err: run.err, report: JSON.parse(run.out) as Report };
  };
  interface Report {
    readonly modules?: readonly {
      readonly state: string;
      readonly doubts?: readonly string[];
      readonly checks?: readonly { readonly id: string; readonly state: string; readonly why: string }[];
      readonly diagnoses?: readonly { readonly id: string }[];
    }[];
    readonly bindings?: readonly { readonly outcome: string; readonly diagnoses: readonly { readonly id: string }[] }[];
  }
  const stateOf = ({ report }: { readonly report: Report }, id: string) =>
    report.modules?.[0]?.checks?.find(c => c.id === id)?.state;
  const runOnce = () => runTests(world.hcp.state, world.hcp.issuer, world.aws.server.url, module);

  test('are told by status, explained by the doctor, and proven by their latest run and the word of AWS', async () => {
    const profile = ['--profile', 'default'];
    const prove = () => ask('prove-run', ...profile, '--cloudtrail');
    assert.equal((await prove()).report.modules?.[0]?.state, 'none');
    await runOnce();
    const off = await ask('status');
    assert.equal(off.code, 1);
    assert.equal(stateOf(off, 'tests-enabled'), 'wrong');
    assert.equal(stateOf(off, 'role-exists'), 'unknown');
    assert.equal(stateOf(off, 'account-readable'), 'unknown');
    assert.equal((await ask('doctor')).report.bindings?.[0]?.diagnoses[0]?.id, 'not-enabled');

    await configure('--yes');
    assert.equal((await prove()).report.modules?.[0]?.state, 'failed');
    assert.equal((await runOnce()).result, 'pass');
    const good = await ask('status', ...profile);
    assert.equal(good.code, 0, JSON.stringify(good.report));
    assert.equal(stateOf(good, 'role-trusts-run'), 'ok');
    const proven = await prove();
    assert.equal(proven.report.modules?.[0]?.state, 'proven', JSON.stringify(proven.report));
    assert.equal(proven.code, 0);
    assert.match(
      (await ask('prove-run')).report.modules?.[0]?.doubts?.join() ?? '',
      /does not say which credentials it used/,
    );

    const role = world.aws.stored.roles.get('tfc-acme-vpc-tests');
    assert.ok(role);
    role.trust = role.trust.replaceAll('module:vpc:', 'module:vpn:');
    assert.equal((await runOnce()).result, 'fail');
    const failed = await prove();
    assert.equal(failed.report.modules?.[0]?.state, 'failed');
    assert.equal(failed.report.modules?.[0]?.diagnoses?.[0]?.id, 'subject-mismatch');
    assert.equal(stateOf(await ask('status', ...profile), 'role-trusts-run'), 'wrong');
    assert.equal((await ask('doctor', ...profile)).code, 1);
    assert.deepEqual(world.hcp.violations, []);
  });

  test('have a role that only their own machine knows, unless it is named', async () => {
    Object.assign(module, { enabled: true, oidcProvider: 'aws', role: { arn: roleArn('theirs'), audience: 'x' } });
    const unknown = await ask('status', '--profile', 'default');
    assert.equal(stateOf(unknown, 'role-exists'), 'unknown');
    const named = await ask('status', '--profile', 'default', '--role', roleArn('theirs'));
    assert.equal(stateOf(named, 'role-exists'), 'wrong');
    const alone = await world.runWith({}, 'status', 'project', '--role', roleArn('theirs'));
    assert.equal(alone.code, 2);
    assert.match(alone.err, /--role and --audience are for the tests of a module/);
  });
});
