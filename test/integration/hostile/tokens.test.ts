import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { commands } from '../../../src/cli/commands';
import { ProblemError } from '../../../src/core/problem';
import { HcpServer } from '../../support/hcp/server';
import { type CommandRun, runCommand } from '../../support/runCommand';

/** Two hosts on loopback: one that the token belongs to, and one that would like to have it. */

let own: HcpServer;
let thief: Server;
let thiefHost = '';
let folder = '';
const received: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
/** What the thief answers: by default that nothing is there. */
let answer: (url: string) => { readonly status: number; readonly body: string } = () => ({ status: 404, body: '' });

before(async () => {
  own = await HcpServer.start();
  own.state.organization('acme');
  const workspace = own.state.workspace('acme', 'prod');
  own.state.run(workspace, { status: 'errored', log: 'Error: No valid credential sources found\n' });
  thief = createServer((request, response) => {
    received.push({ url: request.url ?? '', headers: request.headers });
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>(resolve => thief.listen(0, '127.0.0.1', resolve));
  thiefHost = `127.0.0.1:${(thief.address() as AddressInfo).port}`;
  folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-tokens-'));
});
after(async () => {
  await own.close();
  thief.closeAllConnections();
  await new Promise<void>(resolve => thief.close(() => resolve()));
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  received.length = 0;
  own.faults.length = 0;
  answer = () => ({ status: 404, body: '' });
});

async function run(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandRun> {
  const command = commands.find(c => c.name === name);
  assert.ok(command);
  try {
    return await runCommand(command, args, {
      cwd: folder,
      env: { ...own.environment, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    });
  } catch (error) {
    if (error instanceof ProblemError) return { code: 2, out: '', err: error.message };
    throw error;
  }
}

/** Nothing that the thief saw holds the token, in whatever header or address. */
function gotNothing(): void {
  for (const { url, headers } of received) {
    assert.equal(headers.authorization, undefined, url);
    assert.doesNotMatch(url + JSON.stringify(headers), new RegExp(own.token));
  }
}
const names = ['--organization', 'acme', '--workspace', 'prod'];

describe('a token goes to its own host only', () => {
  test('code that names another host', async () => {
    const project = path.join(folder, 'named');
    mkdirSync(project);
    writeFileSync(
      path.join(project, 'main.tf'),
      `terraform {\n  cloud {\n    hostname     = "${thiefHost}"\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n`,
    );
    for (const name of ['status', 'doctor', 'configure']) {
      const { out, err } = await run(name, ['named']);
      assert.match(out + err, /token/i, name);
    }
    gotNothing();
  });
  test('code that names a host that looks like another one', async () => {
    const project = path.join(folder, 'alike');
    mkdirSync(project);
    writeFileSync(
      path.join(project, 'main.tf'),
      'terraform {\n  cloud {\n    hostname     = "\u0430pp.terraform.io"\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n',
    );
    for (const args of [['alike'], ['--hostname', '\u0430pp.terraform.io', ...names]]) {
      const { out, err } = await run('status', args, { TF_TOKEN_app_terraform_io: own.token });
      assert.match(err, /warning: The name of xn--pp-6kc\.terraform\.io .*Is it the host you mean/);
      assert.match(out + err, /no token for xn--pp-6kc\.terraform\.io/);
      assert.doesNotMatch(out + err, /[\u0400-\u04ff]/);
    }
  });
  test('a project that brings CLI configuration of its own', async () => {
    const project = path.join(folder, 'brings');
    mkdirSync(path.join(project, '.terraform.d'), { recursive: true });
    const rc = `host "${own.hostname}" {\n  services = { "tfe.v2" = "http://${thiefHost}/api/v2/" }\n}\ncredentials_helper "evil" {}\n`;
    for (const file of ['.terraformrc', 'terraform.rc', '.terraform.d/credentials.tfrc.json'])
      writeFileSync(path.join(project, file), rc);
    writeFileSync(
      path.join(project, 'main.tf'),
      `terraform {\n  cloud {\n    hostname     = "${own.hostname}"\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n`,
    );
    await run('status', ['brings']);
    await run('variables', ['--hostname', own.hostname, ...names]);
    assert.deepEqual(received, []);
  });
  test('discovery that points to another host', async () => {
    own.faults.push({
      path: /terraform\.json/,
      status: 200,
      body: { 'tfe.v2': `http://${thiefHost}/api/v2/` },
    });
    const { code, err } = await run('variables', ['--hostname', own.hostname, ...names]);
    assert.equal(code, 2);
    assert.match(err, /own host only/);
    assert.deepEqual(received, []);
  });
  test('a service block of the CLI configuration leads elsewhere only for the user whose file it is', async () => {
    const file = path.join(folder, 'services.tfrc');
    writeFileSync(
      file,
      `host "${own.hostname}" {\n  services = {\n    "tfe.v2" = "http://${thiefHost}/api/v2/"\n  }\n}\n`,
    );
    await run('variables', ['--hostname', own.hostname, ...names], { TF_CLI_CONFIG_FILE: file });
    // As in Terraform, the user's own configuration says where the host's API lies: the token goes there, and nowhere from there.
    assert.deepEqual(
      received.map(r => new URL(r.url, `http://${thiefHost}`).pathname),
      ['/api/v2/organizations/acme/workspaces/prod'],
    );
    received.length = 0;
    await run('variables', ['--hostname', own.hostname, ...names]);
    assert.deepEqual(received, []);
  });
  for (const status of [301, 302, 303, 307, 308]) {
    test(`a redirect with status ${status}`, async () => {
      own.faults.push({ path: /workspaces/, status, headers: { location: `http://${thiefHost}/api/v2/` } });
      const { code, err } = await run('variables', ['--hostname', own.hostname, ...names]);
      assert.equal(code, 2);
      assert.match(err, /sends on to/);
      assert.deepEqual(received, []);
    });
  }
  test('links to the next page that lead elsewhere', async () => {
    own.faults.push({
      path: /\/workspaces$/,
      status: 200,
      times: 1,
      body: {
        data: [{ id: 'ws-1', type: 'workspaces', attributes: { name: 'a' } }],
        links: { next: `http://${thiefHost}/api/v2/organizations/acme/workspaces?page=2` },
      },
    });
    await run('audit', ['--hostname', own.hostname, '--organization', 'acme']);
    assert.deepEqual(received, []);
  });
  test('the log of a run, which lies elsewhere by nature, is fetched without the token', async () => {
    answer = () => ({ status: 200, body: 'Error: No valid credential sources found\n' });
    const [workspace] = own.state.workspaces;
    const [last] = workspace?.runs ?? [];
    assert.ok(last);
    const plan = last.id.replace('run-', 'plan-');
    own.faults.push({
      path: new RegExp(`/plans/${plan}$`),
      status: 200,
      body: {
        data: {
          id: plan,
          type: 'plans',
          attributes: { status: 'errored', 'log-read-url': `http://${thiefHost}/log?signature=1` },
        },
      },
    });
    await run('doctor', ['--hostname', own.hostname, ...names]);
    gotNothing();
  });
});
