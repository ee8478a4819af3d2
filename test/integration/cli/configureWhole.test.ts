import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { check } from '../../../src/cli/commands/check';
import { configure } from '../../../src/cli/commands/configure';
import { doctor } from '../../../src/cli/commands/doctor';
import { status } from '../../../src/cli/commands/status';
import { undo } from '../../../src/cli/commands/undo';
import type { CommandRun } from '../../support/runCommand';
import { ServerPair } from '../../support/binding/serverWorlds';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const keyId = 'AKIAIOSFODNN7EXAMPLE';
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
  pair.hcp.runner = { awsUrl: pair.aws.server.url };
});
beforeEach(() => {
  pair.clear();
  pair.aws.server.log.length = 0;
  pair.hcp.state.nextRun = ['planned_and_finished'];
});
afterEach(() => assert.deepEqual(pair.hcp.violations, []));
after(() => pair.close());

const run = (...args: readonly string[]): Promise<CommandRun> =>
  pair.run(configure, 'project', '--profile', 'default', ...args);
const values = (of: { vars: { key: string; value: string }[] }): Record<string, string> =>
  Object.fromEntries(of.vars.map(v => [v.key, v.value]));

interface Report {
  readonly proven: boolean;
  readonly applied: { readonly state: string } | null;
  readonly fixed: { readonly state: string } | null;
  readonly code: readonly { readonly before: string; readonly after: string }[];
  readonly run?: { readonly state: string; readonly planOnly: boolean };
  readonly effort: { readonly seconds: number; readonly awsCalls: number; readonly hcpCalls: number };
  readonly notes: readonly string[];
  readonly checks: readonly { readonly id: string; readonly state: string }[];
  readonly variables: readonly unknown[];
  readonly removals: readonly unknown[];
}
interface Several extends Pick<Report, 'effort'> {
  readonly bindings: readonly (Report & { readonly roles: readonly { readonly name: string }[] })[];
}

describe('from keys in provider, tfvars, workspace and variable set to everything green, in one command', () => {
  const main = (): string => path.join(pair.project, 'main.tf');
  const everything = [
    '--yes',
    '--remove-static-keys',
    '--fix-code',
    '--prove-run',
    '--plan-policy-arn',
    'ReadOnlyAccess',
  ];

  function keysEverywhere(): void {
    pair.seed();
    pair.hcp.state.configuration(pair.workspace);
    pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', keyId);
    pair.hcp.state.variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', secret, { sensitive: true });
    pair.code(
      'variable "aws_secret" {\n  type      = string\n  sensitive = true\n}\n',
      'prod',
      `  access_key = "${keyId}"\n  secret_key = var.aws_secret\n`,
    );
    writeFileSync(path.join(pair.project, 'terraform.tfvars'), `aws_secret = "${secret}"\n`);
  }

  test('it is shown first, with differences and without secrets', async () => {
    keysEverywhere();
    const text = readFileSync(main(), 'utf8');
    const { code, out, err } = await run(...everything.filter(a => a !== '--yes'));
    assert.equal(code, 1);
    assert.match(out, /Remove AWS_SECRET_ACCESS_KEY from variable set shared/);
    assert.match(out, /Fix \d findings? in project\/main\.tf/);
    assert.match(out, /^ +-\s+access_key = /m);
    assert.match(
      err,
      /Repeat it with --yes to write to AWS account 123456789012 \(roles tfc-acme-prod-plan, tfc-acme-prod-apply\) and set up workspace prod/,
    );
    for (const hidden of [secret, keyId]) assert.equal(out.includes(hidden) || err.includes(hidden), false);
    assert.equal(readFileSync(main(), 'utf8'), text);
    assert.deepEqual(pair.aws.server.writes(), []);
  });

  test('and then done: IAM, variables, proof, removal, code, run', async () => {
    keysEverywhere();
    const order: string[] = [];
    const before = pair.hcp.seen.length;
    pair.aws.server.onCall = (entry, moment) => {
      if (moment === 'after' && /^(Create|Attach|Put)/.test(entry.action))
        order.push(`${entry.action} ${pair.hcp.seen.length}`);
    };
    const { code, out, err } = await run(...everything, '--format', 'json');
    pair.aws.server.onCall = undefined;
    const report = JSON.parse(out) as Report;
    assert.deepEqual(
      [report.applied?.state, report.proven, report.fixed?.state, report.run?.state, report.run?.planOnly],
      ['complete', true, 'complete', 'proven', true],
      err + out,
    );
    assert.equal(code, 0, err);
    // IAM comes first; no variable is written before the last role is there, and no key is removed before the variables are.
    const writes = pair.hcp.seen.slice(before).filter(s => s.method !== 'GET');
    const firstVariable = pair.hcp.seen.indexOf(
      writes[0] ?? pair.hcp.seen[0] ?? { method: '', path: '', authorized: true, at: 0 },
    );
    assert.ok(
      order.every(line => Number(line.split(' ')[1]) <= firstVariable),
      order.join(),
    );
    assert.deepEqual(
      writes.map(w => `${w.method} ${w.path.replace(/\/(?:ws|varset|var)-\w+/g, '')}`),
      [
        'POST /api/v2/workspaces/vars',
        'POST /api/v2/workspaces/vars',
        'POST /api/v2/workspaces/vars',
        'DELETE /api/v2/workspaces/vars',
        'DELETE /api/v2/varsets/relationships/vars',
        'POST /api/v2/runs',
      ],
    );
    assert.equal(/access_key|secret_key/.test(readFileSync(main(), 'utf8')), false);
    assert.deepEqual(Object.keys(values(pair.varset)), []);
    assert.equal((await pair.run(status, 'project', '--profile', 'default')).code, 0);
    assert.equal((await pair.run(doctor, 'project', '--profile', 'default')).code, 0);
    assert.equal((await pair.run(check, 'project')).code, 0);
    assert.ok(report.effort.awsCalls > 10 && report.effort.hcpCalls > 10 && report.effort.seconds > 0);
    assert.equal(JSON.stringify(report).includes(secret), false);
    const again = JSON.parse((await run(...everything, '--format', 'json')).out) as Report;
    assert.deepEqual([again.applied, again.variables, again.removals, again.code], [null, [], [], []]);
  });

  test('time and calls are told at the end', async () => {
    keysEverywhere();
    const { out } = await run('--yes');
    assert.match(out, /Took [\d.]+ s, \d+ requests to AWS and \d+ to HCP Terraform\.\n$/);
  });

  test('a failure in the middle leaves the old credentials working', async () => {
    for (const fault of [
      { action: 'CreateRole', kind: 'refuse' },
      { action: 'AttachRolePolicy', kind: 'refuse' },
    ] as const) {
      pair.clear();
      keysEverywhere();
      const text = readFileSync(main(), 'utf8');
      pair.aws.server.faults.add(fault);
      const { code } = await run(...everything);
      pair.aws.server.faults.clear();
      assert.equal(code, 2, fault.action);
      assert.equal(values(pair.workspace)['AWS_ACCESS_KEY_ID'], keyId);
      assert.equal(values(pair.workspace)['TFC_AWS_PROVIDER_AUTH'], undefined);
      assert.equal(readFileSync(main(), 'utf8'), text);
    }
  });

  test('a run that fails is handed to the doctor', async () => {
    pair.seed();
    pair.hcp.state.configuration(pair.workspace);
    pair.aws.server.issuers.delete(pair.hcp.issuer.url);
    pair.aws.server.issuers.set(pair.hcp.issuer.url, 'http://127.0.0.1:9');
    const { code, out } = await run('--yes', '--prove-run');
    pair.aws.server.issuers.set(pair.hcp.issuer.url, pair.hcp.origin);
    assert.equal(code, 1);
    assert.match(out, /the plan-only run ended in an error/);
    assert.match(out, /1\. AWS cannot read the host's signing keys/);
  });

  test('undo takes the code back as well, and says what it can not', async () => {
    pair.seed();
    pair.code('', 'prod', '  profile = "acme"\n');
    const text = readFileSync(main(), 'utf8');
    const done = await run('--yes', '--fix-code');
    assert.equal(done.code, 0, done.err + done.out);
    assert.notEqual(readFileSync(main(), 'utf8'), text);
    // What is told at the end was read after the last change: nothing of the code that was is called wrong.
    assert.match(done.out, /✓ ok /);
    assert.doesNotMatch(done.out, /✗ wrong/, done.out);
    assert.equal((await pair.run(undo, '--yes', '--profile', 'default')).code, 0);
    assert.equal(readFileSync(main(), 'utf8'), text);
  });
});

describe('several workspaces of a tags block', () => {
  function tagged(): void {
    pair.seed();
    const payments = pair.hcp.state.project('acme', 'Payments');
    pair.workspace.tags = ['app'];
    pair.hcp.state.workspace('acme', 'staging', { tags: ['app'], projectId: payments.id });
    pair.hcp.state.workspace('acme', 'other', { tags: [] });
    pair.code();
    const main = path.join(pair.project, 'main.tf');
    writeFileSync(main, readFileSync(main, 'utf8').replace('name = "prod"', 'tags = ["app"]'));
  }

  test('are a choice', async () => {
    tagged();
    await assert.rejects(run('--yes'), /PATH names 2 workspaces \(prod, staging\).*--all-workspaces/);
  });

  test('get roles and subjects of their own, from one preview', async () => {
    tagged();
    const shown = await run('--all-workspaces');
    assert.equal(shown.code, 1);
    assert.match(
      shown.err,
      /roles tfc-acme-prod-plan, tfc-acme-prod-apply, tfc-acme-staging-plan, tfc-acme-staging-apply/,
    );
    assert.equal(shown.out.match(/Create.*OIDC provider/g)?.length, 1, 'the provider is made once');
    const { code, out, err } = await run('--all-workspaces', '--yes', '--format', 'json');
    const report = JSON.parse(out) as Several;
    assert.equal(code, 0, err);
    assert.deepEqual(
      report.bindings.map(b => [b.proven, b.roles.map(r => r.name).join()]),
      [
        [true, 'tfc-acme-prod-plan,tfc-acme-prod-apply'],
        [true, 'tfc-acme-staging-plan,tfc-acme-staging-apply'],
      ],
    );
    const dump = JSON.stringify(pair.aws.server.dump());
    assert.match(dump, /project:Payments:workspace:staging:run_phase:plan/);
    assert.match(dump, /project:Default Project:workspace:prod:run_phase:apply/);
    assert.equal((await pair.run(status, 'project', '--profile', 'default')).code, 0);
    const again = JSON.parse((await run('--all-workspaces', '--yes', '--format', 'json')).out) as Several;
    assert.deepEqual(
      again.bindings.map(b => b.applied),
      [null, null],
    );
  });

  test('some of them by name', async () => {
    tagged();
    const { code, out } = await run('--workspace', 'staging', '--yes', '--format', 'json');
    assert.equal(code, 0);
    assert.match(out, /tfc-acme-staging-plan/);
    assert.equal(pair.aws.stored.roles.has('tfc-acme-prod-plan'), false);
  });

  test('or one role for all, whatever their projects', async () => {
    tagged();
    await assert.rejects(run('--all-workspaces', '--role-name', 'app'), /add --shared-roles/);
    await assert.rejects(run('--all-workspaces', '--shared-roles'), /needs a name/);
    const { code, err } = await run('--all-workspaces', '--shared-roles', '--role-name', 'app', '--yes');
    assert.equal(code, 0, err);
    assert.deepEqual([...pair.aws.stored.roles.keys()], ['app-plan', 'app-apply']);
    const trust = pair.aws.stored.roles.get('app-plan')?.trust ?? '';
    assert.match(trust, /project:Payments:workspace:staging:run_phase:plan/);
    assert.match(trust, /project:Default Project:workspace:prod:run_phase:plan/);
    assert.equal(pair.hcp.state.workspaces.find(w => w.name === 'staging')?.vars.length, 3);
  });

  test('one of them is undone by its name, whichever came last', async () => {
    tagged();
    assert.equal((await run('--all-workspaces', '--yes')).code, 0);
    const take = (...args: readonly string[]): Promise<CommandRun> => pair.run(undo, '--profile', 'default', ...args);
    for (const args of [
      ['--workspace', 'nope'],
      ['--organization', 'other'],
      ['--project', 'Payments', '--workspace', 'prod'],
    ])
      assert.match((await take(...args, '--yes')).out, /There is nothing to undo/, args.join(' '));
    const shown = await take('--organization', 'acme', '--project', 'Default Project', '--workspace', 'prod');
    assert.equal(shown.code, 1);
    assert.doesNotMatch(shown.out, /staging/);
    // The provider that this run made is kept: the roles of the other workspace trust it.
    const { out } = await take('--workspace', 'prod', '--yes');
    assert.match(out, /1 of \d+ were kept/);
    assert.deepEqual([...pair.aws.stored.roles.keys()], ['tfc-acme-staging-plan', 'tfc-acme-staging-apply']);
    assert.equal(pair.aws.stored.providers.size, 1);
    assert.equal(
      pair.workspace.vars.some(v => v.key === 'TFC_AWS_PROVIDER_AUTH'),
      false,
    );
  });

  test('one that is refused stops the rest', async () => {
    tagged();
    pair.aws.server.faults.add({ action: 'CreateRole', kind: 'refuse', from: 3 });
    const { code, err } = await run('--all-workspaces', '--yes');
    pair.aws.server.faults.clear();
    assert.equal(code, 2);
    assert.match(err, /Runs of acme\/prod use the role that was set up\./);
    assert.match(err, /Runs of acme\/staging have no AWS credentials in its variables, as before\./);
    assert.equal(
      pair.workspace.vars.some(v => v.key === 'TFC_AWS_PROVIDER_AUTH'),
      true,
    );
    assert.equal(pair.hcp.state.workspaces.find(w => w.name === 'staging')?.vars.length, 0);
  });
});

describe('variables that HCP Terraform ignores without a word', () => {
  const seedAll = (): void => {
    pair.seed();
    const { state } = pair.hcp;
    state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTHENTICATION', 'true');
    state.variable(pair.workspace, 'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE', 'aws.workload.identity', {
      category: 'terraform',
    });
    state.variable(pair.varset, 'TFC_DEFAULT_AWS_RUN_ROLE_ARN', '"arn:aws:iam::123456789012:role/old"');
  };

  test('stay where they are unless it is asked for, and do not stand in the way of the proof', async () => {
    seedAll();
    const { code, out } = await run('--yes', '--format', 'json');
    const report = JSON.parse(out) as Report;
    assert.equal(report.proven, true);
    assert.deepEqual(
      report.checks.filter(c => c.state === 'wrong').map(c => c.id),
      ['variables-well-formed'],
    );
    assert.equal(code, 1);
    assert.equal(values(pair.workspace)['TFC_AWS_PROVIDER_AUTHENTICATION'], 'true');
  });

  test('are put right with --fix-variables, and undo brings them back', async () => {
    seedAll();
    const before = [values(pair.workspace), values(pair.varset)];
    const { code, err } = await run('--yes', '--fix-variables');
    assert.equal(code, 0, err);
    assert.deepEqual(values(pair.workspace), {
      AWS_REGION: 'eu-central-1',
      TFC_AWS_PROVIDER_AUTH: 'true',
      TFC_AWS_PLAN_ROLE_ARN: 'arn:aws:iam::123456789012:role/tfc-acme-prod-plan',
      TFC_AWS_APPLY_ROLE_ARN: 'arn:aws:iam::123456789012:role/tfc-acme-prod-apply',
      TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE: 'aws.workload.identity',
    });
    assert.equal(pair.workspace.vars.find(v => v.key.endsWith('AUDIENCE'))?.category, 'env');
    assert.equal(values(pair.varset)['TFC_DEFAULT_AWS_RUN_ROLE_ARN'], 'arn:aws:iam::123456789012:role/old');
    assert.equal((await pair.run(status, 'project', '--profile', 'default')).code, 0);
    for (let n = 0; n < 2; n++) assert.equal((await pair.run(undo, '--yes', '--profile', 'default')).code, 0);
    assert.deepEqual([values(pair.workspace), values(pair.varset)], before);
  });
});

describe('what is called out before the yes', () => {
  test('another account than the one that the workspace uses today', async () => {
    pair.seed();
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTH', 'true');
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::999999999999:role/old');
    const { out } = await run();
    assert.match(
      out,
      /Workspace prod uses roles of account 999999999999 today; this profile belongs to account 123456789012/,
    );
  });

  test('local execution', async () => {
    pair.seed();
    pair.workspace.executionMode = 'local';
    const { out } = await run();
    assert.match(out, /Runs of prod execute on your machine/);
  });

  test('a derived name that another workspace has taken gets a hash, and keeps it', async () => {
    pair.seed();
    pair.hcp.state.organization('acme-x');
    pair.hcp.state.workspace('acme-x', 'y');
    const other = pair.hcp.state.workspace('acme', 'x-y');
    const args = ['--organization', 'acme-x', '--workspace', 'y', '--hostname', pair.hcp.hostname, '--yes'];
    assert.equal((await run(...args)).code, 0);
    const second = ['--organization', 'acme', '--workspace', 'x-y', '--hostname', pair.hcp.hostname, '--yes'];
    for (let n = 0; n < 2; n++) {
      const { code, err } = await run(...second);
      assert.equal(code, 0, err);
      const names = [...pair.aws.stored.roles.keys()];
      assert.equal(names.length, 4);
      assert.match(names[2] ?? '', /^tfc-acme-x-y-[0-9a-f]{8}-plan$/);
      assert.match(values(other)['TFC_AWS_PLAN_ROLE_ARN'] ?? '', /role\/tfc-acme-x-y-[0-9a-f]{8}-plan$/);
    }
  });
});

describe('static keys that others use, or that lie below each other', () => {
  const state = () => pair.hcp.state;
  const keys = (of: { vars: { key: string }[] }): readonly string[] =>
    of.vars.map(v => v.key).filter(key => /KEY/.test(key));
  const seed = (): void => {
    pair.seed();
    state().variable(pair.varset, 'AWS_ACCESS_KEY_ID', keyId);
    state().variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', secret, { sensitive: true });
  };

  test('one command removes every layer: with the strongest gone the next would win', async () => {
    seed();
    state().variable(pair.workspace, 'AWS_ACCESS_KEY_ID', keyId);
    state().variable(state().varset('acme', 'everyone', { global: true }), 'AWS_ACCESS_KEY_ID', keyId);
    const { code, out, err } = await run('--yes', '--remove-static-keys');
    assert.equal(code, 0, err + out);
    assert.match(out, /✓ ok +Static credentials/);
    for (const of of [pair.workspace, ...state().varsets]) assert.deepEqual(keys(of), []);
  });

  test('who else loses them is said before anything is removed', async () => {
    seed();
    pair.varset.workspaceIds.push(state().workspace('acme', 'other').id);
    state().variable(state().varset('acme', 'everyone', { global: true }), 'AWS_SESSION_TOKEN', 'x');
    const { out } = await run('--remove-static-keys');
    assert.match(out, /Remove AWS_ACCESS_KEY_ID .*Variable set shared reaches 1 other workspace: they lose it too\./);
    assert.match(out, /Remove AWS_SESSION_TOKEN .*reaches all workspaces of the organization: they lose it too\./);
    const target = await run('--variable-set', 'shared');
    assert.match(target.out, /reaches 1 other workspace: their runs use these roles too/);
  });

  test('of several workspaces none loses the keys of a set before all are proven', async () => {
    seed();
    const other = state().workspace('acme', 'other');
    other.executionMode = 'local';
    pair.varset.workspaceIds.push(other.id);
    state().variable(pair.workspace, 'AWS_ACCESS_KEY_ID', keyId);
    const both = ['--organization', 'acme', '--workspace', 'prod', '--workspace', 'other'];
    const args = [...both, '--hostname', pair.hcp.hostname, '--yes', '--remove-static-keys'];
    const { code, err } = await run(...args);
    assert.equal(code, 1, err);
    assert.deepEqual(keys(pair.varset), ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
    assert.deepEqual(keys(pair.workspace), []);
    assert.match(err, /What is in variable sets was left in place, since the roles are not all proven/);
    other.executionMode = undefined;
    const again = await run(...args);
    assert.equal(again.code, 0, again.err + again.out);
    assert.deepEqual(keys(pair.varset), []);
  });

  test('what was done is told also where no run can prove it', async () => {
    seed();
    pair.workspace.mayQueueRuns = false;
    const { code, out } = await run('--yes', '--remove-static-keys', '--prove-run', '--format', 'json');
    const report = JSON.parse(out) as Report & { readonly run: { readonly problem: { readonly code: string } } };
    // The run that was asked for could not be started: nothing is wrong, and it could not be told.
    assert.equal(code, 2);
    assert.deepEqual(
      [report.proven, report.run.state, report.run.problem.code],
      [true, 'not-started', 'may-not-queue-run'],
    );
    assert.deepEqual(keys(pair.varset), []);
  });
});
