import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { deploy, type StackState } from '../../support/hcp/stacks';
import { deployment, roleArn, StackWorld, wiredStack } from '../../support/stacks/world';

/** The names of a Stack from HCP Terraform, and what its latest runs prove. */
describe('HCP Terraform knows the Stack', () => {
  let world: StackWorld;
  let stack: StackState;
  const organization = { TF_STACKS_ORGANIZATION_NAME: 'acme' };
  before(async () => void (world = await StackWorld.open()));
  after(() => world.close());
  beforeEach(() => {
    world.start(wiredStack(deployment('prod', roleArn('stack-prod'))));
    world.hcp.state.stacks.length = 0;
    world.hcp.seen.length = 0;
    const project = world.hcp.state.project('acme', 'Platform');
    stack = world.hcp.state.stack('acme', 'web', {
      projectId: project.id,
      repository: 'acme/infrastructure',
      folder: 'project',
    });
    world.hcp.state.stack('acme', 'other', { repository: 'acme/infrastructure', folder: 'elsewhere' });
    const git = path.join(world.aws.home, '.git');
    mkdirSync(git, { recursive: true });
    writeFileSync(path.join(git, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(path.join(git, 'config'), '[remote "origin"]\n\turl = git@github.com:Acme/infrastructure.git\n');
  });

  const run = (...words: readonly string[]) => world.runWith(organization, ...words);
  const prove = async () => {
    const done = await run('prove-run', 'project', '--profile', 'default', '--cloudtrail', '--format', 'json');
    const { deployments } = JSON.parse(done.out) as {
      deployments: { state: string; doubts: string[]; diagnoses: { id: string }[] }[];
    };
    return { code: done.code, err: done.err, ...deployments[0] };
  };

  test('by its repository and folder, asked for once', async () => {
    const done = await run('configure', 'project', '--profile', 'default', '--yes');
    assert.equal(done.code, 0, done.out + done.err);
    const trust = world.aws.stored.roles.get('stack-prod')?.trust ?? '';
    assert.ok(trust.includes('organization:acme:project:Platform:stack:web:deployment:prod:operation:plan'), trust);
    const lists = (): number => world.hcp.seen.filter(s => s.path.includes('/organizations/acme/stacks')).length;
    assert.equal(lists(), 1);
    // A new name is seen, since the id is what was kept.
    stack.name = 'web2';
    const status = await run('status', 'project', '--profile', 'default');
    assert.equal(status.code, 1);
    assert.match(status.out, /stack:web2:deployment:prod:operation:plan"; stack-prod refuses it/);
    assert.equal(lists(), 1);
    assert.deepEqual(world.hcp.violations, []);
  });

  test('where several fit, or none, it says so and how to go on', async () => {
    world.hcp.state.stack('acme', 'web-eu', { repository: 'acme/infrastructure', folder: 'project' });
    const several = await run('configure', 'project', '--profile', 'default');
    assert.equal(several.code, 2);
    assert.match(several.err, /Several Stacks fit this code: web \(project Platform\), web-eu[\s\S]*--stack/);
    world.hcp.state.stacks.length = 0;
    const none = await run('configure', 'project', '--profile', 'default');
    assert.equal(none.code, 2);
    assert.match(none.err, /has the repository Acme\/infrastructure and the folder "project". The token sees none/);
    const status = await run('status', 'project', '--format', 'json');
    assert.match(status.out, /No Stack of organization acme/);
  });

  test('a run is proof with the word of AWS; one that failed is explained by its diagnostics', async () => {
    assert.equal((await prove()).state, 'none');
    await run('configure', 'project', '--profile', 'default', '--yes');
    const issue = () =>
      deploy(world.hcp.state, world.hcp.issuer, world.aws.server.url, stack, 'prod', {
        roleArn: roleArn('stack-prod'),
      });
    const good = await issue();
    assert.equal(good.status, 'succeeded');
    const proven = await prove();
    assert.equal(proven.state, 'proven', JSON.stringify(proven));
    assert.equal(proven.code, 0);
    const silent = await run('prove-run', 'project', '--format', 'json');
    assert.equal(silent.code, 1);
    assert.match(silent.out, /does not say which credentials it used/);

    const role = world.aws.stored.roles.get('stack-prod');
    assert.ok(role);
    role.trust = role.trust.replaceAll('deployment:prod:', 'deployment:production:');
    assert.equal((await issue()).status, 'failed');
    const failed = await prove();
    assert.equal(failed.state, 'failed');
    assert.equal(failed.code, 1);
    assert.equal(failed.diagnoses?.[0]?.id, 'subject-mismatch');
    const doctor = await run('doctor', 'project', '--profile', 'default');
    assert.equal(doctor.code, 1);
    assert.match(doctor.out, /stack-prod refuses it/);
    const status = await run('status', 'project');
    assert.match(status.out, /Deployment run sdr-\w+ ended in an error in its plan/);
    // What is written puts it right, and the run of before proves nothing any more.
    await run('configure', 'project', '--profile', 'default', '--yes');
    stack.deployments.set('prod', [{ ...good, id: 'sdr-before', at: '2026-11-01T10:00:00.000Z' }]);
    const old = await prove();
    assert.equal(old.state, 'unproven');
    assert.match(old.doubts?.join() ?? '', /older than what was written here/);
    assert.deepEqual(world.hcp.violations, []);
  });

  test('an old key in its code is followed to its end', async () => {
    const id = 'AKIASTOREFRONEXAMPLE';
    world.aws.server.addCaller(world.aws.stored, id, { user: 'ci-terraform' });
    const stored = world.aws.stored.users.get('ci-terraform')?.keys[0];
    assert.ok(stored);
    Object.assign(stored, { lastUsed: { date: '2026-11-01T10:00:00Z', service: 's3', region: 'eu-central-1' } });
    const file = path.join(world.project, 'deployments.tfdeploy.hcl');
    const code = world.text('deployments.tfdeploy.hcl');
    writeFileSync(file, code.replace('inputs = {', `inputs = {\n    access_key = "${id}"`));
    const keys = async () => {
      const where = ['--organization', 'acme', '--hostname', world.hcp.hostname];
      const { out, err } = await run('keys', 'project', ...where, '--profile', 'default', '--format', 'json');
      assert.notEqual(out, '', err);
      type Key = { state: string; why: string; places: { where: string; workspaces: string[] }[] };
      const { keys: found, gaps } = JSON.parse(out) as { keys: Key[]; gaps: string[] };
      assert.equal(found.length, 1);
      return { ...found[0], gaps };
    };
    const inPlace = await keys();
    assert.equal(inPlace.state, 'in-place');
    assert.deepEqual(inPlace.places?.[0]?.workspaces, ['acme/web/prod']);
    writeFileSync(file, code);
    // Another Stack, whose code is not here, may use it too.
    const open = await keys();
    assert.equal(open.state, 'unknown');
    assert.match(open.gaps.join(), /Stack acme\/other: its code was not looked at/);
    world.hcp.state.stacks.splice(0, Infinity, stack);
    assert.equal((await keys()).state, 'not-proven');
    await run('configure', 'project', '--profile', 'default', '--yes');
    assert.equal((await keys()).state, 'no-run-yet');
    const { aws, hcp } = world;
    await deploy(hcp.state, hcp.issuer, aws.server.url, stack, 'prod', { roleArn: roleArn('stack-prod') });
    const ended = await keys();
    assert.equal(ended.state, 'can-be-deactivated', ended.why);
    assert.deepEqual(hcp.violations, []);
  });
});
