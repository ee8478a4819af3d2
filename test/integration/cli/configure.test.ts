import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { configure } from '../../../src/cli/commands/configure';
import { doctor } from '../../../src/cli/commands/doctor';
import { status } from '../../../src/cli/commands/status';
import { undo } from '../../../src/cli/commands/undo';
import { openWorld, type World } from '../../support/aws/world';
import { HcpServer } from '../../support/hcp/server';
import type { VarsetState, WorkspaceState } from '../../support/hcp/state';
import { type CommandRun, runCommand } from '../../support/runCommand';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

let world: World;
let hcp: HcpServer;
let workspace: WorkspaceState;
let varset: VarsetState;
let project: string;

/** A workspace in a project of its own name, with a key of its own and one from a variable set, and clean code. */
beforeEach(async () => {
  world = await openWorld();
  hcp = await HcpServer.start();
  hcp.state.organization('acme');
  const home = hcp.state.project('acme', 'Shop Front');
  workspace = hcp.state.workspace('acme', 'storefront', { projectId: home.id });
  varset = hcp.state.varset('acme', 'legacy keys', { workspaceIds: [workspace.id] });
  hcp.state.variable(workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  hcp.state.variable(varset, 'AWS_SECRET_ACCESS_KEY', secret, { sensitive: true });
  project = path.join(world.home, 'project');
  mkdirSync(project);
  writeFileSync(
    path.join(project, 'main.tf'),
    `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    workspaces {\n      name = "storefront"\n    }\n  }\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n`,
  );
});
afterEach(async () => {
  assert.deepEqual(hcp.violations, []);
  await hcp.close();
  await world.close();
});

function run(command: typeof configure, ...args: readonly string[]): Promise<CommandRun> {
  const env = { ...world.env, ...hcp.environment, HOME: world.home, XDG_STATE_HOME: path.join(world.home, 'state') };
  return runCommand(command, args, { cwd: world.home, env });
}

const keys = (of: { vars: { key: string; value: string; sensitive: boolean }[] }): Record<string, string> =>
  Object.fromEntries(of.vars.map(v => [v.key, v.value]));

interface Report {
  readonly applied: { readonly state: string; readonly done: number } | null;
  readonly proven: boolean;
  readonly checks: readonly { readonly id: string; readonly state: string; readonly phase?: string }[];
  readonly variables: readonly { readonly key: string }[];
  readonly removals: readonly { readonly key: string }[];
}

describe('configure', () => {
  test('without --yes the plan is shown and nothing is written', async () => {
    const before = [JSON.stringify(world.server.dump()), JSON.stringify([workspace.vars, varset.vars])];
    const { code, out, err } = await run(configure, 'project', '--profile', 'default', '--remove-static-keys');
    assert.equal(code, 1, err);
    assert.match(out, /Set TFC_AWS_PROVIDER_AUTH in workspace storefront/);
    assert.match(out, /Remove AWS_SECRET_ACCESS_KEY from variable set legacy keys/);
    assert.match(err, /Repeat it with --yes/);
    assert.deepEqual([JSON.stringify(world.server.dump()), JSON.stringify([workspace.vars, varset.vars])], before);
  });

  test('IAM, variables, proof, and then the static keys; a second run has nothing to do', async () => {
    const first = await run(
      configure,
      'project',
      '--profile',
      'default',
      '--yes',
      '--remove-static-keys',
      '--format',
      'json',
    );
    assert.equal(first.code, 0, first.err + first.out);
    const report = JSON.parse(first.out) as Report;
    assert.equal(report.applied?.state, 'complete');
    assert.equal(report.proven, true);
    assert.deepEqual(
      report.checks.filter(c => c.state === 'wrong'),
      [],
    );
    assert.deepEqual(
      report.checks.filter(c => c.id === 'role-trusts-run').map(c => [c.phase, c.state]),
      [
        ['plan', 'ok'],
        ['apply', 'ok'],
      ],
    );
    // The real project, which the code does not name, is in the trust policies.
    assert.match(
      JSON.stringify(world.server.dump()),
      /organization:acme:project:Shop Front:workspace:storefront:run_phase:plan/,
    );
    assert.deepEqual(keys(workspace), {
      TFC_AWS_PROVIDER_AUTH: 'true',
      TFC_AWS_PLAN_ROLE_ARN: 'arn:aws:iam::123456789012:role/tfc-acme-storefront-plan',
      TFC_AWS_APPLY_ROLE_ARN: 'arn:aws:iam::123456789012:role/tfc-acme-storefront-apply',
    });
    assert.deepEqual(
      workspace.vars.filter(v => v.sensitive),
      [],
    );
    assert.deepEqual(keys(varset), {});
    const dump = JSON.stringify(world.server.dump());
    const again = await run(
      configure,
      'project',
      '--profile',
      'default',
      '--yes',
      '--remove-static-keys',
      '--format',
      'json',
    );
    assert.equal(again.code, 0, again.err);
    const second = JSON.parse(again.out) as Report;
    assert.equal(second.applied, null);
    assert.deepEqual([second.variables, second.removals], [[], []]);
    assert.equal(JSON.stringify(world.server.dump()), dump);
    assert.equal((await run(status, 'project', '--profile', 'default')).code, 0);
  });

  test('the static keys stay where they are unless they are asked for, and the checks say so', async () => {
    const { code, out } = await run(configure, 'project', '--profile', 'default', '--yes', '--format', 'json');
    assert.equal(code, 1);
    const report = JSON.parse(out) as Report;
    assert.equal(report.proven, true);
    assert.deepEqual(
      report.checks.filter(c => c.state === 'wrong').map(c => c.id),
      ['no-static-credentials'],
    );
    assert.equal(keys(workspace)['AWS_ACCESS_KEY_ID'], 'AKIAIOSFODNN7EXAMPLE');
  });

  test('variables can go to a variable set that reaches the workspace, and an unknown set is named', async () => {
    const { code, err } = await run(
      configure,
      'project',
      '--profile',
      'default',
      '--yes',
      '--variable-set',
      'legacy keys',
    );
    assert.equal(code, 1, err);
    assert.deepEqual(Object.keys(keys(varset)).sort(), [
      'AWS_SECRET_ACCESS_KEY',
      'TFC_AWS_APPLY_ROLE_ARN',
      'TFC_AWS_PLAN_ROLE_ARN',
      'TFC_AWS_PROVIDER_AUTH',
    ]);
    assert.deepEqual(Object.keys(keys(workspace)), ['AWS_ACCESS_KEY_ID']);
    await assert.rejects(async () => {
      const wrong = await run(configure, 'project', '--profile', 'default', '--yes', '--variable-set', 'nope');
      if (wrong.code !== 0) throw new Error(wrong.err);
    }, /No variable set "nope" reaches workspace storefront/);
  });

  test('a refused variable stops it: the old credentials are in place, and undo takes the rest back', async () => {
    const before = JSON.stringify(world.server.dump());
    hcp.faults.push({
      method: 'POST',
      path: /\/vars$/,
      status: 422,
      body: { errors: [{ status: '422', title: 'invalid attribute', detail: 'Planted' }] },
    });
    const { code, err } = await run(configure, 'project', '--profile', 'default', '--yes', '--remove-static-keys');
    assert.equal(code, 2);
    assert.match(err, /still in place/);
    assert.equal(keys(workspace)['AWS_ACCESS_KEY_ID'], 'AKIAIOSFODNN7EXAMPLE');
    assert.equal(keys(varset)['AWS_SECRET_ACCESS_KEY'], secret);
    hcp.faults.length = 0;
    assert.equal((await run(undo, '--yes', '--profile', 'default')).code, 0);
    assert.equal(JSON.stringify(world.server.dump()), before);
  });

  test('undo takes variables back as well', async () => {
    const before = [JSON.stringify(world.server.dump()), JSON.stringify(keys(workspace))];
    assert.equal((await run(configure, 'project', '--profile', 'default', '--yes')).code, 1);
    const { code, err } = await run(undo, '--yes', '--profile', 'default');
    assert.equal(code, 0, err);
    assert.deepEqual([JSON.stringify(world.server.dump()), JSON.stringify(keys(workspace))], before);
  });

  test('no secret is in any output or journal', async () => {
    const runs = [
      await run(configure, 'project', '--profile', 'default', '--yes', '--remove-static-keys'),
      await run(status, 'project', '--profile', 'default'),
      await run(doctor, 'project', '--profile', 'default'),
    ];
    const folder = path.join(world.home, 'state', 'tfc-oidc', 'journal');
    const journal = readdirSync(folder).map(name => readFileSync(path.join(folder, name), 'utf8'));
    const all = [...runs.flatMap(r => [r.out, r.err]), ...journal].join('\n');
    assert.ok(all.length > 1000);
    for (const planted of [secret, 'AKIAIOSFODNN7EXAMPLE', hcp.token])
      assert.equal(all.includes(planted), false, `${planted.slice(0, 4)}… was written`);
  });
});

describe('doctor', () => {
  test('reads the log of the latest run and names the cause, with the checks beside it', async () => {
    hcp.state.run(workspace, { status: 'errored', phase: 'plan', log: 'Error: No valid credential sources found\n' });
    workspace.vars = [];
    varset.vars = [];
    const { code, out } = await run(doctor, 'project', '--format', 'json');
    assert.equal(code, 1);
    const report = JSON.parse(out) as { bindings: { diagnoses: { failureMode: number; evidence: string[] }[] }[] };
    const [first] = report.bindings[0]?.diagnoses ?? [];
    assert.equal(first?.failureMode, 9);
    assert.ok((first?.evidence.length ?? 0) >= 2);
  });

  test('is silent after the setup', async () => {
    workspace.vars = [];
    varset.vars = [];
    await run(configure, 'project', '--profile', 'default', '--yes');
    const { code, out } = await run(doctor, 'project', '--profile', 'default');
    assert.equal(code, 0, out);
    assert.match(out, /Nothing speaks for a failure/);
  });

  test('says why where no token is found', async () => {
    const { out, code } = await runCommand(status, ['project', '--format', 'json'], {
      cwd: world.home,
      env: { HOME: world.home },
    });
    // The workspace was asked about and could not be read.
    assert.equal(code, 2);
    const report = JSON.parse(out) as { bindings: { state: string; checks: { state: string; why: string }[] }[] };
    assert.equal(report.bindings[0]?.state, 'unknown');
    assert.match(report.bindings[0]?.checks[0]?.why ?? '', /There is no token for 127\.0\.0\.1/);
  });
});
