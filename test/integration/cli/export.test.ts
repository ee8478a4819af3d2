import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { parse as hclToJson } from '@cdktf/hcl2json';
import { parse as parseYaml } from 'yaml';
import { exportBinding } from '../../../src/cli/commands/export';
import { bundleCli, type CliRun, startCli } from '../../support/aws/cliProcess';
import { accountId, openWorld, type World } from '../../support/aws/world';
import { runCli } from '../../support/runCommand';
import { ServerPair } from '../../support/binding/serverWorlds';

let cli = '';
before(async () => void (cli = await bundleCli()));

const who = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod'];
const partitions = [
  ['aws', 'eu-central-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
] as const;
const terraform = spawnSync('terraform', ['version']).status === 0;

/** In the first partition by a process of its own, as a person starts it. */
function run(world: World, ...args: readonly string[]): Promise<Pick<CliRun, 'code' | 'out' | 'err'>> {
  const env = { ...world.env, XDG_STATE_HOME: path.join(world.home, 'state') };
  if (world.partition === 'aws') return startCli(cli, args, env, world.home).ended;
  return runCli(args, { cwd: world.home, env });
}

/** Every ARN of a text is one of the partition. */
function arnsOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\barn:(aws[\w-]*):/g)].map(m => m[1] ?? ''))];
}

describe('export', () => {
  for (const [partition, region] of partitions) {
    test(`in ${partition}: every form, before and after the setup`, async t => {
      const world = await openWorld({ partition, region });
      t.after(() => world.close());
      const policy = ['--plan-policy-arn', 'ReadOnlyAccess', '--apply-policy', 'policy.json'];
      writeFileSync(
        path.join(world.home, 'policy.json'),
        JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
        }),
      );
      for (const moment of ['before', 'after'] as const) {
        for (const as of ['terraform', 'cloudformation', 'aws-cli'] as const) {
          const { code, out, err } = await run(world, 'export', '--as', as, '--profile', 'default', ...who, ...policy);
          assert.equal(code, 0, err);
          const arns = arnsOf(out.replace(/\$\{AWS::Partition\}|arn:\$\{[^}]*\}/g, ''));
          assert.ok(
            arns.every(p => p === partition),
            `${as}: ${arns.join()}`,
          );
          assert.match(out, /organization:acme:project:Default Project:workspace:prod:run_phase:plan/);
          if (as === 'terraform') {
            const json = await hclToJson('main.tf', out);
            assert.equal(Object.keys((json['resource'] as Record<string, object>)['aws_iam_role'] ?? {}).length, 2);
            assert.equal(Boolean(json['import']), moment === 'after');
            if (terraform) {
              const folder = path.join(world.home, `tf-${moment}`);
              mkdirSync(folder);
              writeFileSync(path.join(folder, 'main.tf'), out);
              execFileSync('terraform', ['fmt', '-check', folder], { env: { ...process.env, TF_CLI_CONFIG_FILE: '' } });
            }
          } else if (as === 'cloudformation') {
            const template = parseYaml(out, { logLevel: 'silent' }) as { Resources?: object };
            assert.ok(Object.keys(template.Resources ?? {}).length >= 2);
          } else execFileSync('bash', ['-n'], { input: out });
        }
        if (moment === 'before') {
          const applied = await run(world, 'apply', '--yes', '--profile', 'default', ...who, ...policy);
          assert.equal(applied.code, 0, applied.err);
        }
      }
      assert.deepEqual([...new Set(world.server.log.map(e => e.region))], [region]);
    });

    test(`in ${partition}, without asking AWS`, async t => {
      const world = await openWorld({ partition, region });
      t.after(() => world.close());
      const given = await run(world, 'export', '--as', 'terraform', '--account', accountId, '--region', region, ...who);
      assert.equal(given.code, 0, given.err);
      assert.ok(arnsOf(given.out).every(p => p === partition));
      assert.equal(world.server.log.length, 0);
    });
  }
});

describe('export with HCP Terraform at hand', () => {
  test("takes the real project, imports the workspace's variables and names the host", async t => {
    const pair = await ServerPair.open();
    t.after(() => pair.close());
    await pair.healthy();
    const home = pair.hcp.state.project('acme', 'Shop Front');
    pair.workspace.projectId = home.id;
    const { code, out, err } = await pair.run(exportBinding, 'project', '--as', 'terraform', '--profile', 'default');
    assert.equal(code, 0, err);
    assert.match(out, /project:Shop Front:workspace:prod:run_phase:plan/);
    assert.match(out, /provider "tfe" \{\n {2}hostname = "127\.0\.0\.1:\d+"\n\}/);
    const json = await hclToJson('main.tf', out);
    const imports = json['import'] as readonly { readonly to: string; readonly id: string }[];
    const ids = imports.filter(i => i.to.includes('tfe_variable')).map(i => i.id);
    assert.deepEqual(
      ids,
      ['TFC_AWS_PROVIDER_AUTH', 'TFC_AWS_PLAN_ROLE_ARN', 'TFC_AWS_APPLY_ROLE_ARN'].map(
        key => `acme/prod/${pair.workspace.vars.find(v => v.key === key)?.id ?? ''}`,
      ),
    );
    assert.equal(out.includes(pair.hcp.token), false);
    // Somebody who may not read variables gets all the rest.
    pair.workspace.mayReadVariables = false;
    const less = await pair.run(exportBinding, 'project', '--as', 'terraform', '--profile', 'default');
    assert.equal(less.code, 0, less.err);
    assert.doesNotMatch(less.out, /to = tfe_variable/);
    assert.deepEqual(pair.hcp.violations, []);
  });
});
