import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { roleArn, StackWorld, wiredStack } from '../../support/stacks/world';

/** Roles that come from a variable set, by a store. */
describe('a store of a Stack', () => {
  let world: StackWorld;
  before(async () => void (world = await StackWorld.open()));
  after(() => world.close());

  const stack = (key: string): Readonly<Record<string, string>> =>
    wiredStack(`
store "varset" "oidc" {
  ${key}
  category = "env"
}

deployment "prod" {
  inputs = {
    identity_token = identity_token.aws.jwt
    role_arn       = store.varset.oidc.stable.role_arn
  }
}
`);

  test('is read, by its id or name, and its role is set up and judged', async () => {
    const set = world.hcp.state.varset('acme', 'aws roles');
    world.hcp.state.variable(set, 'role_arn', roleArn('from-the-set'));
    for (const key of [`id       = "${set.id}"`, 'name     = "aws roles"']) {
      world.start(stack(key));
      const done = await world.run('configure', 'project', '--profile', 'default', '--yes');
      assert.equal(done.code, 0, done.out + done.err);
      assert.deepEqual([...world.aws.stored.roles.keys()], ['from-the-set']);
      assert.match(done.out, /Read back \(acme\/web\/prod\): proven/);
      const status = await world.run('status', 'project', '--profile', 'default');
      assert.match(status.out, /assumes arn:aws:iam::123456789012:role\/from-the-set/);
    }
    assert.deepEqual(world.hcp.violations, []);
  });

  test('whose variable is sensitive, or of another category, or that is not there, is told', async () => {
    const set = world.hcp.state.varset('acme', 'hidden');
    const variable = world.hcp.state.variable(set, 'role_arn', roleArn('x'), { sensitive: true });
    world.start(stack(`id       = "${set.id}"`));
    const sensitive = await world.run('configure', 'project', '--profile', 'default');
    assert.equal(sensitive.code, 2);
    assert.match(sensitive.err, /is sensitive, so its value cannot be read[\s\S]*--input role_arn/);
    Object.assign(variable, { sensitive: false, category: 'terraform' });
    const other = await world.run('stack', 'project');
    assert.match(other.out, /There is no such key/);
    world.start(stack('name     = "gone"'));
    const gone = await world.run('stack', 'project');
    assert.match(gone.out, /no variable set "gone"/);
  });

  test('gives the needs of a role their values', async () => {
    const set = world.hcp.state.varset('acme', 'for permissions');
    world.hcp.state.variable(set, 'role_arn', roleArn('from-the-set'));
    world.start({ ...stack(`id = "${set.id}"`), ...bucket });
    const asked = ['permissions', 'project', '--deployment', 'prod', '--role', 'from-the-set'];
    const { out } = await world.run(...asked);
    assert.match(out, /s3:CreateBucket/);
    assert.doesNotMatch(out, /not known/);
    const nobody = await world.runWith({}, ...asked);
    assert.match(nobody.out, /The values of store\.varset\.oidc are not known: name the organization/);
    const named = await world.runWith({}, ...asked, '--organization', 'acme');
    assert.equal(named.out, out);
  });
});

const bucket = {
  'bucket.tfcomponent.hcl':
    'component "bucket" {\n  source    = "./bucket"\n  providers = { aws = provider.aws.this }\n}\n',
  'bucket/main.tf': 'resource "aws_s3_bucket" "this" {\n  bucket = "acme-web-assets"\n}\n',
};
