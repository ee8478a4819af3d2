import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import { credentialFacts } from '../../../src/hcp/variables/credentials';
import { findVarset, listVarsets, readVariables } from '../../../src/hcp/variables/read';
import { currentConfiguration, readPlanOnlyRun, startPlanOnlyRun } from '../../../src/hcp/workspace/planOnlyRun';
import { findProject, listWorkspaces, readAgents, readWorkspace } from '../../../src/hcp/workspace/read';
import { readLatestRun } from '../../../src/hcp/workspace/run';
import { createVariable, findVariable } from '../../../src/hcp/variables/write';
import { HcpServer } from '../../support/hcp/server';
import { fuzz, mutated, mutations } from '../../support/hostile/mutate';

/** Replies of the test server, each with something else in some places. Read results are Problems or values; nothing throws. */

const never = new AbortController().signal;
let server: HcpServer;
before(async () => {
  server = await HcpServer.start();
  const { state } = server;
  state.organization('acme');
  const workspace = state.workspace('acme', 'prod', { tags: ['web'], agentPoolId: 'apool-1', executionMode: 'agent' });
  state.agents.set('apool-1', [{ name: 'agent-1', status: 'idle' }]);
  state.variable(workspace, 'AWS_REGION', 'eu-central-1');
  state.variable(workspace, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/x');
  state.variable(workspace, 'secret', 'x', { sensitive: true, category: 'terraform' });
  const set = state.varset('acme', 'shared', { workspaceIds: [workspace.id], priority: true });
  state.variable(set, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  state.run(workspace, { status: 'errored', log: 'Error: No valid credential sources found\n' });
  state.configuration(workspace);
});
after(() => server.close());

type Known = Map<string, { readonly status: number; readonly text: string; readonly type: string }>;

/** A client whose replies come from `known`, or from the server where they are new, and are changed on their way. */
function client(known: Known, change: (text: string, url: string) => string, counts: { calls: number }): HcpClient {
  return new HcpClient({
    hostname: server.hostname,
    token: new Secret(server.token),
    wait: () => Promise.resolve(),
    // Time stands still: the limiter must not make these tests slow.
    limiter: new RateLimiter(
      (() => {
        let t = 0;
        return () => (t += 2000);
      })(),
      () => Promise.resolve(),
    ),
    fetch: async (url, init) => {
      counts.calls += 1;
      const key = `${init.method} ${url}`;
      let reply = known.get(key);
      if (reply === undefined) {
        const real = await fetch(url, init);
        reply = { status: real.status, text: await real.text(), type: real.headers.get('content-type') ?? '' };
        known.set(key, reply);
      }
      const { status, text, type } = reply;
      const body = status < 300 && text !== '' ? change(text, url) : text;
      return {
        status,
        headers: { get: name => (name.toLowerCase() === 'content-type' ? type : null) },
        text: () => Promise.resolve(body),
      };
    },
  });
}

async function readAll(hcp: HcpClient): Promise<readonly unknown[]> {
  const out: unknown[] = [];
  const list = await listWorkspaces(hcp, 'acme', {}, never);
  const workspace = await readWorkspace(hcp, 'acme', 'prod', never);
  out.push(list, workspace, await findProject(hcp, 'acme', 'Default Project', never));
  out.push(await listVarsets(hcp, 'acme', never), await readAgents(hcp, 'apool-1', never));
  for (const found of [workspace.ok ? workspace.value : undefined, list.ok ? list.value[0] : undefined]) {
    if (found === undefined) continue;
    const variables = await readVariables(hcp, found, never, { compare: true });
    if (variables.ok) credentialFacts(variables.value.effective);
    out.push(variables, await readLatestRun(hcp, found, never), await currentConfiguration(hcp, found, never));
    out.push(await findVarset(hcp, found.id, 'shared', never));
    const scope = { type: 'workspace', id: found.id } as const;
    out.push(await findVariable(hcp, scope, 'AWS_REGION', 'env', never));
  }
  return out;
}

test('replies of HCP Terraform with anything in any place give a value or a Problem', async () => {
  const known: Known = new Map();
  await readAll(client(known, text => text, { calls: 0 }));
  assert.ok(known.size > 8);
  await fc.assert(
    fc.asyncProperty(mutations, fc.nat(20), async (changes, which) => {
      const counts = { calls: 0 };
      let n = 0;
      const change = (text: string, url: string): string => {
        n += 1;
        if (url.includes('.well-known') || n % 3 !== which % 3) return text;
        const place = which + n;
        const json = JSON.stringify(
          mutated(
            JSON.parse(text),
            changes.map(c => ({ ...c, place: c.place + place })),
          ),
        );
        return json ?? '';
      };
      for (const result of await readAll(client(known, change, counts))) {
        const { ok, problem } = result as { ok: boolean; problem?: { message: string; nextStep: string } };
        if (!ok) assert.ok(problem !== undefined && problem.message.length > 10 && problem.nextStep.length > 5);
      }
      assert.ok(counts.calls < 300, `${counts.calls} calls`);
    }),
    fuzz(300),
  );
});

test('writes whose reply is strange say so, and do not throw', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async changes => {
      const known: Known = new Map([
        [`GET ${server.origin}/.well-known/terraform.json`, { status: 200, text: '{"tfe.v2":"/api/v2/"}', type: '' }],
      ]);
      const resource = {
        data: { id: 'run-1', type: 'runs', attributes: { status: 'pending', 'plan-only': true, key: 'K', value: 'v' } },
      };
      for (const path of ['/workspaces/ws-1/vars', '/runs'])
        known.set(`POST ${server.origin}/api/v2${path}`, {
          status: 201,
          text: JSON.stringify(mutated(resource, changes)) ?? '',
          type: '',
        });
      known.set(`GET ${server.origin}/api/v2/runs/run-1?include=plan`, {
        status: 200,
        text: JSON.stringify(mutated(resource, changes)) ?? '',
        type: '',
      });
      const hcp = client(known, text => text, { calls: 0 });
      const variable = {
        key: 'K',
        category: 'env',
        value: 'v',
        sensitive: false,
        hcl: false,
        description: undefined,
      } as const;
      const made = await createVariable(hcp, { type: 'workspace', id: 'ws-1' }, variable, never);
      assert.equal(typeof made.ok, 'boolean');
      const started = await startPlanOnlyRun(hcp, 'ws-1', { id: 'cv-1', folder: '', source: undefined }, 'm', never);
      assert.equal(typeof started.ok, 'boolean');
      const run = await readPlanOnlyRun(hcp, 'run-1', never);
      assert.equal(typeof run.ok, 'boolean');
    }),
    fuzz(100),
  );
});

test('paging that never ends, turns in a circle or points elsewhere comes to an end', async () => {
  const page = (n: number, more: object): string =>
    JSON.stringify({
      data: [{ id: `ws-${n}`, type: 'workspaces', attributes: { name: `w${n}` }, relationships: {} }],
      ...more,
    });
  const endless: readonly ((n: number) => object)[] = [
    () => ({ meta: { pagination: { 'next-page': 1 } } }),
    n => ({ meta: { pagination: { 'next-page': n } } }),
    () => ({ meta: { pagination: { 'next-page': 2, 'total-pages': 1e9 } } }),
    n => ({ meta: { pagination: { 'next-page': n + 1 } } }),
    () => ({ links: { next: 'https://elsewhere.example.com/steal' } }),
    () => ({ links: { next: 'javascript:alert(1)' }, meta: { pagination: { 'next-page': -5 } } }),
  ];
  for (const [index, more] of endless.entries()) {
    const counts = { calls: 0 };
    let n = 0;
    const known: Known = new Map();
    const hcp = client(known, (text, url) => (url.includes('/workspaces') ? page(++n, more(n)) : text), counts);
    // Each reply is a new page, whatever was asked for.
    await hcp.all('/organizations/acme/workspaces', {}, never);
    assert.ok(counts.calls <= 1002, `case ${index}: ${counts.calls} calls`);
  }
});

test('an id that is half a surrogate pair is asked for, and not found', async () => {
  const read = await readAgents(
    client(new Map(), text => text, { calls: 0 }),
    '\ud800',
    never,
  );
  assert.equal(read.ok ? '' : read.problem.code, 'hcp-not-found');
});
