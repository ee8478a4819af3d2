import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Result } from '../../../src/core/problem';
import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import { listStacks } from '../../../src/hcp/stacks/read';
import { readVarset } from '../../../src/hcp/variables/sets';
import { findVarset, listVarsets } from '../../../src/hcp/variables/read';
import { findVariable } from '../../../src/hcp/variables/write';
import { currentConfiguration } from '../../../src/hcp/workspace/planOnlyRun';
import { findProject, listOrganizations, listWorkspaces, readAgents } from '../../../src/hcp/workspace/read';
import { listResources } from '../../../src/hcp/workspace/state';

const { signal } = new AbortController();

/** What a host says of a page beside its resources. */
type Said = Readonly<Record<string, unknown>>;

/** Hosts that never come to an end, or tell of more than they give. */
const liars: Readonly<Record<string, (page: number) => Said>> = {
  'a next page for ever': page => ({ meta: { pagination: { 'next-page': page + 1 } } }),
  'a page 2 that is page 1 again, whole': () => ({ meta: { pagination: { 'current-page': 1, 'next-page': 2 } } }),
  'itself as the next page': page => ({ meta: { pagination: { 'next-page': page } } }),
  'a link to a next page for ever': () => ({ links: { next: 'https://app.terraform.io/next' } }),
  'more pages, and page 1 as each of them': () => ({ meta: { pagination: { 'total-pages': 3 } } }),
  'a count that is more than what comes': () => ({ meta: { pagination: { 'next-page': null, 'total-count': 7 } } }),
  'a count that is more, in meta itself': () => ({ meta: { 'total-count': 7 } }),
};

/** A host that gives the same resource on each page, or ever new ones. */
function lying(said: (page: number) => Said, fresh = false): { readonly client: HcpClient; readonly asked: string[] } {
  const asked: string[] = [];
  const document = (url: URL): Said => {
    if (url.pathname.startsWith('/.well-known/')) return { 'tfe.v2': '/api/v2/' };
    const page = Number(url.searchParams.get('page[number]') ?? 1);
    const attributes = { name: 'one', key: 'ONE', category: 'env', 'provider-type': 'x' };
    const resource = { id: `x-${fresh ? page : 1}`, type: 'things', attributes, relationships: {} };
    // A single thing where one is asked for by its id.
    return /\/workspaces\/ws-1$/.test(url.pathname) ? { data: resource } : { data: [resource], ...said(page) };
  };
  const client = new HcpClient({
    hostname: 'app.terraform.io',
    token: new Secret('x'),
    fetch: address => {
      const url = new URL(address);
      asked.push(url.pathname + url.search);
      const body = JSON.stringify(document(url));
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/vnd.api+json' } }));
    },
    limiter: new RateLimiter(
      () => asked.length * 1000,
      () => Promise.resolve(),
    ),
    wait: () => Promise.resolve(),
  });
  return { client, asked };
}

const operations: Readonly<Record<string, (client: HcpClient) => Promise<Result<unknown>>>> = {
  organizations: client => listOrganizations(client, signal),
  workspaces: client => listWorkspaces(client, 'acme', {}, signal),
  projects: client => findProject(client, 'acme', 'one', signal),
  agents: client => readAgents(client, 'apool-1', signal),
  resources: client => listResources(client, 'ws-1', signal),
  'configuration versions': client => currentConfiguration(client, { id: 'ws-1', name: 'one' }, signal),
  'variable sets of a workspace': client => listVarsets(client, 'ws-1', signal),
  'a variable set by name': client => findVarset(client, 'ws-1', 'two', signal),
  'a variable set of an organization': client => readVarset(client, 'acme', { name: 'two' }, signal),
  'variables of a set': client => findVariable(client, { type: 'varset', id: 'varset-1' }, 'TWO', 'env', signal),
  'variables of a workspace': client => findVariable(client, { type: 'workspace', id: 'ws-1' }, 'TWO', 'env', signal),
  stacks: client => listStacks(client, 'acme', signal),
};

describe('no list is called complete that its host says is longer', () => {
  for (const [what, said] of Object.entries(liars))
    test(what, async () => {
      for (const [name, read] of Object.entries(operations)) {
        const { client, asked } = lying(said);
        const found = await read(client);
        assert.equal(found.ok ? 'complete' : found.problem.code, 'hcp-list-incomplete', name);
        // Twice at most: whatever the host says, asking comes to an end.
        assert.ok(asked.length < 12, `${name}: ${asked.length} requests`);
      }
    });

  test('ever new resources', async () => {
    const { client, asked } = lying(page => ({ meta: { pagination: { 'next-page': page + 1 } } }), true);
    const found = await listOrganizations(client, signal);
    assert.equal(found.ok ? 'complete' : found.problem.code, 'hcp-list-incomplete');
    assert.match(found.ok ? '' : found.problem.message, /does not come to an end/);
    assert.ok(asked.length < 1010, `${asked.length} requests`);
  });

  test('and one is that ends as its host says', async () => {
    const honest: Readonly<Record<string, Said>> = {
      'no paging': {},
      null: { meta: { pagination: { 'next-page': null, 'total-pages': 1, 'total-count': 1 } } },
      'a 0': { meta: { pagination: { 'current-page': 1, 'next-page': 0, 'total-pages': 1 } } },
      'a link of null': { links: { next: null } },
    };
    for (const [name, said] of Object.entries(honest)) {
      const found = await listOrganizations(lying(() => said).client, signal);
      assert.deepEqual(found, { ok: true, value: ['x-1'] }, name);
    }
  });
});

test('a list is read by its first page alone only where the newest of it is asked for', () => {
  const root = path.resolve(__dirname, '../../../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  const counts = files.flatMap(file => {
    const found = readFileSync(path.join(root, file), 'utf8').match(/\bclient\.page\(/g);
    return found === null ? [] : [`${file.replaceAll(path.sep, '/')} ${found.length}`];
  });
  assert.deepEqual(counts.sort(), [
    // The latest deployment runs, and whether one of them came after a moment.
    'hcp/stacks/read.ts 2',
    // The latest run.
    'hcp/workspace/run.ts 1',
    // The runs since a moment, page by page, and the latest.
    'hcp/workspace/runs.ts 2',
    // The latest runs.
    'hcp/workspace/state.ts 1',
  ]);
});
