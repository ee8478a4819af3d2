import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runChecks } from '../../../src/binding/checks/table';
import { trustJudge } from '../../../src/binding/checks/judge';
import { proveByRun, type RunProof } from '../../../src/binding/prove/planOnlyRun';
import { readWorkspace } from '../../../src/hcp/workspace/read';
import { ServerPair, serverWorlds } from '../../support/binding/serverWorlds';
import { healthy } from '../../support/binding/world';
import { connect } from '../../support/hcp/connect';

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
  pair.hcp.runner = { awsUrl: pair.aws.server.url };
  await pair.healthy();
  pair.hcp.state.configuration(pair.workspace);
});
after(() => pair.close());

async function follow(): Promise<RunProof> {
  const client = connect(pair.hcp);
  const { signal } = new AbortController();
  const workspace = await readWorkspace(client, 'acme', 'prod', signal);
  assert.ok(workspace.ok);
  const proof = await proveByRun(
    client,
    workspace.value,
    {
      checks: runChecks(healthy, trustJudge),
      progress: () => undefined,
      now: () => 0,
      wait: () => Promise.resolve(),
      cancelToo: () => Promise.resolve(true),
      trail: undefined,
    },
    signal,
  );
  assert.ok(proof.ok, proof.ok ? '' : proof.problem.message);
  return proof.value;
}

test('a log that cannot be read is told with the reason, and what a host does not count is not 0', async () => {
  pair.hcp.state.deaf.counts = true;
  pair.hcp.faults.push({ path: /archivist\/run-/, status: 404, body: {} });
  assert.equal((await follow()).changes, undefined);
  await serverWorlds[1]?.break(pair);
  const failed = await follow();
  assert.equal(failed.state, 'failed');
  assert.match(failed.doubts.join(' '), /^The log of the run could not be read: /);
});
