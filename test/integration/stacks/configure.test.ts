import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  bareStack,
  deployment,
  firstAccount,
  roleArn,
  secondAccount,
  StackWorld,
  stackNames,
  wiredStack,
} from '../../support/stacks/world';

/** `configure`, `plan`, `apply`, `export` and `undo` of the deployments of a Stack, against our AWS server. */
describe('a Stack is set up', () => {
  let world: StackWorld;
  before(async () => void (world = await StackWorld.open()));
  after(() => world.close());

  const trustOf = (name: string, account = world.aws.stored): string => account.roles.get(name)?.trust ?? '';
  const subject = (name: string, operation: 'plan' | 'apply'): string =>
    `organization:acme:project:Default Project:stack:web:deployment:${name}:operation:${operation}`;

  test('IAM, then the code, then the proof; undo leads back', async () => {
    world.start(bareStack);
    const shown = await world.run('configure', 'project', '--profile', 'default', '--permissions', 'code');
    assert.equal(shown.code, 1);
    assert.match(shown.out, /Deployment acme\/web\/prod, project "Default Project"/);
    assert.match(shown.out, /\+ *role_arn += "arn:aws:iam::123456789012:role\/tfc-acme-web-prod"/);
    assert.equal(world.aws.stored.roles.size, 0);
    assert.equal(world.text('deployments.tfdeploy.hcl'), bareStack['deployments.tfdeploy.hcl']);

    const done = await world.run('configure', 'project', '--profile', 'default', '--permissions', 'code', '--yes');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /Read back \(acme\/web\/prod\): proven/);
    assert.match(done.out, /Read back \(acme\/web\/staging\): proven/);
    for (const name of ['prod', 'staging']) {
      const trust = trustOf(`tfc-acme-web-${name}`);
      for (const operation of ['plan', 'apply'] as const) assert.ok(trust.includes(subject(name, operation)), trust);
      const policies = world.aws.stored.roles.get(`tfc-acme-web-${name}`)?.inline;
      assert.match(JSON.stringify([...(policies ?? [])]), /s3:CreateBucket/);
    }
    assert.ok(!trustOf('tfc-acme-web-prod').includes('staging'));
    assert.match(world.text('components.tfcomponent.hcl'), /role_arn +=\s*var\.role_arn/);

    const again = await world.run('configure', 'project', '--profile', 'default', '--permissions', 'code', '--yes');
    assert.equal(again.code, 0, again.out + again.err);
    assert.doesNotMatch(again.out, /changes? to IAM|files changed/);

    // What the role may do is compared with the components whose provider assumes it.
    const compared = async () => {
      const { out } = await world.run('status', 'project', '--profile', 'default', '--format', 'json');
      const { deployments } = JSON.parse(out) as {
        deployments: { name: string; checks: { id: string; state: string; evidence: string[] }[] }[];
      };
      return deployments.map(d => d.checks.find(c => c.id === 'role-permissions'));
    };
    assert.deepEqual(
      (await compared()).map(c => c?.state),
      ['ok', 'ok'],
    );
    world.aws.stored.roles.get('tfc-acme-web-staging')?.inline.clear();
    const [good, poor] = await compared();
    assert.equal(good?.state, 'ok');
    assert.equal(poor?.state, 'warning');
    assert.match(poor?.evidence.join() ?? '', /Missing: .*s3:CreateBucket/);
    await world.run('configure', 'project', '--profile', 'default', '--permissions', 'code', '--yes');

    for (let n = 0; n < 4; n++) await world.run('undo', '--profile', 'default', '--yes', '--stack', 'web');
    assert.equal(world.aws.stored.roles.size, 0);
    for (const file of ['components.tfcomponent.hcl', 'deployments.tfdeploy.hcl'] as const)
      assert.equal(world.text(file), bareStack[file]);
  });

  test('each account is set up with its own profile, and what is in the other one is left alone', async () => {
    world.start(
      wiredStack(deployment('prod', roleArn('stack-prod')) + deployment('test', roleArn('stack-test', secondAccount))),
    );
    const one = await world.run('configure', 'project', '--profile', 'default', '--yes', '--format', 'json');
    assert.equal(one.code, 0, one.out + one.err);
    const report = JSON.parse(one.out) as { deployments: unknown; notes: string[]; proven: boolean };
    assert.deepEqual(report.deployments, [
      { organization: 'acme', project: 'Default Project', stack: 'web', deployment: 'prod' },
    ]);
    assert.match(report.notes.join('\n'), /Deployment test also uses .*stack-test; it is left alone/);
    assert.equal(report.proven, true);
    assert.deepEqual([...world.aws.stored.roles.keys()], ['stack-prod']);
    assert.equal(world.second.roles.size, 0);

    const other = await world.run('configure', 'project', '--profile', 'second', '--yes');
    assert.equal(other.code, 0, other.out + other.err);
    assert.ok(trustOf('stack-test', world.second).includes(subject('test', 'apply')));
    const both = await world.run('stack', 'project', '--profile', 'default', '--profile', 'second', '--strict');
    assert.equal(both.code, 0, both.out);
  });

  test('each role may do what the components need whose provider has it', async () => {
    const provider = (name: string): string =>
      `provider "aws" "${name}" {\n  config {\n    assume_role_with_web_identity {\n      role_arn           = var.${name}\n      web_identity_token = var.token\n    }\n  }\n}\n`;
    const component = (name: string, by: string): string =>
      `component "${name}" {\n  source    = "./${name}"\n  providers = { aws = provider.aws.${by} }\n}\n`;
    world.start({
      'main.tfcomponent.hcl': [
        provider('apps'),
        provider('logs'),
        component('queue', 'apps'),
        component('bucket', 'logs'),
        'variable "apps" {\n  type = string\n}\nvariable "logs" {\n  type = string\n}\nvariable "token" {\n  type      = string\n  ephemeral = true\n}\n',
      ].join('\n'),
      'main.tfdeploy.hcl': `identity_token "aws" {\n  audience = ["aws.workload.identity"]\n}\n\ndeployment "prod" {\n  inputs = {\n    apps  = "${roleArn('apps')}"\n    logs  = "${roleArn('logs')}"\n    token = identity_token.aws.jwt\n  }\n}\n`,
      'queue/main.tf': 'resource "aws_sqs_queue" "this" {\n  name = "orders"\n}\n',
      'bucket/main.tf': 'resource "aws_s3_bucket" "this" {\n  bucket = "acme-logs"\n}\n',
    });
    const done = await world.run('configure', 'project', '--profile', 'default', '--permissions', 'code', '--yes');
    assert.equal(done.code, 0, done.out + done.err);
    const allowed = (name: string): string => JSON.stringify([...(world.aws.stored.roles.get(name)?.inline ?? [])]);
    assert.match(allowed('apps'), /sqs:CreateQueue/);
    assert.doesNotMatch(allowed('apps'), /s3:/);
    assert.match(allowed('logs'), /s3:CreateBucket/);
    assert.doesNotMatch(allowed('logs'), /sqs:/);
    assert.match(done.out, /The policy of the role of prod leaves out component\.bucket/);
  });

  test('static keys go out of the code, its variables and its inputs once the roles are proven', async () => {
    const wired = wiredStack('');
    const keyed = {
      'components.tfcomponent.hcl': `${wired['components.tfcomponent.hcl'] ?? ''}
variable "key" {
  type      = string
  ephemeral = true
}

variable "secret" {
  type      = string
  ephemeral = true
}
`.replace('    assume_role', '    access_key = var.key\n    secret_key = var.secret\n    assume_role'),
      'deployments.tfdeploy.hcl': `${wired['deployments.tfdeploy.hcl'] ?? ''}
store "varset" "keys" {
  name     = "keys"
  category = "env"
}

deployment "prod" {
  inputs = {
    identity_token = identity_token.aws.jwt
    role_arn       = "${roleArn('prod')}"
    key            = store.varset.keys.AWS_ACCESS_KEY_ID
    secret         = store.varset.keys.AWS_SECRET_ACCESS_KEY
  }
}
`,
    };
    world.start(keyed);
    const done = await world.run('configure', 'project', '--profile', 'default', '--fix-code', '--yes');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /Read back \(acme\/web\/prod\): proven/);
    assert.doesNotMatch(world.text('components.tfcomponent.hcl'), /key|secret/);
    const deployments = world.text('deployments.tfdeploy.hcl');
    assert.match(
      deployments,
      /inputs = \{\n {4}identity_token = identity_token\.aws\.jwt\n {4}role_arn {7}= "[^"]+"\n {2}\}/,
    );
    // What the code that runs today reads stays until it is gone from there.
    assert.match(deployments, /store "varset" "keys"/);
    await world.run('undo', '--profile', 'default', '--yes', '--stack', 'web');
    assert.equal(world.text('deployments.tfdeploy.hcl'), keyed['deployments.tfdeploy.hcl']);
  });

  test('deployments that share a role stay trusted by it', async () => {
    world.start(wiredStack(deployment('prod', roleArn('shared')) + deployment('staging', roleArn('shared'))));
    const all = await world.run('configure', 'project', '--profile', 'default', '--yes');
    assert.equal(all.code, 0, all.out + all.err);
    const before = trustOf('shared');
    assert.ok(before.includes(subject('prod', 'plan')) && before.includes(subject('staging', 'plan')));
    const one = await world.run('configure', 'project', '--profile', 'default', '--yes', '--deployment', 'prod');
    assert.equal(one.code, 0, one.out + one.err);
    assert.equal(trustOf('shared'), before);
    assert.match(one.out, /also the role of staging/);
  });

  test('Stacks of one name in two projects get roles of their own', async () => {
    world.start(bareStack);
    await world.run('configure', 'project', '--profile', 'default', '--yes', '--deployment', 'prod');
    const first = trustOf('tfc-acme-web-prod');
    world.hcp.state.project('acme', 'Other');
    const names = { ...stackNames, TF_STACKS_PROJECT_NAME: 'Other' };
    const planned = await world.runWith(
      names,
      'plan',
      '--organization',
      'acme',
      '--project',
      'Other',
      '--stack',
      'web',
      '--deployment',
      'prod',
      '--profile',
      'default',
    );
    assert.equal(planned.code, 0, planned.out + planned.err);
    assert.match(planned.out, /Create role tfc-acme-Other-web-prod-[0-9a-f]{8} /);
    assert.equal(trustOf('tfc-acme-web-prod'), first);
  });

  test('of several open inputs one has to be named', async () => {
    const stack = wiredStack(
      '\ndeployment "prod" {\n  inputs = {\n    identity_token = identity_token.aws.jwt\n  }\n}\n',
    );
    const second = `
provider "aws" "dns" {
  config {
    region = "eu-central-1"
    assume_role_with_web_identity {
      role_arn           = var.dns_role
      web_identity_token = var.identity_token
    }
  }
}

variable "dns_role" {
  type = string
}
`;
    world.start({ ...stack, 'dns.tfcomponent.hcl': second });
    const open = await world.run('configure', 'project', '--profile', 'default');
    assert.equal(open.code, 2);
    assert.match(open.err, /several roles.*var\.role_arn, var\.dns_role[\s\S]*--input dns_role/);
    const dns = await world.run('configure', 'project', '--profile', 'second', '--yes', '--input', 'dns_role');
    assert.match(
      world.text('deployments.tfdeploy.hcl'),
      new RegExp(`dns_role += "arn:aws:iam::${secondAccount}:role/tfc-acme-web-prod"`),
    );
    assert.doesNotMatch(world.text('deployments.tfdeploy.hcl'), /^\s*role_arn/m);
    // The other role is not there yet, so the deployment as a whole is not proven.
    assert.equal(dns.code, 1, dns.out);
    const rest = await world.run('configure', 'project', '--profile', 'default', '--yes');
    assert.equal(rest.code, 2);
    assert.match(
      rest.out,
      /Read back \(acme\/web\/prod\): proven in account 123456789012; its roles in other accounts/,
    );
  });

  test('plan, apply and export make the role of one deployment; what a Stack has no use for is refused', async () => {
    world.start(bareStack);
    const several = await world.run('plan', 'project', '--profile', 'default');
    assert.equal(several.code, 2);
    assert.match(several.err, /have 2 roles: prod, staging[\s\S]*--deployment/);
    const planned = await world.run(
      'plan',
      'project',
      '--profile',
      'default',
      '--deployment',
      'prod',
      '--format',
      'json',
    );
    const { inputs } = JSON.parse(planned.out) as { inputs: unknown };
    assert.deepEqual(inputs, [{ stack: 'web', deployment: 'prod', roleArn: roleArn('tfc-acme-web-prod') }]);
    const applied = await world.run('apply', 'project', '--profile', 'default', '--deployment', 'prod', '--yes');
    assert.equal(applied.code, 0, applied.err);
    assert.ok(trustOf('tfc-acme-web-prod').includes(subject('prod', 'plan')));
    for (const as of ['terraform', 'cloudformation', 'aws-cli']) {
      const code = await world.run('export', 'project', '--as', as, '--account', firstAccount, '--deployment', 'prod');
      assert.equal(code.code, 0, code.err);
      assert.ok(code.out.includes(subject('prod', 'apply')), as);
      assert.doesNotMatch(code.out, /TFC_AWS_/);
    }
    for (const [words, instead] of [
      [['--tag', 'dns'], /--tag is for workspaces; the role of a deployment is named in the inputs/],
      [['--roles', 'separate'], /a deployment has one role/],
      [['--variable-set', 'shared'], /--variable-set is for workspaces; the role of a deployment is an input/],
      [['--all-workspaces'], /--all-workspaces is for workspaces/],
    ] as const) {
      const refused = await world.run('configure', 'project', '--profile', 'default', ...words);
      assert.equal(refused.code, 2);
      assert.match(refused.err, instead);
    }
    const unnamed = await world.runWith({}, 'configure', 'project', '--profile', 'default');
    assert.equal(unnamed.code, 2);
    assert.match(
      unnamed.err,
      /organization, project, stack of the Stack are not known here[\s\S]*TF_STACKS_STACK_NAME/,
    );
  });
});
