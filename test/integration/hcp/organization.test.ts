import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { OrganizationView } from '../../../src/board/organization';
import { ProblemError } from '../../../src/core/problem';
import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import { OrganizationReader } from '../../../src/vscode/organization/reader';
import { connect } from '../../support/hcp/connect';
import { HcpServer } from '../../support/hcp/server';

let server: HcpServer;
beforeEach(async () => {
  server = await HcpServer.start();
  server.state.organization('acme');
});
afterEach(() => server.close());

const place = (): { hostname: string; organization: string } => ({ hostname: server.hostname, organization: 'acme' });

function seed(count: number): void {
  for (let i = 0; i < count; i++) {
    const workspace = server.state.workspace('acme', `w${i}`);
    server.state.variable(workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  }
}

/** How often each workspace's own variables were asked for. */
function asked(): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { path } of server.apiRequests) {
    const id = /\/workspaces\/(ws-[^/]+)\/vars(?:$|\?)/.exec(path)?.[1];
    if (id !== undefined) out.set(id, (out.get(id) ?? 0) + 1);
  }
  return out;
}

describe('the reading of an organization', () => {
  test('that was stopped goes on where it ended, and asks nothing twice', async () => {
    seed(120);
    const views: OrganizationView['reading'][] = [];
    const reader = new OrganizationReader(
      place(),
      () => Promise.resolve(connect(server)),
      view => views.push(view.reading),
    );
    const stop = new AbortController();
    await reader.read(stop.signal, done => {
      if (done === 40) stop.abort();
    });
    assert.equal(reader.view.reading, 'stopped');
    assert.equal(reader.view.problem, undefined);
    assert.equal(views.at(-1), 'stopped');
    const before = reader.audited.length;
    assert.ok(before >= 40 && before < 120, String(before));
    const totals: number[] = [];
    const first = asked();
    await reader.read(new AbortController().signal, done => totals.push(done));
    assert.equal(reader.isWhole, true);
    assert.equal(reader.audited.length, 120);
    assert.equal(totals[0], before + 1);
    assert.equal(totals.at(-1), 120);
    assert.equal(reader.view.progress, '0 % on OIDC (0 of 120)');
    // Of what was in flight at the stop a few are asked for again; of what was read, none.
    const again = [...asked()].filter(([id, count]) => count > 1 && first.has(id)).length;
    assert.ok(again <= 12, `${again} were asked for twice`);
    assert.equal(server.apiRequests.filter(r => /\/organizations\/acme\/workspaces/.test(r.path)).length, 2);
    assert.deepEqual(server.violations, []);
  });

  test('says why it stopped, and that an empty list is no clean organization', async () => {
    const reader = new OrganizationReader(
      place(),
      () => Promise.resolve(connect(server)),
      () => undefined,
    );
    const read = (): Promise<void> => reader.read(new AbortController().signal, () => undefined);
    await assert.rejects(read(), (e: unknown) => e instanceof ProblemError && e.problem.code === 'no-workspace-found');
    assert.equal(reader.view.reading, 'stopped');
    assert.equal(reader.view.problem?.code, 'no-workspace-found');
    // The list is asked for anew: the workspace has come since.
    seed(1);
    reader.forget();
    await read();
    assert.equal(reader.view.reading, 'read');
    assert.equal(reader.view.problem, undefined);
  });

  test('keeps within the limit of its host, and publishes a few times a second', async () => {
    await server.close();
    server = await HcpServer.start({ rateLimit: 30 });
    server.state.organization('acme');
    seed(40);
    let published = 0;
    const client = new HcpClient({
      hostname: server.hostname,
      token: new Secret(server.token),
      fetch,
      limiter: new RateLimiter(),
    });
    const reader = new OrganizationReader(
      place(),
      () => Promise.resolve(client),
      () => (published += 1),
    );
    const start = Date.now();
    await reader.read(new AbortController().signal, () => undefined);
    const seconds = (Date.now() - start) / 1000;
    assert.equal(reader.audited.length, 40);
    // A burst of thirty, then thirty a second.
    const requests = server.apiRequests.length;
    assert.ok(requests > 80 && requests <= 30 * (seconds + 1), `${requests} in ${seconds} s`);
    // Once at the beginning, with the list and at the end, and in between four times a second.
    assert.ok(published <= 4 + 4 * Math.ceil(seconds), `${published} in ${seconds} s`);
  });
});
