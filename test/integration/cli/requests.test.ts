import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { configure } from '../../../src/cli/commands/configure';
import { openWorld, type World } from '../../support/aws/world';
import { seedFirstSetup } from '../../support/binding/firstSetup';
import { HcpServer } from '../../support/hcp/server';
import { runCommand } from '../../support/runCommand';

/** How often AWS and HCP Terraform are asked, by what each request is for: the table of docs/reliability.md. */

let world: World;
let hcp: HcpServer;
before(async () => {
  world = await openWorld();
  hcp = await HcpServer.start();
  seedFirstSetup(world, hcp);
});
after(async () => {
  await hcp.close();
  await world.close();
});

interface Requests {
  readonly aws: readonly string[];
  /** `GET workspaces/ID/vars`, without ids and queries. */
  readonly hcp: readonly string[];
}

async function configured(): Promise<Requests> {
  const [aws, api] = [world.server.calls().length, hcp.apiRequests.length];
  const env = {
    ...world.env,
    ...hcp.environment,
    HOME: world.home,
    XDG_STATE_HOME: path.join(world.home, 'state'),
  };
  const words = ['project', '--profile', 'default', '--yes', '--remove-static-keys', '--format', 'json'];
  const run = await runCommand(configure, words, { cwd: world.home, env });
  assert.equal(run.code, 0, run.err + run.out);
  const name = (url: string): string =>
    url
      .replace(/\?.*/, '')
      .replace(/^\/api\/v2\//, '')
      .replace(/(ws|var)-[0-9A-Za-z]+/g, 'ID');
  return {
    aws: world.server.calls().slice(aws),
    hcp: hcp.apiRequests.slice(api).map(r => `${r.method} ${name(r.path)}`),
  };
}

const counted = (requests: readonly string[]): Readonly<Record<string, number>> => {
  const out: Record<string, number> = {};
  for (const request of requests) out[request] = (out[request] ?? 0) + 1;
  return out;
};

test('a first set-up with two roles asks AWS 14 times and HCP Terraform 16 times, and then, with nothing to do, 8 and 4 times', async () => {
  const first = await configured();
  assert.deepEqual(counted(first.aws), {
    GetCallerIdentity: 1,
    // The plan, and the proof.
    GetOpenIDConnectProvider: 2,
    CreateOpenIDConnectProvider: 1,
    CreateRole: 2,
    // The plan, and the read after the writes, which is what is proven. After the variables are gone AWS is asked nothing more.
    GetRole: 4,
    ListRolePolicies: 2,
    ListAttachedRolePolicies: 2,
  });
  assert.deepEqual(counted(first.hcp), {
    // The plan, and the proof.
    'GET organizations/acme/workspaces/storefront': 2,
    'GET workspaces/ID/varsets': 2,
    // The same, the proof after the key is gone, and one before each of four writes.
    'GET workspaces/ID/vars': 7,
    'POST workspaces/ID/vars': 3,
    'DELETE workspaces/ID/vars/ID': 1,
    'GET workspaces/ID/resources': 1,
  });
  const second = await configured();
  assert.deepEqual(counted(second.aws), {
    GetCallerIdentity: 1,
    GetOpenIDConnectProvider: 1,
    GetRole: 2,
    ListRolePolicies: 2,
    ListAttachedRolePolicies: 2,
  });
  // Nothing is asked twice.
  assert.deepEqual([...second.hcp].sort(), [
    'GET organizations/acme/workspaces/storefront',
    'GET workspaces/ID/resources',
    'GET workspaces/ID/vars',
    'GET workspaces/ID/varsets',
  ]);
  assert.deepEqual(hcp.violations, []);
});
