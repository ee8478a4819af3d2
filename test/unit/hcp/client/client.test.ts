import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { HcpClient } from '../../../../src/hcp/client/client';
import { KeptReplies } from '../../../../src/hcp/client/keptReplies';
import { requiredString } from '../../../../src/hcp/client/document';
import { RateLimiter } from '../../../../src/hcp/client/limiter';
import { mayHaveHappened } from '../../../../src/hcp/client/problems';
import { Secret } from '../../../../src/hcp/client/secret';
import type { Fetch } from '../../../../src/hcp/client/transport';

interface Seen {
  readonly url: string;
  readonly method: string;
  readonly authorization: string | undefined;
}

type Reply = { readonly status?: number; readonly body?: unknown; readonly headers?: Record<string, string> } | Error;

const never = new AbortController().signal;
const disco = { body: { 'tfe.v2': '/api/v2/' } };

/** A client whose host answers with the given replies, in order; time passes only by waiting. */
function clientFor(
  replies: readonly Reply[],
  hostname = 'app.terraform.io',
): { client: HcpClient; seen: Seen[]; waits: number[] } {
  const seen: Seen[] = [];
  const waits: number[] = [];
  let now = 0;
  const left = [...replies];
  const fetch: Fetch = (url, init) => {
    seen.push({ url, method: init.method, authorization: init.headers['Authorization'] });
    assert.equal(init.redirect, 'manual');
    const reply = left.shift();
    if (reply === undefined) throw new Error(`no reply planned for ${url}`);
    if (reply instanceof Error) return Promise.reject(reply);
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null);
    return Promise.resolve({
      status: reply.status ?? 200,
      headers: new Headers(reply.headers ?? {}),
      text: () => Promise.resolve(text),
    });
  };
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    now += milliseconds;
    return Promise.resolve();
  };
  const clock = (): number => now;
  return {
    client: new HcpClient({
      hostname,
      token: new Secret('test-token'),
      fetch,
      limiter: new RateLimiter(clock, wait),
      now: clock,
      wait,
    }),
    seen,
    waits,
  };
}

const item = (id: string): unknown => ({ id, type: 'workspaces', attributes: { name: id } });

describe('service discovery', () => {
  test('asks without the token and uses the path it is told', async () => {
    const { client, seen } = clientFor([{ body: { 'tfe.v2': '/other/v2/' } }, { body: { data: item('a') } }]);
    const result = await client.get('/organizations/acme', {}, never);
    assert.equal(result.ok, true);
    assert.deepEqual(seen, [
      { url: 'https://app.terraform.io/.well-known/terraform.json', method: 'GET', authorization: undefined },
      {
        url: 'https://app.terraform.io/other/v2/organizations/acme',
        method: 'GET',
        authorization: 'Bearer test-token',
      },
    ]);
  });

  test('an API on another host never gets the token', async () => {
    for (const service of [
      'https://evil.example/api/v2/',
      'http://app.terraform.io/api/v2/',
      'https://a@app.terraform.io/api',
    ]) {
      const { client, seen } = clientFor([{ body: { 'tfe.v2': service } }]);
      const result = await client.get('/organizations/acme', {}, never);
      assert.equal(result.ok ? '' : result.problem.code, 'hcp-other-host');
      assert.equal(seen.length, 1);
    }
  });

  test('a host without discovery has its API in the usual place; a loopback host is spoken to over http', async () => {
    const { client, seen } = clientFor([{ status: 404 }, { body: { data: item('a') } }], '127.0.0.1:8080');
    assert.equal((await client.get('/organizations/acme', {}, never)).ok, true);
    assert.equal(seen[1]?.url, 'http://127.0.0.1:8080/api/v2/organizations/acme');
  });

  test('a name that only begins like a loopback address is spoken to over https', async () => {
    const { client, seen } = clientFor([disco, { body: { data: item('a') } }], '127.0.0.1.example.com:8080');
    await client.get('/organizations/acme', {}, never);
    assert.ok(seen.every(s => s.url.startsWith('https://127.0.0.1.example.com:8080/')));
  });
});

test('redirects are not followed, and the target is named without its path', async () => {
  const { client, seen } = clientFor([
    disco,
    { status: 302, headers: { location: 'https://sign-in.example/login?token=abc' } },
  ]);
  const result = await client.get('/organizations/acme', {}, never);
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'hcp-redirect');
  assert.match(result.problem.message, /https:\/\/sign-in\.example\./);
  assert.doesNotMatch(result.problem.message, /abc/);
  assert.equal(seen.length, 2);
});

describe('problems', () => {
  const cases: readonly [number, string][] = [
    [401, 'hcp-unauthorized'],
    [403, 'hcp-forbidden'],
    [404, 'hcp-not-found'],
    [409, 'hcp-conflict'],
    [412, 'hcp-precondition'],
    [422, 'hcp-invalid'],
    [418, 'hcp-status'],
  ];
  for (const [status, code] of cases) {
    test(`status ${status} has its own sentence, next step and request id`, async () => {
      const { client } = clientFor([
        disco,
        {
          status,
          headers: { 'x-request-id': 'req-1' },
          body: {
            errors: [{ status: String(status), title: 'invalid attribute', detail: 'Key has already been taken' }],
          },
        },
      ]);
      const result = await client.post('/workspaces/ws-1/vars', {}, never);
      assert.ok(!result.ok);
      assert.equal(result.problem.code, code);
      assert.equal(result.problem.requestId, 'req-1');
      assert.equal(result.problem.status, status);
      assert.ok(result.problem.nextStep.length > 10);
      if (status === 422) assert.match(result.problem.message, /Key has already been taken/);
      assert.doesNotMatch(JSON.stringify(result.problem), /test-token/);
    });
  }

  test('a reply that lacks what is needed names the endpoint and the field', async () => {
    const { client } = clientFor([disco, { body: { data: { id: 'ws-1', type: 'workspaces', attributes: {} } } }]);
    const result = await client.one('/workspaces/ws-1', {}, never);
    assert.ok(result.ok);
    assert.throws(
      () => requiredString(result.value.resource, 'name'),
      /app\.terraform\.io to GET \/workspaces\/ws-1 lacks data\.attributes\.name/,
    );
  });

  test('HTML in place of JSON is said to be so', async () => {
    const { client } = clientFor([disco, { body: '<html>', headers: { 'content-type': 'text/html; charset=utf-8' } }]);
    const result = await client.get('/organizations/acme', {}, never);
    assert.match(result.ok ? '' : result.problem.message, /is not JSON \(its type is text\/html\)/);
  });
});

describe('repeating', () => {
  test('a read is repeated after 5xx and network errors', async () => {
    const { client, seen } = clientFor([
      disco,
      { status: 502 },
      Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }),
      { body: { data: item('a') } },
    ]);
    assert.equal((await client.get('/organizations/acme', {}, never)).ok, true);
    assert.equal(seen.length, 4);
  });

  test('a write is not repeated after 5xx, and may have happened', async () => {
    const { client, seen } = clientFor([disco, { status: 502 }]);
    const result = await client.post('/workspaces/ws-1/vars', {}, never);
    assert.ok(!result.ok && mayHaveHappened(result.problem));
    assert.equal(seen.length, 2);
  });

  test('everything is repeated after 429, when Retry-After has passed', async () => {
    const { client, waits } = clientFor([
      disco,
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 201, body: { data: item('a') } },
    ]);
    assert.equal((await client.post('/workspaces/ws-1/vars', {}, never)).ok, true);
    assert.deepEqual(waits, [7000]);
  });

  test('a host that asks to wait an hour is not waited for', async () => {
    const { client } = clientFor([disco, { status: 429, headers: { 'retry-after': '3600' } }]);
    const result = await client.get('/organizations/acme', {}, never);
    assert.equal(result.ok ? '' : result.problem.code, 'hcp-rate-limit');
  });
});

describe('paging', () => {
  const full = (from: number): unknown[] => Array.from({ length: 100 }, (_, i) => item(`ws-${from + i}`));
  test('follows next-page', async () => {
    const { client, seen } = clientFor([
      disco,
      { body: { data: [item('a')], meta: { pagination: { 'next-page': 2 } } } },
      { body: { data: [item('b')], meta: { pagination: { 'next-page': null, 'total-pages': 2 } } } },
    ]);
    const result = await client.all('/organizations/acme/workspaces', { include: 'project' }, never);
    assert.deepEqual(result.ok ? result.value.data.map(r => r.id) : [], ['a', 'b']);
    const query = new URL(seen[2]?.url ?? '').searchParams;
    assert.equal(query.get('page[number]'), '2');
    assert.equal(query.get('page[size]'), '100');
    assert.equal(query.get('include'), 'project');
  });

  test('follows links.next where there is no meta', async () => {
    const { client } = clientFor([
      disco,
      { body: { data: [item('a')], links: { next: 'https://app.terraform.io/api/v2/x?page[number]=2' } } },
      { body: { data: [item('b')], links: { next: null } } },
    ]);
    const result = await client.all('/organizations/acme/workspaces', {}, never);
    assert.deepEqual(result.ok ? result.value.data.map(r => r.id) : [], ['a', 'b']);
  });

  test('without meta, a full page is followed by another, and a repeated page ends it', async () => {
    const { client } = clientFor([disco, { body: { data: full(0) } }, { body: { data: [item('last')] } }]);
    const result = await client.all('/organizations/acme/workspaces', {}, never);
    assert.equal(result.ok ? result.value.data.length : 0, 101);
    const endless = clientFor([disco, { body: { data: full(0) } }, { body: { data: full(0) } }]);
    const same = await endless.client.all('/organizations/acme/workspaces', {}, never);
    assert.equal(same.ok ? same.value.data.length : 0, 100);
  });
});

test('a signal that aborts rejects with its reason', async () => {
  const { client } = clientFor([disco]);
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(client.get('/organizations/acme', {}, abort.signal), { name: 'AbortError' });
});

test('a downloaded log gets no token', async () => {
  const { client, seen } = clientFor([{ body: 'the log' }]);
  const result = await client.download('https://archivist.example/v1/object/secret', 'the plan log', never);
  assert.deepEqual(result, { ok: true, value: 'the log' });
  assert.equal(seen[0]?.authorization, undefined);
  const open = await client.download('http://archivist.example/v1/object/secret', 'the plan log', never);
  assert.match(open.ok ? 'read' : open.problem.message, /would come without encryption/);
  assert.equal(seen.length, 1);
});

test('a secret prints nothing', () => {
  const secret = new Secret('test-token');
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of shown) assert.doesNotMatch(text, /test-token/);
  assert.equal(secret.reveal(), 'test-token');
});

describe('replies that are kept for one step', () => {
  const list = { body: { data: [] } };

  test('are asked for once by the keeping client, and by no other one', async () => {
    const { client, seen } = clientFor([disco, list, list, list]);
    const kept = new KeptReplies(() => 0);
    for (const _ of [1, 2]) await client.keeping(kept).page('/workspaces/ws-1/vars', {}, never);
    assert.equal(seen.filter(s => s.url.endsWith('/vars')).length, 1);
    await client.page('/workspaces/ws-1/vars', {}, never);
    await client.keeping(kept).page('/workspaces/ws-1/vars', { include: 'x' }, never);
    assert.equal(seen.filter(s => s.url.includes('/vars')).length, 3);
  });

  test('are asked for again after a minute, after a refusal, and where they were written to', async () => {
    let now = 0;
    const { client, seen } = clientFor([disco, { status: 404 }, list, list, list, list]);
    const kept = new KeptReplies(() => now);
    const read = () => client.keeping(kept).page('/workspaces/ws-1/vars', {}, never);
    assert.equal((await read()).ok, false);
    assert.equal((await read()).ok, true);
    now = 60_001;
    await read();
    kept.forget(path => path.endsWith('/varsets'));
    await read();
    assert.equal(seen.filter(s => s.url.endsWith('/vars')).length, 3);
    kept.forget(path => path.endsWith('/vars'));
    await read();
    assert.equal(seen.filter(s => s.url.endsWith('/vars')).length, 4);
  });
});
