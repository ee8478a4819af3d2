import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { UsageError } from '../../../src/cli/option';
import { apply } from '../../../src/cli/commands/apply';
import { exportBinding } from '../../../src/cli/commands/export';
import { plan } from '../../../src/cli/commands/plan';
import { trust } from '../../../src/cli/commands/trust';
import { undo } from '../../../src/cli/commands/undo';
import { ProblemError } from '../../../src/core/problem';
import { readBuckets } from '../../support/aws/binding';
import { type Issuer, startIssuer } from '../../support/aws/issuer';
import { exampleKey, exampleSecret } from '../../support/aws/profiles';
import { accountId, never, openWorld, type World } from '../../support/aws/world';
import { type CommandRun, runCommand } from '../../support/runCommand';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  writeFileSync(path.join(world.home, 'policy.json'), `// read only\n${JSON.stringify(readBuckets)}`);
});
afterEach(() => world.close());

const who = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'storefront'];

function run(command: typeof plan, args: readonly string[]): Promise<CommandRun> {
  const env = { ...world.env, XDG_STATE_HOME: path.join(world.home, 'state') };
  return runCommand(command, ['--profile', 'default', ...args], { cwd: world.home, env });
}

interface PlanJson {
  readonly account: Readonly<Record<string, unknown>>;
  readonly workspaces: readonly Readonly<Record<string, unknown>>[];
  readonly roles: readonly {
    readonly use: string;
    readonly name: string;
    readonly arn: string;
    readonly state: string;
  }[];
  readonly changes: readonly {
    readonly action: string;
    readonly input: Readonly<Record<string, string>>;
    readonly destructive: boolean;
  }[];
  readonly problems: readonly { readonly code: string; readonly nextStep: string }[];
  readonly notes: readonly string[];
  readonly variables: readonly { readonly key: string; readonly value: string; readonly category: string }[];
  readonly result?: {
    readonly state: string;
    readonly done: number;
    readonly problem: { readonly code: string } | null;
  };
}
const json = async (command: typeof plan, args: readonly string[]): Promise<PlanJson & { code: number }> => {
  const { out, code } = await run(command, [...args, '--format', 'json']);
  return { ...(JSON.parse(out) as PlanJson), code };
};

/** The problem, or the misuse, with which a command ends. */
async function refusal(command: typeof plan, args: readonly string[]): Promise<string> {
  try {
    const { code } = await run(command, args);
    return `exit ${code}`;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test('plan, apply and undo of a first setup, and what they print', async () => {
  const planned = await json(plan, [...who, '--policy', 'policy.json', '--workspace-id', 'ws-abc123']);
  assert.equal(planned.code, 0);
  assert.deepEqual(planned.account, {
    id: accountId,
    partition: 'aws',
    caller: `arn:aws:iam::${accountId}:user/admin`,
    root: false,
    profile: 'default',
    region: 'us-east-1',
    differences: [],
  });
  assert.deepEqual(planned.workspaces[0], {
    hostname: 'app.terraform.io',
    organization: 'acme',
    project: 'Default Project',
    name: 'storefront',
    id: 'ws-abc123',
  });
  assert.deepEqual(
    planned.changes.map(c => c.action),
    ['CreateOpenIDConnectProvider', 'CreateRole', 'PutRolePolicy', 'CreateRole', 'PutRolePolicy'],
  );
  assert.deepEqual(planned.variables, [
    { workspace: 'storefront', key: 'TFC_AWS_PROVIDER_AUTH', value: 'true', category: 'env' },
    {
      workspace: 'storefront',
      key: 'TFC_AWS_PLAN_ROLE_ARN',
      value: `arn:aws:iam::${accountId}:role/tfc-acme-storefront-plan`,
      category: 'env',
    },
    {
      workspace: 'storefront',
      key: 'TFC_AWS_APPLY_ROLE_ARN',
      value: `arn:aws:iam::${accountId}:role/tfc-acme-storefront-apply`,
      category: 'env',
    },
  ]);
  assert.deepEqual(world.server.writes(), []);

  const before = world.server.dump();
  const without = await json(apply, [...who, '--policy', 'policy.json', '--workspace-id', 'ws-abc123']);
  assert.deepEqual([without.code, without.result?.state], [1, 'not-applied']);
  assert.deepEqual(world.server.dump(), before);

  world.server.log.length = 0;
  const applied = await json(apply, [...who, '--policy', 'policy.json', '--workspace-id', 'ws-abc123', '--yes']);
  assert.deepEqual([applied.code, applied.result?.state, applied.result?.done], [0, 'complete', 5]);
  assert.deepEqual(applied.changes, planned.changes, 'what is applied is what was shown');
  // 5 writes, each read first, and both roles read back with their policies before the apply is called complete.
  assert.equal(world.server.calls('iam').length, 18);
  const sent = world.server.log.filter(e => e.action === 'CreateRole').map(e => e.params['AssumeRolePolicyDocument']);
  assert.deepEqual(
    sent,
    planned.changes.filter(c => c.action === 'CreateRole').map(c => c.input['AssumeRolePolicyDocument']),
  );

  const again = await json(apply, [...who, '--policy', 'policy.json', '--workspace-id', 'ws-abc123', '--yes']);
  assert.deepEqual([again.code, again.changes.length, again.result?.state], [0, 0, 'complete']);
  assert.equal(world.server.writes().length, 5);

  assert.equal((await run(undo, [])).code, 1);
  assert.equal(world.server.writes().length, 5);
  const undone = await run(undo, ['--yes']);
  assert.equal(undone.code, 0, undone.out);
  assert.deepEqual(world.server.dump(), before);
  assert.equal((await run(undo, ['--yes'])).code, 0);
  const journal = path.join(world.home, 'state', 'tfc-oidc', 'journal');
  const texts = readdirSync(journal).map(name => readFileSync(path.join(journal, name), 'utf8'));
  assert.equal(texts.length, 1);
  assert.ok(!texts.join('').includes(exampleSecret) && !texts.join('').includes(exampleKey));
});

describe('the roles that are made', () => {
  let issuer: Issuer;
  before(async () => {
    issuer = await startIssuer();
  });
  after(() => issuer.stop());

  async function assume(roleArn: string, sub: string, aud = 'aws.workload.identity'): Promise<boolean> {
    world.server.issuers.set('https://app.terraform.io', issuer.url);
    const sts = new STSClient({
      region: 'us-east-1',
      endpoint: world.server.url,
      maxAttempts: 1,
      credentials: { accessKeyId: exampleKey, secretAccessKey: exampleSecret },
    });
    try {
      await sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'run',
          WebIdentityToken: issuer.token({ sub, aud }),
        }),
      );
      return true;
    } catch {
      return false;
    }
  }
  const sub = (phase: string, workspace = 'storefront', project = 'Default Project'): string =>
    `organization:acme:project:${project}:workspace:${workspace}:run_phase:${phase}`;

  test('separate roles: each phase its own, and nobody else', async () => {
    const { roles } = await json(apply, [...who, '--yes']);
    const [planRole, applyRole] = [roles[0]?.arn ?? '', roles[1]?.arn ?? ''];
    assert.deepEqual(
      await Promise.all([
        assume(planRole, sub('plan')),
        assume(applyRole, sub('apply')),
        assume(planRole, sub('apply')),
        assume(applyRole, sub('plan')),
        assume(planRole, sub('plan', 'storefront-evil')),
        assume(planRole, sub('plan', 'storefront', 'Other')),
        assume(planRole, sub('plan'), 'other'),
      ]),
      [true, true, false, false, false, false, false],
    );
  });

  test('one role for both phases, with its own name, path, boundary, tags and audience', async () => {
    const made = await json(apply, [
      ...who,
      ...['--roles', 'single', '--role-name', `arn:aws:iam::${accountId}:role/tf/deploy`, '--audience', 'my.audience'],
      ...[
        '--boundary',
        'arn:aws:iam::aws:policy/PowerUserAccess',
        '--aws-tag',
        'team=web=1',
        '--policy-arn',
        'arn:aws:iam::aws:policy/ReadOnlyAccess',
      ],
      ...['--max-session', '7200', '--tag', 'ALIAS1', '--yes'],
    ]);
    assert.equal(made.code, 0, JSON.stringify(made.problems));
    const arn = `arn:aws:iam::${accountId}:role/tf/deploy`;
    assert.deepEqual(
      made.variables.map(v => [v.key, v.value]),
      [
        ['TFC_AWS_PROVIDER_AUTH_ALIAS1', 'true'],
        ['TFC_AWS_RUN_ROLE_ARN_ALIAS1', arn],
        ['TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE_ALIAS1', 'my.audience'],
      ],
    );
    const stored = world.stored.roles.get('deploy');
    assert.deepEqual(
      [stored?.arn, stored?.boundary, stored?.maxSessionDuration, stored?.tags.get('team')],
      [arn, 'arn:aws:iam::aws:policy/PowerUserAccess', 7200, 'web=1'],
    );
    assert.deepEqual(
      [
        await assume(arn, sub('plan'), 'my.audience'),
        await assume(arn, sub('apply'), 'my.audience'),
        await assume(arn, sub('plan')),
      ],
      [true, true, false],
    );
  });
});

describe('what the project says', () => {
  const write = (text: string, folder = 'app'): void => {
    mkdirSync(path.join(world.home, folder), { recursive: true });
    writeFileSync(path.join(world.home, folder, 'main.tf'), text);
  };
  const cloud = (workspaces: string): string =>
    `terraform {\n  cloud {\n    hostname = "app.eu.terraform.io"\n    organization = "acme"\n    workspaces {\n      ${workspaces}\n    }\n  }\n}\n`;

  test('organization, workspace, project and host come from the cloud block', async () => {
    write(cloud('name = "shop"\n      project = "Web"'));
    const planned = await json(plan, ['app']);
    assert.deepEqual(
      [planned.workspaces[0]?.['hostname'], planned.workspaces[0]?.['name'], planned.workspaces[0]?.['project']],
      ['app.eu.terraform.io', 'shop', 'Web'],
    );
    assert.match(planned.notes.join(' '), /project "Web" is the one of the cloud block/);
    const given = await json(plan, ['app', '--workspace', 'other', '--project', 'P']);
    assert.deepEqual([given.workspaces[0]?.['name'], given.workspaces[0]?.['project']], ['other', 'P']);
  });

  test('what is missing is asked for', async () => {
    write(cloud('name = "shop"'));
    assert.match(await refusal(plan, ['app']), /--project is needed/);
    write(cloud('tags = ["a"]'));
    assert.match(await refusal(plan, ['app', '--project', 'P']), /--workspace is needed/);
    assert.match(await refusal(plan, []), /--workspace is needed/);
    write(cloud('name = "b"'), 'other');
    assert.match(await refusal(plan, ['.', '--project', 'P']), /2 roots with a cloud block/);
  });

  test('roles that the project itself manages are not written to', async () => {
    write(
      `${cloud('name = "storefront"')}resource "aws_iam_role" "r" {\n  name = "tfc-acme-storefront-plan"\n  assume_role_policy = "{}"\n}\n`,
    );
    const trust =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
    assert.ok(
      (
        await world.account.send(
          'CreateRole',
          { RoleName: 'tfc-acme-storefront-plan', AssumeRolePolicyDocument: trust },
          never,
        )
      ).ok,
    );
    const planned = await json(plan, ['app', '--project', 'P', '--adopt']);
    assert.equal(planned.code, 1);
    assert.deepEqual(
      planned.problems.map(p => p.code),
      ['managed-by-terraform'],
    );
    const applied = await json(apply, ['app', '--project', 'P', '--adopt', '--yes']);
    assert.deepEqual([applied.code, applied.result?.state], [1, 'not-applied']);
    assert.deepEqual(world.server.writes(), ['CreateRole']);
  });
});

describe('refusals', () => {
  test('misuse is told from what is wrong in the world', async () => {
    assert.equal(await refusal(plan, [...who, '--account', '999999999999']), 'other-account');
    const foreign = 'arn:aws:iam::999999999999:role/deploy';
    assert.equal(await refusal(plan, [...who, '--roles', 'single', '--role-name', foreign]), 'other-account');
    assert.equal(await refusal(plan, [...who, '--organization', 'a b']), 'invalid-name');
    assert.match(await refusal(plan, [...who, '--roles', 'many']), /--roles takes/);
    assert.match(
      await refusal(plan, [...who, '--roles', 'single', '--plan-policy', 'policy.json']),
      /with --roles single use --policy/,
    );
    assert.match(await refusal(plan, [...who, '--aws-tag', 'x']), /KEY=VALUE/);
    assert.equal(await refusal(plan, [...who, '--policy', 'missing.json']), 'unreadable-file');
    writeFileSync(path.join(world.home, 'bad.json'), '[]');
    assert.equal(await refusal(plan, [...who, '--policy', 'bad.json']), 'no-policy');
    assert.equal(await refusal(apply, ['--resume', '--yes']), 'nothing-to-resume');
    world.server.callers.clear();
    assert.equal(await refusal(plan, who), 'InvalidClientTokenId');
  });

  test('a plan that IAM would refuse is refused before the first write', async () => {
    const cases = [
      [['--role-name', 'x'.repeat(62)], 'role-name'],
      [['--path', 'tf'], 'role-path'],
      [['--policy-arn', 'arn:aws:iam::aws:role/ReadOnlyAccess'], 'policy-arn'],
      [['--boundary', 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess'], 'policy-arn'],
      [['--max-session', '60'], 'session-duration'],
    ] as const;
    for (const [args, expected] of cases) {
      const applied = await json(apply, [...who, ...args, '--yes']);
      assert.equal(applied.code, 1);
      assert.deepEqual([...new Set(applied.problems.map(p => p.code))], [expected]);
    }
    assert.deepEqual(world.server.writes(), []);
  });

  test('a host with a port is refused before anything is written, whatever command names it', async () => {
    const host = [...who, '--hostname', 'tfe.acme.example:8443'];
    assert.equal(await refusal(plan, host), 'issuer-with-port');
    assert.equal(await refusal(apply, [...host, '--yes']), 'issuer-with-port');
    const code =
      'terraform {\n  cloud {\n    hostname     = "tfe.acme.example:8443"\n    organization = "acme"\n    workspaces {\n      name = "storefront"\n    }\n  }\n}\n';
    mkdirSync(path.join(world.home, 'ported'));
    writeFileSync(path.join(world.home, 'ported', 'main.tf'), code);
    const project = ['ported', '--project', 'Default Project'];
    assert.equal(await refusal(apply, [...project, '--yes']), 'issuer-with-port');
    const account = ['--account', accountId, '--as', 'terraform'];
    const env = { ...world.env, XDG_STATE_HOME: path.join(world.home, 'state') };
    for (const [command, args] of [
      [exportBinding, [...host, ...account]],
      [trust, [...host, '--account', accountId]],
    ] as const)
      await assert.rejects(
        runCommand(command, args, { cwd: world.home, env }),
        (error: unknown) => error instanceof ProblemError && error.problem.code === 'issuer-with-port',
      );
    assert.deepEqual(world.server.writes(), []);
  });

  test("AWS's own policies are known by name, and a policy can be given as text", async () => {
    const policy = JSON.stringify(readBuckets);
    const applied = await json(apply, [
      ...who,
      '--plan-policy-arn',
      'job-function/ViewOnlyAccess',
      '--apply-policy',
      policy,
      '--yes',
    ]);
    assert.equal(applied.code, 0);
    const attached = applied.changes.filter(c => c.action === 'AttachRolePolicy').map(c => c.input['PolicyArn']);
    assert.deepEqual(attached, ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess']);
    const put = applied.changes.find(c => c.action === 'PutRolePolicy');
    assert.equal(put?.input['PolicyDocument'], policy);
  });

  test('one role for many workspaces fits where the quota was raised', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ['--workspace', `workspace-with-a-rather-long-name-${i}`]).flat();
    const args = ['--organization', 'acme', '--project', 'Default Project', '--roles', 'single', ...many];
    assert.equal(await refusal(plan, args), 'trust-policy-too-long');
    world.stored.quotas.trustPolicySize = 8192;
    const made = await json(apply, [...args, '--trust-policy-quota', '8192', '--yes']);
    assert.deepEqual([made.code, made.result?.state, made.variables.length], [0, 'complete', 60]);
  });

  test('missing permissions and a full quota are found by plan', async () => {
    world.server.addCaller(world.stored, exampleKey, {
      user: 'reader',
      allow: ['iam:Get*', 'iam:List*', 'iam:Simulate*', 'iam:CreateRole', 'iam:TagRole'],
    });
    assert.deepEqual(
      (await json(plan, who)).problems.map(p => p.code),
      ['missing-permissions'],
    );
    assert.deepEqual(
      (await json(apply, [...who, '--check-permissions', '--yes'])).problems.map(p => p.code),
      ['missing-permissions'],
    );
    assert.deepEqual(world.server.writes(), []);
    world.server.addCaller(world.stored, exampleKey);
    for (let i = 0; i < 100; i++) {
      assert.ok(
        (
          await world.account.send(
            'CreateOpenIDConnectProvider',
            { Url: `https://idp${i}.example.com`, ClientIDList: [] },
            never,
          )
        ).ok,
      );
    }
    assert.deepEqual(
      (await json(plan, who)).problems.map(p => p.code),
      ['provider-quota'],
    );
  });

  test('a refusal in the middle is reported, and the next run asks to go on or back', async () => {
    const before = world.server.dump();
    world.server.faults.add({ action: 'CreateRole', kind: 'refuse', from: 2, times: 9 });
    const stopped = await json(apply, [...who, '--yes']);
    assert.deepEqual(
      [stopped.code, stopped.result?.state, stopped.result?.done, stopped.result?.problem?.code],
      [2, 'stopped', 2, 'AccessDenied'],
    );
    assert.equal(await refusal(apply, [...who, '--yes']), 'unfinished-run');
    assert.match(await refusal(apply, ['--resume']), /needs --yes/);
    world.server.faults.clear();
    assert.equal((await run(apply, ['--resume', '--yes'])).code, 0);
    assert.equal((await run(undo, ['--yes'])).code, 0);
    assert.deepEqual(world.server.dump(), before);
  });
});
