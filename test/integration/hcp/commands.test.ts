import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { audit } from '../../../src/cli/commands/audit';
import { doctor } from '../../../src/cli/commands/doctor';
import { status } from '../../../src/cli/commands/status';
import { variables } from '../../../src/cli/commands/variables';
import { ProblemError } from '../../../src/core/problem';
import { auditWorkspaces } from '../../../src/hcp/audit';
import { connect } from '../../support/hcp/connect';
import { HcpServer } from '../../support/hcp/server';
import type { WorkspaceState } from '../../support/hcp/state';
import { type CommandRun, runCommand } from '../../support/runCommand';

let server: HcpServer;
let folder: string;
let app: WorkspaceState;
const arn = 'arn:aws:iam::123456789012:role/run';

before(async () => {
  server = await HcpServer.start({ rateLimit: 30 });
  folder = await mkdtemp(path.join(tmpdir(), 'hcp-commands-'));
  const { state } = server;
  state.organization('acme');
  const platform = state.project('acme', 'Platform');
  app = state.workspace('acme', 'app', { projectId: platform.id, tags: ['web'] });
  state.variable(app, 'TFC_AWS_PROVIDER_AUTH', 'true');
  state.variable(app, 'TFC_AWS_RUN_ROLE_ARN', arn);
  state.variable(app, 'PASSWORD', 'hidden-password', { sensitive: true });
  state.variable(app, 'db_password', 'plain-password', { category: 'terraform' });
  const old = state.workspace('acme', 'old', { tags: ['web'] });
  const legacy = state.varset('acme', '=cmd|calc', { workspaceIds: [old.id] });
  state.variable(legacy, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  state.variable(legacy, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { sensitive: true });
  state.workspace('acme', 'plain');
  state.workspace('acme', 'local', { executionMode: 'local' });
  state.workspace('acme', 'closed', { mayReadVariables: false });
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  assert.deepEqual(server.violations, []);
  server.faults.length = 0;
});

const run = (command: typeof audit, ...args: string[]): Promise<CommandRun> =>
  runCommand(command, args, { cwd: folder, env: { ...server.environment, HOME: folder } });

function noSecret(result: CommandRun): void {
  for (const secret of ['hidden-password', 'plain-password', 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI', server.token]) {
    assert.ok(!(result.out + result.err).includes(secret), secret);
  }
}

describe('variables', () => {
  test('of a named workspace, as JSON', async () => {
    const args = ['--organization', 'acme', '--workspace', 'app', '--hostname', server.hostname, '--format', 'json'];
    const result = await run(variables, ...args);
    assert.equal(result.code, 0);
    noSecret(result);
    const report = JSON.parse(result.out) as { workspaces: Record<string, unknown>[]; problems: unknown[] };
    assert.deepEqual(report.problems, []);
    const [only] = report.workspaces;
    assert.deepEqual(only?.['project'], { id: server.state.projects[1]?.id, name: 'Platform' });
    const shown = (only?.['variables'] as { key: string; value: string | null; hidden?: string }[]).map(v => [
      v.key,
      v.value,
      v.hidden,
    ]);
    assert.deepEqual(shown, [
      ['PASSWORD', null, 'sensitive'],
      ['TFC_AWS_PROVIDER_AUTH', 'true', undefined],
      ['TFC_AWS_RUN_ROLE_ARN', arn, undefined],
      ['db_password', null, 'secret'],
    ]);
    assert.match(String(only?.['tokenSource']), /^TF_TOKEN_/);
  });

  test('of all workspaces that fit the tags of a cloud block, as text', async () => {
    await writeFile(
      path.join(folder, 'main.tf'),
      `terraform {\n  cloud {\n    hostname = "${server.hostname}"\n    organization = "acme"\n    workspaces { tags = ["web"] }\n  }\n}\n`,
    );
    const result = await run(variables);
    assert.equal(result.code, 0);
    noSecret(result);
    assert.match(result.out, /acme\/app on 127[^\n]*project Platform/);
    assert.match(result.out, /AWS_ACCESS_KEY_ID = \(secret, not shown\)\n {8}from the variable set =cmd\|calc/);
    assert.match(result.out, /AWS_SECRET_ACCESS_KEY of the variable set =cmd\|calc beats dynamic credentials/);
  });

  test('that cannot be read: exit code 2, with the reason', async () => {
    const args = [
      '--organization',
      'acme',
      '--workspace',
      'closed',
      '--workspace',
      'missing',
      '--hostname',
      server.hostname,
    ];
    const result = await run(variables, ...args);
    assert.equal(result.code, 2);
    assert.match(result.err, /may not read the variables of workspace closed/);
    assert.match(result.err, /Workspace missing of organization acme does not exist/);
  });
});

describe('audit', () => {
  const args = (...more: string[]): string[] => ['--organization', 'acme', '--hostname', server.hostname, ...more];

  test('tells each workspace, as JSON; keys make the exit code 1', async () => {
    const result = await run(audit, ...args('--format', 'json'));
    assert.equal(result.code, 1);
    noSecret(result);
    assert.match(result.err, /5 of 5 workspaces/);
    const report = JSON.parse(result.out) as {
      summary: Record<string, number>;
      workspaces: { name: string; state: string; severity: string; staticCredentials: unknown[] }[];
    };
    assert.deepEqual(report.summary, { workspaces: 5, oidc: 1, static: 1, both: 0, none: 1, local: 1, unknown: 1 });
    assert.deepEqual(
      report.workspaces.map(w => [w.name, w.state, w.severity]),
      [
        ['app', 'oidc', 'ok'],
        ['closed', 'unknown', 'warning'],
        ['local', 'local', 'ok'],
        ['old', 'static', 'error'],
        ['plain', 'none', 'ok'],
      ],
    );
    assert.deepEqual(report.workspaces[3]?.staticCredentials[0], {
      key: 'AWS_ACCESS_KEY_ID',
      category: 'env',
      origin: 'variable set =cmd|calc',
    });
  });

  test('of one project, with its exit codes', async () => {
    const result = await run(audit, ...args('--project', 'platform'));
    assert.equal(result.code, 0);
    assert.match(result.out, /1 workspace of acme, project Platform on [^ ]+: 1 oidc\.\n100 % on OIDC \(1 of 1\)\.\n$/);
    // One of the five could not be read: no finding, and no clean organization either.
    assert.equal((await run(audit, ...args('--fail-on', 'never'))).code, 2);
    assert.equal((await run(audit, ...args('--project', 'Platform', '--fail-on', 'warning'))).code, 0);
  });

  test('a token that sees no workspace is no clean organization; one that is misspelt is named', async () => {
    server.state.organization('empty');
    const none = await run(audit, '--organization', 'empty', '--hostname', server.hostname);
    assert.equal(none.code, 2);
    assert.match(none.err, /Organization empty exists on .*no workspace that the token's user may read/);
    assert.match(none.err, /Check that empty is the organization you mean/);
    // A host that gives an empty list for an organization that it does not know.
    const list = { data: [], meta: { pagination: { 'current-page': 1, 'total-pages': 1, 'total-count': 0 } } };
    server.faults.push({ path: /^\/organizations\/acmee\/workspaces$/, status: 200, body: list });
    const misspelt = await run(audit, '--organization', 'acmee', '--hostname', server.hostname);
    assert.equal(misspelt.code, 2);
    assert.match(misspelt.err, /Organization acmee does not exist on .*It may be misspelt/);
  });

  test('of a host that refuses the token, 2, for status and doctor too', async () => {
    const dir = path.join(folder, 'refused');
    await mkdir(dir, { recursive: true });
    await writeFile(
      path.join(dir, 'main.tf'),
      `terraform {\n  cloud {\n    hostname     = "${server.hostname}"\n    organization = "acme"\n    workspaces {\n      name = "app"\n    }\n  }\n}\n`,
    );
    const env = { ...server.environment, HOME: folder };
    const revoked = Object.fromEntries(Object.keys(env).map(k => [k, k.startsWith('TF_TOKEN_') ? 'revoked' : folder]));
    const code = async (command: typeof status, words: readonly string[], as: Readonly<Record<string, string>>) => {
      try {
        return (await runCommand(command, words, { cwd: dir, env: as })).code;
      } catch (error) {
        // Printed with its next step; ends with 2.
        if (error instanceof ProblemError) return 2;
        throw error;
      }
    };
    assert.equal(await code(audit, args(), revoked), 2);
    for (const command of [status, doctor]) {
      assert.equal(await code(command, ['.'], env), 0, command.name);
      assert.equal(await code(command, ['.'], revoked), 2, command.name);
      for (const refused of [/\/vars$|\/varsets|\/all-vars$/, /^\/runs\//]) {
        // Too weak: the workspace can be read, what is in it can't.
        server.faults.push({ path: refused, status: 403, body: { errors: [{ status: '403', title: 'forbidden' }] } });
        if (String(refused).includes('runs')) server.state.run(app, { status: 'applied' });
        assert.equal(await code(command, ['.'], env), 2, `${command.name} ${String(refused)}`);
        server.faults.length = 0;
        app.runs.length = 0;
      }
    }
  });

  test('a workspace without a run has no run yet, and is asked for one where its host does not say', async () => {
    const words = ['--organization', 'acme', '--workspace', 'app', '--hostname', server.hostname, '--format', 'json'];
    const latest = async (): Promise<readonly string[]> => {
      const { out } = await run(status, ...words);
      const { bindings } = JSON.parse(out) as { bindings: { checks: { id: string; evidence: string[] }[] }[] };
      return bindings[0]?.checks.find(c => c.id === 'last-run')?.evidence ?? [];
    };
    assert.deepEqual(await latest(), ['No run yet.']);
    server.state.run(app, { status: 'applied' });
    assert.deepEqual(await latest(), ['The latest run did not end in an error.']);
    server.state.deaf.runs = true;
    assert.deepEqual(await latest(), ['The latest run did not end in an error.']);
    app.runs.length = 0;
    assert.deepEqual(await latest(), ['No run yet.']);
    server.state.deaf.runs = false;
  });

  test('as CSV has one line for each workspace', async () => {
    const result = await run(audit, ...args('--format', 'csv'));
    noSecret(result);
    const lines = result.out.split('\r\n');
    assert.equal(lines.length, 7);
    assert.match(lines[0] ?? '', /^organization,project,workspace,workspace_id,execution_mode,state,severity,/);
    assert.match(lines[4] ?? '', /^acme,Default Project,old,ws-\w+,remote,static,error,/);
  });

  test('as Markdown has how far it is, then a row for each workspace, the worst first', async () => {
    const result = await run(audit, ...args('--format', 'markdown'));
    noSecret(result);
    assert.match(result.out, /^# AWS credentials of acme on /);
    // The one that could not be read does not count as moved.
    assert.match(result.out, /^33 % on OIDC \(1 of 3\)\. 5 workspaces:$/m);
    const rows = result.out.split('\n').filter(line => /^\| (?!Workspace|---)/.test(line));
    assert.equal(rows.length, 5);
    assert.match(
      rows[0] ?? '',
      /^\| old \| Default Project \| static keys \| AWS_ACCESS_KEY_ID from the variable set =cmd\\\|calc; /,
    );
    assert.match(rows[1] ?? '', /^\| closed \| /);
  });

  test('without a token says where it looked', async () => {
    const alone = runCommand(audit, args(), { cwd: folder, env: { HOME: folder } });
    await assert.rejects(alone, (error: unknown) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.problem.code, 'hcp-no-token');
      assert.match(error.problem.message, /\.terraformrc: does not exist/);
      return true;
    });
  });

  test('of 1,000 workspaces makes no more than 3 requests for each', async () => {
    const big = await HcpServer.start();
    try {
      big.state.organization('big');
      const shared = big.state.varset('big', 'shared', { global: true });
      big.state.variable(shared, 'AWS_REGION', 'eu-west-1');
      for (let i = 0; i < 1000; i++) big.state.workspace('big', `ws-${i}`);
      const told: number[] = [];
      const rows = await auditWorkspaces(connect(big), 'big', {}, new AbortController().signal, done =>
        told.push(done),
      );
      assert.equal(rows.ok && rows.value.length, 1000);
      assert.equal(told.at(-1), 1000);
      assert.ok(big.apiRequests.length <= 3000, `${big.apiRequests.length} requests`);
      assert.deepEqual(big.violations, []);
    } finally {
      await big.close();
    }
  });
});
