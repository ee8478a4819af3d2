import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import { createVariable, findVariable } from '../../../src/hcp/variables/write';
import { readVariables } from '../../../src/hcp/variables/read';
import { readWorkspace } from '../../../src/hcp/workspace/read';
import { connect } from '../../support/hcp/connect';
import { Contract } from '../../support/hcp/contract';
import { HcpServer } from '../../support/hcp/server';

let server: HcpServer;
const { signal } = new AbortController();

before(async () => {
  server = await HcpServer.start();
  server.state.organization('acme');
  server.state.workspace('acme', 'app');
});
after(() => server.close());
afterEach(() => {
  assert.deepEqual(server.violations, []);
  server.faults.length = 0;
  server.seen.length = 0;
});

describe('the wire', () => {
  test('a read whose connection is cut is made again', async () => {
    server.faults.push({ path: /workspaces\/app$/, status: 0, cut: true, times: 2 });
    const read = await readWorkspace(connect(server), 'acme', 'app', signal);
    assert.equal(read.ok && read.value.name, 'app');
    assert.equal(server.apiRequests.length, 3);
  });

  test('429 is waited for, also by writes', async () => {
    const [workspace] = server.state.workspaces;
    assert.ok(workspace);
    server.faults.push({ path: /\/vars$/, method: 'POST', status: 429, headers: { 'retry-after': '1' }, times: 2 });
    const made = await createVariable(
      connect(server),
      { type: 'workspace', id: workspace.id },
      { key: 'A', category: 'env', value: '1', sensitive: false, hcl: false, description: 'why' },
      signal,
    );
    assert.equal(made.ok && made.value.value, '1');
    assert.equal(workspace.vars.length, 1);
    const twice = await createVariable(
      connect(server),
      { type: 'workspace', id: workspace.id },
      { key: 'A', category: 'env', value: '2', sensitive: false, hcl: false, description: undefined },
      signal,
    );
    assert.match(twice.ok ? '' : twice.problem.message, /Key has already been taken\. *\(|Key has already been taken/);
    assert.match(twice.ok ? '' : (twice.problem.requestId ?? ''), /^request-\d+$/);
    const terraform = await findVariable(
      connect(server),
      { type: 'workspace', id: workspace.id },
      'A',
      'terraform',
      signal,
    );
    assert.deepEqual(terraform, { ok: true, value: undefined });
  });

  test('a redirect to another host gets no request, so no token', async () => {
    const other = await HcpServer.start();
    try {
      server.faults.push({
        path: /workspaces\/app$/,
        status: 307,
        headers: { location: `${other.origin}/api/v2/organizations` },
      });
      const read = await readWorkspace(connect(server), 'acme', 'app', signal);
      assert.equal(read.ok ? '' : read.problem.code, 'hcp-redirect');
      assert.deepEqual(other.seen, []);
    } finally {
      await other.close();
    }
  });

  test('the token goes with a file of the host itself, and with none of another host', async () => {
    const sent: (readonly [string, boolean])[] = [];
    const client = new HcpClient({
      hostname: 'app.terraform.io',
      token: new Secret('x'),
      fetch: (url, { headers }) => {
        sent.push([url, Object.keys(headers).some(name => /^authorization$/i.test(name))]);
        return Promise.resolve(new Response('text', { status: 200 }));
      },
      limiter: new RateLimiter(),
      wait: () => Promise.resolve(),
    });
    for (const [url, withToken] of [
      ['https://app.terraform.io/api/v2/state-versions/sv-1/download', true],
      ['https://archivist.terraform.io/v1/object/abc', false],
      ['https://archivist.terraform.io/api/v2/object', false],
      ['https://app.terraform.io.example.com/api/v2/x', false],
      ['https://app.terraform.io:8443/api/v2/x', false],
      ['https://app.terraform.io@example.com/api/v2/x', false],
      ['//example.com/api/v2/x', false],
    ] as const) {
      sent.length = 0;
      await client.file(url, 1000, signal);
      assert.deepEqual(
        sent.map(([, token]) => token),
        [withToken],
        url,
      );
    }
    sent.length = 0;
    for (const open of ['http://example.com/x', 'http://app.terraform.io/api/v2/x', 'file:///etc/passwd'])
      assert.equal((await client.file(open, 1000, signal)).ok, false, open);
    assert.deepEqual(sent, []);
  });

  test('discovery gets no token', async () => {
    await readWorkspace(connect(server), 'acme', 'app', signal);
    const discovery = server.seen.filter(s => s.path === '/.well-known/terraform.json');
    assert.deepEqual(
      discovery.map(s => s.authorized),
      [false],
    );
  });

  test('discovery is asked once, also by many calls at once', async () => {
    const client = connect(server);
    await Promise.all([1, 2, 3, 4].map(() => readWorkspace(client, 'acme', 'app', signal)));
    assert.equal(server.seen.filter(s => s.path === '/.well-known/terraform.json').length, 1);
  });

  test('a host that refuses include is asked without it', async () => {
    const [workspace] = server.state.workspaces;
    assert.ok(workspace);
    const set = server.state.varset('acme', 'strict', { workspaceIds: [workspace.id] });
    server.state.variable(set, 'B', '2');
    server.faults.push({ path: /\/varsets$/, status: 400, times: 1 });
    const read = await readWorkspace(connect(server), 'acme', 'app', signal);
    assert.ok(read.ok);
    const reading = await readVariables(connect(server), read.value, signal);
    assert.ok(reading.ok && reading.value.effective.some(v => v.key === 'B'));
    assert.deepEqual(reading.ok && reading.value.gaps, []);
  });

  test('a host where nothing listens is said so', async () => {
    const gone = await HcpServer.start();
    await gone.close();
    const client = new HcpClient({
      hostname: gone.hostname,
      token: new Secret('x'),
      fetch,
      limiter: new RateLimiter(),
      wait: () => Promise.resolve(),
    });
    const read = await readWorkspace(client, 'acme', 'app', signal);
    assert.match(read.ok ? '' : read.problem.message, /cannot be reached .*: nothing listens there\.$/);
  });

  test('an answer that does not come is given up, and an abort is passed on', async () => {
    const never = (_url: string, init: { signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        init.signal.addEventListener('abort', () => reject(init.signal.reason as Error));
      });
    const options = {
      hostname: server.hostname,
      token: new Secret('x'),
      fetch: never,
      limiter: new RateLimiter(),
      wait: () => Promise.resolve(),
      timeoutMilliseconds: 5,
    };
    const slow = await new HcpClient(options).get('/organizations/acme', {}, signal);
    assert.equal(slow.ok ? '' : slow.problem.code, 'hcp-timeout');
    const abort = new AbortController();
    const waiting = new HcpClient({ ...options, timeoutMilliseconds: 60_000 }).get(
      '/organizations/acme',
      {},
      abort.signal,
    );
    abort.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});

test('the contract refuses what HashiCorp does not describe', () => {
  const contract = new Contract();
  const good = { data: { type: 'workspaces', id: 'ws-1', attributes: { name: 'app', 'working-directory': null } } };
  assert.equal(contract.reply('GET', '/workspaces/ws-1', 200, good), undefined);
  const bad = { data: { type: 'workspaces', attributes: { name: 5 } } };
  assert.match(contract.reply('GET', '/workspaces/ws-1', 200, bad) ?? '', /must be string/);
  assert.match(contract.reply('GET', '/nothing/at/all', 200, good) ?? '', /not in the description/);
  const category = { data: { type: 'vars', attributes: { key: 'A', value: '1', category: 'environment' } } };
  assert.match(
    contract.request('POST', '/workspaces/ws-1/vars', category) ?? '',
    /must be equal to one of the allowed values/,
  );
});
